"""A picture as SVG: no script, no font and no colour that only one theme can show."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from jiran.nothing import SEEN

if TYPE_CHECKING:
    from jiran.report.picture import Course, Dot, Picture, Side, Stroke

#: Gives the pixels, to the right and downwards, of a place in the units of the sides.
At = Callable[[float, float], tuple[float, float]]

_DASHES = ("none", "7 4", "2 3")
#: Size of the mark of a point and of a line, as parts of its path, which is 20 wide.
_MARK, _LINE_MARK = 0.65, 0.4
#: Width of a letter in the legend, more or less, pixels.
_LETTER = 5.7
#: Width in which one name of a place stands, pixels.
_NAME_WIDTH = 60.0
_BAR = 12.0


def svg(picture: Picture) -> str:
    """Return a picture as an element of a page; the page's style gives its lines and areas their colours, by their class."""
    at = _scale(picture)
    early = [stroke for stroke in picture.strokes if stroke.look == "cross"]
    late = [stroke for stroke in picture.strokes if stroke.look != "cross"]
    parts = [
        *_legend(picture),
        *_upwards(picture, at),
        *_across(picture, at),
        *_window(picture, at),
        *_upright(picture, at),
        *(part for stroke in early for part in _stroke(stroke, at)),
        *_bars(picture, at),
        *(part for course in picture.courses for part in _course(course, at)),
        *(_dot(dot, at) for dot in picture.dots),
        *(part for stroke in late for part in _stroke(stroke, at)),
    ]
    for text in picture.texts:
        x, y = at(text.x, text.y)
        parts.append(label(text.words, x + text.side * text.away, y + 4, "end" if text.side < 0 else "start"))
    return element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {picture.width:g} {picture.height:g}",
        role="img",
        aria_label=picture.alt,
        style=f"max-width:{picture.width:g}px",
    )


def element(name: str, *inside: str, **attributes: object) -> str:
    """Return an element; the names of attributes have _ for -, and what is inside is markup already."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"' for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def _number(value: object) -> str:
    """Return a number with one decimal at most, or text."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def label(words: str, x: float, y: float, anchor: str = "start") -> str:
    """Return words that begin, end or have their middle at a point, pixels.

    Args:
        words: Plain text; signs that mean something in markup are escaped.
        x: From the left, pixels.
        y: From the top, of the line on which the letters stand, pixels.
        anchor: What lies at the point: "start", "middle" or "end".
    """
    return element("text", escape(words), x=float(x), y=float(y), text_anchor=anchor)


def straight(begin: tuple[float, float], end: tuple[float, float], look: str = "line") -> str:
    """Return a line between two points, pixels; its class gives it its colour.

    Args:
        begin: From left and top, pixels.
        end: The same.
        look: A class of the page's style sheet.
    """
    (x1, y1), (x2, y2) = begin, end
    return element("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=look)


def _scale(picture: Picture) -> At:
    """Return what turns units into pixels; the names of places stand in the middle of equal parts of a side."""
    room, across, up = picture.room, picture.across, picture.up
    width, height = picture.width - room.left - room.right, picture.height - room.top - room.bottom
    values = (0.0, *picture.bars, *(end for stroke in picture.strokes for end in (stroke.x1, stroke.x2)))
    left, right = _ends(across.low, across.high, len(across.places), values)
    bottom, top = _ends(up.low, up.high, len(up.places), (0.0, 1.0))
    down = -1.0 if up.places else 1.0  # the first name is on top, and the lowest number at the bottom

    def at(x: float, y: float) -> tuple[float, float]:
        """Return the pixels of a place."""
        part = (y - bottom) / (top - bottom)
        return room.left + (x - left) / (right - left) * width, room.top + height * (0.5 + down * (0.5 - part))

    return at


def _ends(low: float | None, high: float | None, places: int, values: tuple[float, ...]) -> tuple[float, float]:
    """Return where a side begins and ends: by its places, as it says, or with what is drawn.

    Args:
        low: Where it says that it begins; None: with what is drawn.
        high: Where it says that it ends; None: with what is drawn.
        places: How many names it has; 0 for a side with numbers.
        values: All that is drawn along it, at least one.

    Returns:
        Two different numbers, the lower one first.
    """
    if places:
        return -0.5, places - 0.5
    low, high = min(values) if low is None else low, max(values) if high is None else high
    return low, high if high > low else low + 1.0


def _legend(picture: Picture) -> list[str]:
    """Return the families with their marks, from left to right on top, in as many rows as they need."""
    parts, x, y = [], 16.0, 14.0
    for kind in picture.legend:
        width = 34 + _LETTER * len(kind.name)
        if x + width > picture.width:
            x, y = 16.0, y + 18
        parts += [_mark(kind.mark, kind.colour, x, y, _MARK), label(kind.name, x + 11, y + 4)]
        x += width
    return parts


def _mark(path: str, colour: str, x: float, y: float, size: float, *inside: str) -> str:
    """Return a mark in a colour, its middle at a point; `size` is a part of that of its path, and a title may be inside.

    Args:
        path: An SVG path around (0, 0).
        colour: As "#rrggbb".
        x: From the left, pixels.
        y: From the top, pixels.
        size: 1 leaves the path as large as it is.
        *inside: Markup within it.
    """
    return element("path", *inside, d=path, fill=colour, transform=f"translate({x:.1f} {y:.1f}) scale({size})")


def _upwards(picture: Picture, at: At) -> list[str]:
    """Return the side on the left: its title on top, numbers with lines across, or names."""
    room, up = picture.room, picture.up
    if up.places:
        return [label(name, room.left - 8, at(0.0, place)[1] + 4, "end") for place, name in enumerate(up.places)]
    parts = [label(up.title, room.left - 36, room.top - 12)]
    for number in _numbers(up):
        y = at(0.0, number)[1]
        parts += [
            straight((room.left, y), (picture.width - room.right, y)),
            label(f"{number:g}", room.left - 6, y + 4, "end"),
        ]
    return parts


def _numbers(side: Side) -> list[float]:
    """Return the numbers that stand beside a side, from its beginning on; none if it has no distance of numbers."""
    if side.low is None or side.high is None or side.tick is None:
        return []
    count = math.floor((side.high - side.low) / side.tick + SEEN)
    return [round(side.low + place * side.tick, 9) + 0.0 for place in range(count + 1)]


def _across(picture: Picture, at: At) -> list[str]:
    """Return the side below: its title, and numbers or names of places, as many as there is room for."""
    room, across = picture.room, picture.across
    bottom, width = picture.height - room.bottom, picture.width - room.left - room.right
    below = 17 if across.tick is None else 42
    parts = [label(across.title, room.left + width / 2, bottom + below, "middle")] if across.title else []
    for number in _numbers(across):
        x = at(number, 0.0)[0]
        parts += [straight((x, bottom), (x, bottom + 4)), label(f"{number:g}", x, bottom + 17, "middle")]
    every = max(1, round(_NAME_WIDTH * len(across.places) / width))
    for place, name in list(enumerate(across.places))[::every]:
        parts.append(label(name, at(place, 0.0)[0], bottom + 18, "middle"))
    return parts


def _window(picture: Picture, at: At) -> list[str]:
    """Return the area between the grid's prices, an hour a bar."""
    if picture.window is None:
        return []
    parts = []
    for place, (given, taken) in enumerate(zip(*picture.window, strict=True)):
        if not (np.isnan(given) or np.isnan(taken)):
            (left, top), (right, bottom) = at(place - 0.5, max(given, taken)), at(place + 0.5, min(given, taken))
            parts.append(element("rect", x=left, width=right - left, y=top, height=bottom - top, class_="window"))
    return parts


def _upright(picture: Picture, at: At) -> list[str]:
    """Return the line over the whole height, if there is one."""
    if picture.upright is None:
        return []
    x = at(picture.upright, 0.0)[0]
    look = "mean" if picture.dashed else "zero"
    return [straight((x, picture.room.top), (x, picture.height - picture.room.bottom), look)]


def _bars(picture: Picture, at: At) -> list[str]:
    """Return a bar for each place of the side upwards, from 0 on."""
    parts = []
    for place, saving in enumerate(picture.bars):
        (left, y), (right, _) = at(min(0.0, saving), place), at(max(0.0, saving), place)
        bar = {"x": left, "width": right - left, "y": y - _BAR / 2, "height": _BAR, "fill": picture.colour}
        parts.append(element("rect", **bar))
    return parts


def _course(course: Course, at: At) -> list[str]:
    """Return a line through all its points, and a mark at each."""
    points = [at(place, number) for place, number in enumerate(course.values) if not np.isnan(number)]
    path, colour = " ".join(f"{x:.1f},{y:.1f}" for x, y in points), course.family.colour
    style = {"stroke": colour, "stroke_width": 2, "fill": "none", "stroke_dasharray": _DASHES[course.dash]}
    line = element("polyline", element("title", escape(course.name)), points=path, **style)
    return [line, *(_mark(course.family.mark, colour, x, y, _LINE_MARK) for x, y in points)]


def _dot(dot: Dot, at: At) -> str:
    """Return the mark of a rule, with its name to be read where somebody points."""
    x, y = at(dot.x, dot.y)
    return _mark(dot.family.mark, dot.family.colour, x + dot.shift, y, _MARK, element("title", escape(dot.name)))


def _stroke(stroke: Stroke, at: At) -> list[str]:
    """Return a thin line; that of a band has a stop at each end."""
    begin, end = at(stroke.x1, stroke.y1), at(stroke.x2, stroke.y2)
    stops = [straight((x, y - 4), (x, y + 4), "band") for x, y in (begin, end)] if stroke.look == "band" else []
    return [straight(begin, end, stroke.look), *stops]
