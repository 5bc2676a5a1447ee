"""What matters most for a figure of a sweep: how much of what differs comes from each key, and how much from chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.nothing import LAST_DIGITS

#: Draws of the analysis of variance; a power of two.
_DRAWS = 4_096


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


def matters(rows: pl.LazyFrame, keys: Sequence[str], figure: str) -> tuple[Weight, ...]:
    """Return which key matters most for a figure: Sobol's indices of variance, all values of a key counting alike.

    The means over all seeds are looked up where the listed values meet (`scipy.stats.sobol_indices`; Saltelli et al. 2010,
    DOI 10.1016/j.cpc.2009.09.018).

    Args:
        rows: Of a sweep.
        keys: All that it varies.
        figure: Name of a figure.

    Returns:
        The heaviest first; nothing if the figure is not known where all listed values meet, if keys were drawn so that they
        never meet, or if it is the same everywhere.
    """
    found = _means(rows, keys, figure) if keys else None
    if found is None:
        return ()
    means, chance = found
    dust = (LAST_DIGITS * max(1.0, float(np.abs(means).max()))) ** 2
    between = float(means.var())
    whole = chance + between
    if whole <= dust:
        return ()
    moving = [key for key, many in zip(keys, means.shape, strict=True) if many > 1]
    indices = _indices(means.squeeze()) if between > dust else [(0.0, 0.0)] * len(moving)
    weights = [Weight(key, *(between / whole * one for one in pair)) for key, pair in zip(moving, indices, strict=True)]
    if chance > dust:
        weights.append(Weight("seed", chance / whole, float("nan")))
    return tuple(sorted(weights, key=lambda one: -(one.alone if np.isnan(one.together) else one.together)))


def _means(rows: pl.LazyFrame, keys: Sequence[str], figure: str) -> tuple[NDArray[np.float64], float] | None:
    """Return the means of a figure over the seeds, an axis a key, and the mean variance between seeds.

    None if it is not known where all values meet.
    """
    means = (pl.col(figure).mean(), pl.col(figure).var(ddof=0).alias("chance"))
    table = rows.group_by(*keys).agg(*means).filter(pl.col(figure).is_not_null()).collect()
    values = [table[key].unique().sort() for key in keys]
    shape = tuple(one.len() for one in values)
    if table.is_empty() or table.height != np.prod(shape, dtype=np.float64):
        return None
    grid = np.zeros(shape)
    places = [
        table[key].replace_strict(one, pl.int_range(one.len(), eager=True)).to_numpy()
        for key, one in zip(keys, values, strict=True)
    ]
    grid[tuple(places)] = table[figure].to_numpy()
    return grid, float(np.mean(table["chance"].to_numpy()))


def _indices(means: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return Sobol's indices of each axis of a table whose values count alike: first order and total, 0 or more.

    Means hold what the order of their sums leaves over, which is another one each time: an index that is no more is 0.
    """
    if means.ndim == 1:
        return [(1.0, 1.0)]
    from scipy.stats import randint, sobol_indices  # noqa: PLC0415  a second to load, and only this needs it

    def look_up(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = means[tuple(drawn.astype(np.int64))]
        return found

    draws = [randint(0, many) for many in means.shape]
    found = sobol_indices(func=look_up, n=_DRAWS, dists=draws, rng=np.random.default_rng(0))
    return [
        (_above_dust(float(alone)), _above_dust(float(together)))
        for alone, together in zip(found.first_order, found.total_order, strict=True)
    ]


def _above_dust(index: float) -> float:
    return index if index > LAST_DIGITS else 0.0
