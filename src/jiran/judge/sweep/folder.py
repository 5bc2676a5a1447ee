"""What came out of a sweep, on disk: one Parquet file a batch, each written whole, and what was asked beside them.

`points.parquet` says which points there are, `parts/*.parquet` what came out of them so far: any of them can be read at any
time. When all points are there, the parts become one.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl
import tomli_w

from jiran.errors import JiranError, shortened
from jiran.judge.sweep.sealed import check_table, columns_of, is_sealed, save_table, sealed, unsealed
from jiran.result.figures import KPIS
from jiran.saving import save_file
from jiran.saving.alone import alone
from jiran.saving.faults import told
from jiran.saving.temporary import sweep as sweep_drafts

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

    from jiran.judge.sweep.points import Combination, Point
    from jiran.judge.sweep.work import Row

T = TypeVar("T")

ABOUT, POINTS, PARTS = "sweep.toml", "points.parquet", "parts"
#: The part that holds all, once all are there.
ALL = "all.parquet"
_ANOTHER = "bring back this file, or name a new folder"
#: Columns that each table has, and those of the parts beside what is varied.
_POINT: dict[str, PolarsDataType] = {"key": pl.String(), "seed": pl.Int64()}
_FIGURES: dict[str, PolarsDataType] = {name: pl.Float64() for name in KPIS}
#: So often somebody who reads looks again for parts that became one.
_TRIES = 5
#: What a file manager leaves in every folder that it has shown.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class Folder:
    """The folder of a sweep."""

    def __init__(self, path: Path) -> None:
        """Name a folder; nothing is made or read yet."""
        self.path = path

    @property
    def parts(self) -> Path:
        """The folder in which the batches lie."""
        return self.path / PARTS

    def asked(self) -> dict[str, Any] | None:
        """Return what was asked here, as `sweep.toml` has it; None if nothing was.

        Raises:
            JiranError: The folder holds something else, or its file is damaged.
        """
        with told(self.path):
            if self.path.exists() and not self.path.is_dir():
                raise JiranError(f"{self.path}: is a file, not the folder of a sweep")
            about = self.path / ABOUT
            if not about.is_file():
                others = sorted(entry.name for entry in self.path.iterdir()) if self.path.exists() else []
                foreign = next(
                    (name for name in others if name not in _LITTER and not name.startswith(".jiran-")), None
                )
                if foreign is not None:
                    raise JiranError(f"{self.path}: holds {shortened(foreign, 60)} and no sweep; name a new folder")
                return None
            try:
                found = tomllib.loads(unsealed(about.read_bytes()).decode())
            except ValueError as error:
                raise JiranError(f"{about}: is damaged: {error}; {_ANOTHER}") from error
            if not all(isinstance(found.get(name), dict) for name in ("vary", "scenario")):
                raise JiranError(f"{about}: is damaged: it does not say what was swept; {_ANOTHER}")
            return found

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder and keep other sweeps out of it, until this one ends.

        Raises:
            JiranError: It holds something else, or another process is sweeping into it.
        """
        self.asked()
        with told(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        with alone(self.path):
            yield

    def begin(self, asked: Mapping[str, Any], found: Sequence[Combination], points: Iterable[Point]) -> None:
        """Write what is asked, and which points there are.

        Args:
            asked: As `asked` returns it.
            found: The combinations.
            points: All points.
        """
        with told(self.path):
            self.parts.mkdir(exist_ok=True)
            sweep_drafts(self.parts / ALL)
        save_file(self.path / ABOUT, sealed(tomli_w.dumps(dict(asked)).encode()))
        types = types_of(found)
        cells = [tuple(_cells(one.values, types)) for one in found]
        table = [(one.key, one.seed, *cells[one.place]) for one in points]
        save_table(self.path / POINTS, pl.LazyFrame(table, {**_POINT, **types}, orient="row"))

    def known(self) -> set[str]:
        """Return the keys of all points that are there; a fault is there too."""
        files = self._files()
        if not files:
            return set()
        return set(pl.scan_parquet(files).select("key").collect()["key"])

    def add(self, rows: Sequence[Row], found: Sequence[Combination]) -> None:
        """Write what came out of a batch, whole.

        Args:
            rows: One or more.
            found: The combinations.
        """
        types, nothing = types_of(found), (None,) * len(KPIS)
        table = [
            (
                row.point.key,
                row.point.seed,
                row.fault,
                *_cells(found[row.point.place].values, types),
                *(row.figures or nothing),
            )
            for row in rows
        ]
        frame = pl.LazyFrame(table, schema_of(found), orient="row")
        save_table(self.parts / f"{rows[0].point.key}-{len(rows)}.parquet", frame)

    def compact(self) -> None:
        """Put all parts into one; what is no point of the sweep any more, since a file was changed, is left out."""
        files = self._files()
        if self._are_one(files):
            return
        wanted = self._points().select("key")
        rows = pl.scan_parquet(files)
        keys = rows.select(pl.len().alias("many"), pl.col("key").n_unique().alias("different")).collect()
        if keys["many"].item() > keys["different"].item():  # as where a sweep was killed just here
            rows = rows.unique("key", keep="any")
        save_table(self.parts / ALL, rows.join(wanted, on="key", how="semi"))
        with told(self.path):
            for file in files:
                if file.name != ALL:
                    file.unlink(missing_ok=True)

    def rows(self, *, ordered: bool = True) -> pl.LazyFrame:
        """Return what is there so far, a row a point: key, seed, fault, what was varied, figures.

        Args:
            ordered: In the order of the points, which takes a while where there are a million; else in any.

        Raises:
            JiranError: There is no sweep, or nothing of it yet.
        """
        files = self._files()
        if self.asked() is None or not (self.path / POINTS).is_file():
            raise JiranError(
                f"{self.path}: is no folder of a sweep; `jiran sweep SCENARIO --vary ... -o {self.path}` makes one"
            )
        if not files:
            raise JiranError(f"{self.path}: nothing has come out of this sweep yet")
        points, found = self._points(), pl.scan_parquet(files)
        if not self._are_one(files):
            found = found.unique("key", keep="any")
        # Two points may be the same run, with one key: what is varied is told by the point, and what came out by its key.
        own = points.collect_schema().names()
        of_key = found.drop([name for name in own if name != "key"], strict=False)
        order = dict.fromkeys(["key", "seed", "fault", *own, *of_key.collect_schema().names()])
        return points.join(of_key, on="key", how="inner", maintain_order="left" if ordered else "none").select(*order)

    def state(self) -> tuple[tuple[str, int, int], ...]:
        """Return what changes when a file of the sweep does: name, time and size of each."""
        files = [file for name in (ABOUT, POINTS) if (file := self.path / name).is_file()]
        with told(self.path):
            return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in (*files, *self._files()))

    def many(self) -> int:
        """Return how many points the sweep has."""
        return int(self._points().select(pl.len()).collect().item())

    def steady(self, ask: Callable[[], T]) -> T:
        """Return what somebody asks who reads rows; again, if the parts became one in the meantime."""
        for _ in range(_TRIES):
            with suppress(FileNotFoundError):
                return ask()
        return ask()

    def _are_one(self, files: Sequence[Path]) -> bool:
        """Tell whether the parts are one, which has each key once."""
        return [file.name for file in files] == [ALL] and is_sealed(files[0])

    def _points(self) -> pl.LazyFrame:
        check_table(self.path / POINTS, _POINT, others=True)
        return pl.scan_parquet(self.path / POINTS)

    def _files(self) -> list[Path]:
        """Return the parts; drafts have other names."""
        with told(self.path):
            files = sorted(self.parts.glob("*.parquet")) if self.parts.is_dir() else []
        found = columns_of(self.path / POINTS)  # where it is lost, the next start makes it again
        known = found if found and found.keys() >= _POINT.keys() else {}
        for file in files:
            check_table(file, {**_POINT, "fault": pl.String(), **known, **_FIGURES}, others=not known)
        return files


def schema_of(found: Sequence[Combination]) -> dict[str, PolarsDataType]:
    """Return the columns of a part; the same for all, also where a figure is defined nowhere in it."""
    return {**_POINT, "fault": pl.String(), **types_of(found), **_FIGURES}


def types_of(found: Sequence[Combination]) -> dict[str, PolarsDataType]:
    """Return the columns of what is varied: numbers, truths or words; what is none of these, or several, as JSON."""
    types: dict[str, PolarsDataType] = {}
    for key in found[0].values:
        kinds = {type(one.values[key]) for one in found}
        types[key] = (
            pl.Boolean() if kinds == {bool}
            else pl.Int64() if kinds == {int}
            else pl.Float64() if kinds <= {int, float}
            else pl.String()
        )  # fmt: skip
    return types


def _cells(values: Mapping[str, Any], types: Mapping[str, PolarsDataType]) -> Iterator[Any]:
    """Yield the values of a combination as cells of its columns; a date as TOML has it."""
    for key, value in values.items():
        if isinstance(value, date | time):
            yield value.isoformat()
            continue
        is_text = types[key] == pl.String() and not isinstance(value, str)
        yield json.dumps(value, default=str) if is_text else value
