"""What a forecast said of a day against what came, and how wrong it is the further it looks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control import find_forecast
from jiran.control.forecasting.base import MOST_DAYS
from jiran.errors import ScenarioError
from jiran.homes.profiles import needs_kwh
from jiran.judge.forecast_error import YARDSTICK

if TYPE_CHECKING:
    from jiran.control import Forecast
    from jiran.result.result import Result

Array = NDArray[np.float64]

#: So many days ahead forecasts are asked.
DAYS_AHEAD = 2


class Foreseen(NamedTuple):
    """A forecast beside the truth, kWh a step: need > 0, something to spare < 0; what stores do is not in it.

    Attributes:
        forecast: Its name.
        owner: The home, or "" for the street as one.
        first: The first step of the day.
        said: What it said at the beginning of the day, the mean of its futures, shape (step,).
        yesterday: What the day before brought, the same.
        came: What came.
        wrong: Mean absolute error of all days, by how many steps it looks ahead, shape (ahead,); NaN where nothing is known.
        yesterday_wrong: The same of `yesterday`.
        asked: How often each was asked for that.
    """

    forecast: str
    owner: str
    first: int
    said: Array
    yesterday: Array
    came: Array
    wrong: Array
    yesterday_wrong: Array
    asked: int


def days_of(result: Result) -> int:
    """Return how many whole days a run has.

    Raises:
        ScenarioError: It has fewer than two: a forecast needs a day of the past.
    """
    a_day = 24 * 60 // result.timeline.step_minutes
    days = result.timeline.steps // a_day
    if days < 2:
        steps = result.timeline.steps
        raise ScenarioError("steps", steps, f"must be at least {2 * a_day}: a forecast needs a day of the past")
    return days


def foreseen(result: Result, forecast: str, home: str | None, day: int) -> Foreseen:
    """Return what a forecast said of a day of a run, and what came.

    Args:
        result: The run.
        forecast: Its name.
        home: Whose need; None: that of the street, forecast as one.
        day: Which day, counted from 0; the first has no past.

    Raises:
        JiranError: There is no such forecast, home or day.
    """
    days, a_day = days_of(result), 24 * 60 // result.timeline.step_minutes
    if not 1 <= day < days:
        raise ScenarioError("day", day, f"must be from 1 to {days - 1}")
    if home is not None and home not in result.community.ids:
        raise ScenarioError("home", home, "is none of the street")
    homes = np.arange(result.community.size) if home is None else np.array([result.community.ids.index(home)])
    need = np.ascontiguousarray(needs_kwh(result.flows.profiles, homes).sum(axis=1)[: days * a_day])
    asked, yardstick = find_forecast(forecast), find_forecast(YARDSTICK)
    first = day * a_day
    return Foreseen(
        asked.name, home or "", first, _said(asked, need, first, a_day, 1), need[first - a_day : first], need[first : first + a_day],
        _by_lead(asked, need, a_day), _by_lead(yardstick, need, a_day), days - 1,
    )  # fmt: skip


def _said(forecast: Forecast, need: Array, first: int, a_day: int, days: int) -> Array:
    """Return what a forecast says at a step of the coming days, the mean of its futures, shape (step,).

    Args:
        forecast: Is given what came before, and the truth if it knows the future.
        need: What came, shape (step,).
        first: The step.
        a_day: Steps of a day.
        days: How many days.
    """
    said = np.full((forecast.rows(forecast.defaults), days * a_day), np.nan)
    if forecast.foresight:
        coming = need[first : first + said.shape[1]]
        said[:, : coming.size] = coming
    past = need[max(0, first - MOST_DAYS * a_day) : first]
    forecast.code(past, a_day, forecast.numbers(forecast.defaults), said)
    mean: Array = said.mean(axis=0)
    return mean


def _by_lead(forecast: Forecast, need: Array, a_day: int) -> Array:
    """Return the mean absolute error by how many steps ahead, shape (step,), asked at the beginning of each day but the first."""
    wrong = np.full((need.size // a_day - 1, DAYS_AHEAD * a_day), np.nan)
    for place, first in enumerate(range(a_day, need.size, a_day)):
        came = need[first : first + wrong.shape[1]]
        wrong[place, : came.size] = np.abs(_said(forecast, need, first, a_day, DAYS_AHEAD)[: came.size] - came)
    known = ~np.isnan(wrong)
    mean = np.full(wrong.shape[1], np.nan)
    np.divide(np.where(known, wrong, 0.0).sum(axis=0), known.sum(axis=0), out=mean, where=known.any(axis=0))
    return mean
