"""Bring your own: a scenario file, or files of meter data of real homes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import links, shelf, state
from jiran.app.runs import is_large
from jiran.app.showing import plain
from jiran.app.watched import watched
from jiran.errors import JiranError
from jiran.scenario.files import as_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from jiran.app.owndata.offer import Offer

_LARGEST_MB = 100


def show() -> None:
    """Draw the upload; a scenario becomes the base at once, meter data are looked at first."""
    st.caption(
        "Meter data as you have them (.csv, .txt, .parquet, .xml), one file or many, of almost any layout; a scenario "
        "(.toml); or both together."
    )
    files = st.file_uploader(
        "Files", type=["toml", "csv", "tsv", "txt", "parquet", "xml"], key=state.upload_key(), label_visibility="collapsed",
        max_upload_size=_LARGEST_MB, accept_multiple_files=True,
    )  # fmt: skip
    if files:
        state.empty_upload()  # files that are of no use are not taken once more with the next ones
        _take(files)
        st.rerun()
    refused = None if state.offered() else state.take_refusal()
    if refused is not None:
        st.error(plain(refused), icon=":material/error:")
    aside = state.offer_aside()
    if aside is not None:
        words = f"Look at {plain(aside.name)} again"
        st.button(words, icon=":material/undo:", on_click=state.offer, args=(aside,), key="look at those aside")
    elif "data" in state.base().data["homes"]:
        words = "See how the homes are read"
        st.button(words, icon=":material/electric_meter:", on_click=_look_again, key="look again")


def show_offer() -> None:
    """Draw the meter data that the viewer looks at, if there are any."""
    if state.offered() is not None:
        from jiran.app.owndata import page  # noqa: PLC0415  only needed once there is a file

        page.show()


def _take(files: Sequence[UploadedFile]) -> None:
    """Take files that were dropped, or remember why they are of no use."""
    from jiran.app.owndata.offer import take  # noqa: PLC0415  only needed once there is a file

    dropped = [(file.name, file.getvalue()) for file in files]
    try:
        found = take(dropped, as_data(state.scenario()), state.offer_number())
        if isinstance(found, links.Base):
            state.set_base(found)
        else:
            _read(found)
            state.offer(found)
    except JiranError as error:
        state.refuse(str(error))


def _read(offer: Offer) -> None:
    """Read files for the first time, with a bar and a button that stops it.

    Raises:
        JiranError: They are of no use.
    """
    from jiran.app.owndata import looks  # noqa: PLC0415
    from jiran.app.owndata.offer import forget  # noqa: PLC0415

    words = f"Reading {plain(offer.name)}"
    seen = watched(
        partial(looks.seen, offer), st.empty(), key="stop reading", words=words, stop=state.end_offer,
        large=is_large(offer.need), expected_s=offer.need.seconds,
    )  # fmt: skip
    hopeless = "" if seen.look is not None else looks.is_hopeless(offer)
    if hopeless:
        forget(offer.source.names)
        raise JiranError(hopeless)


def _look_again() -> None:
    """Look at the meter data of the scenario."""
    from jiran.app.owndata.offer import again  # noqa: PLC0415

    try:
        state.offer(again(as_data(state.scenario()), state.offer_number()))
    except JiranError as error:
        state.refuse(shelf.without_paths(str(error)))
