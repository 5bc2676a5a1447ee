"""One step of cars that bid: each buys, and one that may give sells, at what stored energy is worth to it.

A car comes with its home's order, as a battery does (`at_market`). One that is away, or whose driver wants it full now, asks for nothing,
and in a home with a battery the car acts for its home alone.
"""

from __future__ import annotations

import numpy as np

from jiran.control.bidding import leaves_room, order_of
from jiran.control.days import store_at
from jiran.control.dispatch import dispatch, follow
from jiran.control.memory import remember
from jiran.control.store import Connection
from jiran.engine.annotations import Direct, Matrix, Vector, handed_on
from jiran.engine.at_home import come_and_go
from jiran.engine.at_market import BROUGHT, CAR, OTHER, OWN, UNBID, WHO, WORTH, put_order
from jiran.engine.records import Devices, Memories, Outputs


@handed_on
def ask_cars(
    step: int,
    direct: Direct,  # noqa: ARG001  as of `at_home.drive`
    cars: Devices,
    memory: Memories,
    wanted_kwh: Vector,  # noqa: ARG001
    line: Matrix,
    out: Outputs,
    net_kwh: Vector,
    asked: Matrix,
) -> None:
    """Say what each home with a car brings to the market.

    Args:
        step: Which step.
        direct: Is not called: a car has a plan from the first step on.
        cars: The cars.
        memory: What they hold and remember; is changed by trips.
        wanted_kwh: Is not used.
        line: Room for the pieces of a step.
        out: What they do in the step, if nothing is traded, is filled in.
        net_kwh: What each home has to spare (> 0) or lacks (< 0), kWh, shape (home,); becomes what it brings to the market.
        asked: Is filled in, rows as in `at_market`, shape (row, home).
    """
    come_and_go(step, cars, memory, out)
    given, now, presses = cars.given, cars.before + step, cars.pressed.shape[0] > 0
    row, import_price, export_price = now % cars.way.day + 1, given.import_price[step], given.export_price[step]
    planned, stored_kwh, forecasts, network_charge = (
        memory.planned, memory.stored_kwh, cars.way.forecasts, cars.network_charge,
    )  # fmt: skip
    charged_kwh, given_kwh, held_kwh = out.ev_charged_kwh[step], out.ev_supplied_kwh[step], out.ev_stored_kwh[step]
    gains = leaves_room(import_price, export_price, network_charge)
    for at in range(cars.homes.size):
        home, store, present = cars.homes[at], store_at(at, cars.stores), cars.present[step, at]
        connection = Connection(-net_kwh[home], import_price, export_price, np.inf, present, 0.0)
        pressed = presses and cars.pressed[step, at] > 0.0
        if forecasts:
            remember(at, now, -net_kwh[home], memory)
        asked[WHO, home] = asked[WORTH, home] = asked[OTHER, home] = np.nan
        if pressed or not planned[at]:
            move = follow(np.inf if pressed else 0.0, connection, store, stored_kwh[at])
        else:
            move = dispatch(connection, store, stored_kwh[at], memory.upto_kwh[row, at], memory.value[row, at], line)
        charged_kwh[at], given_kwh[at], held_kwh[at] = move.charged_kwh, move.given_kwh, move.stored_kwh
        alone_kwh = net_kwh[home] + (move.given_kwh - move.charged_kwh)
        if pressed or not (gains and planned[at] and present > 0.0):
            net_kwh[home] = alone_kwh
            continue
        asked[WHO, home] = CAR
        put_order(
            home,
            order_of(
                connection, network_charge, store, stored_kwh[at], memory.upto_kwh[row, at], memory.value[row, at], move
            ),
            asked,
            net_kwh,
        )
        asked[UNBID, home] = alone_kwh  # to the last digit what it would be if no car bid


@handed_on
def settle_cars(
    step: int,
    direct: Direct,  # noqa: ARG001  as of `at_home.drive`
    cars: Devices,
    memory: Memories,
    wanted_kwh: Vector,  # noqa: ARG001
    line: Matrix,
    out: Outputs,
    net_kwh: Vector,
    asked: Matrix,
) -> None:
    """Let each car do what is best for its home after the market, which comes on top of what it needs.

    Args:
        step: Which step.
        direct: Is not called.
        cars: The cars.
        memory: What they hold; is changed.
        wanted_kwh: Is not used.
        line: Room for the pieces of a step.
        out: For what was traded; what the cars do, offer and sell is filled in.
        net_kwh: What each home brought to the market, kWh, shape (home,); becomes what it has to spare or lacks before it is traded.
        asked: What `ask_cars` filled in.
    """
    given, row = cars.given, (cars.before + step) % cars.way.day + 1
    import_price, export_price = given.import_price[step], given.export_price[step]
    charged_kwh, given_kwh, held_kwh = out.ev_charged_kwh[step], out.ev_supplied_kwh[step], out.ev_stored_kwh[step]
    traded_kwh, stored_kwh = out.traded_kwh[step], memory.stored_kwh
    for at in range(cars.homes.size):
        home = cars.homes[at]
        if asked[WHO, home] == CAR:
            own_kwh, brought_kwh = asked[OWN, home], asked[BROUGHT, home]
            need_kwh = traded_kwh[home] - own_kwh
            if need_kwh != -own_kwh:  # else it is as if there were no market
                connection = Connection(need_kwh, import_price, export_price, np.inf, cars.present[step, at], 0.0)
                move = dispatch(
                    connection, store_at(at, cars.stores), stored_kwh[at], memory.upto_kwh[row, at], memory.value[row, at],
                    line,
                )  # fmt: skip
                charged_kwh[at], given_kwh[at], held_kwh[at] = move.charged_kwh, move.given_kwh, move.stored_kwh
            net_kwh[home] = own_kwh + (given_kwh[at] - charged_kwh[at])
            # What the home has to spare itself is sold before the car's energy.
            spare_kwh = max(own_kwh, 0.0)
            out.ev_offered_kwh[step, at] = max(brought_kwh - spare_kwh, 0.0)
            out.ev_lent_kwh[step, at] = min(max(traded_kwh[home] - spare_kwh, 0.0), given_kwh[at])
        stored_kwh[at] = held_kwh[at]
