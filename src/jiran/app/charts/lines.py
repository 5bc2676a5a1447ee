"""Lines over places that have names, as hours of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.app.charts.base import amounts, chart, in_format, mark_line, room, short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.app.charts.base import Spec


def drawn(
    name: str,
    lines: list[tuple[str, NDArray[np.float64], Spec]],
    across: list[str],
    title: str,
    unit: str = "kWh",
    mark: int | None = None,
) -> Spec:
    """Draw lines over places that have names.

    Args:
        name: Of the chart's file.
        lines: Name, values (NaN: broken) and look of each.
        across: Names of the places.
        title: Of the side upwards.
        unit: Of the values.
        mark: The place of the step that is looked at.
    """
    series: list[Spec] = [
        {
            "name": called, "type": "line", "showSymbol": False, **look,
            "data": [short(value, 4) if np.isfinite(value) else None for value in values],
        }
        for called, values, look in lines
    ]  # fmt: skip
    if mark is not None and series:
        series[0]["markLine"] = mark_line(mark)
    return chart(
        name,
        legend={"top": 0, "icon": "roundRect", "itemWidth": 16, "itemHeight": 4},
        grid=room(top=34, bottom=28, right=14) | {"left": 48},
        tooltip={"trigger": "axis", "valueFormatter": f"%.3f {in_format(unit)}", "confine": True},
        xAxis={"type": "category", "data": across, "axisTick": {"show": False}, "boundaryGap": False}
        | {"axisLabel": {"hideOverlap": True}, "axisLine": {"onZero": False}},
        yAxis=amounts(title, nameGap=40),
        series=series,
    )
