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
    if state.presents():
        st.html(_HERE / "present.css")
    with st.container(key="page_name"):
        st.html(f"<h1>{html.escape(title)}</h1><script>{_script()}</script>", unsafe_allow_javascript=True)


def colour_dialog() -> None:
    """Let the colours above hold in a dialog too, which lies outside of what Streamlit marks as light or dark."""
    scheme = "dark" if st.context.theme.type == "dark" else "light"
    st.html(f'<style>[data-testid="stDialog"] {{ color-scheme: {scheme}; }}</style>')


@cache
def _script() -> str:
    return (_HERE / "frame.js").read_text(encoding="utf-8")
