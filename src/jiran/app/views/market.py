"""Market: one step taken apart station by station, until it is clear why a home got its price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import state
from jiran.app.showing import plain
from jiran.app.views import market_walk
from jiran.app.views.market_scene import Scene
from jiran.app.views.market_stations import of_run
from jiran.errors import JiranError
from jiran.explain.step.outcome import outcome_of_run
from jiran.explain.step.run_step import busiest_step, step_label, take_apart
from jiran.market import find

if TYPE_CHECKING:
    from jiran.app.charts.base import Window
    from jiran.result.result import Result


@st.fragment
def show() -> None:
    """Draw the page."""
    result = state.result()
    own = result.scenario.market
    st.markdown("#### Why did this home get this price?")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rule, name = market_walk.pick_rule(own.mechanism)
        values = market_walk.pick_parameters(rule, own.parameters if name == own.mechanism else {})
        if rule.by_chance(result.community.size, values):
            market_walk.draw_again()
    st.caption(plain(rule.description))
    try:
        _run_walk(_run_scene(result, name, rule.values(values)))
    except JiranError as error:
        market_walk.complain(error)


def _run_scene(result: Result, rule: str, values: dict[str, Any]) -> Scene:
    """Ask for a step of the run; clear it again if the rule is not the run's.

    Raises:
        JiranError: The rule cannot clear this step.
    """
    wanted = state.take_step()
    day = state.pick_window(whole=False)
    step = _pick_step(result, day, wanted)
    outcome, market = outcome_of_run(result, step), result.scenario.market
    same = rule == market.mechanism and values == dict(market.parameters)
    if same and not (outcome.by_chance and state.draw()):
        return Scene(outcome, result, take_apart(result, step), own=True)
    st.caption(
        f":material/replay: The run was cleared by **{plain(outcome.rule_name)}**"
        + (" with other draws or parameters" if rule == market.mechanism else "")
        + f". Here the same orders are cleared again by **{plain(find(rule).name)}**; the run itself, and all other pages, stay "
        "as they are."
    )
    outcome = state.cleared(outcome.book, rule, values, state.draw())
    return Scene(outcome, result, take_apart(result, step))


def _run_walk(scene: Scene) -> None:
    """Draw the walk through a step of the run."""
    stations = of_run(rest=scene.own)
    now = market_walk.walk([station.title for station in stations])
    with st.container(border=True):
        market_walk.heading(stations, now)
        stations[now].draw(scene)


def _pick_step(result: Result, day: Window, wanted: int | None) -> int:
    """Let the viewer choose a step of a day with a slider, or go on to the next."""
    if day.last - day.first == 1:
        return day.first
    key = f"market_step|{result.scenario.start}|{result.scenario.step_minutes}|{day.first}|{day.last}"
    if wanted is not None and day.first <= wanted < day.last:
        st.session_state[key] = wanted
    elif key not in st.session_state:
        st.session_state[key] = busiest_step(result, day.first, day.last)

    def go(steps: int) -> None:
        st.session_state[key] += steps

    with st.container(horizontal=True, vertical_alignment="bottom"):
        step: int = st.select_slider(
            "Step of time", range(day.first, day.last), key=key, format_func=_labels(result, day).__getitem__
        )
        st.button(
            "Earlier", icon=":material/skip_previous:", help="One step back in time", key="step_before",
            on_click=go, args=(-1,), disabled=step == day.first,
        )  # fmt: skip
        st.button(
            "Later", icon=":material/skip_next:", icon_position="right", help="One step on in time", key="step_next",
            on_click=go, args=(1,), disabled=step == day.last - 1,
        )  # fmt: skip
    return step


def _labels(result: Result, day: Window) -> dict[int, str]:
    """Return a label for each step of a day; an hour that a clock shows twice is told apart."""
    labels: dict[int, str] = {}
    taken: set[str] = set()
    for step in range(day.first, day.last):
        label = step_label(result, step)
        labels[step] = f"{label} (again)" if label in taken else label
        taken.add(label)
    return labels
