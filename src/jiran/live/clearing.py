"""Clear metered steps with the same engine as every run: `simulate`, with what meters say as profiles, days chained by state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.errors import JiranError
from jiran.homes.profiles import Profiles
from jiran.ledger.records import MILLION, Day, Trade
from jiran.live.calendar import Calendar
from jiran.live.store import Row
from jiran.live.values import local
from jiran.money.prices import paid_for, received_for
from jiran.scenario.grid import BY_STEP
from jiran.scenario.homes import Homes, SingleHome
from jiran.simulation.run import simulate

if TYPE_CHECKING:
    from jiran.result.result import Result, State
    from jiran.scenario import Scenario

#: A day of every car as its calendar has it in the mean.
_USUAL = {
    "trips": 1.0, "weekend_trips": 1.0, "departure_homes_h": 0.0, "departure_days_h": 0.0, "arrival_homes_h": 0.0,
    "arrival_days_h": 0.0, "weekend_departure_days_h": 0.0, "weekend_arrival_days_h": 0.0, "trip_spread": 0.0, "trip_homes": 0.0,
}  # fmt: skip


def metered(scenario: Scenario, homes: Sequence[str], *, stores: bool = False) -> Scenario:
    """Return a scenario whose homes are known by the meter at their connection alone.

    Batteries and cars behind a meter are in its register already: the engine must not run them a second time.

    Args:
        scenario: What the operator asks for.
        homes: All homes, for a scenario whose homes come from a file.
        stores: Keep batteries, and cars that charge by plans, to ask the engine what they should do; each car keeps the mean hours of
            its calendar and drives the median every day, as nothing else is known of it.
    """
    if scenario.homes.data is not None:
        every = scenario.homes.data
        said = [(home, every.has(home)) for home in homes]
        new = Homes(
            single=tuple(
                SingleHome(id=home, kind="normal", battery_kwh=one.battery_kwh, battery_kw=one.battery_kw, tariff=one.tariff,
                           sharing_key=one.sharing_key)
                for home, one in said
            )
        )  # fmt: skip
    else:
        new = scenario.homes
    if not stores:
        new = new.without_batteries
    supply = scenario.ev.supply.model_copy(update={"enabled": False})
    usual = scenario.ev.calendar.model_copy(update=_USUAL)
    way = scenario.ev.charging if stores and scenario.ev.planned else "blocks"
    cars = scenario.ev.model_copy(update={"supply": supply, "charging": way, "calendar": usual, "override_share": 0.0})
    return scenario.model_copy(update={"homes": new, "ev": cars})


@dataclass(frozen=True)
class Cleared:
    """Some steps of a day, cleared.

    Attributes:
        day: Date.
        steps: Their starts, ms.
        result: The run.
    """

    day: str
    steps: tuple[int, ...]
    result: Result


class Clearing:
    """Clears days one after the other, each from the state that the day before left.

    What was settled last of a day counts, so that a service that starts again comes to the same states.

    Attributes:
        currency: Of all amounts.
    """

    def __init__(
        self,
        scenario: Scenario,
        calendar: Calendar,
        homes: Sequence[str],
        best: Callable[[str], tuple[int, list[list[Row]]]],
    ) -> None:
        """Keep the street.

        Args:
            scenario: As `metered` gives it.
            calendar: Its steps.
            homes: Names, in the order of the engine.
            best: Returns of a day which run was the last that cleared, and its steps as they were then.
        """
        self._scenario, self._calendar, self._homes, self._best = scenario, calendar, tuple(homes), best
        self.currency = scenario.currency
        self._ends: dict[str, tuple[tuple[int, ...], State | None]] = {}

    def clear(self, day: str, steps: Sequence[int], rows: Sequence[Sequence[Row]]) -> Cleared:
        """Clear steps of a day from its first one on."""
        return self._clear(day, steps, rows, self._before(day))

    def ahead(
        self,
        day: str,
        steps: Sequence[int],
        rows: Sequence[Sequence[Row]],
        held: Callable[[Result], State | None],
    ) -> Cleared:
        """Clear steps of a day from its first one on, and then the last of them again, from another state.

        Args:
            day: Date.
            steps: Two or more; the last may be of the next day.
            rows: What meters say of them.
            held: Gets what all but the last come to; returns the state in which the last begins.
        """
        before = self.clear(day, steps[:-1], rows[:-1])
        return self._clear(day, steps[-1:], rows[-1:], held(before.result))

    def _clear(self, day: str, steps: Sequence[int], rows: Sequence[Sequence[Row]], state: State | None) -> Cleared:
        place = {home: n for n, home in enumerate(self._homes)}
        taken, given = np.zeros((2, len(steps), len(self._homes)))
        for step, found in enumerate(rows):
            for row in found:
                taken[step, place[row.home]] = row.import_value
                given[step, place[row.home]] = row.export_value
        profiles = Profiles(generation_kwh=given / MILLION, load_kwh=taken / MILLION, ev_kwh=np.zeros(taken.shape))
        result = simulate(self._of(steps), profiles=profiles, state=state, measured=True)
        return Cleared(day, tuple(steps), result)

    def _of(self, steps: Sequence[int]) -> Scenario:
        """Return the scenario of these steps."""
        scenario = self._scenario
        start = local(steps[0], scenario.time_zone).replace(tzinfo=None)
        changes: dict[str, Any] = {"start": start, "steps": len(steps)}
        grid = {}
        for name in BY_STEP:
            price = getattr(scenario.grid, name)
            if isinstance(price, tuple) and len(price) != 24:
                first = (steps[0] - self._calendar.first_ms) // self._calendar.step_ms
                grid[name] = price[first : first + len(steps)]
                if len(grid[name]) < len(steps):
                    raise JiranError(
                        f"grid.{name}: has values for {len(price)} steps, and the street goes on; give 24 by hour of the day"
                    )
        if grid:
            changes["grid"] = scenario.grid.model_copy(update=grid)
        return scenario.model_copy(update=changes)

    def _before(self, day: str) -> State | None:
        """Return what the day before left; None before the first."""
        state: State | None = None
        history: tuple[int, ...] = ()
        for earlier in self._days_until(day):
            run, rows = self._best(earlier)
            history += (run, len(rows))
            known = self._ends.get(earlier)
            if known is None or known[0] != history:
                steps = self._calendar.steps_of(earlier)[: len(rows)]
                if rows:
                    state = self._clear(earlier, steps, rows, state).result.state
                self._ends[earlier] = known = (history, state)
            state = known[1]
        return state

    def _days_until(self, day: str) -> list[str]:
        first = self._calendar.day_of(self._calendar.first_ms)
        found = []
        while first < day:
            found.append(first)
            first = self._calendar.day_of(self._calendar.at(first, 1, 12))
        return found


def ledger_day(cleared: Cleared, calendar: Calendar) -> Day:
    """Return a cleared day for the ledger."""
    result = cleared.result
    flows, homes = result.flows, result.traders
    trades = flows.trades_between(0, result.timeline.steps)
    steps = flows.step_of_trades(0, result.timeline.steps)
    paid, received = paid_for(trades), received_for(trades)
    made = tuple(
        Trade(
            calendar.written(cleared.steps[int(step)]), homes[int(one["seller"])], homes[int(one["buyer"])],
            float(one["kwh"]), float(pays), float(gets),
        )
        for step, one, pays, gets in zip(steps, trades, paid, received, strict=True)
    )  # fmt: skip
    scenario = result.scenario
    return Day(scenario.name, scenario.currency, cleared.day, scenario.step_minutes, homes, made)
