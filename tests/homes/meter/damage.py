"""Well-formed meter files, damaged; and what each number of them may be read as.

Every cell knows the meters and intervals it speaks of. A damage changes cells, and says which intervals it touched: what it
did not touch must be read as it was, or the reader must say something.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from homes.meter.public import PublicFile, public_files, written
from homes.meter.writing import LAYOUTS, Community, Key, Style, Table, number, parquet, text

Place = tuple[Key, int]

DAYS = {
    "Europe/Berlin": ("2025-03-29", "2025-10-25", "2025-06-05"), "Asia/Kuching": ("2025-06-05", "2025-12-31"),
    "America/New_York": ("2025-03-08", "2025-11-01", "2025-07-10"), "Europe/Lisbon": ("2025-03-29", "2025-10-25"),
    "Australia/Adelaide": ("2025-10-04", "2025-04-05"), "Asia/Kolkata": ("2025-01-05",),
}  # fmt: skip
MEASURED = (
    ("load",), ("load", "generation"), ("load", "generation", "ev"), ("import", "export"), ("load", "ev"),
    ("generation", "import", "export"),
)  # fmt: skip
SHAPES = ("wide", "long", "long of quantities", "date and time", "matrix", "registers by row")


@dataclass
class Sheet:
    """A file as cells of text.

    Attributes:
        places: Of each cell, the meter and interval that its number is of; None of other cells.
        touched: Meters and intervals of which the damage changed what the file says.
        renamed: Whether names of columns were changed: then the ids of homes may be others.
        free: Whether the damage may make any number another, if only the reader says something.
        lost: Meters that the file no longer holds.
        odd: Whether the file now holds what cannot be: something must be said.
        beyond: Whether the file now holds what no home can use: that must be said.
    """

    community: Community
    style: Style
    shape: str
    keys: dict[str, Any]
    header: list[str]
    rows: list[list[str]]
    places: list[list[Place | None]]
    touched: set[Place] = field(default_factory=set)
    renamed: bool = False
    free: bool = False
    lost: set[Key] = field(default_factory=set)
    odd: bool = False
    beyond: bool = False
    container: str = "csv"

    def touch(self, *rows: int) -> None:
        for row in rows:
            self.touched |= {place for place in self.places[row] if place is not None}

    def values(self, rng: random.Random) -> tuple[int, int]:
        """Return the place of a cell that holds a number."""
        while True:
            row = rng.randrange(len(self.rows))
            found = [column for column, place in enumerate(self.places[row]) if place is not None]
            if found:
                return row, rng.choice(found)

    def bytes(self) -> bytes:
        table = Table(self.header, list(self.rows), [""] * len(self.header))
        if self.container == "parquet":
            return parquet(_padded(table))
        return text(table, self.style)


def _padded(table: Table) -> Table:
    width = max(len(row) for row in (table.header, *table.rows))
    names = [name or f" {place}" for place, name in enumerate(table.header + [""] * (width - len(table.header)))]
    names = [name + " " * names[:place].count(name) for place, name in enumerate(names)]
    return Table(names, [[*row, *[""] * (width - len(row))] for row in table.rows])


def well_formed(rng: random.Random) -> Sheet:
    """Return a community in a random layout and style, with the keys that a file cannot do without."""
    zone = rng.choice(list(DAYS))
    day = dt.datetime.fromisoformat(rng.choice(DAYS[zone]))
    days = rng.choice((1, 2, 3))
    begin_s, end_s = (int(at.replace(tzinfo=ZoneInfo(zone)).timestamp()) for at in (day, day + dt.timedelta(days=days)))
    minutes = rng.choice((15, 30, 60))
    steps = (end_s - begin_s) // 60 // minutes
    kwh = {
        (f"H{home}", quantity): tuple(rng.choice((rng.randint(0, 3000), rng.randint(50, 400))) / 1000 for _ in range(steps))
        for home in range(1, rng.choice((2, 3, 4)))
        for quantity in rng.choice(MEASURED)
    }  # fmt: skip
    community = Community(zone, begin_s, minutes, kwh)
    shape = rng.choice(SHAPES)
    register = rng.random() < 0.3 and shape != "matrix"
    decimal = rng.choice((".", ".", ","))
    style = Style(
        unit=rng.choice(("kWh", "kWh", "Wh") if register else ("kWh", "kWh", "Wh", "kW", "W")),
        reading="register" if register else "interval", counter_from=12345.678 if register else 0.0,
        label="start" if register or shape in ("matrix", "registers by row") else rng.choice(("start", "start", "end")),
        form=rng.choice(("iso", "seconds", "day first", "dots") if shape not in ("date and time", "matrix") else ("iso", "dots")),
        clock="winter" if shape in ("matrix", "registers by row", "date and time") else rng.choice(("offset", "order", "utc")),
        units_in="" if shape in ("matrix", "registers by row") else "header",
        separator=";" if decimal == "," else rng.choice((",", ";", "\t")), decimal=decimal,
        newest_first=rng.random() < 0.2,
    )  # fmt: skip
    keys: dict[str, Any] = {}
    if style.label == "end":
        keys["time_label"] = "end"
    if style.clock == "winter":
        keys["time_zone"] = _winter(zone)
    if not style.units_in and style.unit != "kWh":
        keys["unit"] = style.unit
    if style.form == "day first":
        keys["day_first"] = True
    return _sheet(community, style, shape, keys, "parquet" if rng.random() < 0.15 else "csv")


def _winter(zone: str) -> str:
    from homes.meter.writing import winter_offset  # noqa: PLC0415

    minutes = int(winter_offset(zone).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _sheet(community: Community, style: Style, shape: str, keys: dict[str, Any], container: str) -> Sheet:
    table = LAYOUTS[shape](community, style)
    register = style.reading == "register"
    ids = {key: range(1 + place * (community.steps + 1), 1 + place * (community.steps + 1) + community.steps + register)
           for place, key in enumerate(community.kwh)}  # fmt: skip
    probe = replace(community, kwh={key: tuple(map(float, numbers)) for key, numbers in ids.items()})
    marks = LAYOUTS[shape](probe, replace(style, unit="kWh", reading="interval"))
    known = {number: (key, step) for key, numbers in ids.items() for step, number in enumerate(numbers)}
    return Sheet(
        community, style, shape, keys, [str(name) for name in table.header],
        [[number(cell, style) if isinstance(cell, float) else str(cell) for cell in row] for row in table.rows],
        [[known.get(int(cell)) if isinstance(cell, float) else None for cell in row] for row in marks.rows],
        container=container,
    )  # fmt: skip


# --- damages --------------------------------------------------------------------------------------------


def _none(_sheet: Sheet, _rng: random.Random) -> None:
    """Leave the file as it is."""


def _rows_deleted(sheet: Sheet, rng: random.Random) -> None:
    for _ in range(rng.randint(1, max(len(sheet.rows) // 12, 1))):
        if len(sheet.rows) > 3:
            row = rng.randrange(len(sheet.rows))
            sheet.touch(row)
            del sheet.rows[row], sheet.places[row]


def _rows_doubled(sheet: Sheet, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 4)):
        row = rng.randrange(len(sheet.rows))
        at = rng.choice((row, row, len(sheet.rows)))
        sheet.rows.insert(at, list(sheet.rows[row]))
        sheet.places.insert(at, list(sheet.places[row]))
        if sheet.style.clock == "order":
            sheet.free = True  # in the hour that occurs twice the second row is another hour


def _rows_swapped(sheet: Sheet, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 3)):
        one, two = rng.randrange(len(sheet.rows)), rng.randrange(len(sheet.rows))
        for cells in (sheet.rows, sheet.places):
            cells[one], cells[two] = cells[two], cells[one]  # type: ignore[index]
    sheet.free = sheet.style.clock == "order"


def _shuffled(sheet: Sheet, rng: random.Random) -> None:
    order = list(range(len(sheet.rows)))
    rng.shuffle(order)
    sheet.rows, sheet.places = [sheet.rows[row] for row in order], [sheet.places[row] for row in order]
    sheet.free = sheet.style.clock == "order"


def _cell(words: tuple[str, ...]) -> Callable[[Sheet, random.Random], None]:
    def damage(sheet: Sheet, rng: random.Random) -> None:
        for _ in range(rng.choice((1, 1, 2, 5))):
            row, column = sheet.values(rng)
            sheet.rows[row][column] = rng.choice(words)
            sheet.touched.add(sheet.places[row][column])  # type: ignore[arg-type]
            sheet.beyond |= words is HUGE

    return damage


def _cells_swapped(sheet: Sheet, rng: random.Random) -> None:
    row, column = sheet.values(rng)
    other, beside = sheet.values(rng)
    sheet.rows[row][column], sheet.rows[other][beside] = sheet.rows[other][beside], sheet.rows[row][column]
    sheet.touched |= {sheet.places[row][column], sheet.places[other][beside]}  # type: ignore[arg-type]


def _negative(sheet: Sheet, rng: random.Random) -> None:
    row, column = sheet.values(rng)
    sheet.odd = any(sign in "123456789" for sign in sheet.rows[row][column])
    sheet.rows[row][column] = "-" + sheet.rows[row][column]
    sheet.touched.add(sheet.places[row][column])  # type: ignore[arg-type]


def _time_changed(sheet: Sheet, rng: random.Random) -> None:
    """Put a row at another time, or write what is none."""
    row, column = rng.randrange(len(sheet.rows)), _time_column(sheet)
    if column is None:
        return
    sheet.touch(row)
    cell = sheet.rows[row][column]
    kind = rng.choice(("digit", "other row", "words", "empty", "far", "half"))
    if kind == "digit":
        at = rng.choice([place for place, sign in enumerate(cell) if sign.isdigit()])
        cell = cell[:at] + rng.choice("0123456789") + cell[at + 1 :]
    elif kind == "other row":
        other = rng.randrange(len(sheet.rows))
        sheet.touch(other)
        cell = sheet.rows[other][column]
    elif kind == "far":
        cell = cell.replace("2025", rng.choice(("2026", "1925", "2525", "0000")))
    else:
        cell = {"words": "yesterday", "empty": "", "half": cell[: len(cell) // 2]}[kind]
    sheet.rows[row][column] = cell
    sheet.free = True  # the row may now stand for another, whose number it replaces


def _time_column(sheet: Sheet) -> int | None:
    return next((place for place, name in enumerate(sheet.header) if name in ("time", "date")), None)


def _header_changed(sheet: Sheet, rng: random.Random) -> None:
    column = rng.randrange(len(sheet.header))
    name = sheet.header[column]
    if sheet.shape in ("matrix", "registers by row") and column > 2:
        for row in range(len(sheet.rows)):
            if (place := sheet.places[row][column] if column < len(sheet.places[row]) else None) is not None:
                sheet.touched.add(place)
    at = rng.randrange(len(name))
    words = ("Total", "xyz", "Temperature", "price", "home", "H9 load", "net", "Preis", "battery", "")
    name = rng.choice(
        (name[:at] + name[at + 1 :], name[:at] + rng.choice("xyz 1") + name[at:], rng.choice(words), name.upper())
    )
    sheet.header[column] = name
    sheet.renamed = sheet.free = True


def _headers_swapped(sheet: Sheet, rng: random.Random) -> None:
    one, two = rng.randrange(len(sheet.header)), rng.randrange(len(sheet.header))
    sheet.header[one], sheet.header[two] = sheet.header[two], sheet.header[one]
    if one != two:
        for row in range(len(sheet.rows)):
            sheet.touch(row)
    sheet.renamed = True


def _header_deleted(sheet: Sheet, _rng: random.Random) -> None:
    sheet.touch(0)
    sheet.header = sheet.rows.pop(0)
    sheet.places.pop(0)
    sheet.renamed = sheet.free = True


def _column_deleted(sheet: Sheet, rng: random.Random) -> None:
    column = rng.randrange(len(sheet.header))
    gone = {sheet.places[row][column] for row in range(len(sheet.rows))} - {None}
    sheet.touched |= gone  # type: ignore[arg-type]
    if not gone:
        sheet.renamed = sheet.free = True
    del sheet.header[column]
    for row in range(len(sheet.rows)):
        del sheet.rows[row][column], sheet.places[row][column]
    kept = {place[0] for row in sheet.places for place in row if place is not None}
    sheet.lost = set(sheet.community.kwh) - kept


def _column_doubled(sheet: Sheet, rng: random.Random) -> None:
    column = rng.randrange(len(sheet.header))
    sheet.header.append(sheet.header[column])
    for row in range(len(sheet.rows)):
        sheet.rows[row].append(sheet.rows[row][column])
        sheet.places[row].append(sheet.places[row][column])
    sheet.free = True


def _strange_column(sheet: Sheet, rng: random.Random) -> None:
    """Add a column that nobody understands."""
    at = rng.randrange(len(sheet.header) + 1)
    sheet.header.insert(at, rng.choice(("Temperatur", "Zählwerk X", "foo", "Spannung L1", "Total", "kWh price", "7")))
    for row in range(len(sheet.rows)):
        sheet.rows[row].insert(at, str(rng.randint(0, 30)))
        sheet.places[row].insert(at, None)


HUGE = ("9999999", "1e9", "inf", "-inf", "1e400", "8388608")

DAMAGES: dict[str, Callable[[Sheet, random.Random], None]] = {
    "none": _none, "rows deleted": _rows_deleted, "rows doubled": _rows_doubled, "rows swapped": _rows_swapped,
    "shuffled": _shuffled, "cells emptied": _cell(("", "NaN", "n/a", "-", "null")),
    "words for numbers": _cell(("abc", "1.2.3", "--5", "1e", "12:30", "#REF!", "0x10", "1,2,3", "½")),
    "huge numbers": _cell(HUGE),
    "cells swapped": _cells_swapped, "negative": _negative, "time changed": _time_changed,
    "header changed": _header_changed, "headers swapped": _headers_swapped, "header deleted": _header_deleted,
    "column deleted": _column_deleted, "column doubled": _column_doubled, "strange column": _strange_column,
}  # fmt: skip


# --- damages of the text --------------------------------------------------------------------------------


def _lines(sheet: Sheet, content: bytes, first: int, last: int) -> None:
    """Touch the rows whose text lies between two places."""
    for row in range(content[:first].count(b"\n") - 1, content[:last].count(b"\n")):
        if 0 <= row < len(sheet.rows):
            sheet.touch(row)
    if content[:first].count(b"\n") == 0:
        sheet.renamed = sheet.free = True


def _bytes_changed(sheet: Sheet, rng: random.Random, content: bytes) -> bytes:
    for _ in range(rng.choice((1, 1, 3))):
        at = rng.randrange(len(content))
        kind = rng.choice(("set", "drop", "add"))
        sign = bytes([rng.choice((rng.randrange(256), rng.choice(b'0123456789.,;-:" \n\r')))])
        _lines(sheet, content, at, at + 1 + (kind != "add"))
        content = content[:at] + (b"" if kind == "drop" else sign) + content[at + (kind != "add") :]
    sheet.free = True
    return content


def _cut(sheet: Sheet, rng: random.Random, content: bytes) -> bytes:
    at = rng.randrange(len(content) // 3, len(content))
    _lines(sheet, content, at, len(content))
    return content[:at]


def _separators(sheet: Sheet, rng: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    first = rng.randrange(len(lines))
    last = rng.choice((first + 1, len(lines)))
    other = rng.choice([sign for sign in ",;\t|" if sign not in (sheet.style.separator, sheet.style.decimal)]).encode()
    at = sum(len(line) + 1 for line in lines[:first])
    _lines(sheet, content, at, at + sum(len(line) + 1 for line in lines[first:last]) - 1)
    lines[first:last] = [line.replace(sheet.style.separator.encode(), other) for line in lines[first:last]]
    return b"\n".join(lines)


def _twice(sheet: Sheet, _rng: random.Random, content: bytes) -> bytes:
    """Put the file behind itself."""
    sheet.free = sheet.style.clock == "order"
    return content + content


TEXT_DAMAGES: dict[str, Callable[[Sheet, random.Random, bytes], bytes]] = {
    "bytes changed": _bytes_changed, "cut": _cut, "separators": _separators, "twice": _twice,
}  # fmt: skip


def damaged_public(seed: int) -> tuple[PublicFile, bytes]:
    """Return a public layout, and the file with some bytes, rows or separators damaged."""
    rng = random.Random(seed)  # noqa: S311
    file = rng.choice(public_files())
    lines = written(file).split(b"\n")
    kind = rng.choice(("bytes", "cut", "rows", "separators", "header"))
    if kind == "rows":
        for _ in range(rng.randint(1, 3)):
            del lines[rng.randrange(len(lines) // 2, len(lines))]
    elif kind == "separators":
        row = rng.randrange(len(lines))
        lines[row] = lines[row].replace(b";" if b";" in lines[-3] else b",", rng.choice((b"\t", b"|", b":")))
    elif kind == "header":
        cells = lines[0].split(b",")
        rng.shuffle(cells)
        lines[0] = b",".join(cells)
    content = b"\n".join(lines)
    if kind == "cut":
        content = content[: rng.randrange(len(content) // 2, len(content))]
    if kind == "bytes":
        for _ in range(rng.choice((1, 3))):
            at = rng.randrange(len(content))
            content = content[:at] + bytes([rng.randrange(256)]) + content[at + rng.randrange(2) :]
    return file, content


def damaged(seed: int) -> tuple[str, Sheet, bytes]:
    """Return the name of a damage, what it left, and the file."""
    rng = random.Random(seed)  # noqa: S311
    sheet = well_formed(rng)
    name = rng.choice((*DAMAGES, *TEXT_DAMAGES))
    if name in DAMAGES:
        DAMAGES[name](sheet, rng)
        return name, sheet, sheet.bytes()
    sheet.container = "csv"
    return name, sheet, TEXT_DAMAGES[name](sheet, rng, sheet.bytes())
