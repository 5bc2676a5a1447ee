"""How wrong forecasts are on a street's own days: each is asked every midnight for the coming day, and held against what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control import forecasts
from jiran.control.forecasting.base import MOST_DAYS
from jiran.errors import ScenarioError
from jiran.homes.profiles import needs_kwh
from jiran.simulation.setting import prepare

if TYPE_CHECKING:
    from jiran.control import Forecast
    from jiran.scenario import Scenario

Array = NDArray[np.float64]

#: What all others are held against.
YARDSTICK = "yesterday"


class ForecastError(NamedTuple):
    """How wrong a forecast was.

    Attributes:
        forecast: Its name.
        bound: Whether it is told the truth.
        home: Sum of the absolute errors of all homes and steps, by the sum of the absolute needs; None if nothing is needed.
        street: The same of the sum of all homes, forecast as one.
        against_yesterday: The first by that of `yesterday`, less 1: < 0 is better; None where that is not wrong at all.
    """

    forecast: str
    bound: bool
    home: float | None
    street: float | None
    against_yesterday: float | None


def forecast_errors(scenario: Scenario) -> tuple[ForecastError, ...]:
    """Return how wrong each installed forecast is on the needs of a scenario's homes, best first.

    Needs are load and cars less generation, without what stores do. The first day has no past and is not counted.

    Args:
        scenario: The street.

    Raises:
        ScenarioError: It is shorter than two days.
    """
    setting = prepare(scenario)
    day = 24 * 60 // setting.timeline.step_minutes
    days = setting.timeline.steps // day
    if days < 2:
        raise ScenarioError("steps", scenario.steps, f"must be at least {2 * day}: a forecast needs a day of the past")
    need = needs_kwh(setting.profiles, np.arange(setting.community.size))[: days * day]
    street = np.ascontiguousarray(need.sum(axis=1, keepdims=True))
    found = {one.name: (one, _error(one, need, day), _error(one, street, day)) for one in forecasts().values()}
    yesterday = found[YARDSTICK][1]
    errors = [
        ForecastError(
            name, one.foresight, home, whole, home / yesterday - 1.0 if home is not None and yesterday else None
        )
        for name, (one, home, whole) in found.items()
    ]
    return tuple(sorted(errors, key=lambda error: (not error.bound, error.home or 0.0)))


def _error(forecast: Forecast, need: Array, day: int) -> float | None:
    """Return sum |error| / sum |need| of a forecast of each day from its past; None if nothing is needed.

    Args:
        forecast: Is asked at the beginning of each day but the first.
        need: kWh, shape (step, owner).
        day: Steps of a day.
    """
    parameters, rows = forecast.numbers(forecast.defaults), forecast.rows(forecast.defaults)
    wrong, whole, said = 0.0, 0.0, np.empty((rows, day))
    for owner in need.T:
        kwh = np.ascontiguousarray(owner)
        for first in range(day, kwh.size, day):
            came = kwh[first : first + day]
            said[:] = came if forecast.foresight else np.nan
            forecast.code(kwh[max(0, first - MOST_DAYS * day) : first], day, parameters, said)
            wrong += float(np.abs(said.mean(axis=0) - came).sum())
            whole += float(np.abs(came).sum())
    return wrong / whole if whole > 0.0 else None
