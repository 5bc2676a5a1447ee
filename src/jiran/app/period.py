"""How long a run is: a period in a resolution, and the number of steps that this makes.

A day is 24 hours and a week 7 days; a month and a year are those of the calendar, from the start of the run. Days on which
clocks change count as 24 hours.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from typing import NamedTuple

from jiran.words import counted

_HOUR, _DAY = 60, 24 * 60  # min

Values = tuple[float, ...]


class Resized(NamedTuple):
    """What a period is in another resolution: the number of steps, and a sentence if they are not quite the period."""

    steps: int
    note: str | None


def periods(start: dt.datetime) -> dict[str, int]:
    """Return the periods that have a name, with their lengths from a start, min.

    Example:
        >>> import datetime as dt
        >>> {name: length // 1440 for name, length in periods(dt.datetime(2028, 2, 10)).items()}
        {'A day': 1, '3 days': 3, 'A week': 7, 'A month': 29, 'A year': 366}
    """
    month = calendar.monthrange(start.year, start.month)[1]
    # From the first of the month: the 29th of February has no like in most years.
    year = (dt.date(start.year + 1, start.month, 1) - dt.date(start.year, start.month, 1)).days
    return {"A day": _DAY, "3 days": 3 * _DAY, "A week": 7 * _DAY, "A month": month * _DAY, "A year": year * _DAY}


def name(steps: int, minutes: int, start: dt.datetime) -> str:
    """Return what so many steps of so many minutes are called.

    Example:
        >>> import datetime as dt
        >>> name(96, 15, dt.datetime(2026, 3, 21)), name(60, 60, dt.datetime(2026, 3, 21))
        ('A day', '60 h')
    """
    length = steps * minutes
    return next((known for known, its in periods(start).items() if its == length), span(length))


def span(length: int) -> str:
    """Return a length of time, min, in words.

    Example:
        >>> span(5), span(60), span(75), span(1440), span(3600)
        ('5 min', '1 h', '1 h 15 min', '1 day', '60 h')
    """
    if length % _DAY == 0:
        return counted(length // _DAY, "day")
    hours, minutes = divmod(length, _HOUR)
    return " ".join(words for amount, words in ((hours, f"{hours:,} h"), (minutes, f"{minutes} min")) if amount)


def resized(steps: int, minutes: int, now: int, most: int) -> Resized:
    """Return how many steps of another length cover the same period.

    Args:
        steps: Number of steps before.
        minutes: Their length, min.
        now: The new length of a step, min.
        most: The greatest number of steps that there may be.

    Example:
        >>> resized(24, 60, 15, 1000)
        Resized(steps=96, note=None)
        >>> resized(5, 15, 60, 1000)
        Resized(steps=2, note='1 h 15 min is not a whole number of steps of 60 min: now 2 h, 2 steps.')
    """
    length = steps * minutes
    wanted = math.ceil(length / now)
    if wanted > most:
        note = f"{span(length)} would be {wanted:,} steps of {now} min, more than there may be: now {span(most * now)}."
        return Resized(most, note)
    if wanted * now == length:
        return Resized(wanted, None)
    not_whole = f"{span(length)} is not a whole number of steps of {now} min"
    return Resized(wanted, f"{not_whole}: now {span(wanted * now)}, {counted(wanted, 'step')}.")


def by_step(values: object, steps: int) -> bool:
    """Tell whether a price has a value for each step; 24 values are always read by the hour of the day."""
    return isinstance(values, list | tuple) and len(values) == steps != 24


def prices(values: Values, minutes: int, now: int, start: dt.datetime) -> Values | None:
    """Return prices by the step in another resolution: repeated, or the means of the steps that become one.

    Args:
        values: Price of each step, per kWh.
        minutes: Length of a step before, min.
        now: Length of a step now, min.
        start: Start of the run, local time.

    Returns:
        The new prices. None if they would be 24 that are not by the hour: they would be read as if they were.

    Example:
        >>> import datetime as dt
        >>> prices((0.1, 0.2), 30, 15, dt.datetime(2026, 3, 21)), prices((0.1, 0.3), 30, 60, dt.datetime(2026, 3, 21))
        ((0.1, 0.1, 0.2, 0.2), (0.2,))
    """
    common = math.gcd(minutes, now)
    fine = [value for value in values for _ in range(minutes // common)]
    size = now // common
    made = tuple(_mean(fine[first : first + size]) for first in range(0, len(fine), size))
    if len(made) != 24:
        return made
    if now != _HOUR or start.minute or start.second:
        return None
    return tuple(made[(hour - start.hour) % 24] for hour in range(24))


def _mean(values: list[float]) -> float:
    """Return the mean; that of equal numbers is exactly they, so that there and back again changes nothing."""
    return values[0] if values.count(values[0]) == len(values) else math.fsum(values) / len(values)
