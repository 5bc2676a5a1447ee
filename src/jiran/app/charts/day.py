"""The run along one time axis: six panels that share a crosshair."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jiran import palette
from jiran.app.charts import day_ghosts
from jiran.app.charts.base import GHOST, Spec, ghost_key, mark_line, rounded
from jiran.app.charts.day_panels import Panel, has_sun, line, panels_of
from jiran.app.charts.day_points import (
    GHOST_PREFIX,
    Points,
    labels,
    nights_ms,
    with_those_of_a,
)

if TYPE_CHECKING:
    from jiran.result.result import Result

_TOP, _FIRST_PANEL, _PANEL = 6, 300, 216  # heights in px, heading and labels included
_SLIDER = 46
_LEFT, _RIGHT = 44, 34
_NIGHT = f"{palette.LOAD}22"
MOST_NIGHTS = 31
_DIGITS = 3  # of a point; more than a picture of some hundred pixels can show
_PHONE = 330  # width for a legend on a phone, px
_MANY = 100  # points from which on one can zoom


def spec(result: Result, shown: Points, before: Points | None = None, step: int | None = None) -> Spec:
    """Return the picture: panels that share time axis, crosshair and zoom.

    Args:
        result: The run.
        shown: Its points.
        before: The points of A, drawn over them.
        step: The step that is marked.
    """
    shown = with_those_of_a(shown, before)
    panels = panels_of(result, shown)
    if before is not None:
        panels = [replace(one, series=[*one.series, *day_ghosts.of_panel(one.series, shown, before)]) for one in panels]
    tops = [_TOP, *(_TOP + _FIRST_PANEL + _PANEL * place for place in range(len(panels) - 1))]
    series = _series(panels, shown, None if step is None else _middle_ms(result, shown, step))
    names = list(dict.fromkeys(one["encode"]["y"] for one in series if "encode" in one))
    columns = [labels(shown), *(rounded(shown.frame[name], _DIGITS) for name in names)]
    title = {"left": 0, "padding": 0, "textStyle": {"fontSize": 14, "fontWeight": 600}}
    button = {"name": _file_name(result, shown), "title": "PNG"}
    option: Spec = {
        "animation": False,
        "useUTC": True,
        "dataset": {"dimensions": ["when", *names], "source": [list(row) for row in zip(*columns, strict=True)]},
        "title": [title | {"text": panel.title, "top": top} for panel, top in zip(panels, tops, strict=True)],
        "legend": [_legend(panel, top) for panel, top in zip(panels, tops, strict=True)],
        "grid": _grids(panels, tops, most_lines=1),
        "xAxis": [_points_axis(place) for place in range(len(panels))]
        + [_clock_axis(place, shown) for place in range(len(panels))],
        "yAxis": _y_axes(panels),
        "axisPointer": {"link": [{"xAxisIndex": list(range(len(panels)))}]},
        "tooltip": {"trigger": "axis", "confine": True, "padding": 8, "textStyle": {"fontSize": 12}},
        "toolbox": {"right": 0, "top": 0, "padding": 0, "itemSize": 14, "feature": {"saveAsImage": button}},
        "series": series,
        "media": [{"query": {"maxWidth": 600}, "option": {"grid": _grids(panels, tops, most_lines=2)}}],
    }
    if shown.frame.height > _MANY:
        every = list(range(2 * len(panels)))
        # One finger scrolls the page; two fingers, the wheel or the slider zoom.
        inside = {"type": "inside", "xAxisIndex": every, "moveOnMouseMove": False}
        slider = {"type": "slider", "xAxisIndex": every, "height": 22, "bottom": 6, "showDetail": False}
        option["dataZoom"] = [inside, slider | {"left": _LEFT, "right": _RIGHT, "brushSelect": False}]
    return option


def height(option: Spec) -> int:
    """Return the height that a picture needs, px."""
    return _TOP + _FIRST_PANEL + _PANEL * (len(option["grid"]) - 1) + (_SLIDER if "dataZoom" in option else 0)


def _middle_ms(result: Result, shown: Points, step: int) -> float:
    """Return where the middle of a step is on the clock axis, ms."""
    first, minutes = shown.frame["time"].dt.epoch("s")[0], result.timeline.step_minutes
    return shown.clock_ms[0] + 1000.0 * float(result.timeline.utc_s[step] - first + 30 * minutes)


def _series(panels: list[Panel], shown: Points, marked_ms: float | None) -> list[Spec]:
    """Put each series on its panel's axes, with the nights behind, and what the tooltip says besides."""
    found: list[Spec] = []
    axes: list[int] = [0]
    many = shown.frame.height > _MANY
    form = {"valueFormatter": f"%.2f {shown.unit}"}
    for place, panel in enumerate(panels):
        for one in panel.series:
            if one["type"] == "line":
                one["showSymbol"] = shown.frame.height == 1  # a line needs two points
            own: Spec = {
                "xAxisIndex": place if "encode" in one else len(panels) + place,
                "yAxisIndex": axes[-1] + one["yAxisIndex"],
            }
            if one["type"] == "bar":
                own |= {"stack": f"panel {place}", "barCategoryGap": "0%" if many else "10%"}
            elif many:
                own["lineStyle"] = one["lineStyle"] | {"width": min(1.5, one["lineStyle"]["width"])}
            found.append({"tooltip": form} | one | own)
        axes.append(axes[-1] + len(panel.axes))
    data = [[{"xAxis": start}, {"xAxis": end}] for start, end in nights_ms(shown, most=MOST_NIGHTS)]
    nights = {"silent": True, "itemStyle": {"color": _NIGHT}, "data": data}
    mark = {} if marked_ms is None else {"markLine": mark_line(marked_ms)}
    clocks = [
        {"type": "line", "data": [], "xAxisIndex": len(panels) + place, "yAxisIndex": axes[place], "markArea": nights}
        | mark
        for place in range(len(panels))
    ]
    return [*found, *clocks, *_for_tooltip(panels, shown, axes[-1])]


def _for_tooltip(panels: list[Panel], shown: Points, axis: int) -> list[Spec]:
    """Return lines that are not drawn: with them the first panel's tooltip speaks for all panels."""
    money = panels[-1].title.removeprefix("Prices, ")
    wanted = [
        *([("generation_kwh", "Solar generation", palette.SOLAR)] if has_sun(shown) else []),
        ("soc_kwh", "Stored at the end", palette.BATTERY),
        ("trades", "Trades", palette.LOAD),
        ("traded_kwh", "Traded", palette.P2P),
        ("p2p_price", "Price between neighbours", palette.P2P),
        *day_ghosts.in_tooltip(shown),
    ]
    forms = {"soc_kwh": "%.2f kWh", "trades": "%d", "traded_kwh": "%.2f kWh", "p2p_price": f"%.3f {money}"}
    unseen = {"xAxisIndex": 0, "yAxisIndex": axis, "silent": True}
    return [
        line(column, name, colour, 0)
        | unseen
        | {"tooltip": {"valueFormatter": forms.get(column.removeprefix(GHOST_PREFIX), f"%.2f {shown.unit}")}}
        for column, name, colour in wanted
        if column != "soc_kwh" or any(panel.most for panel in panels)
    ]


def _legend(panel: Panel, top: int) -> Spec:
    names = [ghost_key() if name == GHOST else name for name in dict.fromkeys(str(one["name"]) for one in panel.series)]
    place = {"top": top + 20, "left": 0, "right": 24}
    return place | {"data": names, "itemWidth": 14, "itemHeight": 9, "itemGap": 12, "padding": 3}


def _grids(panels: list[Panel], tops: list[int], *, most_lines: int) -> list[Spec]:
    """Return the places of the panels; only the first has a tooltip, which speaks for all."""
    grids = []
    for place, (panel, top) in enumerate(zip(panels, tops, strict=True)):
        width = sum(26 + 6.2 * len(name) for name in {one["name"] for one in panel.series})
        above = 26 + 20 * (most_lines if width > _PHONE else 1)
        height = (_PANEL if place else _FIRST_PANEL) - above - 36
        where = {"left": _LEFT, "right": _RIGHT, "top": top + above, "height": height}
        grids.append(where | {"tooltip": {"show": place == 0}})
    return grids


def _points_axis(place: int) -> Spec:
    """Return the axis of the points, one category each; the clock axis carries the labels."""
    nothing = {name: {"show": False} for name in ("axisLabel", "axisTick", "axisLine")}
    pointer = {"show": True, "label": {"show": False}, "triggerTooltip": place == 0, "triggerEmphasis": False}
    return {"type": "category", "gridIndex": place, "position": "bottom", "axisPointer": pointer, **nothing}


def _clock_axis(place: int, shown: Points) -> Spec:
    """Return the axis of time from the start of the first point to the end of the last."""
    first, last = shown.clock_ms
    day = "{d} {MMM}" if shown.several_days else "{HH}:{mm}"
    form = {"year": "{yyyy}", "month": "{MMM} {yyyy}" if shown.unit != "kW" else day, "day": day, "hour": "{HH}:{mm}"}
    return {
        "type": "time", "gridIndex": place, "position": "bottom", "min": first, "max": last, "splitLine": {"show": False},
        "axisPointer": {"show": False}, "axisLabel": {"formatter": form, "fontSize": 11, "hideOverlap": True},
    }  # fmt: skip


def _y_axes(panels: list[Panel]) -> list[Spec]:
    """Return the axes of all panels, and one that is not drawn for what only the tooltip says."""
    axes = [axis | {"gridIndex": place} for place, panel in enumerate(panels) for axis in panel.axes]
    return [*axes, {"type": "value", "gridIndex": 0, "show": False}]


def _file_name(result: Result, shown: Points) -> str:
    first, last = (str(shown.frame["time"][place].date()) for place in (0, -1))
    return f"jiran-{result.scenario.name}-{first}" + ("" if first == last else f"-to-{last}")
