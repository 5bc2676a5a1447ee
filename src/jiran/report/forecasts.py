"""How wrong forecasts are, as rows of a table and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.explain.say import energy
from jiran.judge.forecast_error import YARDSTICK
from jiran.sentences import Figures, form

if TYPE_CHECKING:
    from jiran.judge.forecast_day import Foreseen
    from jiran.judge.forecast_error import ForecastError

NOTES = "Sum of the absolute errors by the sum of the absolute needs (nMAE), by step; 100 % is as wrong as expecting nothing."


def name_of(error: ForecastError) -> str:
    """Return how a forecast is called, as a bound if it is told the truth."""
    return f"{error.forecast} (bound)" if error.bound else error.forecast


def rows(errors: tuple[ForecastError, ...]) -> list[dict[str, Any]]:
    """Return forecasts as rows of a table, best first."""
    return [{"name": name_of(one), **one._asdict()} for one in errors]


def _day_words(figures: Figures) -> str:
    whose = f"home {figures['owner']}" if figures["owner"] else "the street"
    wrong = f"On this day {figures['forecast']} was wrong by {energy(figures['wrong_kwh'])} in all for {whose}"
    if figures["yesterday_kwh"] is None:
        return f"{wrong}."
    return f"{wrong}, yesterday by {energy(figures['yesterday_kwh'])}."


@form("forecast.day", _day_words)
def of_day(shown: Foreseen) -> Figures:
    """Say by how much a forecast was wrong on a day, step by step, and how much the day before as it was: always.

    Args:
        shown: The day.

    Returns:
        forecast: Its name.
        owner: The home, or "" for the street.
        wrong_kwh: Sum of the absolute errors of the day's steps.
        yesterday_kwh: The same of `yesterday`; None if that is the forecast.
    """
    alike = shown.forecast == YARDSTICK
    return {
        "forecast": shown.forecast, "owner": shown.owner, "wrong_kwh": float(np.abs(shown.said - shown.came).sum()),
        "yesterday_kwh": None if alike else float(np.abs(shown.yesterday - shown.came).sum()),
    }  # fmt: skip
