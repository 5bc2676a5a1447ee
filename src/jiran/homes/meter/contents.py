"""What the cells of a column are by their look: times, dates, times of day, numbers, words.

Only the first cells are looked at; what a column is for is decided elsewhere, with its name.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from jiran.homes.meter.cells import NO_VALUE, Cells, is_number
from jiran.homes.meter.moments import UNIX_S, moment_of, time_of_day

Kind = Literal["moment", "date", "clock", "number", "words", "empty"]

#: Intervals of 5 minutes are numbered up to this on the day of 25 hours.
MOST_SLOTS = 300
_DOTTED = r"^(?:[01]?\d|2[0-4])\.[0-5]\d$"
#: So many different cells of a column are looked at.
_LOOKED_AT = 40


def kind_of(cells: Cells, place: int) -> Kind:
    """Return what most of a column's first cells are.

    Args:
        cells: The file.
        place: The column.

    Returns:
        "moment" for a day with its time, or seconds since 1970; "date" for a day alone; "clock" for a time of day
        alone; "empty" if no cell holds anything. Of equally common kinds that which comes first in the column.
    """
    column = cells.column(place)
    if column.dtype == pl.Datetime:
        return "moment"
    if column.dtype == pl.Date:
        return "date"
    if column.dtype == pl.Time:
        return "clock"
    found = column.drop_nulls()
    if column.dtype.is_numeric():
        return "empty" if found.is_empty() else "moment" if _is_unix(found) else "number"
    sample = [
        cell for cell in found.head(5_000).unique(maintain_order=True).to_list() if str(cell).casefold() not in NO_VALUE
    ]
    if not sample:
        return "empty"
    looks = [_look(str(cell)) for cell in sample[:_LOOKED_AT]]
    return max(dict.fromkeys(looks), key=looks.count)


def _is_unix(numbers: pl.Series) -> bool:
    """Tell whether numbers are seconds since 1970, or thousandths of them, of the years 1990 to 2100."""
    values = numbers.head(_LOOKED_AT).to_numpy().astype(np.float64)
    return bool(
        ((values >= UNIX_S[0]) & (values < UNIX_S[1])).all()
        or ((values >= UNIX_S[0] * 1e3) & (values < UNIX_S[1] * 1e3)).all()
    )


def _look(cell: str) -> Kind:
    """Return what one cell is; "14" and "1.30" are numbers, "14:00" and "14h" times of day."""
    moment = moment_of(cell) or moment_of(cell, month_first=True)
    if moment is not None:
        return "moment" if moment.has_clock else "date"
    if is_number(cell):
        return "number"
    if time_of_day(cell) is not None and any(sign in cell for sign in ":h.") and cell[:1].isdigit():
        return "clock"
    return "words"


def whole_numbers(cells: Cells, place: int) -> pl.Series | None:
    """Return a column's cells as whole numbers, null where empty; None if they are none.

    "3" and "3.0" are whole. It is how the intervals of a day, and ids that are numbers, are told from energy.

    Returns:
        Whole numbers, shape (row,).
    """
    column = cells.column(place)
    if column.dtype == pl.String:
        column = column.str.strip_chars().str.replace(r"\.0+$", "")
    numbers = column.cast(pl.Float64, strict=False)
    if numbers.null_count() > column.null_count() or not (numbers.drop_nulls() == numbers.drop_nulls().round()).all():
        return None
    return numbers.cast(pl.Int64, strict=False)


def are_dotted(cells: Cells, place: int) -> bool:
    """Tell whether a column holds times of day with a point, as 14.30, which look like numbers."""
    column = cells.column(place)
    return column.dtype == pl.String and bool(column.drop_nulls().str.contains(_DOTTED).all())


def are_slots(cells: Cells, place: int) -> bool:
    """Tell whether a column numbers the intervals of days: whole numbers from 0 or 1, as many as a day has.

    The day may have 23 or 25 hours, so 22 is the lowest number that the last interval of a day can bear, if it is
    counted from 0.
    """
    numbers = whole_numbers(cells, place)
    if numbers is None or numbers.drop_nulls().is_empty():
        return False
    low, high = int(numbers.min()), int(numbers.max())  # type: ignore[arg-type]
    return low in (0, 1) and 22 <= high <= MOST_SLOTS
