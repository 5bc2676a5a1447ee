"""The curves of a day or of the whole run, with the figures of the paper, and the steps as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import pins, state
from jiran.app.charts import day as charts
from jiran.app.charts.base import Window
from jiran.app.charts.day_panels import of_paper
from jiran.app.charts.day_points import nights_ms, points
from jiran.app.columns import as_written
from jiran.app.drawing import draw
from jiran.app.export import csv_bytes
from jiran.app.selection import day_of
from jiran.app.showing import file_name, plain, show_text
from jiran.app.street.sections import section
from jiran.app.views.data_tables import as_steps
from jiran.explain.day import chart, summary
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.app.charts.day_points import Points
    from jiran.result.result import Result

_DAY, _WHOLE = "This day", "Whole period"


def show(result: Result, step: int) -> None:
    """Draw the curves of the day of a step, or of the whole run, with the step marked."""
    window = _window(result, step)
    shown = points(result, window)
    show_text(*summary(result, window.first, window.last))
    before = state.pinned()
    missing = None if before is None else pins.not_comparable(before, result)
    option = charts.spec(result, shown, None if before is None or missing else points(before, window), step)
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


def _window(result: Result, step: int) -> Window:
    """Return the day of the step, or if the viewer wants it the whole run."""
    day = day_of(result.timeline, step)
    if day.last - day.first == result.timeline.steps:
        return day
    whole = st.segmented_control(
        "What the curves show", [_DAY, _WHOLE], default=_DAY, required=True, key="curves_of", persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    return Window(0, result.timeline.steps) if whole == _WHOLE else day


def _how_to_read(result: Result, shown: Points, *, zoom: bool) -> str:
    """Say how long a point is, how the paper draws it, and what can be done."""
    parts = [f"Each point is {'a ' if shown.each in ('day', 'week') else ''}{shown.each}"]
    if shown.unit == "kW":
        parts[0] += ", kW its mean power"
    if nights_ms(shown, most=charts.MOST_NIGHTS):
        parts[0] += "; where no roof generates it is shaded"
    parts[0] += "."
    paper, battery = of_paper(result), result.scenario.battery.capacity_kwh > 0.0
    if paper and not battery:
        parts.append("There is no battery, and so no Fig. 4.")
    if battery and shown.unit == "kW" and not shown.binned:
        end = "The battery is drawn at the end of each step"
        parts.append(
            f"{end}; Fig. 4 of the paper writes that at the step's start, one step further left."
            if paper
            else f"{end}."
        )
    if zoom:
        parts.append("The slider under the charts zooms.")
    parts.append("Click a name to hide it.")
    return " ".join(parts)


def _table(result: Result, window: Window) -> None:
    """Draw the steps as a table that is sent only when it is opened, and offer it as a file."""
    steps = result.steps.slice(window.first, window.last - window.first)
    place = section("numbers", f"The numbers: {counted(steps.height, 'step')}", ":material/table:")
    if place is None:
        return
    with place:
        rows, shown = as_steps(steps, result.scenario.currency)
        st.dataframe(
            as_written(rows, shown),
            hide_index=True,
            lazy=True,
            placeholder="–",
            alt="Energy, trades and prices of each step",
            column_config=shown,
        )
        name = file_name(f"jiran-{result.scenario.name}-steps.csv")
        st.download_button(
            "CSV", lambda: csv_bytes(steps), name, "text/csv", on_click="ignore", icon=":material/download:"
        )
