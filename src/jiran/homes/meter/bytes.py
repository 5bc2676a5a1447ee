"""The bytes of a meter file: read them if they are not too many, and see what they are."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from jiran.errors import DataError

#: A larger CSV file is refused before it is read; Parquet holds the same data in a part of that.
MAX_FILE_MB = 100
MAX_PARQUET_MB = 1_000
#: The first bytes of a Parquet file.
PARQUET = b"PAR1"


def read_bytes(source: str, folder: Path | None) -> bytes:
    """Read a file.

    Raises:
        DataError: It is missing, too large, no file, or not ours to read.
    """
    path = (folder or Path()) / source
    try:
        if path.exists() and not path.is_file():
            raise DataError(source, "is a folder, not a file")
        with path.open("rb") as file:
            check_size(source, file.read(len(PARQUET)), path.stat().st_size)
            file.seek(0)
            return file.read()
    except FileNotFoundError:
        raise DataError(source, "there is no such file; a relative path starts at the scenario's folder") from None
    except (OSError, ValueError) as error:
        raise DataError(source, f"cannot be opened: {getattr(error, 'strerror', None) or error}") from None


def check_size(source: str, start: bytes, size: int) -> None:
    """Refuse a file of too many bytes; `start` are its first ones."""
    is_parquet = start.startswith(PARQUET)
    limit = MAX_PARQUET_MB if is_parquet else MAX_FILE_MB
    if size > limit * 1_000_000:
        hint = "choose fewer homes or a shorter period" + ("" if is_parquet else ", or save it as Parquet")
        raise DataError(source, f"has {size / 1e6:,.0f} MB; at most {limit:,} MB can be read; {hint}")


def csv_text(source: str, content: bytes) -> tuple[str, str]:
    """Return a CSV file's text from its header on, and what separates its columns.

    Raises:
        DataError: The bytes are no text in UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise DataError(source, "is neither Parquet nor CSV text in UTF-8; in a spreadsheet, save it as 'CSV UTF-8'")
    text = text.lstrip("\r\n ")
    header = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return text, max(";\t,", key=header.count)


def refuse_ragged(source: str, text: str, separator: str) -> None:
    """Name the first row of a CSV file that has more cells than its header, if there is one."""
    rows = csv.reader(text.splitlines(), delimiter=separator)
    try:
        width = len(next(rows))
        for number, row in enumerate(rows, start=2):
            if len(row) > width:
                raise DataError(source, f"row {number} has {len(row)} cells, but the header has {width}")
    except csv.Error:
        return
