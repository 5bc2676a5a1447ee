"""How files of meter data are understood, told before anything is run: what `jiran data` and the dashboard show.

Nothing here is bound to the steps of a run: each meter is told over its own time, in its own intervals, so that a user
can compare the sums with the bill before there is a scenario.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.homes.meter.clock import zone_of
from jiran.homes.meter.connection import ways
from jiran.homes.meter.keys import pinned
from jiran.homes.meter.read import Coverage, Meters, coverage, meter_changes, meters
from jiran.homes.meter.report import SENTENCES, SUSPICIONS, DataReport
from jiran.homes.meter.steps import fill, spread
from jiran.homes.meter.times import DAY_S
from jiran.homes.meter.vocabulary import QUANTITIES
from jiran.homes.timeline import offset_s
from jiran.words import counted, moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jiran.homes.meter.report import Change
    from jiran.homes.meter.series import Series
    from jiran.homes.profiles import Array
    from jiran.scenario import HomeData


#: Rows that are no data.
_SKIPPED = ("lines before the header", "footers", "headers dropped", "rows dropped", "placeholders")


@dataclass(frozen=True)
class Gaps:
    """A meter's energy over its own time with gaps filled, and what was filled.

    Attributes:
        kwh: Energy in all, kWh, the filled gaps among it.
        intervals: How many intervals were filled.
        filled_kwh: Their energy, kWh.
        first: Local time at which the first of them starts; None if there is none.
        end: Local time at which the last of them ends.
    """

    kwh: float
    intervals: int
    filled_kwh: float
    first: dt.datetime | None = None
    end: dt.datetime | None = None

    @property
    def told(self) -> str:
        """How many intervals were filled, from when to when, and with how much."""
        when = "" if self.first is None or self.end is None else f" from {moment(self.first)} to {moment(self.end)}"
        lie = " lie" if self.intervals > 1 else " lies"
        return f"{counted(self.intervals, 'interval')} without a value{lie * bool(when)}{when}, filled with {self.filled_kwh:.4g} kWh"

    def __add__(self, other: Gaps) -> Gaps:
        """Return the gaps of two meters together."""
        firsts, ends = (
            [time for time in times if time] for times in ((self.first, other.first), (self.end, other.end))
        )
        return Gaps(
            self.kwh + other.kwh, self.intervals + other.intervals, self.filled_kwh + other.filled_kwh,
            min(firsts, default=None), max(ends, default=None),
        )  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How files are understood.

    Attributes:
        covered: Homes, first and last time, intervals.
        layout: wide, long, matrix or rows; the files' layouts, if they differ.
        recognised: The public layout that the files are of, or "".
        totals: Energy by home and quantity, kWh, over each meter's own time, gaps filled.
        gaps: What was filled, by home and quantity.
        report: All that was changed or assumed.
        keys: The table [homes.data] that reads the files so, with nothing guessed.
        zone: The zone of the times that are told.
        net_metered: Of which homes only import and export are known.
    """

    covered: Coverage
    layout: str
    recognised: str
    totals: dict[str, dict[str, float]]
    gaps: dict[tuple[str, str], Gaps]
    report: DataReport
    keys: dict[str, Any]
    zone: str
    net_metered: tuple[str, ...] = field(default=())

    def left_out(self) -> list[dict[str, str]]:
        """Return each column, word or row that was left out, and why.

        Returns:
            Rows of ``what`` and ``why``; columns and words first, with their names, then rows that are no data, as a
            sentence.
        """
        named = [row for row in self.report.rows if row.what in ("columns ignored", "rows ignored", "blocks ignored")]
        out = []
        for row in named:
            name, _, why = row.detail.rpartition(": ") if ": " in row.detail else (row.detail, "", row.what)
            out.append({"what": name.strip('"'), "why": why})
        return out + [{"what": what, "why": sentence} for what in _SKIPPED if (sentence := self.report.sentence(what))]

    def filled(self) -> list[dict[str, str]]:
        """Return each quantity of a home that has gaps, and how they were filled.

        Returns:
            Rows of ``what``, the home and its quantity, and ``why``, with the energy that was put in, kWh, to four
            digits.
        """
        return [
            {"what": f"{home} {quantity}", "why": gap.told}
            for (home, quantity), gap in self.gaps.items() if gap.intervals
        ]  # fmt: skip

    def told(self) -> list[str]:
        """Return what else was understood or changed, a sentence each without its stop.

        What is left out or suspicious is not among it; together the three say everything once.
        """
        elsewhere = ("columns ignored", "rows ignored", "blocks ignored", *_SKIPPED, *SUSPICIONS)
        return [sentence for what in SENTENCES if what not in elsewhere and (sentence := self.report.sentence(what))]

    def suspicions(self) -> list[dict[str, str]]:
        """Return what may make the figures wrong.

        Returns:
            Rows of ``what``, a key of `report.SUSPICIONS`, and ``why``, its sentence without its stop.
        """
        return [{"what": what, "why": why} for what, why in self.report.suspected()]

    def as_data(self) -> dict[str, Any]:
        """Return all of it as plain data.

        Returns:
            Numbers, texts and lists only, so that it can be written as JSON; times are local, ISO 8601; energy in kWh.
        """
        homes: list[dict[str, Any]] = [
            {"id": home, **{f"{name}_kwh": kwh for name, kwh in sums.items()}} for home, sums in self.totals.items()
        ]
        return {
            "layout": self.layout,
            "recognised": self.recognised,
            "first": self.covered.first.isoformat(),
            "last": self.covered.last.isoformat(),
            "step_minutes": self.covered.step_minutes,
            **{f"{name}_kwh": float(sum(home[f"{name}_kwh"] for home in homes)) for name in QUANTITIES},
            "homes": homes,
            "left_out": self.left_out(),
            "filled": self.filled(),
            "suspicions": self.suspicions(),
            "keys": self.keys,
        }


def look(
    source: HomeData,
    *,
    zone: str,
    folder: Path | None = None,
    content: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Look:
    """Look at files and tell how they are understood.

    It does all that a run does up to the steps, so what it tells is what a run will read, and takes as long.

    Args:
        source: The files, and what is known of them already.
        zone: Zone of times without an offset, if the keys name none.
        folder: Where relative paths start; default: the working directory.
        content: The one file's bytes, if they are here already; the path then only names them.
        progress: Told how many files are read, and of how many.

    Returns:
        What was understood, with the keys that pin it.

    Raises:
        DataError: A file cannot be read, or is not understood.
    """
    return look_of(source, meters(source, zone, folder=folder, content=content, progress=progress), zone)


def look_of(source: HomeData, found: Meters, zone: str) -> Look:
    """Tell how files that were read are understood.

    Args:
        source: The files, and what was known of them already.
        found: Their meters.
        zone: Zone of the times that are told.

    Raises:
        DataError: A home has generation and import and no export.
    """
    totals = {home: dict.fromkeys(QUANTITIES, 0.0) for home in found.ids}
    gaps: dict[tuple[str, str], Gaps] = {}
    changes: list[Change] = list(found.changes)
    present = {name: np.zeros(len(found.ids), bool) for name in QUANTITIES}
    for series in found.series:
        home = found.ids[series.home]
        filled = _filled(source, series, found.files[0].zone if len(found.files) == 1 else zone)
        gaps[home, series.kind] = gaps.get((home, series.kind), Gaps(0.0, 0, 0.0)) + filled
        totals[home][series.kind] = gaps[home, series.kind].kwh
        present[series.kind][series.home] = True
        changes += meter_changes(found.ids, series, scaled=False)
    known, told = ways(source, found.ids, present)
    layouts = dict.fromkeys(one.meaning.layout for one in found.files)
    recognised = dict.fromkeys(one.meaning.recognised for one in found.files if one.meaning.recognised)
    return Look(
        coverage(found, zone), ", ".join(layouts), ", ".join(recognised), totals, gaps, DataReport(source.path, (*changes, *told)),
        pinned(source, found), zone, tuple(home for home, net in zip(found.ids, known.net_metered, strict=True) if net),
    )  # fmt: skip


def _filled(source: HomeData, series: Series, zone: str) -> Gaps:
    """Return a meter's energy from its first interval to its last, with the gaps between them filled.

    Args:
        source: Says how long a gap may be interpolated, min.
        series: The meter.
        zone: Whose time of day a long gap is filled by.

    Returns:
        What would be filled in a run of steps as long as the meter's intervals. A meter of more than 50 million
        intervals from first to last is told without its gaps: they are those of a wrong year.
    """
    begin_s, length_s = int(series.begin_s[0]), max(series.length_s, 1)
    steps = -(-(int(series.end_s.max()) - begin_s) // length_s)
    known_kwh = float(series.kwh.sum())
    if steps == series.kwh.size or steps > 50_000_000:
        return Gaps(known_kwh, 0, 0.0)
    energy, known_s = spread(series.begin_s - begin_s, series.end_s - begin_s, series.kwh, length_s, steps)
    gaps = known_s == 0
    if not gaps.any():
        return Gaps(known_kwh, 0, 0.0)
    utc_s = begin_s + length_s * np.arange(steps, dtype=np.int64)
    local_s = utc_s + offset_s(utc_s, zone_of(zone))
    time_of_day = np.unique(local_s % DAY_S, return_inverse=True)[1]
    open_kwh: Array = np.where(gaps, np.nan, energy)
    longest = 60 * source.max_gap_minutes // length_s
    filled = fill(open_kwh, time_of_day, longest, otherwise_mean=series.kind in ("load", "import"))
    filled_kwh = float(filled.kwh[gaps].sum())
    first, last = (
        dt.datetime.fromtimestamp(int(local_s[place]), dt.UTC).replace(tzinfo=None)
        for place in np.flatnonzero(gaps)[[0, -1]]
    )
    return Gaps(known_kwh + filled_kwh, int(gaps.sum()), filled_kwh, first, last + dt.timedelta(seconds=length_s))
