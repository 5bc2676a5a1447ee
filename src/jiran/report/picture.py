"""What a picture of a comparison shows, whoever draws it: places in the units of its sides, colours, names and words.

`pictures` says what is shown. The page hands it to ECharts (`app/charts/compare.py`), the report makes SVG of it (`svg.py`):
both put the same marks at the same places, and know nothing of rules and figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from jiran.market.family import Family
    from jiran.result.figure import Form

Array = NDArray[np.float64]


class Side(NamedTuple):
    """A side of a picture: from left to right, or from the bottom to the top.

    Attributes:
        title: What it is called, with the unit.
        low: Where it begins; None = with what is drawn.
        high: Where it ends; None = with what is drawn.
        tick: How far its numbers lie apart; None = as fits.
        places: Names of the places 0, 1, 2, ... if it has names and no numbers; upwards the first is on top.
    """

    title: str = ""
    low: float | None = None
    high: float | None = None
    tick: float | None = None
    places: tuple[str, ...] = ()


class Room(NamedTuple):
    """What is left free around the marks for titles, numbers and names, pixels.

    Attributes:
        left: For the numbers or names of the side upwards.
        right: For names that stand beside the last marks.
        top: For legend and title.
        bottom: For the numbers or names of the side below, and its title.
    """

    left: float
    right: float
    top: float
    bottom: float


class Dot(NamedTuple):
    """A rule at a point; `shift` moves its mark to the right, pixels, where several share the point.

    Attributes:
        name: Of the rule.
        x: From left to right, in the unit of that side.
        y: From the bottom to the top, in the unit of that side.
        shift: How far its mark is moved, pixels.
        family: Gives mark and colour.
    """

    name: str
    x: float
    y: float
    shift: float
    family: Family


class Course(NamedTuple):
    """A line over the places 0, 1, 2, ... of the lower side, NaN where it is broken, shape (place,).

    Attributes:
        name: What is said where somebody points at it.
        values: In the unit of the side upwards.
        family: Gives mark and colour.
        dash: How it is drawn.
    """

    name: str
    values: Array
    family: Family
    dash: int  # 0 = drawn through, 1 = dashed, 2 = dotted


class Stroke(NamedTuple):
    """A thin line: half of the cross of two bands, a band of a bar, or what leads from a line to its name.

    Attributes:
        x1: Where it begins, in the units of the sides.
        y1: The same.
        x2: Where it ends.
        y2: The same.
        look: What it is: the band of a figure, a bar's band, or the way to a name.
    """

    x1: float
    y1: float
    x2: float
    y2: float
    look: Literal["cross", "band", "lead"]


class Text(NamedTuple):
    """Words that begin (`side` 1) or end (-1) so many pixels right or left of a point.

    Attributes:
        words: As they are shown.
        x: The point, in the units of the sides.
        y: The same.
        side: On which side of the point they stand.
        away: How far from it, pixels.
    """

    words: str
    x: float
    y: float
    side: int
    away: float


@dataclass(frozen=True)
class Picture:
    """A picture of a comparison.

    Attributes:
        name: Name of its file.
        alt: What it shows, in words.
        width: Width, pixels, if nothing else decides.
        height: Height, pixels.
        room: What is free around the marks.
        across: The side from left to right.
        up: The side from the bottom to the top.
        form: How its numbers are written where somebody points at them.
        legend: Families that are explained, in order.
        dots: Marks at points.
        bars: Values from 0 to the right, one a place of the side upwards.
        colour: Colour of the bars.
        courses: Lines over the places of the lower side.
        window: The grid's two prices at these places, what it gives and what it takes, shape (place,).
        strokes: Thin lines.
        texts: Names and numbers beside marks.
        upright: Where a line goes over the whole height; None = nowhere.
        dashed: Whether that line is dashed.
    """

    name: str
    alt: str
    width: float
    height: float
    room: Room
    across: Side
    up: Side
    form: Form
    legend: tuple[Family, ...] = ()
    dots: tuple[Dot, ...] = ()
    bars: tuple[float, ...] = ()
    colour: str = ""
    courses: tuple[Course, ...] = ()
    window: tuple[Array, Array] | None = None
    strokes: tuple[Stroke, ...] = ()
    texts: tuple[Text, ...] = ()
    upright: float | None = None
    dashed: bool = False
