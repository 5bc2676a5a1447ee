"""From what a clock on the wall showed to instants, on days with 23 and 25 hours too.

Zones are IANA's, or fixed offsets. An hour that is skipped in spring does not exist, one that is repeated in autumn
exists twice (PEP 495 calls the two fold 0 and 1); both are marked here and decided on by whoever sees the rows around
them.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.homes.meter.moments import EPOCH
from jiran.homes.meter.times import Seconds

#: Zones change their clocks at full quarters of an hour: looking once at each quarter is enough.
_QUARTER_S = 900


@dataclass(frozen=True)
class Instants:
    """Instants, seconds since 1970-01-01 UTC, of times that stand in a file.

    Attributes:
        first: The instant; where a local time occurs twice, the earlier, in summer time.
        second: The later one where a local time occurs twice, elsewhere as `first`.
        moved: Whether the local time does not exist and was moved forward by the shift of the clocks.
    """

    first: Seconds
    second: Seconds
    moved: NDArray[np.bool_]

    @property
    def twice(self) -> NDArray[np.bool_]:
        """Whether a local time occurs twice.

        Shape (row,).
        """
        twice: NDArray[np.bool_] = self.first != self.second
        return twice


@cache
def zone_of(name: str) -> dt.tzinfo:
    """Return a zone by its IANA name, or by a fixed offset such as +09:30.

    Raises:
        ValueError: There is no such zone.

    Example:
        >>> zone_of("Asia/Kuching").key, zone_of("+09:30").utcoffset(None).seconds
        ('Asia/Kuching', 34200)
    """
    if (match := re.fullmatch(r"([+-])(\d{2}):(\d{2})", name)) is not None:
        offset = dt.timedelta(hours=int(match[2]), minutes=int(match[3]))
        return dt.timezone(-offset if match[1] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(name) from error


def offset_name(seconds: int) -> str:
    """Return a fixed offset as `zone_of` reads it.

    Example:
        >>> offset_name(-12600), zone_of(offset_name(-12600)).utcoffset(None).total_seconds()
        ('-03:30', -12600.0)
    """
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def wall_to_utc(wall_s: Seconds, zone: dt.tzinfo) -> Instants:
    """Return the instants at which a wall clock shows given times, seconds since 1970-01-01 00:00 local.

    Args:
        wall_s: What the clock shows, s, shape (row,); it need not be in order.
        zone: Where the clock hangs.

    Returns:
        Both instants of a time that occurs twice. A time that does not exist is moved forward by the shift: 02:30
        becomes the instant that the clock calls 03:30.
    """
    quarters, place = np.unique(wall_s // _QUARTER_S, return_inverse=True)
    early = np.array([_offset_s(int(quarter), zone, 0) for quarter in quarters], np.int64)[place]
    late = np.array([_offset_s(int(quarter), zone, 1) for quarter in quarters], np.int64)[place]
    # PEP 495: in the hour that is skipped fold=0 still has winter's offset, the smaller one, and reading the
    # clock with it gives the time moved forward by the shift.
    moved = early < late
    return Instants(wall_s - early, wall_s - np.where(moved, early, late), moved)


def utc_to_wall(utc_s: int, zone: str) -> dt.datetime:
    """Return the local time of an instant, without an offset.

    Of a time that occurs twice the result does not say which it is.
    """
    return dt.datetime.fromtimestamp(utc_s, tz=zone_of(zone)).replace(tzinfo=None)


def winter_offset_s(wall_s: int, zone: dt.tzinfo) -> int:
    """Return the smaller of the offsets around a time that does not exist, s.

    Args:
        wall_s: The time, seconds since 1970-01-01 00:00 local.
        zone: Where it does not exist.
    """
    return _offset_s(wall_s // _QUARTER_S, zone, 0)


@cache
def _offset_s(quarter: int, zone: dt.tzinfo, fold: int) -> int:
    """Return how far a zone is ahead of UTC in a quarter of an hour of the local clock, s.

    Args:
        quarter: Quarters since 1970-01-01 00:00 local.
        zone: The zone.
        fold: 0 for the earlier of two such times, 1 for the later (PEP 495).
    """
    wall = EPOCH + dt.timedelta(seconds=quarter * _QUARTER_S)
    offset = wall.replace(tzinfo=zone, fold=fold).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def later_of_two(instants: Instants, key: NDArray[np.int64], fold: NDArray[np.int8], *, newest_first: bool) -> Seconds:
    """Return the instants, with the later one for the second row of a series at the same local time.

    Args:
        instants: By row.
        key: Whose row it is: equal for the rows of one series.
        fold: 0 or 1 where the file says which of the two it is, else -1.
        newest_first: Whether rows go back in time, so that the second row is the earlier hour.

    Returns:
        Seconds since 1970-01-01 UTC, shape (row,). A time that stands once is read as the earlier one, summer time.
    """
    utc_s = instants.first.copy()
    twice = np.flatnonzero(instants.twice)
    if not twice.size:
        return utc_s
    order = twice[::-1] if newest_first else twice
    frame = pl.DataFrame({"key": key[order], "wall": instants.first[order]})
    again = frame.select(number=pl.int_range(pl.len()).over(["key", "wall"]))["number"].to_numpy() > 0
    again = np.where(fold[order] >= 0, fold[order] == 1, again)
    utc_s[order[again]] = instants.second[order[again]]
    return utc_s


def conflicts(utc_s: Seconds, key: NDArray[np.int64]) -> int:
    """Return how many rows have the instant of another row of their series.

    Of two readings of the same file that with fewer conflicts is the likelier one.
    """
    frame = pl.DataFrame({"key": key, "utc": utc_s})
    return frame.height - frame.unique().height
