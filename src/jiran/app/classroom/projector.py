"""The wall on a projector: nothing around it, letters that the last row can read, and the whole screen."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from jiran.app import state

_HERE = Path(__file__).parent


def fill() -> None:
    """Give the wall the whole window."""
    st.html(_HERE / "projector.css")


def buttons() -> None:
    """Let the lecturer go to the projector's view and back, and there fill the screen."""
    on = state.presents()
    st.button(
        "Back to the dashboard" if on else "Present", key="present", on_click=_switch,
        icon=":material/close_fullscreen:" if on else ":material/slideshow:",
        help=None if on else "Large type and nothing else, for a projector.",
    )  # fmt: skip
    if on:
        with st.container(key="full_screen", width="content"):
            st.html(_full_screen(), unsafe_allow_javascript=True)


def _switch() -> None:
    state.look_at("present", None if state.presents() else "1")
    state.show_address()


@cache
def _full_screen() -> str:
    script = (_HERE / "full_screen.js").read_text(encoding="utf-8")
    return f'<button type="button" hidden>Full screen</button><script>{script}</script>'
