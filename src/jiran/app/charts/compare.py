"""The pictures of a comparison as ECharts draws them; what they show is said in `report.pictures`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.app.charts.base import amounts, chart, in_format, in_template, names, room, short

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec
    from jiran.market.family import Family
    from jiran.report.picture import Array, Course, Dot, Picture, Side

#: Width of a mark, pixels.
_MARK = 13
#: A chart is narrow up to this width, and then has this much room on the right, pixels.
_NARROW, _ASIDE = 520, 16
#: A series of texts at places.
_TEXT = {"type": "scatter", "symbolSize": 1, "silent": True, "clip": False, "itemStyle": {"color": "transparent"}}
_DASHES = ("solid", "dashed", "dotted")
_GREY = "#7F8C9B"
#: How strokes are drawn, by their look.
_LOOKS: dict[str, Spec] = {
    "cross": {"symbol": "none", "lineStyle": {"color": _GREY, "width": 1, "opacity": 0.4}},
    "band": {
        "symbol": "rect", "symbolSize": [1.5, 8],
        "lineStyle": {"color": _GREY, "width": 1.5}, "itemStyle": {"color": _GREY},
    },
    "lead": {"symbol": "none", "lineStyle": {"color": _GREY, "width": 1, "opacity": 0.5}, "tooltip": {"show": False}},
}  # fmt: skip


def spec(picture: Picture) -> Spec:
    """Return the chart of a picture."""
    around = picture.room
    inside = room(top=int(around.top), right=int(around.right), bottom=int(around.bottom))
    series = [
        *_window(picture),
        *_strokes(picture, "cross"),
        *_bars(picture),
        *(_course(course) for course in picture.courses),
        *_dots(picture),
        *_strokes(picture, "band"),
        *_strokes(picture, "lead"),
        _texts(picture),
    ]
    more: Spec = {"legend": _legend(picture.legend)} if picture.legend else {}
    if picture.courses:
        more["media"] = [{"query": {"maxWidth": _NARROW}, "option": _narrow(picture)}]
    return chart(
        picture.name,
        **more,
        grid=inside if picture.up.places else around._asdict(),
        tooltip=_tooltip(picture),
        xAxis=_across(picture.across),
        yAxis=_up(picture.up),
        series=series,
    )


def _narrow(picture: Picture) -> Spec:
    """Return what a narrow screen shows of lines: their names above and not beside them, where they leave no room."""
    away: list[Spec] = [{"name": "names", "label": {"show": False}}, {"name": "lead", "lineStyle": {"opacity": 0}}]
    names_of = [course.name for course in picture.courses]
    legend = {"show": True, "type": "scroll", "top": 0, "data": names_of}
    return {"grid": {"right": _ASIDE, "top": 52}, "legend": legend, "series": away}


def _tooltip(picture: Picture) -> Spec:
    """Return what is shown where somebody points: of lines all at that place, of other marks the one."""
    if not picture.courses:
        return {"trigger": "item", "confine": True}
    return {"trigger": "axis", "order": "valueDesc", "valueFormatter": _format(picture), "confine": True}


def _format(picture: Picture) -> str:
    return f"%.{picture.form.digits}f {in_format(picture.form.unit)}"


def _legend(legend: tuple[Family, ...]) -> Spec:
    names_of = [kind.name for kind in legend]
    return {"top": 0, "data": names_of, "itemWidth": _MARK, "itemHeight": _MARK, "selectedMode": False}


def _across(side: Side) -> Spec:
    if side.places:
        return {"type": "category", "data": list(side.places), "axisTick": {"show": False}, "axisLabel": {"margin": 12}}
    if side.tick is None:
        return amounts(side.title, splitNumber=4)
    return amounts(side.title, min=side.low, max=side.high, interval=side.tick, axisLabel={"showMaxLabel": False})


def _up(side: Side) -> Spec:
    if side.places:
        return names(list(side.places), axisLabel={"fontSize": 11, "interval": 0})
    ends = {"min": side.low, "max": side.high, "interval": side.tick}
    return {"type": "value", "name": side.title, "nameTextStyle": {"align": "left"}, **ends}


def _dots(picture: Picture) -> list[Spec]:
    """Return the marks, a series a family."""
    across, up = (in_template(side.title) for side in (picture.across, picture.up))
    tooltip = {"formatter": f"<b>{{b}}</b><br>{across}: {{@[0]}}<br>{up}: {{@[1]}}"}
    marks: dict[Family, list[Dot]] = {kind: [] for kind in picture.legend}
    for dot in picture.dots:
        marks[dot.family].append(dot)
    return [
        {
            "name": kind.name, "type": "scatter", "symbol": f"path://{kind.mark}", "symbolSize": _MARK,
            "itemStyle": {"color": kind.colour, "borderColor": "#fff", "borderWidth": 0.5}, "color": kind.colour,
            "data": [
                {"name": dot.name, "value": [short(dot.x, 2), short(dot.y, 3)], "symbolOffset": [short(dot.shift, 1), 0]}
                for dot in dots
            ],
            "clip": False, "tooltip": tooltip,
        }
        for kind, dots in marks.items() if dots
    ]  # fmt: skip


def _bars(picture: Picture) -> list[Spec]:
    if not picture.bars:
        return []
    bar = {"name": "Saving", "type": "bar", "barMaxWidth": 12, "color": picture.colour}
    return [{**bar, "data": [short(value) for value in picture.bars], "tooltip": {"valueFormatter": _format(picture)}}]


def _course(course: Course) -> Spec:
    return {
        "name": course.name, "type": "line", "color": course.family.colour,
        "symbol": f"path://{course.family.mark}", "symbolSize": 8,
        "lineStyle": {"width": 2, "type": _DASHES[course.dash]}, "emphasis": {"focus": "series"},
        "data": _sent(course.values),
    }  # fmt: skip


def _sent(values: Array) -> list[float | None]:
    return [None if np.isnan(value) else short(value, 4) for value in values]


def _strokes(picture: Picture, look: str) -> list[Spec]:
    """Return the strokes of a look as one line that is broken between them."""
    ends: list[list[float | None]] = []
    for stroke in picture.strokes:
        if stroke.look == look:
            ends += [[short(stroke.x1, 4), short(stroke.y1, 4)], [short(stroke.x2, 4), short(stroke.y2, 4)]]
            ends.append([ends[-1][0], None])
    return [{"name": look, "type": "line", "silent": True, "data": ends, **_LOOKS[look]}] if ends else []


def _texts(picture: Picture) -> Spec:
    """Return the names and numbers, and with them the line over the whole height."""
    data = [
        {
            "name": text.words,
            "value": [short(text.x, 4), short(text.y, 4)],
            "label": {"position": "left" if text.side < 0 else "right", "distance": short(text.away, 1)},
        }
        for text in picture.texts
    ]
    label = {"show": True, "formatter": "{b}", "fontSize": 11}
    texts: Spec = {**_TEXT, "name": "names", "tooltip": {"show": False}, "label": label, "data": data}
    if picture.upright is None:
        return texts
    style = {"color": _GREY, "type": "dashed" if picture.dashed else "solid", "width": 1}
    line = {"symbol": "none", "silent": True, "label": {"show": False}, "lineStyle": style}
    return {**texts, "markLine": {**line, "data": [{"xAxis": picture.upright}]}}


def _window(picture: Picture) -> list[Spec]:
    """Return the grid's two prices as steps, and between them the window in which both sides gain."""
    if picture.window is None:
        return []
    given, taken = picture.window
    style = {"type": "line", "step": "middle", "symbol": "none", "color": _GREY, "lineStyle": {"width": 1}}
    found: list[Spec] = [
        {"name": "grid gives", **style, "data": _sent(given)},
        {"name": "grid takes", **style, "data": _sent(taken)},
    ]
    if np.nanmin(taken - given) >= 0.0 and np.nanmin(given) >= 0.0:  # bands are stacked, which needs that
        quiet = {"type": "line", "step": "middle", "symbol": "none", "silent": True, "stack": "window", "color": _GREY}
        quiet |= {"lineStyle": {"width": 0}, "tooltip": {"show": False}}
        found.insert(0, {"name": "floor", **quiet, "data": _sent(given)})
        found.insert(1, {"name": "window", **quiet, "data": _sent(taken - given), "areaStyle": {"opacity": 0.12}})
    return found
