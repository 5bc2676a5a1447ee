"""The files of meter data that the viewer looks at before they become the homes of the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from jiran.app.owndata.offer import Offer


def offered() -> Offer | None:
    """Return the files that the viewer looks at; None if they look at none."""
    current: Offer | None = st.session_state.get("offer")
    return current


def offer(new: Offer) -> None:
    """Look at files, or say more of those that are looked at."""
    st.session_state.offer = new
    st.session_state.offer_number = new.number


def close_offer() -> None:
    """Look at no files any more."""
    st.session_state.offer = None


def offer_number() -> int:
    """Return a number that no offer of this viewer has had."""
    last: int = st.session_state.get("offer_number", 0)
    return last + 1
