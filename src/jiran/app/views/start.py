"""Start: what this is, and where to go."""

from __future__ import annotations

import streamlit as st


def show() -> None:
    """Draw the page."""
    st.markdown(
        "##### See what happens when neighbours sell each other their solar power: who trades, at what price, and what it saves."
    )
    with st.container(key="doors"):
        st.caption("Choose an area above.")
