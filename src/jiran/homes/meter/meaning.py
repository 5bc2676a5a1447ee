"""What a meter file means, once it is understood: nothing is guessed from here on.

Words that a user may write in [homes.data] are these, and the same are pinned when a file was understood by its names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from jiran.errors import DataError, shortened
from jiran.homes.meter.vocabulary import QUANTITIES, understood, unit_named

if TYPE_CHECKING:
    from jiran.homes.meter.report import Change
    from jiran.scenario import HomeData

Reading = Literal["", "interval", "register", "power"]

#: Columns that hold no values of homes, by what the key `columns` calls them.
ROLES = ("time", "end", "date", "clock", "home", "quantity", "value", "unit")
IGNORE = "ignore"
#: Import less export in one number: positive when a home takes from the grid.
NET = "net"
#: So many columns are named in a sentence.
SHOWN = 12
MAX_ID = 60

_SAID = re.compile(
    rf"(?:(?P<home>.+?)[\s_.:\-]+)?(?P<quantity>{'|'.join((*QUANTITIES, NET))})"
    r"(?:[\s_.:\-]*[(\[]?(?P<unit>[kM]?Wh?)[)\]]?)?(?:\s+(?P<reading>register|power|interval))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """What a column, or a word in the column of quantities, holds.

    Attributes:
        quantity: One of `QUANTITIES` or "net"; "" if the row's own word says it; "ignore" if it is left out.
        home: Id of the home; "" if the row or the file says it.
        unit: W, kW, MW, Wh, kWh, MWh, or "" for the file's.
        reading: interval, register or power, or "" if the values tell.
    """

    quantity: str
    home: str = ""
    unit: str = ""
    reading: Reading = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.home, self.quantity, self.unit, self.reading) if part)


@dataclass(frozen=True)
class ValueColumn:
    """A column of numbers: its place and name in the file, and what it holds."""

    place: int
    name: str
    said: Said


@dataclass(frozen=True)
class Meaning:
    """How a file is read.

    Attributes:
        layout: wide, long, matrix or rows.
        recognised: The public layout that the file is of, or "".
        values: The columns of numbers.
        time: Place of the column of times, or of times of day where `date` is a place too.
        date: Place of the column of dates.
        end: Place of the column of ends.
        home: Place of the column of homes.
        quantity: Place of the column of quantities.
        unit: Place of the column of units.
        words: What each word of the column of quantities means.
        slots: How many intervals a day has, where times are their numbers; 0 elsewhere.
        first_slot: The number of the day's first interval.
        month_first: Whether 05/06/2024 is the 6th of May.
        ends: Whether times mark the ends of intervals.
        only_home: Id of the home of rows and columns that name none.
        decimal_comma: Whether the decimal sign is a comma.
        columns: What each column of the file was taken as, as the key `columns` says it.
        changes: What was left out or assumed.
    """

    layout: Literal["wide", "long", "matrix", "rows"]
    values: tuple[ValueColumn, ...]
    time: int | None = None
    date: int | None = None
    end: int | None = None
    home: int | None = None
    quantity: int | None = None
    unit: int | None = None
    words: dict[str, Said] = field(default_factory=dict)
    slots: int = 0
    first_slot: int = 1
    month_first: bool = False
    ends: bool = False
    only_home: str = "home"
    decimal_comma: bool = False
    recognised: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()


def said(source: HomeData, text: str, key: str) -> Said:
    """Return what a user says of a column or of a word.

    Args:
        source: For its name in messages.
        text: What the user wrote, such as "H1 load kWh", "net", "ignore" or a name that would be understood in a
            header.
        key: Where it was written, for messages.

    Raises:
        DataError: It is no such meaning.
    """
    text = text.strip()
    if text.casefold() == IGNORE:
        return Said(IGNORE)
    match = _SAID.fullmatch(text)
    if match is not None:
        reading: Any = (match["reading"] or "").casefold()
        unit = unit_named(match["unit"] or "")
        return Said(match["quantity"].casefold(), (match["home"] or "").strip(), unit, reading)
    name = understood(text)
    if name.kind == "value":
        return Said(name.quantity, name.home, name.unit, "register" if name.counter else "")
    if name.kind == "plain":
        return Said("load", name.home)
    raise DataError(
        source.path,
        f'{key} says "{shortened(text, 60)}", which is no meaning; use "{IGNORE}", {", ".join(ROLES)}, or what it holds, such as '
        '"H1 load", "H1 generation", "H1 ev", "import kWh" or "export register"',
    )


def quoted(names: list[str] | tuple[str, ...]) -> str:
    """Return names in quotation marks, not too many of them.

    Args:
        names: Names; at most `SHOWN` are given, each shortened to 40 letters.
    """
    return ", ".join(f'"{shortened(name, 40)}"' for name in names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")


def check_id(source: HomeData, home: str) -> str:
    """Return a home's id, if it can be shown.

    Raises:
        DataError: It has more than `MAX_ID` letters.
    """
    if len(home) > MAX_ID:
        raise DataError(source.path, f'home "{home[:MAX_ID]}..." has a name of more than {MAX_ID} characters')
    return home
