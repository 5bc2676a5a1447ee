"""Which tariff each home has, and which of its months and time-of-use periods each step belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.homes.community import equipment
from jiran.homes.months import Months, months_of
from jiran.scenario.grid import named_sharing, named_tariff
from jiran.tariffs import Sharing, Tariff, held, period_of

if TYPE_CHECKING:
    from jiran.homes.community import Community
    from jiran.homes.timeline import Timeline
    from jiran.scenario import Scenario

#: Demand is the highest mean of so many minutes.
DEMAND_MINUTES = 30


class Contract(NamedTuple):
    """One tariff, and who has it.

    Attributes:
        tariff: What is charged.
        homes: Places of its homes in the community, shape (home,).
        months: In which months of the run, as places in its calendar.
        after: Place of the contract that its homes had before, among all; None: there was none in the run.
        period: Place of each step's time-of-use period in the names of the schedule, shape (step,); 0 without periods.
        named: The tariff that the homes have in the end, which this one is or which follows it, in the run or after it.
    """

    tariff: Tariff
    homes: NDArray[np.int64]
    months: slice
    after: int | None
    period: NDArray[np.int64]
    named: Tariff

    @property
    def periods(self) -> tuple[str, ...]:
        """Names of its time-of-use periods; "" where it has none."""
        return ("",) if self.tariff.schedule is None else self.tariff.schedule.names


class Slots(NamedTuple):
    """Times of a run in which month and time-of-use periods of all tariffs are the same.

    Attributes:
        first: First step of each slot, shape (slot,).
        of_step: Slot of each step, shape (step,).
        month: Place of the month of each slot, shape (slot,).
    """

    first: NDArray[np.int64]
    of_step: NDArray[np.int64]
    month: NDArray[np.int64]


@dataclass(frozen=True)
class Contracts:
    """The tariffs of a community.

    Attributes:
        each: One for each tariff; that of the scenario is the first, even if no home has it. Where tariffs follow each other in
            the run, one for each, in order of time.
        months: The calendar.
        demand_of_step: Place of each step's half hour, for demand, shape (step,).
        step_h: Length of a step, h.
        sharing: The scheme under which homes share; None: what they share pays no part of a tariff.
    """

    each: tuple[Contract, ...]
    months: Months
    demand_of_step: NDArray[np.int64]
    step_h: float
    sharing: Sharing | None = None

    @cached_property
    def slots(self) -> Slots:
        """Times in which the same rates hold."""
        key = self.months.of_step
        for contract in self.each:
            key = key * len(contract.periods) + contract.period
        _, first, of_step = np.unique(key, return_index=True, return_inverse=True)
        return Slots(first, of_step.reshape(-1).astype(np.int64), self.months.of_step[first])


def contracts_of(scenario: Scenario, community: Community, timeline: Timeline) -> Contracts | None:
    """Return which home has which tariff; None where prices per kWh take the place of tariffs.

    Raises:
        JiranError: A tariff's file cannot be used.
        ScenarioError: A home that has a tariff of its own is not there.
    """
    if scenario.grid.tariff is None:
        return None
    of_all = scenario.grid.tariff
    names = [home.tariff or of_all for home in equipment(scenario, community)]
    place_of = {name: place for place, name in enumerate(dict.fromkeys((of_all, *names)))}
    places = np.array([place_of[name] for name in names])
    months = months_of(timeline)
    each: list[Contract] = []
    for name, place in place_of.items():
        own, after = np.flatnonzero(places == place), None
        named = named_tariff("grid.tariff", name)
        for tariff, part in held(named, months.names):
            none = np.zeros(timeline.steps, np.int64)
            period = none if tariff.schedule is None else period_of(tariff.schedule, timeline.local)
            each.append(Contract(tariff, own, part, after, period, named))
            after = len(each) - 1
    half_hours = timeline.utc_s // (60 * DEMAND_MINUTES)
    demand = half_hours - half_hours[0]
    shares = scenario.grid.sharing
    scheme = None if shares is None else named_sharing(shares)
    return Contracts(tuple(each), months, demand, timeline.step_h, scheme)
