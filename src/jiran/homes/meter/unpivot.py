"""Tables whose columns are times, a day or a register in each row, turned into one row a time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import polars as pl

from jiran.homes.meter.moments import moment_of, time_of_day
from jiran.homes.meter.report import Change

if TYPE_CHECKING:
    from jiran.homes.meter.cells import Cells

#: A table has so many columns that are times, or it is no such table.
_FEWEST = 12
_SLOT = re.compile(r"(?P<word>[^\W\d_]{0,12}[\s_:.\-]*)(?P<number>\d{1,3})")
#: Numbers of intervals of a day, and of days of 25 hours, or of 24.5.
_SLOTS = (24, 25, 48, 49, 50, 72, 75, 96, 98, 100, 144, 147, 150, 288, 294, 300)
TIME, VALUE = "time of the column", "value of the cell"


@dataclass(frozen=True)
class TimeColumns:
    """The columns of a table that are times: their places, and what they are called there.

    Attributes:
        kind: "matrix" for times of a day, with a row a day; "rows" for full times, with a row a home or register.
        names: By place, the time as text.
    """

    kind: Literal["matrix", "rows"]
    names: dict[int, str]


def time_columns(header: tuple[str, ...]) -> TimeColumns | None:
    """Return the columns that are times of day, numbers of intervals, or full times; None if there are too few.

    Args:
        header: Names of the columns. A few others may stand beside the times, up to eight beside full ones.
    """
    named = [(place, name) for place, name in enumerate(header) if name]
    full = {place: name for place, name in named if not name.isdigit() and _is_moment(name)}
    if len(full) >= 2 and len(full) >= len(header) - 8:
        return TimeColumns("rows", full)
    clocks = {
        place: name for place, name in named if (":" in name or not name.isdigit()) and time_of_day(name) is not None
    }
    if len(clocks) >= _FEWEST:
        return TimeColumns("matrix", clocks)
    return _numbered(named)


def _is_moment(name: str) -> bool:
    """Tell whether a name is a full time or date, whichever of day and month stands first."""
    return moment_of(name) is not None or moment_of(name, month_first=True) is not None


def _numbered(named: list[tuple[int, str]]) -> TimeColumns | None:
    """Return columns such as H1, H2, ... H24, or 1, 2, ... 96.

    All columns of one word must be there, from 0 or 1 on without a gap, as many as a day has intervals.
    """
    by_word: dict[str, dict[int, int]] = {}
    for place, name in named:
        if (match := _SLOT.fullmatch(name)) is not None:
            by_word.setdefault(match["word"], {})[place] = int(match["number"])
    for places in by_word.values():
        numbers = list(places.values())
        if len(numbers) in _SLOTS and numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1))):
            return TimeColumns("matrix", {place: str(number) for place, number in places.items()})
    return None


def unpivoted(cells: Cells, columns: TimeColumns) -> Cells:
    """Return the table with a row for each filled cell under a time; the new columns are called `TIME` and `VALUE`.

    Args:
        cells: The table.
        columns: Which of its columns are times.

    Returns:
        Rows keep their number in the file, so that one number stands at many rows here. Rows without any value at the
        end of the table are remarks and left out.
    """
    kept = [place for place in range(len(cells.header)) if place not in columns.names]
    header = tuple(cells.header[place] for place in kept)
    filled = cells.frame.select(
        ~pl.all_horizontal(pl.col([str(place) for place in columns.names]).is_null())
    ).to_series()
    last = int(filled.arg_true()[-1]) + 1 if filled.any() else len(filled)
    changes = [Change("", "", "footers", len(filled) - last)] if last < len(filled) else []
    long = cells.frame.head(last).unpivot(
        on=[str(place) for place in columns.names], index=["row", *(str(place) for place in kept)],
        variable_name="time", value_name="value",
    )  # fmt: skip
    names = pl.DataFrame({"time": [str(place) for place in columns.names], "name": list(columns.names.values())})
    place = pl.col("time").cast(pl.Int64)
    long = long.with_columns(order=place).join(names, on="time", how="left").sort("row", "order", maintain_order=True)
    if filled.any():
        long = long.filter(pl.col("value").is_not_null())
    frame = long.select(
        "row",
        *(pl.col(str(old)).alias(str(new)) for new, old in enumerate(kept)),
        pl.col("name").alias(str(len(kept))),
        pl.col("value").alias(str(len(kept) + 1)),
    )
    units = {new: cells.units[old] for new, old in enumerate(kept) if old in cells.units}
    return replace(cells, header=(*header, TIME, VALUE), frame=frame, units=units, changes=(*cells.changes, *changes))
