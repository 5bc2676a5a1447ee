"""One step of a street whose connection carries only so much: what stores do about it, and what roofs must leave out.

It comes last in a step, and only where market and stores would take or give more than the limit. First the community battery undoes
what makes it worse, then batteries in homes and cars relieve their own home's meter, all by the same share of what they can, then the
community battery does what it can. Export that is still too much is curtailed, of each home the same share of it; import that is
too much stays, as nobody is cut off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np
from numba import types

from jiran.compiled import njit
from jiran.control.days import store_at
from jiran.control.dispatch import dispatch, follow
from jiran.control.storage import Battery, charge, discharge
from jiran.control.store import Connection, Store, beside_roof
from jiran.engine.annotations import Matrix, Vector, handed_on, signature_of
from jiran.engine.at_home import tell_apart
from jiran.engine.records import Devices, Inputs, Memories, Outputs, Stores
from jiran.engine.street import beyond_trades, left_over
from jiran.nothing import NOTHING_KWH

#: By so much less a kWh seems to cost a car that was held back: of hours that are equally good it takes the first, as later ones
#: may be too full.
EAGER_PRICE = 1e-6

#: What a kWh beyond the limit costs a car in its choice of when to charge: more than any price, less than to leave without energy.
OVER_PRICE = 1_000.0


@njit(cache=True, forceinline=True, borrows=True)
def _beyond(step: int, inputs: Inputs, taken_kwh: float) -> float:
    """Return by how much the street takes (> 0) or gives (< 0) too much, kWh; what rounding leaves over is nothing.

    Args:
        step: Which step.
        inputs: For the limits.
        taken_kwh: What it takes from the grid (> 0) or gives to it (< 0).
    """
    over_kwh: float = 0.0
    if inputs.import_limit_kwh.size > 0 and taken_kwh - inputs.import_limit_kwh[step] > NOTHING_KWH:
        over_kwh = taken_kwh - inputs.import_limit_kwh[step]
    elif inputs.export_limit_kwh.size > 0 and -taken_kwh - inputs.export_limit_kwh[step] > NOTHING_KWH:
        over_kwh = taken_kwh + inputs.export_limit_kwh[step]
    return over_kwh


@njit(cache=True, forceinline=True, borrows=True)
def _between(low: float, value: float, high: float) -> float:
    """Return a number, or the bound beyond which it lies."""
    return max(low, min(value, high))


@njit(cache=True, forceinline=True, borrows=True)
def _work(battery: Battery, stored_kwh: float, given_kwh: float) -> tuple[float, float]:
    """Return what a battery gives (> 0) or takes (< 0) of what is wanted, and what it then holds, kWh."""
    if given_kwh > 0.0:
        return discharge(battery, stored_kwh, given_kwh)
    taken_kwh, stored_kwh = charge(battery, stored_kwh, -given_kwh)
    return -taken_kwh, stored_kwh


@njit(cache=True, forceinline=True, borrows=True)
def _as_it_was(
    step: int, at: int, devices: Devices, left_kwh: float, given_kwh: float, held_kwh: float
) -> tuple[Store, float, Connection]:
    """Return a store, what it held before it acted in the step, and what it finds at its home's meter after the market.

    Args:
        step: Which step.
        at: Which store.
        devices: The stores.
        left_kwh: What its home then gives to the grid (> 0) or takes (< 0), kWh.
        given_kwh: What the store gave (> 0) or took (< 0), without its standby.
        held_kwh: What it then held.
    """
    given, store = devices.given, store_at(at, devices.stores)
    if devices.roof_kwh.shape[0] > 0:
        store = beside_roof(store, devices.roof_kwh[step, at])
    battery = store.battery
    change = given_kwh / battery.discharge_efficiency if given_kwh > 0.0 else given_kwh * battery.charge_efficiency
    present = devices.present[step, at] if devices.present.shape[0] > 0 else 1.0
    need_kwh = given_kwh - left_kwh - store.standby_kwh
    connection = Connection(
        need_kwh, given.import_price[step], given.export_price[step], 0.0, present, OVER_PRICE
    )  # fmt: skip
    return store, held_kwh + change, connection


@njit(cache=True, forceinline=True, borrows=True)
def _may_change(
    at: int,
    row: int,
    weighs: bool,  # noqa: FBT001
    found: tuple[Store, float, Connection],
    memory: Memories,
    line: Matrix,
    left_kwh: float,
    given_kwh: float,
    over_kwh: float,
) -> float:
    """Return by how much a store can change what it gives so that its home takes less from the grid, or gives less to it, kWh.

    Args:
        at: Which store.
        row: The row of its plan.
        weighs: Whether it weighs that against what it needs itself, as a car that is to leave.
        found: The store as it was.
        memory: With its plan.
        line: Room for the pieces of a step.
        left_kwh: What its home gives to the grid (> 0) or takes (< 0).
        given_kwh: What the store gave (> 0) or took (< 0).
        over_kwh: By how much the street takes (> 0) or gives (< 0) too much.
    """
    store, before_kwh, connection = found
    if weighs and over_kwh > 0.0 and memory.planned[at]:
        move = dispatch(connection, store, before_kwh, memory.upto_kwh[row, at], memory.value[row, at], line)
    else:
        wanted_kwh = left_kwh - given_kwh
        if wanted_kwh < 0.0 and before_kwh <= store.battery.minimum_kwh:
            wanted_kwh = 0.0
        move = follow(wanted_kwh, connection, store, before_kwh)
    change = move.given_kwh - move.charged_kwh - given_kwh
    return _between(0.0, change, -left_kwh) if over_kwh > 0.0 else _between(-left_kwh, change, 0.0)


@njit(cache=True)
def _relieve(
    step: int,
    over_kwh: float,
    weighs: bool,  # noqa: FBT001
    devices: Devices,
    memory: Memories,
    line: Matrix,
    moved_kwh: Vector,
    held_kwh: Vector,
    net_kwh: Vector,
    traded_kwh: Vector,
) -> float:
    """Let stores in homes relieve their homes' meters, each by the same share of what it can; return what is still too much, kWh.

    A home's exchange with the grid becomes nothing at the most: nobody has to serve another, and what was traded stays.

    Args:
        step: Which step.
        over_kwh: By how much the street takes (> 0) or gives (< 0) too much.
        weighs: Whether the stores weigh that against what they need themselves.
        devices: The stores.
        memory: What they hold and remember; is changed.
        line: Room for the pieces of a step.
        moved_kwh: What each took (> 0) or gave (< 0) in the step, shape (store,); is changed.
        held_kwh: The same of what it then held.
        net_kwh: What each home brought to the market, kWh, shape (home,); is changed.
        traded_kwh: What it sold (> 0) or bought (< 0), the same.
    """
    many, all_kwh = devices.homes.size, 0.0
    row, can_kwh = (devices.before + step) % devices.way.day + 1, np.zeros(many)
    for at in range(many):
        home = devices.homes[at]
        left_kwh, gave_kwh = net_kwh[home] - traded_kwh[home], -moved_kwh[at]
        pressed = devices.pressed.shape[0] > 0 and devices.pressed[step, at] > 0.0
        if left_kwh * over_kwh < 0.0 and not pressed:
            found = _as_it_was(step, at, devices, left_kwh, gave_kwh, held_kwh[at])
            can_kwh[at] = _may_change(at, row, weighs, found, memory, line, left_kwh, gave_kwh, over_kwh)
            all_kwh += can_kwh[at]
    if all_kwh == 0.0:
        return over_kwh
    share = min(1.0, over_kwh / all_kwh)
    for at in range(many):
        if can_kwh[at] == 0.0:
            continue
        home = devices.homes[at]
        left_kwh, gave_kwh = net_kwh[home] - traded_kwh[home], -moved_kwh[at]
        store, before_kwh, connection = _as_it_was(step, at, devices, left_kwh, gave_kwh, held_kwh[at])
        move = follow(-(gave_kwh + share * can_kwh[at]), connection, store, before_kwh)
        moved_kwh[at] = move.charged_kwh - move.given_kwh
        memory.stored_kwh[at] = held_kwh[at] = move.stored_kwh
        change = move.given_kwh - move.charged_kwh - gave_kwh
        net_kwh[home] += change
        over_kwh -= change
        if weighs and over_kwh + change > 0.0:
            memory.held_back_kwh[at] += max(-gave_kwh, 0.0) - move.charged_kwh
    return over_kwh


@njit(cache=True)
def _catch_up(
    step: int,
    room_kwh: float,
    cars: Devices,
    memory: Memories,
    line: Matrix,
    charged_kwh: Vector,
    given_kwh: Vector,
    held_kwh: Vector,
    net_kwh: Vector,
    traded_kwh: Vector,
) -> bool:
    """Let cars that were held back charge as soon as there is room, where their plans do not wait for a cheaper hour; tell if any did.

    Args:
        step: Which step.
        room_kwh: How much more the street may take from the grid.
        cars: The cars.
        memory: What they hold and remember; is changed.
        line: Room for the pieces of a step.
        charged_kwh: What each took in the step, shape (car,); is changed.
        given_kwh: The same of what it gave.
        held_kwh: The same of what it then held.
        net_kwh: What each home brought to the market, kWh, shape (home,); is changed.
        traded_kwh: What it sold (> 0) or bought (< 0), the same.
    """
    many, row, all_kwh = cars.homes.size, (cars.before + step) % cars.way.day + 1, 0.0
    more_kwh = np.zeros(many)
    for at in range(many):
        home, gave_kwh = cars.homes[at], given_kwh[at] - charged_kwh[at]
        if cars.present[step, at] == 0.0:
            memory.held_back_kwh[at] = 0.0
        if memory.held_back_kwh[at] <= NOTHING_KWH or gave_kwh > 0.0:
            continue
        store, before_kwh, seen = _as_it_was(step, at, cars, net_kwh[home] - traded_kwh[home], gave_kwh, held_kwh[at])
        eager = Connection(seen.need_kwh, seen.import_price - EAGER_PRICE, seen.export_price, np.inf, seen.present, 0.0)
        move = dispatch(eager, store, before_kwh, memory.upto_kwh[row, at], memory.value[row, at], line)
        more_kwh[at] = _between(0.0, move.charged_kwh + gave_kwh, memory.held_back_kwh[at])
        all_kwh += more_kwh[at]
    share = min(1.0, room_kwh / all_kwh) if all_kwh > 0.0 else 0.0
    if share <= 0.0:
        return False
    for at in range(many):
        if more_kwh[at] == 0.0:
            continue
        home, gave_kwh = cars.homes[at], -charged_kwh[at]
        store, before_kwh, seen = _as_it_was(step, at, cars, net_kwh[home] - traded_kwh[home], gave_kwh, held_kwh[at])
        move = follow(share * more_kwh[at] - gave_kwh, seen, store, before_kwh)
        charged_kwh[at], memory.stored_kwh[at], held_kwh[at] = move.charged_kwh, move.stored_kwh, move.stored_kwh
        net_kwh[home] -= move.charged_kwh + gave_kwh
        memory.held_back_kwh[at] -= move.charged_kwh + gave_kwh
    return True


@handed_on
def heed(
    step: int,
    inputs: Inputs,
    stores: Stores,
    cars: Memories,
    at_home: Memories,
    street: Memories,
    stored_kwh: float,
    line: Matrix,
    net_kwh: Vector,
    traded_kwh: Vector,
    out: Outputs,
) -> float:
    """Hold the street to what its connection carries, as far as stores and roofs can; return the community battery's new state.

    Args:
        step: Which step.
        inputs: For the limits, and whether the battery gives energy.
        stores: All stores.
        cars: What cars that charge by plans hold and remember; is changed.
        at_home: The same of batteries in homes.
        street: The same of a community battery that a controller runs.
        stored_kwh: What the community battery holds after it acted.
        line: Room for the pieces of a step.
        net_kwh: What each home brought to the market, kWh, shape (home,); is changed.
        traded_kwh: What it sold (> 0) or bought (< 0), the same.
        out: What stores did is changed; `curtail_share` and `curtail_alone_share` are filled in.
    """
    battery, sold_kwh = stores.battery, out.battery_traded_kwh[step]
    surplus_kwh, deficit_kwh, _ = left_over(net_kwh, traded_kwh)
    over_kwh = _beyond(step, inputs, deficit_kwh - surplus_kwh)
    out.curtail_alone_share[step] = min(1.0, -over_kwh / surplus_kwh) if over_kwh < 0.0 else 0.0
    taken_kwh = out.charge_share[step] * surplus_kwh + out.battery_import_kwh[step]
    given_kwh = out.draw_share[step] * deficit_kwh + out.battery_export_kwh[step]
    gave_kwh = given_kwh - taken_kwh  # beyond what it sold or bought in the market
    over_kwh = _beyond(step, inputs, deficit_kwh - surplus_kwh - gave_kwh)
    if over_kwh == 0.0:
        out.curtail_share[step] = 0.0
        if stores.cars.homes.size > 0 and inputs.import_limit_kwh.size > 0 and _catch_up(
            step, inputs.import_limit_kwh[step] - (deficit_kwh - surplus_kwh - gave_kwh), stores.cars, cars, line,
            out.ev_charged_kwh[step], out.ev_supplied_kwh[step], out.ev_stored_kwh[step], net_kwh, traded_kwh,
        ):  # fmt: skip
            surplus_kwh, deficit_kwh, _ = left_over(net_kwh, traded_kwh)
            _write(step, inputs, gave_kwh, surplus_kwh, deficit_kwh, out)
        return stored_kwh
    gave_kwh += sold_kwh
    before_kwh = stored_kwh + max(gave_kwh, 0.0) / battery.discharge_efficiency
    before_kwh -= max(-gave_kwh, 0.0) * battery.charge_efficiency
    # First it does less of what makes it worse, and nothing at the least.
    wanted_kwh = _between(min(gave_kwh, 0.0), gave_kwh + over_kwh, max(gave_kwh, 0.0))
    over_kwh -= wanted_kwh - gave_kwh
    if over_kwh != 0.0 and stores.at_home.homes.size > 0:
        over_kwh = _relieve(
            step, over_kwh, False, stores.at_home, at_home, line, out.home_moved_kwh[step], out.home_stored_kwh[step],  # noqa: FBT003
            net_kwh, traded_kwh,
        )  # fmt: skip
    if over_kwh != 0.0 and stores.cars.homes.size > 0:
        charged_kwh, supplied_kwh = out.ev_charged_kwh[step], out.ev_supplied_kwh[step]
        for at in range(charged_kwh.size):
            charged_kwh[at] -= supplied_kwh[at]
        over_kwh = _relieve(
            step, over_kwh, True, stores.cars, cars, line, charged_kwh, out.ev_stored_kwh[step], net_kwh, traded_kwh,  # noqa: FBT003
        )  # fmt: skip
        tell_apart(charged_kwh, charged_kwh, supplied_kwh)
    wanted_kwh += over_kwh
    if not inputs.may_draw[step]:
        wanted_kwh = min(wanted_kwh, max(gave_kwh, 0.0))
    gave_kwh, stored_kwh = _work(battery, before_kwh, wanted_kwh)
    if stores.street.homes.size > 0:
        street.stored_kwh[0] = stored_kwh
    surplus_kwh, deficit_kwh, _ = left_over(net_kwh, traded_kwh)
    taken_kwh, given_kwh = beyond_trades(max(-gave_kwh, 0.0), max(gave_kwh, 0.0), sold_kwh)
    _write(step, inputs, given_kwh - taken_kwh, surplus_kwh, deficit_kwh, out)
    out.soc_kwh[step] = stored_kwh
    return stored_kwh


@njit(cache=True, forceinline=True, borrows=True)
def _write(step: int, inputs: Inputs, gave_kwh: float, surplus_kwh: float, deficit_kwh: float, out: Outputs) -> None:
    """Write down whose energy the community battery took and who got what it gave, and what is curtailed.

    Args:
        step: Which step.
        inputs: For the limits.
        gave_kwh: What the battery gave (> 0) or took (< 0), beyond what it sold or bought in the market.
        surplus_kwh: What homes have left, for battery and grid.
        deficit_kwh: What they lack.
        out: Is filled in.
    """
    from_homes_kwh, to_homes_kwh = _between(0.0, -gave_kwh, surplus_kwh), _between(0.0, gave_kwh, deficit_kwh)
    out.charge_share[step] = from_homes_kwh / surplus_kwh if surplus_kwh > 0.0 else 0.0
    out.draw_share[step] = to_homes_kwh / deficit_kwh if deficit_kwh > 0.0 else 0.0
    out.battery_import_kwh[step] = max(-gave_kwh, 0.0) - from_homes_kwh
    out.battery_export_kwh[step] = max(gave_kwh, 0.0) - to_homes_kwh
    over_kwh = _beyond(step, inputs, deficit_kwh - surplus_kwh - gave_kwh)
    curtailed_kwh = min(-over_kwh, surplus_kwh - from_homes_kwh)
    out.curtail_share[step] = curtailed_kwh / surplus_kwh if curtailed_kwh > 0.0 else 0.0


@handed_on
def carry_all(
    step: int,  # noqa: ARG001  as of `heed`
    inputs: Inputs,  # noqa: ARG001
    stores: Stores,  # noqa: ARG001
    cars: Memories,  # noqa: ARG001
    at_home: Memories,  # noqa: ARG001
    street: Memories,  # noqa: ARG001
    stored_kwh: float,
    line: Matrix,  # noqa: ARG001
    net_kwh: Vector,  # noqa: ARG001
    traded_kwh: Vector,  # noqa: ARG001
    out: Outputs,  # noqa: ARG001
) -> float:
    """Do nothing: the street's connection has no limit. Arguments as of `heed`."""
    return stored_kwh


#: Either of them.
Heed = Annotated[Callable[..., float], types.FunctionType(signature_of(carry_all))]
