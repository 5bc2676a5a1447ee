"""One step of a battery in a home, or of a car that charges by a plan: each meets what its home lacks or has to spare.

It comes before the market, unless the store bids there (`at_market`). The kernel takes `act`, `drive` or `rest` as an argument, so that a street without batteries does not wait for their compilation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import numpy as np
from numba import types

from jiran.compiled import njit
from jiran.control.days import store_at
from jiran.control.dispatch import dispatch, follow
from jiran.control.memory import remember
from jiran.control.peaks import forget
from jiran.control.store import Connection, Store, beside_roof
from jiran.engine.annotations import Direct, Matrix, Vector, handed_on, signature_of
from jiran.engine.records import Devices, Memories, Outputs


@handed_on
def rest(
    step: int,
    direct: Direct,
    at_home: Devices,
    memory: Memories,
    wanted_kwh: Vector,
    line: Matrix,
    out: Outputs,
    net_kwh: Vector,
    asked: Matrix,
) -> None:
    """Do nothing: no home has a battery. Arguments as of `act`."""


@handed_on
def act(
    step: int,
    direct: Direct,
    at_home: Devices,
    memory: Memories,
    wanted_kwh: Vector,
    line: Matrix,
    out: Outputs,
    net_kwh: Vector,
    asked: Matrix,  # noqa: ARG001
) -> None:
    """Let each battery do what is best for its home, and add that to the home's net energy.

    Args:
        step: Which step.
        direct: Says what those do that have no plan.
        at_home: The batteries.
        memory: What they hold and remember; is changed.
        wanted_kwh: Room for what `direct` says, shape (store,).
        line: Room for the pieces of a step.
        out: `home_moved_kwh` and `home_stored_kwh` of the step are filled in.
        net_kwh: What each home has to spare (> 0) or lacks (< 0), kWh, shape (home,); is changed.
        asked: Is left alone, as nothing is asked of the market.
    """
    given, standby_kwh = at_home.given, at_home.stores.standby_kwh
    for at in range(at_home.homes.size):
        if not memory.planned[at]:
            wanted_kwh[at] = direct(
                standby_kwh - net_kwh[at_home.homes[at]], memory.stored_kwh[at], given.import_price[step], given.export_price[step],
                store_at(at, at_home.stores), at_home.way.parameters,
            )  # fmt: skip
    _act(step, wanted_kwh, at_home, memory, line, out.home_moved_kwh[step], out.home_stored_kwh[step], net_kwh)


@handed_on
def drive(
    step: int,
    direct: Direct,  # noqa: ARG001  as of `act`
    cars: Devices,
    memory: Memories,
    wanted_kwh: Vector,
    line: Matrix,
    out: Outputs,
    net_kwh: Vector,
    asked: Matrix,  # noqa: ARG001
) -> None:
    """Take off what cars used on their trips, and let each that is there charge or give.

    Args:
        step: Which step.
        direct: Is not called: a car has a plan from the first step on.
        cars: The cars.
        memory: What they hold and remember; is changed.
        wanted_kwh: Room, shape (car,).
        line: Room for the pieces of a step.
        out: `ev_charged_kwh`, `ev_supplied_kwh`, `ev_driven_kwh`, `ev_missing_kwh` and `ev_stored_kwh` of the step are filled in.
        net_kwh: What each home has to spare (> 0) or lacks (< 0), kWh, shape (home,); is changed.
        asked: Is left alone.
    """
    come_and_go(step, cars, memory, out)
    for at in range(cars.homes.size):
        wanted_kwh[at] = 0.0
    _act(step, wanted_kwh, cars, memory, line, wanted_kwh, out.ev_stored_kwh[step], net_kwh)
    tell_apart(wanted_kwh, out.ev_charged_kwh[step], out.ev_supplied_kwh[step])


@njit(cache=True, forceinline=True, borrows=True)
def come_and_go(step: int, cars: Devices, memory: Memories, out: Outputs) -> None:
    """Take off what cars used on their trips, and write down what those that leave hold too little.

    Args:
        step: Which step.
        cars: The cars.
        memory: What they hold; is changed.
        out: `ev_driven_kwh` and `ev_missing_kwh` of the step are filled in.
    """
    for at in range(cars.homes.size):
        out.ev_missing_kwh[step] += max(0.0, cars.leaving_kwh[step, at] - memory.stored_kwh[at])
        # What a trip takes beyond what the car holds is charged elsewhere.
        driven_kwh = min(cars.trip_kwh[step, at], memory.stored_kwh[at])
        memory.stored_kwh[at] -= driven_kwh
        out.ev_driven_kwh[step, at] = driven_kwh


@njit(cache=True, forceinline=True, borrows=True)
def tell_apart(moved_kwh: Vector, charged_kwh: Vector, given_kwh: Vector) -> None:
    """Write down what stores took and what they gave, each by itself.

    Args:
        moved_kwh: What each took (> 0) or gave (< 0), shape (at least store,).
        charged_kwh: Is filled with what it took, shape (store,); may be `moved_kwh`.
        given_kwh: The same of what it gave.
    """
    for at in range(charged_kwh.size):
        charged_kwh[at], given_kwh[at] = max(moved_kwh[at], 0.0), max(-moved_kwh[at], 0.0)


@njit(cache=True, forceinline=True, borrows=True)
def change_of(moved_kwh: float, standby_kwh: float) -> float:
    """Return by how much more a home has to spare for its battery, kWh.

    Args:
        moved_kwh: What the battery takes (> 0) or gives (< 0).
        standby_kwh: What it uses by itself.
    """
    return max(-moved_kwh, 0.0) - (max(moved_kwh, 0.0) + standby_kwh)


@handed_on
def act_again(
    step: int,
    direct: Direct,  # noqa: ARG001  as of `act`
    at_home: Devices,
    memory: Memories,  # noqa: ARG001
    wanted_kwh: Vector,  # noqa: ARG001
    line: Matrix,  # noqa: ARG001
    out: Outputs,
    net_kwh: Vector,
    asked: Matrix,  # noqa: ARG001
) -> None:
    """Add what batteries did in an earlier run of the same homes, which `out` holds; arguments as of `act`."""
    for at in range(at_home.homes.size):
        net_kwh[at_home.homes[at]] += change_of(out.home_moved_kwh[step, at], at_home.stores.standby_kwh)


@handed_on
def drive_again(
    step: int,
    direct: Direct,  # noqa: ARG001  as of `act`
    cars: Devices,
    memory: Memories,  # noqa: ARG001
    wanted_kwh: Vector,  # noqa: ARG001
    line: Matrix,  # noqa: ARG001
    out: Outputs,
    net_kwh: Vector,
    asked: Matrix,  # noqa: ARG001
) -> None:
    """Add what cars did in an earlier run of the same homes, which `out` holds; arguments as of `act`."""
    for at in range(cars.homes.size):
        net_kwh[cars.homes[at]] += out.ev_supplied_kwh[step, at] - out.ev_charged_kwh[step, at]


@njit(cache=True, forceinline=True, borrows=True)
def _allowed(wanted_kwh: float, net_kwh: float, store: Store) -> float:
    """Return what a battery that is run for the street may take (> 0) or give (< 0) in its home.

    Args:
        wanted_kwh: What it would.
        net_kwh: What its home has to spare (> 0) or lacks (< 0).
        store: The battery.
    """
    if not store.grid_charge:
        wanted_kwh = min(wanted_kwh, max(net_kwh, 0.0))
    if not store.feed_in:
        wanted_kwh = max(wanted_kwh, min(net_kwh, 0.0))
    return wanted_kwh


#: Any of them.
Act = Annotated[Callable[..., None], types.FunctionType(signature_of(rest))]


@njit(cache=True, borrows=True)
def _act(
    step: int,
    wanted_kwh: Vector,
    devices: Devices,
    memory: Memories,
    line: Matrix,
    moved_kwh: Vector,
    held_kwh: Vector,
    net_kwh: Vector,
) -> None:
    """Let each store do what its plan says of the step, or what it is told.

    All stores in one call: compiled code counts the references to each array that it hands on.

    Args:
        step: Which step.
        wanted_kwh: What those that have no plan are told to take (> 0) or give (< 0), shape (store,).
        devices: The stores.
        memory: What they hold and remember; is changed.
        line: Room for the pieces of a step.
        moved_kwh: Is filled with what each takes (> 0) or gives (< 0), shape (store,); may be `wanted_kwh`.
        held_kwh: The same of what it then holds.
        net_kwh: What each home has to spare (> 0) or lacks (< 0), kWh, shape (home,); is changed.
    """
    now, given, stores, forecasts = devices.before + step, devices.given, devices.stores, devices.way.forecasts
    row, import_price, export_price = now % devices.way.day + 1, given.import_price[step], given.export_price[step]
    presses = devices.pressed.shape[0] > 0
    stay, shares = devices.present.shape[0] == 0, devices.roof_kwh.shape[0] > 0
    # Compiled code counts the references to what it hands on and looks up, so both are done once and not for each store.
    planned, peak_kwh, most_import_kwh = memory.planned, memory.peak_kwh, memory.most_import_kwh
    forget(step, given.month_begins, peak_kwh)
    together, street_kwh = devices.way.together, 0.0
    if together:
        for home in range(net_kwh.size):
            street_kwh -= net_kwh[home]
    for at in range(devices.homes.size):
        home, stored_kwh, store = devices.homes[at], memory.stored_kwh[at], store_at(at, stores)
        if shares:
            store = beside_roof(store, devices.roof_kwh[step, at])
        seen_kwh = street_kwh if together else -net_kwh[home]
        # Without a plan it is run for its home alone.
        need_kwh = seen_kwh if planned[at] else -net_kwh[home]
        present = 1.0 if stay else devices.present[step, at]
        most_kwh = max(most_import_kwh[row - 1, at], peak_kwh[at]) if planned[at] else np.inf
        connection = Connection(need_kwh, import_price, export_price, most_kwh, present, devices.way.peak_price)
        if presses and devices.pressed[step, at] > 0.0:
            move = follow(np.inf, connection, store, stored_kwh)
        elif planned[at]:
            move = dispatch(connection, store, stored_kwh, memory.upto_kwh[row, at], memory.value[row, at], line)
            if together:  # what it may do is asked at its own home's meter
                wanted_kwh[at] = _allowed(move.charged_kwh - move.given_kwh, net_kwh[home], store)
                move = follow(wanted_kwh[at], connection, store, stored_kwh)
        else:
            move = follow(wanted_kwh[at], connection, store, stored_kwh)
        memory.stored_kwh[at] = move.stored_kwh
        if forecasts:
            remember(at, now, seen_kwh, memory)
        taken_kwh = move.charged_kwh + store.standby_kwh
        peak_kwh[at] = max(peak_kwh[at], need_kwh + taken_kwh - move.given_kwh)
        net_kwh[home] += move.given_kwh - taken_kwh
        street_kwh += taken_kwh - move.given_kwh
        moved_kwh[at], held_kwh[at] = move.charged_kwh - move.given_kwh, move.stored_kwh
