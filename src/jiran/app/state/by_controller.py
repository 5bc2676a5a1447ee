"""Controllers side by side, and how wrong forecasts are, kept for all viewers while there is room."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app.memory import Kept
from jiran.app.runs import KEPT_SWEEPS, changed_at
from jiran.app.state.finished import worked_out
from jiran.app.state.session import base
from jiran.control import controllers as installed
from jiran.judge.by_controller import SideBySide, by_controller, stores_of
from jiran.judge.forecast_error import ForecastError, forecast_errors
from jiran.simulation.estimate import Need, of_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.judge.by_controller import Who
    from jiran.scenario import Scenario


@st.cache_resource(show_spinner=False)
def _found() -> Kept[SideBySide]:
    return Kept(KEPT_SWEEPS)


def controllers(
    wanted: Scenario, who: Who | None = None, names: list[str] | None = None, foreseen: list[str] | None = None
) -> SideBySide:
    """Return a street under controllers, from memory or by running it with a bar and a button that stops it.

    Args:
        wanted: The street.
        who: Whose stores they run; default: see `jiran.judge.by_controller`.
        names: Which controllers; None: all.
        foreseen: By which forecasts; None: the scenario's own.

    Raises:
        JiranError: There is no store, or it cannot be run.
        NotRunError: It is large and was not asked for yet, or it was stopped.
    """
    who = stores_of(wanted, who)
    key = f"controllers {who} {names} {foreseen} {wanted.model_dump_json()} {changed_at(wanted)}"
    command = f"jiran compare {base().link.get('preset', 'SCENARIO.toml')} --controllers"
    work = partial(_run, wanted, who, names, foreseen)
    words = "This comparison of controllers", "Running controllers"
    many = (len(installed()) if names is None else len(names)) * len(foreseen or [""]) + 1
    return _found().get_or_make(key, lambda: worked_out(key, *words, work, _need(wanted, many), command))


def _need(wanted: Scenario, many: int) -> Need:
    """Estimate what all runs need: they stay in memory until the last one is done."""
    one = of_run(wanted)
    return Need(one.memory * many, one.seconds * many)


def _run(
    wanted: Scenario, who: Who, names: list[str] | None, foreseen: list[str] | None, tell: Callable[[float], None]
) -> SideBySide:
    return by_controller(wanted, who, tell, names=names, forecasts=foreseen)


@st.cache_resource(show_spinner=False)
def _errors() -> Kept[tuple[ForecastError, ...]]:
    return Kept(KEPT_SWEEPS)


def forecasts(wanted: Scenario) -> tuple[ForecastError, ...]:
    """Return how wrong each forecast is on a street, from memory or by working it out with a bar.

    Raises:
        JiranError: It is shorter than two days, or cannot be prepared.
        NotRunError: It is large and was not asked for yet, or it was stopped.
    """
    key = f"forecasts {wanted.model_dump_json()} {changed_at(wanted)}"
    command = f"jiran forecasts --on {base().link.get('preset', 'SCENARIO.toml')}"
    words = "This look at forecasts", "Asking forecasts"
    return _errors().get_or_make(
        key, lambda: worked_out(key, *words, lambda _: forecast_errors(wanted), of_run(wanted), command)
    )
