"""Forecasts: how wrong each is on the homes of the run, which stores that plan ahead go by."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from jiran.app import columns, export, state
from jiran.app.charts import forecast as charts
from jiran.app.drawing import draw
from jiran.app.labels import in_words
from jiran.app.showing import file_name, markdown_of, plain
from jiran.errors import JiranError
from jiran.judge.forecast_day import days_of, foreseen
from jiran.report.forecasts import NOTES, of_day, rows
from jiran.scenario.files import as_data
from jiran.words import time_of_day

if TYPE_CHECKING:
    from jiran.judge.forecast_error import ForecastError


def show() -> None:
    """Draw the part."""
    scenario = state.result().scenario
    st.subheader("How wrong each forecast is of the coming day", anchor="forecasts")
    try:
        errors = state.forecasts(scenario)
    except state.NotRunError:  # the page has said why
        return
    except JiranError as error:
        st.info(plain(in_words(error, as_data(scenario))), icon=":material/info:")
        return
    _table(errors, scenario.name)
    _day([one.forecast for one in errors])


@st.fragment
def _day(names: list[str]) -> None:
    """Draw a forecast of a day that the viewer chooses beside what came, and its error by how far it looks ahead.

    Args:
        names: Of forecasts, best first.
    """
    result = state.result()
    st.subheader("A day, as it was foreseen and as it came", anchor="forecast-day")
    left, middle, right = st.columns(3)
    home, first = state.selection().home, "mean-of-days"
    owners: list[str | None] = [None, *result.community.ids]
    forecast = left.selectbox(
        "Forecast", names, names.index(first) if first in names else 0, key="forecast shown", persist_state="session"
    )
    owner = middle.selectbox(
        "Whose need", owners, owners.index(home) if home in owners else 0, format_func=lambda one: one or "The street",
        key=f"forecast owner|{result.scenario.name}|{len(owners)}", persist_state="session",
    )  # fmt: skip
    days, a_day = days_of(result), 24 * 60 // result.timeline.step_minutes
    dates = [str(result.timeline.local[day * a_day].astype("datetime64[D]")) for day in range(days)]
    day = right.selectbox(
        "Day", range(1, days), days - 2, format_func=lambda one: f"{dt.date.fromisoformat(dates[one]):%a %d %b %Y}",
        key=f"forecast day|{result.scenario.name}|{days}|{dates[0]}", persist_state="session",
    )  # fmt: skip
    shown = foreseen(result, forecast, owner, day)
    said = str(of_day(shown))
    st.markdown(markdown_of(said))
    times = [time_of_day(one) for one in result.timeline.local[shown.first : shown.first + a_day].astype(object)]
    draw(charts.day(shown, times), key="forecast_day", alt=said, height=300)
    st.markdown("**Mean error by how far ahead**")
    st.caption(
        "Each is asked at the beginning of every day but the first: up to 24 h is the day that begins, beyond that the one after. Where the "
        "need is small in each of its hours, so is the error."
    )
    draw(
        charts.by_lead(shown, result.timeline.step_h), key="forecast_error", height=260,
        alt=f"Mean absolute error of {shown.forecast} and of yesterday, from the first hour ahead to the forty-eighth.",
    )  # fmt: skip


def _table(errors: tuple[ForecastError, ...], name: str) -> None:
    frame = pl.DataFrame(rows(errors), infer_schema_length=None)
    st.dataframe(
        frame.drop("forecast", "bound").with_columns(pl.col("home", "street", "against_yesterday") * 100.0), hide_index=True, placeholder="–", key="forecasts_table",
        alt="Table of how wrong each forecast is, best first.",
        column_config={
            "name": "Forecast",
            "home": columns.SHARES("Of a home, %"),
            "street": columns.SHARES("Of the street, %"),
            "against_yesterday": columns.SHARES("Against yesterday, %", help="Below 0 is better than yesterday."),
        },
    )  # fmt: skip
    st.caption(f"{NOTES} The first day has no past and is not counted. bound: is told the truth.")
    st.download_button(
        "Forecasts, CSV", lambda: export.csv_bytes(frame), f"{file_name(f'jiran-forecasts-{name}')}.csv", "text/csv",
        key="forecasts_csv", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
