"""Meter readings on a regular grid: find the interval, lay the grid, move it to steps, fill the gaps.

Arrays only: a reading that is missing is NaN, and every function says what it changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.errors import DataError

if TYPE_CHECKING:
    from jiran.homes.profiles import Array

Seconds = NDArray[np.int64]
Counts = NDArray[np.int64]

MAX_INTERVAL_MIN = 60
#: So many homes are resampled at once: the work stays in the processor's cache.
_BLOCK = 64
#: A series number and an instant share one sortable number; instants stay below 2**33 until the year 2242.
_SHIFT = 33
#: So many equal odd spacings in a row are no gaps but another interval; for a meter with few readings a
#: fifth of them, at least 3.
_RUN = 12


@dataclass(frozen=True)
class Grid:
    """Regular intervals: interval k starts at `origin_s + k * 60 * minutes`, seconds UTC."""

    origin_s: int
    minutes: int

    @property
    def length_s(self) -> int:
        """Length of an interval, s."""
        return 60 * self.minutes

    def nearest(self, utc_s: Seconds) -> Seconds:
        """Return the number of the interval whose start is nearest."""
        return (utc_s - self.origin_s + self.length_s // 2) // self.length_s


def find_grid(source: str, series: NDArray[np.int64], names: tuple[str, ...], utc_s: Seconds) -> Grid:
    """Return the grid on which most readings lie; `series` says which meter a reading is from.

    Raises:
        DataError: The interval is unknown, no whole number of minutes up to 60, or not the same everywhere.
    """
    key = np.sort((series << _SHIFT) + utc_s)
    spacing_s = np.diff(key)
    same = (spacing_s > 0) & (spacing_s < 1 << (_SHIFT - 1)) & (key[1:] >> _SHIFT == key[:-1] >> _SHIFT)
    spacing_s, owner = spacing_s[same], key[1:][same] >> _SHIFT
    if spacing_s.size == 0:
        raise DataError(source, "there is only one time for each home, so the interval is unknown; give two or more")
    minutes = np.minimum((spacing_s + 30) // 60, MAX_INTERVAL_MIN + 1)
    most = _most_common(spacing_s, minutes)
    typical = float(np.median(spacing_s[minutes == most]))
    if not 1 <= most <= MAX_INTERVAL_MIN or abs(typical - 60 * most) > 3 * most:
        raise DataError(
            source,
            f"readings come every {typical / 60:g} min; jiran reads whole minutes from 1 to {MAX_INTERVAL_MIN}",
        )
    _check_spacing(source, spacing_s, minutes, owner, names, most)
    phase = np.bincount(utc_s % (60 * most)).argmax()
    return Grid(int(phase), most)


def _most_common(spacing_s: Seconds, minutes: Counts) -> int:
    """Return the most common spacing, min; of equally common ones that which the others are multiples of."""
    counts = np.bincount(minutes)
    candidates = [int(length) for length in np.flatnonzero(counts == counts.max())]
    return min(candidates, key=lambda length: int(_crooked(spacing_s, 60 * max(length, 1)).sum()))


def _crooked(spacing_s: Seconds, length_s: int) -> NDArray[np.bool_]:
    """Tell which spacings are over a quarter of a length away from any multiple of it."""
    return np.abs((spacing_s + length_s // 2) % length_s - length_s // 2) > length_s / 4


def _check_spacing(
    source: str,
    spacing_s: Seconds,
    minutes: Counts,
    owner: NDArray[np.int64],
    names: tuple[str, ...],
    most: int,
) -> None:
    """Refuse another interval in a part of the file, which must not be taken for gaps."""
    crooked = _crooked(spacing_s, 60 * most)
    if crooked.sum() > 2 and crooked.mean() > 0.25:  # one odd time makes two
        raise DataError(
            source,
            f"readings come at irregular times, only most often every {most} min; give one regular interval",
        )
    ends = np.flatnonzero((np.diff(minutes) != 0) | (np.diff(owner) != 0))
    starts = np.concatenate(([0], ends + 1))
    lengths = np.diff(np.concatenate((starts, [minutes.size])))
    enough = np.clip(np.bincount(owner)[owner[starts]] // 5, 3, _RUN)
    odd = (minutes[starts] != most) & (minutes[starts] <= MAX_INTERVAL_MIN) & (lengths >= enough)
    if odd.any():
        first = starts[np.flatnonzero(odd)[0]]
        raise DataError(
            source,
            f"readings come mostly every {most} min, but those of home {names[owner[first]]} "
            f"in part every {minutes[first]} min; give one interval in a file",
        )


def lay(slot: Seconds, home: NDArray[np.int64], kwh: Array, shape: tuple[int, int]) -> tuple[Array, Counts, Counts]:
    """Put readings on the grid, shape (interval, home); the last of several for one place stays.

    Returns:
        The grid with NaN where nothing is known; by home how many equal readings were merged, and how many
        were replaced by a later, different one.
    """
    grid = np.full(shape, np.nan)
    grid[slot, home] = kwh
    replaced = np.bincount(home[grid[slot, home] != kwh], minlength=shape[1])
    kept = np.isfinite(grid).sum(axis=0)
    merged = np.bincount(home, minlength=shape[1]) - kept - replaced
    return grid, merged, replaced


def resample(values: Array, grid: Grid, start_s: Seconds, step_s: int) -> tuple[Array, Counts]:
    """Move energy from intervals to steps that start at given instants, in proportion to their overlap.

    Interval 0 of `values` is interval 0 of `grid`. A step of which at least half is known is scaled up to
    its whole length; one of which less is known is NaN.

    Returns:
        Energy, kWh, shape (step, home), and by home how many steps were scaled up.
    """
    moved = np.empty((start_s.size, values.shape[1]))
    scaled = np.zeros(values.shape[1], np.int64)
    for begin in range(0, values.shape[1], _BLOCK):
        homes = slice(begin, begin + _BLOCK)
        moved[:, homes], scaled[homes] = _resample(values[:, homes], grid, start_s, step_s)
    return moved, scaled


def _resample(values: Array, grid: Grid, start_s: Seconds, step_s: int) -> tuple[Array, Counts]:
    energy = np.zeros((start_s.size, values.shape[1]))
    known_s = np.zeros(energy.shape, np.int64)
    first = (start_s - grid.origin_s) // grid.length_s
    for ahead in range(step_s // grid.length_s + 2):
        begin_s = grid.origin_s + (first + ahead) * grid.length_s
        overlap_s = np.minimum(start_s + step_s, begin_s + grid.length_s) - np.maximum(start_s, begin_s)
        steps = np.flatnonzero(overlap_s > 0)
        part = values[first[steps] + ahead]
        known = np.isfinite(part)
        energy[steps] += np.where(known, part, 0.0) * (overlap_s[steps] / grid.length_s)[:, None]
        known_s[steps] += known * overlap_s[steps][:, None]
    half = (known_s < step_s) & (2 * known_s >= step_s)
    energy[half] *= step_s / known_s[half]
    energy[2 * known_s < step_s] = np.nan
    return energy, half.sum(axis=0)


@dataclass(frozen=True)
class Filled:
    """A column without gaps, and how many of its steps were filled in which way."""

    kwh: Array
    interpolated: int
    typical: int
    unknown: int


def fill(kwh: Array, time_of_day: NDArray[np.int64], longest: int, *, otherwise_mean: bool) -> Filled:
    """Fill the gaps of one home's quantity.

    Args:
        kwh: Energy by step, NaN in gaps, shape (step,).
        time_of_day: A number for each step, the same at the same time of day, from 0.
        longest: Gaps of up to so many steps between two known steps are interpolated linearly; longer ones,
            and those at either end, take the mean of the known steps at that time of day.
        otherwise_mean: Where nothing is known at a time of day: the mean of all known steps, else 0.
    """
    known = np.isfinite(kwh)
    steps = np.arange(kwh.size)
    interpolated = _short_gaps(known, longest)
    filled = kwh.copy()
    filled[interpolated] = np.interp(steps[interpolated], steps[known], kwh[known]) if known.any() else 0.0
    number = np.bincount(time_of_day[known], minlength=time_of_day.max() + 1)
    total = np.bincount(time_of_day[known], weights=kwh[known], minlength=number.size)
    typical = ~known & ~interpolated & (number[time_of_day] > 0)
    filled[typical] = (total / np.maximum(number, 1))[time_of_day[typical]]
    unknown = ~(known | interpolated | typical)
    filled[unknown] = kwh[known].mean() if otherwise_mean and known.any() else 0.0
    return Filled(filled, int(interpolated.sum()), int(typical.sum()), int(unknown.sum()))


def _short_gaps(known: NDArray[np.bool_], longest: int) -> NDArray[np.bool_]:
    """Mark the steps of gaps that are short and lie between two known steps."""
    edges = np.diff(np.concatenate(([0], (~known).astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    short = np.zeros(known.size, bool)
    for start, end in zip(starts, ends, strict=True):
        if end - start <= longest and start > 0 and end < known.size:
            short[start:end] = True
    return short
