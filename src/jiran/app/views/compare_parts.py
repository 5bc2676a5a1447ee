"""What both comparisons of the page share: running them when they are asked for, and offering them as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import export, state
from jiran.app.runs import home_steps
from jiran.app.showing import plain
from jiran.errors import JiranError
from jiran.report import html
from jiran.report.figures import whole_table

if TYPE_CHECKING:
    from jiran.comparison import Comparison
    from jiran.scenario import Scenario

#: Comparisons of more home-steps than this take longer than some ten seconds, and are asked for.
_ASKED_HOME_STEPS = 100_000_000


def compared(name: str, cases: dict[str, Scenario], seeds: int) -> Comparison | None:
    """Return a comparison; None if it cannot be made, or is large and has not been asked for."""
    work = sum(map(home_steps, cases.values())) * seeds
    if work > _ASKED_HOME_STEPS and not st.toggle(
        f"Compare now: {work / 1e6:,.0f} million home-steps may take minutes", key=f"ask|{name}|{work}"
    ):
        return None
    try:
        found = state.compare(name, cases, seeds)
    except JiranError as error:
        st.error(f"This cannot be compared. {plain(str(error))}", icon=":material/error:")
        return None
    if len(found.seeds) < seeds:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/pause: Stopped: {len(found.seeds)} of {seeds} seeds are done.", width="content")
            st.button("Go on", on_click=state.go_on, key=f"go on {name}", icon=":material/play_arrow:")
    return found


def files(comparison: Comparison, key: str, name: str, what: str) -> None:
    """Offer a comparison as files."""
    with st.container(horizontal=True):
        st.download_button(
            f"{what}, CSV", lambda: export.csv_bytes(whole_table(comparison)), f"{name}.csv", "text/csv",
            key=f"{key}_csv", icon=":material/download:", on_click="ignore", help="Every figure of every case.",
        )  # fmt: skip
        st.download_button(
            f"{what}, web page", lambda: html(comparison).encode(), f"{name}.html", "text/html",
            key=f"{key}_html", icon=":material/article:", on_click="ignore",
            help="One file with the answer, the table and the pictures, to mail or to print.",
        )  # fmt: skip
