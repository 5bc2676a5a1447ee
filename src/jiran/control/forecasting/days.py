"""Forecasts that repeat days of the past, or a mean of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.control.forecasting.base import DEFAULT_FORECAST, MOST_DAYS, forecast
from jiran.plugins.plugin import Parameter

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


@njit(cache=True, borrows=True)
def _add_day(past_kwh: Vector, back: int, day: int, weight: float, need_kwh: Matrix) -> None:
    """Add a day of the past to all coming days.

    Args:
        past_kwh: The past, shape (past step,).
        back: How many days ago it was; 1 is the last day.
        day: Steps of a day.
        weight: By which it counts.
        need_kwh: Is added to, shape (scenario, coming step).
    """
    begin = past_kwh.size - back * day
    for row in range(need_kwh.shape[0]):
        for first in range(0, need_kwh.shape[1], day):
            for slot in range(min(day, need_kwh.shape[1] - first)):
                need_kwh[row, first + slot] += weight * past_kwh[begin + slot]


@forecast("perfect", plain_name="knows the future", foresight=True)
def perfect(past_kwh: Vector, day: int, parameters: Vector, need_kwh: Matrix) -> None:
    """Know what will come: a bound for all others, which nobody can have.

    What it fills in is filled in already: it is declared with foresight. After the end of a run its last day comes again.
    """


@forecast("yesterday", plain_name="as yesterday")
def yesterday(past_kwh: Vector, day: int, parameters: Vector, need_kwh: Matrix) -> None:  # noqa: ARG001  has none
    """Expect of each coming day what the last one brought at the same time: persistence, the yardstick of all forecasts."""
    need_kwh[:] = 0.0
    _add_day(past_kwh, 1, day, 1.0, need_kwh)


@forecast(
    DEFAULT_FORECAST,
    plain_name="as the last days",
    scenarios="days",
    days=Parameter(7, "days of the past, each as likely to come again", ge=1, le=MOST_DAYS, unit="d"),
)
def mean_of_days(past_kwh: Vector, day: int, parameters: Vector, need_kwh: Matrix) -> None:  # noqa: ARG001  see rows
    """Expect any of the last days to come again: their mean for those who want one number, each of them for those who want more.

    Row k repeats the day that was k + 1 days ago, and is the same for all coming days. While fewer days are known than it asks
    for, they take turns.
    """
    known = past_kwh.size // day
    need_kwh[:] = 0.0
    for row in range(need_kwh.shape[0]):
        _add_day(past_kwh, row % known + 1, day, 1.0, need_kwh[row : row + 1])


@forecast(
    "ewma",
    plain_name="as the last days, the newest most",
    weight=Parameter(0.15, "weight of the newest day against all before", gt=0, le=1),
)
def ewma(past_kwh: Vector, day: int, parameters: Vector, need_kwh: Matrix) -> None:
    """Expect a mean of the past at the same time of day, in which each day counts less than the one after it.

    The weight of the day that was k days ago falls as (1 - weight)^k, over the days that are known. After the exponentially
    weighted moving average of Holt 1957 (reprinted 2004, doi:10.1016/j.ijforecast.2003.09.015), one for each time of day.
    """
    known, keep, whole = past_kwh.size // day, 1.0 - parameters[0], 0.0
    for back in range(known):
        whole += keep**back
    need_kwh[:] = 0.0
    for back in range(known):
        _add_day(past_kwh, back + 1, day, keep**back / whole, need_kwh)
