"""What homes of a street have in common: their days and hours, how hot nights are, and what they expect."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.days import Days, days_of, remembering
from jiran.homes.profiles import Array, stream

if TYPE_CHECKING:
    from jiran.homes.timeline import Timeline
    from jiran.scenario.load import Habits

#: How much hot nights follow each other.
_HEAT_MEMORY = 0.7


@dataclass(frozen=True)
class Hours:
    """Where each step lies among the hours of the days.

    Attributes:
        place: Hour of each step's start, counted from the midnight of the first day, shape (step,).
        next_place: The same of its end.
        share: Share of the step that lies in the hour of its start, shape (step,).
    """

    place: NDArray[np.int64]
    next_place: NDArray[np.int64]
    share: Array


@dataclass(frozen=True)
class Street:
    """What homes have in common.

    Attributes:
        habits: The households' numbers.
        timeline: The steps.
        days: Their days.
        hours: Their hours.
        seed: Of all draws.
        heat: How hot each night is, a standard normal that remembers, shape (day,).
        present_share: Expected share of days on which somebody is at home.
    """

    habits: Habits
    timeline: Timeline
    days: Days
    hours: Hours
    seed: int
    heat: Array
    present_share: float


def street_of(habits: Habits, timeline: Timeline, seed: int) -> Street:
    """Return what homes have in common in a run."""
    days = days_of(timeline, after=1)  # a step may end in the next day, and a night begin in the evening before its own
    heat = remembering(stream(seed, "heat").standard_normal(days.many), _HEAT_MEMORY)
    # Somebody is there on days for which no absence that began so many days ago lasts.
    ago = np.arange(ceil(40.0 * habits.away_days))
    there = float(np.prod(1.0 - np.exp(-ago / habits.away_days) / habits.away_every_days))
    return Street(habits, timeline, days, _hours(timeline), seed, heat, there)


def _hours(timeline: Timeline) -> Hours:
    """Return the hours of the steps; a step lies in two where it begins within an hour and ends in the next."""
    hour = timeline.hour
    place = 24 * timeline.day + hour.astype(np.int64)
    end = place[-1] + (hour[-1] % 1.0 + timeline.step_h >= 1.0)
    share = np.minimum(1.0, (1.0 - hour % 1.0) / timeline.step_h)
    return Hours(place, np.append(place[1:], end), share)
