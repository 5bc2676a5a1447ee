"""Values that may not be what they are taken for: counters, spikes, a wrong unit, times that mark the end.

Nothing is changed here. What is suspicious is told, in the report and as a warning of the run, and the number stays the
user's.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from jiran.homes.meter.clock import utc_to_wall
from jiran.homes.meter.counters import PER_FALL, RISES
from jiran.homes.meter.report import Change
from jiran.homes.meter.times import DAY_S
from jiran.words import time_of_day

if TYPE_CHECKING:
    from jiran.homes.meter.series import Series
    from jiran.homes.profiles import Array

#: No home is taken to use, generate or charge more a day without a warning, kWh.
MOST_KWH_A_DAY = 100.0
#: A value so many times as high as those beside it, and as the typical one, is a spike.
SPIKE = 50.0
#: A spike has at least this mean power, kW: less may be a kettle in an empty house. Within minutes a shower is none.
_SPIKE_KW, _SPIKE_KW_MINUTES, _MINUTES = 2.0, 15.0, 15


def suspicions(home: str, series: Series, *, scaled: bool = False) -> list[Change]:
    """Return what is suspicious about a meter's energy.

    Args:
        home: Id of the home.
        series: Its energy in intervals.
        scaled: Whether the energy is scaled to a known sum afterwards, so that its size does not matter.

    Returns:
        At most one change for each of "rises only", "spikes" and "very high"; none for a meter without intervals. The
        mean of a day is over the time that is known, not over the period.
    """
    if not series.kwh.size:
        return []
    found = []
    change = np.diff(series.kwh)
    rises, falls = int((change > 0).sum()), int((change < 0).sum())
    if not series.channel.is_register and rises >= max(RISES, PER_FALL * falls):
        found.append(Change(home, series.kind, "rises only", 1))
    if spikes := _spikes(series.kwh, series.length_s / 60):
        found.append(Change(home, series.kind, "spikes", spikes))
    daily = float(series.kwh.sum()) / (float((series.end_s - series.begin_s).sum()) / DAY_S)
    if daily > MOST_KWH_A_DAY and not scaled:
        found.append(Change(home, series.kind, "very high", 1, f"{daily:,.0f} kWh"))
    return found


def _spikes(values: Array, minutes: float) -> int:
    """Return how many values stand far above those beside them.

    Args:
        values: Energy by interval, kWh, in order of time.
        minutes: Length of an interval, min.
    """
    high_kwh = (_SPIKE_KW if minutes >= _MINUTES else _SPIKE_KW_MINUTES) * minutes / 60
    if not (values >= high_kwh).any():
        return 0
    neighbour = np.maximum(np.append(values[1:], 0.0), np.insert(values[:-1], 0, 0.0))
    usual = np.median(values[values > 0.0])
    return int(((values >= high_kwh) & (values >= SPIKE * neighbour) & (values >= SPIKE * usual)).sum())


def end_labels(first_utc_s: int, last_utc_s: int, length_s: int, zone: str) -> list[Change]:
    """Return a hint if times run from one interval after midnight to midnight, as those of intervals' ends do.

    Args:
        first_utc_s: First time in the file, seconds since 1970-01-01 UTC.
        last_utc_s: Last one.
        length_s: Length of an interval, s.
        zone: Whose midnight counts.

    Returns:
        One change or none. Times that mark starts run from midnight to one interval before it.
    """
    first, last = (utc_to_wall(instant, zone) for instant in (first_utc_s, last_utc_s))
    after_midnight_s = (first.hour * 60 + first.minute) * 60 + first.second
    if after_midnight_s != length_s % DAY_S or last.time() != dt.time() or first.date() == last.date():
        return []
    told = f'times run from {time_of_day(first)} to {time_of_day(last)}: if they mark the end of intervals, set time_label = "end"'
    return [Change("", "", "end labels", 1, told)]
