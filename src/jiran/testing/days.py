"""Some days of one store: planned once a day, dispatched in each step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control import running
from jiran.control.controlling import Controller, find_controller
from jiran.control.controlling.base import OWN_USE, PLANNED
from jiran.control.forecasting import Forecast
from jiran.control.forecasting.base import MOST_DAYS
from jiran.control.memory import first_memory
from jiran.control.store import Store

Array = NDArray[np.float64]

#: Room for the pieces of a plan.
_PIECES = 512

_FAULTS = {
    running.NO_ROOM: f"has more than {_PIECES} pieces in its plan",
    running.UNSOUND: "says a worth that is no number, rises with the level, or does not reach the capacity,",
}


class Days(NamedTuple):
    """What an owner needs and what the grid charges, by step; from midnight on.

    Attributes:
        need_kwh: What it lacks (> 0) or has to spare (< 0), kWh, shape (step,).
        import_price: Per kWh, the same; all prices are known beforehand.
        export_price: The same.
        day: Steps of a day.
        start_kwh: What the store holds at first.
    """

    need_kwh: Array
    import_price: Array
    export_price: Array
    day: int
    start_kwh: float


class Way(NamedTuple):
    """How a store is run.

    Attributes:
        controller: Says what stored energy is worth.
        values: Its parameters, complete.
        forecast: Says what the owner will need.
        forecast_values: Its parameters.
        store: The store.
    """

    controller: Controller
    values: dict[str, Any]
    forecast: Forecast
    forecast_values: dict[str, Any]
    store: Store


class Lived(NamedTuple):
    """What came of it, kWh, shape (step,), and the last plan.

    Attributes:
        charged_kwh: What the store took.
        given_kwh: What it gave.
        stored_kwh: What it held at the end of each step.
        value: What stored energy is worth by the last plan, shape (row, piece).
    """

    charged_kwh: Array
    given_kwh: Array
    stored_kwh: Array
    value: Array

    def cost(self, days: Days, store: Store) -> float:
        """Return what the days cost at the meter, with wear; what is left in the store is not counted."""
        met = days.need_kwh + store.standby_kwh + self.charged_kwh - self.given_kwh
        price = np.where(met > 0.0, days.import_price, days.export_price)
        return float(met @ price + store.wear_price * self.given_kwh.sum())


def live(way: Way, days: Days, cut: int | None = None) -> Lived:
    """Run a store through some days.

    On the first day nothing is known of its owner, and whoever goes by a forecast of the past puts own use first.

    Args:
        way: How it is run.
        days: What it finds.
        cut: Run up to this step first, and then go on; default: in one go.

    Raises:
        ValueError: The controller has no room for its plan, or says what cannot be a worth.
    """
    chosen, battery, steps = way.controller, way.store.battery, days.need_kwh.size
    given = running.Given(days.need_kwh[:, None].copy(), days.import_price, days.export_price)
    stores = running.Stores(
        np.array([battery.capacity_kwh]), np.array([battery.minimum_kwh]), np.array([battery.charge_step_kwh]),
        np.array([battery.discharge_step_kwh]), battery.charge_efficiency, battery.discharge_efficiency, *way.store[1:],
    )  # fmt: skip
    memory = first_memory(np.array([days.start_kwh]), days.day, MOST_DAYS, _PIECES)
    moves = running.Moves(*np.zeros((3, steps, 1)))
    plain = find_controller(OWN_USE), find_controller(PLANNED)
    direct, control = (chosen, plain[1]) if chosen.direct else (plain[0], chosen)
    for first, last in ((0, steps),) if cut is None else ((0, cut), (cut, steps)):
        fault, step = running.run(
            first, last, first, _record(way, days.day), way.forecast.code, control.code, direct.code, given, stores, memory,
            moves,
        )  # fmt: skip
        if fault != running.FINE:
            raise ValueError(f"{_FAULTS[fault]} at step {step}")
    charged, held_back, held = (array[:, 0] for array in moves)
    return Lived(charged, held_back, held, memory.value[:, 0])


def _record(way: Way, day: int) -> running.Way:
    """Return how a store is run, as the loop takes it."""
    forecasts = way.controller.forecasts
    return running.Way(
        day=day,
        horizon=way.controller.horizon_h * day // 24,
        known=way.controller.horizon_h * day // 24,
        scenarios=way.forecast.rows(way.forecast_values),
        forecasts=forecasts,
        foresight=forecasts and way.forecast.foresight,
        expect_parameters=way.forecast.numbers(way.forecast_values),
        parameters=way.controller.numbers(way.values),
    )
