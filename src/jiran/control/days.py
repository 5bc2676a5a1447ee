"""Many stores at the beginning of a day: the plan of each.

Loops over time call it: `running` takes stores through time by themselves, the simulation within a street. Forecast and
controller are arguments, as rules are in `engine.kernel`, so planning is compiled once for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jiran.compiled import at_first_call, njit
from jiran.control import signature as kinds
from jiran.control.dispatch import dispatch
from jiran.control.memory import Memory, known
from jiran.control.peaks import begins
from jiran.control.plan import Ahead, connection_at, flat, mean_of, pieces_of
from jiran.control.storage import Battery
from jiran.control.store import Flags, Matrix, Store, Vector, beside_roof, new_line
from jiran.market.signature import VECTOR

if TYPE_CHECKING:
    from jiran.control.controlling.base import Control
    from jiran.control.forecasting.base import Fill

#: How planning ends: well, because a plan has more pieces than there is room for, or because what a controller says of the
#: worth of energy cannot be.
FINE, NO_ROOM, UNSOUND = range(3)


class Stores(NamedTuple):
    """Stores of unlike size that are otherwise alike; see `store.Store`.

    Attributes:
        capacity_kwh: Of each, shape (store,).
        minimum_kwh: Of each, shape (store,).
        charge_step_kwh: The most that each takes in a step, at its terminals, shape (store,).
        discharge_step_kwh: The most that each gives in a step, the same.
        charge_efficiency: Of all.
        discharge_efficiency: Of all.
        standby_kwh: Of all, in a step.
        wear_price: Of all.
        grid_charge: Of all.
        feed_in: Of all.
        inverter_kwh: Of all, in a step; infinite: none is shared.
    """

    capacity_kwh: Vector
    minimum_kwh: Vector
    charge_step_kwh: Vector
    discharge_step_kwh: Vector
    charge_efficiency: float
    discharge_efficiency: float
    standby_kwh: float
    wear_price: float
    grid_charge: bool
    feed_in: bool
    inverter_kwh: float = np.inf


class Way(NamedTuple):
    """How stores are run, beside the functions that run them.

    Attributes:
        day: Steps of a day.
        horizon: Steps that a plan looks ahead; 0: nothing is planned.
        known: Steps ahead for which prices are known at the beginning of a day, at least a day.
        scenarios: How many futures the forecast tells.
        forecasts: Whether the controller goes by it.
        foresight: Whether the forecast is given the truth.
        expect_parameters: The forecast's own, shape (parameter,).
        parameters: The controller's own.
        peak_price: What a kWh costs on top that makes a peak, for controllers that keep peaks low.
        together: Whether stores plan one after the other for all owners together, on what those before will leave.
    """

    day: int
    horizon: int
    known: int
    scenarios: int
    forecasts: bool
    foresight: bool
    expect_parameters: Vector
    parameters: Vector
    peak_price: float = 0.0
    together: bool = False


class Given(NamedTuple):
    """What stores find at their owners' meters.

    Attributes:
        need_kwh: What owners lack (> 0) or have to spare (< 0), shape (step, store); of no steps where no forecast is given
            the truth.
        import_price: Per kWh, shape (step,), longer than the run where it is known what comes after.
        export_price: The same.
        month_begins: Whether a month begins with the step, the same; of no steps: none ever does.
        limit_kwh: The most that may come in, the same; of no steps: no limit.
    """

    need_kwh: Matrix
    import_price: Vector
    export_price: Vector
    month_begins: Flags = np.empty(0, np.bool_)
    limit_kwh: Vector = np.empty(0)


class Calendar(NamedTuple):
    """When stores are expected to be there, as cars are: by the habits of each, whatever it then does.

    Attributes:
        hour: Of the day, when each step begins, shape (step,), longer than the run by a horizon; of no steps for stores that
            stay.
        weekend: Whether it lies on a weekend, the same.
        habit_h: When each leaves at the earliest and at the latest and is back, on working days and then on a weekend, hours of
            the day, shape (store, 6).
        target_kwh: What each shall hold when it leaves, shape (store,).
    """

    hour: Vector
    weekend: Flags
    habit_h: Matrix
    target_kwh: Vector


#: Of stores that stay.
ALWAYS = Calendar(np.empty(0), np.empty(0, np.bool_), np.empty((0, 6)), np.empty(0))


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


#: The compiled types of these records.
WAY = kinds.record(
    Way, kinds.WHOLE, kinds.WHOLE, kinds.WHOLE, kinds.WHOLE, kinds.TRUTH, kinds.TRUTH, VECTOR, VECTOR,
    kinds.NUMBER, kinds.TRUTH,
)  # fmt: skip
GIVEN = kinds.record(Given, kinds.MATRIX, VECTOR, VECTOR, kinds.FLAGS, VECTOR)
STORES = kinds.record(
    Stores, VECTOR, VECTOR, VECTOR, VECTOR, kinds.NUMBER, kinds.NUMBER, kinds.NUMBER, kinds.NUMBER, kinds.TRUTH, kinds.TRUTH,
    kinds.NUMBER,
)  # fmt: skip
CALENDAR = kinds.record(Calendar, VECTOR, kinds.FLAGS, kinds.MATRIX, VECTOR)
MEMORY = kinds.record(
    Memory, VECTOR, kinds.MATRIX, kinds.CUBE, kinds.CUBE, kinds.MATRIX, kinds.MATRIX, kinds.FLAGS, VECTOR, kinds.MATRIX,
    VECTOR,
)  # fmt: skip
_PLAN_DAY = kinds.pair(
    kinds.WHOLE, kinds.WHOLE, kinds.WHOLE, WAY, kinds.EXPECT, kinds.CONTROL, GIVEN, CALENDAR, STORES, MEMORY
)  # fmt: skip


@njit(cache=True, borrows=True)
def store_at(at: int, stores: Stores) -> Store:
    """Return one of the stores."""
    battery = Battery(
        stores.capacity_kwh[at], stores.minimum_kwh[at], stores.charge_step_kwh[at], stores.discharge_step_kwh[at],
        stores.charge_efficiency, stores.discharge_efficiency,
    )  # fmt: skip
    return Store(
        battery, stores.standby_kwh, stores.wear_price, stores.grid_charge, stores.feed_in, stores.inverter_kwh
    )


@njit(cache=True, borrows=True)
def _known_step(step: int, steps: int, day: int) -> int:
    """Return the step that stands for a coming one: itself, or after the last that is known the same time of its last day."""
    return step if step < steps else max(0, step - (step - steps + day) // day * day)


@njit(cache=True, borrows=True)
def _look_ahead(first: int, way: Way, given: Given, ahead: Ahead) -> None:
    """Fill in the prices of the coming steps, as they are known now.

    Args:
        first: The first of them.
        way: For the day, and how far prices are known.
        given: All prices.
        ahead: Is filled in.
    """
    for step in range(way.horizon):
        later = first + _known_step(step, way.known, way.day)
        ahead.import_price[step] = given.import_price[_known_step(later, given.import_price.size, way.day)]
        ahead.export_price[step] = given.export_price[_known_step(later, given.export_price.size, way.day)]


@njit(cache=True, borrows=True)
def _look_back(at: int, first: int, way: Way, given: Given, memory: Memory, ahead: Ahead) -> None:
    """Fill in the peak of this month, which counts until the next begins, and the most that may come in, as it is known now.

    Args:
        at: Which store.
        first: The first coming step.
        way: For the horizon.
        given: For the calendar.
        memory: For the peak.
        ahead: Is filled in.
    """
    peak_kwh = memory.peak_kwh[at]
    for step in range(way.horizon):
        if begins(first + step, given.month_begins):
            peak_kwh = 0.0
        ahead.peak_kwh[step], ahead.most_import_kwh[step] = peak_kwh, np.inf
        if given.limit_kwh.size > 0:
            later = first + _known_step(step, way.known, way.day)
            ahead.most_import_kwh[step] = given.limit_kwh[_known_step(later, given.limit_kwh.size, way.day)]


@njit(cache=True, borrows=True)
def _expect_there(at: int, first: int, way: Way, calendar: Calendar, ahead: Ahead) -> None:
    """Fill in when a store is expected to be there, and what it shall hold before the step in which it leaves.

    Args:
        at: Which store.
        first: The first coming step.
        way: For the day.
        calendar: Its habits.
        ahead: Is filled in.
    """
    step_h = 24.0 / way.day
    for step in range(way.horizon):
        begin, column = calendar.hour[first + step], 3 if calendar.weekend[first + step] else 0
        early, late, back = (
            calendar.habit_h[at, column],
            calendar.habit_h[at, column + 1],
            calendar.habit_h[at, column + 2],
        )
        away_h = max(0.0, min(begin + step_h, back) - max(begin, early))
        ahead.present[step] = max(0.0, 1.0 - away_h / step_h)
        ahead.target_kwh[step] = calendar.target_kwh[at] if begin + step_h > early and begin <= late else 0.0


@njit(cache=True, borrows=True)
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


@njit(cache=True, borrows=True)
def _keep_plan(at: int, store: Store, way: Way, ahead: Ahead, memory: Memory, room: Room) -> bool:
    """Keep the plan of a day, and the row of a day before its end; False if they cannot be.

    Args:
        at: Which store.
        store: The store.
        way: For the horizon.
        ahead: For what the controller says makes a peak.
        memory: Is changed.
        room: With the plan.
    """
    upto_kwh, value, kept_kwh, kept = room.upto_kwh, room.value, memory.upto_kwh, memory.value
    for row in range(way.day + 1):
        pieces = pieces_of(row, store, upto_kwh, value)
        if pieces == 0:
            return False
        for piece in range(pieces):
            kept_kwh[row, at, piece], kept[row, at, piece] = upto_kwh[row, piece], value[row, piece]
    end = way.horizon - way.day
    if pieces_of(end, store, upto_kwh, value) == 0:
        return False
    for piece in range(value.shape[1]):
        memory.end_upto_kwh[at, piece], memory.end_value[at, piece] = upto_kwh[end, piece], value[end, piece]
    for slot in range(way.day):
        memory.most_import_kwh[slot, at] = ahead.most_import_kwh[slot]
    memory.planned[at] = True
    return True


@njit(cache=True)
def _expect_moves(stored_kwh: float, store: Store, way: Way, ahead: Ahead, room: Room) -> None:
    """Add what a store will do by its plan to what is expected, for those that plan after it.

    Args:
        stored_kwh: What it holds.
        store: The store.
        way: For the horizon.
        ahead: What is known.
        room: With the plan, and what is expected, which is changed.
    """
    line, mean_kwh = new_line(), mean_of(room.need_kwh)
    for step in range(way.horizon):
        connection = connection_at(step, mean_kwh[step], ahead)
        move = dispatch(connection, store, stored_kwh, room.upto_kwh[step + 1], room.value[step + 1], line)
        stored_kwh = move.stored_kwh
        for row in range(room.need_kwh.shape[0]):
            room.need_kwh[row, step] += move.charged_kwh + store.standby_kwh - move.given_kwh


@at_first_call(_PLAN_DAY, cache=True, nogil=True)
def plan_day(  # noqa: C901  a day from store to store, with a way out for each fault
    first_store: int,
    step: int,
    count: int,
    way: Way,
    expect: Fill,
    control: Control,
    given: Given,
    calendar: Calendar,
    stores: Stores,
    memory: Memory,
) -> tuple[int, int]:
    """Make the plans of a day, of each store from the first one on.

    Args:
        first_store: The first whose plan is made; those before it have theirs.
        step: With which the day begins.
        count: How many steps were before it, in this run and before it.
        way: How stores are run.
        expect: The forecast.
        control: The controller.
        given: Prices, and the truth for a forecast that is given it.
        calendar: When stores are expected to be there.
        stores: The stores.
        memory: What they carry; is changed.

    Returns:
        How it ended, and the store whose plan was not made.
    """
    none = np.zeros(way.horizon)
    table = np.zeros((2, way.horizon + 1, memory.value.shape[2]))
    room = Room(np.empty((way.scenarios, way.horizon)), table[0], table[1])
    ahead = Ahead(
        none.copy(), none.copy(), none.copy(), np.ones(way.horizon), none.copy(), way.peak_price, none.copy()
    )  # fmt: skip
    _look_ahead(step, way, given, ahead)
    for at in range(0 if way.together else first_store, stores.capacity_kwh.size):
        past_kwh = known(at, count, memory)
        unknown = way.forecasts and past_kwh.size < way.day and not way.foresight
        if unknown and calendar.hour.size == 0:
            continue  # nothing is known of the owner yet
        if calendar.hour.size > 0:
            _expect_there(at, step, way, calendar, ahead)
        if at == 0 or not way.together:
            _expect_nothing(at, step, way, given, room)
            if unknown:
                room.need_kwh[:] = 0.0  # what comes and goes must be ready all the same
            elif way.forecasts:
                expect(past_kwh, way.day, way.expect_parameters, room.need_kwh)
        store = store_at(at, stores)
        if way.together:  # what the street has to spare is no roof of its own
            store = beside_roof(store, 0.0)
        _look_back(at, step, way, given, memory, ahead)
        # The first plan has none before it that says what the rest is worth at its end: it is made twice.
        for _ in range(1 if memory.planned[at] else 2):
            _begin_plan(at, store, way, memory, room)
            if not control(room.need_kwh, ahead, way.day, store, way.parameters, room.upto_kwh, room.value):
                return NO_ROOM, at
            if not _keep_plan(at, store, way, ahead, memory, room):
                return UNSOUND, at
        if way.together:
            _expect_moves(memory.stored_kwh[at], store, way, ahead, room)
    return FINE, stores.capacity_kwh.size
