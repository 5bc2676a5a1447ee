"""Batteries in homes: one in each home that has one, run for its home, which may bid in the market, or in turn for the street."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.control import find_controller
from jiran.control.memory import first_memory
from jiran.engine.at_home import act, rest
from jiran.engine.at_market import ask
from jiran.errors import ScenarioError
from jiran.homes.profiles import needs_kwh
from jiran.simulation.controlled import Controlled, controlled, nobody

if TYPE_CHECKING:
    from jiran.result.result import State
    from jiran.scenario.home_battery import HomeBattery
    from jiran.simulation.setting import Setting

Array = NDArray[np.float64]


def at_home(setting: Setting, *, bid: bool = False) -> Controlled:
    """Return the batteries in the homes of a setting, as they are before the first step.

    Args:
        setting: Where the market starts from.
        bid: Whether they bid in the market, or cars do.
    """
    asked, homes = setting.scenario.home_battery, np.flatnonzero(setting.community.battery_kwh)
    moves = (ask if bid else act, rest)
    if not homes.size:
        return nobody(moves)
    step_kwh = setting.community.battery_kw[homes] * setting.timeline.step_h
    limits = {
        "capacity_kwh": setting.community.battery_kwh[homes],
        "minimum_kwh": np.zeros(homes.size),
        "charge_step_kwh": step_kwh,
        "discharge_step_kwh": step_kwh,
        "charge_efficiency": asked.charge_efficiency,
        "discharge_efficiency": asked.discharge_efficiency,
        "standby_kwh": asked.standby_kwh(setting.timeline.step_h),
        "inverter_kwh": asked.inverter_kwh(setting.timeline.step_h),
    }
    owners = tuple(f"home {name}" for name in setting.community.ids)
    found = controlled(
        setting, asked, homes, limits, partial(_needs, setting, homes), setting.start.at_home, owners,
        moves,
    )  # fmt: skip
    if asked.inverter_kw is None:
        return found
    return replace(found, record=found.record._replace(roof_kwh=setting.profiles.generation_kwh[:, homes].copy()))


def _needs(setting: Setting, homes: NDArray[np.int64]) -> Array:
    """Return what the owners of batteries will need, shape (step, store): their homes, or for all of them the street."""
    if not find_controller(setting.scenario.home_battery.controller).together:
        return needs_kwh(setting.profiles, homes)
    street = needs_kwh(setting.profiles, np.arange(setting.community.size)).sum(axis=1)
    return np.repeat(street[:, None], homes.size, axis=1)


def begun(start: State, battery: HomeBattery, capacity_kwh: Array) -> State:
    """Return a state with what batteries in homes hold in it: what an earlier run left, or their state of charge at the start.

    Args:
        start: Of the run.
        battery: For the state of charge.
        capacity_kwh: Of the battery of each home, 0 where there is none, shape (home,).

    Raises:
        ScenarioError: The earlier run had another number of batteries.
    """
    capacity_kwh = capacity_kwh[capacity_kwh > 0.0]
    left = 0 if start.at_home is None else start.at_home.stored_kwh.size
    if start.at_home is None and capacity_kwh.size:
        return replace(start, at_home=first_memory(battery.start_soc * capacity_kwh, 0, 0, 1))
    if left != capacity_kwh.size:
        allowed = f"must be of as many homes as have one: {capacity_kwh.size}"
        raise ScenarioError("state.at_home", f"{left} batteries", allowed)
    return start
