"""What walks through a market share: the rule, its parameters, another draw, and the way through the stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import state
from jiran.app.parameters import ask_parameters
from jiran.app.showing import plain
from jiran.market import find, mechanisms

if TYPE_CHECKING:
    from jiran.app.views.market_stations import Station
    from jiran.errors import JiranError
    from jiran.market import Mechanism

_STATION = "market_station"


def complain(problem: JiranError | str) -> None:
    """Say in a sentence what is wrong."""
    text = str(problem)
    st.error(plain(f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"), icon=":material/error:")


def pick_rule(of_the_run: str) -> tuple[Mechanism, str]:
    """Let the viewer choose a rule, the run's own first; return it and the name that finds it."""
    names = list(mechanisms())
    options = [of_the_run, *(name for name in names if name != of_the_run)] if of_the_run else names
    chosen = st.selectbox(
        "Market rule",
        options,
        index=0 if of_the_run else options.index(next(name for name in options if find(name).textbook)),
        format_func=lambda name: f"{find(name).name} (the run's)" if name == of_the_run else name,
        key=f"market_rule|{of_the_run}",
        width=300,
        persist_state="session",
    )
    return find(chosen), chosen


def pick_parameters(rule: Mechanism, of_the_run: dict[str, Any]) -> dict[str, Any]:
    """Let the viewer set a rule's parameters; they start as the run has them."""
    if not rule.parameters:
        return {}
    with st.popover("Parameters", icon=":material/tune:"):
        return ask_parameters(rule, of_the_run, "market")


def draw_again() -> None:
    """Let the viewer draw lots anew, for rules that leave something to chance."""
    draw = state.draw()
    st.button(
        "Draw again", icon=":material/casino:", key="draw_again", on_click=state.set_draw, args=(draw + 1,),
        help="This rule leaves something to chance: see what another draw gives.",
    )  # fmt: skip
    if draw:
        st.button(
            f"Back from draw {draw + 1} to the first", icon=":material/undo:", key="draw_first", on_click=state.set_draw,
            args=(0,), type="tertiary",
        )  # fmt: skip


def walk(titles: list[str], *, first: int = 0, narrow: bool = False) -> int:
    """Draw the way through the stations; return which is open.

    Args:
        titles: Their short names.
        first: Which is open until the viewer goes to another.
        narrow: Whether there is room for their numbers only.
    """
    last = len(titles) - 1
    if not 0 <= st.session_state.setdefault(_STATION, first) <= last:
        st.session_state[_STATION] = last

    def go(steps: int) -> None:
        st.session_state[_STATION] += steps

    now: int = st.session_state[_STATION]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Back", icon=":material/arrow_back:", key="walk_back", on_click=go, args=(-1,), disabled=now == 0)
        st.button(
            "Next", icon=":material/arrow_forward:", icon_position="right", key="walk_next", type="primary",
            on_click=go, args=(1,), disabled=now == last,
        )  # fmt: skip
        st.segmented_control(
            "Station", range(last + 1), key=_STATION, required=True, label_visibility="collapsed", persist_state="session",
            format_func=lambda place: f"{place + 1}" if narrow else f"{place + 1} {titles[place]}",
        )  # fmt: skip
    return now


def heading(stations: list[Station], now: int) -> None:
    """Ask the question of a station."""
    st.markdown(f"##### {stations[now].heading} :gray[{now + 1}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}{len(stations)}]")
