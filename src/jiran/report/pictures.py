"""The pictures of a comparison: reach against evenness, who gains, and the price through the day."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from jiran import palette
from jiran.nothing import SEEN
from jiran.report.figures import form
from jiran.report.labels import Label, place_names, spread_out
from jiran.report.measure import counted_cases
from jiran.report.picture import Course, Dot, Picture, Room, Side, Stroke, Text
from jiran.report.points import (
    ACROSS,
    UP,
    ends_of,
    families,
    family,
    gains,
    limits,
    lines,
    named,
    span,
    spots,
    start,
    tick,
    value,
)
from jiran.report.versus import is_pair
from jiran.words import KIND_NAMES, money

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.report.picture import Array
    from jiran.report.points import Gain, Line, Spot

#: Width of a mark, how far marks of one point lie from each other, and how wide all of them are at the most, pixels.
_MARK, _MARK_STEP, _WIDEST = 13, 10, 40
#: What the scatter has above 100 %, so that marks there are whole.
_BEYOND = 102.0
#: How far names in a column stand from each other, pixels.
_NAME_STEP = 13.0
#: Width of a letter of a name beside a line, more or less, and what such a name has around it, pixels.
_LETTER, _BESIDE = 5.7, 18.0
#: Parts of a side: as many at the most if a round number allows it, else as many.
_MOST_PARTS = (6, 12)
#: What a price is called, by the column of `Comparison.hours`.
SIDES = {"buyer_price": "Buyers pay", "seller_price": "Sellers get"}


def scatter(comparison: Comparison, across: str, up: str) -> Picture | None:
    """Show each rule by how much of what is possible it reaches and how evenly it shares; None if that is undefined.

    Args:
        comparison: The comparison.
        across: A figure of `ACROSS`, in per cent.
        up: A figure of `UP`.
    """
    groups, without = spots(comparison, across, up)
    if not groups:
        return None
    titles = side_titles(comparison, across, up)
    present = {family(scenario) for scenario in comparison.cases.values()}
    listing = "; ".join(f"{', '.join(spot.cases)}: {spot.x:,.1f} and {spot.y:,.2f}" for spot in reversed(groups))
    left_out = f" Not drawn: {', '.join(without)}." if without else ""
    (low, high), first = limits(groups, up), start(groups)
    room, width, height = Room(44, 28, 70, 50), 692.0, 460.0
    plot = width - room.left - room.right, height - room.top - room.bottom
    return Picture(
        name="rules",
        alt=f"Market rules by two figures. {titles[0]}, and {titles[1]}. {listing}.{left_out}",
        width=width,
        height=height,
        room=room,
        across=Side(titles[0], first, _BEYOND, tick(first)),
        up=Side(titles[1], low, high, interval(low, high)),
        form=form(up, comparison.currency),
        legend=tuple(kind for kind in families() if kind in present),
        dots=tuple(dot for spot in groups for dot in _dots(comparison, spot)),
        strokes=_crosses(comparison, across, up),
        texts=_names(groups, (first, low, high), plot),
        upright=100.0,
        dashed=True,
    )


def side_titles(comparison: Comparison, across: str, up: str) -> tuple[str, str]:
    """Return what the two sides of the scatter are called, with their units.

    Args:
        comparison: The comparison.
        across: A figure of `ACROSS`.
        up: A figure of `UP`.
    """
    return ACROSS[across], UP[up].replace("money", comparison.currency)


def interval(low: float, high: float) -> float:
    """Return how far the numbers of a side lie from each other: a round number, few of which make either end.

    Args:
        low: Where the side begins.
        high: Where it ends.

    Example:
        >>> interval(-1.0, 1.0), interval(-5.0, 3.0), interval(0.0, 100.0)
        (0.5, 1.0, 20.0)
    """
    power = math.floor(math.log10(high - low)) - 1
    rounds = [round(digit * 10.0**more, 6) for more in range(power, power + 3) for digit in (1, 2, 5)]
    whole = [step for step in rounds if all(abs(end / step - round(end / step)) < SEEN for end in (low, high))]
    return next((step for most in _MOST_PARTS for step in whole if high - low < (most + 0.5) * step), high - low)


def _mark_step(spot: Spot) -> float:
    """Return how far marks of one point lie from each other, pixels.

    All marks of a point together stay within `_WIDEST`.
    """
    return min(_MARK_STEP, _WIDEST / len(spot.cases))


def _dots(comparison: Comparison, spot: Spot) -> list[Dot]:
    """Return the marks of the rules that share a point, side by side.

    Args:
        comparison: The comparison.
        spot: The point and its rules.
    """
    middle = (len(spot.cases) - 1) / 2
    return [
        Dot(case, spot.x, spot.y, (place - middle) * _mark_step(spot), family(comparison.cases[case]))
        for place, case in enumerate(spot.cases)
    ]


def _names(groups: list[Spot], begin: tuple[float, float, float], plot: tuple[float, float]) -> tuple[Text, ...]:
    """Return names beside the points, moved where they would lie over each other.

    Args:
        groups: The points.
        begin: Where the sides begin, across and up, and where the one upwards ends.
        plot: Width and height of the sides, pixels.
    """
    (first, low, high), (width, height) = begin, plot
    labels = [
        Label(
            named(spot.cases),
            (spot.x - first) / (_BEYOND - first) * width,
            (high - spot.y) / (high - low) * height,
            _mark_step(spot) * (len(spot.cases) - 1) / 2 + _MARK / 2 + 3,
        )
        for spot in groups
    ]
    return tuple(
        Text(label.text, spot.x, high - place.y / height * (high - low), place.side, place.away)
        for spot, label, place in zip(groups, labels, place_names(labels, width, height), strict=True)
    )


def _crosses(comparison: Comparison, across: str, up: str) -> tuple[Stroke, ...]:
    """Return a cross for each rule: the bands of both figures over the seeds.

    Args:
        comparison: The comparison.
        across: A figure of `ACROSS`.
        up: A figure of `UP`.

    Returns:
        Two strokes a rule, in the units of the sides; none with one seed.
    """
    if len(comparison.seeds) == 1:
        return ()
    found = []
    for row in comparison.table((across, up)).iter_rows(named=True):
        if row[across] is None or row[up] is None:
            continue
        x, y = value(across, row[across]), value(up, row[up])
        left, right = (value(across, row[f"{across}_{end}"]) for end in ("low", "high"))
        below, above = (value(up, row[f"{up}_{end}"]) for end in ("low", "high"))
        found += [Stroke(left, y, right, y, "cross"), Stroke(x, below, x, above, "cross")]
    return tuple(found)


def gain(comparison: Comparison, kind: str) -> Picture:
    """Show what a home of a kind saves under each rule as bars, best rule on top; rules that do not count have a star.

    Args:
        comparison: The comparison.
        kind: A kind of homes that the community has.
    """
    ordered, currency = gains(comparison)[kind], comparison.currency
    starred = _not_counted(comparison)
    names = [f"{one.case} *" if one.case in starred else one.case for one in ordered]
    listing = ", ".join(f"{name} {money(one.saving, currency)}" for name, one in zip(names, ordered, strict=True))
    return Picture(
        name=f"saving-{kind}",
        alt=f"What a home of the kind {KIND_NAMES[kind]} saves by trading under each rule, best first: {listing}.",
        width=350.0,
        height=60.0 + 20.0 * len(comparison.cases),
        room=Room(160, 44, 4, 40),
        across=Side(f"Saving of a home, {currency}"),
        up=Side(places=tuple(names)),
        form=form("saving", currency),
        bars=tuple(one.saving for one in ordered),
        colour=palette.KINDS[kind],
        strokes=tuple(
            Stroke(one.low, place, one.high, place, "band")
            for place, one in enumerate(ordered)
            if one.low is not None and one.high is not None
        ),
        texts=tuple(
            Text(f"{round(one.saving, 2) + 0.0:,.2f}", _end(one), place, 1, 4) for place, one in enumerate(ordered)
        ),
        upright=0.0,
    )


def _not_counted(comparison: Comparison) -> set[str]:
    """Return the rules that are never said to be the best for somebody; none where two scenarios are compared."""
    return set() if is_pair(comparison) else set(comparison.cases) - set(counted_cases(comparison))


def about_gains(comparison: Comparison) -> str:
    """Say how the pictures of who gains are read."""
    star = "; * is not counted among the best, see the answer" if _not_counted(comparison) else ""
    return f"What a home of each kind saves by trading, best on top; left of the line it pays more than without{star}."


def _end(one: Gain) -> float:
    """Return where a bar and its band end on the right.

    Where it loses, the zero line is the end.
    """
    return max(one.saving, one.high or 0.0, 0.0)


def prices(comparison: Comparison, side: str) -> Picture | None:
    """Show what buyers pay or sellers get through a mean day, between the grid's two prices; None if nobody trades.

    Args:
        comparison: The comparison.
        side: One of `SIDES`.
    """
    found = lines(comparison, side)
    if not found:
        return None
    hours, ends = ends_of(comparison, found)
    (_, given), (_, taken) = ends[-2:]
    low, high = span([line for _, line in ends])
    written = form("price_paid", comparison.currency)
    listing = "; ".join(
        f"{', '.join(line.cases)} {written.write(np.nanmin(line.prices))} to {written.write(np.nanmax(line.prices))}"
        for line in found
    )
    longest = max(len(name) for name, _ in ends)
    room, height = Room(44, _BESIDE + _LETTER * longest, 30, 30), 440.0
    leads, texts = _line_ends(ends, (low, high), height - room.top - room.bottom)
    labels = [f"{hour:02d}:00" for hour in range(24)][hours]
    return Picture(
        name=f"prices-{side.partition('_')[0]}",
        alt=f"{SIDES[side]} through a mean day under each rule, {written.unit}: {listing}.",
        width=720.0,
        height=height,
        room=room,
        across=Side(places=(*labels, "")),  # the last one is where the names of the lines begin
        up=Side(written.unit, low, high, interval(low, high)),
        form=written,
        courses=_courses(comparison, found, hours),
        window=(given, taken),
        strokes=leads,
        texts=texts,
    )


def _courses(comparison: Comparison, found: list[Line], hours: slice) -> tuple[Course, ...]:
    """Return the prices as lines: a family has one colour, and its lines are dashed one after the other.

    Args:
        comparison: The comparison.
        found: Lines with prices of shape (24,).
        hours: Which hours are drawn.
    """
    used: dict[str, int] = {}
    courses = []
    for line in found:
        kind = family(comparison.cases[line.cases[0]])
        courses.append(Course(", ".join(line.cases), line.prices[hours], kind, used.get(kind.name, 0) % 3))
        used[kind.name] = used.get(kind.name, 0) + 1
    return tuple(courses)


def _line_ends(
    ends: list[tuple[str, Array]], limits: tuple[float, float], height: float
) -> tuple[tuple[Stroke, ...], tuple[Text, ...]]:
    """Return strokes from where the lines end to their names, and the names, none over another.

    Args:
        ends: Each line with its name, shape (place,).
        limits: Where the side upwards begins and ends.
        height: Its height, pixels.
    """
    low, high = limits
    last = [int(np.flatnonzero(~np.isnan(line))[-1]) for _, line in ends]
    levels = [float(line[place]) for (_, line), place in zip(ends, last, strict=True)]
    stands = spread_out(levels, _NAME_STEP / height * (high - low), low, high)
    end = float(ends[0][1].size)
    leads = tuple(
        Stroke(place, level, end, stand, "lead") for place, level, stand in zip(last, levels, stands, strict=True)
    )
    return leads, tuple(Text(name, end, stand, 1, 3) for (name, _), stand in zip(ends, stands, strict=True))
