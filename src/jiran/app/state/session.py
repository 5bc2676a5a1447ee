"""One viewer's scenario: its base, the changes on top, what is pinned as A, and the address bar that holds them.

A scenario in the dashboard is a base (a preset, a shared or an uploaded scenario) with changes on top. Base and
changes stand in the address bar, so that a link opens the same picture elsewhere.
"""

from __future__ import annotations

import sys
from typing import Any

import streamlit as st

from jiran.app import shelf
from jiran.app.links import FIRST_PRESET, Base, Pin, base_of_preset, read_link, read_orders, read_pin, write_link
from jiran.errors import JiranError
from jiran.scenario import Scenario, validate
from jiran.scenario.files import with_overrides

#: What a page has open, as the address bar names it; no part of the scenario.
OPENED = ("part", "present")


def base() -> Base:
    """Return the current base; on the first run the one of the address bar or of the command line."""
    if "base" not in st.session_state:
        st.session_state.changes = {}
        shelf.sweep()
        try:
            link, named = _address(), sys.argv[1] if len(sys.argv) > 1 else None
            st.session_state.base, st.session_state.changes = read_link(link, named)
            st.session_state.pinned = read_pin(link, st.session_state.base)
            st.session_state.linked_orders = read_orders(link)
            st.session_state.packed_orders = link.get("o")
        except JiranError as error:
            st.session_state.setdefault("base", base_of_preset(FIRST_PRESET))
            st.session_state.notice = str(error)
    current: Base = st.session_state.base
    return current


def set_base(new: Base) -> None:
    """Start from another base, without changes."""
    st.session_state.base = new
    st.session_state.changes = {}
    st.session_state.generation = generation() + 1


def generation() -> int:
    """Return a number that is new for each base, so that widgets start afresh with it."""
    number: int = st.session_state.get("generation", 0)
    return number


def changes() -> dict[str, Any]:
    """Return the changes on top of the base, by dotted name."""
    current: dict[str, Any] = st.session_state.changes
    return current


def remember_pages(pages: dict[str, Any]) -> None:
    """Remember the pages by path, so that one page can open another."""
    st.session_state.pages = pages


def open_page(path: str) -> None:
    """Go to another page."""
    st.switch_page(st.session_state.pages[path])


def take_notice() -> str | None:
    """Return what went wrong when the page was opened, once."""
    notice: str | None = st.session_state.pop("notice", None)
    return notice


def keep(wanted: dict[str, Any]) -> Scenario:
    """Make changes current and show them in the address bar; return the scenario.

    Raises:
        JiranError: The scenario is not allowed; the last good one stays current.
    """
    start = base()
    scenario = validate(with_overrides(start.data, wanted))
    st.session_state.changes = wanted
    st.session_state.scenario = scenario
    show_address()
    return scenario


def show_address() -> None:
    """Let the address bar hold what a reload is to find again: base and changes, A, own orders, and what is open."""
    link = write_link(base(), changes(), _pin(), st.session_state.get("packed_orders")) | _look()
    if dict(st.query_params) != link:
        st.query_params.from_dict(link)


def _address() -> dict[str, str]:
    return {key: st.query_params[key] for key in st.query_params if key not in OPENED}


def _look() -> dict[str, str]:
    """Return what is open, in the link's own texts; at first as the link has it."""
    if "look" not in st.session_state:
        st.session_state.look = {key: value for key, value in dict(st.query_params).items() if key in OPENED}
    held: dict[str, str] = st.session_state.look
    return held


def opened_at_arrival(key: str) -> str | None:
    """Return what the link opened that the viewer came by, as "part"; None if it said nothing."""
    arrived: dict[str, str] = st.session_state.setdefault("opened_at_arrival", dict(_look()))
    return arrived.get(key)


def look_at(key: str, value: str | None) -> None:
    """Remember what is open, for the address bar; None is what is open anyway."""
    _look().pop(key, None)
    if value is not None:
        _look()[key] = value


def presents() -> bool:
    """Tell whether the page is for a projector: no panel, large type."""
    return "present" in _look()


def scenario() -> Scenario:
    """Return the last good scenario."""
    if "scenario" not in st.session_state:
        start = base()
        try:
            st.session_state.scenario = validate(with_overrides(start.data, changes()))
        except JiranError:
            st.session_state.scenario = validate(start.data)
    current: Scenario = st.session_state.scenario
    return current


def pin() -> None:
    """Keep the current scenario as A, to see beside it what a change does."""
    st.session_state.pinned = Pin(base(), dict(changes()), scenario())


def unpin() -> None:
    """Forget A."""
    st.session_state.pinned = None


def back_to_pinned() -> None:
    """Make A the current scenario again."""
    kept = _pin()
    if kept is not None:
        set_base(kept.base)
        st.session_state.changes = dict(kept.changes)


def _pin() -> Pin | None:
    kept: Pin | None = st.session_state.get("pinned")
    return kept


def pinned_scenario() -> Scenario | None:
    """Return A, or None if nothing is pinned."""
    kept = _pin()
    return None if kept is None else kept.scenario


def is_new_upload(file: str, place: str) -> bool:
    """Tell whether a file is not the last one seen at a place of the dashboard, and remember it."""
    seen: dict[str, str] = st.session_state.setdefault("seen_uploads", {})
    new = seen.get(place) != file
    seen[place] = file
    return new
