"""The scenarios that this viewer has had before, one after the other, to go back to and forth again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

if TYPE_CHECKING:
    from jiran.app.links import Base

#: So many are kept.
_MOST = 100


class Then(NamedTuple):
    """A scenario as it was: its base, and the changes on top."""

    base: Base
    changes: dict[str, Any]


def record(now: Then, *, came_back: bool) -> None:
    """Remember the scenario as it is now.

    Args:
        now: The scenario.
        came_back: Whether the browser's Back or Forward led here: what stands beside is then where one is, and not a new
            one. A change that makes it again, as *Reset all* of one change does, is a change to take back like any other.
    """
    past, place = _past()
    if not past or now != past[place]:
        near = [other for other in (place - 1, place + 1) if 0 <= other < len(past) and past[other] == now]
        if near and came_back:
            place = near[0]
        else:
            past = [*past[max(0, place + 2 - _MOST) : place + 1], now]
            place = len(past) - 1
        st.session_state.past = past, place


def step(by: int) -> Then | None:
    """Go one back (-1) or forth (1), and return what was there; None if there is nothing."""
    past, place = _past()
    if not can_step(by):
        return None
    st.session_state.past = past, place + by
    return past[place + by]


def can_step(by: int) -> bool:
    """Tell whether there is anything one back (-1) or forth (1)."""
    past, place = _past()
    return 0 <= place + by < len(past)


def _past() -> tuple[list[Then], int]:
    held: tuple[list[Then], int] = st.session_state.get("past", ([], 0))
    return held
