"""When each row of a meter file was: its texts, dates and numbers of intervals to instants.

In each row the clock on the wall is read first (`shown`), then a zone makes instants of it (`_converter`), and at last
what the clock does twice a year is looked at, with the rows around it. Throughout, `key` says whose row it is, so that
homes of a long file do not disturb each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.errors import DataError
from jiran.homes.meter.cells import MOST_FOOTERS
from jiran.homes.meter.clock import (
    Instants,
    conflicts,
    later_of_two,
    offset_name,
    wall_to_utc,
    winter_offset_s,
    zone_of,
)
from jiran.homes.meter.contents import whole_numbers
from jiran.homes.meter.moments import looks_like_time
from jiran.homes.meter.report import Change
from jiran.homes.meter.shown import are_clocks, moments_of_column, what_was_shown
from jiran.homes.meter.times import DAY_S, Clock, Seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.homes.meter.cells import Cells
    from jiran.homes.meter.meaning import Meaning
    from jiran.scenario import HomeData


@dataclass(frozen=True)
class RowTimes:
    """The times of a file's rows, seconds since 1970-01-01 UTC.

    Attributes:
        instant_s: The time that stands in the row, as a counter's reading has one.
        start_s: When the row's interval starts.
        end_s: When it ends, if the file says so, else None.
        placeholder: Whether the interval lies in an hour that does not exist.
        alone: Whether the interval lies in an hour that occurs twice, and its local time stands once.
        later: How much later the second of the two is, s.
        length_s: The spacing that most rows have on the clock, s; 0 if there is none.
        zone: The zone that was used.
        month_first: Whether 05/06/2024 was read as the 6th of May.
        ends: Whether times were read as ends.
        changes: What was assumed and left out.
    """

    instant_s: Seconds
    start_s: Seconds
    end_s: Seconds | None
    placeholder: NDArray[np.bool_]
    alone: NDArray[np.bool_]
    later: Seconds
    length_s: int
    zone: str
    month_first: bool
    ends: bool
    changes: tuple[Change, ...]


def without_footer(cells: Cells, meaning: Meaning) -> tuple[Cells, int]:
    """Return the cells without the rows at the end that hold no time, and how many those were.

    At most `MOST_FOOTERS` rows of the file are looked at, and a row within the table that has no time stays, to be
    refused by its number.

    Args:
        cells: The file, one row a time.
        meaning: Which columns say the time.
    """
    place = meaning.date if meaning.date is not None else meaning.time
    column = cells.column(place)  # type: ignore[arg-type]
    if column.dtype != pl.String:
        last = (
            column.is_not_null().arg_max()
            if column.null_count() == 0
            else int(column.is_not_null().arg_true()[-1])
            if column.count()
            else None
        )
    else:
        rows = cells.frame["row"].cast(pl.Int64)  # a row of the file may be many here
        tail = column.tail(int((rows >= rows[-1] - MOST_FOOTERS).sum()))
        good = [row for row, cell in enumerate(tail.to_list()) if cell is not None and _is_a_time(str(cell))]
        last = len(column) - len(tail) + good[-1] if good else None
    if last is None or column.dtype != pl.String or last == len(column) - 1:
        return cells, 0
    return replace(cells, frame=cells.frame.head(last + 1)), len(column) - 1 - last


def _is_a_time(cell: str) -> bool:
    """Numbers count, as the intervals of a day may be numbered and times may be seconds since 1970."""
    return looks_like_time(cell) or cell.replace(".", "").isdigit()


def row_times(source: HomeData, cells: Cells, meaning: Meaning, zone: str, key: NDArray[np.int64]) -> RowTimes:
    """Return when each row was.

    Times that mark ends are moved back by an interval on the clock first, so that the end of the hour before a change
    of the clocks belongs to its own hour. A day whose intervals are numbered 1 to 23 or 25 is counted from its midnight
    in hours that passed.

    Args:
        source: What the scenario says of times.
        cells: The file, one row a time.
        meaning: Which columns say the time.
        zone: Zone of times without an offset.
        key: By row, whose it is: equal for rows of one home and quantity.

    Returns:
        Times of each row, not sorted, shape (row,).

    Raises:
        DataError: A row has no time, or what stands there is none.
    """
    shown = what_was_shown(source, cells, meaning, zone)
    clock, changes = shown.clock, list(shown.changes)
    ends = meaning.ends or (clock.ends and source.time_label is None)
    zone = _zone_of_file(source, cells, meaning, zone)
    newest_first = _newest_first(clock.wall_s, key)
    length_s = 86_400 // meaning.slots if meaning.slots else _length_s(clock.wall_s, key)
    if newest_first:
        changes.append(Change("", "", "newest first", 1))
    if ends and not meaning.ends:
        changes.append(Change("", "", "ends assumed", 1, "the file says 24:00: times mark the ends of intervals"))
    convert = _converter(clock, key, newest_first=newest_first)
    numbers = whole_numbers(cells, meaning.time) if meaning.slots and meaning.time is not None else None
    elapsed = (
        np.zeros(clock.wall_s.size, bool) if numbers is None else _elapsed(meaning, clock, numbers, zone, length_s)
    )
    used = _winter_zone(cells, meaning, clock, key, zone, length_s if ends else 0, elapsed)
    if used != zone:
        changes.append(
            Change(
                "",
                "",
                "winter time all year",
                1,
                f"times are read as {used} all year: an hour that does not exist in {zone} has values",
            )
        )
    instant_s, moved, label_alone, label_later = convert(clock.wall_s, used)
    shift_s = length_s if ends else 0
    start_s, placeholder, alone, later = convert(clock.wall_s - shift_s, used)
    if shift_s:
        other = instant_s - shift_s
        if (start_s != other).any() and conflicts(start_s, key) > conflicts(other, key):
            start_s, placeholder = other, moved & np.isin(other, other[~moved])
            alone, later = label_alone, label_later
        else:
            before = _before_the_gap(placeholder & ~moved, key, start_s, other)
            start_s, placeholder = np.where(before, other, start_s), placeholder & ~before
    if elapsed.any() and numbers is not None:
        midnight = clock.wall_s - (numbers.to_numpy() - meaning.first_slot) * length_s
        start_s = np.where(elapsed, wall_to_utc(midnight, zone_of(used)).first + (clock.wall_s - midnight), start_s)
        instant_s = np.where(elapsed, start_s, instant_s)
        placeholder, alone = placeholder & ~elapsed, alone & ~elapsed
    end_s = _end_s(source, cells, meaning, used, start_s, month_first=shown.month_first)
    return RowTimes(
        instant_s, start_s, end_s, placeholder, alone, later, length_s, used, shown.month_first, ends, tuple(changes)
    )


def _zone_of_file(source: HomeData, cells: Cells, meaning: Meaning, zone: str) -> str:
    """Return the zone of times without an offset: the scenario's word, or UTC if the column is called so.

    Args:
        source: Its `time_zone` comes first.
        cells: The file.
        meaning: Which column holds times.
        zone: The scenario's own zone, which is left if nothing is said.

    Raises:
        DataError: There is no such zone.
    """
    if source.time_zone is not None:
        zone = source.time_zone
    elif meaning.time is not None and {"utc", "gmt", "zulu"} & {
        *cells.header[meaning.time].casefold().replace("_", " ").replace("(", " ").replace(")", " ").split()
    }:
        zone = "UTC"
    try:
        zone_of(zone)
    except ValueError:
        raise DataError(
            source.path,
            f"time_zone = {zone!r} must be an IANA time zone such as Asia/Kuching, or an offset such as +08:00",
        ) from None
    return zone


_Converted = tuple[Seconds, NDArray[np.bool_], NDArray[np.bool_], Seconds]


def _converter(clock: Clock, key: NDArray[np.int64], *, newest_first: bool) -> Callable[[Seconds, str], _Converted]:
    """Return what turns walls into instants, with the marks of hours that do not exist or stand once of two.

    What is returned takes seconds of the wall and the name of a zone, and gives, each of shape (row,): the instants, s
    UTC; whether the local time does not exist; whether it occurs twice and stands once for its key, with nothing in the
    file to say which it is; and how much later the second of the two is, s, 0 elsewhere. Rows with an offset of their
    own take none of this.

    Args:
        clock: What the rows show.
        key: By row, whose it is.
        newest_first: Whether rows go back in time.
    """

    def convert(wall_s: Seconds, zone: str) -> _Converted:
        local = wall_to_utc(np.where(clock.exact, 0, wall_s), zone_of(zone))
        exact = wall_s - clock.offset_s
        instants = Instants(
            np.where(clock.exact, exact, local.first),
            np.where(clock.exact, exact, local.second),
            local.moved & ~clock.exact,
        )
        utc_s = later_of_two(instants, key, clock.fold, newest_first=newest_first)
        twice = instants.twice
        alone = np.zeros(twice.size, bool)
        if twice.any():
            frame = pl.DataFrame({"key": key[twice], "wall": wall_s[twice], "fold": clock.fold[twice]})
            alone[twice] = frame.select(alone=(pl.len().over("key", "wall") == 1) & (pl.col("fold") < 0))[
                "alone"
            ].to_numpy()
        return utc_s, instants.moved, alone, instants.second - instants.first

    return convert


def _newest_first(wall_s: Seconds, key: NDArray[np.int64]) -> bool:
    """Tell whether rows of a series mostly go back in time.

    Args:
        wall_s: What the clock showed, shape (row,).
        key: By row, whose it is.
    """
    same = key[1:] == key[:-1]
    if not same.any():  # a row a home in turn: compare each with the next of its series
        order = np.argsort(key, kind="stable")
        wall_s, same = wall_s[order], np.diff(key[order]) == 0
    steps = np.sign(np.diff(wall_s))[same]
    return bool(steps.sum() < 0)


def _length_s(wall_s: Seconds, key: NDArray[np.int64]) -> int:
    """Return the most common spacing on the clock between a series' times, s; 0 if there is none.

    Args:
        wall_s: What the clock showed, s, in any order.
        key: By row, whose it is.
    """
    order = np.lexsort((wall_s, key))
    spacing = np.diff(wall_s[order])[(np.diff(key[order]) == 0)]
    spacing = spacing[spacing > 0]
    if not spacing.size:
        return 0
    values, counts = np.unique(spacing, return_counts=True)
    return int(values[counts.argmax()])


def _winter_zone(
    cells: Cells,
    meaning: Meaning,
    clock: Clock,
    key: NDArray[np.int64],
    zone: str,
    shift_s: int,
    elapsed: NDArray[np.bool_],
) -> str:
    """Return a fixed offset in place of a zone whose missing hour has values in the file, and whose double hour none.

    So does a logger that is never set to summer time. It is believed only if energy was measured in the hour that does
    not exist, the time right behind that hour has a row of its own, and no time of the double hour stands twice.

    Args:
        cells: The file.
        meaning: Which columns hold values.
        clock: What the rows show.
        key: By row, whose it is.
        zone: The zone.
        shift_s: How far times lie behind the starts of their intervals, s.
        elapsed: Which rows count hours that passed, and are not asked.

    Returns:
        An offset such as "+01:00", or the zone as it is.
    """
    instants = wall_to_utc(np.where(clock.exact, 0, clock.wall_s - shift_s), zone_of(zone))
    moved = instants.moved & ~clock.exact & ~elapsed
    # An end at 03:00 may close the interval before the hour that is skipped: only an end within it tells.
    within = (
        wall_to_utc(np.where(clock.exact, 0, clock.wall_s), zone_of(zone)).moved & ~clock.exact if shift_s else moved
    )
    if not moved.any() or not within.any() or (~clock.exact).sum() < 2:
        return zone
    measured = _has_value(cells, meaning, moved) if _has_value(cells, meaning, within).any() else np.zeros(1, bool)
    twice = instants.twice & ~clock.exact & ~elapsed
    stands_twice = (
        pl.DataFrame({"key": key[twice], "wall": clock.wall_s[twice]}).is_duplicated().any() if twice.any() else False
    )
    follows = np.isin(instants.first[moved], instants.first[~moved])
    if stands_twice or not measured.any() or not follows.any():
        return zone
    return offset_name(winter_offset_s(int((clock.wall_s - shift_s)[np.flatnonzero(moved)[0]]), zone_of(zone)))


def _before_the_gap(
    rows: NDArray[np.bool_], key: NDArray[np.int64], start_s: Seconds, other_s: Seconds
) -> NDArray[np.bool_]:
    """Tell which ends just behind the skipped hour close the interval before it: no other row of their series does.

    Args:
        rows: Which ends are in question.
        key: By row, whose it is.
        start_s: Starts as the clock gives them, s UTC.
        other_s: Ends less the length of an interval, s UTC.
    """
    near = np.isin(start_s, other_s[rows]) & ~rows
    taken = set(zip(key[near].tolist(), start_s[near].tolist(), strict=True))
    before = rows.copy()
    for row in np.flatnonzero(rows):
        before[row] = (int(key[row]), int(other_s[row])) not in taken
    return before


def _has_value(cells: Cells, meaning: Meaning, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell of chosen rows whether any value in them is more than nothing.

    Args:
        cells: The file.
        meaning: Which columns hold values.
        rows: Which rows to look at, shape (row,).

    Returns:
        Shape (chosen row,); a digit other than 0 is enough, so nothing need be parsed.
    """
    chosen = cells.frame.filter(pl.Series(rows))
    found = np.zeros(chosen.height, bool)
    for column in meaning.values:
        text = chosen[str(column.place)].cast(pl.String).fill_null("")
        found |= text.str.contains(r"[1-9]").to_numpy()
    return found


def _elapsed(meaning: Meaning, clock: Clock, numbers: pl.Series, zone: str, length_s: int) -> NDArray[np.bool_]:
    """Tell which rows lie on days of 23 or 25 hours whose intervals are counted through, from 1 to 23 or 25.

    Args:
        meaning: How many intervals a day has, and the number of its first.
        clock: What the rows show, by their number on a day of 24 hours.
        numbers: The numbers as they stand.
        zone: Whose days they are.
        length_s: Length of an interval, s.
    """
    midnight = clock.wall_s - (numbers.to_numpy() - meaning.first_slot) * length_s
    days, place = np.unique(midnight, return_inverse=True)
    last = np.zeros(days.size, np.int64)
    np.maximum.at(last, place, numbers.to_numpy() - meaning.first_slot + 1)
    begin, end = (wall_to_utc(days + ahead, zone_of(zone)).first for ahead in (0, DAY_S))
    counted_through = (end - begin != DAY_S) & (last * length_s == end - begin)
    marked: NDArray[np.bool_] = counted_through[place]
    return marked


def _end_s(
    source: HomeData, cells: Cells, meaning: Meaning, zone: str, start_s: Seconds, *, month_first: bool
) -> Seconds | None:
    """Return the ends of intervals that the file says, with a last minute or second such as 00:59 closed up.

    Returns:
        Seconds since 1970-01-01 UTC, shape (row,); None if there is no such column, if it holds times of day alone, or
        if an end is not behind its start.
    """
    if meaning.end is None:
        return None
    column = cells.column(meaning.end)
    if column.null_count() or (column.dtype == pl.String and are_clocks(column)):
        return None  # beside starts, ends of the clock alone say nothing that the spacing does not
    pinned = source.model_copy(update={"day_first": not month_first})
    shown = moments_of_column(pinned, cells, column, zone, cells.header[meaning.end])
    local = wall_to_utc(np.where(shown.clock.exact, 0, shown.clock.wall_s), zone_of(zone))
    ends = np.where(shown.clock.exact, shown.clock.wall_s - shown.clock.offset_s, local.first)
    ends = np.where((ends <= start_s) & ~shown.clock.exact, local.second, ends)
    rest = ends % 300
    ends = ends + np.where(rest == 240, 60, np.where(rest == 299, 1, 0))
    return ends if (ends > start_s).all() else None
