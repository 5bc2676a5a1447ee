"""Which tariff each home has, and which of its months and time-of-use periods each step belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.errors import ScenarioError
from jiran.homes.community import homes_of
from jiran.homes.months import Months, months_of
from jiran.scenario.grid import named_tariff
from jiran.tariffs import Tariff, Usage, period_of

if TYPE_CHECKING:
    from jiran.homes.community import Community
    from jiran.homes.timeline import Timeline
    from jiran.scenario import Scenario

Array = NDArray[np.float64]

#: Gives the energy of some steps, kWh, shape (step, home).
Between = Callable[[slice], Array]

#: Demand is the highest mean of so many minutes.
DEMAND_MINUTES = 30


class Contract(NamedTuple):
    """One tariff, and who has it.

    Attributes:
        tariff: What is charged.
        homes: Places of its homes in the community, shape (home,).
        period: Place of each step's time-of-use period in the names of the schedule, shape (step,); 0 without periods.
    """

    tariff: Tariff
    homes: NDArray[np.int64]
    period: NDArray[np.int64]

    @property
    def periods(self) -> tuple[str, ...]:
        """Names of its time-of-use periods; "" where it has none."""
        return ("",) if self.tariff.schedule is None else self.tariff.schedule.names


@dataclass(frozen=True)
class Contracts:
    """The tariffs of a community.

    Attributes:
        each: One for each tariff; that of the scenario is the first, even if no home has it.
        months: The calendar.
        demand_of_step: Place of each step's half hour, for demand, shape (step,).
        step_h: Length of a step, h.
    """

    each: tuple[Contract, ...]
    months: Months
    demand_of_step: NDArray[np.int64]
    step_h: float


def contracts_of(scenario: Scenario, community: Community, timeline: Timeline) -> Contracts | None:
    """Return which home has which tariff; None where prices per kWh take the place of tariffs.

    Raises:
        JiranError: A tariff's file cannot be used.
        ScenarioError: A home that has a tariff of its own is not there.
    """
    if scenario.grid.tariff is None:
        return None
    of_all = scenario.grid.tariff
    names = [name or of_all for name in _own_tariffs(scenario, community)]
    places = np.array([list(dict.fromkeys((of_all, *names))).index(name) for name in names])
    each = []
    for place, name in enumerate(dict.fromkeys((of_all, *names))):
        tariff = named_tariff("grid.tariff", name)
        none = np.zeros(timeline.steps, np.int64)
        period = none if tariff.schedule is None else period_of(tariff.schedule, timeline.local)
        each.append(Contract(tariff, np.flatnonzero(places == place), period))
    half_hours = timeline.utc_s // (60 * DEMAND_MINUTES)
    demand = half_hours - half_hours[0]
    return Contracts(tuple(each), months_of(timeline), demand, timeline.step_h)


def _own_tariffs(scenario: Scenario, community: Community) -> list[str | None]:
    """Return the name of each home's own tariff, or None."""
    source = scenario.homes.data
    if source is None:
        return [home.tariff for _, home in homes_of(scenario)]
    if isinstance(source.home, dict):
        unknown = [name for name in source.home if name not in community.ids]
        if unknown:
            raise ScenarioError("homes.data.home", unknown[0], "must be the name of a home of the file")
    return [source.has(home).tariff for home in community.ids]


def usage(contract: Contract, contracts: Contracts, import_kwh: Between, export_kwh: Between) -> Usage:
    """Return what the homes of a contract used in each month of a run, arrays of shape (home, month).

    Args:
        contract: Whose.
        contracts: For the calendar.
        import_kwh: What all homes took from the grid.
        export_kwh: What they gave to it.
    """
    shape = (contract.homes.size, len(contracts.months.names))
    taken, given, demand_kw = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    parts = {name: np.zeros(shape) for name in contract.periods[:-1]}
    needs_demand = any(one.unit == "kW" for one in contract.tariff.components.values())
    for month, steps in enumerate(contracts.months.steps()):
        kwh = import_kwh(steps)[:, contract.homes]
        taken[:, month] = kwh.sum(axis=0)
        given[:, month] = export_kwh(steps)[:, contract.homes].sum(axis=0)
        for place, part in enumerate(parts.values()):
            part[:, month] = kwh[contract.period[steps] == place].sum(axis=0)
        if needs_demand:
            demand_kw[:, month] = _demand_kw(kwh, contracts.demand_of_step[steps], contracts.step_h)
    return Usage(taken, given, parts, demand_kw)


def _demand_kw(kwh: Array, half_hour: NDArray[np.int64], step_h: float) -> Array:
    """Return the highest mean power of a half hour, or of a step that is longer, kW, shape (home,)."""
    begins = np.flatnonzero(np.diff(half_hour, prepend=half_hour[:1] - 1))
    hours = np.diff(begins, append=half_hour.size) * step_h
    highest: Array = (np.add.reduceat(kwh, begins, axis=0) / hours[:, None]).max(axis=0)
    return highest
