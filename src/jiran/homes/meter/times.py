"""Times of meter data: from text or a wall clock to instants."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Seconds = NDArray[np.int64]

EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  a wall clock has no zone
DAY_S = 86_400
#: Zones change their clocks at full quarters of an hour: looking once at each quarter is enough.
_QUARTER_S = 900
YEARS = range(1971, 2201)

_CLOCK = (
    r"(?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<offset>Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?"
)
_ISO = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _CLOCK, re.IGNORECASE)
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})" + _CLOCK, re.IGNORECASE)


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


def read_times(texts: Sequence[str], zone: ZoneInfo) -> tuple[Instants, int | None]:
    """Return the instants of texts, and the place of the first text that is no time, or None."""
    wall, offset = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)
    with_offset = np.zeros(len(texts), bool)
    for place, text in enumerate(texts):
        read = _read(text)
        if read is None:
            return wall_to_utc(wall[:0], zone), place
        wall[place], said = read
        if said is not None:
            offset[place], with_offset[place] = said, True
    local = wall_to_utc(wall, zone)
    exact = wall - offset
    return Instants(
        np.where(with_offset, exact, local.first),
        np.where(with_offset, exact, local.second),
        local.moved & ~with_offset,
    ), None


def wall_to_utc(wall_s: Seconds, zone: ZoneInfo) -> Instants:
    """Return the instants at which a wall clock shows given times, seconds since 1970-01-01 00:00 local."""
    quarters, place = np.unique(wall_s // _QUARTER_S, return_inverse=True)
    early = np.array([_offset_s(int(quarter), zone, 0) for quarter in quarters], np.int64)[place]
    late = np.array([_offset_s(int(quarter), zone, 1) for quarter in quarters], np.int64)[place]
    # PEP 495: in the hour that is skipped fold=0 still has winter's offset, the smaller one, and reading the
    # clock with it gives the time moved forward by the shift.
    moved = early < late
    return Instants(wall_s - early, wall_s - np.where(moved, early, late), moved)


def utc_to_wall(utc_s: int, zone: str) -> dt.datetime:
    """Return the local time of an instant, without an offset."""
    return dt.datetime.fromtimestamp(utc_s, tz=ZoneInfo(zone)).replace(tzinfo=None)


def _offset_s(quarter: int, zone: ZoneInfo, fold: int) -> int:
    wall = EPOCH + dt.timedelta(seconds=quarter * _QUARTER_S)
    offset = wall.replace(tzinfo=zone, fold=fold).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def day_or_month(texts: Sequence[str]) -> str | None:
    """Return a text that could be day first as well as month first, or None if any of them decides it.

    Dates with dots are always day first.

    Example:
        >>> day_or_month(["05/06/2024 00:00"]), day_or_month(["05/06/2024", "13/06/2024"]), day_or_month(["05.06.2024"])
        ('05/06/2024 00:00', None, None)
    """
    found = [match for match in map(_DAY_FIRST.fullmatch, texts) if match is not None and "." not in match[0][:6]]
    if any(int(match["day"]) > 12 for match in found):
        return None
    return next((match[0] for match in found if int(match["day"]) != int(match["month"])), None)


def _read(text: str) -> tuple[int, int | None] | None:
    """Return the wall clock and the offset in seconds, or None if the text is no time."""
    match = _ISO.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if match is None or int(match["year"]) not in YEARS:
        return None
    part = {name: int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")}
    try:
        wall = dt.datetime(**part)  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None
    said = match["offset"]
    offset = None if said is None else 0 if said in "Zz" else _minutes(said) * 60
    return int((wall - EPOCH).total_seconds()), offset


def _minutes(offset: str) -> int:
    """Return the minutes of an offset such as +08:00, +0800 or -03."""
    digits = offset[1:].replace(":", "").ljust(4, "0")
    return (-1 if offset[0] == "-" else 1) * (int(digits[:2]) * 60 + int(digits[2:]))
