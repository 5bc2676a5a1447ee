"""The community battery where a controller runs it; by own use first the kernel runs it without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.control.memory import first_memory
from jiran.control.storage import Battery
from jiran.engine.street import act, rest
from jiran.homes.profiles import needs_kwh
from jiran.simulation.controlled import Controlled, controlled, nobody

if TYPE_CHECKING:
    from jiran import scenario
    from jiran.simulation.setting import Setting


def battery_of(asked: scenario.Battery, step_h: float) -> Battery:
    """Return what a community battery can do in a step of so many hours: limits of power as energy, the reserve in kWh."""
    return Battery(
        capacity_kwh=asked.capacity_kwh,
        minimum_kwh=asked.min_soc * asked.capacity_kwh,
        charge_step_kwh=asked.charge_kw * step_h,
        discharge_step_kwh=asked.discharge_kw * step_h,
        charge_efficiency=asked.charge_efficiency,
        discharge_efficiency=asked.discharge_efficiency,
    )


def street(setting: Setting) -> Controlled:
    """Return the community battery of a setting as it is before the first step; none if own use first runs it."""
    asked, before = setting.scenario.battery, setting.start
    if not asked.planned:
        return nobody((act, rest))
    one = np.arange(1)
    *of_each, charged, given = battery_of(asked, setting.timeline.step_h)
    limits = dict(zip(Battery._fields, [*(np.full(one.size, kwh) for kwh in of_each), charged, given], strict=True))
    homes = np.arange(setting.community.size)
    left = before.street or first_memory(np.full(one.size, before.stored_kwh), 0, 0, 1)
    return controlled(
        setting, asked, one, limits, lambda: needs_kwh(setting.profiles, homes).sum(axis=1, keepdims=True), left,
        ("the community",), (act, rest),
    )  # fmt: skip
