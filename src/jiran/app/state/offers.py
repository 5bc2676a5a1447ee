"""The files of meter data that the viewer looks at before they become the homes of the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from jiran.app.owndata.offer import Offer


def upload_key() -> str:
    """Return the key of the upload: a new one, and so an empty upload, once its files were taken."""
    return f"upload|{st.session_state.get('uploads_taken', 0)}"


def empty_upload() -> None:
    """Let the upload be empty the next time that it is drawn."""
    st.session_state.uploads_taken = st.session_state.get("uploads_taken", 0) + 1


def offered() -> Offer | None:
    """Return the files that the viewer looks at; None if they look at none."""
    current: Offer | None = st.session_state.get("offer")
    return current


def offer(new: Offer) -> None:
    """Look at files, or say more of those that are looked at."""
    st.session_state.offer = new
    st.session_state.offer_number = new.number


def put_offer_aside() -> None:
    """Look at no files any more, but keep them and what was said of them."""
    st.session_state.offer_aside, st.session_state.offer = offered(), None


def offer_aside() -> Offer | None:
    """Return the files that were put aside; None if there are none."""
    aside: Offer | None = st.session_state.get("offer_aside")
    return aside


def end_offer() -> None:
    """Look at no files any more, and put none aside."""
    st.session_state.offer = st.session_state.offer_aside = None


def offer_number() -> int:
    """Return a number that no offer of this viewer has had."""
    last: int = st.session_state.get("offer_number", 0)
    return last + 1


def refuse(words: str) -> None:
    """Remember why files are of no use, or something cannot be said of them."""
    st.session_state.refused_offer = words


def take_refusal() -> str | None:
    """Return why the last wish was refused, once; None if it was not."""
    words: str | None = st.session_state.pop("refused_offer", None)
    return words
