"""What each column of a meter file means, from its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jiran.errors import DataError, shortened
from jiran.homes.meter.report import Change

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiran.scenario import HomeData

#: Each quantity and the words for it.
WORDS = {
    "load": ("load", "demand", "consumption", "usage"),
    "generation": ("generation", "pv", "solar", "production"),
    "ev": ("ev", "charging"),
}
QUANTITIES = tuple(WORDS)
HOME_WORDS = ("home", "meter", "household", "house", "id")
MAX_ID = 60
#: So many columns are named in a sentence.
SHOWN = 12

QUANTITY_OF = {word: quantity for quantity, words in WORDS.items() for word in words}
_LAST_WORD = re.compile(rf"(?:^|(?P<id>.*?)[\s_.:\-]+)(?P<word>{'|'.join(QUANTITY_OF)})", re.IGNORECASE)
_UNIT = re.compile(r"(?P<rest>.+?)(?:[\s_.:\-]*[(\[](?P<a>[kM]?Wh?)[)\]]|[\s_.:\-]+(?P<b>[kM]Wh?|Wh))", re.IGNORECASE)
#: A name without a quantity that can only be a home: a word for a home with a number or a letter, or a meter's number.
_HOME = re.compile(
    r"(?:h|mt|(?:home|meter|household|house|flat|apartment|apt|unit|lot|villa|customer|user|rumah)[\s_.:#\-]*[a-z]?)"
    r"[\s_.:#\-]*\d+[a-z]?|(?:home|household|house|flat|apartment|apt|unit|lot|villa|rumah)[\s_.:#\-]+[a-z]|\d{6,}",
    re.IGNORECASE,
)
#: What is no home, whichever quantity stands behind it.
SUMS = ("total", "sum", "all", "all homes", "community", "gesamt", "summe", "jumlah")
_NO_HOME = {*SUMS, "battery", "batterie", "bateri", "storage", "price", "cost", "tariff", "temperature", "forecast"}
#: Of a column that is left out.
IGNORE = "ignore"
_WATT = re.compile(r"(?P<rest>.+?)[\s_.:\-]+W", re.IGNORECASE)
_NET = re.compile(r"(?:.*[\s_.:\-])?(?:net|netto|import|export|grid|balance|saldo)", re.IGNORECASE)


@dataclass(frozen=True)
class ValueColumn:
    """A column of numbers.

    Attributes:
        place: Its place in the file, from 0.
        name: Its name as the file has it.
        home: Id of the home; empty in a long file.
        quantity: load, generation or ev; empty if a column of the file says it row by row.
        is_kw: Whether it holds mean kW, not kWh.
    """

    place: int
    name: str
    home: str
    quantity: str
    is_kw: bool


@dataclass(frozen=True)
class Columns:
    """The columns of a file by their meaning; `home` and `quantity` are places, None in a wide file."""

    time: int
    values: tuple[ValueColumn, ...]
    home: int | None = None
    quantity: int | None = None
    changes: tuple[Change, ...] = ()


def columns(source: HomeData, header: list[str]) -> Columns:
    """Return what each column means.

    Raises:
        DataError: There is no time, no home, a net column, an unknown unit, or two columns for one thing.
    """
    header, left_out = _renamed(source, header)
    names = {name.strip().casefold(): place for place, name in enumerate(header)}
    time = names.get(source.time_column.strip().casefold())
    if time is None:
        raise DataError(
            source.path,
            f'no time column "{source.time_column}"; the columns are {_quoted(header)}; name yours in time_column',
        )
    home = next((names[word] for word in HOME_WORDS if word in names and names[word] != time), None)
    numbers = [place for place, name in enumerate(header) if _in_long(name) and place not in (time, home)]
    if source.layout == "long" or (source.layout == "auto" and home is not None and numbers):
        found = _long(source, header, time, home, [place for place in numbers if place not in left_out], left_out)
    else:
        found = _wide(source, header, time, left_out)
    told = tuple(Change("", "", "columns ignored", 1, f'"{header[place]}"') for place in left_out)
    return replace(found, changes=(*told, *found.changes))


def _renamed(source: HomeData, header: list[str]) -> tuple[list[str], tuple[int, ...]]:
    """Return the header with the names that `columns` gives, and the places of columns that it leaves out."""
    places = {name.strip(): place for place, name in enumerate(header)}
    given = {name.strip(): meaning.strip() for name, meaning in source.columns.items()}
    for name in given:
        if name not in places:
            raise DataError(source.path, f'columns names "{name}", but the columns are {_quoted(header)}')
    left_out = tuple(places[name] for name, meaning in given.items() if meaning.casefold() == IGNORE)
    renamed = {places[name]: meaning for name, meaning in given.items() if meaning and places[name] not in left_out}
    return [renamed.get(place, name) for place, name in enumerate(header)], left_out


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{shortened(name, 40)}"' for name in names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")


def _refuse_unknown(source: HomeData, unknown: list[str]) -> None:
    """Refuse columns that may be anything: energy that nobody used would be counted as used."""
    if not unknown:
        return
    what, they = ("a column is", "it is") if len(unknown) == 1 else ("columns are", "each is")
    line = ", ".join(f'"{shortened(name, 40)}" = "{IGNORE}"' for name in unknown[:2])
    more = ", ..." if len(unknown[2:]) else ""
    raise DataError(
        source.path,
        f"{what} not understood: {_quoted(unknown)}; say what {they} in homes.data, "
        f'as in columns = {{ {line}{more} }}, with "{IGNORE}" or a name such as "H1 load", "H1 generation" or "H1 ev", or name it so in the file',
    )


def split_name(source: HomeData, name: str) -> tuple[str, str, bool]:
    """Return the home's id, the quantity ("" if the name has none) and whether the values are kW.

    Raises:
        DataError: The name says that the column is net energy, or has a unit other than kWh and kW.
    """
    rest, is_kw = _unit(source, name.strip())
    match = _LAST_WORD.fullmatch(rest)
    if match is None and (watt := _WATT.fullmatch(rest)) is not None and _LAST_WORD.fullmatch(watt["rest"]) is not None:
        raise DataError(source.path, f'"{name}" is in W; give kWh or kW')
    if match is None:
        home, quantity = rest, ""
    else:
        home, quantity = match["id"] or "", QUANTITY_OF[match["word"].casefold()]
        again = _LAST_WORD.fullmatch(home)  # "H1 pv generation", or "solar production"
        if again is not None and QUANTITY_OF[again["word"].casefold()] == quantity:
            home = again["id"] or ""
    if _NET.fullmatch(home):
        raise DataError(
            source.path,
            f'"{name}" looks like net energy; give what a home uses and what it generates separately, '
            'such as "H1 load" and "H1 generation", both at least 0',
        )
    return home.strip(), quantity, is_kw


def _is_home(home: str, quantity: str) -> bool:
    """Tell whether the rest of a column's name can only mean a home; without any, the file is of one home."""
    if not quantity:
        return _HOME.fullmatch(home) is not None
    words = re.split(r"[\s_.:\-]+", home.casefold())
    return home.casefold() not in _NO_HOME and not {*words} & (_NO_HOME - {*SUMS} | {*QUANTITY_OF, "total"})


def _unit(source: HomeData, name: str) -> tuple[str, bool]:
    """Return the name without its unit, and whether the unit is kW."""
    match = _UNIT.fullmatch(name)
    if match is None:
        return name, source.unit == "kW"
    unit = match["a"] or match["b"]
    if unit.casefold() not in ("kw", "kwh"):
        raise DataError(source.path, f'"{name}" is in {unit}; give kWh or kW')
    return match["rest"], unit.casefold() == "kw"


def _in_long(name: str) -> bool:
    """Tell whether a long file has such a column of numbers: value, load, generation, ev and their like."""
    return _bare(name) == "value" or _bare(name) in QUANTITY_OF


def _bare(name: str) -> str:
    """Return a name in lower case without its unit."""
    match = _UNIT.fullmatch(name.strip())
    return (match["rest"] if match else name.strip()).casefold()


def _wide(source: HomeData, header: list[str], time: int, left_out: tuple[int, ...]) -> Columns:
    """Read a header with a column for each home and quantity."""
    values, changes, unknown = [], [], []
    for place, name in enumerate(header):
        if place == time or place in left_out:
            continue
        if not name.strip():
            changes.append(Change("", "", "columns ignored", 1, f"column {place + 1} without a name"))
            continue
        home, quantity, is_kw = split_name(source, name)
        if not _is_home(home, quantity):
            unknown.append(name)
            continue
        if not quantity:
            changes.append(Change("", "", "columns taken as load", 1, f'"{name}"'))
        if not home:
            changes.append(Change("", "", "home without a name", 1, f'"{name}"'))
        values.append(ValueColumn(place, name, home or "home", quantity or "load", is_kw))
    _refuse_unknown(source, unknown)
    if not values:
        raise DataError(
            source.path,
            f'no column of a home beside "{header[time]}"; add one for each home, such as "H1 load", '
            "or use the columns home, time and value",
        )
    check_ids(source, (value.home for value in values))
    _check_unique(source, values)
    return Columns(time, tuple(values), changes=tuple(changes))


def _long(
    source: HomeData,
    header: list[str],
    time: int,
    home: int | None,
    numbers: list[int],
    left_out: tuple[int, ...],
) -> Columns:
    """Read a header with a column home and one or more columns of numbers."""
    if home is None:
        raise DataError(source.path, f"no column of homes; a long file needs one of {', '.join(HOME_WORDS)}")
    if not numbers:
        for name in header:
            split_name(source, name)  # says so if it is a net column
        raise DataError(source.path, "no column of numbers; a long file needs value, or load, generation and ev")
    bare = [_bare(name) for name in header]
    one = [place for place in numbers if bare[place] == "value"][:1]
    quantity = bare.index("quantity") if one and "quantity" in bare else None
    values = []
    for place in one or numbers:
        said = "" if quantity is not None else QUANTITY_OF.get(bare[place], "load")
        values.append(ValueColumn(place, header[place], "", said, _unit(source, header[place].strip())[1]))
    _check_unique(source, values)
    used = {time, home, quantity, *(column.place for column in values)}
    ignored = [
        Change(
            "",
            "",
            "columns ignored",
            1,
            f'"{name}"' if name.strip() else f"column {place + 1} without a name",
        )
        for place, name in enumerate(header)
        if place not in used and place not in left_out
    ]
    return Columns(time, tuple(values), home, quantity, tuple(ignored))


def check_ids(source: HomeData, ids: Iterable[str]) -> None:
    """Refuse ids that are too long to be shown, and those that mean all homes together."""
    for home in ids:
        if home.casefold() in SUMS:
            raise DataError(source.path, f'home "{home}" looks like the sum of all homes; leave out its rows')
        if len(home) > MAX_ID:
            raise DataError(source.path, f'home "{home[:MAX_ID]}..." has a name of more than {MAX_ID} characters')


def _check_unique(source: HomeData, values: list[ValueColumn]) -> None:
    """Refuse two columns that mean the same."""
    seen: dict[tuple[str, str], ValueColumn] = {}
    for value in values:
        other = seen.setdefault((value.home, value.quantity), value)
        if other is not value:
            whose = f" of home {value.home}" if value.home else ""
            raise DataError(source.path, f'"{other.name}" and "{value.name}" both give the {value.quantity}{whose}')
