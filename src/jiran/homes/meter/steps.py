"""Energy of a file's intervals to energy in each step of a run: overlap, gaps, scale.

Energy is kept: what lies in a step by time is in it, and what was measured within the run is in the run. Only gaps are
guessed, and each guess is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran import words
from jiran.errors import DataError
from jiran.homes.meter.clock import utc_to_wall
from jiran.homes.meter.report import Change
from jiran.homes.meter.times import DAY_S
from jiran.homes.meter.vocabulary import QUANTITIES

if TYPE_CHECKING:
    from jiran.homes.meter.series import Series
    from jiran.homes.meter.times import Seconds
    from jiran.homes.profiles import Array
    from jiran.homes.timeline import Timeline
    from jiran.scenario import HomeData

MONTH_DAYS = 30.4


@dataclass(frozen=True)
class Period:
    """The time from `begin_s` to `end_s`, seconds UTC, told in a zone's local time.

    Attributes:
        begin_s: First instant, seconds since 1970-01-01 UTC.
        end_s: The instant at which it is over.
        zone: Whose clock messages tell.
    """

    begin_s: int
    end_s: int
    zone: str

    def __str__(self) -> str:
        begin, end = (utc_to_wall(instant, self.zone) for instant in (self.begin_s, self.end_s))
        return f"{words.moment(begin)} to {words.moment(end)}"


@dataclass
class Table:
    """One quantity of all homes by step, kWh, NaN in gaps, shape (step, home), and how it came to be.

    Attributes:
        kwh: The energy.
        present: Which homes have the quantity at all, shape (home,).
        lumps: Energy of a counter over a gap, by home: first step, shares of steps in the gap, kWh.
        changes: What was changed on the way.
    """

    kwh: Array
    present: NDArray[np.bool_]
    lumps: dict[int, list[tuple[int, Array, float]]]
    changes: list[Change]


def empty_table(steps: int, homes: int) -> Table:
    """Return a table in which no home has anything."""
    return Table(np.zeros((steps, homes)), np.zeros(homes, bool), {}, [])


def check_period(
    source: HomeData, ids: tuple[str, ...], rows: int, file: Period, length_s: int, timeline: Timeline
) -> list[Change]:
    """Refuse a run of which less than half lies in the file's period; tell periods and intervals.

    Args:
        source: For its name in messages.
        ids: Ids of the homes.
        rows: Rows of data in the files.
        file: The files' period.
        length_s: Length of their intervals, s.
        timeline: The steps of the run.

    Returns:
        What the report says of periods, resampling and splitting.

    Raises:
        DataError: The run lies elsewhere; the message says which start and steps would do.
    """
    step_s = 60 * timeline.step_minutes
    start = int(timeline.utc_s[0])
    run = Period(start, int(timeline.utc_s[-1]) + step_s, timeline.zone)
    covered = min(run.end_s, file.end_s) - max(run.begin_s, file.begin_s)
    if 2 * covered < run.end_s - run.begin_s:
        most = max((file.end_s - file.begin_s) // step_s, 1)
        raise DataError(
            source.path,
            f"has data from {file} ({timeline.zone}), but the run needs {run}; set start = "
            f"{utc_to_wall(file.begin_s, timeline.zone):%Y-%m-%dT%H:%M:%S} and steps to at most {most}",
        )
    told = (
        f"the file has {words.counted(rows, 'row')} for {words.counted(len(ids), 'home')} from {file} "
        f"({timeline.zone}); the run uses {run}"
    )
    changes = [Change("", "", "period", rows, told)]
    if length_s != step_s:
        how = "summed up" if length_s < step_s else "spread evenly"
        changes.append(
            Change(
                "",
                "",
                "resampled",
                1,
                f"readings every {length_s / 60:g} min were {how} to steps of {timeline.step_minutes} min",
            )
        )
    short, long = sorted((length_s, step_s))
    if long % short or (start - file.begin_s) % short:
        told = "intervals and steps do not begin together, so energy was split in proportion to their overlap"
        changes.append(Change("", "", "split by overlap", 1, told))
    return changes


def add_series(table: Table, series: Series, timeline: Timeline, home_id: str, longest_s: int) -> None:
    """Add a meter's energy to a table, in proportion to the overlap of its intervals with the steps.

    A step of which at least half is known is scaled up to its whole length; one of which less is known is a gap. An
    interval of a counter that is longer than the longest gap is a gap of which the sum is known.

    Args:
        table: Gets the energy; a home's second meter of a quantity is added to the first, and a gap in one is a gap in
            both.
        series: The meter.
        timeline: The steps of the run.
        home_id: Id of the home.
        longest_s: How long a gap may be interpolated, s.
    """
    step_s, start_s, steps = 60 * timeline.step_minutes, int(timeline.utc_s[0]), timeline.steps
    inside = (series.end_s > start_s) & (series.begin_s < start_s + steps * step_s)
    begin_s, end_s, kwh = series.begin_s[inside] - start_s, series.end_s[inside] - start_s, series.kwh[inside]
    if series.channel.is_register:
        far = end_s - begin_s > max(longest_s, step_s, series.length_s)
        for place in np.flatnonzero(far):
            _add_lump(table, series.home, int(begin_s[place]), int(end_s[place]), float(kwh[place]), step_s, steps)
        begin_s, end_s, kwh = begin_s[~far], end_s[~far], kwh[~far]
    energy, known_s = spread(begin_s, end_s, kwh, step_s, steps)
    half = (known_s < step_s) & (2 * known_s >= step_s)
    energy[half] *= step_s / known_s[half]
    energy[2 * known_s < step_s] = np.nan
    has_another_meter = table.present[series.home]
    table.kwh[:, series.home] = table.kwh[:, series.home] + energy if has_another_meter else energy
    table.present[series.home] = True
    if half.any():
        table.changes.append(Change(home_id, series.kind, "incomplete steps scaled up", int(half.sum())))


def spread(begin_s: Seconds, end_s: Seconds, kwh: Array, step_s: int, steps: int) -> tuple[Array, Array]:
    """Return the energy in each step and for how long it is known, s, both of shape (step,); step 0 begins at 0.

    Energy is even within its interval. What lies before or behind the steps is left out.

    Args:
        begin_s: Begin of each interval, s, shape (interval,).
        end_s: End of each, later than its begin.
        kwh: Energy of each.
        step_s: Length of a step, s.
        steps: Number of steps.

    Example:
        >>> energy, known_s = spread(np.array([0, 1800]), np.array([1800, 5400]), np.array([1.0, 2.0]), 3600, 3)
        >>> energy.tolist(), known_s.tolist()
        ([2.0, 1.0, 0.0], [3600.0, 1800.0, 0.0])
    """
    first, last = begin_s // step_s, (end_s - 1) // step_s
    count = last - first + 1
    if count.size and int(count.max()) > 1:
        place = np.repeat(np.arange(count.size), count)
        step = first[place] + (np.arange(place.size) - np.repeat(np.cumsum(count) - count, count))
        overlap_s = np.minimum(end_s[place], (step + 1) * step_s) - np.maximum(begin_s[place], step * step_s)
        kwh = kwh[place] * (overlap_s / (end_s - begin_s)[place])
    else:
        step, overlap_s = first, end_s - begin_s
    inside = (step >= 0) & (step < steps)
    step = step[inside]
    energy = np.bincount(step, kwh[inside], minlength=steps).astype(np.float64)
    known_s = np.bincount(step, overlap_s[inside], minlength=steps)
    return energy, np.minimum(known_s, step_s)


def _add_lump(table: Table, home: int, begin_s: int, end_s: int, kwh: float, step_s: int, steps: int) -> None:
    """Remember the energy of a counter over a gap, with the share of each step that lies in the gap.

    Args:
        table: Gets it.
        home: Whose, a place in the ids.
        begin_s: Begin of the gap, s from the first step on; it may lie before the run.
        end_s: Its end.
        kwh: Energy over the whole gap; the part in the run is kept.
        step_s: Length of a step, s.
        steps: Number of steps.
    """
    first, last = max(begin_s // step_s, 0), min((end_s - 1) // step_s, steps - 1)
    step = np.arange(first, last + 1)
    share = (np.minimum(end_s, (step + 1) * step_s) - np.maximum(begin_s, step * step_s)) / step_s
    within = kwh * float(share.sum()) * step_s / (end_s - begin_s)
    table.lumps.setdefault(home, []).append((first, share, within))


def check_homes(source: HomeData, ids: tuple[str, ...], tables: dict[str, Table], timeline: Timeline) -> None:
    """Refuse a home that lacks what it is measured by in over half of the steps.

    A home is measured by its load; where it has none by its import, and else by whatever it has.

    Args:
        source: For its name in messages.
        ids: Ids of the homes.
        tables: By quantity.
        timeline: The steps of the run.

    Raises:
        DataError: There is such a home.
    """
    known = np.zeros(len(ids), np.int64)
    for quantities in (("load",), ("import",), ("generation", "ev", "export")):
        here = np.maximum.reduce([_known_steps(tables[quantity]) for quantity in quantities])
        has = np.logical_or.reduce([tables[quantity].present for quantity in quantities])
        known = np.where((known == 0) & has, here, known)
    worst = int(known.argmin())
    run = Period(int(timeline.utc_s[0]), int(timeline.utc_s[-1]) + 60 * timeline.step_minutes, timeline.zone)
    if known[worst] == 0:
        raise DataError(
            source.path, f"home {ids[worst]} has no values from {run}; leave it out or choose another period"
        )
    if 2 * known[worst] < timeline.steps:
        raise DataError(
            source.path,
            f"home {ids[worst]} lacks {1 - known[worst] / timeline.steps:.0%} of its steps from {run}, more than half; "
            "leave it out or choose another period",
        )


def _known_steps(table: Table) -> NDArray[np.int64]:
    """Return how many steps of each home are known, those of a counter over a gap among them."""
    known = np.where(table.present, np.isfinite(table.kwh).sum(axis=0), 0)
    for home, lumps in table.lumps.items():
        known[home] += sum(share.size for _, share, _ in lumps)
    return known


def fill_table(source: HomeData, ids: tuple[str, ...], quantity: str, table: Table, timeline: Timeline) -> None:
    """Fill the gaps of a table in place.

    Args:
        source: Says how long a gap may be interpolated, min.
        ids: Ids of the homes.
        quantity: Load and import of an unknown time of day take the home's mean; generation, export and EV charging 0.
        table: Is filled; what a counter counted over a gap is kept, and the guess only shapes it.
        timeline: The steps of the run.
    """
    time_of_day = np.unique(timeline.local_s % DAY_S, return_inverse=True)[1]
    longest = source.max_gap_minutes // timeline.step_minutes
    table.kwh[:, ~table.present] = 0.0
    for home in np.flatnonzero(np.isnan(table.kwh).any(axis=0)):
        filled = fill(table.kwh[:, home], time_of_day, longest, otherwise_mean=quantity in ("load", "import"))
        gaps = np.isnan(table.kwh[:, home])
        table.kwh[:, home] = filled.kwh
        for first, share, kwh in table.lumps.get(int(home), ()):
            _scale_to_lump(table.kwh[:, home], gaps, first, share, kwh)
        counts = {
            "filled by interpolation": filled.interpolated,
            "filled by typical day": filled.typical,
            "filled without knowledge": filled.unknown,
        }
        table.changes += [Change(ids[home], quantity, what, n) for what, n in counts.items() if n]


def _scale_to_lump(kwh: Array, gaps: NDArray[np.bool_], first: int, share: Array, total: float) -> None:
    """Scale the filled steps of a gap in place, so that they hold what the counter counted over it.

    Args:
        kwh: One home's energy by step; only steps that were gaps change.
        gaps: Which were, shape (step,).
        first: First step of the lump.
        share: Of each of its steps, the share within the gap, 0..1.
        total: What the counter counted within the run, kWh.
    """
    steps = np.arange(first, first + share.size)
    free = gaps[steps]
    guessed = float((kwh[steps] * share)[free].sum())
    rest = max(total - float((kwh[steps] * share)[~free].sum()), 0.0)
    if guessed > 0:
        kwh[steps[free]] *= rest / guessed
    elif free.any():
        kwh[steps[free]] = rest / float(share[free].sum())


def scale_load(source: HomeData, ids: tuple[str, ...], load_kwh: Array, timeline: Timeline) -> list[Change]:
    """Scale each home's load in place to the mean per month that the scenario asks for.

    Args:
        source: Its `monthly_load_kwh`, kWh a month of `MONTH_DAYS`; None changes nothing.
        ids: Ids of the homes.
        load_kwh: Is scaled, shape (step, home); a home without load stays so.
        timeline: The steps of the run.
    """
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


@dataclass(frozen=True)
class Filled:
    """A column without gaps, and how many of its steps were filled in which way.

    Attributes:
        kwh: Energy by step, finite, shape (step,).
        interpolated: Steps filled from both neighbours.
        typical: Steps filled with the mean at their time of day.
        unknown: Steps of a time of day of which nothing is known.
    """

    kwh: Array
    interpolated: int
    typical: int
    unknown: int


def fill(kwh: Array, time_of_day: NDArray[np.int64], longest: int, *, otherwise_mean: bool) -> Filled:
    """Fill the gaps of one home's quantity.

    Args:
        kwh: Energy by step, NaN in gaps, shape (step,).
        time_of_day: A number for each step, the same at the same time of day, from 0.
        longest: Gaps of up to so many steps between two known steps are interpolated linearly; longer ones,
            and those at either end, take the mean of the known steps at that time of day.
        otherwise_mean: Where nothing is known at a time of day: the mean of all known steps, else 0.
    """
    known = np.isfinite(kwh)
    steps = np.arange(kwh.size)
    interpolated = _short_gaps(known, longest)
    filled = kwh.copy()
    filled[interpolated] = np.interp(steps[interpolated], steps[known], kwh[known]) if known.any() else 0.0
    number = np.bincount(time_of_day[known], minlength=time_of_day.max() + 1)
    total = np.bincount(time_of_day[known], weights=kwh[known], minlength=number.size)
    typical = ~known & ~interpolated & (number[time_of_day] > 0)
    filled[typical] = (total / np.maximum(number, 1))[time_of_day[typical]]
    unknown = ~(known | interpolated | typical)
    filled[unknown] = kwh[known].mean() if otherwise_mean and known.any() else 0.0
    return Filled(filled, int(interpolated.sum()), int(typical.sum()), int(unknown.sum()))


def _short_gaps(known: NDArray[np.bool_], longest: int) -> NDArray[np.bool_]:
    """Mark the steps of gaps that are short and lie between two known steps.

    Args:
        known: By step.
        longest: Most steps of a short gap.
    """
    edges = np.diff(np.concatenate(([0], (~known).astype(np.int8), [0])))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    short = np.zeros(known.size, bool)
    for start, end in zip(starts, ends, strict=True):
        if end - start <= longest and start > 0 and end < known.size:
            short[start:end] = True
    return short


def all_tables(steps: int, homes: int) -> dict[str, Table]:
    """Return an empty table for each quantity."""
    return {quantity: empty_table(steps, homes) for quantity in QUANTITIES}
