"""At which P2P price, network charge or export credit nobody loses by sharing: tried one value after the other.

Bills have steps, so that a little more may turn a gain into a loss and back: nothing is inverted or halved, every value of a
grid is run and looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jiran.engine.flows import traded_kwh
from jiran.money.prices import prices
from jiran.money.worth import worth_of
from jiran.nothing import CENT, LAST_DIGITS, NOTHING_KWH, NOTHING_MONEY
from jiran.plan.later import without_export
from jiran.scenario import Market
from jiran.simulation.run import run_market, without_trading
from jiran.simulation.setting import prepare
from jiran.tariffs import Component

if TYPE_CHECKING:
    from jiran.money.settlement import Settlement
    from jiran.plan.planned import Planned
    from jiran.simulation.setting import Setting
    from jiran.tariffs import Tariff
    from jiran.watching import Progress

#: So many steps lie between the ends of what is tried.
STEPS = 20
#: Digits after the point of what is tried, so that a value that is told is the one that was run; below `_SMALL` they tell too little.
DIGITS, _SMALL = 4, 0.01


class Try(NamedTuple):
    """One value that was tried.

    Attributes:
        value: Of the price, charge or credit, /kWh.
        losers: How many homes pay more with sharing than without.
        worst: What the home gains by sharing that gains least, a year.
        together: What all homes and the fund gain by sharing, a year.
        traded_kwh: What neighbours trade, kWh a year.
    """

    value: float
    losers: int
    worst: float
    together: float
    traded_kwh: float


@dataclass(frozen=True)
class Found:
    """What was found for one price.

    Attributes:
        field: What was moved: "price" (P2P), "charge" (network) or "credit" (export).
        now: What it is in the scenario; None where it is not one number.
        tried: Every value, the lowest first.
    """

    field: str
    now: float | None
    tried: tuple[Try, ...]

    @property
    def good(self) -> tuple[float, ...]:
        """The values at which neighbours trade, nobody loses, and all together gain something that a bill shows."""
        return tuple(one.value for one in self.tried if not one.losers and _serves(one))

    @property
    def nearest(self) -> Try | None:
        """Where a loss is least of what all together gain by; of two such, the one with the larger gain; None if none is."""
        serving = [one for one in self.tried if _serves(one)]
        return max(serving, key=lambda one: (one.worst, one.together), default=None)


def _serves(one: Try) -> bool:
    return one.traded_kwh > NOTHING_KWH and one.together > CENT


def tries(planned: Planned, steps: int = STEPS, progress: Progress | None = None) -> tuple[Found, ...]:
    """Return what was found for each price that a plan's scenario has; nothing where homes have nothing to share, or no neighbour.

    A P2P price is tried where the rule is given it, or the part of the grid's that it is; other rules find theirs from bids.

    Args:
        planned: The plan.
        steps: How many lie between the ends.
        progress: Is told how far it is, 0..1; what it raises stops the work.
    """
    report = progress or (lambda _done: None)
    scenario = planned.result.scenario
    if len(planned.ids) == 1:
        return ()
    setting = prepare(scenario, profiles=planned.result.flows.profiles)
    top = float(setting.price.grid_import.mean())
    if not top > 0.0 or not max(planned.stages.spare_kwh, planned.stages.traded_kwh) > NOTHING_KWH:
        return ()
    moves: dict[str, tuple[float | None, Callable[[float], Setting]]] = {}
    given = scenario.market.parameters
    if "fraction" in given:
        price = float(given.get("price", 0.0)) or float(given["fraction"]) * top
        moves["price"] = price, lambda value: _priced(setting, value, value / top)
    moves["charge"] = scenario.grid.network_charge, lambda value: _charged(setting, value)
    export = setting.price.grid_export
    moves["credit"] = float(export[0]) if np.ptp(export) == 0.0 else None, lambda value: _credited(setting, value)
    values = np.array(list(map(_short, top * np.arange(steps + 1) / steps)))
    found, share = [], 1.0 / (len(moves) * values.size)
    for place, (field, (now, move)) in enumerate(moves.items()):
        tried = []
        for number, value in enumerate(_allowed(field, values)):
            done = share * (place * values.size + number)
            tried.append(_try(planned, move(value), value, field, _within(report, done, share)))
        found.append(Found(field, now, tuple(tried)))
    report(1.0)
    return tuple(found)


def _short(value: float) -> float:
    """Return a price without the digits that nobody would say, never above what it was: the grid's price is the most.

    Example:
        >>> _short(0.44438), _short(0.3), _short(0.00123456)
        (0.4443, 0.3, 0.00123456)
    """
    scale = 10.0**DIGITS
    return value if value < _SMALL else math.floor(value * scale * (1.0 + LAST_DIGITS)) / scale


def _within(report: Progress, done: float, share: float) -> Progress:
    return lambda part: report(done + share * part)


def _allowed(field: str, values: np.ndarray) -> Iterator[float]:
    """Yield what can be tried: a rule's part of a price lies between 0 and 1."""
    yield from (values[1:-1] if field == "price" else values).tolist()


def _try(planned: Planned, setting: Setting, value: float, field: str, report: Progress) -> Try:
    """Run one value; what homes pay without trades is the same run's unless the export credit moves."""
    moved = field == "credit"
    found = run_market(setting, lambda: without_trading(setting) if moved else planned.result.without_p2p, report)
    alone, now = found.without_p2p, found.settlement
    traded = float(traded_kwh(now.step_kwh).sum()) * planned.year.factor
    fee = 12.0 * planned.assumptions.member_fee if traded > NOTHING_KWH else 0.0
    gained = (alone.cost - now.cost) * planned.year.factor - fee
    fund = (_fund(now) - _fund(alone)) * planned.year.factor
    return Try(value, int((gained < -NOTHING_MONEY).sum()), float(gained.min()), float(gained.sum()) + fund, traded)


def _fund(settled: Settlement) -> float:
    return settled.accounts["battery"]


def _priced(setting: Setting, price: float, fraction: float) -> Setting:
    """Let the rule have another price: that of its members where it knows one, else a part of the grid's."""
    market = setting.scenario.market
    changed = {"price": price} if "price" in market.parameters else {"fraction": fraction}
    chosen = Market(mechanism=market.mechanism, **(market.parameters | changed))
    return setting.with_market(setting.scenario.model_copy(update={"market": chosen}))


def _charged(setting: Setting, charge: float) -> Setting:
    grid = setting.scenario.grid.model_copy(update={"network_charge": charge})
    return replace(setting, scenario=setting.scenario.model_copy(update={"grid": grid}))


def _credited(setting: Setting, credit: float) -> Setting:
    """Return the same setting in which every kWh that is exported earns a credit, and nothing else is taken back for it."""
    price = prices(setting.scenario, setting.price.grid_import, np.full_like(setting.price.grid_export, credit))
    if setting.contracts is None:
        return replace(setting, price=price)
    each = tuple(one._replace(tariff=_with_credit(one.tariff, credit)) for one in setting.contracts.each)
    contracts = replace(setting.contracts, each=each)
    plan, grid = setting.plan, setting.scenario.grid
    worth = worth_of(contracts, setting.profiles, plan.trip_kwh, plan.homes, grid)
    return replace(setting, price=price, contracts=contracts, worth=worth)


def _with_credit(tariff: Tariff, credit: float) -> Tariff:
    """Return a tariff whose export earns a credit for each kWh, in the month, down to a bill of nothing."""
    bare, name = without_export(tariff), "export"
    while name in bare.components:
        name += "-tried"
    earned = Component(kind="credit", label="Export", unit="exported-kWh", rate=credit)
    return bare.model_copy(update={"components": {name: earned, **bare.components}})
