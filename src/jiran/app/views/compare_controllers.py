"""Controllers of the street's batteries side by side, each held against the optimum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from jiran.app import export, state
from jiran.app.showing import file_name, plain
from jiran.errors import JiranError
from jiran.report.controllers import STORES, notes, rows, worth_of_perfect

if TYPE_CHECKING:
    from jiran.judge.by_controller import SideBySide, Who
    from jiran.scenario import Scenario

NO_STORE = "There is no battery to run here: set a capacity of the community battery, or give homes batteries, under All settings."


def show(scenario: Scenario) -> None:
    """Draw this part of the page, once it is opened."""
    st.subheader("Controllers side by side", anchor="controllers")
    whose: list[Who] = []
    if scenario.homes.batteries:
        whose.append("home_battery")
    if scenario.battery.capacity_kwh > 0.0:
        whose.append("battery")
    if not whose:
        st.caption(NO_STORE)
        return
    more = st.expander(
        "Who should run the batteries?", on_change="rerun", key="controllers", icon=":material/battery_charging_full:"
    )
    if more.open:
        with more:
            _inside(scenario, whose)


def _inside(scenario: Scenario, whose: list[Who]) -> None:
    who = whose[0]
    if len(whose) > 1:
        who = st.segmented_control(
            "Whose batteries", whose, default=who, required=True, format_func=STORES.__getitem__, key="whose stores",
            persist_state="session",
        )  # fmt: skip
    try:
        found = state.controllers(scenario, who)
    except state.NotRunError:  # the page has said why
        return
    except JiranError as error:
        st.error(f"This cannot be compared. {plain(str(error))}", icon=":material/error:")
        return
    _draw(found, scenario)


def _draw(found: SideBySide, scenario: Scenario) -> None:
    if found.perfect_worth is not None:
        forecast = getattr(scenario, found.who).forecast
        st.markdown(plain(worth_of_perfect(found.perfect_worth, forecast, scenario.currency)))
    frame = pl.DataFrame(rows(found), infer_schema_length=None)
    st.dataframe(
        frame.drop("controller", "forecast", "bound"), hide_index=True, column_config=_columns(scenario.currency),
        placeholder="–", key="controllers_table", alt=f"Table of who runs {STORES[found.who]}, cheapest first.",
    )  # fmt: skip
    st.caption(plain(notes(scenario.currency)))
    st.download_button(
        "Controllers, CSV", lambda: export.csv_bytes(frame), f"{file_name(f'jiran-controllers-{scenario.name}')}.csv", "text/csv",
        key="controllers_csv", icon=":material/download:", on_click="ignore", help="Every figure of every controller.",
    )  # fmt: skip


def _columns(currency: str) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "run_by": st.column_config.Column("Run by", pinned=True),
        "cost": number(f"Cost, {currency}", format="%.2f"),
        "optimum_share": number("Reached, %", format="percent"),
        "gap_closed": number("Of the gap, %", format="percent"),
        "cycles": number("Cycles", format="%.1f"),
        "wear": number(f"Wear, {currency}", format="%.2f"),
        "peak_import_kw": number("Peak, kW", format="%.1f"),
        "stored_end_kwh": number("Left, kWh", format="%.1f"),
    }
