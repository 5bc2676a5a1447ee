"""The pictures of a sweep: a figure by what was varied, what matters most, and cost against fairness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran import palette
from jiran.market.family import Family
from jiran.report.figures import form
from jiran.report.picture import Course, Dot, Picture, Room, Side, Stroke, Text
from jiran.report.pictures import interval
from jiran.report.points import span
from jiran.report.sweep.say import name_of, value
from jiran.result.figure import SHARE
from jiran.result.figures import KPIS
from jiran.scenario.labels import read_as
from jiran.words import listed

if TYPE_CHECKING:
    from jiran.judge.sweep.answers import Answers

#: How the marks of a sweep look.
_MARK = "M-9,0A9,9 0 1,0 9,0A9,9 0 1,0 -9,0Z"
#: Names of so many choices stand beside their marks; of more they would lie over each other.
_NAMED = 8
#: So many letters of a name have room beside a bar.
_MOST_LETTERS = 36


def course(found: Answers, key: str) -> Picture | None:
    """Show a figure by the values of a key: the means, and bands as its table has them; None with one value.

    Args:
        found: The answers, with a table of this key.
        key: One that is varied.
    """
    table, written = found.tables[(key,)], form(found.figure, found.currency)
    if table.height < 2:
        return None
    means, low, high = (written.factor * table[name].to_numpy() for name in ("mean", "low", "high"))
    places = tuple(value(one) for one in table[key])
    begin, end = span([low, high])
    listing = ", ".join(f"{place}: {written.write(mean)}" for place, mean in zip(places, table["mean"], strict=True))
    title = KPIS[found.figure].label
    return Picture(
        name=f"sweep-{key}",
        alt=f"{title} by {name_of(key, found.currency)}, means of all points: {listing}.",
        width=692.0,
        height=340.0,
        room=Room(56, 24, 34, 34),
        across=Side(places=places),
        up=Side(f"{title}, {written.unit}" if written.unit else title, begin, end, interval(begin, end)),
        form=written,
        courses=(Course(title, means, Family(title, palette.P2P, _MARK), 0),),
        strokes=tuple(
            Stroke(place, bottom, place, top, "band")
            for place, (bottom, top) in enumerate(zip(low.tolist(), high.tolist(), strict=True))
        ),
    )


def _beside(key: str, currency: str) -> str:
    """Return what a key is called beside its bar, where there is room for few letters."""
    words = "chance, the seed" if key == "seed" else read_as(key, currency).partition(",")[0]
    return words if len(words) <= _MOST_LETTERS else key


def weights(found: Answers) -> Picture | None:
    """Show how much of what differs comes from each key and from chance; None if that is not known."""
    if not found.weights:
        return None
    names = tuple(_beside(one.key, found.currency) for one in found.weights)
    shares = tuple(100.0 * one.alone for one in found.weights)
    listing = ", ".join(f"{name} {share:.1f}%" for name, share in zip(names, shares, strict=True))
    return Picture(
        name="sweep-matters",
        alt=f"Where differences in {KPIS[found.figure].label} come from: {listing}.",
        width=692.0,
        height=70.0 + 24.0 * len(names),
        room=Room(220, 60, 4, 50),
        across=Side("Share of the variance that each explains by itself, %", 0.0, 100.0, 20.0),
        up=Side(places=names),
        form=SHARE,
        bars=shares,
        colour=palette.BATTERY,
        texts=tuple(Text(f"{share:.1f}%", share, place, 1, 4) for place, share in enumerate(shares)),
        upright=0.0,
    )


def frontier(found: Answers) -> Picture | None:
    """Show the choices that no other beats, by what all pay and what the home saves that gains least; None without two."""
    table = found.frontier
    if table.height < 2:
        return None
    cost, worst = (table[name].to_numpy() for name in ("cost", "home_saving_worst"))
    (left, right), (bottom, top) = span([cost]), span([worst])
    kind = Family("Choice", palette.P2P, _MARK)
    names = [_choice(found, row) for row in table.iter_rows(named=True)]
    return Picture(
        name="sweep-frontier",
        alt=f"{table.height} choices by cost and by what the home saves that gains least; the cheapest: {names[0]}; "
        f"the fairest: {names[-1]}.",
        width=692.0,
        height=400.0,
        room=Room(64, 40, 60, 50),
        across=Side(f"{KPIS['cost'].label}, {found.currency}", left, right, interval(left, right)),
        up=Side(f"{KPIS['home_saving_worst'].label}, {found.currency}", bottom, top, interval(bottom, top)),
        form=form("home_saving_worst", found.currency),
        legend=(kind,),
        dots=tuple(Dot(name, x, y, 0.0, kind) for name, x, y in zip(names, cost, worst, strict=True)),
        texts=tuple(
            Text(name, x, y, -1 if x > (left + right) / 2.0 else 1, 9)
            for name, x, y in zip(names, cost, worst, strict=True)
        )
        if len(names) <= _NAMED
        else (),
    )


def _choice(found: Answers, row: dict[str, object]) -> str:
    """Return the values of a choice as text."""
    return listed([f"{key.rpartition('.')[2]} {value(row[key])}" for key in found.keys])


def shade(one: float, values: np.ndarray) -> float:
    """Return how dark a cell of a table is coloured, 0..1: the lowest value not at all, the highest fully.

    Args:
        one: A value.
        values: All of the table, NaN where there is none.
    """
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (one - low) / (high - low) if high > low else 0.0
