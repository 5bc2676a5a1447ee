"""The ledger's file: one SQLite database to which days are added, and from which nothing is taken.

A run comes in whole or not at all (one transaction, brought to the disk), so a write that is cut off changes nothing.
The triggers guard against mistakes; what guards against intent are the hashes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from jiran.errors import JiranError
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import SignedDay
from jiran.saving.database import begin, tables_of

#: How long to wait for another process that writes, s.
_WAIT_S = 60.0

#: Tables by which a ledger is known.
_OURS = {"days", "records"}
_SCHEMA = (
    "CREATE TABLE days (n INTEGER PRIMARY KEY, head BLOB NOT NULL, signature TEXT NOT NULL, key_id TEXT NOT NULL)",
    "CREATE TABLE records (day INTEGER NOT NULL, n INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (day, n)) WITHOUT ROWID",
    *(
        f"CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table} BEGIN "
        "SELECT RAISE(ABORT, 'the ledger only grows: a correction is a new record'); END"
        for table in ("days", "records")
        for action in ("update", "delete")
    ),
)
_HEADS = "SELECT n, head, signature, key_id FROM days ORDER BY n"
_RECORDS = "SELECT n, record FROM records WHERE day = ? ORDER BY n"
_ORPHANS = "SELECT count(*) FROM records WHERE day NOT IN (SELECT n FROM days)"


class Ledger:
    """An open ledger."""

    def __init__(self, database: sqlite3.Connection, *, is_new: bool = False) -> None:
        """Keep the connection, and whether the ledger has just begun."""
        self._database = database
        self.is_new = is_new

    def heads(self) -> list[SignedDay]:
        """Return all days in order, without their records.

        Raises:
            Tampered: A line of the table is not what jiran writes.
        """
        lines = self._database.execute(_HEADS).fetchall()
        if [n for n, *_ in lines] != list(range(len(lines))):
            raise Tampered("chain", "the days are not numbered from 0 on without a gap: a day was removed or added")
        return [SignedDay(_bytes(head), _text(signature), _text(key), ()) for _, head, signature, key in lines]

    def records(self, number: int) -> tuple[bytes, ...]:
        """Return the records of a day by its number in the ledger, from 0.

        Raises:
            Tampered: They are not numbered from 0 on.
        """
        lines = self._database.execute(_RECORDS, (number,)).fetchall()
        if [n for n, _ in lines] != list(range(len(lines))):
            raise Tampered(
                "records", f"the records of day {number} of the ledger are not numbered from 0 on without a gap"
            )
        return tuple(_bytes(record) for _, record in lines)

    def days(self) -> Iterator[SignedDay]:
        """Yield all days with their records.

        Raises:
            Tampered: There are records without a day, or lines that are not what jiran writes.
        """
        for number, day in enumerate(self.heads()):
            yield day._replace(records=self.records(number))
        (orphans,) = self._database.execute(_ORPHANS).fetchone()
        if orphans:
            raise Tampered("records", f"the ledger holds {orphans} records that belong to no day")

    def append(self, number: int, day: SignedDay) -> None:
        """Add a day; `writing` keeps it."""
        self._database.execute("INSERT INTO days VALUES (?, ?, ?, ?)", (number, day.head, day.signature, day.key_id))
        lines = ((number, n, record) for n, record in enumerate(day.records))
        self._database.executemany("INSERT INTO records VALUES (?, ?, ?)", lines)


@contextmanager
def reading(file: Path) -> Iterator[Ledger]:
    """Open a ledger to read it.

    Raises:
        JiranError: It is not there, or no ledger.
        Tampered: It is damaged.
    """
    if not file.is_file():
        raise JiranError(f"{file}: there is no ledger; make one with: jiran ledger make RUN --ledger {file}")
    # What a killed writer left is undone by the next who opens the file; that needs the right to write.
    mode = "rw" if os.access(file, os.W_OK) and os.access(file.resolve().parent, os.W_OK) else "ro"
    with _told(file), closing(_connected(f"{file.resolve().as_uri()}?mode={mode}")) as database:
        database.execute("PRAGMA trusted_schema = OFF")  # the file may be anybody's
        if not tables_of(database) >= _OURS:
            raise JiranError(f"{file}: is no ledger of jiran")
        database.execute("BEGIN")  # one view of it, whoever writes meanwhile
        yield Ledger(database)


@contextmanager
def writing(file: Path) -> Iterator[Ledger]:
    """Open a ledger to add to it, or begin one; all that is added is kept at the end, or nothing.

    Raises:
        JiranError: It cannot be written, or is something else.
        Tampered: It is damaged.
    """
    if not file.parent.is_dir():
        raise JiranError(f"{file}: cannot be written: there is no folder {file.parent}")
    with _told(file), closing(_connected(f"{file.resolve().as_uri()}?mode=rwc")) as database:
        database.execute("PRAGMA synchronous = FULL")
        yield Ledger(database, is_new=begin(database, file, _SCHEMA, _OURS))
        database.execute("COMMIT")


def _connected(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_WAIT_S)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Turn what SQLite says into a sentence."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise JiranError(f"{file}: the ledger cannot be opened: {error}") from None
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise JiranError(f"{file}: is no ledger of jiran") from None
        raise Tampered("form", f"the ledger's file is damaged: {error}") from None


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    raise Tampered("form", "the ledger holds something else than bytes where a head or record must stand")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise Tampered("form", "the ledger holds something else than text where a signature must stand")
