"""What batteries should do in the next step, as the scenario's own controllers say: advice, unless an operator wires it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from jiran.live.calendar import Calendar
from jiran.live.clearing import Clearing, metered
from jiran.live.store import Row

if TYPE_CHECKING:
    from jiran.scenario import Scenario


class Setpoints:
    """Asks the engine what batteries would do if the next step were as the last one."""

    def __init__(
        self,
        scenario: Scenario,
        homes: Sequence[str],
        calendar: Calendar,
        best: Callable[[str], tuple[int, list[list[Row]]]],
    ) -> None:
        """Keep the street; without batteries in homes nothing is asked."""
        self._calendar = calendar
        self._clearing = None
        if scenario.homes.batteries:
            self._clearing = Clearing(metered(scenario, homes, batteries=True), calendar, homes, best)

    def of_next(self, day: str, steps: Sequence[int], rows: Sequence[Sequence[Row]]) -> dict[str, dict[str, Any]]:
        """Return by home what its battery should do: mean power in kW, charging is > 0.

        Args:
            day: Date.
            steps: Its steps so far.
            rows: What meters say of them.
        """
        following = steps[-1] + self._calendar.step_ms
        if self._clearing is None or self._calendar.day_of(following) != day:
            return {}
        result = self._clearing.clear(day, [*steps, following], [*rows, rows[-1]]).result
        last = result.timeline.steps - 1
        charged = result.flows.between("home_battery_charged_kwh", last, last + 1)[0]
        given = result.flows.between("home_battery_given_kwh", last, last + 1)[0]
        return {
            home: {"v": 1, "home": home, "step": self._calendar.written(following), "minutes": self._calendar.step_minutes,
                   "battery_kw": round(float(charged[n] - given[n]) / result.timeline.step_h, 6), "advice": True}
            for n, home in enumerate(result.community.ids)
            if result.community.battery_kwh[n] > 0.0
        }  # fmt: skip
