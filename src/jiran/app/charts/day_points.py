"""What the curves of the Street show of a run: one row a point, where the sun's energy went and where the demand came from.

Where that is not known of all homes, it is what passed their meters.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from jiran.app.charts.base import GHOST, MOST_POINTS, Window, time_labels
from jiran.engine.flows import taken_in, went_out
from jiran.nothing import SEEN

if TYPE_CHECKING:
    from jiran.result.result import Result

#: Length of a point when steps are put together: polars' name, words, minutes. They divide the day, so that points
#: do not drift through the hours.
_BINS = (
    ("10m", "10 minutes", 10), ("15m", "15 minutes", 15), ("30m", "30 minutes", 30), ("1h", "1 hour", 60),
    ("2h", "2 hours", 120), ("3h", "3 hours", 180), ("6h", "6 hours", 360), ("12h", "12 hours", 720),
    ("1d", "1 day", 1440), ("1w", "1 week", 10_080),
)  # fmt: skip

_HOUR_MS = 3_600_000

#: How the columns of A begin.
GHOST_PREFIX = f"{GHOST} "
#: Columns that say when a point is.
_CLOCK = ("step", "time", "hours")


@dataclass(frozen=True)
class Points:
    """What the panels show, one row a point, energy in `unit`.

    Attributes:
        frame: The points; the names of the columns are those of `_columns`.
        each: How long a point is, in words.
        binned: Whether several steps are put together in a point.
        unit: "kW", "kWh a day" or "kWh a week".
        start_kwh: What the battery held before the first point.
    """

    frame: pl.DataFrame
    each: str
    binned: bool
    unit: str
    start_kwh: float

    @cached_property
    def several_days(self) -> bool:
        """Whether the points are of more than one date."""
        return self.frame["time"].dt.date().n_unique() > 1

    @cached_property
    def clock_ms(self) -> tuple[int, int]:
        """When the points start and end by the clock of the first, ms since 1970."""
        local = self.frame["time"].dt.replace_time_zone(None).dt.epoch("ms")
        return int(local[0]), int(local[0] + _HOUR_MS * self.frame["hours"].sum())


def points(result: Result, window: Window) -> Points:
    """Return the steps of a window, put together in equal parts of days if there are too many of them."""
    steps, minutes = window.last - window.first, result.timeline.step_minutes
    before = result.steps["soc_kwh"][window.first - 1] if window.first else result.start.stored_kwh
    frame = _columns(result).slice(window.first, steps)
    if steps <= MOST_POINTS:
        each = "1 hour" if minutes == 60 else f"{minutes} minutes"
        return Points(
            _in_unit(frame.with_columns(hours=minutes / 60.0), "kW"), each, binned=False, unit="kW", start_kwh=before
        )
    every, each, length = next(
        (size for size in _BINS if size[2] % minutes == 0 and steps * minutes / size[2] <= MOST_POINTS), _BINS[-1]
    )
    unit = {"1d": "kWh a day", "1w": "kWh a week"}.get(every, "kW")
    traded = pl.col("p2p_kwh").filter(pl.col("p2p_price").is_not_null())
    energy = [name for name in frame.columns if name.endswith("_kwh") and not name.startswith("soc")]
    binned = frame.group_by(pl.col("time").dt.truncate(every), maintain_order=True).agg(
        *(pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name) for name in energy),
        pl.col("trades").sum(),
        pl.col("soc_kwh").last(),
        pl.col("soc_kwh").min().alias("soc_low"),
        pl.col("soc_kwh").max().alias("soc_high"),
        pl.col("import_price", "export_price").mean(),
        p2p_price=pl.when(traded.sum() > 0.0).then((pl.col("p2p_price") * pl.col("p2p_kwh")).sum() / traded.sum()),
        hours=pl.len() * (minutes / 60.0),
    )
    each = each if length < 1440 else each.removeprefix("1 ")
    return Points(_in_unit(binned, unit), each, binned=True, unit=unit, start_kwh=before)


def with_those_of_a(shown: Points, before: Points | None) -> Points:
    """Return points with those of A beside them, in columns called "A ..." where they differ.

    Besides those of `_columns` there is what needed no grid: "A met_kwh" of the demand, "A kept_kwh" of the generation.
    """
    if before is None or before.frame.height != shown.frame.height or before.unit != shown.unit:
        return shown
    needs_no_grid = {
        "met_kwh": pl.col("demand_kwh") - pl.col("grid_import_kwh"),
        "kept_kwh": pl.col("generation_kwh") - pl.col("grid_export_kwh") - pl.col("curtailed_kwh"),
    }
    now, then = (points.frame.with_columns(**needs_no_grid) for points in (shown, before))
    both = [name for name in then.columns if name in now.columns and name.endswith("_kwh")]
    unknown = [name for name in both if now[name].is_null().all() or then[name].is_null().all()]
    changed = [
        name
        for name in then.columns
        if name in now.columns and name not in (*_CLOCK, *unknown) and _differ(now[name], then[name])
    ]
    ghosts = then.select(pl.col(changed).name.prefix(GHOST_PREFIX))
    return replace(shown, frame=shown.frame.hstack(ghosts))


def _differ(now: pl.Series, then: pl.Series) -> bool:
    """Tell whether two columns of numbers differ by more than rounding."""
    return bool((now.is_null() != then.is_null()).any() or ((now - then).abs() > SEEN).any())


def _columns(result: Result) -> pl.DataFrame:
    """Return the steps with where the sun's energy went and where the demand came from, kWh.

    What the community battery traded in the market is with the rest that it took and gave.
    """
    lent = pl.Series(result.flows.outputs.ev_lent_kwh.sum(axis=1))
    sold, bought = (pl.Series(result.settlement.step_kwh[f"battery_{name}_kwh"]) for name in ("sold", "bought"))
    among_homes = pl.col("p2p_kwh") - sold - bought
    shared, stored = among_homes - lent, pl.col("battery_charge_kwh") + bought
    exported = pl.col("grid_export_kwh") + pl.col("curtailed_kwh")
    at_home = pl.col("home_battery_charge_kwh")
    return result.steps.with_columns(
        demand_kwh=pl.col("load_kwh") + pl.col("ev_kwh"),
        own_kwh=(pl.col("generation_kwh") - shared - stored - exported - at_home).clip(0.0),
        shared_kwh=shared.clip(0.0),
        ev_home_kwh=(pl.col("ev_supplied_kwh") - lent).clip(0.0),
        traded_kwh=pl.col("p2p_kwh"),
        p2p_kwh=among_homes,
        battery_charge_kwh=stored,
        battery_discharge_kwh=pl.col("battery_discharge_kwh") + sold,
        taken_kwh=pl.Series(taken_in(result.settlement.step_kwh)),
        given_kwh=pl.Series(went_out(result.settlement.step_kwh)),
        soc_low=pl.col("soc_kwh"),
        soc_high=pl.col("soc_kwh"),
    )


def _in_unit(frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Turn energy into mean power; what is traded stays energy."""
    if unit != "kW":
        return frame
    energy = [name for name in frame.columns if name.endswith("_kwh") and name not in ("soc_kwh", "traded_kwh")]
    return frame.with_columns(pl.col(*energy) / pl.col("hours"))


def labels(shown: Points) -> list[str]:
    """Return the names of the points: when they start."""
    if shown.unit != "kW":
        return shown.frame["time"].dt.strftime("%a %-d %b %Y").to_list()
    return time_labels(shown.frame, days=shown.several_days)


def nights_ms(shown: Points, *, most: int) -> list[list[int]]:
    """Return start and end of each stretch in which no roof generates; none if there are more than `most`."""
    ends = shown.frame["hours"].cum_sum().to_list()
    first, _ = shown.clock_ms
    nights: list[list[float]] = []
    for dark, start, end in zip((shown.frame["generation_kwh"] <= 0.0).to_list(), [0.0, *ends[:-1]], ends, strict=True):
        if dark and nights and nights[-1][1] == start:
            nights[-1][1] = end
        elif dark:
            nights.append([start, end])
    if len(nights) > most or not shown.frame["generation_kwh"].sum() > 0.0:
        return []
    return [[round(first + _HOUR_MS * hour) for hour in night] for night in nights]


def stored_ms(shown: Points) -> list[list[float]]:
    """Return the battery's state by the clock: at the start, and at the end of each point."""
    first, _ = shown.clock_ms
    hours = [0.0, *shown.frame["hours"].cum_sum()]
    return [
        [first + _HOUR_MS * hour, round(kwh, 3)]
        for hour, kwh in zip(hours, [shown.start_kwh, *shown.frame["soc_kwh"]], strict=True)
    ]
