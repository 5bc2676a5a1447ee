"""One way to name times: a period by where it starts and where it ends, a state by the end of the step that reached it.

The day is the calendar's, in the community's zone. What happens in a step is told by the step's both ends, and a state
by the end at which it was reached.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from jiran.homes.timeline import DAY_S
from jiran.words import time_of_day

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.homes.timeline import Timeline

_HOUR_S = 3600


def clock(timeline: Timeline, step: int, *, end: bool = False, dated: bool = False) -> str:
    """Return what the clock on the wall shows at the start or the end of a step.

    An end at midnight is 24:00 of the day that ends. An hour that the clock shows twice, when summer time ends, is told
    apart the second time.

    Args:
        timeline: For the zone.
        step: Which step.
        end: Whether to name the step's end.
        dated: Whether to name the day; the year too if the run knows more than one.
    """
    day, text = _instant(timeline, step, end=end)
    return f"{_date(timeline, day)} {text}" if dated else text


def period(timeline: Timeline, first: int, last: int, *, dated: bool = False) -> str:
    """Return the time from the start of a step to the end of a later one, or of itself; a day is named once.

    Args:
        timeline: For the zone.
        first: The step at whose start it begins.
        last: The step at whose end it is over.
        dated: Whether to name the day.
    """
    (day, start), (last_day, end) = _instant(timeline, first, end=False), _instant(timeline, last, end=True)
    if not dated:
        return f"{start} to {end}"
    return f"{_date(timeline, day)} {start} to {end if last_day == day else f'{_date(timeline, last_day)} {end}'}"


def day(timeline: Timeline, step: int) -> str:
    """Return the day of the calendar on which a step starts, as "Sat 21 Mar"."""
    return _date(timeline, _instant(timeline, step, end=False)[0])


def several_dates(timeline: Timeline, first: int, last: int) -> bool:
    """Tell whether the steps first <= step < last start on more than one day of the calendar."""
    return bool(timeline.local_s[first] // DAY_S != timeline.local_s[last - 1] // DAY_S)


def clock_hours(timeline: Timeline, first: int, last: int) -> NDArray[np.int64] | None:
    """Return the hour of the clock in which each step lies; None if some lie across two, or one day has an hour twice.

    Returns:
        0..23, shape (step,).
    """
    start = timeline.local_s[first:last]
    if np.any(start % _HOUR_S + 60 * timeline.step_minutes > _HOUR_S):
        return None
    if not several_dates(timeline, first, last) and np.any(np.diff(start) != 60 * timeline.step_minutes):
        return None
    hours: NDArray[np.int64] = start % DAY_S // _HOUR_S
    return hours


def _instant(timeline: Timeline, step: int, *, end: bool) -> tuple[dt.date, str]:
    """Return the day and the clock's time of one end of a step."""
    utc_s = int(timeline.utc_s[step]) + (60 * timeline.step_minutes if end else 0)
    local = dt.datetime.fromtimestamp(utc_s, ZoneInfo(timeline.zone))
    if end and (local.hour, local.minute, local.second, local.fold) == (0, 0, 0, 0):
        return local.date() - dt.timedelta(days=1), "24:00"
    return local.date(), f"{time_of_day(local)}{' (for the second time)' if local.fold else ''}"


def _date(timeline: Timeline, day: dt.date) -> str:
    years = timeline.local_s[[0, -1]].astype("datetime64[s]").astype("datetime64[Y]")
    return f"{day:%a} {day.day} {day:%b}{f' {day.year}' if years[0] != years[1] else ''}"
