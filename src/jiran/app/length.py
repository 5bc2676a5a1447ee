"""The controls of how long a run is: a period, a resolution, and the number of steps that they make."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple, get_args

import streamlit as st

from jiran.app import period, state
from jiran.app.fields import meaning, values
from jiran.app.labels import LENGTH
from jiran.scenario import Scenario

if TYPE_CHECKING:
    from jiran.app.panel import Panel

_PRICES = ("grid.import_price", "grid.export_price")
_PERIOD_HELP = "How long the run is, from its start. A month and a year are those of the calendar"


class _Keys(NamedTuple):
    """Keys of the three controls; each changes the others before they are drawn."""

    period: str
    minutes: str
    steps: str


def show_period(panel: Panel) -> None:
    """Draw the period and the resolution beside each other."""
    keys, start = _keys(panel), _start(panel)
    st.session_state.setdefault(keys.steps, panel.now("steps"))
    st.session_state.setdefault(keys.minutes, panel.now("step_minutes"))
    steps, minutes = st.session_state[keys.steps], st.session_state[keys.minutes]
    now = period.name(steps, minutes, start)
    known = list(period.periods(start))
    st.session_state[keys.period] = now
    left, right = st.columns(2)
    with left:
        st.selectbox(
            "Period", known if now in known else [*known, now], key=keys.period, help=_PERIOD_HELP,
            on_change=_new_period, args=(keys, start),
        )  # fmt: skip
    with right:
        sizes = get_args(Scenario.model_fields["step_minutes"].annotation)
        label = panel.label("step_minutes", LENGTH["step_minutes"])
        chosen = st.selectbox(
            label, sizes, key=keys.minutes, help=f"{meaning('step_minutes')}. The period stays",
            on_change=_new_resolution, args=(keys, minutes),
        )  # fmt: skip
        panel.say("step_minutes", chosen)
    _move_prices(panel, chosen, start)


def show_steps(panel: Panel) -> None:
    """Draw the number of steps, after the period that decides it."""
    key, takes = _keys(panel).steps, values("steps")
    steps = st.number_input(
        panel.label("steps", LENGTH["steps"]), int(takes.least or 1), _most(), step=1, key=key, help=meaning("steps"),
        on_change=state.set_remark, args=(None,),
    )  # fmt: skip
    panel.say("steps", steps)


def show_remark() -> None:
    """Say what became of a period that is not a whole number of steps."""
    remark = state.remark()
    if remark:
        st.caption(remark)


def _keys(panel: Panel) -> _Keys:
    return _Keys(panel.key("period"), panel.key("step_minutes"), panel.key("steps"))


def _start(panel: Panel) -> dt.datetime:
    start: dt.datetime = panel.now("start")
    return start


def _most() -> int:
    return int(values("steps").most or 0)


def _new_period(keys: _Keys, start: dt.datetime) -> None:
    """Let a period that was chosen decide the number of steps."""
    length = period.periods(start).get(st.session_state[keys.period])
    if length is not None:
        made = period.resized(length, 1, st.session_state[keys.minutes], _most())
        st.session_state[keys.steps] = made.steps
        state.set_remark(made.note)


def _new_resolution(keys: _Keys, before: int) -> None:
    """Let the period stay in a resolution that was chosen."""
    made = period.resized(st.session_state[keys.steps], before, st.session_state[keys.minutes], _most())
    st.session_state[keys.steps] = made.steps
    state.set_remark(made.note)


def _move_prices(panel: Panel, minutes: int, start: dt.datetime) -> None:
    """Let prices by the step go along into another resolution."""
    before, steps = panel.now("step_minutes"), panel.now("steps")
    if minutes == before:
        return
    for name in _PRICES:
        prices = panel.now(name)
        if period.by_step(prices, steps):
            moved = period.prices(tuple(prices), before, minutes, start)
            if moved is None:
                state.set_remark("Prices by the step cannot go along: 24 of them would be read by the hour of the day.")
                continue
            panel.moved[name] = moved
            panel.want(name, moved)
            if minutes % before or minutes > before:
                state.set_remark(f"Prices by the step are now means over {minutes} min.")
