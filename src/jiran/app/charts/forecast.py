"""A forecast beside what came, and how wrong it is the further it looks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran import palette
from jiran.app.charts.lines import drawn

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec
    from jiran.judge.forecast_day import Foreseen

#: What the lines are called, in their order, and how they are drawn.
CAME, YESTERDAY = "What came", "yesterday"


def day(shown: Foreseen, times: list[str]) -> Spec:
    """Draw what was said of a day, what the day before brought, and what came.

    Args:
        shown: The day.
        times: Label of each step.
    """
    lines = [(CAME, shown.came, _LOOKS[CAME]), (shown.forecast, shown.said, _FORECAST)]
    if shown.forecast != YESTERDAY:
        lines.append((YESTERDAY, shown.yesterday, _LOOKS[YESTERDAY]))
    return drawn("forecast-day", lines, times, "kWh a step: lacks > 0, to spare < 0")


def by_lead(shown: Foreseen, step_h: float) -> Spec:
    """Draw the mean absolute error by how far a forecast looks ahead.

    Args:
        shown: The errors.
        step_h: Length of a step.
    """
    lines = [(shown.forecast, shown.wrong, _FORECAST)]
    if shown.forecast != YESTERDAY:
        lines.append((YESTERDAY, shown.yesterday_wrong, _LOOKS[YESTERDAY]))
    ahead = [f"{(step + 1) * step_h:g} h" for step in range(len(shown.wrong))]
    return drawn("forecast-error", lines, ahead, "Mean error, kWh a step")


#: How lines are drawn; what came is the thick one.
_FORECAST: Spec = {"color": palette.BATTERY, "lineStyle": {"width": 2}}
_LOOKS: dict[str, Spec] = {
    CAME: {"color": palette.LOAD, "lineStyle": {"width": 3}, "areaStyle": {"opacity": 0.12}},
    YESTERDAY: {"color": palette.GRID, "lineStyle": {"width": 1.5, "type": "dashed"}},
}
