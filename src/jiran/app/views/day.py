"""The run along one time axis, with the figures of the paper, and its steps as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import pins, state
from jiran.app.charts import day as charts
from jiran.app.charts.day_points import nights_ms, points
from jiran.app.drawing import draw
from jiran.app.export import csv_bytes
from jiran.app.showing import file_name, plain, show_text
from jiran.explain.day import chart, summary
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.app.charts.base import Window
    from jiran.app.charts.day_points import Points
    from jiran.result.result import Result


def show() -> None:
    """Draw the page."""
    result = state.result()
    window = state.pick_window(whole=True)
    shown = points(result, window)
    show_text(*summary(result, window.first, window.last), heading=True)
    before = state.pinned()
    missing = None if before is None else pins.not_comparable(before, result)
    option = charts.spec(result, shown, None if before is None or missing else points(before, window))
    how = _how_to_read(result, shown, zoom="dataZoom" in option)
    if before is not None:
        how += (
            f" {missing}, so A's lines are not drawn."
            if missing
            else " Dashed: A, where it differs; over bars, where the grid's part began."
        )
    st.caption(plain(how))
    draw(option, key="day-chart", alt=str(chart(result, window.first, window.last)), height=charts.height(option))
    _table(result, window)


def _how_to_read(result: Result, shown: Points, *, zoom: bool) -> str:
    """Say how long a point is, how the paper draws it, and what can be done."""
    parts = [f"Each point is {'a ' if shown.each in ('day', 'week') else ''}{shown.each}"]
    if shown.unit == "kW":
        parts[0] += ", kW its mean power"
    if nights_ms(shown, most=charts.MOST_NIGHTS):
        parts[0] += "; where no roof generates it is shaded"
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


def _table(result: Result, window: Window) -> None:
    """Draw the steps as a table that is sent only when it is opened, and offer it as a file."""
    steps = result.steps.slice(window.first, window.last - window.first)
    place = st.expander(
        f"The numbers: {counted(steps.height, 'step')}", icon=":material/table:", on_change="rerun", key="day-table"
    )
    if not place.open:
        return
    with place:
        st.dataframe(steps, hide_index=True, lazy=True, alt="Energy, trades and prices of each step")
        name = file_name(f"jiran-{result.scenario.name}-steps.csv")
        st.download_button(
            "CSV", lambda: csv_bytes(steps), name, "text/csv", on_click="ignore", icon=":material/download:"
        )
