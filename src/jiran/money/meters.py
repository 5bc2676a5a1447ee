"""What crossed the meter of each home, by month and time-of-use period: what its bills are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.engine.flows import FLOWS
from jiran.money.totals import Slots
from jiran.tariffs import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.engine.energy import Flows
    from jiran.homes.contracts import Contract, Contracts

Array = NDArray[np.float64]


class Metered(NamedTuple):
    """Energy of each home in each slot of `Contracts.slots`, kWh, shape (slot, home).

    Attributes:
        taken: From the grid.
        given: To the grid.
        bought: From neighbours.
        sold: To neighbours.
        taken_alone: From the grid, if the community battery were not there.
        given_alone: To the grid, the same.
    """

    taken: Array
    given: Array
    bought: Array
    sold: Array
    taken_alone: Array
    given_alone: Array


def wanted(contracts: Contracts | None, flows: Flows) -> Slots:
    """Return the slots of a run in which meters are to be read; none without tariffs.

    Args:
        contracts: Who has which tariff.
        flows: For the shares of the grid.
    """
    all_of_it = np.ones(flows.outputs.soc_kwh.size)
    taken, given = (FLOWS[name].of(all_of_it, flows.outputs) for name in ("grid_import_kwh", "grid_export_kwh"))
    given_alone = all_of_it - flows.outputs.curtail_alone_share
    if contracts is None:
        return Slots(np.empty(0, np.int64), 0, taken, given, given_alone)
    return Slots(contracts.slots.of_step, contracts.slots.first.size, taken, given, given_alone)


def usage(
    contract: Contract, contracts: Contracts, taken: Array, given: Array, demand_kw: Array | float = 0.0
) -> Usage:
    """Return what the homes of a contract used in each month of a run, arrays of shape (home, month).

    Args:
        contract: Whose.
        contracts: For the calendar.
        taken: What all homes took in each slot, kWh, shape (slot, home).
        given: What they gave, the same.
        demand_kw: Highest demand of the homes of the contract, shape (home, month).
    """
    slots, homes = contracts.slots, contract.homes
    period = contract.period[slots.first]

    def by_month(kwh: Array, chosen: NDArray[np.bool_] | slice = slice(None)) -> Array:
        sums = np.zeros((len(contracts.months.names), homes.size))
        np.add.at(sums, slots.month[chosen], kwh[chosen][:, homes])
        return np.ascontiguousarray(sums.T)

    parts = {name: by_month(taken, period == place) for place, name in enumerate(contract.periods[:-1])}
    return Usage(by_month(taken), by_month(given), parts, demand_kw)


def in_months(used: Usage, months: slice) -> Usage:
    """Return what was used in some of the months alone, arrays of shape (home, month)."""

    def part(kwh: Array | float) -> Array | float:
        return kwh[:, months] if isinstance(kwh, np.ndarray) else kwh

    parts = {name: part(kwh) for name, kwh in used.by_period.items()}
    return Usage(part(used.import_kwh), part(used.export_kwh), parts, part(used.demand_kw))


def demand(contract: Contract, contracts: Contracts, taken_kwh: Callable[[slice], Array]) -> Array:
    """Return the highest demand of each home of a contract in each month, kW, shape (home, month); 0 if nobody charges it.

    Args:
        contract: Whose.
        contracts: For the calendar.
        taken_kwh: Gives what all homes took in some steps, kWh, shape (step, home).
    """
    if not any(one.unit == "kW" for one in contract.tariff.components.values()):
        return np.zeros((contract.homes.size, len(contracts.months.names)))
    months = contracts.months
    found = [
        _demand_kw(taken_kwh(steps)[:, contract.homes], contracts.demand_of_step[steps], contracts.step_h)
        for steps in months.steps()
    ]
    return np.stack(found, axis=1)


def _demand_kw(kwh: Array, half_hour: NDArray[np.int64], step_h: float) -> Array:
    """Return the highest mean power of a half hour, or of a step that is longer, kW, shape (home,)."""
    begins = np.flatnonzero(np.diff(half_hour, prepend=half_hour[:1] - 1))
    hours = np.diff(begins, append=half_hour.size) * step_h
    highest: Array = (np.add.reduceat(kwh, begins, axis=0) / hours[:, None]).max(axis=0)
    return highest
