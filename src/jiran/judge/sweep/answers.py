"""What a sweep answers: a figure against what was varied, what matters most, which choices are worth a look, where nobody loses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.errors import ScenarioError
from jiran.judge.comparison import BAND
from jiran.nothing import LAST_DIGITS, NOTHING_MONEY
from jiran.result.figures import KPIS

#: Columns of the rows of a sweep that are neither varied nor a figure.
_OWN = ("key", "seed", "fault")
#: A key with more values than this is put into so many classes of equal size.
MOST_VALUES = 24
#: Draws of the analysis of variance; a power of two.
_DRAWS = 4_096


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
            raise ScenarioError("figure", name, f"must be one of {', '.join(KPIS)}")


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
    found = (
        pl.len().alias("points"),
        pl.col(figure).mean().alias("mean"),
        pl.col(figure).quantile((1.0 - BAND) / 2.0, "linear").alias("low"),
        pl.col(figure).quantile((1.0 + BAND) / 2.0, "linear").alias("high"),
    )
    return (known.group_by(*keys).agg(*found).sort(*keys) if keys else known.select(*found)).collect()


def _class_of(rows: pl.LazyFrame, key: str) -> pl.Expr:
    """Return a key, or if it has too many values the middle of the class of each."""
    values = rows.select(key).unique().sort(key).collect()[key]
    if values.len() <= MOST_VALUES or not values.dtype.is_numeric():
        return pl.col(key)
    edges = np.unique(np.quantile(values.to_numpy(), np.linspace(0.0, 1.0, MOST_VALUES // 2 + 1)))
    middles = [(low + high) / 2.0 for low, high in pairwise(edges)]
    place = pl.col(key).cut(list(edges[1:-1])).to_physical().cast(pl.Int64)
    return place.replace_strict(list(range(len(middles))), middles, return_dtype=pl.Float64).alias(key)


class Weight(NamedTuple):
    """How much of what differs comes from a key.

    Attributes:
        key: Which one; "seed" is chance, what is left of the points' variance between those that differ in the seed alone.
        alone: Share of the variance that it explains by itself, 0..1.
        together: Share that it has a part in, with others; NaN for chance.
    """

    key: str
    alone: float
    together: float


def matters(rows: pl.LazyFrame, figure: str) -> tuple[Weight, ...]:
    """Return which key matters most for a figure: Sobol's indices of variance, all values of a key counting alike.

    The means over all seeds are looked up where the listed values meet (`scipy.stats.sobol_indices`; Saltelli et al. 2010,
    DOI 10.1016/j.cpc.2009.09.018).

    Args:
        rows: Of a sweep.
        figure: Name of a figure.

    Returns:
        The heaviest first; nothing if the figure is not known where all listed values meet, if keys were drawn so that they
        never meet, or if it is the same everywhere.
    """
    from scipy.stats import randint, sobol_indices  # noqa: PLC0415  a second to load, and only this needs it

    keys = varied(rows)
    check(rows, (), [figure])
    cells = (
        rows.group_by(*keys).agg(pl.col(figure).mean(), pl.col(figure).var(ddof=0).alias("chance")) if keys else None
    )
    if cells is None:
        return ()
    table = cells.filter(pl.col(figure).is_not_null()).collect()
    values = [table[key].unique().sort() for key in keys]
    shape = tuple(one.len() for one in values)
    if table.height != np.prod(shape, dtype=np.int64) or table.is_empty():
        return ()
    grid = np.zeros(shape)
    places = [
        table[key].replace_strict(one, pl.int_range(one.len(), eager=True)).to_numpy()
        for key, one in zip(keys, values, strict=True)
    ]
    grid[tuple(places)] = table[figure].to_numpy()
    chance, between = float(np.mean(table["chance"].to_numpy())), float(grid.var())
    whole = chance + between
    if whole <= (LAST_DIGITS * max(1.0, float(np.abs(grid).max()))) ** 2:
        return ()
    weights = [Weight("seed", chance / whole, float("nan"))] if chance > 0.0 else []
    moving = [place for place, many in enumerate(shape) if many > 1]
    if between > 0.0 and len(moving) == 1:
        weights.append(Weight(keys[moving[0]], between / whole, between / whole))
    elif between > 0.0 and moving:
        small = grid.reshape([many for many in shape if many > 1])

        def look_up(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
            found: NDArray[np.float64] = small[tuple(drawn.astype(np.int64))]
            return found

        indices = sobol_indices(
            func=look_up, n=_DRAWS, dists=[randint(0, many) for many in small.shape], rng=np.random.default_rng(0)
        )
        part = between / whole
        weights += [
            Weight(keys[place], part * max(0.0, float(alone)), part * max(0.0, float(together)))
            for place, alone, together in zip(moving, indices.first_order, indices.total_order, strict=True)
        ]
    return tuple(sorted(weights, key=lambda one: -(one.alone if np.isnan(one.together) else one.together)))


def nobody_loses(rows: pl.LazyFrame) -> float | None:
    """Return the share of points in which somebody trades and no home pays more by it; None if nothing has come out.

    Args:
        rows: Of a sweep.
    """
    known = rows.filter(pl.col("home_saving_worst").is_not_null())
    good = (pl.col("home_saving_worst") >= -NOTHING_MONEY) & (pl.col("p2p_kwh") > 0.0)
    share = known.select(good.mean()).collect().item()
    return None if share is None else float(share)


def frontier(rows: pl.LazyFrame) -> pl.DataFrame:
    """Return the choices that no other beats in both: what all pay, and how the home fares that gains least.

    Args:
        rows: Of a sweep.

    Returns:
        A row a choice, the cheapest first: what was varied, points, cost and home_saving_worst, means over the seeds.
    """
    keys = varied(rows)
    known = rows.filter(pl.col("cost").is_not_null() & pl.col("home_saving_worst").is_not_null())
    means = (pl.len().alias("points"), pl.col("cost").mean(), pl.col("home_saving_worst").mean())
    table = (known.group_by(*keys).agg(*means) if keys else known.select(*means)).collect()
    ordered = table.sort("cost", "home_saving_worst", descending=[False, True])
    best = ordered["home_saving_worst"].cum_max().shift(1)
    return ordered.filter(best.is_null() | (ordered["home_saving_worst"] > best + NOTHING_MONEY))
