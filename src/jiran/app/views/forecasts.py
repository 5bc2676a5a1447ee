"""Forecasts: how wrong each is on the homes of the run, which stores that plan ahead go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from jiran.app import export, state
from jiran.app.showing import file_name, plain
from jiran.errors import JiranError
from jiran.report.forecasts import NOTES, rows

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
        st.info(plain(str(error)), icon=":material/info:")
        return
    _table(errors, scenario.name)


def _table(errors: tuple[ForecastError, ...], name: str) -> None:
    frame = pl.DataFrame(rows(errors), infer_schema_length=None)
    share = st.column_config.NumberColumn
    st.dataframe(
        frame.drop("forecast", "bound"), hide_index=True, placeholder="–", key="forecasts_table",
        alt="Table of how wrong each forecast is, best first.",
        column_config={
            "name": "Forecast",
            "home": share("Of a home, %", format="percent"),
            "street": share("Of the street, %", format="percent"),
            "against_yesterday": share("Against yesterday, %", format="percent", help="Below 0 is better than yesterday."),
        },
    )  # fmt: skip
    st.caption(f"{NOTES} The first day has no past and is not counted. bound: is told the truth.")
    st.download_button(
        "Forecasts, CSV", lambda: export.csv_bytes(frame), f"{file_name(f'jiran-forecasts-{name}')}.csv", "text/csv",
        key="forecasts_csv", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
