"""Australia's files of interval meters (AEMO's Meter Data File Format, NEM12) to the cells of a long table.

A record 200 says which register follows, records 300 hold a day each: date, then one value an interval. Other records
say how good a value is and are not read. The format is described in AEMO's "Meter Data File Format Specification NEM12
& NEM13".
"""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING

import polars as pl

from jiran.errors import DataError, shortened
from jiran.homes.meter.cells import Cells
from jiran.homes.meter.report import Change
from jiran.homes.meter.vocabulary import unit_named

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = ("start", "end", "nmi", "quantity", "unit", "value")
#: The market's time is UTC+10 all year, whatever clocks show.
_MARKET = dt.timezone(dt.timedelta(hours=10))
#: The first letter of a register's suffix: E is taken from the grid, B given to it; the others are no active energy.
_QUANTITIES = {"E": "import", "B": "export"}
_DAY_MINUTES = 1440


def nem12_cells(source: str, text: str) -> Cells:
    """Return the readings of a file as rows of start, end, home, quantity, unit and value.

    Args:
        source: What messages call the file.
        text: Its text.

    Returns:
        Times are seconds since 1970-01-01 UTC; homes are called by their NMI. Import is the load of a home without
        export.

    Raises:
        DataError: A record is broken, or none holds active energy.
    """
    rows: list[tuple[int, int, str, str, str, str]] = []
    ignored: set[str] = set()
    register: Sequence[str] = ()
    for number, record in enumerate(csv.reader(text.splitlines()), start=1):
        if record[:1] == ["200"]:
            register = record
        elif record[:1] == ["300"] and register:
            found = _day(source, number, register, record)
            rows += found
            if not found:
                ignored.add(register[4])
    if not rows:
        raise DataError(source, "is NEM12 without readings of active energy")
    both = {row[2] for row in rows if row[3] == "export"}
    rows = [(*row[:3], row[3] if row[2] in both else "load", *row[4:]) for row in rows]
    frame = pl.DataFrame(rows, schema=[str(place) for place in range(len(HEADER))], orient="row").with_row_index(
        "row", offset=1
    )
    changes = tuple(
        Change("", "", "rows ignored", 1, f'"{name}": neither energy nor power') for name in sorted(ignored)
    )
    return Cells(source, HEADER, frame, changes=changes)


def _day(
    source: str, number: int, register: Sequence[str], record: Sequence[str]
) -> list[tuple[int, int, str, str, str, str]]:
    """Return the intervals of a day, without those that have no value.

    Args:
        source: What messages call the file.
        number: Number of the row, from 1.
        register: The record 200 that it belongs to.
        record: The record 300.

    Returns:
        None at all for reactive energy and other registers.

    Raises:
        DataError: A field is missing or no number, or the day has more or fewer values than intervals.
    """
    try:
        home, suffix, unit, minutes = register[1], register[4], register[7], int(register[8])
        midnight = dt.datetime.strptime(record[1], "%Y%m%d").replace(tzinfo=_MARKET)
        values = record[2 : 2 + _DAY_MINUTES // minutes]
    except (IndexError, ValueError, ZeroDivisionError):
        raise DataError(source, f'row {number}: "{shortened(",".join(record), 40)}" is no record of NEM12') from None
    quantity = _QUANTITIES.get(suffix[:1].upper())
    if quantity is None or not unit_named(unit):
        return []
    if len(values) != _DAY_MINUTES // minutes:
        raise DataError(
            source, f"row {number} has {len(values)} values, and a day of {minutes} min has {_DAY_MINUTES // minutes}"
        )
    first, length = int(midnight.timestamp()), 60 * minutes
    return [
        (first + place * length, first + (place + 1) * length, home, quantity, unit, value)
        for place, value in enumerate(values) if value.strip()
    ]  # fmt: skip
