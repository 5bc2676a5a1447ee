"""Work that takes a while: watched by its viewer, who can stop it, and ended when the viewer leaves or changes something.

The work goes on in a thread of its own, so that the page answers even while one compiled call lasts long. What the work
calls to tell how far it is raises once nobody waits for it any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from threading import Event, Lock
from typing import TYPE_CHECKING, TypeVar

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from jiran.errors import JiranError
from jiran.watching import ROUND_S, watch
from jiran.words import duration

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

T = TypeVar("T")
Progress = Callable[[float], None]

#: What takes longer shows how far it is.
_GLANCE_S = 0.3
#: A guess moves a bar up to here; the rest waits for the end.
_MOST_GUESSED = 0.95
#: A viewer whose connection is gone for longer does not wait any more; a phone drops it now and then.
_GONE_S = 3.0
#: Large work waits for other large work, whose memory it would need: one at a time.
_LARGE = Lock()


class NotRunError(Exception):
    """Something is not run: the viewer has not asked for it yet, or has stopped it. The page has said so."""


def watched(
    work: Callable[[Progress], T],
    place: DeltaGenerator,
    *,
    key: str,
    words: str,
    stop: Callable[[], None] | None,
    large: bool = False,
    expected_s: float = 0.0,
) -> T:
    """Do some work, and show how far it is and a button that stops it.

    Args:
        work: What is done; it is given what to tell the share that is done, 0..1, which raises when it is to end.
        place: Where the bar stands; it is empty afterwards.
        key: Key of the button.
        words: What is done, as "Simulating 24 steps".
        stop: What a click on the button does before the page runs anew; None for no button.
        large: Whether it waits until no other large work is done.
        expected_s: How long it takes at a guess, s: work that cannot say how far it is moves the bar by that.

    Raises:
        JiranError: The work cannot be done, or there is not enough memory for it.
    """
    ended, done = Event(), [0.0]

    def tell(share: float) -> None:
        if ended.is_set():
            raise CancelledError
        done[0] = share

    def begin() -> T:
        if not large:
            return work(tell)
        while not _LARGE.acquire(timeout=ROUND_S):
            tell(-1.0)
        try:
            return work(tell)
        finally:
            _LARGE.release()

    bar, begun_s = _Bar(place, key, words, stop), time.monotonic()

    def look(_share: float) -> None:
        guessed = min((time.monotonic() - begun_s) / expected_s, _MOST_GUESSED) if expected_s else 0.0
        bar.show(done[0] if done[0] < 0.0 else max(done[0], guessed))
        _end_if_nobody_waits()

    try:
        return watch(begin, look)
    except MemoryError as error:
        raise JiranError("there is not enough memory for this: take fewer homes or steps") from error
    finally:
        ended.set()
        place.empty()


class _Bar:
    """A progress bar with the time that is left and a button that stops what it shows."""

    def __init__(self, place: DeltaGenerator, key: str, words: str, stop: Callable[[], None] | None) -> None:
        self._place, self._key, self._words, self._stop, self._begin = place, key, words, stop, time.monotonic()
        self._bar: DeltaGenerator | None = None

    def show(self, share: float) -> None:
        """Show the share that is done, 0..1; below 0 it has not begun, because other large work is done first."""
        past_s = time.monotonic() - self._begin
        if self._bar is None:
            if past_s <= _GLANCE_S:
                return
            with self._place.container(horizontal=True, vertical_alignment="center"):
                self._bar = st.progress(0.0, width="stretch")
                if self._stop is not None:
                    st.button("Stop", key=self._key, on_click=self._stop, icon=":material/stop:")
        # Every call to Streamlit here also ends the run if the viewer has changed something or pressed the button.
        if share < 0.0:
            self._begin = time.monotonic() - _GLANCE_S
            self._bar.progress(0.0, "Waiting for another large run to end")
            return
        left = f", {duration(past_s * (1.0 - share) / share)} left" if share > 0.02 and past_s > 2.0 else ""
        self._bar.progress(min(share, 1.0), f"{self._words}: {share:.0%}{left}")


_last_seen: dict[str, float] = {}


def _end_if_nobody_waits() -> None:
    """End the page's script if its viewer has left."""
    context = get_script_run_ctx()
    if context is None or not Runtime.exists():
        return
    now = time.monotonic()
    if Runtime.instance().is_active_session(context.session_id):
        _last_seen.pop(context.session_id, None)
    elif now - _last_seen.setdefault(context.session_id, now) > _GONE_S:
        _last_seen.pop(context.session_id, None)
        st.stop()
