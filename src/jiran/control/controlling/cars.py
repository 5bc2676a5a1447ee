"""Controllers of cars, which must hold enough when they leave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.control.controlling.base import controller
from jiran.control.plan import Ahead, plan_for_mean
from jiran.control.store import Store

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@controller("smart-charging", plain_name="charges when it is cheapest", forecasts=True, horizon_h=48, cars=True)
def smart_charging(
    need_kwh: Matrix,
    ahead: Ahead,
    day: int,  # noqa: ARG001  days do not matter to it
    store: Store,
    parameters: Vector,  # noqa: ARG001  it has none
    upto_kwh: Matrix,
    value: Matrix,
) -> bool:
    """Charge when the roof has energy to spare or the grid is cheapest, so that the car holds enough when it leaves.

    The exact plan of a store that gives nothing; with one that may give it is `plan-ahead`. A kWh that would be missing at the
    departure is worth far more than any price.
    """
    return plan_for_mean(need_kwh, ahead, store, upto_kwh, value)


@controller("v2g", plain_name="charges and gives", forecasts=True, horizon_h=48, cars=True)
def v2g(
    need_kwh: Matrix,
    ahead: Ahead,
    day: int,  # noqa: ARG001  days do not matter to it
    store: Store,
    parameters: Vector,  # noqa: ARG001  it has none
    upto_kwh: Matrix,
    value: Matrix,
) -> bool:
    """Charge when it is cheapest and give where that pays, so that the car holds enough when it leaves.

    The exact plan of a battery that comes and goes; with one that stays it is `plan-ahead`. The departure comes before all gains.
    """
    return plan_for_mean(need_kwh, ahead, store, upto_kwh, value)
