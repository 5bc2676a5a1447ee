"""A sweep as one page of HTML that needs nothing else: what it answers, pictures, tables, and how to get it again."""

from __future__ import annotations

import shlex
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran import __version__
from jiran.judge.spread import SHARE, range_of
from jiran.judge.sweep.answers import of_few
from jiran.report.figures import form
from jiran.report.markup import bullets, document, section, table, terms
from jiran.report.page import STYLE
from jiran.report.svg import svg
from jiran.report.sweep import pictures
from jiran.report.sweep.say import name_of, say, value
from jiran.result.figures import KPIS
from jiran.scenario import Scenario, validate
from jiran.scenario.beside import shareable
from jiran.scenario.files import about, to_toml
from jiran.words import counted

if TYPE_CHECKING:
    import polars as pl

    from jiran.judge.sweep.answers import Answers
    from jiran.report.picture import Picture

#: So many choices stand in the table of those that no other beats, and so many reasons in that of faults.
_MOST_ROWS = 20
#: What the ends of a band are called.
ENDS = {
    "points": "Points",
    "mean": "Mean",
    "low": f"{50 - 50 * SHARE:.0f}% below",
    "high": f"{50 - 50 * SHARE:.0f}% above",
}
#: What they are called where a mean is of few points.
FEW_ENDS = {"low": "Lowest", "high": "Highest"}
#: What stands in place of a table where a figure is defined in no point, or no point could be run.
NOWHERE = "no point has this figure."


def page(found: Answers) -> str:
    """Return what a sweep answers as a page; names that users gave are escaped, of files only the name is told.

    Args:
        found: The answers.

    Returns:
        A whole document; the same answers give the same text.
    """
    scenario = shareable(validate(dict(found.asked["scenario"])))
    first, *rest = (str(one) for one in say(found))
    parts = [
        f"<h1>{escape(scenario.name)}: {counted(found.totals.points, 'point')} of a sweep</h1>",
        f'<p class="soft">{escape(description)}</p>' if (description := about(scenario)[1]) else "",
        f'<p class="first">{escape(first)}</p>',
        bullets(rest),
        section("What was swept", _swept(found)),
        *(_by(found, keys, one) for keys, one in found.tables.items()),
        section("What matters most", _drawn(pictures.weights(found)), _weights(found)),
        section("Cost against fairness", _drawn(pictures.frontier(found)), _frontier(found)),
        section("Points that could not be run", _faults(found)),
        section("What the figures mean", _meanings(found)),
        section("How to get the same again", _again(found, scenario)),
        f"<footer><p>Made with jiran {escape(__version__)}.</p></footer>",
    ]
    return document(f"{scenario.name}: sweep", STYLE, parts)


def _swept(found: Answers) -> str:
    asked = found.asked
    rows: dict[str, str] = {name_of(key, found.currency): text for key, text in asked["vary"].items()}
    rows["seed"] = f"{counted(asked['seeds'], 'seed')}, the same for all values"
    if asked["draws"]:
        rows["draws"] = f"{asked['draws']:,}, {asked['method']}, drawn together with seed {asked['draw_seed']}"
    return terms(rows)


def _drawn(picture: Picture | None) -> str:
    return svg(picture) if picture is not None else ""


def title(found: Answers, keys: tuple[str, ...]) -> str:
    """Return what a table of these keys is called, with the unit of its figure."""
    written = form(found.figure, found.currency)
    name = f"{KPIS[found.figure].label}, {written.unit}" if written.unit else KPIS[found.figure].label
    return f"{name}, by {' and '.join(name_of(key, found.currency) for key in keys)}" if keys else name


def _by(found: Answers, keys: tuple[str, ...], rows: pl.DataFrame) -> str:
    """Return the section of a table: by one key with its picture, by two as a map."""
    if not rows["points"].sum():
        return section(title(found, keys), f'<p class="soft">{NOWHERE.capitalize()}</p>')
    if len(keys) == 2:
        return section(title(found, keys), _map(found, keys, rows))
    picture = pictures.course(found, keys[0]) if keys else None
    fewest = min(rows["points"].to_list(), default=0)
    note = f'<p class="soft">Mean of the points, with {range_of(fewest, "points")}.</p>'
    return section(title(found, keys), note, _drawn(picture), table(*cells(found, rows)))


def cells(found: Answers, rows: pl.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return heading and cells of a table as `bands` returns it, as text.

    Args:
        found: Tells the figure.
        rows: The table.
    """
    written = form(found.figure, found.currency)

    def text(name: str, one: Any) -> str:
        if name in ("mean", "low", "high"):
            return written.write(one)
        return f"{one:,}" if name == "points" else value(one)

    ends = ENDS | FEW_ENDS if of_few(rows) else ENDS
    head = [ends[name] if name in ends else name_of(name, found.currency) for name in rows.columns]
    return head, [[text(name, one) for name, one in row.items()] for row in rows.iter_rows(named=True)]


def _map(found: Answers, keys: tuple[str, ...], rows: pl.DataFrame) -> str:
    """Return means by two keys as a table whose cells are the darker the higher they are."""
    down, across = keys
    written, means = form(found.figure, found.currency), rows["mean"].to_numpy()
    known = {(row[down], row[across]): row["mean"] for row in rows.iter_rows(named=True)}
    columns, lines = rows[across].unique().sort().to_list(), rows[down].unique().sort().to_list()

    def cell(place: tuple[Any, Any]) -> str:
        mean = known.get(place)
        if mean is None:
            return "<td>–</td>"
        dark = round(0.75 * pictures.shade(mean, np.asarray(means)), 2)
        return f'<td style="background:rgba(0,158,115,{dark:g})">{written.write(mean)}</td>'

    head = "".join(f'<th scope="col">{escape(value(one))}</th>' for one in columns)
    body = "\n".join(
        f'<tr><th scope="row">{escape(value(line))}</th>{"".join(cell((line, one)) for one in columns)}</tr>'
        for line in lines
    )
    corner = f"{escape(name_of(down, found.currency))} ↓ {escape(name_of(across, found.currency))} →"
    return (
        '<p class="soft">Means; the darker, the higher.</p>\n'
        f'<div class="wide"><table><thead><tr><th scope="col">{corner}</th>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'
    )


def _weights(found: Answers) -> str:
    """Return what each key explains, by itself and with others."""
    if not found.weights:
        return ""

    def share(one: float) -> str:
        return "–" if np.isnan(one) else f"{100.0 * one:.1f}"

    rows = [[name_of(one.key, found.currency), share(one.alone), share(one.together)] for one in found.weights]
    note = (
        '<p class="soft">Indices of variance of Sobol (Saltelli et al. 2010, doi 10.1016/j.cpc.2009.09.018), all values of a key '
        "counting alike; chance is the variance between seeds.</p>"
    )
    return note + "\n" + table(["", "By itself, %", "Together with others, %"], rows)


def _frontier(found: Answers) -> str:
    """Return the choices that no other beats, the cheapest first."""
    if found.choices < 2 or found.frontier.is_empty():
        return ""
    figures = ("cost", "home_saving_worst")
    head = [
        *(name_of(key, found.currency) for key in found.keys),
        *(f"{KPIS[name].label}, {found.currency}" for name in figures),
        "Points",
    ]
    rows = [
        [
            *(value(row[key]) for key in found.keys),
            *(form(name, found.currency).write(row[name]) for name in figures),
            f"{row['points']:,}",
        ]
        for row in found.frontier.head(_MOST_ROWS).iter_rows(named=True)
    ]
    more = found.frontier.height - len(rows)
    note = "Choices that no other beats both in what all pay and in what the home saves that gains least; the cheapest first."
    rest = f" {more:,} more are left out." if more > 0 else ""
    return f'<p class="soft">{note}{rest}</p>\n{table(head, rows)}'


def _faults(found: Answers) -> str:
    rows = [[fault, f"{many:,}"] for fault, many in found.totals.faults[:_MOST_ROWS]]
    return table(["Reason", "Points"], rows) if rows else ""


def _meanings(found: Answers) -> str:
    names = dict.fromkeys((found.figure, "cost", "home_saving_worst"))
    return terms({KPIS[name].label: KPIS[name].meaning for name in names}, ' class="long"')


def _again(found: Answers, scenario: Scenario) -> str:
    """Return the commands that make this page, and the scenario as a file."""
    asked = found.asked
    words = ["jiran", "sweep", "scenario.toml"]
    for key, text in asked["vary"].items():
        words += ["--vary", f"{key}={text}"]
    words += ["--seeds", str(asked["seeds"])]
    if asked["draws"]:
        words += ["--draws", str(asked["draws"]), "--method", asked["method"], "--draw-seed", str(asked["draw_seed"])]
    by = ["--by", ",".join(found.by)] if found.by else []
    run = shlex.join([*words, "-o", "out"])
    show = shlex.join(["jiran", "sweep", "show", "out", "--figure", found.figure, *by, "-o", "sweep.html"])
    return (
        f"<p>Save what is folded here as scenario.toml, and run</p>\n<pre>{escape(run)}\n{escape(show)}</pre>\n"
        f"<details><summary>scenario.toml</summary>\n<pre>{escape(to_toml(scenario))}</pre>\n</details>"
    )
