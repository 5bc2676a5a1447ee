"""The figures that tell market rules apart: what each is called in plain words, and how its numbers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from jiran.judge.judgement import FIGURES
from jiran.nothing import CENT, THIRD_DIGIT

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.result.figure import Column, Form

#: A share that is written as 100.0 % counts as the whole.
NEARLY_ALL = 0.9995


#: The figures of the table of rules, in order; how each stands there is part of its declaration.
COLUMNS: dict[str, Column] = {
    name: column
    for name in (
        "optimum_share", "efficiency", "saving_jain", "saving", "home_saving_worst", "homes_worse_off", "market_surplus",
        "price_paid", "price_received", "p2p_kwh", "home_saving_best",
    )
    if (column := FIGURES[name].column) is not None
}  # fmt: skip

#: The figures of two scenarios that come first.
PAIR = (
    "cost", "saving", "optimum_share", "saving_jain", "homes_worse_off", "home_saving_best", "home_saving_worst",
    "p2p_kwh", "price_paid", "price_received", "efficiency", "market_surplus", "self_sufficiency", "self_consumption",
    "grid_import_kwh", "grid_export_kwh", "peak_import_kw", "co2_kg",
)  # fmt: skip


def form(figure: str, currency: str) -> Form:
    """Return how a figure of `FIGURES` is written.

    Args:
        figure: Name of a figure of `FIGURES`.
        currency: Takes the place of "money" in its unit.

    Example:
        >>> form("saving", "MYR").unit, form("optimum_share", "MYR").write(0.5), form("price_paid", "MYR").write(0.45)
        ('MYR', '50.0', '0.4500')
    """
    return FIGURES[figure].form.in_currency(currency)


def heading(figure: str, currency: str) -> str:
    """Return the heading of a figure with its unit, in plain words if it is one of `COLUMNS`.

    Args:
        figure: Name of a figure of `FIGURES`.
        currency: Takes the place of "money" in its unit.
    """
    if figure in COLUMNS:
        return COLUMNS[figure].heading.replace("money", currency)
    unit = form(figure, currency).unit
    return f"{FIGURES[figure].label}, {unit}" if unit else FIGURES[figure].label


def ranked(comparison: Comparison) -> list[str]:
    """Return the cases, best first: by the share of the optimum, as it is written, and by what the worst home saves.

    Ties in what is written fall to the smallest saving, then to the share of homes that lose; then the order of the
    comparison stays.
    """

    def rank(case: str) -> tuple[float, float, float]:
        reached, worst, lose = (
            comparison.mean(case, figure) or 0.0 for figure in ("optimum_share", "home_saving_worst", "homes_worse_off")
        )
        return (-round(reached, 3), -round(worst, 2), lose)

    return sorted(comparison.cases, key=rank)


def _means_something(comparison: Comparison, case: str) -> bool:
    """Tell whether evenness means something: trading saves something in all, and nobody loses in any seed."""
    lose = comparison.values(case, "homes_worse_off")
    return (comparison.mean(case, "saving") or 0.0) > CENT and not np.nansum(lose)


def marks(comparison: Comparison, figure: str, cases: list[str]) -> list[Literal["best", "trouble", ""]]:
    """Return which values of a column of `COLUMNS` are the best, or trouble somebody, case by case.

    A best that more than half of the cases share is no news, and is not marked.

    Args:
        comparison: The comparison.
        figure: Name of a figure of `COLUMNS`, which says what it marks.
        cases: Which cases, in the order of the column.

    Returns:
        One mark a case: "best", "trouble" (somebody pays for it), or "".
    """
    kind = COLUMNS[figure].marks
    values = np.array([np.nan if (found := comparison.mean(case, figure)) is None else found for case in cases])
    if FIGURES[figure].evenness:
        values[[not _means_something(comparison, case) for case in cases]] = np.nan
    if kind == "best" and not np.isnan(values).all():
        best = values >= np.nanmax(values) - THIRD_DIGIT
        return ["best" if one and best.sum() <= best.size / 2 else "" for one in best]
    if kind == "loss":
        return ["trouble" if value < -CENT else "" for value in values]
    if kind == "kept":
        return ["trouble" if abs(value) > CENT else "" for value in values]
    return [""] * len(cases)


def seeded_table(comparison: Comparison) -> pl.DataFrame:
    """Return every figure of every case beside its seed: its own, the first of those that its figures are means of.

    Returns:
        A row a case, in the order of the comparison.
    """
    first = pl.Series("seed", [comparison.seeds_of(case)[0] for case in comparison.cases])
    return comparison.table().insert_column(1, first)


def whole_table(comparison: Comparison) -> pl.DataFrame:
    """Return the same, and what a home of each kind saves in columns of their own: for files.

    Returns:
        Columns ``saving_solar``, ``saving_solar_low`` and so on for each kind that there is, in the currency.
    """
    long = comparison.kinds().drop("homes").unpivot(index=["case", "kind"])
    long = long.with_columns(
        pl.format("saving_{}{}", "kind", pl.col("variable").str.strip_prefix("saving")).alias("name")
    )
    wide = long.pivot("name", index="case", values="value")
    return seeded_table(comparison).join(wide, on="case", how="left", maintain_order="left")
