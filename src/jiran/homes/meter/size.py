"""How much a file of meter data will be once it is read, told before it is read: a small file can hold very much.

Both numbers are estimated, rather too high than too low: they decide whether a file is opened at all.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import compute
from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]

from jiran.errors import DataError, shortened
from jiran.homes.meter.bytes import PARQUET, XML, read_bytes
from jiran.scenario.paths import files_of

if TYPE_CHECKING:
    from jiran.scenario import HomeData

#: No file has more columns than this: homes of a small town, or a mistake.
MOST_COLUMNS = 20_000
#: No cell of meter data is longer: a time or a number has some 30 letters.
MOST_LETTERS = 200
#: A Parquet file is packed; unpacked it has at most so many bytes.
MOST_BYTES = 2_000_000_000
_SEPARATORS = (b",", b";", b"\t", b"|")
#: So many first lines are looked at: a preface may stand before the table.
_LINES = 40
_COLUMNS_OF_XML = 6


@dataclass(frozen=True)
class Size:
    """How much meter data there is: cells in all, and the most columns of a file.

    Attributes:
        cells: Rows times columns, summed over the files.
        columns: Most columns of one of them.
    """

    cells: int
    columns: int


def size_of(source: HomeData) -> Size:
    """Return how much there is in the files of a scenario.

    Only the first rows of a text and the last bytes of a Parquet file are understood; the rest is counted.

    Raises:
        DataError: A file cannot be opened, or its columns hold what is no meter data.
    """
    shapes = [shape(name, read_bytes(name, Path())) for name in files_of(source)]
    return Size(sum(rows * columns for rows, columns in shapes), max(columns for _, columns in shapes))


def shape(source: str, content: bytes) -> tuple[int, int]:
    """Return how many rows and columns a file has, its content given.

    Args:
        source: What messages call the file.
        content: Its bytes.

    Returns:
        Rows and columns; of XML one row for each reading.

    Raises:
        DataError: Its columns hold what is no meter data: lists, or texts without end.
    """
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(XML):
        return content.count(b"IntervalReading>") // 2 + 1, _COLUMNS_OF_XML
    if not content.startswith(PARQUET):
        return _shape_of_csv(source, content)
    try:
        return _shape_of_parquet(source, content)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        reason = (str(error).splitlines() or [""])[0][:200]
        raise DataError(source, f"cannot be read as Parquet: {reason}") from None


def _shape_of_parquet(source: str, content: bytes) -> tuple[int, int]:
    """Return how many rows and columns a table has: what it says of itself, before its columns are decoded.

    Raises:
        DataError: There are too many columns or unpacked bytes, or a column of lists or long texts.
    """
    file = ParquetFile(io.BytesIO(content))
    about, schema = file.metadata, file.schema_arrow
    _check_columns(source, len(schema))
    unpacked = sum(about.row_group(place).total_byte_size for place in range(about.num_row_groups))
    if unpacked > MOST_BYTES:
        raise DataError(
            source, f"has {unpacked / 1e6:,.0f} MB once unpacked; at most {MOST_BYTES / 1e6:,.0f} MB can be read"
        )
    texts = []
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_nested(kind):
            raise DataError(
                source, f'column "{shortened(field.name, 60)}" holds {shortened(str(kind), 60)}, not numbers'
            )
        if _is_text(kind):
            texts.append(field.name)
    if texts:
        _check_texts(source, ParquetFile(io.BytesIO(content), read_dictionary=texts), texts)
    return int(about.num_rows), len(schema)


def _is_text(kind: pa.DataType) -> bool:
    """Tell whether the cells of a type can be of any length.

    Numbers, times and booleans have a fixed size; a text can hold a book, and a packed one takes hardly any room.
    """
    types = pa.types
    return bool(
        types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
        or types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind)
    )  # fmt: skip


def _check_texts(source: str, file: ParquetFile, names: list[str]) -> None:
    """Refuse columns of long texts. A text that stands in a million rows may be in the file once, and is looked at once.

    Args:
        source: What messages call the file.
        file: Opened so that equal texts stay together.
        names: Columns of texts.

    Raises:
        DataError: A text has more than `MOST_LETTERS` bytes.
    """
    for batch in file.iter_batches(batch_size=65_536, columns=names):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            values = column.dictionary if pa.types.is_dictionary(column.type) else column
            longest = compute.max(compute.binary_length(values)).as_py() or 0
            if longest > MOST_LETTERS:
                raise DataError(
                    source,
                    f'column "{shortened(name, 60)}" holds texts of {longest:,} letters, which are neither times nor numbers',
                )


def _shape_of_csv(source: str, content: bytes) -> tuple[int, int]:
    """Return how many rows and columns a text has; its longest row cannot have more than its header.

    Raises:
        DataError: One of the first lines has too many separators of one kind.
    """
    lines = content[: 4 * MOST_COLUMNS * 20].lstrip(b"\xef\xbb\xbf\r\n ").split(b"\n", _LINES)[:_LINES]
    columns = 1 + max(line.count(sign) for sign in _SEPARATORS for line in lines)
    _check_columns(source, columns)
    return content.count(b"\n") + 1, columns


def _check_columns(source: str, number: int) -> None:
    """Refuse too many columns."""
    if number > MOST_COLUMNS:
        raise DataError(source, f"has {number:,} columns; at most {MOST_COLUMNS:,} can be read")
