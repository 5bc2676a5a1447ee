"""Fig. 4 and Fig. 6 of the paper over many seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran import palette

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec
    from jiran.app.paper_check import Array, Check

_HOURS = [f"{hour:02d}" for hour in range(24)]


def battery_band(check: Check, capacity_kwh: float) -> Spec:
    """Return Fig. 4: the battery at the end of each hour, as a band over the seeds."""
    soc, blue = check.soc_kwh, palette.BATTERY
    low, high = soc.min(axis=0), soc.max(axis=0)
    p5, p95 = np.percentile(soc, (5, 95), axis=0)
    bands = (("5 to 95% of seeds", 0.5), ("All seeds", 0.25))
    hidden = {"lineStyle": {"opacity": 0}}
    full = {"silent": True, "symbol": "none", "label": {"show": False}, "data": [{"yAxis": capacity_kwh}]}
    full["lineStyle"] = {"color": blue, "type": "dashed"}
    return _frame("fig-4", "Stored, kWh", [
        _line("Lowest", low, blue) | hidden | {"stack": "all"},
        _band(*bands[1], high - low, "all"),
        _line("5%", p5, blue) | hidden | {"stack": "most"},
        _band(*bands[0], p95 - p5, "most"),
        _line("Middle", np.median(soc, axis=0), blue) | {"lineStyle": {"width": 2.5}, "markLine": full},
        _line("95%", p95, blue) | hidden,
        _line("Highest", high, blue) | hidden,
    ], ["Middle", *({"name": name, "icon": "roundRect", "itemStyle": {"opacity": opacity}} for name, opacity in bands)], "%.1f kWh")  # fmt: skip


def trades_by_hour(check: Check) -> Spec:
    """Return Fig. 6 in both readings: number of trades and energy of trades, means over the seeds."""
    number, energy = check.trades.mean(axis=0), check.p2p_kwh.mean(axis=0)
    bars = {"type": "bar", "name": "Number of trades (right)", "color": f"{palette.LOAD}99", "yAxisIndex": 1}
    bars |= {"data": _short(number), "barCategoryGap": "10%", "tooltip": {"valueFormatter": "%.1f"}}
    line = _line("Energy, kWh (left)", energy, palette.P2P) | {"lineStyle": {"width": 2.5}, "step": "middle"}
    option = _frame("fig-6", "", [bars, line], ["Number of trades (right)", "Energy, kWh (left)"], "%.1f kWh")
    axis = {"type": "value", "splitNumber": 3}
    return option | {"yAxis": [axis, axis | {"splitLine": {"show": False}}]}


def _frame(name: str, unit: str, series: list[Spec], legend: list[str | Spec], form: str) -> Spec:
    legends = {"data": legend, "left": 0, "right": 28, "top": 0, "itemWidth": 14, "itemHeight": 9, "padding": 3}
    return {
        "animation": False,
        "tooltip": {"trigger": "axis", "confine": True, "valueFormatter": form},
        "legend": legends,
        "grid": {"left": 34, "right": 34, "top": 54 if unit else 36, "bottom": 42, "outerBoundsMode": "none"},
        "toolbox": {"right": 0, "top": 0, "padding": 0, "itemSize": 14, "feature": {"saveAsImage": {"name": f"jiran-{name}", "title": "PNG"}}},
        "xAxis": {"type": "category", "data": _HOURS, "name": "Hour of the day", "nameLocation": "middle", "nameGap": 26},
        "yAxis": {"type": "value", "name": unit, "nameTextStyle": {"align": "left", "padding": [0, 0, 0, -30]}, "splitNumber": 4},
        "series": series,
    }  # fmt: skip


def _line(name: str, values: Array, colour: str) -> Spec:
    return {"type": "line", "name": name, "color": colour, "showSymbol": False, "data": _short(values)}


def _band(name: str, opacity: float, width: Array, stack: str) -> Spec:
    """Return an area on top of the hidden line of its stack; its own value is a width, which says nothing."""
    area = {"areaStyle": {"opacity": opacity}, "lineStyle": {"opacity": 0}, "tooltip": {"show": False}, "silent": True}
    return _line(name, width, palette.BATTERY) | {"stack": stack} | area


def _short(values: Array) -> list[float]:
    return [round(float(value), 3) for value in values]
