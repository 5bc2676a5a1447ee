"""Tables of a comparison: figures with their bands, the best marked, and what troubles somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import streamlit as st

from jiran.judge.judgement import FIGURES
from jiran.judge.spread import range_of
from jiran.nothing import LAST_DIGITS, SEEN
from jiran.report.figures import COLUMNS, PAIR, form, heading, marks, ranked

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from jiran.judge.comparison import Comparison
    from jiran.result.figure import Form

#: The figures that fit beside a name on a page of 1,366 pixels; the others of `COLUMNS` are among the rest.
SHOWN = {name: column for name, column in COLUMNS.items() if name not in ("p2p_kwh", "home_saving_best")}

#: Of a cell: what a digit takes, and what is left free beside all of them, pixels.
_DIGIT, _AROUND = 7.4, 20

_TINTS = {"best": "background-color: rgba(0, 158, 115, 0.25)", "trouble": "background-color: rgba(230, 159, 0, 0.3)"}


def rules(comparison: Comparison, first: str = "Rule") -> Styler:
    """Return the telling figures, one row a case, best first, and tints on what is best and what troubles somebody.

    The cells are numbers, which sort; with several seeds the ends of the band are written after them.

    Args:
        comparison: Of rules, or of ways to bid.
        first: Heading of the column with the cases' names.
    """
    import pandas as pd  # noqa: PLC0415  Streamlit brings it; only a tinted table needs it

    order, currency = ranked(comparison), comparison.currency
    rows = {row["case"]: row for row in comparison.table(tuple(SHOWN)).iter_rows(named=True)}
    columns: dict[str, list[Any]] = {first: order}
    writers: dict[str, Any] = {}
    tints = {first: [""] * len(order)}
    for figure in SHOWN:
        name, written = heading(figure, currency), form(figure, currency)
        columns[name] = [_number(written, rows[case][figure]) for case in order]
        if len(comparison.seeds) > 1:
            columns[name] = _made_different(columns[name])
            texts = (_banded(written, rows[case], figure) for case in order)
            writers[name] = dict(zip(columns[name], texts, strict=True)).__getitem__
        else:
            writers[name] = _plain(written)
        tints[name] = [_TINTS.get(mark, "") for mark in marks(comparison, figure, order)]
    colours = pd.DataFrame(tints)
    return pd.DataFrame(columns).style.format(writers, na_rep="–").apply(lambda _: colours, axis=None)


def column_config(comparison: Comparison, first: str, width: int) -> dict[str, Any]:
    """Return how Streamlit shows the columns of `rules`.

    Args:
        comparison: Of rules, or of ways to bid.
        first: Heading of the column with the cases' names.
        width: Of that column, pixels.
    """
    wide = widths(comparison)
    return {first: st.column_config.Column(pinned=True, width=width)} | {
        heading(figure, comparison.currency): st.column_config.Column(
            column.short, help=column.help, alignment="right", width=wide[figure]
        )
        for figure, column in SHOWN.items()
    }


def widths(comparison: Comparison) -> dict[str, int]:
    """Return how wide the column of each figure is, pixels: as wide as its heading needs, wider where a figure does."""
    rows = comparison.table(tuple(SHOWN)).to_dicts()
    found = {}
    for figure, column in SHOWN.items():
        written = form(figure, comparison.currency)
        texts = [
            _banded(written, row, figure)
            if len(comparison.seeds) > 1
            else _plain(written).format(_number(written, row[figure]))
            for row in rows
        ]
        found[figure] = max(column.width, _AROUND + round(_DIGIT * max(map(len, texts), default=0)))
    return found


def _made_different(values: list[float]) -> list[float]:
    """Change equal numbers by what nobody sees, so that each can be written with the band of its own row."""
    found: list[float] = []
    for value in values:
        moved = value
        while moved in found:
            moved = float(np.nextafter(moved, np.inf))
        found.append(moved)
    return found


def _number(written: Form, value: float | None) -> float:
    """Return a figure in its unit; what is written as zero is zero, and not a little less."""
    number = np.nan if value is None else written.factor * value
    return 0.0 if abs(number) < 0.5 * 10.0**-written.digits else float(number)


def _plain(written: Form) -> str:
    """Return how a figure without a band is written, as a format."""
    return f"{{:,.{written.digits}f}}"


def _banded(written: Form, row: dict[str, Any], figure: str) -> str:
    return written.write_band(*(row.get(f"{figure}{end}") for end in ("", "_low", "_high")))


def rest(comparison: Comparison) -> pl.DataFrame:
    """Return the other figures that differ between the rules, one row a figure and one column a rule."""
    order, currency = ranked(comparison), comparison.currency
    table = {row["case"]: row for row in comparison.table().iter_rows(named=True)}
    found = []
    for figure, kpi in FIGURES.items():
        values = [comparison.values(case, figure) for case in order]
        same = all(np.allclose(value, values[0], rtol=SEEN, atol=LAST_DIGITS, equal_nan=True) for value in values)
        if figure in SHOWN or same:
            continue
        cells = {case: _banded(form(figure, currency), table[case], figure) for case in order}
        found.append({"Figure": heading(figure, currency), **cells, "What it is": kpi.meaning})
    return pl.DataFrame(found)


def pair(comparison: Comparison, *, first: bool) -> pl.DataFrame:
    """Return two cases and their difference, one row a figure.

    Args:
        comparison: Of A and B.
        first: The figures that tell most, or the others that differ.
    """
    found = []
    for row in comparison.difference("A", "B").iter_rows(named=True):
        figure, written = row["figure"], form(row["figure"], comparison.currency)
        if first != (figure in PAIR) or not (first or comparison.differ("A", "B", figure)):
            continue
        line = {"figure": figure, "Figure": heading(figure, comparison.currency)}
        line |= {"A": written.write(row["a"]), "B": written.write(row["b"])}
        line["A - B"] = written.write_change(row["difference"])
        if len(comparison.seeds) > 1:
            line[f"A - B, {range_of(len(comparison.seeds), 'seeds')}"] = written.write_change(
                row["difference_low"], row["difference_high"]
            )
        found.append(line)
    if first:
        found.sort(key=lambda line: PAIR.index(line["figure"]))
    return pl.DataFrame(found).drop("figure", strict=False)
