"""A page."""

from __future__ import annotations

import streamlit as st

from jiran.app import state


def show() -> None:
    """Draw the page."""
    st.write(state.result().kpis)
