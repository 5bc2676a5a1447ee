"""A study as one page: in which streets sharing pays, with its picture."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from jiran import palette
from jiran.judge.sweep.answers import totals
from jiran.judge.sweep.national import share_without, tables, without_seller
from jiran.judge.sweep.streets import study
from jiran.judge.sweep.study import POPULATION
from jiran.market.family import Family
from jiran.report.markup import document, section, table
from jiran.report.page import STYLE
from jiran.report.picture import Course, Picture, Room, Side
from jiran.report.svg import svg
from jiran.result.figure import Form
from jiran.sentences import Figures, Sentence, form, true_ones

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import polars as pl

    from jiran.judge.sweep.answers import Totals
    from jiran.judge.sweep.folder import Folder

_MARK = "M-9,0A9,9 0 1,0 9,0A9,9 0 1,0 -9,0Z"
_SCHEMES = (("nem", "NEM", palette.SOLAR), ("atap", "ATAP", palette.BATTERY), ("cream", "CREAM", palette.GRID))
_SHARE = Form(100.0, 0, "%")
_DESIGN = (
    "Shares of homes with PV are set here, from 10 % to all, evenly: no figure of what-if is an average of the country."
)
#: Columns of `pays` that are shares.
_SHARES = ("traded", "pays_1", "pays_5", "nobody_loses")


def shown(rows: pl.DataFrame) -> list[list[str]]:
    """Return the rows of a table of a study as text: shares in per cent, money with its cents."""

    def cell(name: str, one: object) -> str:
        if not isinstance(one, float):
            return "–" if one is None else str(one)
        if name in _SHARES:
            return f"{100 * one:.0f}%"
        return f"{one:,.2f}" if name == "saving" else f"{one:g}"

    return [[cell(name, one) for name, one in zip(rows.columns, row, strict=True)] for row in rows.rows()]


def _done_words(figures: Figures) -> str:
    points, there = figures["points"], figures["done"]
    how = f"All {points:,}" if there == points else f"{there:,} of {points:,}"
    return f"{how} points are done; what-if sets shares of PV evenly and is no average."


@form("study.done", _done_words)
def done(reached: Totals) -> Figures | None:
    """Say how far a study is, which has many points; always true."""
    return {"points": reached.points, "done": reached.done}


@form(
    "study.without",
    lambda figures: f"{figures['world']}: nobody has PV in {figures['percent']}% of streets.",
)
def without(asked: Mapping[str, Any], world: str) -> Figures | None:
    """Say in how many of the streets of a population nobody has PV; regions count by their accounts.

    Args:
        asked: Of a study, as `Folder.asked` has it.
        world: Of the population.

    Returns:
        world: The same.
        percent: As a whole number.
    """
    return {"world": world, "percent": f"{100 * share_without(asked, world):.0f}"}


def say(folder: Folder) -> tuple[Sentence, ...]:
    """Return what a study says beside its tables.

    Args:
        folder: Of a study.
    """
    reached = totals(folder.rows(ordered=False), folder.many())
    asked = folder.asked() or {}
    return true_ones(done(reached), *(without(asked, world) for world in POPULATION))


def picture(folder: Folder) -> Picture:
    """Show the share of Peninsular what-if streets in which the mean home has MYR 5 a month, by fee and scheme.

    Town and country count by their accounts.

    Args:
        folder: Of a study.
    """
    regions = study(str((folder.asked() or {})["study"]))["regions"]
    every = tables(folder)["world", "region", "scheme", "network_fee"].to_dicts()
    rows = [row for row in every if row["world"] == "what-if" and row["region"].startswith("pen_")]
    fees = sorted({row["network_fee"] for row in rows})
    courses = []
    for key, name, colour in _SCHEMES:
        values = []
        for fee in fees:
            here = [row for row in rows if row["scheme"] == key and row["network_fee"] == fee]
            weight = sum(regions[row["region"]]["weight"] for row in here)
            part = sum(regions[row["region"]]["weight"] * row["pays_5"] for row in here)
            values.append(100.0 * part / weight if weight else np.nan)
        courses.append(Course(name, np.array(values), Family(name, colour, _MARK), 0))
    told = "; ".join(f"{one.name} {', '.join(f'{value:.0f}%' for value in one.values)}" for one in courses)
    places = tuple(f"{100 * fee:g} sen" for fee in fees)
    return Picture(
        name="study", alt=f"Share of Peninsular streets in which sharing pays, by network fee {', '.join(places)}: {told}.",
        width=692.0, height=340.0, room=Room(56, 24, 34, 34), across=Side(places=places),
        up=Side("Mean home has MYR 5 a month or more, % of streets", 0.0, 100.0, 20.0), form=_SHARE,
        legend=tuple(one.family for one in courses), courses=tuple(courses),
    )  # fmt: skip


def alone(folder: Folder) -> str:
    """Return the picture of a study as an SVG file of its own.

    Args:
        folder: Of a study.
    """
    head, rest = svg(picture(folder)).split(">", 1)
    space = "" if "xmlns=" in head else ' xmlns="http://www.w3.org/2000/svg"'
    return f"{head}{space}><style>{escape(STYLE)}</style>{rest}"


def page(folder: Folder) -> str:
    """Return what a study answers as a page.

    Args:
        folder: Of a study.
    """
    asked = folder.asked() or {}
    about = study(str(asked["study"]))
    counted = [[one.world, one.region, f"{one.streets:,}", f"{one.without:,}"] for one in without_seller(asked)]
    far, *shares = map(str, say(folder))
    parts = [
        f"<h1>{escape(about['name'])}</h1>",
        f'<p class="first">{escape(about["question"])}</p>',
        f"<p>{escape(far)}</p>",
        section("Streets without a seller", f"<p>{escape(' '.join(shares))}</p>", table(["World", "Region", "Streets", "Without"], counted, [1])),
        section("Where sharing pays on the Peninsula, what if", f"<p>{_DESIGN}</p>", svg(picture(folder))),
        *(
            section(f"Streets with a seller, by {', '.join(keys)}", table(rows.columns, shown(rows), range(1, len(keys))))
            for keys, rows in tables(folder).items()
        ),
    ]  # fmt: skip
    return document(f"{about['name']}: study", STYLE, parts)
