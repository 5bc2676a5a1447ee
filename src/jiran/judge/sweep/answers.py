"""What a sweep answers: a figure against what was varied, what matters most, which choices are worth a look, where nobody loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from jiran.errors import ScenarioError, one_of
from jiran.judge.spread import FEW, QUANTILES
from jiran.judge.sweep.variance import Weight, matters
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.result.figures import KPIS

if TYPE_CHECKING:
    from jiran.judge.sweep.folder import Folder

#: Columns of the rows of a sweep that are neither varied nor a figure.
_OWN = ("key", "seed", "fault")
#: Figures that are asked of every sweep, whichever is looked at.
_NEEDED = ("cost", "home_saving_worst", "p2p_kwh")
#: A key with more values than this is put into so many classes of equal size.
MOST_VALUES = 24


def varied(rows: pl.LazyFrame) -> list[str]:
    """Return the keys that a sweep varies, in order."""
    return [name for name in rows.collect_schema().names() if name not in _OWN and name not in KPIS]


def check(rows: pl.LazyFrame, keys: Sequence[str], figures: Sequence[str]) -> None:
    """Refuse names that a sweep does not have.

    Raises:
        ScenarioError: One is no key that is varied, or no figure.
    """
    known = varied(rows)
    for key in keys:
        if key not in known:
            raise ScenarioError("by", key, f"must be one of what is varied: {', '.join(known) or 'the seed alone'}")
    for name in figures:
        if name not in KPIS:
            raise ScenarioError("figure", name, one_of(KPIS, name))


class Totals(NamedTuple):
    """How far a sweep is.

    Attributes:
        points: How many it has.
        done: How many have come out, faults among them.
        faults: By what went wrong, how many, the most frequent first.
    """

    points: int
    done: int
    faults: tuple[tuple[str, int], ...]


def totals(rows: pl.LazyFrame, points: int) -> Totals:
    """Return how far a sweep of so many points is."""
    counts = rows.group_by("fault").len().sort("len", "fault", descending=[True, False]).collect()
    faults = tuple((fault, many) for fault, many in counts.rows() if fault is not None)
    return Totals(points, int(counts["len"].sum()), faults)


def bands(rows: pl.LazyFrame, keys: Sequence[str], figure: str) -> pl.DataFrame:
    """Return a figure by what was varied: its mean over all else, and the band that holds nine of ten points.

    A table in which a mean is of fewer than `FEW` points has the lowest and the highest of them instead.

    Args:
        rows: Of a sweep.
        keys: One or two that are varied; none: over all points.
        figure: Name of a figure.

    Returns:
        A row a value, or a pair of values: the keys, points (that have the figure), mean, low and high. A key of numbers
        with many values is put into classes of equal size, named by their middle.

    Raises:
        ScenarioError: It has no such key or figure.
    """
    check(rows, keys, [figure])
    known = rows.filter(pl.col(figure).is_not_null()).select(*keys, figure)
    known = known.with_columns(_class_of(rows, key) for key in keys)
    one = pl.col(figure)
    found = (
        pl.len().alias("points"),
        one.mean().alias("mean"),
        one.quantile(QUANTILES[0], "linear").alias("low"),
        one.quantile(QUANTILES[1], "linear").alias("high"),
        one.min().alias("lowest"),
        one.max().alias("highest"),
    )
    table = (known.group_by(*keys).agg(*found).sort(*keys) if keys else known.select(*found)).collect()
    if of_few(table):
        table = table.with_columns(low="lowest", high="highest")
    return table.drop("lowest", "highest")


def of_few(table: pl.DataFrame) -> bool:
    """Tell whether a table as `bands` returns it has the lowest and the highest point in place of a band."""
    return bool((table["points"] < FEW).any())


def _class_of(rows: pl.LazyFrame, key: str) -> pl.Expr:
    """Return a key, or if it has too many values the middle of the class of each."""
    values = rows.select(key).unique().sort(key).collect()[key]
    if values.len() <= MOST_VALUES or not values.dtype.is_numeric():
        return pl.col(key)
    edges = np.unique(np.quantile(values.to_numpy(), np.linspace(0.0, 1.0, MOST_VALUES // 2 + 1)))
    middles = (edges[:-1] + edges[1:]) / 2.0
    places = np.searchsorted(edges[1:-1], values.to_numpy())
    return pl.col(key).replace_strict(values, middles[places], return_dtype=pl.Float64).alias(key)


class Unharmed(NamedTuple):
    """In how many points sharing harms nobody.

    Attributes:
        points: Those that came out.
        trading: Those of them in which somebody trades.
        nobody: Those of these in which no home pays more by it.
    """

    points: int
    trading: int
    nobody: int


def unharmed(rows: pl.LazyFrame) -> Unharmed:
    """Return in how many points homes trade and none of them pays more by it.

    Args:
        rows: Of a sweep.
    """
    trading = pl.col("p2p_kwh") > NOTHING_KWH
    nobody = trading & (pl.col("home_saving_worst") >= -NOTHING_MONEY)
    known = rows.filter(pl.col("home_saving_worst").is_not_null())
    return Unharmed(
        *known.select(pl.len(), trading.sum().alias("trading"), nobody.sum().alias("nobody")).collect().row(0)
    )


def frontier(rows: pl.LazyFrame) -> pl.DataFrame:
    """Return the choices that no other beats in both: what all pay, and how the home fares that gains least.

    Choices that come to the same in both are all among them.

    Args:
        rows: Of a sweep.

    Returns:
        A row a choice, the cheapest first: what was varied, points, cost and home_saving_worst, means over the seeds.
    """
    keys = varied(rows)
    known = rows.filter(pl.col("cost").is_not_null() & pl.col("home_saving_worst").is_not_null())
    means = (pl.len().alias("points"), pl.col("cost").mean(), pl.col("home_saving_worst").mean())
    table = (known.group_by(*keys).agg(*means) if keys else known.select(*means)).collect()
    alike = (pl.col("cost") / NOTHING_MONEY).round()  # costs that differ by less are the same
    downwards = [False, True, *(False for _ in keys)]
    ordered = table.sort(alike, "home_saving_worst", *keys, descending=downwards)
    together = ordered.group_by(alike.alias("alike"), maintain_order=True).agg(pl.col("home_saving_worst").first())
    best = together["home_saving_worst"].cum_max().shift(1)
    first = together.filter(best.is_null() | (together["home_saving_worst"] > best + NOTHING_MONEY))
    kept = ordered.with_columns(alike.alias("alike")).join(first, on="alike", suffix="_first", maintain_order="left")
    tied = pl.col("home_saving_worst") >= pl.col("home_saving_worst_first") - NOTHING_MONEY
    return kept.filter(tied).drop("alike", "home_saving_worst_first")


@dataclass(frozen=True)
class Answers:
    """What a sweep answers of one figure.

    Attributes:
        asked: What was asked, as `Folder.asked` has it.
        figure: Name of the figure.
        by: The keys that were asked for; none: each that is varied.
        totals: How far the sweep is.
        tables: As `bands` returns them, by their one or two keys, or by none.
        weights: As `matters` returns them.
        unharmed: As `unharmed` returns it.
        choices: How many ways there are to choose the values, of those that came out.
        frontier: As `frontier` returns it.
    """

    asked: Mapping[str, Any]
    figure: str
    by: tuple[str, ...]
    totals: Totals
    tables: Mapping[tuple[str, ...], pl.DataFrame]
    weights: tuple[Weight, ...]
    unharmed: Unharmed
    choices: int
    frontier: pl.DataFrame

    @property
    def currency(self) -> str:
        """The currency of its amounts."""
        return str(self.asked.get("currency") or self.asked["scenario"]["currency"])

    @property
    def keys(self) -> list[str]:
        """What was varied, in order."""
        return list(self.asked["vary"])


def answers(folder: Folder, figure: str, by: Sequence[str] = ()) -> Answers:
    """Return what a folder answers so far.

    Args:
        folder: Of a sweep.
        figure: Name of a figure.
        by: One or two keys of which a table is made; default: each that is varied, and the two that matter most together.

    Raises:
        JiranError: There is no sweep, nothing of it yet, or it has no such key or figure.
    """

    def needed() -> pl.DataFrame:
        """Read what all that follows needs, once."""
        rows = folder.rows(ordered=False)
        check(rows, by, [figure])
        return rows.select(*dict.fromkeys(["fault", *varied(rows), figure, *_NEEDED])).collect()

    return answer(folder.steady(needed).lazy(), folder.asked() or {}, folder.many(), figure, by)


def answer(rows: pl.LazyFrame, asked: Mapping[str, Any], points: int, figure: str, by: Sequence[str] = ()) -> Answers:
    """Return what rows answer; the arguments are those of `answers`, and what `Folder` knows."""
    keys = varied(rows)
    weights = matters(rows, keys, figure)
    ways: list[tuple[str, ...]] = [tuple(by)] if by else [(key,) for key in keys] or [()]
    if not by and len(keys) > 1:
        ways.append(_pair(keys, weights))
    tables = {way: bands(rows, way, figure) for way in ways}
    return Answers(
        asked,
        figure,
        tuple(by),
        totals(rows, points),
        tables,
        weights,
        unharmed(rows),
        _choices(rows, keys),
        frontier(rows),
    )


def _choices(rows: pl.LazyFrame, keys: Sequence[str]) -> int:
    known = rows.filter(pl.col("cost").is_not_null())
    return int(known.select(keys).unique().select(pl.len()).collect().item()) if keys else 1


def _pair(keys: Sequence[str], weights: Sequence[Weight]) -> tuple[str, str]:
    """Return the two keys that matter most, in their order; the first two where that is not known."""
    heavy = [one.key for one in weights if one.key in keys]
    first = [key for key in (*heavy, *keys) if key in keys]
    chosen = list(dict.fromkeys(first))[:2]
    return next(pair for pair in combinations(keys, 2) if set(pair) == set(chosen))
