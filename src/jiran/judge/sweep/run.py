"""`jiran.sweep`: what is not there yet is run, batch by batch, and kept as it comes."""

from __future__ import annotations

import copy
import os
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import polars as pl
import tomli_w

import jiran
from jiran.errors import JiranError, ScenarioError, check_whole, shortened
from jiran.judge.sweep import engines, on_dask
from jiran.judge.sweep.axes import MOST_VALUES, Axis, axis_of
from jiran.judge.sweep.folder import Folder
from jiran.judge.sweep.points import METHODS, SCHEMA, Combination, Point, combinations, currency_of, points
from jiran.judge.sweep.work import MOST_POINTS, Batch, batches
from jiran.scenario import WORDS, Scenario, validate
from jiran.scenario.beside import with_names, with_paths
from jiran.scenario.files import as_data, load_scenario
from jiran.simulation import estimate
from jiran.simulation.estimate import Need
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.watching import Progress

#: A batch takes about so long, s: a worker that is lost costs no more.
_BATCH_S = 5.0
#: What is done sooner than this is done in this process: workers take a second to start.
_HERE_S = 3.0
#: A run takes at least so long, s; one that shares its homes with another takes a third.
_LEAST_S = 3e-3
#: So often workers may be lost one after the other without any point done.
_TRIES = 3
#: What a worker needs before it runs anything, bytes.
_WORKER = 160e6
#: What a point needs where a sweep is led: its name, its seed and what is varied, bytes.
_POINT = 700.0
_MOST_SEEDS = 1_000_000
#: More points than this are a slip of the keyboard too.
_MOST_POINTS = 10_000_000


@dataclass(frozen=True)
class Sweep:
    """What came out of a sweep.

    Attributes:
        table: A row a point: key, seed, fault (null if there is none), what was varied by dotted key, then all figures.
    """

    table: pl.DataFrame

    @property
    def faults(self) -> pl.DataFrame:
        """The points that could not be run, with why."""
        return self.table.filter(pl.col("fault").is_not_null())


@dataclass(frozen=True)
class Planned:
    """A sweep before it starts.

    Attributes:
        found: The combinations.
        seeds: How many seeds of each.
        asked: What is written down of it.
    """

    found: Sequence[Combination]
    seeds: int
    asked: dict[str, Any]

    @property
    def many(self) -> int:
        """How many points it has."""
        return len(self.found) * self.seeds

    @cached_property
    def points(self) -> list[Point]:
        """All of them, in the order in which they are run."""
        return list(points(self.found, self.seeds))

    @property
    def refused(self) -> int:
        """How many of them are not allowed."""
        return self.seeds * sum(one.scenario is None for one in self.found)

    def point_s(self) -> float:
        """Return how long a point takes at a guess, s on one core."""
        runs = [estimate.of_run(one.scenario) for one in self.found[:: max(1, len(self.found) // 50)] if one.scenario]
        return max(_LEAST_S, sum(run.seconds for run in runs) / max(1, len(runs)))

    def need(self, left: int, workers: int) -> Need:
        """Return what so many of its points need.

        Args:
            left: Points.
            workers: That run them at the same time.
        """
        runs = [estimate.of_run(one.scenario).memory for one in self.found if one.scenario is not None]
        memory = workers * (_WORKER + max(runs, default=0.0)) + self.many * _POINT
        return Need(memory, left * self.point_s() / workers)


def plan(
    scenario: Scenario | str | os.PathLike[str],
    vary: Mapping[str, Any] | Sequence[Axis],
    *,
    seeds: int = 1,
    draws: int = 0,
    method: str = METHODS[0],
    draw_seed: int = 0,
) -> Planned:
    """Return a sweep before it starts; the arguments are those of `sweep`.

    Raises:
        JiranError: A key, a value or a number is not allowed.
    """
    for name, number, least, most in (
        ("seeds", seeds, 1, _MOST_SEEDS), ("draws", draws, 0, MOST_VALUES), ("draw_seed", draw_seed, 0, 2**63 - 1),
    ):  # fmt: skip
        check_whole(name, number, least, most)
    base = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    base = validate(with_paths(as_data(base), Path.cwd()))  # so that what is kept can be run from anywhere
    listed = isinstance(vary, list | tuple) and all(isinstance(axis, Axis) for axis in vary)
    if not (isinstance(vary, Mapping) or listed):
        raise JiranError(
            f"vary = {shortened(repr(vary))}: must be values by dotted key, as {{'market.fraction': [0.5, 0.7]}}"
        )
    axes = [axis_of(key, asked) for key, asked in vary.items()] if isinstance(vary, Mapping) else list(vary)
    if not axes and seeds == 1:
        raise JiranError(
            "a sweep varies something: name a key and its values, as --vary market.fraction=0.5:0.9:0.1, or several seeds, as --seeds 30"
        )
    found = combinations(base, axes, draws=draws, method=method, draw_seed=draw_seed)
    if (many := len(found) * seeds) > _MOST_POINTS:
        raise JiranError(
            f"a sweep has at most {_MOST_POINTS:,} points, and these are {many:,}: take fewer values or seeds"
        )
    last = max(one.first_seed for one in found) + seeds - 1
    if last >= 2**63:
        raise ScenarioError("seeds", seeds, f"must leave the last seed, {last}, below 2**63")
    asked = {
        "jiran": jiran.__version__, "schema": SCHEMA, "seeds": seeds, "vary": {axis.key: axis.text for axis in axes},
        "draws": draws, "method": method, "draw_seed": draw_seed, "currency": currency_of(found),
        "scenario": as_data(base),
    }  # fmt: skip
    return Planned(found, seeds, asked)


def sweep(
    scenario: Scenario | str | os.PathLike[str],
    vary: Mapping[str, Any] | Sequence[Axis],
    *,
    seeds: int = 1,
    draws: int = 0,
    method: str = METHODS[0],
    draw_seed: int = 0,
    folder: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    dask: str | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run a scenario with all combinations of values and seeds.

    Args:
        scenario: A scenario, the name of a preset, or the path of a TOML file.
        vary: By dotted key: a list of values, or a text as the command line takes it ("0.5:0.9:0.1", "uniform(2, 8)").
        seeds: How many seeds of each combination: the scenario's own and those that follow. All combinations have the
            same seeds, so that differences come from the values and not from chance.
        draws: How often drawn keys are drawn; all are drawn together.
        method: How drawn values fill their space: "sobol" or "latin-hypercube".
        draw_seed: Seed of the draws; whatever it is, they do not change the seeds of the runs.
        folder: Where rows are kept as they come, and looked up when the same is asked again; default: nowhere.
        workers: Processes; default: one for each processor.
        dask: Address of a Dask scheduler, whose workers run the batches instead.
        progress: Is called with the share that is done, 0..1; an exception that it raises stops the sweep, and what is
            done stays in the folder.

    Raises:
        JiranError: Something is not allowed, the folder holds something else, or workers are lost again and again. A
            point that cannot be run is no error: it is a row with its fault.

    Example:
        >>> import jiran
        >>> found = jiran.sweep("paper", {"market.fraction": [0.6, 0.8]}, seeds=2)
        >>> found.table.group_by("market.fraction", maintain_order=True).agg(pl.col("saving").mean().round(2)).rows()
        [(0.6, 12.19), (0.8, 12.19)]
    """
    planned = plan(scenario, vary, seeds=seeds, draws=draws, method=method, draw_seed=draw_seed)
    kept = None if folder is None else Folder(Path(folder))
    return run(planned, kept, workers=workers, dask=dask, progress=progress)


def run(
    planned: Planned,
    folder: Folder | None = None,
    *,
    workers: int | None = None,
    dask: str | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run what is planned and not yet in a folder; the arguments are those of `sweep`.

    Raises:
        JiranError: As `sweep`.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="jiran-sweep-") as made:
            return run(planned, Folder(Path(made)), workers=workers, dask=dask, progress=progress)
    fill(planned, folder, workers=workers, dask=dask, progress=progress)
    return Sweep(folder.rows().collect())


def fill(
    planned: Planned,
    folder: Folder,
    *,
    workers: int | None = None,
    dask: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Run what is planned and not yet in a folder as `run` does, for who does not want all rows at once.

    Raises:
        JiranError: As `sweep`.
    """
    many = engines.many(workers)
    with folder.alone():
        planned = grown(planned, folder)
        folder.begin(planned.asked, planned.found, planned.points)
        _run_missing(planned, folder, many, dask, progress)
        folder.compact()


def _run_missing(planned: Planned, folder: Folder, many: int, dask: str | None, progress: Progress | None) -> None:
    """Run what a folder does not have yet.

    Raises:
        JiranError: There is too little memory, or workers are lost again and again.
    """
    every = planned.points
    left, lost = missing(every, folder), 0
    if dask is None:
        estimate.refuse(planned.need(len(left), 1), "this sweep")
    report = _Report(progress, len(every))
    while left:
        report.done = len(every) - len(left)
        todo = _batches(left, planned, many)
        small = dask is None and (many == 1 or len(todo) == 1 or len(left) * planned.point_s() < _HERE_S)
        engine = on_dask.dask(dask) if dask else engines.here if small else engines.processes(many)
        try:
            with closing(engine(todo, report.tell)) as found:
                for rows in found:
                    folder.add(rows, planned.found)
                    report.done += len(rows)
                    report.tell()
        except engines.LostWorkerError:
            before, left = len(left), missing(every, folder)
            lost = lost + 1 if len(left) == before else 0
            if lost == _TRIES:
                raise JiranError(
                    f"workers are lost again and again, perhaps for lack of memory, and {counted(len(left), 'point')} are left; "
                    "what is done is kept: start it again with fewer --workers"
                ) from None
            continue
        left = missing(every, folder)
    report.done = len(every)
    report.tell()


def grown(planned: Planned, folder: Folder) -> Planned:
    """Return what is planned, with as many seeds as a folder holds already: a sweep may grow and never shrinks.

    Raises:
        JiranError: The folder holds another sweep.
    """
    before = folder.asked()
    if before is None:
        return planned
    now = _as_written(planned.asked)
    for name in ("vary", "draws", "method", "draw_seed", "scenario"):
        asked = before.get(name)
        if asked != now[name] and _decided(name, asked) != _decided(name, now[name]):
            raise JiranError(
                f"{folder.path}: holds another sweep, with another {name.replace('_', ' ')}; name a new folder, or ask for the same"
            )
    seeds = max(planned.seeds, int(before.get("seeds", 1)))
    if seeds == planned.seeds:
        return planned
    return Planned(planned.found, seeds, planned.asked | {"seeds": seeds})


def _decided(name: str, told: Any) -> Any:
    """Return what a part of what is told of a sweep decides: no words, neither where files lie nor how values were written.

    Args:
        name: Of the part.
        told: The part.
    """
    match name, told:
        case "scenario", dict():
            return with_names({key: copy.deepcopy(part) for key, part in told.items() if key not in WORDS})
        case "vary", dict():
            return {key: _taken(key, asked) for key, asked in told.items()}
    return told


def _taken(key: str, asked: Any) -> Any:
    """Return what a key takes; of what is no list of values, as in a study, what is told."""
    try:
        return axis_of(key, asked).takes
    except JiranError:
        return asked


def missing(every: Sequence[Point], folder: Folder) -> list[Point]:
    """Return the points that a folder does not have yet, each once."""
    known = folder.known()
    return list({point.key: point for point in every if point.key not in known}.values())


def done(every: Sequence[Point], folder: Folder) -> int:
    """Return how many points a folder has; those that are the same run as another are counted as points."""
    known = folder.known()
    return sum(point.key in known for point in every)


def _as_written(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked as it comes back from the file."""
    return tomllib.loads(tomli_w.dumps(asked))


def _batches(left: Sequence[Point], planned: Planned, workers: int) -> list[Batch]:
    """Cut what is left into batches of some seconds, and enough for all workers."""
    fair = -(-len(left) // (4 * workers))
    size = max(1, min(MOST_POINTS, fair, round(_BATCH_S / planned.point_s())))
    return list(batches(left, planned.found, size))


class _Report:
    """Tells how far a sweep is, now and then."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._told_s = progress, max(total, 1), 0.0
        self.done = 0

    def tell(self) -> None:
        """Tell it, ten times a second at most."""
        if self._progress is not None and (self.done == self._total or monotonic() - self._told_s > 0.1):
            self._told_s = monotonic()
            self._progress(self.done / self._total)
