"""What the viewer looks at in the Street, in the address bar too: the one place that changes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app.selection import Selection, hour_text, read
from jiran.app.state.address_bar import STREET, arrival, look, look_at
from jiran.app.state.finished import result
from jiran.app.state.session import base, open_page, show_address

if TYPE_CHECKING:
    from jiran.app.charts.blocks import Block


def selection() -> Selection:
    """Return what is looked at in the run that is shown."""
    base()  # reads the address bar
    return read(look(STREET), result())


def select(**changes: Any) -> None:
    """Look at something else: `home`, `step`, `tab` or `block` of a `Selection`.

    A home that is chosen opens its tab, and one that is let go of closes it, unless the hour's market is open.
    """
    now = selection()
    if "home" in changes and "tab" not in changes and now.tab != "market":
        changes["tab"] = "street" if changes["home"] is None else "home"
    for key, text in _texts(replace(now, **changes), changes).items():
        look_at(key, text or None, STREET)
    show_address()


def _texts(now: Selection, changes: dict[str, Any]) -> dict[str, str]:
    """Return the link's texts of what was changed; an empty one takes it out of the link."""
    block: Block | None = now.block
    every = {
        "home": now.home or "",
        "hour": hour_text(result().timeline, now.step),
        "tab": "" if now.tab == "street" else now.tab,
        "block": "" if block is None else block.text,
    }
    changed = {"hour" if name == "step" else name for name in changes}
    return {key: text for key, text in every.items() if key in changed}


def turn() -> int:
    """Return how often the page, and not the map, has changed what is looked at: the map follows each new turn."""
    number: int = st.session_state.get("turn", 0)
    return number + arrival()


def show_selected(**changes: Any) -> None:
    """Look at something else, and let the map follow."""
    st.session_state.turn = st.session_state.get("turn", 0) + 1
    select(**changes)


def opened() -> frozenset[str]:
    """Return the names of what is open in the side panel."""
    base()
    return frozenset(look(STREET).get("open", "").split(","))


def set_opened(name: str, *, is_open: bool) -> None:
    """Remember that something in the side panel was opened or closed."""
    names = opened() - {"", name} | ({name} if is_open else set())
    look_at("open", ",".join(sorted(names)) or None, STREET)
    show_address()


def open_step(step: int) -> None:
    """Go to the market of an hour."""
    show_selected(step=step, tab="market")
    open_page(STREET)


def has_hour() -> bool:
    """Tell whether somebody chose the hour; the map may play until somebody does."""
    base()
    return "hour" in look(STREET)
