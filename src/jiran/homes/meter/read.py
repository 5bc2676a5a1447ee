"""Real meter data in: files of almost any layout, to profiles on the steps of a run.

One way: bytes -> cells -> what the columns mean -> readings -> each meter's energy in intervals -> the run's steps -> gaps
filled -> what a market needs of each home. Each part hands on what it changed; docs/meter-data.md says the rules in plain
words. Reading is polars' work, meaning is ours.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from jiran.errors import DataError, shortened
from jiran.homes.meter.bytes import MAX_FILE_MB, read_bytes
from jiran.homes.meter.cells import read_cells
from jiran.homes.meter.clock import utc_to_wall
from jiran.homes.meter.connection import joined, ways
from jiran.homes.meter.longtable import readings_of
from jiran.homes.meter.plausible import end_labels, suspicions
from jiran.homes.meter.readings import Readings
from jiran.homes.meter.report import Change, DataReport
from jiran.homes.meter.series import series_of
from jiran.homes.meter.steps import Period, add_series, all_tables, check_homes, check_period, fill_table, scale_load
from jiran.homes.meter.together import taking_turns, together
from jiran.homes.meter.understand import understand
from jiran.scenario import MAX_HOME_STEPS
from jiran.scenario.paths import files_of, home_of_file, natural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from jiran.homes.meter.series import Series
    from jiran.homes.profiles import Profiles
    from jiran.homes.timeline import Timeline
    from jiran.scenario import HomeData

__all__ = ["MAX_FILE_MB", "Coverage", "DataReport", "MeterData", "describe", "read_meter_data"]

STEP_MINUTES = (1, 5, 10, 15, 30, 60)


@dataclass(frozen=True)
class MeterData:
    """Homes from files.

    Attributes:
        ids: Ids of the homes; in the order of the columns; those of a long file sorted, H2 before H10.
        profiles: Their energy in each step.
        net_metered: Of which homes only import and export are known: profiles.load_kwh holds the import,
            profiles.generation_kwh the export; shape (home,).
        report: What was changed on the way.
    """

    ids: tuple[str, ...]
    profiles: Profiles
    net_metered: NDArray[np.bool_]
    report: DataReport


@dataclass(frozen=True)
class Coverage:
    """What files have, to propose a scenario's start, steps and step_minutes.

    Attributes:
        ids: Ids of the homes.
        first: Local time at which the first interval starts.
        last: Local time at which the last interval starts.
        native_minutes: Length of the files' intervals, min.
        step_minutes: The nearest length of a step that a scenario allows, min.
        steps: Number of such steps from the start of the first interval to the end of the last.
        rows: Rows of data in the files.
    """

    ids: tuple[str, ...]
    first: dt.datetime
    last: dt.datetime
    native_minutes: float
    step_minutes: int
    steps: int
    rows: int

    @property
    def end(self) -> dt.datetime:
        """Local time at which the last interval ends, as clocks that are not changed within it show it."""
        return self.last + dt.timedelta(minutes=self.native_minutes)


@dataclass(frozen=True)
class Meters:
    """All meters of all files, each in intervals.

    Attributes:
        ids: Ids of the homes.
        series: The meters; their homes are places in `ids`.
        files: What each file was read as.
        rows: Rows of data in all files.
        begin_s: Begin of the first interval, seconds since 1970-01-01 UTC.
        end_s: End of the last.
        length_s: The shortest usual interval, s.
        changes: What was changed so far.
    """

    ids: tuple[str, ...]
    series: tuple[Series, ...]
    files: tuple[Readings, ...]
    rows: int
    begin_s: int
    end_s: int
    length_s: int
    changes: tuple[Change, ...]


def meters(
    source: HomeData,
    zone: str,
    *,
    folder: Path | None = None,
    content: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Meters:
    """Read files to meters in intervals.

    Each file is understood by itself, and then all readings are one table, so that a counter goes on from file to file.

    Args:
        source: The files and how to read them.
        zone: Zone of times without an offset, if the files' keys name none.
        folder: Where relative paths start; default: the working directory.
        content: The one file's bytes, if they are here already; the path then only names them.
        progress: Told how many files are read, and of how many.

    Returns:
        Meters with energy; gaps are still open, and intervals are as long as the file has them.

    Raises:
        DataError: A file cannot be read, or is not understood.
    """
    names = (source.path,) if content is not None else files_of(source, folder)
    files: list[Readings] = []
    changes: list[Change] = []
    for number, name in enumerate(names):
        one = source.model_copy(update={"path": name, "also": ()})
        only = source.only_home or ("home" if len(names) == 1 else home_of_file(name))
        cells = read_cells(one, name, read_bytes(name, folder) if content is None else content)
        one, meaning, cells = understand(one, cells, only_home=only, one_of_many=len(names) > 1)
        readings = readings_of(one, cells, meaning, zone)
        del cells
        files.append(readings)
        changes += _changes_of_file(one, readings, source)
        if progress is not None:
            progress(number + 1, len(names))
    _check_names(source, files)
    all_readings = together(files)
    ids = all_readings.ids
    files = [_without_arrays(one) for one in files]
    found = taking_turns([*series_of(source, all_readings, zone)])
    kept = [series for series in found if series.kwh.size]
    if not kept:
        raise DataError(source.path, "has no energy: of a counter two readings are needed")
    order = sorted(range(len(ids)), key=lambda place: natural(ids[place])) if len(names) > 1 else list(range(len(ids)))
    rank = {old: new for new, old in enumerate(order)}
    return Meters(
        tuple(ids[place] for place in order),
        tuple(replace(series, home=rank[series.home]) for series in kept),
        tuple(files),
        sum(one.rows for one in files),
        min(int(series.begin_s[0]) for series in kept),
        max(int(series.end_s[-1]) for series in kept),
        min(series.length_s for series in kept),
        tuple(changes),
    )


def _check_names(source: HomeData, files: list[Readings]) -> None:
    """Refuse a name of a column that none of several files has.

    Raises:
        DataError: There is such a name. With one file it was refused when that was read.
    """
    named = {name.casefold() for one in files for name in one.meaning.columns}
    lost = [name for name in source.columns if name.strip().casefold() not in named]
    if len(files) > 1 and lost:
        raise DataError(source.path, f'columns names "{shortened(lost[0], 40)}", which none of the files has')


def _without_arrays(readings: Readings) -> Readings:
    """Return what is known of a file without its readings, which are large."""
    none = readings.home[:0]
    return replace(readings, home=none, quantity=none, channel=none, begin_s=none, end_s=none, value=none, row=none)  # type: ignore[arg-type]


def _changes_of_file(one: HomeData, readings: Readings, source: HomeData) -> list[Change]:
    """Return what was changed in a file, and what it was read as.

    Args:
        one: The keys of this file.
        readings: What it was read as.
        source: What the scenario says, which is not told again.
    """
    changes = list(readings.changes)
    registers = [found.name for found in readings.channels if found.is_register]
    if registers and source.reading is None:
        changes += [Change("", "", "registers", 1, f'"{name}"') for name in dict.fromkeys(registers)]
    labelled = any(not found.is_register for found in readings.channels)
    if (
        source.time_label is None
        and not readings.meaning.ends
        and not readings.meaning.slots
        and labelled
        and readings.length_s
        and readings.meaning.end is None
    ):
        first, last = int(readings.begin_s.min()), int(readings.begin_s.max())
        changes += end_labels(first, last, readings.length_s, one.time_zone or readings.zone)
    return changes


def meter_changes(ids: tuple[str, ...], series: Series, *, scaled: bool) -> Iterator[Change]:
    """Yield what was changed in a meter, and what is suspicious about it.

    Args:
        ids: Ids of the homes.
        series: The meter.
        scaled: Whether its energy is scaled afterwards, so that its size is not suspicious.
    """
    for what, count in series.counts.items():
        if what == "energy below 0":
            yield Change(ids[series.home], series.kind, what, 1, f"in all {count:.3g} kWh below 0 were set to 0")
        else:
            yield Change(ids[series.home], series.kind, what, int(count))
    yield from suspicions(ids[series.home], series, scaled=scaled)


def read_meter_data(
    source: HomeData, timeline: Timeline, *, folder: Path | None = None, content: bytes | None = None
) -> MeterData:
    """Read homes from files and bring them to the steps of a run.

    Args:
        source: The files and how to read them.
        timeline: The steps of the run.
        folder: Where relative paths start; default: the working directory.
        content: The one file's bytes, if they are here already; the path then only names them.

    Returns:
        Profiles of shape (step, home), kWh, finite and at least 0, and all that was changed.

    Raises:
        DataError: A file cannot be read, or lacks more than half of the steps of a home.
    """
    found = meters(source, timeline.zone, folder=folder, content=content)
    if len(found.ids) * timeline.steps > MAX_HOME_STEPS:
        most = MAX_HOME_STEPS // len(found.ids)
        raise DataError(source.path, f"has {len(found.ids):,} homes; steps must then be at most {most:,}")
    period = Period(found.begin_s, found.end_s, timeline.zone)
    changes = [*found.changes, *check_period(source, found.ids, found.rows, period, found.length_s, timeline)]
    tables = all_tables(timeline.steps, len(found.ids))
    for series in found.series:
        scaled = series.kind == "load" and source.monthly_load_kwh is not None
        changes += meter_changes(found.ids, series, scaled=scaled)
        add_series(tables[series.kind], series, timeline, found.ids[series.home], 60 * source.max_gap_minutes)
    present = {name: table.present for name, table in tables.items()}
    known, told = ways(source, found.ids, present)
    check_homes(source, found.ids, tables, timeline)
    for quantity, table in tables.items():
        fill_table(source, found.ids, quantity, table, timeline)
        changes += table.changes
    profiles, cut = joined(found.ids, tables, known)
    changes += [*told, *cut, *scale_load(source, found.ids, profiles.load_kwh, timeline)]
    return MeterData(found.ids, profiles, known.net_metered, DataReport(source.path, tuple(changes)))


def describe(source: HomeData, *, zone: str, folder: Path | None = None, content: bytes | None = None) -> Coverage:
    """Tell what files have, in the local time of a zone.

    Args:
        source: The files and how to read them.
        zone: Zone of times without an offset, and of the answer.
        folder: Where relative paths start; default: the working directory.
        content: The one file's bytes, if they are here already.

    Raises:
        DataError: A file cannot be read.
    """
    return coverage(meters(source, zone, folder=folder, content=content), zone)


def coverage(found: Meters, zone: str) -> Coverage:
    """Tell what meters have, in the local time of a zone.

    Steps are counted from the begin of the first interval; a rest that fills no whole step is left over, but there is
    at least one step.
    """
    minutes = found.length_s / 60
    nearest = min(STEP_MINUTES, key=lambda length: abs(length - minutes))
    return Coverage(
        ids=found.ids,
        first=utc_to_wall(found.begin_s, zone),
        last=utc_to_wall(max(found.end_s - found.length_s, found.begin_s), zone),
        native_minutes=int(minutes) if minutes == int(minutes) else minutes,
        step_minutes=nearest,
        steps=max((found.end_s - found.begin_s) // (60 * nearest), 1),
        rows=found.rows,
    )
