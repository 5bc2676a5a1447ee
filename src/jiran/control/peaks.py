"""Peaks: the highest import of a month so far, which counts until the next begins, and up to where a store may let it grow."""

from __future__ import annotations

import numpy as np

from jiran.compiled import njit
from jiran.control.storage import charge, discharge
from jiran.control.store import Connection, Flags, Matrix, Store, Vector, limits

#: The lowest peak that a store could have kept is found to this part of the highest.
_HALVINGS = 20


@njit(cache=True, forceinline=True, borrows=True)
def begins(step: int, month_begins: Flags) -> bool:
    """Tell whether a month begins with a step."""
    found: bool = step < month_begins.size and month_begins[step]
    return found


@njit(cache=True, forceinline=True, borrows=True)
def forget(step: int, month_begins: Flags, peak_kwh: Vector) -> None:
    """Forget what the last month has seen, if a month begins.

    Args:
        step: Which step of the run.
        month_begins: With which steps months begin.
        peak_kwh: The highest that came in, of each store; is changed.
    """
    if begins(step, month_begins):
        for at in range(peak_kwh.size):
            peak_kwh[at] = 0.0


@njit(cache=True)
def _keeps(most_kwh: float, need_kwh: Vector, store: Store) -> bool:
    """Tell whether a store that begins full could keep what comes in below a level.

    It takes all that it may below the level, and gives what lies above.

    Args:
        most_kwh: The level.
        need_kwh: What its owner lacks (> 0) or has to spare (< 0), shape (step,).
        store: The store.
    """
    stored_kwh = store.battery.capacity_kwh
    for step in range(need_kwh.size):
        gives_kwh, takes_kwh = limits(Connection(need_kwh[step], 0.0, 0.0, np.inf, 1.0, 0.0), store)
        over_kwh = need_kwh[step] + store.standby_kwh - most_kwh
        if over_kwh <= 0.0:
            stored_kwh = charge(store.battery, stored_kwh, min(-over_kwh, takes_kwh))[1]
        else:
            given_kwh, stored_kwh = discharge(store.battery, stored_kwh, min(over_kwh, gives_kwh))
            if given_kwh < over_kwh:
                return False
    return True


@njit(cache=True)
def lowest_peak(need_kwh: Vector, store: Store) -> float:
    """Return the lowest peak that a store could keep that begins full, as energy of a step, but for a millionth.

    Args:
        need_kwh: What its owner lacks (> 0) or has to spare (< 0), shape (step,).
        store: The store.
    """
    low, high = 0.0, store.standby_kwh
    for kwh in need_kwh:
        high = max(high, kwh + store.standby_kwh)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _keeps(middle, need_kwh, store):
            high = middle
        else:
            low = middle
    return high


@njit(cache=True)
def expect_worst(need_kwh: Matrix, day: int, worst_kwh: Vector) -> None:
    """Fill in the most that may be needed in each step, or half an hour before or after, or in the steps beside it.

    Args:
        need_kwh: What may be needed, shape (scenario, step).
        day: Steps of a day.
        worst_kwh: Is filled in, shape (step,).
    """
    steps, around = worst_kwh.size, max(1, day // 48)
    for step in range(steps):
        worst_kwh[step] = -np.inf
        for other in range(max(0, step - around), min(steps, step + around + 1)):
            for row in range(need_kwh.shape[0]):
                worst_kwh[step] = max(worst_kwh[step], need_kwh[row, other])
