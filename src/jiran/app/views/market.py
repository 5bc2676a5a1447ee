"""Market: one step taken apart station by station, until it is clear why a home got its price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from jiran.app import state
from jiran.app.parameters import ask_parameters
from jiran.app.showing import plain
from jiran.app.views import market_orders
from jiran.app.views.market_scene import Scene
from jiran.app.views.market_stations import Station, badge, of_run, of_table
from jiran.errors import JiranError
from jiran.explain.step.outcome import outcome_of_run
from jiran.explain.step.run_step import busiest_step, step_label, take_apart
from jiran.market import find, mechanisms

if TYPE_CHECKING:
    from jiran.app.charts.base import Window
    from jiran.market import Mechanism
    from jiran.result.result import Result

_RUN, _OWN = "A step of the run", "Your own orders"
_STATION = "market_station"


@st.fragment
def show() -> None:
    """Draw the page."""
    result = state.result()
    st.markdown("#### Why did this home get this price?")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.segmented_control(
            "Orders to clear", [_RUN, _OWN], default=_RUN, required=True, key="market_source", persist_state="session"
        )
        state.show_own_orders(shown=source == _OWN)
        own = result.scenario.market.mechanism if source == _RUN else ""
        rule, name = _pick_rule(own)
        values = _pick_parameters(rule, result.scenario.market.parameters if name == own else {})
        if rule.by_chance(_orders(source, result), values):
            _draw_again()
    st.caption(plain(rule.description))
    try:
        values = rule.values(values)
        if source == _RUN:
            _run_walk(_run_scene(result, name, values))
        else:
            _own_walk(rule, values)
    except JiranError as error:
        _complain(error)


def _orders(source: str, result: Result) -> int:
    """Return how many orders there may be."""
    return result.community.size if source == _RUN else market_orders.count()


def _complain(error: JiranError) -> None:
    """Say in a sentence what is wrong."""
    text = str(error)
    st.error(plain(f"{text[0].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"), icon=":material/error:")


def _pick_rule(of_the_run: str) -> tuple[Mechanism, str]:
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


def _pick_parameters(rule: Mechanism, of_the_run: dict[str, Any]) -> dict[str, Any]:
    """Let the viewer set a rule's parameters; they start as the run has them."""
    if not rule.parameters:
        return {}
    with st.popover("Parameters", icon=":material/tune:"):
        return ask_parameters(rule, of_the_run, "market")


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
    now = _walk([station.title for station in stations])
    with st.container(border=True):
        _heading(stations, now)
        stations[now].draw(scene)


def _own_walk(rule: Mechanism, values: dict[str, Any]) -> None:
    """Draw the walk through the viewer's own orders; at the first station they can be changed."""
    stations = of_table()
    now = _walk([station.title for station in stations])
    with st.container(border=True):
        _heading(stations, now)
        place: Any = st.container()
        if now == 0:
            left, place = st.columns([3, 2], gap="medium")
            with left:
                market_orders.ask()
        with place:
            if market_orders.are_empty():
                st.info("There are no orders yet: give each buyer and each seller a row.", icon=":material/info:")
                return
            try:
                book = market_orders.book_of(rule)
                scene = Scene(state.cleared(book, rule.name, values, state.draw()))
                stations[now].draw(scene)
                badge(scene.outcome)
            except JiranError as error:
                _complain(error)
                if now:
                    st.caption("Go back to the first station to mend the table.")


def _heading(stations: list[Station], now: int) -> None:
    st.markdown(f"##### {stations[now].heading} :gray[{now + 1}\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}{len(stations)}]")


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


def _draw_again() -> None:
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


def _walk(titles: list[str]) -> int:
    """Draw the way through the stations; return which is open."""
    last = len(titles) - 1
    if not 0 <= st.session_state.setdefault(_STATION, 0) <= last:
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
            format_func=lambda place: f"{place + 1} {titles[place]}",
        )  # fmt: skip
    return now
