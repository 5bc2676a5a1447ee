"""Stores in the side panel: what each does in the hour and why, and its day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from jiran.app.charts import device as charts
from jiran.app.drawing import draw
from jiran.app.selection import day_of
from jiran.app.showing import show_text
from jiran.app.street.sections import section
from jiran.explain.device import presence, seen_at, state, worth
from jiran.result.devices import devices_of
from jiran.simulation.worth import worth_of_day
from jiran.words import time_of_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiran.result.devices import Device
    from jiran.result.result import Result
    from jiran.simulation.worth import Who, Worth

#: Whose stores each kind is, as a scenario names them, and what a part of the panel calls its day.
_WHOSE: dict[str, Who] = {"home battery": "home_battery", "EV": "ev", "community battery": "battery"}
_TITLES = {
    "home battery": "Its battery, this day",
    "EV": "Its car, this day",
    "community battery": "The battery, this day",
}


def show(result: Result, home: str, step: int) -> None:
    """Draw the stores of a home, or that of the community.

    Args:
        result: The run.
        home: Its name; "": the community.
        step: The step that is looked at.
    """
    known = _kept(result)
    if ("stores", home) not in known:
        known["stores", home] = list(_stores(result, home))
    for device, place in known["stores", home]:
        _one(result, device, place, step)


def _stores(result: Result, home: str) -> Iterator[tuple[Device, int]]:
    """Yield the stores of a home, or with "" that of the community, each with its place among those of its kind."""
    places: dict[str, int] = {}
    for device in devices_of(result):
        place = places.get(device.kind, 0)
        places[device.kind] = place + 1
        if device.home == home:
            yield device, place
        if not home:
            return  # that of the community is the first


def _one(result: Result, device: Device, place: int, step: int) -> None:
    """Say what a store did in a step and why, and draw its day once that is opened.

    Args:
        result: The run.
        device: The store.
        place: Which of its kind.
        step: The step.
    """
    window = day_of(result.timeline, step)
    found = _worths(result, _WHOSE[device.kind], step)
    here = seen_at(result, device, step, _at(found, place, step, device), _present(result, device, place, step))
    if here.hidden:
        return
    show_text(state(here), worth(here, result))
    folded = section(
        f"store-{device.kind.split()[0].lower()}", _TITLES[device.kind], ":material/battery_charging_full:"
    )
    if folded is None:
        return
    steps = list(range(window.first, window.last))
    ends = [
        time_of_day(one)
        for one in (result.timeline.local[steps] + np.timedelta64(result.timeline.step_minutes, "m")).astype(object)
    ]
    with folded:
        mark = step - window.first
        said = str(state(here))
        draw(
            charts.level(device.stored_kwh[steps], here.capacity_kwh, ends, mark),
            key=f"store_level_{device.kind}",
            alt=said,
            height=190,
        )
        # A day of plans begins with the run, and need not be one of the calendar.
        parts = [_worths(result, _WHOSE[device.kind], at) for at in (window.first, window.last - 1)]
        known = [
            next((one for part in parts if (one := _at(part, place, at, device)) is not None), np.nan) for at in steps
        ]
        values = np.array(known, dtype=np.float64)
        if np.isfinite(values).any():
            # What is missing at a departure is worth far more than any price, and would leave nothing to see.
            values[values > 100.0 * max(1.0, float(np.abs(result.prices.grid_import).max()))] = np.nan
            bought, sold = result.prices.grid_import[steps], result.prices.grid_export[steps]
            draw(
                charts.worth(values, bought, sold, ends, result.scenario.currency, mark), key=f"store_worth_{device.kind}", height=230,
                alt=str(worth(here, result) or said),
            )  # fmt: skip
            st.caption(
                "What another stored kWh is worth after each hour, by the plan of the day; a gap: it had none, or had to be filled."
            )


def _present(result: Result, device: Device, place: int, step: int) -> float:
    """Return the share of a step in which a store is there: cars are not always."""
    if device.kind != "EV":
        return 1.0
    known, key = _kept(result), ("there", "")
    if key not in known:
        known[key] = presence(result)
    return float(known[key][step, place])


def _at(found: Worth | None, place: int, step: int, device: Device) -> float | None:
    return None if found is None else found.at(place, step, float(device.stored_kwh[step]))


def _worths(result: Result, who: Who, step: int) -> Worth | None:
    """Return what stored energy was worth on the day of a step."""
    known, a_day = _kept(result), 24 * 60 // result.timeline.step_minutes
    key = who, (result.start.steps + step) // a_day
    if key not in known:
        known[key] = worth_of_day(result, who, step)
    found: Worth | None = known[key]
    return found


def _kept(result: Result) -> dict[tuple[str, int | str], Any]:
    """Return what was worked out of a run, for as long as it is looked at."""
    held: tuple[Result, dict[tuple[str, int | str], Any]] | None = st.session_state.get("of stores")
    if held is None or held[0] is not result:
        held = st.session_state["of stores"] = (result, {})
    return held[1]
