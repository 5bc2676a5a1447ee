"""A SQLite file of our own: its tables are made in a new one, and a file of another program is left as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from pathlib import Path

from jiran.errors import JiranError


def tables_of(database: sqlite3.Connection) -> set[str]:
    """Return the names of the tables of a database."""
    return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def begin(database: sqlite3.Connection, file: Path, schema: Iterable[str], ours: Collection[str]) -> bool:
    """Begin to write, and make the tables of a new file; return whether it is new.

    Args:
        database: Without a transaction; the caller ends the one that begins here.
        file: Its file, for the message.
        schema: Statements that make the tables.
        ours: Tables by which a file of ours is known.

    Raises:
        JiranError: It has other tables.
    """
    database.execute("BEGIN IMMEDIATE")
    there = tables_of(database)
    if not there:
        for statement in schema:
            database.execute(statement)
    elif not set(ours) <= there:
        raise JiranError(f"{file}: is a database of another program and is left as it is")
    return not there
