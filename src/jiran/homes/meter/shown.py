"""What the clock on the wall showed in each row of a meter file: from texts, dates, numbers of intervals, times of day.

Nothing is known of zones here but where the file comes from, which tells how dates are written there; `rowtimes` makes
instants of what was shown.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.errors import DataError, shortened
from jiran.homes.meter.contents import whole_numbers
from jiran.homes.meter.moments import EPOCH, YEARS, begin_of_range, day_or_month, time_of_day
from jiran.homes.meter.report import Change
from jiran.homes.meter.times import DAY_S, Clock, Seconds, are_ranges, read_times

if TYPE_CHECKING:
    from jiran.homes.meter.cells import Cells
    from jiran.homes.meter.meaning import Meaning
    from jiran.scenario import HomeData

#: Rows in order of time go back at most so often, from one home to the next.
_BACKWARDS = 0.05
_EXPECTED = "a time such as 2026-03-21 14:00, 2026-03-21T14:00+08:00 or 21/03/2026 14:00"
#: Zones of the country that writes the month first.
_MONTH_FIRST = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix", "America/Detroit",
                "America/Anchorage", "America/Boise", "Pacific/Honolulu", "America/Indiana", "America/Kentucky", "America/North_Dakota")  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What the clock showed in each row, and how it was read.

    Attributes:
        clock: One entry a row, before any zone.
        month_first: Whether 05/06/2024 was read as the 6th of May.
        changes: What was assumed on the way.
    """

    clock: Clock
    month_first: bool
    changes: tuple[Change, ...]


def what_was_shown(source: HomeData, cells: Cells, meaning: Meaning, zone: str) -> Shown:
    """Return what the clock showed, from dates and clocks, from times of day alone, or from full times.

    Raises:
        DataError: A row has no time, or what stands there is none.
    """
    if meaning.date is not None:
        return _date_and_clock(source, cells, meaning, zone)
    column = cells.column(meaning.time)  # type: ignore[arg-type]
    _refuse_null(cells, column, "time")
    if column.dtype == pl.String and are_clocks(column):
        return _clocks_alone(source, cells, column)
    return moments_of_column(source, cells, column, zone, cells.header[meaning.time])  # type: ignore[index]


def moments_of_column(source: HomeData, cells: Cells, column: pl.Series, zone: str, name: str) -> Shown:
    """Read a column of full times, or of dates, which are then midnights.

    Text is read once for each different cell. Numbers are seconds since 1970, or thousandths of them, in UTC. Parquet's
    own times keep their zone if they have one.

    Args:
        source: Says whether the day stands first, if it is known.
        cells: The file, for messages.
        column: The column, without empty cells.
        zone: Where the file comes from, which tells how dates are written there.
        name: What messages call the column.

    Raises:
        DataError: A cell is no time between 1971 and 2200.
    """
    times = column.unique(maintain_order=True)
    if column.dtype == pl.String:
        month_first, changes = _order_of_date(source, times, zone)
        clock, wrong = read_times(times, month_first=month_first)
        if wrong is not None:
            row = cells.row((column == times[wrong]).fill_null(value=False))
            raise DataError(cells.source, f'row {row}: "{shortened(str(times[wrong]), 60)}" is not {_EXPECTED}')
        if clock.half_days and month_first and source.day_first is None:
            changes = (
                [Change("", "", "month first", 1, "times with AM and PM are read month first")] if changes else changes
            )
        return Shown(clock.at(_places(column, times)), month_first, tuple(changes))
    if column.dtype.is_temporal() and column.dtype in (pl.Date, pl.Datetime):
        if not times.dt.year().is_in(YEARS).all():
            strange = ~column.dt.year().is_in(YEARS)
            shown = column.filter(strange)[:1].cast(pl.String)[0]
            raise DataError(cells.source, f"row {cells.row(strange)}: {shown} is not {_EXPECTED}")
        zoned = getattr(column.dtype, "time_zone", None) is not None
        seconds = column.cast(pl.Datetime("us", "UTC" if zoned else None)).dt.epoch("s").to_numpy()
        return Shown(_plain_clock(seconds, exact=zoned), month_first=False, changes=())
    if column.dtype.is_numeric():
        seconds = column.cast(pl.Float64).to_numpy()
        seconds = np.where(seconds > 1e11, seconds / 1000, seconds).astype(np.int64)
        years = (seconds > (YEARS.start - 1970) * 365 * DAY_S) & (seconds < (YEARS.stop - 1970) * 365 * DAY_S)
        if years.all():
            return Shown(_plain_clock(seconds, exact=True), month_first=False, changes=())
    raise DataError(cells.source, f'column "{name}" holds {column.dtype}, not {_EXPECTED}')


def _plain_clock(seconds: Seconds, *, exact: bool) -> Clock:
    """Return a clock without offsets and marks.

    Args:
        seconds: Seconds since 1970-01-01 00:00, shape (row,).
        exact: Whether they are UTC; else they are local.
    """
    size = seconds.size
    return Clock(seconds.astype(np.int64), np.zeros(size, np.int64), np.full(size, exact), np.full(size, -1, np.int8))


def _order_of_date(source: HomeData, times: pl.Series, zone: str) -> tuple[bool, list[Change]]:
    """Return whether the month stands first, and what was assumed.

    A number above 12 decides it, a dot means day first, and so does the order in which the days follow each other more
    regularly. What is left is a habit of the country, and is told as an assumption.

    Args:
        source: What the scenario says of it.
        times: The different texts of the column.
        zone: Where the file comes from.
    """
    if source.day_first is not None:
        return not source.day_first, []
    decided, both = day_or_month(times.to_list())
    if decided is not None:
        return decided, [Change("", "", "month first", 1, "times are read month first")] if decided else []
    half_days = bool(times.head(50).str.contains(r"(?i)\d\s?[ap]\.?m").any())
    regular = [_regularity(times, month_first=month_first) for month_first in (False, True)]
    if regular[0] != regular[1]:
        month_first = regular[1] > regular[0]
        return month_first, [
            Change("", "", "month first", 1, "times are read month first, as their days then follow each other")
        ] if month_first else []
    american = half_days or zone.startswith(_MONTH_FIRST)
    order, other = ("month first", "day_first = true") if american else ("day first", "day_first = false")
    told = f'times such as "{both}" are read {order}; with {other} in homes.data they are read the other way'
    return american, [Change("", "", "day first", 1, told)]


def _regularity(times: pl.Series, *, month_first: bool) -> float:
    """Return which part of the spacings between times is the most common one.

    Args:
        times: Texts; the first 5,000 are looked at.
        month_first: How to read them.

    Returns:
        0..1; 0 if one of them cannot be read so.
    """
    clock, wrong = read_times(times.head(5_000), month_first=month_first)
    if wrong is not None:
        return 0.0
    spacing = np.diff(np.unique(clock.wall_s))
    return float(np.unique(spacing, return_counts=True)[1].max() / spacing.size) if spacing.size else 0.0


def _date_and_clock(source: HomeData, cells: Cells, meaning: Meaning, zone: str) -> Shown:
    """Read a column of dates and one of times of day, or of the numbers of a day's intervals.

    00:00 behind the later times of a day is that day's end. Numbers of intervals are turned into the time at which the
    interval would start on a day of 24 hours.

    Raises:
        DataError: A row lacks its date or time, or what stands there is none.
    """
    date_column, clock_column = cells.column(meaning.date), cells.column(meaning.time)  # type: ignore[arg-type]
    for column, what in ((date_column, "date"), (clock_column, "time")):
        _refuse_null(cells, column, what)
    days = moments_of_column(source, cells, date_column, zone, cells.header[meaning.date])  # type: ignore[index]
    midnight = days.clock.wall_s - days.clock.wall_s % DAY_S
    if meaning.slots:
        numbers = whole_numbers(cells, meaning.time).to_numpy()  # type: ignore[arg-type, union-attr]
        seconds = (numbers - meaning.first_slot) * (DAY_S // meaning.slots)
        return Shown(_plain_clock(midnight + seconds, exact=False), days.month_first, days.changes)
    texts = clock_column.cast(pl.String)
    clock = _clocks(cells, texts)
    seconds = np.where(_midnight_closes_the_day(midnight, clock.wall_s), DAY_S, clock.wall_s)
    ends = clock.ends or bool((seconds == DAY_S).any())
    return Shown(replace(clock, wall_s=midnight + seconds, ends=ends), days.month_first, days.changes)


def _midnight_closes_the_day(midnight: Seconds, seconds: Seconds) -> NDArray[np.bool_]:
    """Tell which rows say 00:00 of a day behind the later times of that day: they mean its end.

    Args:
        midnight: The day of each row, seconds since 1970-01-01 00:00 local.
        seconds: Its time of day, s.

    Returns:
        Shape (row,). A day that begins with a 00:00 of its own has no such end, and where reading it so made times go
        back it is not done.
    """
    closes = np.zeros(seconds.size, bool)
    if seconds.size > 1:
        closes[1:] = (seconds[1:] == 0) & (seconds[:-1] > DAY_S // 2) & (midnight[1:] == midnight[:-1])
    opened = np.isin(midnight, midnight[(seconds == 0) & ~closes])
    closes &= ~opened
    back = np.diff(midnight + np.where(closes, DAY_S, seconds)) < 0
    return closes if back.sum() <= _BACKWARDS * back.size else np.zeros(seconds.size, bool)


def _clocks(cells: Cells, texts: pl.Series) -> Clock:
    """Return what times of day say, on the first day of 1970.

    A range such as 14:00-14:30 counts from its begin.

    Raises:
        DataError: A text is no time of day.
    """
    different = texts.unique(maintain_order=True)
    ranges = are_ranges(different)
    read = [time_of_day(begin_of_range(text) if ranges else text) for text in different.to_list()]
    for text, found in zip(different, read, strict=True):
        if found is None:
            raise DataError(
                cells.source,
                f'row {cells.row(texts == text)}: "{shortened(text, 60)}" is not a time of day such as 14:00',
            )
    times = [found for found in read if found is not None]
    clock = Clock(
        np.array([found.seconds for found in times], np.int64),
        np.array([found.offset_s or 0 for found in times], np.int64),
        np.array([found.offset_s is not None for found in times], bool),
        np.array([found.fold for found in times], np.int8),
        any(found.ends for found in times),
        any(found.half_day for found in times),
    )
    return clock.at(_places(texts, different))


def are_clocks(column: pl.Series) -> bool:
    """Tell whether the first texts are times of day with a colon."""
    sample = column.head(20).to_list()
    return all(":" in text and time_of_day(text) is not None for text in sample)


def _clocks_alone(source: HomeData, cells: Cells, column: pl.Series) -> Shown:
    """Read times of day without a date: the first row's day is given, and a day ends where the clock goes back.

    Raises:
        DataError: The scenario does not say the day of the first row.
    """
    if source.date is None:
        raise DataError(
            cells.source,
            "holds times of day and no dates; say the day of its first row in homes.data, as in date = 2024-05-06",
        )
    clock = _clocks(cells, column)
    day = np.concatenate(([0], np.cumsum(np.diff(clock.wall_s) < 0)))
    first = int((dt.datetime.combine(source.date, dt.time()) - EPOCH).total_seconds())
    return Shown(replace(clock, wall_s=first + day * DAY_S + clock.wall_s), month_first=False, changes=())


def _refuse_null(cells: Cells, column: pl.Series, what: str) -> None:
    """Refuse a column that has an empty cell.

    Raises:
        DataError: A cell is empty; the message names the first such row.
    """
    if column.null_count():
        raise DataError(cells.source, f"row {cells.row(column.is_null())} has no {what}")


def _places(column: pl.Series, values: pl.Series) -> NDArray[np.int64]:
    """Return for each cell the place of its value among unique values.

    Args:
        column: The cells, shape (row,).
        values: Each different one once.
    """
    known = pl.DataFrame({"value": values, "place": np.arange(len(values))})
    joined = pl.DataFrame({"value": column}).join(known, on="value", how="left", maintain_order="left")
    places: NDArray[np.int64] = joined["place"].to_numpy()
    return places
