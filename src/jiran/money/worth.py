"""What a kWh is worth under tariffs: to each home by its own bill, and to the market as a pair of prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.engine.records import Worth
from jiran.homes.grid_prices import price_by_step
from jiran.homes.months import months_of
from jiran.money.meters import in_months, usage
from jiran.money.totals import sum_alone
from jiran.scenario.grid import named_tariff
from jiran.tariffs import Usage, held, period_of
from jiran.tariffs.marginal import marginal
from jiran.tariffs.reference import reference_prices

if TYPE_CHECKING:
    from jiran.homes.contracts import Contracts
    from jiran.homes.profiles import Profiles
    from jiran.homes.timeline import Timeline
    from jiran.scenario import Grid, Scenario
    from jiran.tariffs import Tariff

Array = NDArray[np.float64]


def same_worth(homes: int) -> Worth:
    """Return what stands for homes that all have the grid's prices."""
    return Worth(np.empty(0, np.int64), np.empty((0, homes)), np.empty((0, homes)))


def worth_of(
    contracts: Contracts, profiles: Profiles, trip_kwh: Array, ev_homes: NDArray[np.int64], grid: Grid
) -> Worth:
    """Return what a kWh is worth to each home, by the bill that it expects.

    It expects to use what its own roof leaves over of its demand, without neighbours and the community battery, and a month
    that the run cuts to go on as it is. An EV that lends is expected to charge what it drives.

    Args:
        contracts: The tariffs.
        profiles: What homes generate and need.
        trip_kwh: What EVs that lend drive, kWh, shape (step, ev).
        ev_homes: Their homes, shape (ev,).
        grid: For the month whose use tells the tier.
    """
    slots, arrays = contracts.slots, (profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh)
    taken, given = sum_alone(arrays, trip_kwh, ev_homes, slots.of_step, slots.first.size)
    bought, sold = np.empty_like(taken), np.empty_like(taken)
    for contract in contracts.each:
        if not contract.homes.size:
            continue
        used, part = usage(contract, contracts, taken, given), contract.months
        expected = in_months(_expected(used, contracts.months.parts, grid), part)
        worth = marginal(contract.tariff, expected, contracts.months.names[part], contracts.sharing)
        by_period = np.stack([worth.bought[name] for name in contract.periods])
        there = np.flatnonzero((slots.month >= part.start) & (slots.month < part.stop))
        month, place = slots.month[there] - part.start, np.ix_(there, contract.homes)
        bought[place] = by_period[contract.period[slots.first[there]], :, month]
        sold[place] = worth.sold.T[month]
    return Worth(slots.of_step, bought, sold)


def _expected(used: Usage, parts: Array, grid: Grid) -> Usage:
    """Return what homes expect to use in whole months: what they use in them, or used in the month before."""
    last = np.maximum(np.arange(parts.size) - (grid.tier_of == "last-month"), 0)

    def whole(kwh: Array) -> Array:
        return (kwh / parts)[:, last]

    by_period = {name: whole(kwh) for name, kwh in used.by_period.items()}
    return Usage(whole(used.import_kwh), whole(used.export_kwh), by_period)


def pair_by_step(scenario: Scenario, timeline: Timeline) -> tuple[Array, Array]:
    """Return the pair of prices that market rules see, import and export, per kWh, shape (step,) each.

    They are what the grid takes and gives, or what stands for the scenario's tariff.
    """
    grid = scenario.grid
    if grid.tariff is None:
        return price_by_step(grid.import_price, timeline), price_by_step(grid.export_price, timeline)
    given = (grid.reference_import_price, grid.reference_export_price)
    found = _pairs(named_tariff("grid.tariff", grid.tariff), timeline)
    taken, earned = (
        own.copy() if price is None else price_by_step(price, timeline) for price, own in zip(given, found, strict=True)
    )
    return taken, earned


def _pairs(tariff: Tariff, timeline: Timeline) -> Array:
    """Return import and export price of each step, shape (2, step)."""
    months, pairs = months_of(timeline), np.empty((2, timeline.steps))
    for one, part in held(tariff, months.names):
        steps = slice(months.begins[part.start], months.begins[part.stop])
        names = ("",) if one.schedule is None else one.schedule.names
        period = 0 if one.schedule is None else period_of(one.schedule, timeline.local[steps])
        table = np.array([[reference_prices(one, month, name) for name in names] for month in months.names[part]])
        pairs[:, steps] = table[months.of_step[steps] - part.start, period].T
    return pairs
