"""Times of meter data: what clocks showed, many texts at once.

Each is read by its form (`moments`); zones and hours that occur twice are left open here: `clock` makes instants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.homes.meter.moments import LONGEST_RANGE_MIN, RANGE, UNIX_S, begin_of_range, minutes_between, moment_of

Seconds = NDArray[np.int64]

DAY_S = 86_400
#: So many different texts are read one by one; more are read by polars, format by format.
_FEW = 2_000


@dataclass(frozen=True)
class Clock:
    """What clocks showed, one entry a text.

    Attributes:
        wall_s: The clock, seconds since 1970-01-01 00:00 local.
        offset_s: How far it is ahead of UTC, s; 0 where the text does not say.
        exact: Whether the text says so.
        fold: 0 or 1 where the text says which of two equal times it is, -1 elsewhere.
        ends: Whether a text says 24:00, which only the end of a day is called.
        half_days: Whether a text says AM or PM.
    """

    wall_s: Seconds
    offset_s: Seconds
    exact: NDArray[np.bool_]
    fold: NDArray[np.int8]
    ends: bool = False
    half_days: bool = False

    def at(self, places: NDArray[np.int64]) -> Clock:
        """Return the entries at some places.

        Args:
            places: Places of entries, in any order, also more than once.
        """
        parts = (self.wall_s[places], self.offset_s[places], self.exact[places], self.fold[places])
        return Clock(*parts, self.ends, self.half_days)


def read_times(texts: pl.Series, *, month_first: bool = False) -> tuple[Clock, int | None]:
    """Return what texts say, and the place of the first one that is no time, or None.

    Args:
        texts: Each different one once. Ranges count from their begin, if all are ranges.
        month_first: Whether 05/06/2024 is the 6th of May.

    Returns:
        With a place the clock has no entries: a time that cannot be read is refused, never skipped.
    """
    if are_ranges(texts):
        texts = pl.Series([begin_of_range(text) for text in texts.to_list()], dtype=pl.String)
    size = len(texts)
    wall, offset = np.zeros(size, np.int64), np.zeros(size, np.int64)
    exact, fold = np.zeros(size, bool), np.full(size, -1, np.int8)
    open_places = np.arange(size)
    if size > _FEW:
        open_places = _read_many(texts, wall, exact, month_first=month_first)
    ends = half_days = False
    for place, text in zip(open_places, texts.gather(open_places).to_list(), strict=True):
        moment = moment_of(text, month_first=month_first)
        if moment is None:
            return Clock(wall[:0], offset[:0], exact[:0], fold[:0]), int(place)
        wall[place], fold[place] = moment.wall_s, moment.fold
        if moment.offset_s is not None:
            offset[place], exact[place] = moment.offset_s, True
        ends, half_days = ends or moment.ends, half_days or moment.half_day
    return Clock(wall, offset, exact, fold, ends, half_days), None


def _read_many(texts: pl.Series, wall: Seconds, exact: NDArray[np.bool_], *, month_first: bool) -> NDArray[np.int64]:
    """Fill in what polars reads, and return the places that are left.

    Args:
        texts: The texts.
        wall: Is filled in, seconds since 1970-01-01 00:00, of the clock or UTC.
        exact: Is set where a text has an offset; `wall` is UTC there.
        month_first: Whether the month stands first in dates with slashes.
    """
    left = np.arange(len(texts))
    dates = [
        "%Y-%m-%d",
        "%Y/%m/%d",
        *(f"%m{sign}%d{sign}%Y" if month_first and sign != "." else f"%d{sign}%m{sign}%Y" for sign in "/.-"),
    ]
    for form in [
        f"{date}{gap}{clock}"
        for date in dates
        for gap in " T"
        for clock in ("%H:%M:%S", "%H:%M", "%H:%M:%S%z", "%H:%M%z")
    ]:
        if not left.size:
            break
        remaining = texts.gather(left)
        zone = "UTC" if form.endswith("%z") else None
        if remaining[:1].str.to_datetime(form, strict=False, time_zone=zone)[0] is None:
            continue
        read = remaining.str.to_datetime(form, strict=False, time_zone=zone, time_unit="us").dt.epoch("s")
        seconds = read.fill_null(-1).to_numpy()
        done = (read.is_not_null().to_numpy()) & (seconds >= UNIX_S[0] - 20 * 365 * DAY_S)
        wall[left[done]], exact[left[done]] = seconds[done], zone is not None
        left = left[~done]
    return left


def are_ranges(texts: pl.Series) -> bool:
    """Tell whether texts give begin and end, "00:15-00:30"; "03:00-04:00" among others is a time with its offset.

    Both times are at most `LONGEST_RANGE_MIN` min apart, in the same half of a day if AM or PM is said.
    """
    spans = [span for text in texts.head(_FEW).to_list() if text and (span := RANGE.fullmatch(text))]
    return bool(spans) and all(0 < minutes_between(span["begin"], span["end"]) <= LONGEST_RANGE_MIN for span in spans)
