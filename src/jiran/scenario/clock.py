"""Local times that do not exist, or exist twice, because clocks are set forward or back."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Gap(NamedTuple):
    """Local times that a zone leaves out: clocks go from `begin` to `end`; `end` exists, `begin` does not."""

    begin: dt.datetime
    end: dt.datetime


def gap_at(local: dt.datetime, zone: str) -> Gap | None:
    """Return the gap in which a local time lies, or None if the time exists.

    Args:
        local: A local time without an offset.
        zone: An IANA name that exists.

    Example:
        >>> gap_at(dt.datetime(2026, 3, 29, 2, 30), "Europe/Berlin")
        Gap(begin=datetime.datetime(2026, 3, 29, 2, 0), end=datetime.datetime(2026, 3, 29, 3, 0))
    """
    before, after = _offsets(local, zone)
    if not before < after:  # PEP 495: in a gap fold=0 still has the offset before it
        return None
    # The clocks change between these two instants: the local time, read with either offset.
    known = ZoneInfo(zone)
    low, high = (int((local - offset).replace(tzinfo=dt.UTC).timestamp()) for offset in (after, before))
    while low + 1 < high:
        middle = (low + high) // 2
        changed = dt.datetime.fromtimestamp(middle, known).utcoffset() == after
        low, high = (low, middle) if changed else (middle, high)
    change = dt.datetime.fromtimestamp(high, dt.UTC).replace(tzinfo=None)
    return Gap(change + before, change + after)


def occurs_twice(local: dt.datetime, zone: str) -> bool:
    """Tell whether clocks show a local time twice, as when summer time ends.

    Example:
        >>> occurs_twice(dt.datetime(2026, 10, 25, 2, 30), "Europe/Berlin")
        True
    """
    first, second = _offsets(local, zone)
    return first > second


def _offsets(local: dt.datetime, zone: str) -> tuple[dt.timedelta, dt.timedelta]:
    """Return the zone's offset from UTC at a local time, as the first and the second of two such times."""
    known = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=known, fold=fold).utcoffset() or dt.timedelta() for fold in (0, 1))
    return first, second
