"""The address bar: the scenario, and what is open of the area that is shown."""

from __future__ import annotations

import sys

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from jiran.app.links import holds_scenario
from jiran.app.selection import KEYS

#: What an area has open, as the address bar names it.
OPENED = (
    *KEYS, "part", "against", "present", "rules", "strategy", "bands", "bidding", "under", "whose", "controllers", "forecasts",
    "vary", "figure", "draws",
)  # fmt: skip
#: The area that a link opens which names none.
STREET = "street"


def address() -> dict[str, str]:
    """Return what stands behind the question mark of the address bar."""
    return {key: st.query_params[key] for key in st.query_params}


def has_scenario() -> bool:
    """Tell whether the viewer has followed a link to a scenario, or has named one when the dashboard was started."""
    return holds_scenario(address()) or (len(sys.argv) > 1 and "base" not in st.session_state)


def went_back() -> bool:
    """Tell whether this address was chosen with the browser's Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def enter(area: str) -> bool:
    """Take what is open from the address bar if the viewer has just come here by a link, by Back or by Forward.

    Args:
        area: Path of the area that is shown.

    Returns:
        Whether the viewer has just come here.
    """
    came = st.session_state.get("area") != area or went_back()
    if came:
        st.session_state.area = area
        st.session_state.arrival = arrival() + 1
        if address():  # by the navigation it is empty, and what was open of the area is open again
            _looks().pop(area, None)
        st.session_state.opened_at_arrival = dict(look())
    return came


def arrival() -> int:
    """Return a number that is new each time the viewer comes by a link, so that what is open starts afresh with it."""
    number: int = st.session_state.get("arrival", 0)
    return number


def opened_at_arrival(key: str) -> str | None:
    """Return what of an area the link opened that the viewer came by, as "part"; None if it said nothing."""
    found: dict[str, str] = st.session_state.get("opened_at_arrival", {})
    return found.get(key)


def presents() -> bool:
    """Tell whether the page is shown on a projector: large, and without the panel."""
    return "present" in look()


def look_at(key: str, value: str | None, area: str | None = None) -> None:
    """Remember what is open in an area, for the address bar.

    Args:
        key: What of it, as the address bar names it.
        value: What is open; None is what is open anyway.
        area: Its path; None = the one that is shown.
    """
    held = look(area)
    held.pop(key, None)
    if value is not None:
        held[key] = value


def write(link: dict[str, str]) -> None:
    """Let the address bar hold a scenario's link and what is open."""
    whole = link | look()
    if address() != whole:
        st.query_params.from_dict(whole)


def look(area: str | None = None) -> dict[str, str]:
    """Return what is open in an area, in the link's own texts; at first it is what the address bar says of the area shown.

    Args:
        area: Its path; None = the one that is shown.
    """
    shown: str = st.session_state.get("area", STREET)
    area = shown if area is None else area
    if area not in _looks():
        _looks()[area] = {key: value for key, value in address().items() if key in OPENED} if area == shown else {}
    return _looks()[area]


def _looks() -> dict[str, dict[str, str]]:
    """Return what is open in each area that was shown."""
    held: dict[str, dict[str, str]] = st.session_state.setdefault("looks", {})
    return held
