"""The bytes of a meter file: read them if they are not too many, and see what they are.

Limits stand before the work: a file that is too large is refused by its size, before memory is taken for it.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from jiran.errors import DataError

#: A larger CSV file is refused before it is read; Parquet holds the same data in a part of that.
MAX_FILE_MB = 400
MAX_PARQUET_MB = 1_000
#: The first bytes of a Parquet file.
PARQUET = b"PAR1"
#: Those of an XML file.
XML = (b"<?xml", b"<feed", b"<ns", b"<espi", b"<entry")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f]")


def read_bytes(source: str, folder: Path | None) -> bytes:
    """Read a file.

    Args:
        source: The path as the user wrote it; messages repeat it.
        folder: Where a relative path starts; None: the working directory.

    Returns:
        All of its bytes; nothing is decoded.

    Raises:
        DataError: It is missing, too large, no file, or not ours to read.
    """
    path = (folder or Path()) / source
    try:
        if path.exists() and not path.is_file():
            raise DataError(source, f"is a {'folder' if path.is_dir() else 'device or a pipe'}, not a file")
        with path.open("rb") as file:
            check_size(source, file.read(len(PARQUET)), path.stat().st_size)
            file.seek(0)
            return file.read()
    except FileNotFoundError:
        raise DataError(source, "there is no such file") from None
    except (OSError, ValueError) as error:
        raise DataError(source, f"cannot be opened: {getattr(error, 'strerror', None) or error}") from None


def check_size(source: str, start: bytes, size: int) -> None:
    """Refuse a file of too many bytes.

    Args:
        source: What messages call it.
        start: Its first bytes, which tell Parquet from text.
        size: How many bytes it has in all.

    Raises:
        DataError: It has more than `MAX_PARQUET_MB` or `MAX_FILE_MB`, in MB of a million bytes.
    """
    is_parquet = start.startswith(PARQUET)
    limit = MAX_PARQUET_MB if is_parquet else MAX_FILE_MB
    if size > limit * 1_000_000:
        hint = "choose fewer homes or a shorter period" + ("" if is_parquet else ", or save it as Parquet")
        raise DataError(source, f"has {size / 1e6:,.0f} MB; at most {limit:,} MB can be read; {hint}")


def text_of(source: str, content: bytes) -> tuple[str, str]:
    r"""Return a text and the name of its encoding: UTF-8, UTF-16 with its mark, or what western Windows writes.

    Windows-1252 gives a text for nearly any bytes, so it is tried last, and a text with signs of control near its
    beginning is none.

    Args:
        source: What messages call the file.
        content: Its bytes.

    Returns:
        The text with ends of lines as "\n", without a byte order mark; and what a person would call its encoding.

    Raises:
        DataError: The bytes are no text.
    """
    for encoding, called in (("utf-16", "UTF-16"), ("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")):
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text or _CONTROL.search(text[:10_000]):
            break
        return text.replace("\r\n", "\n").replace("\r", "\n"), called
    raise DataError(source, "is neither Parquet, XML nor CSV text; in a spreadsheet, save it as 'CSV UTF-8'")


def refuse_ragged(source: str, text: str, separator: str, before: int) -> None:
    """Name the first row of a CSV file that has more cells than its header, if there is one.

    It is asked only after polars has refused the file, because it reads row by row.

    Args:
        source: What messages call the file.
        text: Its table, header first.
        separator: The sign between cells.
        before: How many lines stand before the header, so that rows have the numbers that a spreadsheet shows.

    Raises:
        DataError: There is such a row. Where there is none, polars' own words are all that can be said.
    """
    rows = csv.reader(text.splitlines(), delimiter=separator)
    try:
        width = len(next(rows))
        for number, row in enumerate(rows, start=before + 2):
            if len(row) > width:
                raise DataError(source, f"row {number} has {len(row)} cells, but the header has {width}")
    except csv.Error:
        return
