"""What both comparisons of the page share: running them when they are asked for, and offering them as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import export, state
from jiran.app.showing import plain
from jiran.errors import JiranError
from jiran.report import html
from jiran.report.figures import whole_table

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.scenario import Scenario


def compared(name: str, cases: dict[str, Scenario], seeds: int) -> Comparison | None:
    """Return a comparison; None if it cannot be made, or is large and has not been asked for."""
    try:
        found = state.compare(name, cases, seeds)
    except state.NotRunError:  # the page has said why
        return None
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
