"""Cars that charge by plans, each for its home: smart, or giving energy too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.control import find_controller
from jiran.control.controlling.base import OWN_USE
from jiran.control.days import Calendar
from jiran.control.memory import first_memory
from jiran.control.storage import Battery
from jiran.engine.at_home import drive, rest
from jiran.engine.cars_at_market import ask_cars
from jiran.engine.records import Fleet
from jiran.homes.profiles import needs_kwh
from jiran.homes.timeline import DAY_S, on_weekend, timeline
from jiran.scenario.run_by import RunBy
from jiran.simulation.controlled import Comes, Controlled, controlled, nobody

if TYPE_CHECKING:
    from jiran.engine.records import Outputs
    from jiran.simulation.setting import Setting

#: The controller of each way to charge.
_RUN_BY = {"smart": "smart-charging", "v2g": "v2g"}


def cars(setting: Setting, *, bid: bool = False) -> Controlled:
    """Return the cars of a setting as they are before the first step; none unless they charge by plans.

    Args:
        setting: Where the market starts from.
        bid: Whether they bid in the market.
    """
    plan, ev, start = setting.cars, setting.scenario.ev, setting.start
    if not plan.homes.size:
        return nobody((drive, rest))
    calendar, gives = ev.calendar, ev.charging == "v2g"
    many = plan.homes.size
    limits = {
        "capacity_kwh": np.full(many, calendar.capacity_kwh),
        "minimum_kwh": np.full(many, calendar.reserve_soc * calendar.capacity_kwh * gives),
        "charge_step_kwh": plan.step_kwh,
        "discharge_step_kwh": plan.step_kwh * gives,
        "charge_efficiency": calendar.efficiency,
        "discharge_efficiency": calendar.discharge_efficiency,
    }
    asked = RunBy.model_construct(
        controller=_RUN_BY.get(ev.charging, OWN_USE), forecast=ev.forecast, wear_cost=ev.wear_cost
    )
    expected = _expected(setting, asked.controller)
    comes = Comes(plan.present, plan.trip_kwh, plan.leaving_kwh, plan.pressed, expected)
    left = start.cars or first_memory(start.ev_stored_kwh[:many], 0, 0, 1)
    owners = tuple(f"home {name}" for name in setting.community.ids)
    return controlled(
        setting, asked, plan.homes, limits, lambda: needs_kwh(setting.profiles, plan.homes), left, owners,
        (ask_cars if bid else drive, rest), comes,
    )  # fmt: skip


def _expected(setting: Setting, controller: str) -> Calendar:
    """Return what owners expect of their cars, as far beyond the run as a controller looks ahead."""
    scenario, calendar = setting.scenario, setting.scenario.ev.calendar
    longer = timeline(scenario, find_controller(controller).horizon_h * 60 // scenario.step_minutes)
    return Calendar(
        hour=longer.hour,
        weekend=on_weekend(longer.local_s // DAY_S),
        habit_h=setting.cars.habit_h,
        target_kwh=np.full(setting.cars.homes.size, calendar.departure_soc * calendar.capacity_kwh),
    )


def driven(setting: Setting, out: Outputs) -> Fleet:
    """Return cars that charge by plans as the fleet of a run: where they are, and what they drove.

    Args:
        setting: With the cars.
        out: What the kernel found.
    """
    calendar, never = setting.scenario.ev.calendar, np.zeros(setting.timeline.steps, np.bool_)
    ev = Battery(
        capacity_kwh=calendar.capacity_kwh,
        minimum_kwh=0.0,
        charge_step_kwh=0.0,
        discharge_step_kwh=0.0,
        charge_efficiency=calendar.efficiency,
        discharge_efficiency=calendar.discharge_efficiency,
    )
    return Fleet(
        homes=setting.cars.homes,
        step_kwh=setting.cars.step_kwh,
        parked=never,
        supplying=never,
        charging_steps_after=np.zeros(never.size, np.int64),
        trip_kwh=out.ev_driven_kwh,
        ev=ev,
        departure_kwh=calendar.departure_soc * calendar.capacity_kwh,
        reserve_price=np.nan,
    )
