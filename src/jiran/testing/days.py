"""Some days of one store: planned at midnight, dispatched in each step, as a run does it, in plain Python."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control.controlling import Controller
from jiran.control.dispatch import dispatch, follow
from jiran.control.forecasting import Forecast
from jiran.control.forecasting.base import MOST_DAYS
from jiran.control.plan import Ahead, flat
from jiran.control.store import Connection, Store, new_line

Array = NDArray[np.float64]

#: Room for the pieces of a plan.
_PIECES = 512


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
    """What came of it, kWh, shape (step,), and the table of each plan.

    Attributes:
        charged_kwh: What the store took.
        given_kwh: What it gave.
        stored_kwh: What it held at the end of each step.
        tables: upto_kwh and value of each midnight.
        odd: What is wrong with the last table, in words; "" if nothing is. There the days end.
    """

    charged_kwh: Array
    given_kwh: Array
    stored_kwh: Array
    tables: tuple[tuple[Array, Array], ...]
    odd: str

    def cost(self, days: Days, store: Store) -> float:
        """Return what the days cost at the meter, with wear; what is left in the store is not counted."""
        met = days.need_kwh + store.standby_kwh + self.charged_kwh - self.given_kwh
        price = np.where(met > 0.0, days.import_price, days.export_price)
        return float(met @ price + store.wear_price * self.given_kwh.sum())


def ahead(array: Array, first: int, steps: int, day: int) -> Array:
    """Return what stands in coming steps; after the end the last day comes again."""
    at = first + np.arange(steps)
    over = np.maximum(at - array.size + day, 0) // day
    found: Array = array[at - over * day]
    return found


def live(way: Way, days: Days) -> Lived:
    """Run a store through some days.

    On the first day nothing is known of its owner, and whoever goes by a forecast of the past puts own use first.
    """
    store, line, steps = way.store, new_line(), days.need_kwh.size
    numbers, plain = way.controller.numbers(way.values), way.controller.direct
    stored, end, table, tables, odd, moves = days.start_kwh, None, None, [], "", []
    for step in range(steps):
        if not plain and step % days.day == 0:
            table, end = _planned(way, days, step, numbers, end)
            if table is not None:
                tables.append(table)
                odd = _odd(table, store)
            if odd:  # no store is run by such a table
                break
        place = Connection(days.need_kwh[step], days.import_price[step], days.export_price[step], np.inf, 1.0, 0.0)
        need = place.need_kwh + store.standby_kwh
        if plain:
            asked = way.controller.code(need, stored, place.import_price, place.export_price, store, numbers)
            move = follow(float(asked), place, store, stored)
        elif table is None:
            move = follow(-need, place, store, stored)
        else:
            row = step % days.day + 1
            move = dispatch(place, store, stored, table[0][row], table[1][row], line)
        stored = move.stored_kwh
        moves.append(move)
    charged, given, held = np.array(moves or np.empty((0, 3))).T
    return Lived(charged, given, held, tuple(tables), odd)


def _planned(way: Way, days: Days, now: int, numbers: Array, end: Any) -> tuple[Any, Any]:
    """Return the table of a day and what holds a day before its end; (None, None) while nothing is known of the owner."""
    store, day = way.store, days.day
    horizon = way.controller.horizon_h * day // 24
    need = np.zeros((1, horizon))
    if way.controller.forecasts:
        past = days.need_kwh[max(0, now - MOST_DAYS * day) : now]
        if now < day and not way.forecast.foresight:
            return None, None
        need = np.full((way.forecast.rows(way.forecast_values), horizon), np.nan)
        if way.forecast.foresight:
            need[:] = ahead(days.need_kwh, now, horizon, day)
        way.forecast.code(past, day, way.forecast.numbers(way.forecast_values), need)
    taken, given = (ahead(array, now, horizon, day) for array in (days.import_price, days.export_price))
    known = Ahead(taken, given, np.full(horizon, np.inf), np.ones(horizon), np.zeros(horizon), 0.0)
    upto, value = np.zeros((2, horizon + 1, _PIECES))
    # The first plan has none before it to say what is left at the end is worth: it is made twice.
    for _ in range(1 if end is not None else 2):
        if end is None:
            flat(0.0, store, upto[-1], value[-1])
        else:
            upto[-1], value[-1] = end
        if not way.controller.code(need, known, day, store, numbers, upto, value):
            raise ValueError(f"has no room for its plan in {_PIECES} pieces")
        end = upto[horizon - day].copy(), value[horizon - day].copy()
    return (upto, value), end


def _odd(table: tuple[Array, Array], store: Store) -> str:
    """Say what is wrong with a table of worth; "" if nothing is."""
    full = store.battery.capacity_kwh
    for step, (edges, worth) in enumerate(zip(*table, strict=True)):
        ends = np.flatnonzero(edges == full)
        if not ends.size:
            return f"before step {step} no piece ends at the store's capacity of {full:g} kWh"
        known = worth[: ends[0] + 1]
        if not np.isfinite(known).all():
            return f"before step {step} a kWh is worth no number"
        if (np.diff(known) > 0.0).any():
            return f"before step {step} a kWh is worth more than one at a lower level"
        if (np.diff(edges[: ends[0] + 1]) < 0.0).any():
            return f"before step {step} levels do not rise"
    return ""
