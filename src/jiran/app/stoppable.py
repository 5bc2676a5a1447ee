"""A progress bar with a button that stops what it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

#: What takes longer shows how far it is.
_GLANCE_S = 0.3


class StoppableBar:
    """Is told the share that is done; a click on its button ends the run at the next call, and calls back."""

    def __init__(self, place: DeltaGenerator, key: str, stop: Callable[[], None]) -> None:
        """Say where the bar stands, the key of its button, and what a click on it does before the page runs anew."""
        self._place, self._key, self._stop, self._begin = place, key, stop, time.monotonic()
        self._bar: DeltaGenerator | None = None

    def __call__(self, done: float) -> None:
        """Show the share that is done, 0..1."""
        if self._bar is None and time.monotonic() - self._begin > _GLANCE_S:
            with self._place.container(horizontal=True, vertical_alignment="center"):
                self._bar = st.progress(0.0, width="stretch")
                st.button("Stop", key=self._key, on_click=self._stop, icon=":material/stop:")
        if self._bar is not None:
            self._bar.progress(done, f"Comparing: {done:.0%}")
