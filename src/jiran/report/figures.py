"""The figures that tell market rules apart: what each is called in plain words, and how its numbers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import polars as pl

from jiran.judge.judgement import FIGURES

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison

#: A share that is written as 100.0 % counts as the whole.
NEARLY_ALL = 0.9995
#: An amount of money that is written as 0.00.
CENT = 0.005


class Column(NamedTuple):
    """A column of the table of rules.

    Attributes:
        heading: What a reader without background understands; "money" stands for the currency.
        help: One or two sentences more.
        marks: Whether the highest value is marked as the best, or values that trouble somebody as bad.
    """

    heading: str
    help: str
    marks: Literal["best", "loss", "kept", ""] = ""


#: The figures of the table, in order.
COLUMNS = {
    "optimum_share": Column(
        "Reached, %",
        "Of what the homes could save at the grid, by trading and with the battery, if they knew everything beforehand. "
        "100 % = none of these rules can do better. What is stored at the end counts as nothing; below 0 the homes pay the grid "
        "more than each alone, for energy that is left in the battery.",
        "best",
    ),
    "efficiency": Column(
        "Efficiency, %",
        "Of the gain that the best possible market could make from the same bids. What a kWh is worth to a home is what "
        "its bidding strategy says, or else the tariff. Below 0: kWh went to homes to which they are worth less.",
        "best",
    ),
    "saving_jain": Column(
        "Evenness, 0 to 1",
        "Jain's index of what the homes save by trading: 1 = all the same, 0.08 = one of twelve homes has it all. "
        "Empty if nobody saves anything, or if a home loses: then it means nothing.",
        "best",
    ),
    "saving": Column("All save, money", "What trading saves all homes together."),
    "home_saving_worst": Column(
        "Worst home, money", "What the home saves that gains least from trading; below 0 it pays more.", "loss"
    ),
    "homes_worse_off": Column("Homes that lose, %", "Share of the homes that pay more than without trading.", "kept"),
    "market_surplus": Column(
        "Market keeps, money",
        "What buyers paid and sellers did not get. Below 0: the market pays more than it takes, so somebody must fill "
        "the gap.",
        "kept",
    ),
    "price_paid": Column("Buyers pay, money/kWh", "Mean price of a traded kWh, network charge included."),
    "price_received": Column("Sellers get, money/kWh", "Mean price of a traded kWh."),
    "p2p_kwh": Column("Traded, kWh", "Energy that neighbours sold to each other."),
    "home_saving_best": Column("Best home, money", "What the home saves that gains most from trading."),
}

#: The figures of two scenarios that come first.
PAIR = (
    "cost", "saving", "optimum_share", "saving_jain", "homes_worse_off", "home_saving_best", "home_saving_worst",
    "p2p_kwh", "price_paid", "price_received", "efficiency", "market_surplus", "self_sufficiency", "self_consumption",
    "grid_import_kwh", "grid_export_kwh", "peak_import_kw", "co2_kg",
)  # fmt: skip

#: Figures without a unit that are no shares, and the decimals that they are written with.
_PLAIN = {"trades": 0, "battery_cycles": 2, "saving_jain": 2, "saving_gini": 2}


class Form(NamedTuple):
    """How a figure is written: the factor of its numbers, their decimals, and the unit."""

    factor: float
    digits: int
    unit: str

    def write(self, value: float | None, *, sign: bool = False) -> str:
        """Return a number as text; undefined is a dash.

        Example:
            >>> Form(100.0, 1, "%").write(0.25), Form(1.0, 2, "").write(-0.001), Form(1.0, 2, "").write(None)
            ('25.0', '0.00', '–')
        """
        if value is None or not np.isfinite(value):
            return "–"
        number = round(self.factor * value, self.digits) + 0.0
        return f"{number:{'+' if sign and number else ''},.{self.digits}f}"

    def write_band(self, value: float | None, low: float | None, high: float | None) -> str:
        """Return "mean (low to high)", without the ends if they are written like the mean.

        Example:
            >>> Form(1.0, 2, "").write_band(0.5, 0.4, 0.61)
            '0.50 (0.40 to 0.61)'
        """
        mean, ends = self.write(value), (self.write(low), self.write(high))
        return mean if ends == (mean, mean) or "–" in ends else f"{mean} ({ends[0]} to {ends[1]})"


def form(figure: str, currency: str) -> Form:
    """Return how a figure of `FIGURES` is written.

    Example:
        >>> form("saving", "MYR"), form("optimum_share", "MYR")
        (Form(factor=1.0, digits=2, unit='MYR'), Form(factor=100.0, digits=1, unit='%'))
    """
    unit = FIGURES[figure].unit
    if unit.startswith("/"):
        return Form(1.0, 4, f"{currency}{unit}")
    if unit:
        return Form(1.0, 2, unit.replace("money", currency))
    if figure in _PLAIN or figure.endswith("_index"):
        return Form(1.0, _PLAIN.get(figure, 2), "")
    return Form(100.0, 1, "%")


def heading(figure: str, currency: str) -> str:
    """Return the heading of a figure with its unit, in plain words if it is one of `COLUMNS`."""
    if figure in COLUMNS:
        return COLUMNS[figure].heading.replace("money", currency)
    unit = form(figure, currency).unit
    return f"{FIGURES[figure].label}, {unit}" if unit else FIGURES[figure].label


def ranked(comparison: Comparison) -> list[str]:
    """Return the cases, best first: by the share of the optimum, as it is written, and by what the worst home saves."""

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
    """
    kind = COLUMNS[figure].marks
    values = np.array([np.nan if (found := comparison.mean(case, figure)) is None else found for case in cases])
    if figure == "saving_jain":
        values[[not _means_something(comparison, case) for case in cases]] = np.nan
    if kind == "best" and not np.isnan(values).all():
        best = values >= np.nanmax(values) - 5e-4
        return ["best" if one and best.sum() <= best.size / 2 else "" for one in best]
    if kind == "loss":
        return ["trouble" if value < -CENT else "" for value in values]
    if kind == "kept":
        return ["trouble" if abs(value) > CENT else "" for value in values]
    return [""] * len(cases)


def whole_table(comparison: Comparison) -> pl.DataFrame:
    """Return every figure of every case, and what a home of each kind saves in columns of their own: for files.

    `seed` is the case's own; with several seeds it is the first of those that its figures are means of.
    """
    long = comparison.kinds().drop("homes").unpivot(index=["case", "kind"])
    long = long.with_columns(
        pl.format("saving_{}{}", "kind", pl.col("variable").str.strip_prefix("saving")).alias("name")
    )
    wide = long.pivot("name", index="case", values="value")
    first = pl.Series("seed", [comparison.seeds_of(case)[0] for case in comparison.cases])
    return comparison.table().insert_column(1, first).join(wide, on="case", how="left", maintain_order="left")
