"""Household load: stochastic within a band, with short-term fluctuation and an evening factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.profiles.base import Array, stream

if TYPE_CHECKING:
    from jiran.community import Community
    from jiran.scenario import Load
    from jiran.timeline import Timeline

#: How long a household keeps to what it is doing.
ACTIVITY_H = 3
#: Homes are drawn in blocks of this size: a block of rows fits into the cache and is written as columns.
BLOCK = 64


def load_kwh(community: Community, timeline: Timeline, load: Load, seed: int) -> Array:
    """Return the household load of each home in each step, kWh, shape (step, home).

    load = (low + (high - low) * x) * evening factor, with x = (1 - f) * activity + f * flicker. Activity (a new value
    every three hours) and flicker (a new value each step) are uniform on 0..1, f is the fluctuation: at f = 0 or 1
    the load itself is uniform in its band, in between it is a sum of two uniform parts, which keeps to the middle.
    """
    hour = timeline.hour
    evening = _between(hour, load.evening_start_hour, load.evening_end_hour)
    period = timeline.local_s // (3600 * ACTIVITY_H)
    period -= period.min()
    energy = np.empty((timeline.steps, community.size))
    for first in range(0, community.size, BLOCK):
        homes = range(first, min(first + BLOCK, community.size))
        share = np.empty((len(homes), timeline.steps))
        for row, home in enumerate(homes):
            _busyness(share[row], period, load.fluctuation, seed, community.ids[home])
        columns = slice(first, homes.stop)
        low, high = community.load_low_kw[columns, None], community.load_high_kw[columns, None]
        share *= (high - low) * timeline.step_h
        share += low * timeline.step_h
        share *= np.where(evening, community.evening_factor[columns, None], 1.0)
        energy[:, columns] = share.T
    return energy


def _busyness(out: Array, period: np.typing.NDArray[np.int64], fluctuation: float, seed: int, home: str) -> None:
    """Fill `out` with where in its band a home's load is in each step, 0..1."""
    stream(seed, "load flicker", home).random(out=out)
    activity = stream(seed, "load activity", home).random(int(period.max()) + 1)
    out *= fluctuation
    out += (1.0 - fluctuation) * activity[period]


def _between(hour: Array, start: float, end: float) -> np.typing.NDArray[np.bool_]:
    """Tell which hours lie in start <= hour < end, across midnight if end < start."""
    if start <= end:
        return (hour >= start) & (hour < end)
    return (hour >= start) | (hour < end)
