"""Controllers that run batteries in homes for the street."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.control.controlling.base import controller
from jiran.control.plan import Ahead, plan_for_mean
from jiran.control.store import Store

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@controller("cooperative", plain_name="in turn, for the street", forecasts=True, horizon_h=48, together=True)
def cooperative(
    need_kwh: Matrix,
    ahead: Ahead,
    day: int,  # noqa: ARG001  days do not matter to it
    store: Store,
    parameters: Vector,  # noqa: ARG001  it has none
    upto_kwh: Matrix,
    value: Matrix,
) -> bool:
    """Make the exact plan for what the street needs, one battery after the other, each on what those before it leave.

    A battery stores the sun of any roof and gives to any home, through the market; a second one does not store the same sun
    again. The community battery, which sees the whole street anyway, does as with `plan-ahead`.
    """
    return plan_for_mean(need_kwh, ahead, store, upto_kwh, value)
