"""One step of the community battery: it meets what the market left, and comes last.

By own use first it takes and gives what fits, for nothing else; a controller may also have it buy from the grid and sell to
it. The kernel takes `rest` or `act` as an argument, so that who asks for no controller does not wait for its compilation.
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
from jiran.control.storage import Battery, charge, discharge
from jiran.control.store import Connection
from jiran.engine.annotations import Direct, Flags, Matrix, Vector, handed_on, signature_of
from jiran.engine.records import Memories, Outputs, Stores
from jiran.nothing import NOTHING_KWH, ROUNDING


@njit(cache=True, forceinline=True, borrows=True)
def left_over(net_kwh: Vector, traded_kwh: Vector) -> tuple[float, float, float]:
    """Return what the market left: surplus, deficit, and how much more there is of the first, kWh.

    Rounding dust does not tip the scales of the third. It goes where the rest goes, so that nothing is lost.

    Args:
        net_kwh: What each home brought to the market, kWh, shape (home,): surplus > 0, deficit < 0.
        traded_kwh: What it sold (> 0) or bought (< 0), kWh, shape (home,).
    """
    surplus_kwh, deficit_kwh, more_kwh = 0.0, 0.0, 0.0
    for home in range(net_kwh.size):
        left_kwh = net_kwh[home] - traded_kwh[home]
        more_kwh += left_kwh if abs(left_kwh) > NOTHING_KWH else 0.0
        if left_kwh > 0.0:
            surplus_kwh += left_kwh
        else:
            deficit_kwh -= left_kwh
    return surplus_kwh, deficit_kwh, more_kwh


@njit(cache=True, forceinline=True, borrows=True)
def beyond_trades(charged_kwh: float, given_kwh: float, sold_kwh: float) -> tuple[float, float]:
    """Return what the battery takes beyond what it bought in the market, and gives beyond what it sold there; one of the two is 0.

    What rounding leaves over of a trade is nothing.

    Args:
        charged_kwh: What it takes, at its terminals.
        given_kwh: What it gives.
        sold_kwh: What it sold (> 0) or bought (< 0).
    """
    if sold_kwh == 0.0:
        return charged_kwh, given_kwh
    left_kwh = given_kwh - charged_kwh - sold_kwh
    if abs(left_kwh) <= ROUNDING * max(1.0, abs(sold_kwh)):
        left_kwh = 0.0
    return max(-left_kwh, 0.0), max(left_kwh, 0.0)


@njit(cache=True, forceinline=True, borrows=True)
def own_use(
    step: int, battery: Battery, may_draw: Flags, stored_kwh: float, net_kwh: Vector, traded_kwh: Vector, out: Outputs
) -> float:
    """Charge or draw the community battery with what the market left; return its new state.

    A battery works in one direction a step: if the market left both surplus and deficit, the larger side has it.
    Arguments as of `act`.
    """
    surplus_kwh, deficit_kwh, more_kwh = left_over(net_kwh, traded_kwh)
    taken_kwh, given_kwh = 0.0, 0.0
    if more_kwh > 0.0:
        taken_kwh, stored_kwh = charge(battery, stored_kwh, surplus_kwh)
    elif may_draw[step]:
        given_kwh, stored_kwh = discharge(battery, stored_kwh, deficit_kwh)
    out.charge_share[step] = taken_kwh / surplus_kwh if surplus_kwh > 0.0 else 0.0
    out.draw_share[step] = given_kwh / deficit_kwh if deficit_kwh > 0.0 else 0.0
    out.soc_kwh[step] = stored_kwh
    return stored_kwh


@handed_on
def rest(
    step: int,  # noqa: ARG001  as of `act`
    direct: Direct,  # noqa: ARG001
    stores: Stores,  # noqa: ARG001
    memory: Memories,  # noqa: ARG001
    may_draw: Flags,  # noqa: ARG001
    stored_kwh: float,
    line: Matrix,  # noqa: ARG001
    net_kwh: Vector,  # noqa: ARG001
    traded_kwh: Vector,  # noqa: ARG001
    out: Outputs,  # noqa: ARG001
) -> float:
    """Do nothing: no controller runs the community battery. Arguments as of `act`."""
    return stored_kwh


@handed_on
def act(
    step: int,
    direct: Direct,
    stores: Stores,
    memory: Memories,
    may_draw: Flags,
    stored_kwh: float,
    line: Matrix,
    net_kwh: Vector,
    traded_kwh: Vector,
    out: Outputs,
) -> float:
    """Let the community battery do what its controller thinks best; return its new state.

    It works in one direction a step, and sees the larger side of what the market left, on top of what it sold or bought there. What it
    sold is delivered first, and what it bought comes in first. Of what it then takes, the homes' surplus comes first and the grid gives
    the rest; of what it gives, the homes get what they lack and the grid the rest.

    Args:
        step: Which step.
        direct: Says what it does that has no plan.
        stores: The battery, and how it is run.
        memory: What it remembers; is changed.
        may_draw: Whether it gives energy, shape (step,).
        stored_kwh: What it holds.
        line: Room for the pieces of a step.
        net_kwh: What each home brought to the market, kWh, shape (home,): surplus > 0, deficit < 0.
        traded_kwh: What it sold (> 0) or bought (< 0), kWh, shape (home,).
        out: For what the battery sold or bought; `charge_share`, `draw_share`, `soc_kwh` and what the battery itself took from the
            grid and gave to it are filled in.
    """
    surplus_kwh, deficit_kwh, more_kwh = left_over(net_kwh, traded_kwh)
    street = stores.street
    given, now, store = street.given, street.before + step, store_at(0, street.stores)
    need_kwh = -surplus_kwh if more_kwh > 0.0 else deficit_kwh
    import_price, export_price = given.import_price[step], given.export_price[step]
    row, other_kwh = now % street.way.day + 1, need_kwh - (deficit_kwh - surplus_kwh)
    sold_kwh = out.battery_traded_kwh[step]
    need_kwh += sold_kwh
    # The street's meter sees both sides, the battery the larger one.
    forget(step, given.month_begins, memory.peak_kwh)
    most_kwh = np.inf
    if memory.planned[0]:
        most_kwh = other_kwh + max(memory.most_import_kwh[row - 1, 0], memory.peak_kwh[0])
        if given.limit_kwh.size > 0:
            most_kwh = min(most_kwh, other_kwh + given.limit_kwh[step])
    connection = Connection(need_kwh, import_price, export_price, most_kwh, 1.0, street.way.peak_price)
    if memory.planned[0]:
        move = dispatch(connection, store, stored_kwh, memory.upto_kwh[row, 0], memory.value[row, 0], line)
    else:
        wanted_kwh = direct(need_kwh, stored_kwh, import_price, export_price, store, street.way.parameters)
        move = follow(wanted_kwh, connection, store, stored_kwh)
    if move.given_kwh - move.charged_kwh > sold_kwh and not may_draw[step]:
        at_market = Connection(sold_kwh, import_price, export_price, np.inf, 1.0, 0.0)
        move = follow(-sold_kwh, at_market, store, stored_kwh)
    if street.way.forecasts:
        remember(0, now, need_kwh, memory)
    memory.peak_kwh[0] = max(memory.peak_kwh[0], need_kwh - other_kwh + move.charged_kwh - move.given_kwh)
    charged_kwh, given_kwh = beyond_trades(move.charged_kwh, move.given_kwh, sold_kwh)
    from_homes_kwh, to_homes_kwh = min(charged_kwh, surplus_kwh), min(given_kwh, deficit_kwh)
    memory.stored_kwh[0] = out.soc_kwh[step] = move.stored_kwh
    out.charge_share[step] = from_homes_kwh / surplus_kwh if surplus_kwh > 0.0 else 0.0
    out.draw_share[step] = to_homes_kwh / deficit_kwh if deficit_kwh > 0.0 else 0.0
    out.battery_import_kwh[step] = charged_kwh - from_homes_kwh
    out.battery_export_kwh[step] = given_kwh - to_homes_kwh
    return move.stored_kwh


#: Either of them.
ActForAll = Annotated[Callable[..., float], types.FunctionType(signature_of(rest))]
