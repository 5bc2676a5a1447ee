"""The controls of how long a run is: a period, a resolution, and the number of steps that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, get_args

import streamlit as st

from jiran.app import period, state
from jiran.app.fields import meaning, values
from jiran.scenario import Scenario
from jiran.scenario.grid import BY_STEP, LIMITS
from jiran.scenario.labels import LENGTH

if TYPE_CHECKING:
    import datetime as dt

    from jiran.app.panel import Panel

_LIMITS = frozenset(f"grid.{field}" for field in LIMITS)
_PERIOD_HELP = "How long the run is, from its start. A month and a year are those of the calendar"


class _Length(NamedTuple):
    """How long the run is as the controls stand, and the keys of these controls."""

    steps: int
    minutes: int
    steps_key: str
    minutes_key: str


def show(panel: Panel) -> None:
    """Draw period, resolution and number of steps."""
    _period(panel)
    _steps(panel)
    remark = state.remark()
    if remark:
        st.caption(remark)


def _period(panel: Panel) -> None:
    """Draw the period and the resolution beside each other."""
    length, start = _length(panel), panel.now("start")
    now = period.name(length.steps, length.minutes, start)
    known = list(period.periods(start))
    options = known if now in known else [*known, now]
    left, right = st.columns(2, gap="xsmall")
    with left:
        key = panel.key(f"period|{now}")  # another length has a control of its own, which starts at its name
        st.selectbox(
            "Period", options, options.index(now), key=key, help=_PERIOD_HELP, on_change=_new_period,
            args=(key, length, start),
        )  # fmt: skip
    with right:
        sizes = list(get_args(Scenario.model_fields["step_minutes"].annotation))
        chosen = st.selectbox(
            panel.label("step_minutes", LENGTH["step_minutes"]), sizes, sizes.index(panel.now("step_minutes")),
            key=length.minutes_key, help=f"{meaning('step_minutes')}. The period stays", on_change=_new_resolution,
            args=(length,),
        )  # fmt: skip
        panel.say("step_minutes", chosen)
    _move_prices(panel, chosen, start)


def _steps(panel: Panel) -> None:
    """Draw the number of steps, after the period that decides it."""
    length, takes = _length(panel), values("steps")
    steps = st.number_input(
        panel.label("steps", LENGTH["steps"]), int(takes.least or 1), _most(), length.steps, 1, key=length.steps_key,
        help=meaning("steps"), on_change=state.set_remark, args=(None,),
    )  # fmt: skip
    panel.say("steps", steps)


def _length(panel: Panel) -> _Length:
    """Read the length from the controls; one that is not drawn yet will start at the scenario's own.

    The controls get their values when they are made, never later by their keys: a browser that misses such a message,
    because the viewer is quick, would send back what it has instead.
    """
    number, decided = state.decided_steps()
    steps_key, minutes_key = panel.key(f"steps|{number}" if number else "steps"), panel.key("step_minutes")
    steps = st.session_state.get(steps_key, panel.now("steps") if decided is None else decided)
    return _Length(steps, st.session_state.get(minutes_key, panel.now("step_minutes")), steps_key, minutes_key)


def _most() -> int:
    return int(values("steps").most or 0)


def _new_period(key: str, length: _Length, start: dt.datetime) -> None:
    """Let a period that was chosen decide the number of steps."""
    chosen = period.periods(start).get(st.session_state[key])
    if chosen is not None:
        _decide(period.resized(chosen, 1, length.minutes, _most()))


def _new_resolution(length: _Length) -> None:
    """Let the period stay in a resolution that was chosen."""
    _decide(period.resized(length.steps, length.minutes, st.session_state[length.minutes_key], _most()))


def _decide(made: period.Resized) -> None:
    state.decide_steps(made.steps)
    state.set_remark(made.note)


def _move_prices(panel: Panel, minutes: int, start: dt.datetime) -> None:
    """Let prices and limits by the step go along into another resolution."""
    before, steps = panel.now("step_minutes"), panel.now("steps")
    if minutes == before:
        return
    for name in (f"grid.{field}" for field in BY_STEP):
        prices, what = panel.now(name), "Limits" if name in _LIMITS else "Prices"
        if period.by_step(prices, steps):
            moved = period.prices(tuple(prices), before, minutes, start)
            if moved is None:
                state.set_remark(
                    f"{what} by the step cannot go along: 24 of them would be read by the hour of the day."
                )
                continue
            panel.moved[name] = moved
            panel.want(name, moved)
            if minutes % before or minutes > before:
                state.set_remark(f"{what} by the step are now means over {minutes} min.")
