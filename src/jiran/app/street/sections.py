"""Parts of the side panel that are folded until somebody opens them; which are open stands in the link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import state

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def section(name: str, title: str, icon: str) -> DeltaGenerator | None:
    """Draw a part's title; return where its content goes, or None while it is folded, and nothing need be worked out.

    Args:
        name: As the link names it.
        title: Our own words.
        icon: Of the title.
    """
    key = f"street_{name}"
    st.session_state[key] = name in state.opened()
    place = st.expander(title, icon=icon, key=key, on_change=_turned, args=(name, key))
    return place if place.open else None


def _turned(name: str, key: str) -> None:
    state.set_opened(name, is_open=st.session_state[key])
