"""Household load: stochastic within a band, with short-term fluctuation and an evening factor."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.profiles import Array, by_home, stream

if TYPE_CHECKING:
    from jiran.homes.community import Community
    from jiran.homes.timeline import Timeline
    from jiran.scenario import Load

#: How long a household keeps to what it is doing.
ACTIVITY_H = 3


def load_kwh(community: Community, timeline: Timeline, load: Load, seed: int) -> Array:
    """Return the household load of each home in each step, kWh, shape (step, home).

    load = (low + (high - low) * x) * evening factor, with x = (1 - f) * activity + f * flicker. Activity (a new value
    every three hours) and flicker (a new value each step) are uniform on 0..1, f is the fluctuation: at f = 0 or 1
    the load itself is uniform in its band, in between it is a sum of two uniform parts, which keeps to the middle.

    Args:
        community: The homes.
        timeline: The steps.
        load: The model's numbers.
        seed: Of each home's own draws.
    """
    evening = _between(timeline.hour, load.evening_start_hour, load.evening_end_hour)
    period = timeline.local_s // (3600 * ACTIVITY_H)
    begins = np.flatnonzero(np.diff(period, prepend=period[0] - 1))
    lasts = np.diff(begins, append=timeline.steps)

    @cache
    def factor_kwh(evening_factor: float) -> Array:
        return np.where(evening, evening_factor, 1.0) * timeline.step_h

    def fill(home: int, energy: Array) -> None:
        name, low, high = community.ids[home], community.load_low_kw[home], community.load_high_kw[home]
        stream(seed, "load flicker", name).random(out=energy)
        activity = stream(seed, "load activity", name).random(begins.size)
        energy *= load.fluctuation * (high - low)
        energy += np.repeat(low + (1.0 - load.fluctuation) * (high - low) * activity, lasts)
        energy *= factor_kwh(community.evening_factor[home])

    return by_home(timeline.steps, community.size, fill)


def _between(hour: Array, start: float, end: float) -> NDArray[np.bool_]:
    """Tell which hours lie in start <= hour < end, across midnight if end < start."""
    if start <= end:
        return (hour >= start) & (hour < end)
    return (hour >= start) | (hour < end)
