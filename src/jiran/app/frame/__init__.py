"""What stands around every page and Streamlit has no words for: its name, help, colours that can be read, the phone's menu."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import state
from jiran.app.glossary import GLOSSARY

if TYPE_CHECKING:
    from jiran.app.areas import Area

_HERE = Path(__file__).parent


def show(area: Area) -> None:
    """Name the page, for those who hear it and for phones, offer help, and set what the theme cannot."""
    st.html(_HERE / "frame.css")
    if not state.presents():
        st.logo(_HERE / "jiran.svg")
    if state.presents():
        st.html(_HERE / "present.css")
    elif not area.runs:
        st.html(_HERE / "panelless.css")
    with st.container(key="page_name"):
        st.html(f"<h1>{html.escape(area.title)}</h1><script>{_script()}</script>", unsafe_allow_javascript=True)
    if not state.presents():
        with st.container(key="help"):
            _help(area)


def _help(area: Area) -> None:
    """Draw the button that opens help, which is drawn only when it is open."""
    box = st.popover("Help", icon=":material/help:", type="tertiary", key="help box", on_change="rerun")
    if not box.open:
        return
    with box:
        st.markdown(f"**What am I looking at?** {area.about}")
        if area.runs:
            st.button(
                "Present on a projector (Esc leaves)", icon=":material/slideshow:", type="tertiary", key="present",
                on_click=state.look_at, args=("present", "1"),
            )  # fmt: skip
        st.page_link(
            state.page("data"),
            label="Words, equations, limits",
            icon=":material/menu_book:",
            query_params={"part": "method"},
        )
        with st.container(height=260):
            st.markdown("\n\n".join(f"**{word}**: {meaning}" for word, meaning in GLOSSARY.items()))


def colour_dialog() -> None:
    """Let the colours above hold in a dialog too, which lies outside of what Streamlit marks as light or dark."""
    scheme = "dark" if st.context.theme.type == "dark" else "light"
    st.html(f'<style>[data-testid="stDialog"] {{ color-scheme: {scheme}; }}</style>')


@cache
def _script() -> str:
    return (_HERE / "frame.js").read_text(encoding="utf-8")
