"""The service's memory: one SQLite file to which readings are added, keyed by meter, register and time.

What comes in is brought to the disk before the broker is told that it came, so a service that is killed loses nothing; a
message that comes again changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from jiran.errors import JiranError
from jiran.live.contradiction import contradicted, keep_aside
from jiran.live.registers import Quality
from jiran.saving.database import begin

FILE = "live.sqlite"
_WAIT_S = 60.0
_GROWS = ("readings", "conflicts", "intervals", "runs", "deviations")
_TABLES = """
about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
meters (home TEXT PRIMARY KEY, dialect TEXT NOT NULL, last_ms INTEGER NOT NULL) WITHOUT ROWID;
readings (home TEXT NOT NULL, register TEXT NOT NULL, at_ms INTEGER NOT NULL, value INTEGER NOT NULL,
    arrived_ms INTEGER NOT NULL, PRIMARY KEY (home, register, at_ms)) WITHOUT ROWID;
conflicts (n INTEGER PRIMARY KEY, home TEXT NOT NULL, register TEXT NOT NULL, at_ms INTEGER NOT NULL,
    kept INTEGER NOT NULL, refused INTEGER NOT NULL, arrived_ms INTEGER NOT NULL);
intervals (run INTEGER NOT NULL, step_ms INTEGER NOT NULL, home TEXT NOT NULL, import INTEGER NOT NULL,
    export INTEGER NOT NULL, quality TEXT NOT NULL, PRIMARY KEY (run, step_ms, home)) WITHOUT ROWID;
runs (day TEXT NOT NULL, run INTEGER NOT NULL, made_ms INTEGER NOT NULL, said TEXT NOT NULL, PRIMARY KEY (day, run)) WITHOUT ROWID;
deviations (day TEXT NOT NULL, number INTEGER NOT NULL, home TEXT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (day, number, home)) WITHOUT ROWID;
shown (home TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
counts (reason TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID
"""
_SCHEMA = (
    *(f"CREATE TABLE {table.strip()}" for table in _TABLES.split(";")),
    *(
        f"CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'what was read is never changed'); END"
        for table in _GROWS
        for action in ("update", "delete")
    ),
)

#: Stores of before there were commands get the table when they are opened.
_COMMANDS = (
    "CREATE TABLE IF NOT EXISTS commands (step_ms INTEGER NOT NULL, home TEXT NOT NULL, battery INTEGER NOT NULL, "
    "car INTEGER NOT NULL, held INTEGER NOT NULL, PRIMARY KEY (home, step_ms)) WITHOUT ROWID"
)
_CAR_HELD = "ALTER TABLE commands ADD COLUMN car_held INTEGER NOT NULL DEFAULT -1"


class Row(NamedTuple):
    """Energy of a home in a step, as it was when the step was looked at.

    Attributes:
        home: Name.
        import_value: Taken, millionths of a kWh.
        export_value: Given, millionths of a kWh.
        quality: What it rests on.
    """

    home: str
    import_value: int
    export_value: int
    quality: Quality


class Commanded(NamedTuple):
    """What a home's stores were told to do in a step, millionths of a kWh.

    Attributes:
        battery: To take in; what it was told to give is < 0.
        car: The same of the car.
        held: What the battery then holds, if it did as it was told from the start.
        car_held: The same of the car; -1: not known.
    """

    battery: int
    car: int
    held: int
    car_held: int = -1


class Store:
    """An open store; what is done between two calls of `commit` is kept whole or not at all."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Keep the connection."""
        self._database = database

    def begin(self) -> None:
        """Begin to write, unless that is begun."""
        if not self._database.in_transaction:
            self._database.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Bring all to the disk."""
        if self._database.in_transaction:
            self._database.execute("COMMIT")

    def add(self, home: str, register: str, at_ms: int, value: int, arrived_ms: int) -> str:
        """Add a reading; of two that say different things of an instant, or of what lies around it, the first one stays.

        Returns:
            `new`, `duplicate` or `conflict`.
        """
        self.begin()
        known = self._database.execute(
            "SELECT value FROM readings WHERE home = ? AND register = ? AND at_ms = ?", (home, register, at_ms)
        ).fetchone()
        kept = contradicted(self._database, home, register, at_ms, value) if known is None else int(known[0])
        if kept is None:
            self._database.execute(
                "INSERT INTO readings VALUES (?, ?, ?, ?, ?)", (home, register, at_ms, value, arrived_ms)
            )
            return "new"
        if known is not None and kept == value:
            return "duplicate"
        keep_aside(self._database, home, register, at_ms, kept, value, arrived_ms)
        return "conflict"

    def count(self, reasons: Iterable[tuple[str, int]]) -> None:
        """Add to how often something was not taken."""
        self.begin()
        self._database.executemany(
            "INSERT INTO counts VALUES (?, ?) ON CONFLICT (reason) DO UPDATE SET n = n + excluded.n", reasons
        )

    def meet(self, home: str, dialect: str, at_ms: int) -> bool:
        """Keep in which dialect a meter is first heard, and when last; tell whether this is that dialect."""
        self.begin()
        done = self._database.execute(
            "INSERT INTO meters VALUES (?, ?, ?) ON CONFLICT (home) DO UPDATE SET last_ms = max(last_ms, excluded.last_ms) "
            "WHERE dialect = excluded.dialect",
            (home, dialect, at_ms),
        )
        return done.rowcount > 0

    def exchange(self, home: str, dialect: str) -> None:
        """Keep that a meter speaks another dialect from now on."""
        self.begin()
        self._database.execute("UPDATE meters SET dialect = ? WHERE home = ?", (dialect, home))

    def dialects(self) -> dict[str, str]:
        """Return the dialect of each meter that was heard."""
        return dict(self._database.execute("SELECT home, dialect FROM meters"))

    def last_heard(self) -> dict[str, int]:
        """Return when each meter's last reading was made, ms."""
        return dict(self._database.execute("SELECT home, last_ms FROM meters"))

    def series(self, home: str, register: str, first_ms: int, last_ms: int) -> list[tuple[int, int]]:
        """Return readings from the last one at or before an instant to the first one at or after another."""
        key = (home, register)
        begin = self._one(
            "SELECT max(at_ms) FROM readings WHERE home = ? AND register = ? AND at_ms <= ?", *key, first_ms
        )
        end = self._one("SELECT min(at_ms) FROM readings WHERE home = ? AND register = ? AND at_ms >= ?", *key, last_ms)
        return self._database.execute(
            "SELECT at_ms, value FROM readings WHERE home = ? AND register = ? AND at_ms BETWEEN ? AND ? ORDER BY at_ms",
            (*key, first_ms if begin is None else begin, last_ms if end is None else end),
        ).fetchall()

    def is_late(self, first_ms: int, last_ms: int, since_ms: int) -> bool:
        """Tell whether a reading of a time came after an instant."""
        return bool(
            self._one(
                "SELECT EXISTS (SELECT 1 FROM readings WHERE at_ms BETWEEN ? AND ? AND arrived_ms > ?)",
                first_ms,
                last_ms,
                since_ms,
            )
        )

    def keep_intervals(self, run: int, step_ms: int, rows: Iterable[Row]) -> None:
        """Keep what a step was when it was looked at."""
        self.begin()
        self._database.executemany(
            "INSERT INTO intervals VALUES (?, ?, ?, ?, ?, ?)", ((run, step_ms, *row) for row in rows)
        )

    def intervals(self, run: int, step_ms: int) -> list[Row]:
        """Return what `keep_intervals` kept."""
        found = self._database.execute(
            "SELECT home, import, export, quality FROM intervals WHERE run = ? AND step_ms = ?", (run, step_ms)
        )
        return [Row(home, taken, given, Quality(quality)) for home, taken, given, quality in found]

    def last_step(self, run: int) -> int | None:
        """Return the start of the last step that was looked at for a run, ms."""
        found = self._one("SELECT max(step_ms) FROM intervals WHERE run = ?", run)
        return None if found is None else int(found)

    def keep_run(self, day: str, run: int, made_ms: int, said: list[str]) -> None:
        """Keep that a day was settled, and what was said of it."""
        self.begin()
        self._database.execute("INSERT INTO runs VALUES (?, ?, ?, ?)", (day, run, made_ms, json.dumps(said)))

    def runs(self) -> dict[tuple[str, int], tuple[int, list[str]]]:
        """Return by day and run when it was made and what was said of it."""
        found = self._database.execute("SELECT day, run, made_ms, said FROM runs ORDER BY day, run")
        return {(day, run): (made_ms, json.loads(said)) for day, run, made_ms, said in found}

    def keep_deviations(self, day: str, number: int, homes: dict[str, Any]) -> None:
        """Keep what came to light of a day after its last run."""
        self.begin()
        self._database.executemany(
            "INSERT INTO deviations VALUES (?, ?, ?, ?)",
            ((day, number, home, json.dumps(content, sort_keys=True)) for home, content in homes.items()),
        )

    def deviations(self) -> list[tuple[str, int, str, Any]]:
        """Return day, number, home and content of all deviations."""
        found = self._database.execute("SELECT day, number, home, content FROM deviations ORDER BY day, number, home")
        return [(day, number, home, json.loads(content)) for day, number, home, content in found]

    def show(self, contents: dict[str, Any]) -> None:
        """Keep what each home is shown, in place of what it was shown before."""
        self.begin()
        lines = ((home, json.dumps(content, sort_keys=True)) for home, content in contents.items())
        self._database.executemany(
            "INSERT INTO shown VALUES (?, ?) ON CONFLICT (home) DO UPDATE SET content = excluded.content", lines
        )

    def shown(self) -> dict[str, Any]:
        """Return what each home is shown."""
        return {
            home: json.loads(content) for home, content in self._database.execute("SELECT home, content FROM shown")
        }

    def keep_commands(self, step_ms: int, homes: Mapping[str, Commanded]) -> None:
        """Keep what stores were told for a step, in place of what they were told for it before."""
        if homes:
            self.begin()
            rows = ((step_ms, home, *told) for home, told in homes.items())
            self._database.executemany("INSERT OR REPLACE INTO commands VALUES (?, ?, ?, ?, ?, ?)", rows)

    def commands(self, step_ms: int) -> dict[str, Commanded]:
        """Return by home what `keep_commands` kept for a step."""
        found = self._database.execute(
            "SELECT home, battery, car, held, car_held FROM commands WHERE step_ms = ?", (step_ms,)
        )
        return {home: Commanded(*told) for home, *told in found}

    def last_commands(self, step_ms: int) -> dict[str, tuple[int, Commanded]]:
        """Return by home what its stores were told last before a step, and for which step, ms."""
        found = self._database.execute(
            "SELECT home, step_ms, battery, car, held, car_held FROM commands AS one WHERE step_ms = "
            "(SELECT max(step_ms) FROM commands WHERE home = one.home AND step_ms < ?)",
            (step_ms,),
        )
        return {home: (at, Commanded(*told)) for home, at, *told in found}

    def say(self, **about: str) -> None:
        """Keep what the service must know again."""
        self.begin()
        self._database.executemany(
            "INSERT INTO about VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", about.items()
        )

    def about(self) -> dict[str, str]:
        """Return what `say` kept."""
        return dict(self._database.execute("SELECT name, value FROM about"))

    def totals(self) -> dict[str, int]:
        """Return how many readings there are, and how often something was not taken, by reason."""
        kept = {"readings": int(self._one("SELECT count(*) FROM readings"))}
        return kept | dict(self._database.execute("SELECT reason, n FROM counts ORDER BY reason"))

    def conflicts(self, most: int) -> list[tuple[Any, ...]]:
        """Return the last conflicts: home, register, time, kept, refused."""
        return self._database.execute(
            "SELECT home, register, at_ms, kept, refused FROM conflicts ORDER BY n DESC LIMIT ?", (most,)
        ).fetchall()

    def _one(self, statement: str, *values: Any) -> Any:
        return self._database.execute(statement, values).fetchone()[0]


def _made(folder: Path) -> None:
    """Make a folder if it is not there.

    Raises:
        JiranError: There is a file in its place, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise JiranError(f"{folder}: must be a folder, to keep a live street in, and not a file") from None
    except OSError as error:
        raise JiranError(f"{folder}: the live street cannot be kept there: {error}") from None


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """Open the store of a folder to write, or begin one.

    Raises:
        JiranError: It cannot be written, or is something else.
    """
    file = folder / FILE
    try:
        _made(folder)
        database = sqlite3.connect(file, isolation_level=None, timeout=_WAIT_S)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            begin(database, file, _SCHEMA, ("readings", "shown"))
            database.execute(_COMMANDS)
            if "car_held" not in {name for _, name, *_ in database.execute("PRAGMA table_info(commands)")}:
                database.execute(_CAR_HELD)
            database.execute("COMMIT")
            yield Store(database)
        finally:
            database.close()
    except sqlite3.Error as error:
        raise JiranError(f"{file}: the live street cannot be kept there: {error}") from None


@contextmanager
def looked_at(folder: Path) -> Iterator[Store]:
    """Open the store of a folder to read.

    Raises:
        JiranError: There is none, or it cannot be read.
    """
    file = folder / FILE
    if not file.is_file():
        raise JiranError(f"{file}: there is no live street; begin one with: jiran live paper --demo --folder {folder}")
    try:
        database = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5.0)
        try:
            database.execute("BEGIN")
            yield Store(database)
        finally:
            database.close()
    except sqlite3.Error as error:
        raise JiranError(f"{file}: cannot be read: {error}") from None
