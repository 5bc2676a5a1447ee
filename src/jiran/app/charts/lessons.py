"""What comes out in a lesson, as bars by setting, or as lines by the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran import palette
from jiran.app.charts.base import amounts, chart, room, short
from jiran.app.charts.base import names as rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jiran.app.charts.base import Spec
    from jiran.classroom.lessons import Lesson

_COLOURS = (palette.P2P, palette.SELLERS, palette.BUYERS, palette.EV)


def outcome(lesson: Lesson, values: Sequence[float]) -> Spec:
    """Draw the measures that tell most.

    Args:
        lesson: The lesson.
        values: What its predictions come to, in their order.
    """
    shown = [(one, value) for one, value in zip(lesson.predicted, values, strict=True) if one.what in lesson.chart]
    by_hour = all(isinstance(one.of, int) for one, _ in shown)
    cells = {
        (one.case, f"{one.of:02d}:00") if by_hour else (one.label, one.case): short(value, one.measure.digits)
        for one, value in shown
    }
    places = _hours(place for _, place in cells) if by_hour else list(dict.fromkeys(place for _, place in cells))
    names = list(dict.fromkeys(name for name, _ in cells))
    look: Spec = (
        {"type": "line", "lineStyle": {"width": 3}, "symbolSize": 10} if by_hour else {"type": "bar", "barMaxWidth": 18}
    )
    series: list[dict[str, Any]] = [
        {**look, "name": name, "color": colour, "data": [cells.get((name, place)) for place in places]}
        for name, colour in zip(names, _COLOURS, strict=False)
    ]
    title = shown[0][0].measure.label.replace(" from {:02d}:00", "") if by_hour or len(names) == 1 else ""
    if by_hour:
        axes = {"xAxis": {"type": "category", "data": places}, "yAxis": amounts(title, nameGap=44)}
    else:
        axes = {"xAxis": amounts(title), "yAxis": rows(places, axisLabel={"interval": 0})}
    return chart(
        f"lesson-{lesson.title}",
        **axes,
        legend={"top": 0} if len(names) > 1 else {"show": False},
        grid=room(top=40 if len(names) > 1 else 16) | ({"left": 32} if by_hour else {}),  # room for what goes up
        tooltip={"trigger": "axis", "confine": True},
        series=series,
    )


def _hours(told: Iterable[str]) -> list[str]:
    """Return each full hour from the first to the last that is told, so that time goes on evenly."""
    hours = [int(hour.partition(":")[0]) for hour in told]
    return [f"{hour:02d}:00" for hour in range(min(hours), max(hours) + 1)]


def outcome_alt(lesson: Lesson, values: Sequence[float]) -> str:
    """Say what `outcome` shows."""
    told = (
        f"{one.case}, {one.label}: {round(value, one.measure.digits) + 0.0:g}"
        for one, value in zip(lesson.predicted, values, strict=True)
        if one.what in lesson.chart
    )
    return f"{'; '.join(told)}."
