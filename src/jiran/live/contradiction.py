"""Readings that contradict what is known of a counter: kept aside, so that the first that was said stays."""

from __future__ import annotations

import sqlite3

#: Conflicts beyond these are counted, not kept.
_MOST = 100_000


def contradicted(database: sqlite3.Connection, home: str, register: str, at_ms: int, value: int) -> int | None:
    """Return the reading that a new one contradicts, or None.

    A counter that did not fall between two readings shows nothing below the first nor above the second in between. A
    meter whose clock is set back says so: it tells the hours of before a second time, with other energy.

    Args:
        database: The store.
        home: Key of the meter.
        register: Its counter.
        at_ms: When it was read, ms.
        value: What it showed, millionths of a kWh.
    """
    later = _next_to(database, home, register, at_ms, ">", "ASC")
    if later is None:
        return None
    earlier = _next_to(database, home, register, at_ms, "<", "DESC")
    if earlier is None or earlier > later or earlier <= value <= later:
        return None
    return later if value > later else earlier


def _next_to(database: sqlite3.Connection, home: str, register: str, at_ms: int, side: str, order: str) -> int | None:
    found = database.execute(
        f"SELECT value FROM readings WHERE home = ? AND register = ? AND at_ms {side} ? ORDER BY at_ms {order} LIMIT 1",  # noqa: S608  words of this file
        (home, register, at_ms),
    ).fetchone()
    return None if found is None else int(found[0])


def keep_aside(
    database: sqlite3.Connection, home: str, register: str, at_ms: int, kept: int, refused: int, arrived_ms: int
) -> None:
    """Keep a reading that was not taken, once.

    Args:
        database: The store, which is being written.
        home: Key of the meter.
        register: Its counter.
        at_ms: When it was read, ms.
        kept: What is known, millionths of a kWh.
        refused: What it said instead.
        arrived_ms: When that came, ms.
    """
    database.execute(
        "INSERT INTO conflicts SELECT NULL, ?, ?, ?, ?, ?, ? WHERE (SELECT coalesce(max(n), 0) FROM conflicts) < ? "
        "AND NOT EXISTS (SELECT 1 FROM conflicts WHERE home = ?1 AND register = ?2 AND at_ms = ?3 AND refused = ?5)",
        (home, register, at_ms, kept, refused, arrived_ms, _MOST),
    )
