"""How wrong forecasts are, as rows of a table and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jiran.judge.forecast_error import ForecastError

NOTES = "Sum of the absolute errors by the sum of the absolute needs (nMAE), by step; 100 % is as wrong as expecting nothing."


def name_of(error: ForecastError) -> str:
    """Return how a forecast is called, as a bound if it is told the truth."""
    return f"{error.forecast} (bound)" if error.bound else error.forecast


def rows(errors: tuple[ForecastError, ...]) -> list[dict[str, Any]]:
    """Return forecasts as rows of a table, best first."""
    return [{"name": name_of(one), **one._asdict()} for one in errors]
