"""What batteries and cars should do in a step to come, as the scenario's own controllers say: advice, or commands where it says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jiran.errors import ScenarioError
from jiran.ledger.records import MILLION
from jiran.live.beginning import needed
from jiran.live.calendar import Calendar
from jiran.live.clearing import Clearing, metered
from jiran.live.registers import Quality
from jiran.live.rules import HOUR_MS
from jiran.live.store import Commanded, Row, Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.control.memory import Memory
    from jiran.result.result import Result, State
    from jiran.scenario import Scenario

#: What was read longer ago says nothing of a step to come.
_OLDEST_MS = 2 * HOUR_MS
_KNOWN = (Quality.MEASURED, Quality.INTERPOLATED)


class Setpoint(NamedTuple):
    """What a home's stores should do in a step.

    Attributes:
        home: Name.
        what: `setpoint` is advice; `command` is for who lets this street control a store.
        content: To be published.
    """

    home: str
    what: str
    content: dict[str, Any]


class Setpoints:
    """Asks the engine what stores would do if the steps to come were as the last one that is known.

    Attributes:
        clearing: Clears steps of homes with stores; None: there are no stores that a controller runs.
    """

    def __init__(
        self,
        scenario: Scenario,
        homes: Sequence[str],
        store: Store,
        calendar: Calendar,
        best: Callable[[str], tuple[int, list[list[Row]]]],
    ) -> None:
        """Keep the street; without stores that a controller runs nothing is asked.

        Raises:
            ScenarioError: `live.control` names what is no home, or one without a store to control.
        """
        self._calendar, self._store, self._best = calendar, store, best
        self._control = frozenset(scenario.live.control)
        self.clearing: Clearing | None = None
        cars = scenario.ev.planned and scenario.homes.data is None
        if scenario.homes.batteries or cars:
            asked = metered(scenario, homes, stores=True)
            self.clearing = Clearing(asked, calendar, homes, self._best_needed)
        refuse_control(scenario, homes)

    def of_next(self, day: str, steps: Sequence[int], rows: Sequence[Sequence[Row]], now_ms: int) -> list[Setpoint]:
        """Return what stores should do in the first step that has not begun, and keep what is commanded.

        Homes whose last step is not known get nothing: their stores are left to themselves.

        Args:
            day: Date.
            steps: Its steps so far.
            rows: What meters say of them.
            now_ms: What time it is, ms.
        """
        end_ms = steps[-1] + self._calendar.step_ms
        following = self._calendar.first_step_after(max(now_ms, end_ms))
        is_over = self._calendar.end_ms is not None and following >= self._calendar.end_ms
        if self.clearing is None or is_over or following - end_ms > _OLDEST_MS:
            return []
        to_come = range(end_ms, following + 1, self._calendar.step_ms)
        known = self._needed(steps, rows)
        every = [*steps, *to_come], [*known, *[known[-1]] * len(to_come)]
        result = self.clearing.ahead(day, *every, partial(self._held, following)).result
        powers = _powers_kw(result)
        heard = {row.home for row in rows[-1] if row.quality in _KNOWN}
        found = [self._said(home, following, kw) for home, kw in powers.items() if home in heard]
        told = {one.home for one in found if one.what == "command"}
        self._store.keep_commands(following, {home: _commanded(result, home, powers[home]) for home in told})
        return found

    def _held(self, following: int, before: Result) -> State | None:
        """Return the state after steps, with what the stores hold that do as they are told."""
        state = before.state
        if state is None or not self._control:
            return state
        told, homes = self._store.last_commands(following), before.community
        if state.at_home is not None:
            stored, begun = state.at_home.stored_kwh.copy(), before.scenario.home_battery.start_soc
            for at, home in enumerate(np.flatnonzero(homes.battery_kwh)):
                name = homes.ids[home]
                if name in self._control:
                    stored[at] = told[name][1].held / MILLION if name in told else begun * homes.battery_kwh[home]
            state = replace(state, at_home=state.at_home._replace(stored_kwh=stored))
        if state.cars is not None:
            stored = state.cars.stored_kwh.copy()
            for at, home in enumerate(np.flatnonzero(homes.ev_kw)):
                step_ms, one = told.get(homes.ids[home], (0, None))
                # Without an order for the step before nobody knows what it did, and it may have driven.
                if one is not None and one.car_held >= 0 and step_ms == following - self._calendar.step_ms:
                    stored[at] = one.car_held / MILLION
            state = replace(state, cars=state.cars._replace(stored_kwh=stored), ev_stored_kwh=stored.copy())
        return state

    def _said(self, home: str, step_ms: int, powers_kw: dict[str, float]) -> Setpoint:
        what = "command" if home in self._control else "setpoint"
        begin, end = (self._calendar.written(at) for at in (step_ms, step_ms + self._calendar.step_ms))
        content = {"v": 1, "home": home, "kind": what, "step": begin, "minutes": self._calendar.step_minutes,
                   "valid_from": begin, "valid_until": end, **powers_kw, "advice": what == "setpoint"}  # fmt: skip
        return Setpoint(home, what, content)

    def _needed(self, steps: Sequence[int], rows: Sequence[Sequence[Row]]) -> list[list[Row]]:
        """Return what homes needed or gave beside what their stores were commanded to do."""
        told = [self._store.commands(step) for step in steps] if self._control else [{}] * len(steps)
        return [[needed(row, of.get(row.home)) for row in found] for found, of in zip(rows, told, strict=True)]

    def _best_needed(self, day: str) -> tuple[int, list[list[Row]]]:
        run, rows = self._best(day)
        return run, self._needed(self._calendar.steps_of(day)[: len(rows)], rows)


def _commanded(result: Result, home: str, powers_kw: dict[str, float]) -> Commanded:
    """Return what a home's stores are told in the last step of a run."""
    step, homes, state = result.timeline.step_h * MILLION, result.community, result.state
    battery, car = (round(powers_kw.get(name, 0.0) * step) for name in ("battery_kw", "car_kw"))
    held = _stored(None if state is None else state.at_home, homes.battery_kwh, homes.ids.index(home))
    car_held = _stored(None if state is None else state.cars, homes.ev_kw, homes.ids.index(home))
    return Commanded(battery, car, held or 0, -1 if car_held is None else car_held)


def _stored(memory: Memory | None, size: NDArray[np.float64], home: int) -> int | None:
    """Return what the store of a home holds, millionths of a kWh; None if it has none.

    Args:
        memory: Of all such stores.
        size: By home; who has one has more than 0.
        home: Its place.
    """
    if memory is None or not size[home]:
        return None
    return round(float(memory.stored_kwh[np.count_nonzero(size[:home])]) * MILLION)


def _powers_kw(result: Result) -> dict[str, dict[str, float]]:
    """Return by home the mean power of its stores in the last step of a run, kW; what is taken in is > 0."""
    last, homes, step_h = result.timeline.steps - 1, result.community, result.timeline.step_h

    def kw(taken: str, given: str, home: int) -> float:
        in_kwh, out_kwh = (result.flows.between(name, last, last + 1)[0][home] for name in (taken, given))
        return round(float(in_kwh - out_kwh) / step_h, 6)

    found: dict[str, dict[str, float]] = {}
    for n, home in enumerate(homes.ids):
        if homes.battery_kwh[n] > 0.0:
            found.setdefault(home, {})["battery_kw"] = kw("home_battery_charged_kwh", "home_battery_given_kwh", n)
        if result.scenario.ev.planned and homes.ev_kw[n] > 0.0:
            found.setdefault(home, {})["car_kw"] = kw("ev_kwh", "ev_supplied_kwh", n)
    return found


def refuse_control(scenario: Scenario, homes: Sequence[str]) -> None:
    """Refuse to control what is not there.

    Raises:
        ScenarioError: `live.control` names what is no home, or one without a store to control.
    """
    if not scenario.live.control:
        return
    from jiran.homes.community import modelled_community  # noqa: PLC0415  only who controls pays for it

    community = modelled_community(metered(scenario, homes, stores=True))
    cars = scenario.ev.planned
    stores = {
        home
        for n, home in enumerate(community.ids)
        if community.battery_kwh[n] > 0.0 or (cars and community.ev_kw[n] > 0.0)
    }
    for home in scenario.live.control:
        if home not in homes:
            raise ScenarioError("live.control", home, "must name homes of the scenario")
        if home not in stores:
            raise ScenarioError(
                "live.control",
                home,
                'must name homes with a battery, or with a car under ev.charging = "smart" or "v2g"',
            )
