"""What a store can do in a step, and what each of it costs: pieces of a line, from all that it gives to all that it takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.control.storage import Battery

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: The most pieces that a step has: its line bends where the store rests, where the home's meter rests, and at a cap.
PIECES = 4

#: A piece shorter than this, kWh, is a residue of rounding.
SLIVER_KWH = 1e-12


class Store(NamedTuple):
    """A battery with what its owner wants of it; a step's energy is at the terminals.

    Attributes:
        battery: What it can do.
        standby_kwh: What it uses in each step, whatever it does, at its owner's meter.
        wear_price: What each kWh that it gives costs by wearing it out.
        grid_charge: Whether it may take more than its owner's surplus.
        feed_in: Whether it may give more than its owner lacks.
        inverter_kwh: The most that it and its owner's roof give together in a step at an inverter that they share; infinite:
            each has its own.
    """

    battery: Battery
    standby_kwh: float
    wear_price: float
    grid_charge: bool
    feed_in: bool
    inverter_kwh: float = np.inf


class Connection(NamedTuple):
    """What a store finds at its owner's meter in a step.

    Attributes:
        need_kwh: What the owner lacks (> 0) or has to spare (< 0).
        import_price: Of a kWh that comes in.
        export_price: Of a kWh that goes out; may be above the other one, and both may be negative.
        most_import_kwh: From here on each kWh that comes in makes a peak; infinite: none does.
        present: Share of the step in which the store is there, 0..1; a car is not always.
        peak_price: What a kWh that makes a peak costs on top.
    """

    need_kwh: float
    import_price: float
    export_price: float
    most_import_kwh: float
    present: float
    peak_price: float


#: Rows of a line, what a step's energy costs as the store takes more and more, an array of shape (row, PIECES + 1), pieces in
#: order: where pieces begin and end, kWh at the terminals, given < 0, taken > 0; what is stored within each, inside; what
#: another stored kWh costs within it; and whether it serves the owner alone (1): takes of its surplus, gives for its need.
#: One array and not a record of four: compiled code counts references to each array that it hands on.
EDGE, WIDTH, PRICE, OWN = range(4)


@njit(cache=True, forceinline=True)
def new_line() -> Matrix:
    """Return room for the pieces of a step."""
    return np.empty((4, PIECES + 1))


@njit(cache=True, forceinline=True, borrows=True)
def beside_roof(store: Store, roof_kwh: float) -> Store:
    """Return a store as it is in a step in which the roof takes a part of the inverter that they share.

    Args:
        store: The store.
        roof_kwh: What the roof gives in the step.
    """
    battery, left_kwh = store.battery, max(store.inverter_kwh - roof_kwh, 0.0)
    limited = Battery(
        battery.capacity_kwh, battery.minimum_kwh, battery.charge_step_kwh, min(battery.discharge_step_kwh, left_kwh),
        battery.charge_efficiency, battery.discharge_efficiency,
    )  # fmt: skip
    # What the roof takes is known now: a surplus, which may be another's, says no more of it.
    return Store(limited, store.standby_kwh, store.wear_price, store.grid_charge, store.feed_in, np.inf)


@njit(cache=True, forceinline=True, borrows=True)
def limits(connection: Connection, store: Store) -> tuple[float, float]:
    """Return the most that a store can and may give and take in a step, were it neither full nor empty, kWh.

    Of an inverter that it shares, its owner's surplus takes a part: so much at least the roof gives.

    Args:
        connection: What it finds at the meter.
        store: The store.
    """
    need_kwh = connection.need_kwh + store.standby_kwh
    gives_kwh = connection.present * store.battery.discharge_step_kwh
    takes_kwh = connection.present * store.battery.charge_step_kwh
    gives_kwh = min(gives_kwh, max(store.inverter_kwh - max(-connection.need_kwh, 0.0), 0.0))
    if not store.feed_in:
        gives_kwh = min(gives_kwh, max(need_kwh, 0.0))
    if not store.grid_charge:
        takes_kwh = min(takes_kwh, max(-need_kwh, 0.0))
    return gives_kwh, takes_kwh


@njit(cache=True, forceinline=True, borrows=True)
def fill_line(connection: Connection, store: Store, line: Matrix) -> tuple[int, int]:
    """Write the pieces of a step, from all that the store gives to all that it takes.

    Args:
        connection: What it finds at the meter.
        store: What it can do, were it neither full nor empty.
        line: Is filled in.

    Returns:
        How many pieces there are, and how many of them give.
    """
    battery, need_kwh = store.battery, connection.need_kwh + store.standby_kwh
    gives_kwh, takes_kwh = limits(connection, store)
    low, last = -gives_kwh, takes_kwh
    count, giving = 0, 0
    line[EDGE, 0] = low
    while last - low > SLIVER_KWH:
        high = last
        for edge in (0.0, -need_kwh, connection.most_import_kwh - need_kwh):
            if edge - low > SLIVER_KWH and edge < high:
                high = edge
        middle = 0.5 * (low + high)
        met_kwh = need_kwh + middle
        price = connection.export_price if met_kwh < 0.0 else connection.import_price
        if met_kwh > connection.most_import_kwh:
            price += connection.peak_price
        if middle < 0.0:
            giving += 1
            line[WIDTH, count] = (high - low) / battery.discharge_efficiency
            line[PRICE, count] = battery.discharge_efficiency * (price - store.wear_price)
        else:
            line[WIDTH, count] = (high - low) * battery.charge_efficiency
            line[PRICE, count] = price / battery.charge_efficiency
        line[OWN, count] = 1.0 if (middle < 0.0) == (met_kwh > 0.0) else 0.0
        count += 1
        line[EDGE, count] = low = high
    return count, giving


@njit(cache=True, forceinline=True, borrows=True)
def rising(count: int, line: Matrix) -> bool:
    """Tell whether each piece costs no less than the one before, as it does unless a price is negative or export pays more."""
    for piece in range(1, count):  # noqa: SIM110  a generator does not compile
        if line[PRICE, piece] < line[PRICE, piece - 1]:
            return False
    return True


@njit(cache=True, forceinline=True, borrows=True)
def pool(count: int, line: Matrix) -> int:
    """Pool neighbouring pieces until prices rise: the line becomes the highest convex one that is nowhere above it.

    It is what the step would cost if the store could divide its time between two of its choices. Pooling adjacent violators,
    as in isotonic regression (Ayer et al. 1955, doi:10.1214/aoms/1177728423).

    Args:
        count: How many pieces there are.
        line: Its widths and prices are changed; edges and owners of pooled pieces mean nothing afterwards.

    Returns:
        How many pieces are left.
    """
    kept = 0
    for piece in range(count):
        width, price = line[WIDTH, piece], line[PRICE, piece]
        while kept > 0 and line[PRICE, kept - 1] > price:
            kept -= 1
            whole = line[WIDTH, kept] + width
            price = (line[WIDTH, kept] * line[PRICE, kept] + width * price) / whole
            width = whole
        line[WIDTH, kept], line[PRICE, kept] = width, price
        kept += 1
    return kept
