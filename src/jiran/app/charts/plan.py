"""A plan as pictures: what has come back by each year, and how far each assumption moves the value of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran import palette
from jiran.app.charts.base import amounts, chart, names, room, short
from jiran.report.plan import say
from jiran.report.plan.further import SWINGS

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec
    from jiran.plan import Planned, Ranges


def course(planned: Planned) -> Spec:
    """Draw a bar for each year: what has come back so far, below 0 what has not."""
    total = np.cumsum(planned.owners.flows)
    data = [
        {"value": short(value, 0), "itemStyle": {"color": palette.P2P if value >= 0.0 else palette.GRID}}
        for value in total.tolist()
    ]
    return chart(
        "plan-years",
        grid=room(top=36, bottom=52),
        tooltip={"trigger": "axis", "axisPointer": {"type": "shadow"}},
        xAxis={
            "type": "category", "data": [str(year) for year in range(total.size)], "name": "Year", "nameLocation": "middle",
            "nameGap": 28, "axisLine": {"onZero": False},
        },
        yAxis={"type": "value", "name": f"Come back so far, {planned.currency}", "nameTextStyle": {"align": "left"}},
        series=[{"type": "bar", "name": "Come back so far", "data": data, "barCategoryGap": "25%"}],
    )  # fmt: skip


def tornado(planned: Planned, ranges: Ranges) -> Spec:
    """Draw a bar for each assumption, from the value of today at its lowest to that at its highest."""
    swings = [one for one in ranges.swings if one.width > 0.0]
    middle = planned.owners.npv
    labels = [
        f"{name[0].upper()}{name[1:]}\n{say.share(one.low)} to {say.share(one.high)}"
        for one, (name, _) in ((one, SWINGS[one.field]) for one in swings)
    ]
    sides = (("At its lowest", palette.SOLAR, "npv_low"), ("At its highest", palette.BATTERY, "npv_high"))
    series = [
        {
            "type": "bar", "name": name, "stack": "swing", "color": colour, "barWidth": 18,
            "data": [short(getattr(one, end) - middle, 0) for one in swings],
        }
        for name, colour, end in sides
    ]  # fmt: skip
    return chart(
        "plan-matters",
        grid=room(top=34, bottom=48),
        legend={"top": 0, "left": 0},
        tooltip={"trigger": "axis", "axisPointer": {"type": "shadow"}},
        yAxis=names(labels, axisLabel={"lineHeight": 14, "interval": 0}),
        xAxis=amounts(f"Change of the value of today, {planned.currency}"),
        series=series,
    )
