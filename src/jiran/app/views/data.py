"""Data & method: every table and file of the run, how to run it elsewhere, and how it was worked out."""

from __future__ import annotations

import streamlit as st

from jiran.app import state
from jiran.app.views import data_files, data_tables, forecasts, ledger, live, method, paper, trades

#: What is open, as the address bar names it: its heading, and what draws it.
PARTS = {
    "trades": ("Trades", trades.show),
    "homes": ("Homes", data_tables.homes),
    "bills": ("Bills", data_tables.bills),
    "steps": ("Steps", data_tables.steps),
    "figures": ("Figures", data_tables.figures),
    "forecasts": ("Forecasts", forecasts.show),
    "ledger": ("Ledger", ledger.show),
    "files": ("Files & code", data_files.show),
    "method": ("Method", method.show),
    "live": ("Live", live.show),
    "paper": ("The paper, checked", paper.show),
}
_FIRST = "trades"


def show() -> None:
    """Draw the part that is open; the others cost nothing."""
    names = {part: name for part, (name, _) in PARTS.items()}
    wanted = state.opened_at_arrival("part") or _FIRST
    # A link that opens another part makes other tabs, which start with it.
    tabs = st.tabs(
        [*names.values()], default=names.get(wanted, names[_FIRST]), key=f"parts|{state.arrival()}", on_change="rerun"
    )
    for tab, (part, (_, draw)) in zip(tabs, PARTS.items(), strict=True):
        if tab.open:
            state.look_at("part", None if part == _FIRST else part)
            state.show_address()
            with tab:
                draw()
