"""A plan for several futures, each as likely: what stored energy is worth is the mean over them, step by step.

A plan for the mean of what may come keeps nothing for what comes now and then. Here each step has its need in each future, and
what a kWh is worth before it is the mean of what it is worth in each. The mean has more pieces than any of them, so it is kept on
cells of equal size: at their edges the cost is exact, within a cell a kWh is worth the mean.
"""

from __future__ import annotations

import numpy as np

from jiran.compiled import njit
from jiran.control.plan import Ahead, connection_at, earlier_worth, raise_below
from jiran.control.store import PIECES, Matrix, Store, Vector, fill_line, new_line


@njit(cache=True)
def _add_mean(weight: float, store: Store, upto_kwh: Vector, value: Vector, cells: Vector, mean: Vector) -> None:
    """Add a worth to the cells of a mean.

    Args:
        weight: By which it counts.
        store: For its levels.
        upto_kwh: The worth, shape (piece,).
        value: The same.
        cells: Up to which level each cell goes, shape (cell,).
        mean: Is added to, shape (cell,).
    """
    low, piece = store.battery.minimum_kwh, 0
    for cell in range(mean.size):
        at, total = low, 0.0
        while at < cells[cell]:
            while upto_kwh[piece] <= at:
                piece += 1
            edge = min(upto_kwh[piece], cells[cell])
            total += (edge - at) * value[piece]
            at = edge
        mean[cell] += weight * total / (cells[cell] - low)
        low = cells[cell]


@njit(cache=True)
def plan_for_all(need_kwh: Matrix, ahead: Ahead, store: Store, count: int, upto_kwh: Matrix, value: Matrix) -> bool:
    """Fill in what one more stored kWh is worth before each coming step, as the mean over what may come.

    Args:
        need_kwh: What the owner may lack (> 0) or have to spare (< 0), shape (scenario, step), rows equally likely.
        ahead: What is known.
        store: The store.
        count: How many cells the store has.
        upto_kwh: As of `plan.plan`: the last row is given, the others are filled in.
        value: The same.

    Returns:
        Whether there was room for all pieces.
    """
    battery, line = store.battery, new_line()
    room = battery.capacity_kwh - battery.minimum_kwh
    if room <= 0.0:
        upto_kwh[:, 0], value[:, 0] = battery.capacity_kwh, 0.0
        return True
    if count + 1 > value.shape[1]:
        return False
    found_kwh, found = np.empty((1, value.shape[1] + PIECES)), np.empty((1, value.shape[1] + PIECES))
    for step in range(need_kwh.shape[1] - 1, -1, -1):
        cells, mean = upto_kwh[step, :count], value[step, :count]
        for cell in range(count):
            cells[cell], mean[cell] = battery.minimum_kwh + room * (cell + 1) / count, 0.0
        cells[count - 1] = battery.capacity_kwh
        for scenario in range(need_kwh.shape[0]):
            number, giving = fill_line(connection_at(step, need_kwh[scenario, step], ahead), store, line)
            if not earlier_worth(number, giving, line, store, step + 1, upto_kwh, value, 0, found_kwh, found):
                return False
            _add_mean(1.0 / need_kwh.shape[0], store, found_kwh[0], found[0], cells, mean)
        for cell in range(1, count):  # a mean of falling values falls, but for its last digit
            mean[cell] = min(mean[cell], mean[cell - 1])
        if not raise_below(ahead.target_kwh[step], store, upto_kwh[step], value[step]):
            return False
    return True
