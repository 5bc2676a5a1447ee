"""What a store does in a step: the one place where limits, direction and conservation hold, whatever a controller says.

A controller says what stored energy is worth; here that is held against the prices of the step and the real need. So a plan
that was made for another need is still followed in the cheapest way.
"""

from __future__ import annotations

from typing import NamedTuple

from jiran.compiled import njit
from jiran.control.storage import charge, discharge
from jiran.control.store import EDGE, OWN, PRICE, WIDTH, Connection, Matrix, Store, Vector, fill_line, limits, rising

#: A kWh for own use is worth this much more than it is, and one from or to the grid this much less: of choices that are
#: equally good, own use comes first, and the grid is left for later.
TIE = 1e-9


class Move(NamedTuple):
    """What a store did in a step, kWh.

    Attributes:
        charged_kwh: Taken, at its terminals.
        given_kwh: Given, at its terminals; one of the two is 0.
        stored_kwh: What it holds then.
    """

    charged_kwh: float
    given_kwh: float
    stored_kwh: float


@njit(cache=True, forceinline=True, borrows=True)
def _best_taken(
    pieces: tuple[int, int, bool],
    line: Matrix,
    store: Store,
    stored_kwh: float,
    other: int,
    upto_kwh: Vector,
    value: Vector,
) -> tuple[float, float]:
    """Return how much it is best to take, kWh at the terminals, and what that gains.

    Args:
        pieces: How many the step has, how many of them give, and whether their prices rise.
        line: What the step costs.
        store: The store.
        stored_kwh: What it holds.
        other: The piece of worth in which this lies, or at whose end.
        upto_kwh: What a kWh is worth after the step, shape (piece,).
        value: The same.
    """
    count, giving, convex = pieces
    level, full = stored_kwh, store.battery.capacity_kwh
    taken = best = gain = most = 0.0
    for own in range(giving, count):
        left = line[WIDTH, own]
        while left > 0.0 and level < full:
            while upto_kwh[other] <= level:
                other += 1
            margin = value[other] - line[PRICE, own] + TIE * (2.0 * line[OWN, own] - 1.0)
            if convex and margin <= 0.0:
                return best, most
            if upto_kwh[other] - level < left:
                width = upto_kwh[other] - level
                level, left = upto_kwh[other], left - width
                taken += width / store.battery.charge_efficiency
            else:
                width = left
                level, left, taken = level + left, 0.0, line[EDGE, own + 1]
            gain += width * margin
            if gain > most:
                best, most = taken, gain
    return best, most


@njit(cache=True, forceinline=True, borrows=True)
def _best_given(
    pieces: tuple[int, int, bool],
    line: Matrix,
    store: Store,
    stored_kwh: float,
    other: int,
    upto_kwh: Vector,
    value: Vector,
) -> tuple[float, float]:
    """Return how much it is best to give, kWh at the terminals, and what that gains; arguments as of `_best_taken`."""
    _, giving, convex = pieces
    level, empty = stored_kwh, store.battery.minimum_kwh
    given = best = gain = most = 0.0
    for own in range(giving - 1, -1, -1):
        left = line[WIDTH, own]
        while left > 0.0 and level > empty:
            while other > 0 and upto_kwh[other - 1] >= level:
                other -= 1
            low = max(upto_kwh[other - 1], empty) if other > 0 else empty
            margin = line[PRICE, own] - value[other] + TIE * (2.0 * line[OWN, own] - 1.0)
            if convex and margin <= 0.0:
                return best, most
            if level - low < left:
                width = level - low
                level, left = low, left - width
                given += width * store.battery.discharge_efficiency
            else:
                width = left
                level, left, given = level - left, 0.0, -line[EDGE, own]
            gain += width * margin
            if gain > most:
                best, most = given, gain
    return best, most


@njit(cache=True, forceinline=True, borrows=True)
def follow(wanted_kwh: float, connection: Connection, store: Store, stored_kwh: float) -> Move:
    """Return what the store does if it is told what to do: as much of it as it can, and may.

    Args:
        wanted_kwh: What it shall take (> 0) or give (< 0), at its terminals; no number: nothing.
        connection: What it finds at its owner's meter.
        store: The store.
        stored_kwh: What it holds.
    """
    gives_kwh, takes_kwh = limits(connection, store)
    if wanted_kwh > 0.0:
        charged_kwh, stored_kwh = charge(store.battery, stored_kwh, min(wanted_kwh, takes_kwh))
        return Move(charged_kwh, 0.0, stored_kwh)
    if wanted_kwh < 0.0:
        given_kwh, stored_kwh = discharge(store.battery, stored_kwh, min(-wanted_kwh, gives_kwh))
        return Move(0.0, given_kwh, stored_kwh)
    return Move(0.0, 0.0, stored_kwh)


@njit(cache=True, forceinline=True, borrows=True)
def dispatch(
    connection: Connection, store: Store, stored_kwh: float, upto_kwh: Vector, value: Vector, line: Matrix
) -> Move:
    """Return what the store does in a step: what is best by the prices now and by what stored energy is worth then.

    It looks at every point where the cost or the worth bends, so the choice is the best of all also where a price is negative
    or export pays more than import costs.

    Args:
        connection: What it finds at its owner's meter.
        store: The store.
        stored_kwh: What it holds.
        upto_kwh: What a kWh is worth after the step up to each level, as in `plan`, shape (piece,).
        value: The same.
        line: Room for the pieces of a step.
    """
    return choose(line_up(connection, store, line), connection, store, stored_kwh, upto_kwh, value, line)


@njit(cache=True, forceinline=True, borrows=True)
def line_up(connection: Connection, store: Store, line: Matrix) -> tuple[int, int, bool]:
    """Write what a step costs; return how many pieces it has, how many of them give, and whether their prices rise.

    Args:
        connection: What the store finds at its owner's meter.
        store: The store.
        line: Is filled in.
    """
    count, giving = fill_line(connection, store, line)
    return count, giving, rising(count, line)


@njit(cache=True, forceinline=True, borrows=True)
def choose(
    pieces: tuple[int, int, bool],
    connection: Connection,
    store: Store,
    stored_kwh: float,
    upto_kwh: Vector,
    value: Vector,
    line: Matrix,
) -> Move:
    """Return what the store does in a step whose pieces are written already; arguments as of `dispatch` and `line_up`."""
    other, full = 0, store.battery.capacity_kwh
    while upto_kwh[other] < min(stored_kwh, full):  # a full store may hold a last digit more than its capacity
        other += 1
    wanted_kwh, gain = _best_taken(pieces, line, store, stored_kwh, other, upto_kwh, value)
    if gain <= 0.0 or not pieces[2]:  # of a convex line one side gains at most
        given_kwh, other_gain = _best_given(pieces, line, store, stored_kwh, other, upto_kwh, value)
        if other_gain >= gain:
            wanted_kwh = -given_kwh
    return follow(wanted_kwh, connection, store, stored_kwh)
