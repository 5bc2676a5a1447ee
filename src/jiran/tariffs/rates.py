"""What holds in a month: every component with the rates of that month, ready to be multiplied."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from jiran.tariffs.model import LOWERING, Component, Rate, Tariff

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
    """Return the rate of a component without periods in a month."""
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
    """A component in some months.

    Attributes:
        name: Its id.
        component: The component.
        rates: Rate of each tier, signed: a number, or shape (tier, month). With periods: those of each, by name.
        below: What all kWh of the lower tiers cost, for each tier of a block; same shape.
    """

    name: str
    component: Component
    rates: Rates
    periods: dict[str, Rates] | None
    below: Rates


def charges(tariff: Tariff, months: tuple[str, ...]) -> tuple[Charge, ...]:
    """Return all components as they are in some months; of one month as numbers, of several as arrays."""
    return _charges(_Same(tariff), months)


class _Same:
    """A tariff as a key: the same object, not an equal one, which would be slow to find out."""

    __slots__ = ("tariff",)

    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.tariff is other.tariff

    def __hash__(self) -> int:
        return id(self.tariff)


@lru_cache(maxsize=1024)
def _charges(same: _Same, months: tuple[str, ...]) -> tuple[Charge, ...]:
    return tuple(_charge(name, component, months) for name, component in same.tariff.components.items())


def _charge(name: str, component: Component, months: tuple[str, ...]) -> Charge:
    sign = [-1.0 if component.kind in LOWERING else 1.0] * len(months)
    sign = [one * in_force(component, month) for one, month in zip(sign, months, strict=True)]
    if component.periods is not None:
        periods = {period: _tiers(component, [rate] * len(months), sign) for period, rate in component.periods.items()}
        return Charge(name, component, (), periods, ())
    rates = _tiers(component, [rate_in(component, month).rate for month in months], sign)
    return Charge(name, component, rates, None, _below(component.bounds, rates))


def _tiers(component: Component, rates: list[Rate], sign: list[float]) -> Rates:
    """Return the rate of each tier: a list of numbers for one month, an array of shape (tier, month) for several."""
    size = len(component.bounds) + 1
    table = [
        [one * part for part in (rate if isinstance(rate, tuple) else (rate,) * size)]
        for rate, one in zip(rates, sign, strict=True)
    ]
    if component.included:
        table = [[part / (1.0 - abs(part)) for part in row] for row in table]
    return table[0] if len(table) == 1 else np.array(table).T


def _below(bounds: tuple[float, ...], rates: Rates) -> Rates:
    """Return what the full tiers below each tier cost."""
    found = [rates[0] * 0.0]
    for width, rate in zip((upper - lower for lower, upper in pairwise((0.0, *bounds))), rates, strict=False):
        found.append(found[-1] + width * rate)
    return found if isinstance(rates, list) else np.array(found)
