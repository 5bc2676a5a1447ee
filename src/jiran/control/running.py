"""Stores through time: the plan of each once a day, and its move in each step; one compiled loop.

Forecast and controllers are arguments, as rules are in `engine.kernel`, so the loop is compiled once for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jiran.compiled import njit
from jiran.control import signature as kinds
from jiran.control.dispatch import dispatch, follow
from jiran.control.memory import Memory, known, remember
from jiran.control.plan import Ahead, flat, pieces_of
from jiran.control.storage import Battery
from jiran.control.store import Connection, Matrix, Store, Vector, new_line
from jiran.market.signature import VECTOR

if TYPE_CHECKING:
    from jiran.control.controlling.base import Control
    from jiran.control.forecasting.base import Fill

#: How a run ends: with its last step, because a plan has more pieces than there is room for, or because what a controller says
#: of the worth of energy cannot be.
FINE, NO_ROOM, UNSOUND = range(3)


class Stores(NamedTuple):
    """Stores of unlike size that are otherwise alike; see `store.Store`.

    Attributes:
        capacity_kwh: Of each, shape (store,).
        minimum_kwh: Of each, shape (store,).
        step_kwh: The most that each takes and gives in a step, at its terminals, shape (store,).
        charge_efficiency: Of all.
        discharge_efficiency: Of all.
        standby_kwh: Of all, in a step.
        wear_price: Of all.
        grid_charge: Of all.
        feed_in: Of all.
    """

    capacity_kwh: Vector
    minimum_kwh: Vector
    step_kwh: Vector
    charge_efficiency: float
    discharge_efficiency: float
    standby_kwh: float
    wear_price: float
    grid_charge: bool
    feed_in: bool


class Way(NamedTuple):
    """How stores are run, beside the functions that run them.

    Attributes:
        day: Steps of a day.
        horizon: Steps that a plan looks ahead; 0: nothing is planned.
        scenarios: How many futures the forecast tells.
        forecasts: Whether the controller goes by it.
        foresight: Whether the forecast is given the truth.
        expect_parameters: The forecast's own, shape (parameter,).
        parameters: The controller's own.
    """

    day: int
    horizon: int
    scenarios: int
    forecasts: bool
    foresight: bool
    expect_parameters: Vector
    parameters: Vector


class Given(NamedTuple):
    """What stores find at their owners' meters.

    Attributes:
        need_kwh: What owners lack (> 0) or have to spare (< 0), shape (step, store).
        import_price: Per kWh, shape (step,); all prices are known beforehand.
        export_price: The same.
    """

    need_kwh: Matrix
    import_price: Vector
    export_price: Vector


class Moves(NamedTuple):
    """What stores did, kWh, shape (step, store); is filled in."""

    charged_kwh: Matrix
    given_kwh: Matrix
    stored_kwh: Matrix


class Room(NamedTuple):
    """Where a plan is worked out.

    Attributes:
        need_kwh: What is expected, shape (scenario, step).
        upto_kwh: The plan, shape (step + 1, piece).
        value: The same.
    """

    need_kwh: Matrix
    upto_kwh: Matrix
    value: Matrix


_RUN = kinds.pair(
    kinds.WHOLE, kinds.WHOLE, kinds.WHOLE,
    kinds.record(Way, kinds.WHOLE, kinds.WHOLE, kinds.WHOLE, kinds.TRUTH, kinds.TRUTH, VECTOR, VECTOR),
    kinds.EXPECT, kinds.CONTROL, kinds.DIRECTS,
    kinds.record(Given, kinds.MATRIX, VECTOR, VECTOR),
    kinds.record(Stores, VECTOR, VECTOR, VECTOR, kinds.NUMBER, kinds.NUMBER, kinds.NUMBER, kinds.NUMBER, kinds.TRUTH, kinds.TRUTH),
    kinds.record(Memory, VECTOR, kinds.MATRIX, kinds.CUBE, kinds.CUBE, kinds.MATRIX, kinds.MATRIX, kinds.FLAGS),
    kinds.record(Moves, kinds.MATRIX, kinds.MATRIX, kinds.MATRIX),
)  # fmt: skip


@njit(cache=True)
def _store_at(at: int, stores: Stores) -> Store:
    """Return one of the stores."""
    battery = Battery(
        stores.capacity_kwh[at], stores.minimum_kwh[at], stores.step_kwh[at], stores.step_kwh[at],
        stores.charge_efficiency, stores.discharge_efficiency,
    )  # fmt: skip
    return Store(battery, stores.standby_kwh, stores.wear_price, stores.grid_charge, stores.feed_in)


@njit(cache=True)
def _known_step(step: int, steps: int, day: int) -> int:
    """Return the step that stands for a coming one: itself, or after the end of the run the same time of its last day."""
    return step if step < steps else max(0, step - (step - steps + day) // day * day)


@njit(cache=True)
def _look_ahead(first: int, way: Way, given: Given, ahead: Ahead) -> None:
    """Fill in the prices of the coming steps.

    Args:
        first: The first of them.
        way: For the day.
        given: All prices.
        ahead: Is filled in.
    """
    for step in range(way.horizon):
        at = _known_step(first + step, given.import_price.size, way.day)
        ahead.import_price[step], ahead.export_price[step] = given.import_price[at], given.export_price[at]


@njit(cache=True)
def _expect_nothing(at: int, first: int, way: Way, given: Given, room: Room) -> None:
    """Fill in what is expected before the forecast speaks: no number, the truth if it is given that, or nothing at all.

    Args:
        at: Which store.
        first: The first coming step.
        way: Whether there is a forecast, and whether it has foresight.
        given: The truth.
        room: Its need is filled in.
    """
    room.need_kwh[:] = np.nan if way.forecasts else 0.0
    if way.foresight:
        for step in range(way.horizon):
            room.need_kwh[:, step] = given.need_kwh[_known_step(first + step, given.need_kwh.shape[0], way.day), at]


@njit(cache=True)
def _begin_plan(at: int, store: Store, way: Way, memory: Memory, room: Room) -> None:
    """Write at the end of a plan what the rest is worth there: what it was worth then in the last plan, or nothing.

    Args:
        at: Which store.
        store: The store.
        way: For the horizon.
        memory: Of the last plan.
        room: Where the plan is worked out.
    """
    if not memory.planned[at]:
        flat(0.0, store, memory.end_upto_kwh[at], memory.end_value[at])
    room.upto_kwh[way.horizon], room.value[way.horizon] = memory.end_upto_kwh[at], memory.end_value[at]


@njit(cache=True)
def _keep_plan(at: int, store: Store, way: Way, memory: Memory, room: Room) -> bool:
    """Keep the plan of a day, and the row of a day before its end; False if they cannot be. Arguments as of `_begin_plan`."""
    upto_kwh, value, kept_kwh, kept = room.upto_kwh, room.value, memory.upto_kwh, memory.value
    for row in range(way.day + 1):
        pieces = pieces_of(row, store, upto_kwh, value)
        if pieces == 0:
            return False
        for piece in range(pieces):
            kept_kwh[at, row, piece], kept[at, row, piece] = upto_kwh[row, piece], value[row, piece]
    end = way.horizon - way.day
    if pieces_of(end, store, upto_kwh, value) == 0:
        return False
    memory.end_upto_kwh[at], memory.end_value[at] = upto_kwh[end], value[end]
    memory.planned[at] = True
    return True


@njit(_RUN, cache=True, nogil=True)
def run(  # noqa: C901  a day and a step from top to bottom
    first: int,
    last: int,
    count: int,
    way: Way,
    expect: Fill,
    control: Control,
    direct: Control,
    given: Given,
    stores: Stores,
    memory: Memory,
    moves: Moves,
) -> tuple[int, int]:
    """Run stores through the steps first <= step < last.

    Args:
        first: The first step.
        last: The step after the last.
        count: How many steps were before the first, in this run and before it.
        way: How they are run.
        expect: The forecast.
        control: The controller that plans; is not called if nothing is planned.
        direct: Says what to do while nothing is planned.
        given: What they find.
        stores: The stores.
        memory: What they carry; is changed.
        moves: Is filled in.

    Returns:
        How it ended, and the first step that was not run.
    """
    pieces, line, none = memory.value.shape[2], new_line(), np.zeros(way.horizon)
    table = np.zeros((2, way.horizon + 1, pieces))
    room = Room(np.empty((way.scenarios, way.horizon)), table[0], table[1])
    ahead = Ahead(none.copy(), none.copy(), np.full(way.horizon, np.inf), np.ones(way.horizon), none, 0.0)
    for step in range(first, last):
        now = count + step - first
        if way.horizon > 0 and now % way.day == 0:
            _look_ahead(step, way, given, ahead)
            for at in range(stores.capacity_kwh.size):
                past_kwh = known(at, now, memory)
                if way.forecasts and past_kwh.size < way.day and not way.foresight:
                    continue  # nothing is known of the owner yet
                _expect_nothing(at, step, way, given, room)
                if way.forecasts:
                    expect(past_kwh, way.day, way.expect_parameters, room.need_kwh)
                store = _store_at(at, stores)
                # The first plan has none before it that says what the rest is worth at its end: it is made twice.
                for _ in range(1 if memory.planned[at] else 2):
                    _begin_plan(at, store, way, memory, room)
                    if not control(room.need_kwh, ahead, way.day, store, way.parameters, room.upto_kwh, room.value):
                        return NO_ROOM, step
                    if not _keep_plan(at, store, way, memory, room):
                        return UNSOUND, step
        row = now % way.day + 1
        for at in range(stores.capacity_kwh.size):
            need_kwh, stored_kwh, store = given.need_kwh[step, at], memory.stored_kwh[at], _store_at(at, stores)
            connection = Connection(need_kwh, given.import_price[step], given.export_price[step], np.inf, 1.0, 0.0)
            if memory.planned[at]:
                move = dispatch(connection, store, stored_kwh, memory.upto_kwh[at, row], memory.value[at, row], line)
            else:
                wanted_kwh = direct(
                    need_kwh + store.standby_kwh, stored_kwh, connection.import_price, connection.export_price, store,
                    way.parameters,
                )  # fmt: skip
                move = follow(wanted_kwh, connection, store, stored_kwh)
            memory.stored_kwh[at] = move.stored_kwh
            moves.charged_kwh[step, at], moves.given_kwh[step, at] = move.charged_kwh, move.given_kwh
            moves.stored_kwh[step, at] = move.stored_kwh
            if way.forecasts:
                remember(at, now, need_kwh, memory)
    return FINE, last
