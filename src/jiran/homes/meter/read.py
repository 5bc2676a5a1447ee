"""Real meter data in: CSV or Parquet, wide or long, to profiles on the steps of a run.

One pipeline: read the file -> a long table of readings -> a regular grid in UTC -> the run's steps -> gaps
filled -> load scaled. Each part hands on what it changed; docs/meter-data.md says the rules in plain words.
What needs a data frame stands here, the arithmetic in `steps` and `grid`.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from jiran.errors import DataError, shortened
from jiran.homes.meter.bytes import MAX_FILE_MB, PARQUET, check_size, csv_text, read_bytes, refuse_ragged
from jiran.homes.meter.columns import QUANTITIES, QUANTITY_OF, Columns, ValueColumn, check_ids, columns
from jiran.homes.meter.report import Change, DataReport
from jiran.homes.meter.steps import Readings, period, start_labels, to_steps
from jiran.homes.meter.times import YEARS, Instants, Seconds, day_or_month, read_times, utc_to_wall, wall_to_utc
from jiran.scenario import MAX_HOME_STEPS

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from numpy.typing import NDArray

    from jiran.homes.profiles import Array, Profiles
    from jiran.homes.timeline import Timeline
    from jiran.scenario import HomeData

__all__ = ["MAX_FILE_MB", "Coverage", "DataReport", "MeterData", "describe", "read_meter_data"]

STEP_MINUTES = (1, 5, 10, 15, 30, 60)
#: Cells that mean: no value.
_NO_VALUE = ("nan", "na", "null")


@dataclass(frozen=True)
class MeterData:
    """Homes from a file.

    Attributes:
        ids: Ids of the homes; in the order of the columns; those of a long file sorted, H2 before H10.
        profiles: Their energy in each step.
        report: What was changed on the way.
        net_metered: Whether only import and export of a home are known, shape (home,); then `profiles.load_kwh` holds
            its import and `profiles.generation_kwh` its export.
    """

    ids: tuple[str, ...]
    profiles: Profiles
    report: DataReport
    net_metered: NDArray[np.bool_]


@dataclass(frozen=True)
class Coverage:
    """What a file has, to propose a scenario's start, steps and step_minutes.

    Attributes:
        ids: Ids of the homes.
        first: Local time at which the first interval starts.
        last: Local time at which the last interval starts.
        native_minutes: Length of the file's intervals, min.
        step_minutes: The nearest length of a step that a scenario allows, min.
        steps: Number of such steps from the start of the first interval to the end of the last.
        rows: Rows of data in the file.
    """

    ids: tuple[str, ...]
    first: dt.datetime
    last: dt.datetime
    native_minutes: int
    step_minutes: int
    steps: int
    rows: int


@dataclass(frozen=True)
class Table:
    """A file as it stands; column k of the frame is called str(k), `row` is the number of the row."""

    source: str
    header: list[str]
    frame: pl.DataFrame
    dropped: int = 0
    decimal_comma: bool = False


def read_meter_data(
    source: HomeData, timeline: Timeline, *, folder: Path | None = None, content: bytes | None = None
) -> MeterData:
    """Read homes from a file and bring them to the steps of a run.

    Args:
        source: The file and how to read it.
        timeline: The steps of the run.
        folder: Where a relative path starts; default: the working directory.
        content: The file's bytes, if they are here already; the path then only names them.

    Raises:
        DataError: The file cannot be read, or lacks more than half of the steps of a home.
    """
    readings = _read(source, timeline.zone, folder, content)
    if len(readings.ids) * timeline.steps > MAX_HOME_STEPS:
        most = MAX_HOME_STEPS // len(readings.ids)
        raise DataError(source.path, f"has {len(readings.ids):,} homes; steps must then be at most {most:,}")
    profiles, changes = to_steps(source, readings, timeline)
    return MeterData(readings.ids, profiles, DataReport(source.path, changes), np.zeros(len(readings.ids), np.bool_))


def describe(source: HomeData, *, zone: str, folder: Path | None = None, content: bytes | None = None) -> Coverage:
    """Tell what a file has, in the local time of a zone.

    Raises:
        DataError: The file cannot be read.
    """
    readings, grid = start_labels(source, _read(source, zone, folder, content))
    covered = period(readings, grid, zone)
    nearest = min(STEP_MINUTES, key=lambda minutes: abs(minutes - grid.minutes))
    return Coverage(
        ids=readings.ids,
        first=utc_to_wall(covered.begin_s, zone),
        last=utc_to_wall(covered.end_s - grid.length_s, zone),
        native_minutes=grid.minutes,
        step_minutes=nearest,
        steps=max((covered.end_s - covered.begin_s) // (60 * nearest), 1),
        rows=readings.rows,
    )


def _read(source: HomeData, zone: str, folder: Path | None, content: bytes | None) -> Readings:
    table = _table(source.path, read_bytes(source.path, folder) if content is None else content)
    meaning = columns(source, table.header)
    if table.frame.is_empty():
        raise DataError(source.path, "has a header but no rows of data")
    return _readings(source, table, meaning, _zone(source, zone))


def _zone(source: HomeData, zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(source.time_zone or zone)
    except (KeyError, ValueError, OSError):
        raise DataError(
            source.path, f"time_zone = {source.time_zone!r} must be an IANA time zone such as Asia/Kuching"
        ) from None


def _table(source: str, content: bytes) -> Table:
    """Return the file's cells, empty ones as null, without empty rows."""
    check_size(source, content, len(content))
    if not content.strip():
        raise DataError(source, "is empty")
    try:
        raw = _parquet(source, content) if content.startswith(PARQUET) else _csv(source, content)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:  # it panics on some broken Parquet
        kind = "Parquet" if content.startswith(PARQUET) else "CSV"
        reason = str(error).splitlines()[0].removeprefix("parquet: ")
        raise DataError(source, f"cannot be read as {kind}: {reason}") from None
    text = pl.col(pl.String).str.strip_chars()
    cells = raw.frame.with_columns(pl.when(text != "").then(text))
    filled = cells.filter(~pl.all_horizontal(pl.exclude("row").is_null()))
    return Table(source, raw.header, filled, cells.height - filled.height, raw.decimal_comma)


def _parquet(source: str, content: bytes) -> Table:
    lazy = pl.scan_parquet(io.BytesIO(content))
    header = lazy.collect_schema().names()
    rows = int(lazy.select(pl.len()).collect().item())
    if rows * len(header) > MAX_HOME_STEPS:
        raise DataError(source, f"has {rows * len(header):,} cells; at most {MAX_HOME_STEPS:,} can be read")
    if not header:
        raise DataError(source, "is empty")
    frame = lazy.collect()
    return Table(source, header, _numbered(frame))


def _csv(source: str, content: bytes) -> Table:
    text, separator = csv_text(source, content)
    try:
        frame = pl.read_csv(text.encode(), has_header=False, separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError:
        refuse_ragged(source, text, separator)
        raise
    header = [name or "" for name in frame.row(0)]
    return Table(source, header, _numbered(frame).slice(1), decimal_comma=separator != ",")


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Call the columns by their places and count the rows from 1."""
    return frame.rename({name: str(place) for place, name in enumerate(frame.columns)}).with_row_index("row", offset=1)


def _readings(source: HomeData, table: Table, meaning: Columns, zone: ZoneInfo) -> Readings:
    """Return one reading for each cell that has a value."""
    utc_s, changes = _utc(table, meaning, _instants(table, meaning, zone))
    rows = table.frame.height
    ids, homes = _homes(source, table, meaning)
    quantities = _quantities(table, meaning)
    parts: list[tuple[NDArray[Any], ...]] = []
    for column in meaning.values:
        value = _numbers(table, column)
        known = np.isfinite(value)
        home = np.full(rows, ids.index(column.home), np.uint32) if homes is None else homes
        said = np.full(rows, QUANTITIES.index(column.quantity), np.uint8) if quantities is None else quantities
        kw = np.full(rows, column.is_kw)
        parts.append(tuple(array[known] for array in (home, said, utc_s, value, kw)))
    home, said, utc_s, value, kw = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    if value.size == 0:
        raise DataError(source.path, "has no values at all")
    times = table.frame[str(meaning.time)]
    example = day_or_month(times.unique(maintain_order=True).to_list()) if times.dtype == pl.String else None
    if example is not None:
        changes.append(Change("", "", "day first", 1, f'times such as "{example}" are read day first'))
    if table.dropped:
        changes.append(Change("", "", "rows dropped", table.dropped))
    return Readings(ids, home, said, utc_s, value, kw, rows, (*meaning.changes, *changes))


def _instants(table: Table, meaning: Columns, zone: ZoneInfo) -> Instants:
    """Return the instants of each row; equal times are read once."""
    column = table.frame[str(meaning.time)]
    _refuse_null(table, column, "time")
    times = column.unique(maintain_order=True)
    expected = "a time such as 2026-03-21 14:00, 2026-03-21T14:00+08:00 or 21/03/2026 14:00"
    if column.dtype == pl.String:
        instants, wrong = read_times(times.to_list(), zone)
        if wrong is not None:
            row = _row(table, column == times[wrong])
            raise DataError(table.source, f'row {row}: "{times[wrong]}" is not {expected}')
    elif column.dtype in (pl.Date, pl.Datetime):
        if not times.dt.year().is_in(YEARS).all():
            strange = ~column.dt.year().is_in(YEARS)
            shown = column.filter(strange)[:1].cast(pl.String)[0]
            raise DataError(table.source, f"row {_row(table, strange)}: {shown} is not {expected}")
        seconds = times.cast(pl.Datetime("us", getattr(column.dtype, "time_zone", None))).dt.epoch("s").to_numpy()
        exact = Instants(seconds, seconds, np.zeros(seconds.size, bool))
        instants = wall_to_utc(seconds, zone) if getattr(column.dtype, "time_zone", None) is None else exact
    else:
        name = table.header[meaning.time]
        raise DataError(table.source, f'column "{name}" holds {column.dtype}, not {expected}')
    place = _places(column, times)
    return Instants(instants.first[place], instants.second[place], instants.moved[place])


def _utc(table: Table, meaning: Columns, instants: Instants) -> tuple[Seconds, list[Change]]:
    """Tell summer from winter time where a local time occurs twice: by the order of a home's rows."""
    keys = [str(place) for place in (meaning.time, meaning.home, meaning.quantity) if place is not None]
    twice = np.flatnonzero(instants.first != instants.second)
    again = table.frame[twice].select(number=pl.int_range(pl.len()).over(keys))["number"].to_numpy() > 0
    utc_s = instants.first.copy()
    utc_s[twice[again]] = instants.second[twice[again]]
    counts = {
        "times that occur twice": twice.size,
        "times that stand once": int(twice.size - 2 * again.sum()),
        "times that do not exist": int(instants.moved.sum()),
    }
    return utc_s, [Change("", "", what, count) for what, count in counts.items() if count > 0]


def _homes(source: HomeData, table: Table, meaning: Columns) -> tuple[tuple[str, ...], NDArray[np.uint32] | None]:
    """Return the ids, and for a long file each row's place in them."""
    if meaning.home is None:
        return tuple(dict.fromkeys(column.home for column in meaning.values)), None
    column = table.frame[str(meaning.home)].cast(pl.String)
    _refuse_null(table, column, "home")
    if source.layout == "auto":
        _refuse_values_as_homes(table, meaning.home, column, table.frame[str(meaning.time)])
    ids = sorted(column.unique().to_list(), key=_natural)
    check_ids(source, ids)
    return tuple(ids), _places(column, pl.Series(ids)).astype(np.uint32)


def _refuse_values_as_homes(table: Table, place: int, homes: pl.Series, times: pl.Series) -> None:
    """Refuse a column of numbers that is called as a column of homes is: its values would become names."""
    numbers = homes.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    if numbers.null_count():
        return
    once = homes.n_unique() > 1 and times.n_unique() == len(times)  # no two homes have a time in common
    if once or (numbers != numbers.round()).any():
        name = shortened(table.header[place], 40)
        raise DataError(
            table.source,
            f'column "{name}" holds numbers that are no names of homes; say what it is in homes.data, as in '
            f'columns = {{ "{name}" = "load" }}, or layout = "long" if they are names',
        )


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Sort H2 before H10."""
    parts = re.split(r"([0-9]+)", name)
    return [(0, int(part), part) if part[:1] in "0123456789" and part else (1, 0, part) for part in parts]


def _quantities(table: Table, meaning: Columns) -> NDArray[np.uint8] | None:
    """Return each row's quantity, if a column says it."""
    if meaning.quantity is None:
        return None
    column = table.frame[str(meaning.quantity)].cast(pl.String)
    _refuse_null(table, column, "quantity")
    words = column.unique(maintain_order=True)
    for word in words:
        if word.casefold() not in QUANTITY_OF:
            raise DataError(
                table.source,
                f'row {_row(table, column == word)}: "{word}" is no quantity; '
                "use load, generation or ev, each at least 0",
            )
    number = np.array([QUANTITIES.index(QUANTITY_OF[word.casefold()]) for word in words], np.uint8)
    return number[_places(column, words)]


def _numbers(table: Table, column: ValueColumn) -> Array:
    """Return a column's numbers, NaN where a cell is empty."""
    cells = table.frame[str(column.place)]
    if cells.dtype == pl.String:
        numbers = _parsed(table, column, cells)
    elif cells.dtype.is_numeric() or cells.dtype == pl.Null:
        numbers = cells.cast(pl.Float64)
    else:
        raise DataError(table.source, f'column "{column.name}" holds {cells.dtype}, not numbers')
    if numbers.is_infinite().any():
        row = _row(table, numbers.is_infinite())
        raise DataError(table.source, f'row {row}, column "{column.name}": the value is infinite')
    values: Array = numbers.fill_null(float("nan")).to_numpy()
    return values


def _parsed(table: Table, column: ValueColumn, cells: pl.Series) -> pl.Series:
    """Read numbers from text, with a decimal comma where commas do not separate columns."""
    cells = cells.set(cells.str.to_lowercase().is_in(_NO_VALUE), None)
    plain = cells
    if table.decimal_comma:
        comma, point = cells.str.contains(",", literal=True), cells.str.contains(".", literal=True)
        if comma.any() and point.any():
            row = _row(table, point)
            raise DataError(
                table.source,
                f'row {row}, column "{column.name}": decimal points and decimal commas are mixed',
            )
        plain = cells.str.replace(",", ".", literal=True)
    numbers = plain.cast(pl.Float64, strict=False)
    wrong = numbers.is_null() & cells.is_not_null()
    if wrong.any():
        raise DataError(
            table.source,
            f'row {_row(table, wrong)}, column "{column.name}": "{cells.filter(wrong)[0]}" is not a number',
        )
    return numbers


def _places(column: pl.Series, values: pl.Series) -> NDArray[np.int64]:
    """Return for each cell the place of its value among unique values."""
    known = pl.DataFrame({"value": values, "place": np.arange(len(values))})
    joined = pl.DataFrame({"value": column}).join(known, on="value", how="left", maintain_order="left")
    places: NDArray[np.int64] = joined["place"].to_numpy()
    return places


def _refuse_null(table: Table, column: pl.Series, what: str) -> None:
    if column.null_count():
        raise DataError(table.source, f"row {_row(table, column.is_null())} has no {what}")


def _row(table: Table, wrong: pl.Series) -> int:
    """Return the number of the first row for which `wrong` is true."""
    return int(table.frame["row"].filter(wrong)[0])
