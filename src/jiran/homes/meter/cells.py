"""The cells of a meter file: where its table begins, what separates its columns, which rows are no data.

Nothing is converted here: cells of CSV stay text, so that numbers and times are read once it is known which column is
which. Rows keep their number in the file, from 1, for messages.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from jiran.errors import DataError, shortened
from jiran.homes.meter.bytes import PARQUET, XML, check_size, refuse_ragged, text_of
from jiran.homes.meter.moments import looks_like_time
from jiran.homes.meter.report import Change
from jiran.homes.meter.vocabulary import roles, unit_named
from jiran.scenario import MAX_HOME_STEPS

if TYPE_CHECKING:
    from jiran.scenario import HomeData

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
#: So many lines are looked at to find where the table begins.
_LOOKED_AT = 150
#: A row with so many times is a header: its columns are times.
_TIMES_IN_HEADER = 4
_NUMBER = re.compile(r"[^\w]*[-+]?(?:\d[\d\s.,']*|[.,]\d+)(?:[eE][-+]?\d+)?\s*[^\w]*")
#: Rows below the last one with a time, such as sums and remarks: so many may stand there.
MOST_FOOTERS = 20
_TEXT_OF_EXCEL = """^(?:="([^"]*)"|'([^']*))$"""
#: Cells that mean: no value.
NO_VALUE = ("nan", "na", "n/a", "null", "none", "-", "--", "?", "unavailable", "unknown", "missing")


@dataclass(frozen=True)
class Cells:
    """A file's table as it stands.

    Attributes:
        source: Name of the file.
        header: Names of the columns, without spaces around them; "" where there is none.
        frame: Column k is called str(k); `row` is the number of the row in the file. Empty cells are null.
        units: The unit of a column by its place, where a row of units says it.
        decimal_comma: Whether commas are free to be decimal signs.
        skipped: How many lines stand before the header.
        changes: What was left out on the way.
    """

    source: str
    header: tuple[str, ...]
    frame: pl.DataFrame
    units: dict[int, str] = field(default_factory=dict)
    decimal_comma: bool = False
    skipped: int = 0
    changes: tuple[Change, ...] = ()

    def column(self, place: int) -> pl.Series:
        """Return the cells of a column.

        Text for CSV, whatever type it has for Parquet; shape (row,).
        """
        return self.frame[str(place)]

    def row(self, wrong: pl.Series) -> int:
        """Return the number of the first row for which `wrong` is true.

        Args:
            wrong: By row of `frame`; at least one is true.
        """
        return int(self.frame["row"].filter(wrong)[0])


def read_cells(source: HomeData, name: str, content: bytes) -> Cells:
    """Return the table of a file: CSV, Parquet, or Green Button's XML (ESPI).

    What it is, its first bytes tell and not its name. NEM12 is CSV whose rows are records, and has its own reader.

    Args:
        source: What the scenario says of it: separator, and lines to skip.
        name: What messages call it.
        content: Its bytes.

    Returns:
        Cells without empty rows, repeated headers and remarks below the table.

    Raises:
        DataError: It is none of them, empty, or broken.
    """
    check_size(name, content, len(content))
    if not content.strip():
        raise DataError(name, "is empty")
    kind = "Parquet" if content.startswith(PARQUET) else "CSV"
    try:
        if kind == "Parquet":
            return _cleaned(_parquet(name, content))
        if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(XML):
            from jiran.homes.meter.espi import espi_cells  # noqa: PLC0415  few files are XML

            return espi_cells(name, content)
        if content.startswith(b"100,NEM12"):
            from jiran.homes.meter.nem12 import nem12_cells  # noqa: PLC0415  few files are of Australia's market

            return nem12_cells(name, text_of(name, content)[0])
        return _cleaned(_csv(source, name, content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:  # it panics on some broken Parquet
        reason = (str(error).splitlines() or [""])[0].removeprefix("parquet: ")
        raise DataError(name, f"cannot be read as {kind}: {shortened(reason, 200)}") from None


def _cleaned(cells: Cells) -> Cells:
    """Return the cells with empty ones as null, without empty rows and repeated headers.

    Cells of spaces count as empty, and the signs of text that Excel writes (="0123", '0123) are taken off.
    """
    text = pl.col(pl.String).str.strip_chars()
    frame = cells.frame.with_columns(pl.when(text != "").then(text))
    frame = frame.with_columns(pl.col(name).str.replace(_TEXT_OF_EXCEL, "$1$2") for name in _written_as_text(frame))
    filled = frame.filter(~pl.all_horizontal(pl.exclude("row").is_null()))
    changes = list(cells.changes)
    if filled.height < frame.height:
        changes.append(Change("", "", "rows dropped", frame.height - filled.height))
    again = _repeated_header(cells, filled)
    if again is not None and again.any():
        changes.append(Change("", "", "headers dropped", int(again.sum())))
        filled = filled.filter(~again)
    if remarks := _remarks_below(filled):
        changes.append(Change("", "", "footers", remarks))
        filled = filled.head(filled.height - remarks)
    return Cells(cells.source, cells.header, filled, cells.units, cells.decimal_comma, cells.skipped, tuple(changes))


def _written_as_text(frame: pl.DataFrame) -> list[str]:
    """Return the columns whose cells are wrapped, ="0123", so that a spreadsheet takes them for text.

    Only the first rows are looked at: whoever exports so does it in each row.
    """
    texts = frame.select(pl.col(pl.String)).head(_LOOKED_AT)
    return [column.name for column in texts if column.str.contains(_TEXT_OF_EXCEL).any()]


def _remarks_below(frame: pl.DataFrame) -> int:
    """Return how many of the last rows hold one cell, which is no time: remarks, or the title of a sum.

    At most `MOST_FOOTERS` are looked at; if all rows were such, they are the data and 0 is returned.
    """
    remarks = 0
    for row in reversed(frame.drop("row").tail(MOST_FOOTERS).rows()):
        filled = [cell for cell in row if cell is not None]
        if len(filled) > 1 or not isinstance(filled[0], str) or looks_like_time(filled[0]) or is_number(filled[0]):
            break
        remarks += 1
    return remarks if remarks < frame.height else 0


def _repeated_header(cells: Cells, frame: pl.DataFrame) -> pl.Series | None:
    """Tell which rows say the header once more, as in files that were put one behind the other.

    Returns:
        Shape (row,); None where the header has names that are missing or only one, as then data could look like it.
    """
    named = [place for place, name in enumerate(cells.header) if name and frame[str(place)].dtype == pl.String]
    if len(named) < len(cells.header) or len(named) < 2:
        return None
    return frame.select(pl.all_horizontal(pl.col(str(place)) == cells.header[place] for place in named)).to_series()


def _parquet(name: str, content: bytes) -> Cells:
    """Return the columns of a Parquet file with their own types; rows times columns are counted before any is loaded.

    Raises:
        DataError: There are more cells than a run may have, or no columns.
    """
    lazy = pl.scan_parquet(io.BytesIO(content))
    header = lazy.collect_schema().names()
    rows = int(lazy.select(pl.len()).collect().item())
    if rows * len(header) > MAX_HOME_STEPS:
        raise DataError(name, f"has {rows * len(header):,} cells; at most {MAX_HOME_STEPS:,} can be read")
    if not header:
        raise DataError(name, "is empty")
    frame = lazy.collect()
    categories = pl.col(pl.Categorical, pl.Enum).cast(pl.String)
    return Cells(name, tuple(part.strip() for part in header), _numbered(frame.with_columns(categories), 1))


def _csv(source: HomeData, name: str, content: bytes) -> Cells:
    """Return the cells of a text as text.

    What the scenario does not say is found out: the separator (a first line "sep=;" says it), and at which line the
    table begins. A row of units below the header is taken out.

    Raises:
        DataError: A row has more cells than the header.
        PolarsError: polars cannot read it for another reason.
    """
    text, encoding = text_of(name, content)
    changes = [] if encoding == "UTF-8" else [Change("", "", "encoding", 1, f"the text is in {encoding}")]
    lines = text.split("\n", _LOOKED_AT)[:_LOOKED_AT]
    if named := re.fullmatch(r'"?sep=(.)"?\s*', lines[0], re.IGNORECASE):
        lines = ["", *lines[1:]]
    separator = SEPARATORS.get(source.separator or "") or (named[1] if named else _separator(lines))
    begin = source.skip_lines if source.skip_lines is not None else _header_line(lines, separator)
    body = text.split("\n", begin)[begin] if begin <= text.count("\n") else ""
    begin += len(body) - len(body.lstrip("\n\r")) and body[: len(body) - len(body.lstrip("\n\r"))].count("\n")
    body = body.lstrip("\n\r")
    try:
        frame = pl.read_csv(body.encode(), has_header=False, separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError:
        refuse_ragged(name, body, separator, begin)
        raise
    header = tuple((cell or "").strip() for cell in frame.row(0))
    rest = _numbered(frame.slice(1), begin + 2)
    units, rest = _unit_row(rest)
    if begin and any(line.strip() for line in lines[:begin]):
        changes.append(Change("", "", "lines before the header", sum(bool(line.strip()) for line in lines[:begin])))
    return Cells(name, header, rest, units, separator != ",", begin, tuple(changes))


def _numbered(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    """Call the columns by their places and count the rows.

    Args:
        frame: Any names of columns.
        first: Number of its first row in the file.
    """
    return frame.rename({name: str(place) for place, name in enumerate(frame.columns)}).with_row_index(
        "row", offset=first
    )


def _rows(lines: list[str], separator: str) -> list[list[str]]:
    """Return lines as rows of cells without spaces around them; none if a quotation mark stays open."""
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    except csv.Error:
        return []


def is_number(cell: str) -> bool:
    """Tell whether a cell holds a number, perhaps with a sign of money or of percent.

    Example:
        >>> [is_number(cell) for cell in ("1.234,5", "-0.3 kWh", "RM 12", "12 %", "")]
        [True, False, False, True, False]
    """
    return _NUMBER.fullmatch(cell) is not None


def _is_data(row: list[str]) -> bool:
    """Tell whether a row holds a time and nothing but numbers, times, empty cells and some words beside it.

    A time alone is no data: a line such as "created: 2024-05-06" stands in many prefaces.
    """
    times = [cell for cell in row if looks_like_time(cell)]
    others = [cell for cell in row if cell and not looks_like_time(cell)]
    return bool(times) and any(is_number(cell) or cell.casefold() in NO_VALUE for cell in others)


def _is_header_of_times(row: list[str]) -> bool:
    """Tell whether most cells are times, as where each day is a row; a number with a point is a value."""
    times = sum(looks_like_time(cell) and not is_number(cell) for cell in row)
    return (
        times >= _TIMES_IN_HEADER and 2 * times > len(row) and not any("." in cell and is_number(cell) for cell in row)
    )


def _separator(lines: list[str]) -> str:
    """Return what separates the columns: with it most rows hold a time and numbers.

    Args:
        lines: The first lines of the file, the preface among them.

    Returns:
        Of equal signs that which gives more rows of several cells, then the widest row.
    """

    def score(separator: str) -> tuple[int, int, int]:
        rows = [row for row in _rows(lines, separator) if len(row) > 1]
        data = [row for row in rows if _is_data(row)]
        return sum(map(_is_header_of_times, rows)) * _LOOKED_AT + len(data), len(rows), max(map(len, rows), default=0)

    return max(SEPARATORS.values(), key=score)


def _header_line(lines: list[str], separator: str) -> int:
    """Return the number of lines before the header.

    The header stands directly above the first row of data, or above a row of units. Of the rows of names before the
    data that counts which names a time; else the first as wide as the data; else the last.

    Args:
        lines: The first lines of the file.
        separator: The sign between cells.

    Returns:
        0 if the file begins with it, or if no line is filled.
    """
    rows = [(number, row) for number, line in enumerate(lines) for row in _rows([line], separator) if any(row)]
    if not rows:
        return 0
    for number, row in rows:
        if _is_header_of_times(row):
            return number
    data = _first_data([row for _, row in rows])
    if data is None:
        return rows[0][0]
    names = [
        (number, row) for number, row in rows[:data]
        if not any(looks_like_time(cell) and not is_number(cell) for cell in row)
        and not all(is_number(cell) for cell in row if cell)
        and not all(unit_named(cell) for cell in row if cell)
    ]  # fmt: skip
    if not names:
        return rows[max(data - 1, 0)][0] if data else rows[0][0]
    timed = [number for number, row in names if any(roles(cell) & {"time", "date", "end"} for cell in row)]
    wide = [number for number, row in names if len(row) >= len(rows[data][1])]
    return (timed or wide or [names[-1][0]])[-1 if timed else 0]


def _first_data(rows: list[list[str]]) -> int | None:
    """Return the place of the first row of data that another one of its width follows, or of the first one.

    Args:
        rows: Rows that are not empty.

    Returns:
        None if no row holds a time and a number. A row that stands alone may be a sum or a date in the preface.
    """
    found = [place for place, row in enumerate(rows) if _is_data(row)]
    followed = [
        place
        for place in found
        if rows[place + 1 : place + 2] and place + 1 in found and len(rows[place + 1]) == len(rows[place])
    ]
    return next(iter([*followed, *found]), None)


def _unit_row(frame: pl.DataFrame) -> tuple[dict[int, str], pl.DataFrame]:
    """Return the units in a row below the header by place, and the rows below it.

    A row of units holds at least one unit, and neither times nor numbers.
    """
    if frame.is_empty():
        return {}, frame
    first = {name: str(cell).strip() for name, cell in frame.row(0, named=True).items() if cell and name != "row"}
    if not any(unit_named(cell) for cell in first.values()) or any(
        looks_like_time(cell) or is_number(cell) for cell in first.values()
    ):
        return {}, frame
    return {int(name): unit_named(cell) for name, cell in first.items() if unit_named(cell)}, frame.slice(1)
