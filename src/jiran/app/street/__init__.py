"""The Street: one map, one time bar and one side panel, which follow one selection of home and hour."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran import __version__
from jiran.app import state
from jiran.app.charts.blocks import Block
from jiran.app.charts.flow import flow_data, steps_together
from jiran.app.components.flow_map import flow_map
from jiran.app.selection import TABS, Selection, dates, day_of, on_day
from jiran.app.street import home, market, whole
from jiran.explain.trades import total

if TYPE_CHECKING:
    from jiran.app.charts.base import Window
    from jiran.result.result import Result

_STYLE = Path(__file__).parent / "street.css"
_TAB = "street_tab"


@st.fragment
def show() -> None:
    """Draw the page; whatever is picked on it draws this page anew, and not what stands around it."""
    result = state.result()
    now = state.selection()
    st.html(_STYLE)
    with st.container(key="street"):
        left, right = st.columns([4, 3], gap="medium")
        with right, st.container(key="street_panel"):
            _panel(result, now)
        with left:  # last: once the map has its answer, the page is drawn, and the next pick cuts nothing off
            _map(result, now)


def _map(result: Result, now: Selection) -> None:
    """Draw the street through the day, with what goes before it: which day, and which block is open."""
    day = day_of(result.timeline, now.step)
    _above(result, now)
    place = None if now.home is None else result.community.ids.index(now.home)
    together = steps_together(result, day)
    flow_map(
        flow_data(result, day, now.block if place is None else Block(place, place + 1)) | _around(result),
        key="flow",
        at={
            "turn": state.turn(),
            "step": (now.step - day.first) // together,
            "stay": state.has_hour() or now.tab == "market",
            "halt": now.tab == "market",
            "home": now.home,
        },
        on_pick=partial(_picked, day, together),
    )


def _around(result: Result) -> dict[str, str]:
    """Return what a saved picture says of the run: its name and two figures, and where it comes from."""
    scenario = result.scenario
    return {
        "head": f"{scenario.name}. {total(result, 0, result.timeline.steps)}",
        "foot": f"jiran {__version__}, scenario {scenario.name}, seed {scenario.seed}, {dt.datetime.now(dt.UTC):%d %b %Y}",
    }


def _picked(day: Window, together: int, pick: dict[str, Any]) -> None:
    """Look at what was picked on the map."""
    changes: dict[str, Any] = {}
    match pick:
        case {"block": str() | None as text}:
            changes |= {"block": Block.read(text or "", state.result().community.size), "home": None}
    match pick:
        case {"home": str() | None as chosen}:
            changes["home"] = chosen
    match pick:
        case {"step": int(step)}:
            changes["step"] = min(max(day.first, day.first + step * together), day.last - 1)
    if changes:
        state.select(**changes)


def _above(result: Result, now: Selection) -> None:
    """Let the viewer choose the day, if there are several, and close the block that is open; say if the map joins steps."""
    days, together = dates(result.timeline), steps_together(result, day_of(result.timeline, now.step))
    if len(days) == 1 and now.block is None and together == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="street_above"):
        if len(days) > 1:
            st.session_state["street_day"] = days[int(result.timeline.day[now.step])]
            st.selectbox(
                "Day", days, key="street_day", format_func=lambda day: f"{day:%a} {day.day} {day:%b %Y}", width=190,
                label_visibility="collapsed", on_change=_go_to_day,
            )  # fmt: skip
        if now.block is not None:
            st.button("Close the block", icon=":material/close:", on_click=_close, key="close_block")
        if together > 1:
            st.caption(f"The map plays {together} steps as one; the page tells of one of them.")


def _go_to_day() -> None:
    state.show_selected(step=on_day(state.result(), st.session_state["street_day"], state.selection().step))


def _close() -> None:
    state.show_selected(block=None, home=None)


def _panel(result: Result, now: Selection) -> None:
    """Draw the tab that is open."""
    st.session_state[_TAB] = TABS[now.tab]
    places = dict(zip(TABS, st.tabs(list(TABS.values()), key=_TAB, on_change=_open_tab), strict=True))
    with places[now.tab]:
        if now.tab == "home":
            home.show(result, now.home, now.step)
        elif now.tab == "market":
            market.show(result, now)
        else:
            whole.show(result, now.step)


def _open_tab() -> None:
    tab = next(name for name, title in TABS.items() if title == st.session_state[_TAB])
    (state.show_selected if tab == "market" else state.select)(tab=tab)  # which is about an hour: the map rests at it
