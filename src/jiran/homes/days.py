"""Whole days of a run, and what happens within them at any moment, whatever the length of a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.profiles import Array
from jiran.homes.timeline import DAY_S, on_weekend

if TYPE_CHECKING:
    from jiran.homes.timeline import Timeline

#: Days are drawn from so many before the run on, so that its first day is one like any other.
BEFORE = 14
#: A memory of less changes no digit.
_FORGOTTEN = 2.0**-53


@dataclass(frozen=True)
class Days:
    """The days of a run, some before it, and some after it.

    Attributes:
        midnight_h: When each day begins, hours from the first step, shape (day,); of the days before it too.
        weekend: Whether it is a Saturday or Sunday, shape (day,).
        of_year: Day of the year, 1 to 366, shape (day,).
        run: Number of days that the run touches.
    """

    midnight_h: Array
    weekend: NDArray[np.bool_]
    of_year: NDArray[np.int64]
    run: int

    @property
    def many(self) -> int:
        """Number of days, with those before and after the run."""
        return self.weekend.size


def days_of(timeline: Timeline, after: int = 0) -> Days:
    """Return the days of a run, `BEFORE` days before it, and some after it.

    A day on which clocks change keeps its own midnight; what happens after the change is counted from there and may be an
    hour off on the wall.

    Args:
        timeline: The steps.
        after: Number of days after the run.
    """
    day = timeline.day
    run = int(day[-1]) + 1
    first = np.searchsorted(day, np.arange(run))
    own = first * timeline.step_h - timeline.hour[first]
    before = own[0] - 24.0 * np.arange(BEFORE, 0, -1)
    later = own[-1] + 24.0 * np.arange(1, after + 1)
    date = timeline.local_s[0] // DAY_S + np.arange(-BEFORE, run + after)
    year = date.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    return Days(
        midnight_h=np.concatenate([before, own, later]),
        weekend=on_weekend(date),
        of_year=date - year + 1,
        run=run,
    )


def rectangles_kw(start_h: Array, length_h: Array, power_kw: Array, timeline: Timeline) -> Array:
    """Return the mean power in each step of loads that are switched on and off at any moment, kW, shape (step,).

    The overlap of a load with each step is exact, so the means of short steps have the mean of the long one.

    Args:
        start_h: When each load is switched on, hours from the first step, shape (load,).
        length_h: For how long, h.
        power_kw: Its power, kW.
        timeline: The steps.
    """
    edges = np.concatenate([start_h, start_h + length_h])
    edges /= timeline.step_h
    np.clip(edges, 0.0, timeline.steps, out=edges)
    step = edges.astype(np.int64)
    edges -= step
    # What is switched at a moment of a step counts for the rest of the step, and in full from the next one on.
    change = np.concatenate([power_kw, -power_kw])
    edges *= change
    change -= edges
    changes: Array = np.asarray(np.bincount(step, change, timeline.steps + 1), np.float64)[: timeline.steps]
    changes[1:] += np.bincount(step, edges, timeline.steps + 1)[: timeline.steps - 1]
    return np.cumsum(changes, out=changes)


def remembering(draws: Array, memory: float) -> Array:
    """Return a stationary AR(1) process of variance 1 with the given correlation from one value to the next.

    A longer series begins with the shorter one, to the last digit: 1 / (1 - m B) is multiplied out as
    (1 + m B) (1 + m^2 B^2) (1 + m^4 B^4) ... for the backshift B.

    Args:
        draws: Standard normal draws, shape (value,).
        memory: The correlation m, 0 to below 1.
    """
    values: Array = draws * np.sqrt(1.0 - memory**2)
    values[:1] = draws[:1]
    factor, shift = memory, 1
    while factor > _FORGOTTEN and shift < values.size:
        values[shift:] += factor * values[:-shift].copy()
        factor, shift = factor**2, 2 * shift
    return values
