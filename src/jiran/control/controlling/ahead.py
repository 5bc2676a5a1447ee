"""Controllers that plan by what they expect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.control.controlling.base import PLANNED, controller
from jiran.control.plan import Ahead, plan_for_mean
from jiran.control.scenarios import plan_for_all
from jiran.control.store import Store
from jiran.plugins.plugin import Parameter

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@controller(PLANNED, plain_name="plans two days ahead", forecasts=True, horizon_h=48)
def plan_ahead(
    need_kwh: Matrix,
    ahead: Ahead,
    day: int,  # noqa: ARG001  days do not matter to it
    store: Store,
    parameters: Vector,  # noqa: ARG001  it has none
    upto_kwh: Matrix,
    value: Matrix,
) -> bool:
    """Make the exact plan for the mean of what is expected of the coming two days.

    No other plan costs less if what is expected comes. What is left at the end is worth what it was worth at the same time of
    day in the last plan: the world goes on.
    """
    return plan_for_mean(need_kwh, ahead, store, upto_kwh, value)


@controller(
    "plan-scenarios",
    plain_name="plans for several futures",
    forecasts=True,
    futures=True,
    horizon_h=48,
    cells=Parameter(25, "levels of the store that it tells apart", ge=5, le=200),
)
def plan_scenarios(
    need_kwh: Matrix,
    ahead: Ahead,
    day: int,  # noqa: ARG001  days do not matter to it
    store: Store,
    parameters: Vector,
    upto_kwh: Matrix,
    value: Matrix,
) -> bool:
    """Plan for each of the futures that the forecast thinks likely: stored energy is worth the mean over them.

    It keeps something for what happens now and then, which a plan for the mean does not see. With a forecast of one future it is
    `plan-ahead` on a grid of levels. End as there.
    """
    return plan_for_all(need_kwh, ahead, store, int(parameters[0]), upto_kwh, value)
