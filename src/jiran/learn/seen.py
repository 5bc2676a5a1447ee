"""What an agent sees: clock, its own store, what was lacking in the last step, and prices as far as they are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jiran.control.store import Store
from jiran.errors import JiranError

if TYPE_CHECKING:
    from jiran.scenario import Scenario
    from jiran.simulation.setting import Setting

Array = NDArray[np.float64]

#: What is seen, in order: hour of the day as a point on a circle, level 0..1, need of the last step by the store's power,
#: prices now, and lowest, mean and highest import price of the coming day, as far as it is known.
SEEN = ("sin_hour", "cos_hour", "level", "last_need", "import_price", "export_price", "lowest", "mean", "highest")
#: Needs by power and prices per kWh are cut off here.
MOST_NEED, MOST_PRICE = 100.0, 10_000.0
#: Least and most of each.
LOW = np.array([-1, -1, 0, -MOST_NEED, *[-MOST_PRICE] * 5], np.float32)
HIGH = np.array([1, 1, 1, MOST_NEED, *[MOST_PRICE] * 5], np.float32)


def seen(setting: Setting, step: int, store: Store, stored_kwh: float, last_need_kwh: float) -> NDArray[np.float32]:
    """Return what is seen before a step, a new array of shape (feature,): nothing of what the step will bring but its prices.

    Args:
        setting: For the clock and the prices.
        step: Which step; after the last one the last prices stand.
        store: The store.
        stored_kwh: What it holds.
        last_need_kwh: What its owner lacked (> 0) or had to spare (< 0) in the last step; 0 before the first.
    """
    battery, price = store.battery, setting.price
    now, day = min(step, setting.timeline.steps - 1), 24 * 60 // setting.timeline.step_minutes
    known = now // day * day + setting.scenario.grid.known_ahead_h * day // 24
    ahead = price.grid_import[now : max(now + 1, min(now + day, known))]
    angle = 2.0 * np.pi * (setting.timeline.hour[now] / 24.0)
    power = max(battery.charge_step_kwh, battery.discharge_step_kwh, 1e-9)
    level = (stored_kwh - battery.minimum_kwh) / max(battery.capacity_kwh - battery.minimum_kwh, 1e-9)
    found = [
        np.sin(angle), np.cos(angle), level, last_need_kwh / power, price.grid_import[now], price.grid_export[now],
        ahead.min(), ahead.mean(), ahead.max(),
    ]  # fmt: skip
    bounded: NDArray[np.float32] = np.clip(np.array(found), LOW, HIGH).astype(np.float32)
    return bounded


def wanted_kwh(action: Any, store: Store) -> float:
    """Return what an action asks of a store, kWh at its terminals: 1 = take, -1 = give, with all its power.

    Args:
        action: A number, or an array with one; what is outside -1..1 is cut off, and no number is nothing.
        store: The store.
    """
    share = float(np.clip(np.nan_to_num(np.asarray(action, float).reshape(-1)[0]), -1.0, 1.0))
    return share * (store.battery.charge_step_kwh if share > 0.0 else store.battery.discharge_step_kwh)


def refuse(scenario: Scenario) -> None:
    """Refuse what the environments do not know.

    Raises:
        JiranError: Homes are billed by a tariff, the street's connection has a limit, or cars lend their battery or charge by plans.
    """
    if scenario.grid.tariff is not None:
        raise JiranError("an environment has prices per kWh alone: leave out grid.tariff")
    if scenario.grid.limited:
        raise JiranError(
            "an environment has a connection that carries all: leave out grid.import_limit_kw and grid.export_limit_kw"
        )
    if scenario.ev.supply.enabled or scenario.ev.planned:
        raise JiranError(
            "an environment has no cars with plans: use ev.charging = blocks or at-once, without ev.supply"
        )
