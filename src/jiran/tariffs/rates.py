"""What holds in a month: every component with the rates of that month, ready to be multiplied.

What depends on the month alone is worked out here once and kept; a street of homes is then multiplication.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from jiran.tariffs.model import (
    CARRIED_IN,
    CARRIED_OUT,
    CREDIT,
    LOWERING,
    MINIMUM,
    PREMIUM,
    SHARED,
    Component,
    Rate,
    Tariff,
)

#: The rate of each tier: a list of numbers, or an array of shape (tier, month).
Rates = Any


class Known(NamedTuple):
    """The rate of a month.

    Attributes:
        rate: What is taken.
        instead: "" if that is known; else the month whose rate is taken, or "0".
    """

    rate: Rate
    instead: str = ""


def rate_in(component: Component, month: str) -> Known:
    """Return the rate of a component without periods in a month.

    Args:
        component: The component.
        month: As "2025-07".
    """
    if component.since is not None:
        begun = [since for since in component.since if since <= month]
        return Known(component.since[max(begun)] if begun else 0.0)
    if component.months is None:
        return Known(0.0 if component.rate is None else component.rate)
    if month in component.months:
        return Known(component.months[month])
    if component.unknown_months == "zero":
        return Known(0.0, "0")
    before = [known for known in component.months if known < month]
    nearest = max(before) if before else min(component.months)
    return Known(component.months[nearest], nearest)


def in_force(component: Component, month: str) -> bool:
    """Tell whether a component is charged in a month at all."""
    return component.active and (component.first_month or "") <= month <= (component.last_month or "9999-99")


@dataclass(frozen=True, slots=True)
class Charge:
    """A component in some months, with what a bill asks of it close at hand.

    Attributes:
        name: Its id.
        unit: What its rate is per.
        shape: How the rate depends on the month's kWh.
        bounds: Upper edges of the tiers.
        edges: Their lower edges.
        rates: Rate of each tier, signed. With periods: those of the first period.
        below: Of a block: what the full tiers below each tier cost.
        periods: Rates by period, or None.
        above_kwh: Charged above this alone, or None.
        up_to_kwh: Charged up to this alone, or None.
        base: Of a share: ids of what it is a share of, in three parts: what has the same rate for all kWh, blocks, and
            what is not charged by kWh.
        base_above_kwh: Of a share: only the kWh above this count.
    """

    name: str
    unit: str
    shape: str
    bounds: tuple[float, ...]
    edges: tuple[float, ...]
    rates: Rates
    below: Rates
    periods: dict[str, Rates] | None
    above_kwh: float | None
    up_to_kwh: float | None
    base: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    base_above_kwh: float


class Head(NamedTuple):
    """What a line says before its numbers."""

    kind: str
    unit: str


@dataclass(frozen=True, slots=True)
class Terms:
    """A tariff in some months.

    Attributes:
        charges: All components but the minimum, by id, in the order of the bill.
        minimum: The minimum, or None.
        heads: Of every line that a bill may have, by id.
    """

    charges: dict[str, Charge]
    minimum: Charge | None
    heads: dict[str, Head]


class _ByIdentity:
    """A tariff as a key: the same object, not an equal one, which would be slow to find out."""

    __slots__ = ("tariff",)

    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.tariff is other.tariff

    def __hash__(self) -> int:
        return id(self.tariff)


def terms(tariff: Tariff, months: tuple[str, ...]) -> Terms:
    """Return what holds in some months: of one month as numbers, of several as arrays.

    Args:
        tariff: The tariff; it is frozen, so what was worked out for the same object stays true.
        months: As "2025-07".
    """
    return _terms(_ByIdentity(tariff), months)


@lru_cache(maxsize=1024)
def _terms(key: _ByIdentity, months: tuple[str, ...]) -> Terms:
    """Return the terms of a tariff that may have been asked for before."""
    tariff = key.tariff
    charges = {name: _charge(tariff, name, months) for name in tariff.components}
    minimum = charges.pop(MINIMUM, None)
    return Terms(charges, minimum, _heads(tariff))


def _heads(tariff: Tariff) -> dict[str, Head]:
    """Return kind and unit of every line; the quantity of a share is money."""
    units = {"share": tariff.currency, "exported-kWh": "kWh"}
    heads = {name: Head(one.kind, units.get(one.unit, one.unit)) for name, one in tariff.components.items()}
    for name in tariff.components:
        heads[CREDIT + name], heads[SHARED + name] = Head("credit", "kWh"), heads[name]
    for name, kind in ((CARRIED_IN, "carried"), (CARRIED_OUT, "carried"), (MINIMUM, "minimum")):
        heads[name] = Head(kind, "month")
    return heads | {PREMIUM: Head(PREMIUM, "kWh")}


def _charge(tariff: Tariff, name: str, months: tuple[str, ...]) -> Charge:
    """Return a component with its rates of some months, 0 in those in which it is not charged."""
    component = tariff.components[name]
    lower = -1.0 if component.kind in LOWERING else 1.0
    sign = [lower * in_force(component, month) for month in months]
    periods = None
    if component.periods is None:
        rates = _tiers(component, [rate_in(component, month).rate for month in months], sign)
    else:
        periods = {period: _tiers(component, [rate] * len(months), sign) for period, rate in component.periods.items()}
        rates = next(iter(periods.values()))
    return Charge(
        name=name, unit=component.unit, shape=component.shape, bounds=component.bounds, edges=(0.0, *component.bounds),
        rates=rates, below=_below(component.bounds, rates), periods=periods, above_kwh=component.above_kwh,
        up_to_kwh=component.up_to_kwh, base=_base(tariff, component), base_above_kwh=component.base_above_kwh,
    )  # fmt: skip


def _base(tariff: Tariff, component: Component) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the parts of a base (see `Charge`); where all kWh count, how they are charged makes no difference."""
    if not component.base_above_kwh:
        return (), (), component.base
    by_kwh = [name for name in component.base if tariff.components[name].unit == "kWh"]
    blocks = tuple(name for name in by_kwh if tariff.components[name].shape == "block")
    even = tuple(name for name in by_kwh if name not in blocks)
    return even, blocks, tuple(name for name in component.base if name not in by_kwh)


def _tiers(component: Component, rates: list[Rate], sign: list[float]) -> Rates:
    """Return the rate of each tier: a list of numbers for one month, an array of shape (tier, month) for several.

    Args:
        component: Says how many tiers there are; a share that is included is turned into one of the base alone, r / (1
            - r).
        rates: One a month.
        sign: One a month: 1, -1 for what lowers a bill, 0 where it is not charged.
    """
    size = len(component.bounds) + 1
    table = [
        [one * part for part in (rate if isinstance(rate, tuple) else (rate,) * size)]
        for rate, one in zip(rates, sign, strict=True)
    ]
    if component.included:
        table = [[part / (1.0 - abs(part)) for part in row] for row in table]
    return table[0] if len(table) == 1 else np.array(table).T


def _below(bounds: tuple[float, ...], rates: Rates) -> Rates:
    """Return what the full tiers below each tier cost, in the shape of the rates."""
    found = [rates[0] * 0.0]
    for (lower, upper), rate in zip(pairwise((0.0, *bounds)), rates, strict=False):
        found.append(found[-1] + (upper - lower) * rate)
    return found if isinstance(rates, list) else np.array(found)
