"""A week of meter data as its files say it, before anything is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran import palette
from jiran.app.charts.base import amounts, chart, room, short

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec
    from jiran.homes.meter.week import Week

#: Quantities as the legend says them, and their colours.
QUANTITIES = {
    "load": ("Load", palette.LOAD),
    "generation": ("Generation", palette.SOLAR),
    "ev": ("EV charging", palette.EV),
    "import": ("Import", palette.GRID),
    "export": ("Export", palette.EXPORT),
}


def week(shown: Week, home: str | None) -> Spec:
    """Draw the power of a home, or of a mean home, hour by hour; where nothing is known the line is broken."""
    times = [f"{time:%a} {time.day} {time:%b}\n{time:%H:%M}" for time in shown.times]
    series = [
        {
            "name": QUANTITIES[name][0], "type": "line", "color": QUANTITIES[name][1], "step": "end", "showSymbol": False,
            "lineStyle": {"width": 1.8}, "data": [short(value, 3) if np.isfinite(value) else None for value in kw],
        }
        for name, kw in shown.of(home).items()
    ]  # fmt: skip
    return chart(
        "week",
        legend={"top": 0, "icon": "roundRect", "itemWidth": 14, "itemHeight": 4},
        grid=room(top=34, bottom=24, right=14) | {"left": 34},
        tooltip={"trigger": "axis", "valueFormatter": "%.2f kW"},
        xAxis={"type": "category", "data": times, "axisTick": {"show": False}, "boundaryGap": False}
        | {"axisLabel": {"interval": _HOURS_OF_LABELS[len(times) > 24] - 1, "hideOverlap": True, "lineHeight": 15}},
        yAxis=amounts("kW", nameGap=32),
        series=series,
    )


#: A label stands at every so many hours, of one day and of several.
_HOURS_OF_LABELS = {False: 6, True: 24}
