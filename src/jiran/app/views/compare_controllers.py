"""Controllers of the street's stores side by side, each held against the optimum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from jiran.app import export, state
from jiran.app.columns import digits
from jiran.app.showing import file_name, markdown_of, plain
from jiran.control import find_forecast
from jiran.control import forecasts as installed
from jiran.errors import JiranError
from jiran.judge.by_controller import choices, goes_by_forecast, there_are
from jiran.report.controllers import STORES, WHOSE, columns, html, notes, rows, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.judge.by_controller import SideBySide, Who
    from jiran.scenario import Scenario

NO_STORE = (
    "There is no battery and no car to run here: set a capacity of the community battery, give homes batteries, or let cars charge "
    "by plans, under All settings."
)
_TITLE = "Who should run the stores?"


def show(scenario: Scenario) -> None:
    """Draw this part of the page, once it is opened."""
    st.subheader("Controllers side by side", anchor="controllers")
    whose = there_are(scenario)
    if not whose:
        st.caption(NO_STORE)
        return
    linked = state.opened_at_arrival("controllers") is not None
    more = st.expander(
        _TITLE, linked, on_change="rerun", key=f"controllers|{state.arrival()}", icon=":material/battery_charging_full:"
    )
    state.look_at("controllers", None)
    for key in ("whose", "forecasts"):
        state.look_at(key, None)
    if more.open:
        with more:
            _inside(scenario, whose)
    state.show_address()


def _inside(scenario: Scenario, whose: list[Who]) -> None:
    """Let the viewer choose whose stores, controllers and forecasts; draw what comes of it."""
    asked = {who: name for name, who in WHOSE.items()}
    who = WHOSE.get(state.opened_at_arrival("whose") or "", whose[0])
    who = who if who in whose else whose[0]
    if len(whose) > 1:
        who = st.segmented_control(
            "Whose stores", whose, default=who, required=True, format_func=lambda one: STORES[one].capitalize(),
            key=f"whose stores|{state.arrival()}|{''.join(whose)}", persist_state="session",
        )  # fmt: skip
        state.look_at("whose", None if who == whose[0] else asked[who])
    possible = choices(scenario, who)
    own = getattr(scenario, who).forecast
    names = _chosen("Controllers", possible[1:], possible[1:], f"{who}|{','.join(possible)}", "controllers")
    foretelling = [name for name in installed() if not find_forecast(name).foresight] if any(goes_by_forecast(who, name) for name in names) else []  # fmt: skip
    own_first = [own] if own in foretelling else foretelling[:1]
    foreseen = _chosen("Forecasts", foretelling, own_first, f"{who}|{own}", "forecasts") if foretelling else []
    # The part is open, which a link says too: all controllers are "all".
    state.look_at("controllers", "all" if set(names) == set(possible[1:]) else ",".join(names) or "none")
    state.look_at("forecasts", None if foreseen == own_first else ",".join(foreseen))
    asked_names = None if set(names) == set(possible[1:]) else [possible[0], *names]
    try:
        found = state.controllers(scenario, who, asked_names, foreseen or None)
    except state.NotRunError:  # the page has said why
        return
    except JiranError as error:
        st.error(f"This cannot be compared. {plain(str(error))}", icon=":material/error:")
        return
    _draw(found, scenario, asked_names, foreseen or None)


def _chosen(label: str, options: Sequence[str], default: Sequence[str], key: str, linked: str) -> list[str]:
    """Draw names to choose from; at first those of the link that the viewer came by.

    Args:
        label: What is chosen.
        options: What there is.
        default: What is chosen without a link.
        key: Of the widget.
        linked: Of the link.
    """
    said = state.opened_at_arrival(linked)
    if said is not None and said != "all":
        default = [name for name in options if name in said.split(",")] if said != "none" else []
    return st.pills(
        label, options, selection_mode="multi", default=default, key=f"{label}|{key}|{state.arrival()}", persist_state="session"
    )  # fmt: skip


def _draw(found: SideBySide, scenario: Scenario, names: list[str] | None, foreseen: list[str] | None) -> None:
    st.markdown("\n".join(f"- {markdown_of(sentence)}" for sentence in say(found, scenario)))
    frame = pl.DataFrame(rows(found), infer_schema_length=None)
    st.dataframe(
        _in_percent(frame.drop("controller", "forecast", "bound"), found), hide_index=True, column_config=_columns(found, scenario.currency),
        placeholder="–", key="controllers_table", alt=f"Table of who runs {STORES[found.who]}, the least net cost first.",
    )  # fmt: skip
    st.caption(plain(notes(found, scenario.currency)))
    name = file_name(f"jiran-controllers-{scenario.name}")
    with st.container(horizontal=True):
        st.download_button(
            "Controllers, CSV", lambda: export.csv_bytes(frame), f"{name}.csv", "text/csv",
            key="controllers_csv", icon=":material/download:", on_click="ignore", help="Every figure of every controller.",
        )  # fmt: skip
        st.download_button(
            "Controllers, web page", lambda: html(found, scenario, names, foreseen).encode(), f"{name}.html", "text/html",
            key="controllers_html", icon=":material/article:", on_click="ignore",
            help="One file with the answer and the table, to mail or to print.",
        )  # fmt: skip


def _in_percent(frame: pl.DataFrame, found: SideBySide) -> pl.DataFrame:
    """Return a table with its shares in per cent, as their headings say."""
    return frame.with_columns(pl.col(name) * 100.0 for name, one in columns(found).items() if one.is_share)


def _columns(found: SideBySide, currency: str) -> dict[str, Any]:
    """Return how each column is shown: with the decimals that the report writes."""
    shown: dict[str, Any] = {"run_by": st.column_config.Column("Run by", pinned=True)}
    for name, one in columns(found).items():
        heading = f"{one.heading}, %" if one.is_share else one.heading.format(currency=currency)
        shown[name] = digits(one.decimals)(heading, help=one.help)
    return shown
