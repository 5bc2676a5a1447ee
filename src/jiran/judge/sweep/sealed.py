"""Files of a sweep on disk: tables in Parquet that any program reads, which tell whether they are as they were written.

Parquet finds what it needs from its end, so a seal, a digest of all other bytes, lies between rows and footer where no reader
looks. A disk or a program that changes one bit of a compressed number may leave a table that can be read and says something
else.
"""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from jiran.errors import JiranError, shortened
from jiran.saving import save_file
from jiran.saving.faults import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polars._typing import PolarsDataType

#: How a table begins and ends, and what stands behind its footer: the footer's length and this.
_MARK, _BEHIND = b"PAR1", 8
#: What the footer of a sealed table says, and what its seal begins with.
_SEALED, _SEAL = "jiran.sealed", b"jiran seal: "
_DIGEST = hashlib.sha256().digest_size
#: How the seal of a text begins, a comment of TOML in its first line.
_FIRST = b"# sha256 of all that follows: "
_AGAIN = "remove it and start the sweep again, which runs what is missing"


def save_table(target: Path, rows: pl.LazyFrame) -> None:
    """Write a table with its seal, whole or not at all; part by part, as a table of all takes three times its memory.

    Args:
        target: Where.
        rows: What.
    """
    held = io.BytesIO()
    rows.sink_parquet(held, engine="streaming", metadata={_SEALED: "1"})
    content = held.getvalue()
    footer = _footer(content)
    digest = hashlib.sha256(content).digest()
    save_file(target, b"".join((content[:footer], _SEAL, digest, content[footer:])))


def check_table(file: Path, columns: Mapping[str, PolarsDataType], *, others: bool = False) -> None:
    """Refuse a table that is not as it was written, or has other columns; one that is gone is no fault.

    Args:
        file: A table; one without a seal, as another program writes it, is read to the end.
        columns: What it must have.
        others: It may have others too.

    Raises:
        JiranError: It is damaged, or none of this sweep.
    """
    found = columns_of(file)
    if found is None and file.exists():
        raise JiranError(f"{file}: is damaged; {_AGAIN}")
    if found is None:
        return
    names = columns if others else {**columns, **found}
    other = next((name for name in names if found.get(name) != columns.get(name)), None)
    if other is not None:
        raise JiranError(
            f"{file}: is none of this sweep, or of another version of jiran, as its column "
            f"{shortened(other, 60)} shows; {_AGAIN}"
        )


def columns_of(file: Path) -> dict[str, PolarsDataType] | None:
    """Return the columns of a table; None if it is damaged, or gone.

    Raises:
        JiranError: It cannot be read.
    """
    with told(file), suppress(FileNotFoundError):
        state = file.stat()
        return _columns(file, state.st_mtime_ns, state.st_size)
    return None


def is_sealed(file: Path) -> bool:
    """Tell whether a table that is whole was written by a sweep, and not by another program."""
    return _SEALED in pl.read_parquet_metadata(file)


@lru_cache(maxsize=10_000)
def _columns(file: Path, _changed_ns: int, _size: int) -> dict[str, PolarsDataType] | None:
    """Return the columns of a table; None if it is damaged. It is read again once it has changed."""
    content = file.read_bytes()
    if len(content) < _BEHIND + len(_MARK) or content[-len(_MARK) :] != _MARK or content[: len(_MARK)] != _MARK:
        return None
    footer = _footer(content)
    begin = footer - len(_SEAL) - _DIGEST
    if begin >= 0 and content[begin : begin + len(_SEAL)] == _SEAL:
        digest = hashlib.sha256(content[:begin])
        digest.update(content[footer:])
        if digest.digest() != content[footer - _DIGEST : footer]:
            return None
        return dict(pl.read_parquet_schema(io.BytesIO(content)))
    try:
        if _SEALED in pl.read_parquet_metadata(io.BytesIO(content)):
            return None
        return dict(pl.read_parquet(io.BytesIO(content)).schema)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        return None


def _footer(content: bytes) -> int:
    """Return where the footer of a table begins; below 0 if it says to be longer than the table."""
    return len(content) - _BEHIND - int.from_bytes(content[-_BEHIND : -len(_MARK)], "little")


def sealed(text: bytes) -> bytes:
    """Return a text of TOML with a first line that seals it."""
    return _FIRST + hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def unsealed(text: bytes) -> bytes:
    """Return a text of TOML without its seal; one that has none as it is.

    Raises:
        ValueError: It is not as it was sealed.
    """
    first, _, rest = text.partition(b"\n")
    if not first.startswith(_FIRST):
        return text
    if first.removeprefix(_FIRST) != hashlib.sha256(rest).hexdigest().encode():
        raise ValueError("it is not as it was written")
    return rest
