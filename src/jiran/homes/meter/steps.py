"""Meter readings to energy in each step of a run: grid, steps, gaps, scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from jiran import words
from jiran.errors import DataError
from jiran.homes.meter.columns import QUANTITIES
from jiran.homes.meter.grid import Grid, fill, find_grid, lay, resample
from jiran.homes.meter.plausible import end_labels, suspicions
from jiran.homes.meter.report import Change, counted
from jiran.homes.meter.times import DAY_S, Seconds, utc_to_wall
from jiran.homes.profiles import Array, Profiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.homes.timeline import Timeline
    from jiran.scenario import HomeData

#: A meter's rounding may go this far below 0; beyond it the column means something else.
TINY_KWH = 0.001
MONTH_DAYS = 30.4


@dataclass(frozen=True)
class Readings:
    """The long table: one entry a reading, in the order of the file.

    Attributes:
        ids: Ids of the homes.
        home: Whose reading, a place in `ids`.
        quantity: Of what, a place in `QUANTITIES`.
        utc_s: The time that stands in the file, seconds since 1970-01-01 UTC.
        value: Energy in the interval, kWh, or mean power over it, kW.
        is_kw: Which of the two.
        rows: How many rows of data the file has.
        changes: What was changed so far.
    """

    ids: tuple[str, ...]
    home: NDArray[np.uint32]
    quantity: NDArray[np.uint8]
    utc_s: Seconds
    value: Array
    is_kw: NDArray[np.bool_]
    rows: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Period:
    """The time from `begin_s` to `end_s`, seconds UTC, told in a zone's local time."""

    begin_s: int
    end_s: int
    zone: str

    def __str__(self) -> str:
        begin, end = (utc_to_wall(instant, self.zone) for instant in (self.begin_s, self.end_s))
        return f"{words.moment(begin)} to {words.moment(end)}"


def start_labels(source: HomeData, readings: Readings) -> tuple[Readings, Grid]:
    """Return the readings with times that mark the start of intervals, and the grid on which they lie."""
    series = readings.home.astype(np.int64) * len(QUANTITIES) + readings.quantity
    names = tuple(home for home in readings.ids for _ in QUANTITIES)
    grid = find_grid(source.path, series, names, readings.utc_s)
    if source.time_label == "end":
        readings = replace(readings, utc_s=readings.utc_s - grid.length_s)
    return readings, grid


def period(readings: Readings, grid: Grid, zone: str) -> Period:
    """Return the time that the readings cover."""
    return Period(int(readings.utc_s.min()), int(readings.utc_s.max()) + grid.length_s, zone)


def to_steps(source: HomeData, readings: Readings, timeline: Timeline) -> tuple[Profiles, tuple[Change, ...]]:
    """Return the energy of each home in each step, and all that was changed."""
    readings, grid = start_labels(source, readings)
    changes = [*readings.changes, *_check_period(source, readings, grid, timeline)]
    if source.time_label == "start":
        first, last = int(readings.utc_s.min()), int(readings.utc_s.max())
        changes += end_labels(first, last, grid.length_s, source.time_zone or timeline.zone)
    tables, presents = [], []
    for number in range(len(QUANTITIES)):
        table, present, changed = _quantity(source, readings, grid, timeline, number)
        tables.append(table)
        presents.append(present)
        changes += changed
    _check_homes(source, readings.ids, tables, presents, timeline)
    for quantity, table, present in zip(QUANTITIES, tables, presents, strict=True):
        changes += _fill(source, readings.ids, quantity, table, present, timeline)
    changes += [Change(readings.ids[home], "", "no load", 1) for home in np.flatnonzero(~presents[0])]
    changes += _scale(source, readings.ids, tables[0], timeline)
    return Profiles(load_kwh=tables[0], generation_kwh=tables[1], ev_kwh=tables[2]), tuple(changes)


def _check_period(source: HomeData, readings: Readings, grid: Grid, timeline: Timeline) -> list[Change]:
    """Refuse a run of which less than half lies in the file's period; tell periods and intervals."""
    step_s = 60 * timeline.step_minutes
    start = int(timeline.utc_s[0])
    run = Period(start, int(timeline.utc_s[-1]) + step_s, timeline.zone)
    file = period(readings, grid, timeline.zone)
    covered = min(run.end_s, file.end_s) - max(run.begin_s, file.begin_s)
    if 2 * covered < run.end_s - run.begin_s:
        most = max((file.end_s - file.begin_s) // step_s, 1)
        raise DataError(
            source.path,
            f"has data from {file} ({timeline.zone}), but the run needs {run}; "
            f"set start = {utc_to_wall(file.begin_s, timeline.zone):%Y-%m-%dT%H:%M:%S} and steps to at most "
            f"{most}",
        )
    changes = [
        Change(
            "", "", "period", readings.rows,
            f"the file has {words.counted(readings.rows, 'row')} for {words.counted(len(readings.ids), 'home')} from {file} "
            f"({timeline.zone}); the run uses {run}",
        )
    ]  # fmt: skip
    if grid.minutes != timeline.step_minutes:
        how = "summed up" if grid.minutes < timeline.step_minutes else "spread evenly"
        told = f"readings every {grid.minutes} min were {how} to steps of {timeline.step_minutes} min"
        changes.append(Change("", "", "resampled", 1, told))
    short, long = sorted((grid.minutes, timeline.step_minutes))
    if long % short or (start - grid.origin_s) % (60 * short):
        told = "intervals and steps do not begin together, so energy was split in proportion to their overlap"
        changes.append(Change("", "", "split by overlap", 1, told))
    return changes


def _quantity(
    source: HomeData, readings: Readings, grid: Grid, timeline: Timeline, number: int
) -> tuple[Array, NDArray[np.bool_], list[Change]]:
    """Return one quantity by step and home, NaN in gaps, which homes have it, and the changes."""
    homes, quantity = len(readings.ids), QUANTITIES[number]
    chosen = readings.quantity == number
    present = np.bincount(readings.home[chosen], minlength=homes) > 0
    if not present.any():
        return np.zeros((timeline.steps, homes)), present, []
    begin, end = int(timeline.utc_s[0]), int(timeline.utc_s[-1]) + 60 * timeline.step_minutes
    base = (begin - grid.origin_s) // grid.length_s
    slots = (end - 1 - grid.origin_s) // grid.length_s - base + 1
    slot = grid.nearest(readings.utc_s) - base
    chosen &= (slot >= 0) & (slot < slots)
    home, utc_s, slot = readings.home[chosen].astype(np.int64), readings.utc_s[chosen], slot[chosen]
    kwh = readings.value[chosen] * np.where(readings.is_kw[chosen], grid.minutes / 60, 1.0)
    kwh, tiny = _not_negative(source, readings.ids, quantity, home, utc_s, kwh, timeline.zone)
    rounded = np.bincount(home[(utc_s - grid.origin_s) % grid.length_s != 0], minlength=homes)
    laid, merged, replaced = lay(slot, home, kwh, (slots, homes))
    scaled = quantity == "load" and source.monthly_load_kwh is not None
    doubtful = suspicions(source.path, readings.ids, quantity, laid, grid.minutes, scaled=scaled)
    here = Grid(grid.origin_s + base * grid.length_s, grid.minutes)
    table, scaled_up = resample(laid, here, timeline.utc_s, 60 * timeline.step_minutes)
    counts = {
        "negative set to 0": tiny,
        "times rounded": rounded,
        "duplicates merged": merged,
        "duplicates replaced": replaced,
        "incomplete steps scaled up": scaled_up,
    }
    return (
        table,
        present,
        [*(row for what, n in counts.items() for row in counted(readings.ids, quantity, what, n)), *doubtful],
    )


def _not_negative(
    source: HomeData,
    ids: tuple[str, ...],
    quantity: str,
    home: NDArray[np.int64],
    utc_s: Seconds,
    kwh: Array,
    zone: str,
) -> tuple[Array, NDArray[np.int64]]:
    """Set values just below 0 to 0 and count them by home; refuse others."""
    wrong = np.flatnonzero(kwh <= -TINY_KWH)
    if wrong.size:
        first = wrong[0]
        raise DataError(
            source.path,
            f"home {ids[home[first]]} has a {quantity} of {kwh[first]:g} kWh at "
            f"{words.moment(utc_to_wall(int(utc_s[first]), zone))}, below 0; if the column is net energy, "
            'give use and generation in columns of their own, such as "H1 load" and "H1 generation"',
        )
    return np.maximum(kwh, 0.0), np.bincount(home[kwh < 0], minlength=len(ids))


def _check_homes(
    source: HomeData,
    ids: tuple[str, ...],
    tables: list[Array],
    presents: list[NDArray[np.bool_]],
    timeline: Timeline,
) -> None:
    """Refuse a home that lacks its load in over half of the steps; without load, its other quantities."""
    load, generation, ev = (
        np.where(present, np.isfinite(table).sum(axis=0), 0) for table, present in zip(tables, presents, strict=True)
    )
    known = np.where(presents[0], load, np.maximum(generation, ev))
    worst = int(known.argmin())
    end_s = int(timeline.utc_s[-1]) + 60 * timeline.step_minutes
    run = Period(int(timeline.utc_s[0]), end_s, timeline.zone)
    if known[worst] == 0:
        raise DataError(
            source.path, f"home {ids[worst]} has no values from {run}; leave it out or choose another period"
        )
    if 2 * known[worst] < timeline.steps:
        share = 1 - known[worst] / timeline.steps
        raise DataError(
            source.path,
            f"home {ids[worst]} lacks {share:.0%} of its steps from {run}, more than half; "
            "leave it out or choose another period",
        )


def _fill(
    source: HomeData,
    ids: tuple[str, ...],
    quantity: str,
    table: Array,
    present: NDArray[np.bool_],
    timeline: Timeline,
) -> list[Change]:
    """Fill the gaps of `table` in place."""
    time_of_day = np.unique(timeline.local_s % DAY_S, return_inverse=True)[1]
    longest = source.max_gap_minutes // timeline.step_minutes
    table[:, ~present] = 0.0
    changes = []
    for home in np.flatnonzero(np.isnan(table).any(axis=0)):
        filled = fill(table[:, home], time_of_day, longest, otherwise_mean=quantity == "load")
        table[:, home] = filled.kwh
        counts = {
            "filled by interpolation": filled.interpolated,
            "filled by typical day": filled.typical,
            "filled without knowledge": filled.unknown,
        }
        changes += [Change(ids[home], quantity, what, n) for what, n in counts.items() if n]
    return changes


def _scale(source: HomeData, ids: tuple[str, ...], load_kwh: Array, timeline: Timeline) -> list[Change]:
    """Scale each home's load in place to the mean per month that the scenario asks for."""
    if source.monthly_load_kwh is None:
        return []
    months = timeline.steps * timeline.step_h / 24 / MONTH_DAYS
    monthly = load_kwh.sum(axis=0) / months
    factor = np.divide(source.monthly_load_kwh, monthly, out=np.ones(len(ids)), where=monthly > 0)
    load_kwh *= factor
    return [
        Change(home, "load", "load scaled", 1, f"x {by:.4g}") if was > 0 else Change(home, "load", "load not scaled", 1)
        for home, by, was in zip(ids, factor, monthly, strict=True)
    ]
