"""One viewer's scenario: its base, the changes on top, what is pinned as A, and the address bar that holds them.

A scenario in the dashboard is a base (a preset, a shared or an uploaded scenario) with changes on top. Base and
changes stand in the address bar, so that a link opens the same picture elsewhere.
"""

from __future__ import annotations

import sys
from typing import Any

import streamlit as st

from jiran.app import shelf
from jiran.app.links import (
    Base,
    Pin,
    base_of_preset,
    holds_scenario,
    read_link,
    read_orders,
    read_pin,
    write_link,
)
from jiran.app.state import address_bar, history
from jiran.errors import JiranError
from jiran.scenario import Scenario, validate
from jiran.scenario.files import PAPER, presets
from jiran.scenario.overrides import with_overrides


def base() -> Base:
    """Return the current base; on the first run the one of the address bar or of the command line."""
    if "base" not in st.session_state:
        st.session_state.changes = {}
        shelf.sweep()
        link = address_bar.address()
        try:
            _read(link)
            st.session_state.linked_orders = read_orders(link)
            st.session_state.packed_orders = link.get("o")
        except JiranError as error:
            named = link.get("preset")  # a change that is refused leaves the scenario that it was made to
            st.session_state.setdefault("base", base_of_preset(named if named in presets() else PAPER))
            st.session_state.notice = str(error)
    current: Base = st.session_state.base
    return current


def _read(link: dict[str, str]) -> None:
    """Take base, changes and A from a link."""
    named = sys.argv[1] if len(sys.argv) > 1 else None
    st.session_state.base, st.session_state.changes = read_link(link, named)
    st.session_state.pinned = read_pin(link, st.session_state.base)


def enter(area: str) -> None:
    """Go to an area; a viewer who has come by a link, by Back or by Forward gets the scenario of the address bar.

    Args:
        area: Path of the area.
    """
    begun = "base" in st.session_state
    link = address_bar.address()
    if not (address_bar.enter(area) and begun and holds_scenario(link)) or _scenario_link() == _without_opened(link):
        return
    try:
        _read(link)
    except JiranError as error:
        st.session_state.notice = str(error)
    restart_controls()
    st.session_state.pop("scenario", None)


def _without_opened(link: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in link.items() if key not in address_bar.OPENED}


def set_base(new: Base) -> None:
    """Start from another base, without changes."""
    st.session_state.base = new
    st.session_state.changes = {}
    restart_controls()


def undo() -> None:
    """Take the last change back."""
    _go(-1)


def redo() -> None:
    """Make the change that was taken back last again."""
    _go(1)


def can_undo() -> bool:
    """Tell whether there is a change to take back."""
    return history.can_step(-1)


def can_redo() -> bool:
    """Tell whether there is a change to make again."""
    return history.can_step(1)


def _go(by: int) -> None:
    then = history.step(by)
    if then is not None:
        set_base(then.base)
        st.session_state.changes = dict(then.changes)


def restart_controls() -> None:
    """Let all controls start afresh with the scenario as it is."""
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


def page(path: str) -> Any:
    """Return the page of an area, for a link to it."""
    return st.session_state.pages[path]


def open_page(path: str) -> None:
    """Go to another page."""
    st.switch_page(page(path))


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
    history.record(history.Then(start, dict(wanted)), came_back=address_bar.went_back())
    show_address()
    return scenario


def show_address() -> None:
    """Let the address bar hold what a reload is to find again: base and changes, A, own orders, and what is open."""
    address_bar.write(_scenario_link())


def whole_link() -> dict[str, str]:
    """Return what the address bar holds: the scenario, and what is open."""
    return _scenario_link() | address_bar.look()


def _scenario_link() -> dict[str, str]:
    return write_link(base(), changes(), _pin(), st.session_state.get("packed_orders"))


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
