"""What a counter says of an interval: the difference of its two edges, and how much that is worth.

Nothing is integrated: power that is read now and then misses everything between, a counter misses nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

#: Instant in milliseconds, and what the counter showed, millionths of a kWh; in order of time, each instant once.
Series = Sequence[tuple[int, int]]


class Quality(StrEnum):
    """What an interval rests on, from the best to the worst."""

    MEASURED = "measured"
    INTERPOLATED = "interpolated"
    MISSING = "missing"
    RESET = "reset"


#: What each quality means.
MEANING = {
    Quality.MEASURED: "the counter was read at both edges",
    Quality.INTERPOLATED: "an edge lies between two readings, at most the longest gap apart: a straight line between them",
    Quality.MISSING: "no reading near enough to an edge, or more energy than a connection can carry: counts as nothing until it comes",
    Quality.RESET: "the counter fell and did not come back, as when a meter is exchanged or runs over: counts as nothing",
}


class Interval(NamedTuple):
    """Energy of an interval.

    Attributes:
        value: Millionths of a kWh; 0 where nothing is known.
        quality: What it rests on.
    """

    value: int
    quality: Quality


_WORST = tuple(Quality)


def intervals(series: Series, edges: Sequence[int], max_gap_ms: int, most: int) -> list[Interval]:
    """Return what a counter says of intervals that follow each other.

    Args:
        series: Its readings.
        edges: Instants, in order, one more than there are intervals.
        max_gap_ms: A longer gap around an edge leaves the edge unknown.
        most: More millionths of a kWh in an interval cannot be.
    """
    series = without_slips(series, max_gap_ms)
    times = [at for at, _ in series]
    at_edges = [_edge(series, times, edge, max_gap_ms) for edge in edges]
    return [
        _interval(series, times, first, last, at_edges[place], at_edges[place + 1], most)
        for place, (first, last) in enumerate(pairwise(edges))
    ]


def without_slips(series: Series, max_gap_ms: int) -> Series:
    """Return readings without those that fell and came back, as of a meter that shows 0 while it starts, and without peaks.

    Args:
        series: Readings.
        max_gap_ms: A counter that is back where it was within this time had not begun anew.
    """
    if _rises(series):
        return series
    series = [one for place, one in enumerate(series) if not _is_slip(series, place, max_gap_ms)]
    if _rises(series):
        return series
    return [one for place, one in enumerate(series) if not _is_peak(series, place, max_gap_ms)]


def _rises(series: Series) -> bool:
    return all(earlier <= later for (_, earlier), (_, later) in pairwise(series))


def _is_peak(series: Series, place: int, max_gap_ms: int) -> bool:
    """Tell whether a single reading lies above the next one, which is not below the one before: a counter cannot do so."""
    if not 0 < place < len(series) - 1:
        return False
    (begin_ms, before), (_, shown), (end_ms, after) = series[place - 1 : place + 2]
    return before <= after < shown and end_ms - begin_ms <= max_gap_ms


def _is_slip(series: Series, place: int, max_gap_ms: int) -> bool:
    """Tell whether a reading lies below one before it, which one after it reaches again in time."""
    at, shown = series[place]
    before = [one for one in series[:place] if one[1] > shown and at - one[0] <= max_gap_ms]
    after = [one for one in series[place + 1 :] if one[0] - at <= max_gap_ms] if before else []
    return any(back >= value and later - earlier <= max_gap_ms for earlier, value in before for later, back in after)


def added(parts: Sequence[Interval]) -> Interval:
    """Return the sum of several registers, which is as good as the worst of them; nothing if one is unknown."""
    worst = max((part.quality for part in parts), key=_WORST.index, default=Quality.MISSING)
    if worst in (Quality.MISSING, Quality.RESET):
        return Interval(0, worst)
    return Interval(sum(part.value for part in parts), worst)


def _edge(series: Series, times: Sequence[int], edge: int, max_gap_ms: int) -> tuple[int, bool] | None:
    """Return what the counter showed at an edge and whether that was read; None: unknown."""
    after = bisect_left(times, edge)
    if after < len(times) and times[after] == edge:
        return series[after][1], True
    if after in (0, len(times)):
        return None
    (before_ms, low), (after_ms, high) = series[after - 1], series[after]
    if after_ms - before_ms > max_gap_ms:
        return None
    return low + (high - low) * (edge - before_ms) // (after_ms - before_ms), False


def _interval(
    series: Series, times: Sequence[int], first: int, last: int,
    begin: tuple[int, bool] | None, end: tuple[int, bool] | None, most: int,
) -> Interval:  # fmt: skip
    """Return what lies between two edges."""
    # From the reading at or before the first edge to the one at or after the last.
    span = series[max(bisect_right(times, first) - 1, 0) : bisect_left(times, last) + 1]
    if any(later < earlier for (_, earlier), (_, later) in pairwise(span)):
        return Interval(0, Quality.RESET)
    if begin is None or end is None or end[0] - begin[0] > most:
        return Interval(0, Quality.MISSING)
    return Interval(end[0] - begin[0], Quality.MEASURED if begin[1] and end[1] else Quality.INTERPOLATED)
