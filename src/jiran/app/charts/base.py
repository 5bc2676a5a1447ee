"""What all charts share: the window of time they show, and the parts of a specification."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from jiran import palette
from jiran.words import time_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable

Spec = dict[str, Any]

#: A browser gets at most this many points a series; longer windows are shown in coarser bins.
MOST_POINTS = 500

#: The pinned scenario as legends name it, and how strongly its lines are drawn.
GHOST, GHOST_OPACITY = "A", 0.55

#: Homes that are drawn one by one; of more, kinds and the extremes are shown.
MOST_HOMES = 40


@dataclass(frozen=True)
class Window:
    """The steps first <= step < last that a page shows."""

    first: int
    last: int


def time_labels(frame: pl.DataFrame, *, days: bool) -> list[str]:
    """Return the axis labels of a frame's times: "08:00", or "21 Mar 08:00" when there are several days."""
    return [f"{f'{time:%-d %b} ' if days else ''}{time_of_day(time)}" for time in frame["time"].to_list()]


def rounded(values: pl.Series, digits: int = 3) -> list[float | None]:
    """Return values short enough to send."""
    return values.round(digits).to_list()


def mark_line(across: float) -> Spec:
    """Return the line that marks the hour that is looked at, at a place of the axis of time."""
    style = {"color": palette.LOAD, "type": "solid", "width": 2}
    return {"silent": True, "symbol": "none", "label": {"show": False}, "lineStyle": style, "data": [{"xAxis": across}]}


def chart(file_name: str, **option: Any) -> dict[str, Any]:
    """Return a specification that does not move, with a button that saves it as a picture."""
    save = {"name": f"jiran-{file_name}", "title": "Save as PNG", "pixelRatio": 2}
    toolbox = {"right": 0, "bottom": 0, "itemSize": 13, "feature": {"saveAsImage": save}}
    return {"animation": False, "toolbox": toolbox, **option}


def in_template(text: str) -> str:
    """Return text for the template of a tooltip, which is HTML with fields in braces.

    Example:
        >>> in_template("<b>{a}")
        '&lt;b&gt;(a)'
    """
    return html.escape(text.replace("{", "(").replace("}", ")"))


def in_format(unit: str) -> str:
    """Return a unit for a format of numbers, in which a percent sign means a number.

    Example:
        >>> f"%.2f {in_format('a%')}"
        '%.2f a%%'
    """
    return unit.replace("%", "%%")


def room(*, top: int, bottom: int = 44, right: int = 24) -> dict[str, Any]:
    """Return the place of the axes: what is given around them, and room for their labels."""
    return {"left": 8, "right": right, "top": top, "bottom": bottom, "containLabel": True}


def amounts(name: str, **more: Any) -> dict[str, Any]:
    """Return an axis of numbers with its name in the middle."""
    return {"type": "value", "name": name, "nameLocation": "middle", "nameGap": 28, **more}


def names(labels: list[str], **more: Any) -> dict[str, Any]:
    """Return an axis of names, the first on top, that stands aside even if bars go to both sides."""
    line = {"onZero": False, "show": False}
    return {"type": "category", "data": labels, "inverse": True, "axisTick": {"show": False}, "axisLine": line, **more}


def kinds_there(kinds: Iterable[str]) -> list[str]:
    """Return the kinds that occur, in the order of the palette."""
    found = set(kinds)
    return [kind for kind in palette.KINDS if kind in found]


def short(value: float, digits: int = 2) -> float:
    """Return a number short enough to send."""
    return round(float(value), digits) + 0.0


def ghost_line(line: Spec, **own: Any) -> Spec:
    """Return a line as it was in A: dashed and pale in the same hue; `own` is what differs, such as its data."""
    kept = {name: value for name, value in line.items() if name not in ("areaStyle", "markLine", "data")}
    style = {**line.get("lineStyle", {}), "type": [6, 4], "width": 2, "opacity": GHOST_OPACITY}
    return {**kept, "name": GHOST, "showSymbol": False, "lineStyle": style, **own}


def ghost_marks(marks: Iterable[tuple[float, int, str, str]], symbol: str, size: object) -> Spec:
    """Return where points were in A, as hollow marks.

    Args:
        marks: Of each its value, its place on the axis of names, its name and its colour.
        symbol: Shape of the marks, a symbol of ECharts.
        size: One number, or width and height, px.
    """
    data = [
        {"name": name, "value": [short(value), place], "itemStyle": {"borderColor": colour}}
        for value, place, name, colour in marks
    ]
    style = {"color": "transparent", "borderWidth": 1.5, "opacity": 0.75}
    return {
        "name": GHOST, "type": "scatter", "symbol": symbol, "symbolSize": size, "color": palette.LOAD,
        "itemStyle": style, "tooltip": {"formatter": f"{{b}}<br>{GHOST}: {{@[0]}}"}, "data": data, "z": 4,
    }  # fmt: skip


def ghost_strokes(marks: Iterable[tuple[float, int, str]], height: int) -> Spec:
    """Return where bars that lie ended in A, as thin upright strokes; of each value, place and name.

    A stroke is white with a dark rim, so that it can be seen on bars of any colour, in light and in dark. The rim is a
    wider stroke behind it, because ECharts stretches the border of a narrow symbol.
    """
    white = ghost_marks([(*mark, "#fff") for mark in marks], "rect", [2, height])
    rims = [one | {"symbolSize": [4, height + 2], "itemStyle": {"color": "#555"}} for one in white["data"]]
    return {**white, "itemStyle": {"color": "#fff"}, "data": [*rims, *white["data"]]}


def ghost_end(bar: Spec, **own: Any) -> Spec:
    """Return where bars ended in A: a dashed line that can be seen on bars of any colour, in light and in dark."""
    seen = {"color": "#fff", "opacity": 1, "shadowColor": "#000", "shadowBlur": 3}
    line = ghost_line(bar, type="line", **own)
    return {**line, "lineStyle": {**line["lineStyle"], "width": 1.5, **seen}}


def ghost_key(icon: str = "path://M0,4h6v2h-6zM8,4h6v2h-6z") -> Spec:
    """Return the entry of A in a legend: two dashes, or another icon, without the colour of any one thing."""
    return {"name": GHOST, "icon": icon, "itemStyle": {"color": palette.LOAD, "opacity": 1}}
