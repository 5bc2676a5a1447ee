"""What stands around every page and Streamlit has no words for: the page's name, colours that can be read, the phone's menu."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path

import streamlit as st

from jiran.app import state

_HERE = Path(__file__).parent


def show(title: str) -> None:
    """Name the page, for those who hear it and for phones, and set what the theme cannot.

    Args:
        title: Name of the page, our own words.
    """
    st.html(_HERE / "frame.css")
    with st.container(key="page_name"):
        st.html(f"<h1>{html.escape(title)}</h1><script>{_script()}</script>", unsafe_allow_javascript=True)


def fill() -> None:
    """Give the page the whole window, in large type: for a projector."""
    st.html(_HERE / "present.css")


def present_button() -> None:
    """Let the viewer go to the projector's view and back."""
    on = state.presents()
    st.button(
        "Back to the dashboard" if on else "Present", key="present", on_click=state.switch_presenting,
        icon=":material/close_fullscreen:" if on else ":material/slideshow:",
        help=None if on else "Large type and nothing else, for a projector; F11 fills the screen.",
    )  # fmt: skip


def colour_dialog() -> None:
    """Let the colours above hold in a dialog too, which lies outside of what Streamlit marks as light or dark."""
    scheme = "dark" if st.context.theme.type == "dark" else "light"
    st.html(f'<style>[data-testid="stDialog"] {{ color-scheme: {scheme}; }}</style>')


@cache
def _script() -> str:
    return (_HERE / "frame.js").read_text(encoding="utf-8")
