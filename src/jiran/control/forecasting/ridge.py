"""A learned forecast: ridge regression on the last days, as an example of what learning adds to a mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.control.forecasting.base import MOST_DAYS, forecast
from jiran.plugins.plugin import Parameter

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

#: What it looks at: a constant, the day before at the same time and as a whole, and a mean of days at the same time.
_FEATURES = 4
#: Days of that mean.
_MEAN_DAYS = 7


@njit(cache=True)
def _look(days: Matrix, at: int, slot: int, lags: int, features: Vector) -> None:
    """Fill in what is known of a time of day the day before, shape (_FEATURES,).

    Args:
        days: Needs, kWh, shape (day, time of day).
        at: The day that is asked for; those before it are looked at.
        slot: Which time of day.
        lags: Days of the mean.
        features: Is filled in.
    """
    features[0] = 1.0
    features[1] = days[at - 1, slot]
    features[2] = days[at - lags : at, slot].mean()
    features[3] = days[at - 1].mean()


@forecast(
    "ridge",
    plain_name="learned from the last days",
    days=Parameter(21, "days of the past from which it learns", ge=2, le=MOST_DAYS, unit="d"),
    penalty=Parameter(0.1, "how strongly weights are held small, against the data", gt=0, le=100),
)
def ridge(past_kwh: Vector, day: int, parameters: Vector, need_kwh: Matrix) -> None:
    """Expect what a straight line makes of yesterday and of the last days' mean; its weights are learned anew each time.

    For each time of day of each known day: its need against a constant, the need a day before, the mean of up to 7 days before
    at that time, and the mean of the whole day before. Least squares with a penalty on the weights (Hoerl and Kennard 1970,
    doi:10.1080/00401706.1970.10488634), one set of weights for all times of day. Later days are forecast from the
    forecast itself. With one day known it expects yesterday.
    """
    known = min(past_kwh.size // day, int(parameters[0]))
    coming = (need_kwh.shape[1] + day - 1) // day
    days = np.empty((known + coming, day))
    days[:known] = past_kwh[past_kwh.size - known * day :].reshape(known, day)
    lags, features = max(1, min(_MEAN_DAYS, known - 1)), np.empty(_FEATURES)
    matrix, right = np.zeros((_FEATURES, _FEATURES)), np.zeros(_FEATURES)
    for at in range(lags, known):
        for slot in range(day):
            _look(days, at, slot, lags, features)
            for row in range(_FEATURES):
                right[row] += features[row] * days[at, slot]
                for column in range(_FEATURES):
                    matrix[row, column] += features[row] * features[column]
    # The penalty pulls the weights to those of yesterday, which holds where nothing can be learned.
    strength = parameters[1] * max(1.0, matrix[0, 0]) / _FEATURES
    for row in range(_FEATURES):
        matrix[row, row] += strength
    right[1] += strength
    weights = np.linalg.solve(matrix, right)
    for at in range(known, known + coming):
        for slot in range(day):
            _look(days, at, slot, lags, features)
            days[at, slot] = (features * weights).sum()
    for step in range(need_kwh.shape[1]):
        need_kwh[:, step] = days[known + step // day, step % day]
