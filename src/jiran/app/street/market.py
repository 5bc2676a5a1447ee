"""The tab of the hour's market: one step taken apart station by station, until it is clear why a home got its price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import state
from jiran.app.showing import plain, show_text
from jiran.app.views import market_walk
from jiran.app.views.market_scene import Scene
from jiran.app.views.market_stations import PRICE, of_run
from jiran.errors import JiranError
from jiran.explain.nothing_traded import nothing_traded
from jiran.explain.step.outcome import outcome_of_run
from jiran.explain.step.run_step import step_label, take_apart
from jiran.market import find

if TYPE_CHECKING:
    from jiran.app.selection import Selection
    from jiran.result.result import Result


def show(result: Result, now: Selection) -> None:
    """Draw the tab."""
    _heading(result, now)
    show_text(nothing_traded(result, now.step, now.step + 1))
    own = result.scenario.market
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rule, name = market_walk.pick_rule(own.mechanism)
        values = market_walk.pick_parameters(rule, own.parameters if name == own.mechanism else {})
        if rule.by_chance(result.community.size, values):
            market_walk.draw_again()
    st.caption(plain(rule.description))
    try:
        _walk(_scene(result, now, name, rule.values(values)))
    except JiranError as error:
        market_walk.complain(error)


def _heading(result: Result, now: Selection) -> None:
    """Name the hour, and go on to the next: a map of many steps shows some of them as one."""
    step = now.step
    question = "who traded, and at what price?" if now.home is None else f"why did {plain(now.home)} get its price?"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(step_label(result, step))}**: {question}", width="stretch")
        st.button(
            "Earlier", icon=":material/skip_previous:", help="One step back in time", key="step_before",
            type="tertiary", on_click=_go, args=(-1,), disabled=step == 0,
        )  # fmt: skip
        st.button(
            "Later", icon=":material/skip_next:", icon_position="right", help="One step on in time", key="step_next",
            type="tertiary", on_click=_go, args=(1,), disabled=step == result.timeline.steps - 1,
        )  # fmt: skip


def _go(steps: int) -> None:
    state.show_selected(step=state.selection().step + steps)


def _scene(result: Result, now: Selection, rule: str, values: dict[str, Any]) -> Scene:
    """Return the hour as the run cleared it, or cleared again if the rule is not the run's.

    Raises:
        JiranError: The rule cannot clear this step.
    """
    outcome, market = outcome_of_run(result, now.step), result.scenario.market
    taken = take_apart(result, now.step)
    same = rule == market.mechanism and values == dict(market.parameters)
    if same and not (outcome.by_chance and state.draw()):
        return Scene(outcome, result, taken, own=True, home=now.home)
    st.caption(
        f":material/replay: The run was cleared by **{plain(outcome.rule_name)}**"
        + (" with other draws or parameters" if rule == market.mechanism else "")
        + f". Here the same orders are cleared again by **{plain(find(rule).name)}**; the run itself, and all other pages, stay "
        "as they are."
    )
    outcome = state.cleared(outcome.book, rule, values, state.draw())
    return Scene(outcome, result, taken, home=now.home)


def _walk(scene: Scene) -> None:
    """Draw the walk through the hour."""
    stations = of_run(rest=scene.own)
    titles = [station.title for station in stations]
    now = market_walk.walk(titles, first=0 if scene.home is None else titles.index(PRICE), narrow=True)
    market_walk.heading(stations, now)
    stations[now].draw(scene)
