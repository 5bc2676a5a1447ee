"""The run along one time axis, with the figures of the paper, and its steps as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import streamlit as st

from jiran.app import pins, state
from jiran.app.charts import day as charts
from jiran.app.charts.day_points import nights_ms, points
from jiran.app.drawing import draw
from jiran.app.export import csv_bytes
from jiran.app.showing import file_name

if TYPE_CHECKING:
    from jiran.app.charts.base import Window
    from jiran.app.charts.day_points import Points
    from jiran.result import Result


def show() -> None:
    """Draw the page."""
    result = state.result()
    window = state.pick_window(whole=True)
    shown = points(result, window)
    st.markdown(f"##### {summary(result, window)}")
    before = state.pinned()
    missing = None if before is None else pins.apart(before, result)
    option = charts.spec(result, shown, None if before is None or missing else points(before, window))
    how = _how_to_read(result, shown, zoom="dataZoom" in option)
    if before is not None:
        how += (
            f" {missing}, so A's lines are not drawn."
            if missing
            else " Dashed: A, where it differs; over bars, where the grid's part began."
        )
    st.caption(how)
    draw(option, key="day-chart", alt=charts.alt(result, window), height=charts.height(option))
    _table(result, window)


def _how_to_read(result: Result, shown: Points, *, zoom: bool) -> str:
    """Say how long a point is, how the paper draws it, and what can be done."""
    parts = [f"Each point is {'a ' if shown.each in ('day', 'week') else ''}{shown.each}"]
    if shown.unit == "kW":
        parts[0] += ", kW its mean power"
    if nights_ms(shown, most=charts.MOST_NIGHTS):
        parts[0] += "; nights are shaded"
    parts[0] += "."
    if result.scenario.battery.capacity_kwh <= 0.0:
        parts.append("There is no battery, and so no Fig. 4.")
    elif shown.unit == "kW" and not shown.binned:
        parts.append(
            "The battery is drawn at the end of each step; Fig. 4 of the paper writes that at the step's start, one step further left."
        )
    if zoom:
        parts.append("The slider under the charts zooms.")
    parts.append("Click a name to hide it.")
    return " ".join(parts)


def summary(result: Result, window: Window) -> str:
    """Return what a window shows in a few plain sentences."""
    steps = result.steps.slice(window.first, window.last - window.first)
    days = steps.height * result.timeline.step_h / 24.0
    if days > 1.05:
        return _of_days(result, steps)
    return " ".join(filter(None, (_without_grid(result, steps), _battery(result, steps), _most_traded(steps))))


def _without_grid(result: Result, steps: pl.DataFrame) -> str:
    """Say when the homes needed nothing from the grid, the longest time."""
    demand = (steps["load_kwh"] + steps["ev_kwh"]).to_numpy()
    free = np.concatenate([[False], steps["grid_import_kwh"].to_numpy() <= 1e-6 * demand, [False]])
    starts, ends = np.flatnonzero(free[1:] & ~free[:-1]), np.flatnonzero(free[:-1] & ~free[1:])
    if not starts.size:
        return "The homes needed the grid all the time."
    longest = int((ends - starts).argmax())
    first, last = int(starts[longest]), int(ends[longest]) - 1
    by = (
        "their own roofs" if steps["battery_discharge_kwh"][first : last + 1].sum() <= 1e-6 else "roofs and the battery"
    )
    if first == 0 and last == steps.height - 1:
        return f"The homes lived from {by} all the time and needed nothing from the grid."
    return f"From {_clock(result, steps, first)} to {_clock(result, steps, last, end=True)} the homes lived from {by}, without the grid."


def _battery(result: Result, steps: pl.DataFrame) -> str:
    """Say when the battery was full and when it was empty after that."""
    capacity = result.scenario.battery.capacity_kwh
    if capacity <= 0.0:
        return ""
    soc = steps["soc_kwh"].to_numpy()
    least = result.scenario.battery.min_soc * capacity
    if soc.max() <= least + 1e-6:
        return "The battery stayed empty."
    if soc.max() < capacity - 1e-6:
        top = int(soc.argmax())
        return (
            f"The battery held at most {soc[top]:.1f} of {capacity:g} kWh, at {_clock(result, steps, top, end=True)}."
        )
    full = int((soc >= capacity - 1e-6).argmax())
    empty = np.flatnonzero(soc[full:] <= least + 1e-6)
    end = f"empty again by {_clock(result, steps, full + int(empty[0]), end=True)}" if empty.size else "not empty again"
    return f"The battery was full by {_clock(result, steps, full, end=True)} and {end}."


def _most_traded(steps: pl.DataFrame) -> str:
    if not steps["p2p_kwh"].sum() > 0.0:
        return "Nothing was traded."
    most = steps["p2p_kwh"].arg_max() or 0
    at = steps["time"][most].strftime("%H:%M")
    return f"Neighbours traded most at {at}: {steps['p2p_kwh'][most]:,.1f} kWh in {steps['trades'][most]:,} trades."


def _of_days(result: Result, steps: pl.DataFrame) -> str:
    """Say what several days have in common."""
    date = steps["time"].dt.date()
    days = round(steps.height * result.timeline.step_h / 24.0, 1)
    demand = float(steps.select(pl.col("load_kwh", "ev_kwh").sum()).sum_horizontal()[0])
    supplied = float(steps["grid_import_kwh"].sum()) / demand if demand else 0.0
    parts = [f"In {days:g} days the grid supplied {supplied:.0%} of the demand."]
    capacity = result.scenario.battery.capacity_kwh
    if capacity > 0.0:
        full = date.filter(steps["soc_kwh"] >= capacity - 1e-6).n_unique()
        parts.append(
            f"The battery got full {'every day' if full >= days else f'on {full} of them' if full else 'on none of them'}."
        )
    by_hour = np.bincount(steps["time"].dt.hour().to_numpy(), steps["p2p_kwh"].to_numpy(), minlength=24)
    if by_hour.sum() > 0.0:
        parts.append(f"Neighbours traded most around {int(by_hour.argmax()):02d}:00.")
    return " ".join(parts)


def _clock(result: Result, steps: pl.DataFrame, place: int, *, end: bool = False) -> str:
    """Return the time on the clock at the start or the end of a step."""
    local = result.timeline.local[int(steps["step"][place])]
    return str((local + np.timedelta64(result.timeline.step_minutes if end else 0, "m")).astype("datetime64[m]"))[-5:]


def _table(result: Result, window: Window) -> None:
    """Draw the steps as a table that is sent only when it is opened, and offer it as a file."""
    steps = result.steps.slice(window.first, window.last - window.first)
    place = st.expander(
        f"The numbers: {steps.height:,} steps", icon=":material/table:", on_change="rerun", key="day-table"
    )
    if not place.open:
        return
    with place:
        st.dataframe(steps, hide_index=True, lazy=True, alt="Energy, trades and prices of each step")
        name = file_name(f"jiran-{result.scenario.name}-steps.csv")
        st.download_button(
            "CSV", lambda: csv_bytes(steps), name, "text/csv", on_click="ignore", icon=":material/download:"
        )
