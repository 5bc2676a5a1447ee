"""Communities written as meter files: one set of numbers, and the many ways in which portals write them.

`slots` says what stands at which time, a layout of `LAYOUTS` makes a table of it, `text` writes the table.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import polars as pl

#: How many of a unit a kWh, or an hour of a kW, is.
PER_KWH = {"kWh": 1.0, "Wh": 1e3, "MWh": 1e-3, "kW": 1.0, "W": 1e3}
FORMS = {
    "iso": "%Y-%m-%d %H:%M",
    "seconds": "%Y-%m-%dT%H:%M:%S",
    "dots": "%d.%m.%Y %H:%M",
    "day first": "%d/%m/%Y %H:%M",
    "month first": "%m/%d/%Y %I:%M %p",
    "compact": "%Y%m%d%H%M",
    "named": "%d %b %Y %H:%M:%S",
}

Key = tuple[str, str]


@dataclass(frozen=True)
class Community:
    """What the meters of homes measured.

    Attributes:
        zone: Where they are.
        begin_s: Begin of the first interval, seconds since 1970-01-01 UTC.
        minutes: Length of an interval.
        kwh: Energy by home and quantity, one value an interval.
    """

    zone: str
    begin_s: int
    minutes: int
    kwh: dict[Key, tuple[float, ...]]

    @property
    def steps(self) -> int:
        return len(next(iter(self.kwh.values())))

    @property
    def homes(self) -> list[str]:
        return list(dict.fromkeys(home for home, _ in self.kwh))

    @property
    def quantities(self) -> list[str]:
        return list(dict.fromkeys(quantity for _, quantity in self.kwh))

    def total(self, quantity: str, home: str | None = None) -> float:
        return sum(sum(kwh) for (whose, what), kwh in self.kwh.items() if what == quantity and home in (None, whose))


@dataclass(frozen=True)
class Style:
    """How a file is written.

    Attributes:
        unit: W, kW, Wh, kWh or MWh.
        reading: interval, or register: a counter.
        counter_from: What counters show at first, kWh.
        digits: Digits before the decimal sign of counters: behind 99999.9 comes 0.
        reset_at: The interval at whose begin counters begin again from 0.
        label: What a time marks: start; end; or "later": the start's clock and the interval's length added.
        form: One of `FORMS`, "unix" or "unix ms".
        clock: How the hours of a clock change stand: order (one behind the other), offset, letters (A and B), utc, winter
            (winter time all year), once (the hour that occurs twice stands once and holds both).
        placeholder: Whether the skipped hour has rows of zeros.
        closes_day: Whether the end of a day is called 24:00.
        newest_first: Whether rows run back.
        units_in: Where the unit stands: header, row (below the header), or "" (nowhere).
    """

    unit: str = "kWh"
    reading: str = "interval"
    counter_from: float = 0.0
    digits: int = 9
    reset_at: int | None = None
    label: str = "start"
    form: str = "iso"
    clock: str = "order"
    placeholder: bool = False
    closes_day: bool = False
    newest_first: bool = False
    units_in: str = "header"
    separator: str = ","
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8"
    line_end: str = "\n"
    sep_line: bool = False
    preface: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        return f" ({self.unit})" if self.units_in == "header" else ""


@dataclass(frozen=True)
class Slot:
    """One time of a file: the clock at its begin, the clock that is written, and what stands there by home and quantity."""

    begin: dt.datetime
    shown: dt.datetime
    utc_s: int
    offset: dt.timedelta
    second: bool | None
    values: dict[Key, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Header, rows of cells, and the units of columns."""

    header: list[str]
    rows: list[list[object]]
    units: list[str] = field(default_factory=list)


# --- what stands at which time --------------------------------------------------------------------------


def local(utc_s: int, zone: str) -> tuple[dt.datetime, dt.timedelta, bool | None]:
    """Return the clock on the wall, how far it is ahead, and whether it shows this time for the second time."""
    here = dt.datetime.fromtimestamp(utc_s, tz=ZoneInfo(zone))
    wall = here.replace(tzinfo=None, fold=0)
    twice = wall.replace(tzinfo=here.tzinfo).utcoffset() != wall.replace(tzinfo=here.tzinfo, fold=1).utcoffset()
    return wall, here.utcoffset() or dt.timedelta(), bool(here.fold) if twice else None


def slots(community: Community, style: Style) -> list[Slot]:
    """Return what a file of this style holds, in the order of its rows."""
    length = dt.timedelta(minutes=community.minutes)
    length_s = 60 * community.minutes
    register = style.reading == "register"
    written = {key: list(_written(kwh, community.minutes, style)) for key, kwh in community.kwh.items()}
    found = []
    for step in range(community.steps + register):
        begin_s = community.begin_s + step * length_s
        label_s = begin_s + length_s * (style.label == "end" and not register)
        begin, *_ = _clock(begin_s, community.zone, style)
        shown, offset, second = _clock(label_s, community.zone, style)
        if style.label == "later" and not register:
            begin, offset, second = _clock(begin_s, community.zone, style)
            shown, label_s = begin + length, begin_s + length_s
        found.append(Slot(begin, shown, label_s, offset, second, {key: row[step] for key, row in written.items()}))
    if style.clock == "once":
        found = list(_once(found))
    if style.placeholder:
        found = list(_with_placeholders(found, length, shift=length * (style.label != "start")))
    return found[::-1] if style.newest_first else found


def truth(community: Community, style: Style) -> dict[Key, dict[int, float]]:
    """Return the energy of each interval by its begin, as a file of this style lets one know it: two hours in one are halved."""
    length_s = 60 * community.minutes
    begins = [community.begin_s + step * length_s for step in range(community.steps)]
    alike: dict[object, list[int]] = {}
    for step, begin_s in enumerate(begins):
        label_s = begin_s + length_s * (style.label == "end")
        alike.setdefault(local(label_s, community.zone)[0] if style.clock == "once" else step, []).append(step)
    means = {key: [0.0] * community.steps for key in community.kwh}
    for steps in alike.values():
        for key, kwh in community.kwh.items():
            for step in steps:
                means[key][step] = sum(kwh[each] for each in steps) / len(steps)
    return {key: dict(zip(begins, kwh, strict=True)) for key, kwh in means.items()}


def _clock(utc_s: int, zone: str, style: Style) -> tuple[dt.datetime, dt.timedelta, bool | None]:
    if style.clock == "utc":
        return local(utc_s, "UTC")
    if style.clock == "winter":
        offset = winter_offset(zone)
        return dt.datetime.fromtimestamp(utc_s, tz=dt.UTC).replace(tzinfo=None) + offset, offset, None
    return local(utc_s, zone)


def winter_offset(zone: str) -> dt.timedelta:
    days = (dt.datetime(2025, month, 1, tzinfo=ZoneInfo(zone)) for month in (1, 7))
    return min(day.utcoffset() or dt.timedelta() for day in days)


def _written(kwh: tuple[float, ...], minutes: int, style: Style) -> Iterator[float]:
    scale = PER_KWH[style.unit]
    if style.reading == "interval":
        hours = minutes / 60 if style.unit in ("W", "kW") else 1.0
        return (round(value * scale / hours, 9) for value in kwh)
    shown = list(accumulate(kwh, initial=style.counter_from))
    if style.reset_at is not None and style.reset_at < len(kwh):
        at = style.reset_at
        shown = [*shown[: at + 1], *list(accumulate(kwh[at:], initial=0.0))[1:]]
    return (round(value % 10**style.digits * scale, 9) for value in shown)


def _once(found: list[Slot]) -> Iterator[Slot]:
    """Yield each local time once, with the energy of both hours."""
    first = {slot.shown: slot for slot in found if not slot.second}
    for slot in found:
        if slot.second and slot.shown in first:
            continue
        both = [other for other in found if other.shown == slot.shown]
        yield replace(slot, values={key: sum(other.values[key] for other in both) for key in slot.values})


def _with_placeholders(found: list[Slot], length: dt.timedelta, shift: dt.timedelta) -> Iterator[Slot]:
    """Yield rows of zeros where the clock was put forward."""
    yield found[0]
    for before, slot in pairwise(found):
        for number in range(1, (slot.shown - before.shown) // length):
            shown = before.shown + number * length
            yield replace(slot, begin=shown - shift, shown=shown, values=dict.fromkeys(slot.values, 0.0))
        yield slot


# --- cells and text -------------------------------------------------------------------------------------


def stamp(slot: Slot, style: Style, form: str | None = None) -> str:
    """Return the time of a row as it is written."""
    form = form or FORMS.get(style.form, "")
    if style.form.startswith("unix"):
        return str(slot.utc_s * (1000 if style.form == "unix ms" else 1))
    shown = slot.shown
    if style.closes_day and (shown.hour, shown.minute) == (0, 0):
        text = (shown - dt.timedelta(minutes=1)).strftime(form).replace("23:59", "24:00").replace("2359", "2400")
    else:
        text = shown.strftime(form)
    if style.clock in ("offset", "utc"):
        minutes = int(slot.offset.total_seconds()) // 60
        text += f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    if style.clock == "letters" and slot.second is not None:
        text += " B" if slot.second else " A"
    return text


def number(value: float, style: Style) -> str:
    """Return a number as it is written."""
    text = f"{value:,.9f}".rstrip("0").rstrip(".")
    return text.replace(",", "\0").replace(".", style.decimal).replace("\0", style.thousands)


def text(table: Table, style: Style) -> bytes:
    """Write a table as CSV."""
    out = io.StringIO()
    if style.sep_line:
        out.write(f"sep={style.separator}{style.line_end}")
    for line in style.preface:
        out.write(line + style.line_end)
    writer = csv.writer(out, delimiter=style.separator, lineterminator=style.line_end)
    writer.writerow(table.header)
    if style.units_in == "row":
        writer.writerow(table.units)
    for row in table.rows:
        writer.writerow([number(cell, style) if isinstance(cell, float) else cell for cell in row])
    for line in style.footer:
        out.write(line + style.line_end)
    return out.getvalue().encode(style.encoding)


def parquet(table: Table) -> bytes:
    """Write a table as Parquet: texts and numbers."""
    columns = {name: [row[place] for row in table.rows] for place, name in enumerate(table.header)}
    frame = pl.DataFrame(columns, strict=False)
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


# --- layouts --------------------------------------------------------------------------------------------


def wide(community: Community, style: Style) -> Table:
    """A column a home and quantity."""
    keys = list(community.kwh)
    names = [f"{home} {quantity}{style.suffix}" for home, quantity in keys]
    rows = [[stamp(slot, style), *(slot.values[key] for key in keys)] for slot in slots(community, style)]
    return Table(["time", *names], rows, ["", *[style.unit] * len(keys)])


def long(community: Community, style: Style) -> Table:
    """A row a home, quantity and time."""
    rows = [
        [stamp(slot, style), home, quantity, value]
        for slot in slots(community, style)
        for (home, quantity), value in slot.values.items()
    ]
    return Table(["time", "home", "quantity", f"value{style.suffix}"], rows, ["", "", "", style.unit])


def long_of_quantities(community: Community, style: Style) -> Table:
    """A row a home and time, a column a quantity."""
    names = [f"{quantity}{style.suffix}" for quantity in community.quantities]
    rows = [
        [home, stamp(slot, style), *(slot.values.get((home, quantity), "") for quantity in community.quantities)]
        for home in community.homes
        for slot in slots(community, style)
    ]
    return Table(["home", "time", *names], rows, ["", "", *[style.unit] * len(names)])


def date_and_time(community: Community, style: Style) -> Table:
    """As wide, with the date and the time of day apart."""
    table = wide(community, style)
    rows = [[*str(row[0]).replace("T", " ").split(" ", 1), *row[1:]] for row in table.rows]
    return Table(["date", "time", *table.header[1:]], rows, ["", *table.units])


def _days(community: Community, style: Style) -> dict[dt.date, list[Slot]]:
    days: dict[dt.date, list[Slot]] = {}
    for slot in slots(community, style):
        days.setdefault(slot.begin.date(), []).append(slot)
    return days


def _date(day: dt.date, style: Style) -> str:
    return day.strftime(FORMS[style.form].replace("T", " ").split(" %H")[0].split(" %I")[0].replace("%H%M", ""))


def hours_counted(community: Community, style: Style) -> Table:
    """A row an hour: the date, and the number of the interval, counted through on the days of 23 and 25 hours too."""
    keys = list(community.kwh)
    rows = [
        [_date(day, style), str(place), *(slot.values[key] for key in keys)]
        for day, of_day in _days(community, style).items()
        for place, slot in enumerate(of_day, start=1)
    ]
    return Table(["date", "hour", *(f"{home} {quantity}{style.suffix}" for home, quantity in keys)], rows)


def hours_of_the_clock(community: Community, style: Style) -> Table:
    """A row an hour: the date, and the number of the interval on the clock, left out or written twice as the clock does."""
    keys = list(community.kwh)
    rows = [
        [_date(slot.begin.date(), style), str((slot.begin.hour * 60 + slot.begin.minute) // community.minutes + 1),
         *(slot.values[key] for key in keys)]
        for slot in slots(community, style)
    ]  # fmt: skip
    return Table(["date", "hour", *(f"{home} {quantity}{style.suffix}" for home, quantity in keys)], rows)


def matrix(community: Community, style: Style) -> Table:
    """A row a day, home and quantity, a column a time of day."""
    minutes = range(0, 1440, community.minutes)
    shift = community.minutes * (style.label != "start")
    names = [f"{(at + shift) // 60:02}:{(at + shift) % 60:02}" for at in minutes]
    rows: list[list[object]] = []
    for day, of_day in _days(community, style).items():
        at = {slot.begin.hour * 60 + slot.begin.minute: slot for slot in of_day}
        rows += [
            [
                home,
                quantity,
                _date(day, style),
                *(at[each].values[home, quantity] if each in at else "" for each in minutes),
            ]
            for home, quantity in community.kwh
        ]
    return Table(["home", "quantity", "date", *names], rows)


def matrix_counted(community: Community, style: Style) -> Table:
    """A row a day, home and quantity, a column a number of interval, counted through, with those of the longest day."""
    days = _days(community, style)
    most = max(24 * 60 // community.minutes, *(len(of_day) for of_day in days.values()))
    names = [f"V{place}" for place in range(1, most + 1)]
    rows: list[list[object]] = [
        [
            home,
            quantity,
            _date(day, style),
            *(slot.values[home, quantity] for slot in of_day),
            *[""] * (most - len(of_day)),
        ]
        for day, of_day in days.items()
        for home, quantity in community.kwh
    ]
    return Table(["home", "quantity", "date", *names], rows)


def registers_by_row(community: Community, style: Style) -> Table:
    """A row a home and quantity, a column a time."""
    found = slots(community, style)
    rows: list[list[object]] = [
        [home, quantity, *(slot.values[home, quantity] for slot in found)] for home, quantity in community.kwh
    ]
    return Table(["home", "quantity", *(stamp(slot, style) for slot in found)], rows)


Layout = Callable[[Community, Style], Table]
LAYOUTS: dict[str, Layout] = {
    "wide": wide, "long": long, "long of quantities": long_of_quantities, "date and time": date_and_time,
    "hours counted": hours_counted, "hours of the clock": hours_of_the_clock, "matrix": matrix,
    "matrix counted": matrix_counted, "registers by row": registers_by_row,
}  # fmt: skip
