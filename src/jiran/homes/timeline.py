"""When each step is: instants, and the clock on the community's wall.

Steps are even in time, so a day when clocks change has 23 or 25 hours of them. Whatever hangs on habits (load, blocks
of charging) follows the wall; whatever hangs on energy follows instants.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from jiran.scenario import Scenario

DAY_S = 86_400
_MONDAY = 4  # 1970-01-05


@dataclass(frozen=True)
class Timeline:
    """The steps of a run; a step is labelled by its start.

    Attributes:
        zone: IANA name of the community's time zone.
        step_minutes: Length of a step, min.
        utc_s: Start of each step, seconds since 1970-01-01 UTC, shape (step,).
        local_s: The same as the wall clock shows it, seconds since 1970-01-01 00:00 local; on daylight-saving days it
            jumps while `utc_s` runs on evenly.
    """

    zone: str
    step_minutes: int
    utc_s: NDArray[np.int64]
    local_s: NDArray[np.int64]

    @property
    def step_h(self) -> float:
        """Length of a step, h: kWh = kW * step_h."""
        return self.step_minutes / 60

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.utc_s.size

    @property
    def hour(self) -> NDArray[np.float64]:
        """Hour of the day at the start of each step, 0 <= hour < 24.

        Shape (step,); in the hour that is repeated it has the values of the hour before.
        """
        return (self.local_s % DAY_S) / 3600.0

    @property
    def day(self) -> NDArray[np.int64]:
        """Day of each step, counted from the first day = 0.

        Local days, shape (step,).
        """
        day = self.local_s // DAY_S
        days: NDArray[np.int64] = day - day[0]
        return days

    def from_earlier(self, before: int) -> Timeline:
        """Return the same steps with so many before them."""
        if not before:
            return self
        utc_s = self.utc_s[0] + 60 * self.step_minutes * np.arange(-before, self.steps, dtype=np.int64)
        return Timeline(self.zone, self.step_minutes, utc_s, utc_s + offset_s(utc_s, ZoneInfo(self.zone)))

    @property
    def local(self) -> NDArray[np.datetime64]:
        """Wall-clock time of each step as datetime64.

        Without a zone, shape (step,); on the day when clocks are set back some values stand twice.
        """
        return self.local_s.astype("datetime64[s]")


def on_weekend(date: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which dates are Saturdays or Sundays.

    Args:
        date: Days since 1970-01-01.
    """
    found: NDArray[np.bool_] = (date - _MONDAY) % 7 >= 5
    return found


def timeline(scenario: Scenario, more: int = 0) -> Timeline:
    """Return the steps of a scenario.

    A start in the hour that is skipped is moved forward by the shift; one in the hour that is repeated is the earlier.

    Args:
        scenario: Its start, step length, number of steps and zone.
        more: So many steps after its last one too, for who looks ahead.
    """
    zone = ZoneInfo(scenario.time_zone)
    first = int(scenario.start.replace(tzinfo=zone).timestamp())
    utc_s = first + 60 * scenario.step_minutes * np.arange(scenario.steps + more, dtype=np.int64)
    return Timeline(scenario.time_zone, scenario.step_minutes, utc_s, utc_s + offset_s(utc_s, zone))


def offset_s(utc_s: NDArray[np.int64], zone: dt.tzinfo) -> NDArray[np.int64]:
    """Return the zone's offset from UTC at each instant; only days with a change are looked at step by step.

    Args:
        utc_s: Instants in order, seconds since 1970-01-01 UTC, shape (step,), at least one.
        zone: The zone.

    Returns:
        Seconds ahead of UTC, shape (step,).
    """
    place = utc_s // DAY_S - utc_s[0] // DAY_S
    midnights = range(int(utc_s[0]) // DAY_S * DAY_S, int(utc_s[-1]) + 2 * DAY_S, DAY_S)
    at_midnight = np.array([_offset_at(midnight, zone) for midnight in midnights], np.int64)
    offset: NDArray[np.int64] = at_midnight[place]
    for day in np.flatnonzero(np.diff(at_midnight)):
        steps = np.flatnonzero(place == day)
        offset[steps] = [_offset_at(int(instant), zone) for instant in utc_s[steps]]
    return offset


def _offset_at(instant_s: int, zone: dt.tzinfo) -> int:
    """Return how far a zone is ahead of UTC at an instant, s."""
    offset = dt.datetime.fromtimestamp(instant_s, tz=zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
