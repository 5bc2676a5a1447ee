"""Try to break a forecast: whether it peeks, learns, and says a number, on random pasts with a future that changes.

Nobody peeks: everything that comes later is changed, and the forecast must stay as it was, to the last bit. The past is handed
over as part of the whole series, so that there is something to peek at.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control.forecasting import Forecast, find_forecast, forecasts
from jiran.control.forecasting.base import MOST_DAYS
from jiran.errors import one_line
from jiran.testing.report import Report
from jiran.testing.search import random_values
from jiran.testing.trying import Law, as_strange, listed, tried

Array = NDArray[np.float64]


class Series(NamedTuple):
    """What one owner needs, before now and after.

    Attributes:
        kwh: All steps, shape (step,).
        now: The first step that is not known.
        day: Steps of a day.
        horizon: For how many steps a forecast is asked.
        values: Parameters, complete.
    """

    kwh: Array
    now: int
    day: int
    horizon: int
    values: dict[str, Any]

    def lines(self) -> tuple[str, ...]:
        """Return what it is, for a report."""
        return (
            f"  {self.now} steps are known, {self.day} are a day, {self.horizon} are asked for",
            f"  parameters: {listed(self.values)}",
        )


class Said(NamedTuple):
    """What a forecast did with a series.

    Attributes:
        series: What it was asked about.
        need_kwh: What it filled in, shape (scenario, step).
        error: Why it failed, or None.
        changed: Whether it changed what it was given.
    """

    series: Series
    need_kwh: Array
    error: str | None
    changed: bool

    @property
    def size(self) -> int:
        """How much it was told."""
        return self.series.now

    def lines(self) -> tuple[str, ...]:
        """Return what it was asked about, for a report."""
        return self.series.lines()

    def as_in(self, other: Said) -> bool:
        """Tell whether it said the same, to the last bit."""
        return self.need_kwh.tobytes() == other.need_kwh.tobytes()


def random_series(rng: np.random.Generator, forecast: Forecast) -> Series:
    """Draw a series: days that are alike or not, nothing at all now and then, few days known or many."""
    day = int(rng.choice([24, 48, 96]))
    known = int(rng.choice([1, 2, 7, 8, MOST_DAYS, int(rng.integers(1, MOST_DAYS + 1))]))
    now = min(known * day + int(rng.choice([0, 0, int(rng.integers(0, day))])), MOST_DAYS * day)
    horizon = int(rng.choice([1, day, 2 * day, int(rng.integers(1, 2 * day + 1))]))
    steps = now + 2 * day
    shape = np.resize(rng.normal(0.0, 1.0, day), steps)
    kwh = rng.choice([0.0, 1.0, 3.0]) * shape + rng.choice([0.0, 0.3]) * rng.normal(0.0, 1.0, steps)
    return Series(kwh, now, day, horizon, random_values(rng, forecast))


def asked(forecast: Forecast, series: Series) -> Said:
    """Ask a forecast, as a run does; whatever it raises is its error and not ours.

    Raises:
        ForecastError: It does not compile.
    """
    fill, numbers = forecast.code, forecast.numbers(series.values)
    kwh, kept = series.kwh.copy(), numbers.copy()
    need_kwh = np.full((forecast.rows(series.values), series.horizon), np.nan)
    if forecast.foresight:
        need_kwh[:] = kwh[series.now : series.now + series.horizon]
    error = None
    try:
        fill(kwh[: series.now], series.day, numbers, need_kwh)
    except (Exception, SystemExit) as failure:  # noqa: BLE001  a forecast may fail in any way
        error = f"failed: {one_line(failure)}"
    changed = kwh.tobytes() != series.kwh.tobytes() or kept.tobytes() != numbers.tobytes()
    return Said(series, need_kwh, error, changed)


def changed(kwh: Array, steps: slice) -> Array:
    """Return the array with other numbers in these steps, all of them."""
    other = kwh.copy()
    other[steps] = 5.0 - 2.0 * kwh[steps] + np.arange(kwh[steps].size) % 7
    return other


def _other(forecast: Forecast, said: Said, steps: slice) -> Said:
    """Return what it says where these steps are others."""
    return asked(forecast, said.series._replace(kwh=changed(said.series.kwh, steps)))


def _numbers(said: Said) -> str | None:
    if np.isfinite(said.need_kwh).all():
        return None
    row, step = np.argwhere(~np.isfinite(said.need_kwh))[0]
    return f"it says no number for coming step {step} of scenario {row}"


def _repeats(forecast: Forecast, said: Said) -> str | None:
    return None if asked(forecast, said.series).as_in(said) else "asked again it says something else"


def _peeks(forecast: Forecast, said: Said) -> str | None:
    same = _other(forecast, said, slice(said.series.now, None)).as_in(said)
    if forecast.foresight:
        return "it is declared with foresight, and does not see what comes" if same else None
    return None if same else "it says something else when only what comes later changes"


def _learns(forecast: Forecast, said: Said) -> str | None:
    deaf = not forecast.foresight and _other(forecast, said, slice(0, said.series.now)).as_in(said)
    return "it says the same whatever the past was" if deaf else None


def _laws(forecast: Forecast) -> tuple[Law[Said], ...]:
    return (
        Law("runs", "it fails on no past", lambda said: said.error),
        Law("numbers", "it says a number for each step and scenario", _numbers),
        Law("repeats", "the same past gives the same forecast", partial(_repeats, forecast)),
        Law(
            "inputs",
            "it changes nothing that it is given",
            lambda said: "it changes the past, or its parameters" if said.changed else None,
        ),
        Law(
            "nobody peeks",
            "what comes later changes nothing, unless it is declared with foresight",
            partial(_peeks, forecast),
        ),
        Law("learns", "another past gives another forecast", partial(_learns, forecast)),
    )


def check_forecast(
    forecast: Forecast | str, *, books: int = 2000, seed: int = 0, progress: Callable[[int], None] | None = None
) -> Report:
    """Try to break a forecast on random series.

    Args:
        forecast: A forecast, its name, or the path of a file with one.
        books: How many series are tried.
        seed: Of the series: the same seed tries the same ones.
        progress: Is called with the number of each series before it is tried.

    Returns:
        A finding for each law, with the shortest series found that breaks it.

    Raises:
        ForecastError: The forecast is unknown, cannot be loaded, or does not compile.
    """
    forecast = find_forecast(forecast) if isinstance(forecast, str) else forecast
    forecast = as_strange(forecast, forecasts())
    rng = np.random.default_rng(seed)

    def draw() -> Said:
        return asked(forecast, random_series(rng, forecast))

    return tried(forecast.name, _laws(forecast), draw, books, seed, "series", progress)
