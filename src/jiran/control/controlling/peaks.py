"""Controllers that keep low what comes in through the owner's meter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.control.controlling.base import controller
from jiran.control.peaks import expect_worst, lowest_peak
from jiran.control.plan import Ahead, mean_of, plan
from jiran.control.store import Store
from jiran.plugins.plugin import Parameter

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@controller(
    "peak-shaving",
    plain_name="keeps peaks low",
    forecasts=True,
    horizon_h=48,
    peak_kw=Parameter(0.0, "import that it keeps to; 0 = the lowest that it can", ge=0, le=1_000_000, unit="kW"),
)
def peak_shaving(
    need_kwh: Matrix,
    ahead: Ahead,
    day: int,
    store: Store,
    parameters: Vector,
    upto_kwh: Matrix,
    value: Matrix,
) -> bool:
    """Keep import as low as it can, and make the exact plan for the mean of what is expected below that.

    What makes a peak is the worst that the forecast thinks possible, half an hour early or late: a mean hides spikes. Import
    may come up to the lowest level that could be kept then, or to `peak_kw`, and to what the month has seen already, as that
    peak is made; but not beyond what a limit allows.
    """
    mean_kwh, worst_kwh, most_kwh = mean_of(need_kwh), np.empty(need_kwh.shape[1]), np.empty(need_kwh.shape[1])
    expect_worst(need_kwh, day, worst_kwh)
    least_kwh = parameters[0] * 24.0 / day
    if least_kwh == 0.0:
        least_kwh = lowest_peak(worst_kwh, store)
    # The plan is for the mean, so what may come beyond it is taken off the level.
    for step in range(mean_kwh.size):
        most_kwh[step] = min(max(least_kwh, ahead.peak_kwh[step]), ahead.most_import_kwh[step])
        ahead.most_import_kwh[step] = most_kwh[step] - (worst_kwh[step] - mean_kwh[step])
    room = plan(mean_kwh, ahead, store, upto_kwh, value)
    for step in range(mean_kwh.size):
        ahead.most_import_kwh[step] = most_kwh[step]
    return room
