"""What stores carry from step to step: all that the next step needs, so that a run cut in two is the whole run.

A day begins with the first step of the first run, and again after each `day` steps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.compiled import njit
from jiran.control.store import Flags, Matrix, Vector

Cube = NDArray[np.float64]


class Memory(NamedTuple):
    """What stores carry from step to step; arrays are changed.

    Attributes:
        stored_kwh: What each holds, shape (store,).
        past_kwh: What its owner needed, the newest before the place of now, shape (store, 2 * steps that are kept).
        upto_kwh: The worth of stored energy of the day, as in `plan`, shape (day + 1, store, piece): a step looks at all stores.
        value: The same.
        end_upto_kwh: What it was worth a day before the end of the last plan, shape (store, piece).
        end_value: The same.
        planned: Whether there is a plan, shape (store,).
        peak_kwh: The highest that came in through its owner's meter in a step of this month, shape (store,).
        most_import_kwh: From here on, by the plan of the day, each kWh that comes in makes a peak, shape (day, store).
        held_back_kwh: What each did not take from the grid since it came, because the street took too much, shape (store,); of cars.
    """

    stored_kwh: Vector
    past_kwh: Matrix
    upto_kwh: Cube
    value: Cube
    end_upto_kwh: Matrix
    end_value: Matrix
    planned: Flags
    peak_kwh: Vector
    most_import_kwh: Matrix
    held_back_kwh: Vector


def first_memory(stored_kwh: Vector, day: int, kept_days: int, pieces: int) -> Memory:
    """Return what stores remember before the first step.

    Args:
        stored_kwh: What each holds, shape (store,).
        day: Steps of a day.
        kept_days: So many days of the past are kept.
        pieces: Room for the pieces of a plan.
    """
    stores = stored_kwh.size
    return Memory(
        stored_kwh=stored_kwh.copy(),
        past_kwh=np.zeros((stores, 2 * kept_days * day)),
        upto_kwh=np.zeros((day + 1, stores, pieces)),
        value=np.zeros((day + 1, stores, pieces)),
        end_upto_kwh=np.zeros((stores, pieces)),
        end_value=np.zeros((stores, pieces)),
        planned=np.zeros(stores, np.bool_),
        peak_kwh=np.zeros(stores),
        most_import_kwh=np.full((day, stores), np.inf),
        held_back_kwh=np.zeros(stores),
    )


def with_room(memory: Memory, pieces: int) -> Memory:
    """Return the same with room for plans of more pieces.

    Args:
        memory: Its arrays of pieces are copied, the others are handed on.
        pieces: How many.
    """

    def widened(array: Cube) -> Cube:
        return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, pieces - array.shape[-1])])

    return memory._replace(
        upto_kwh=widened(memory.upto_kwh),
        value=widened(memory.value),
        end_upto_kwh=widened(memory.end_upto_kwh),
        end_value=widened(memory.end_value),
    )


def copied(memory: Memory) -> Memory:
    """Return the same in arrays of its own."""
    copies: list[Any] = [array.copy() for array in memory]
    return Memory(*copies)


@njit(cache=True, forceinline=True, borrows=True)
def _place(count: int, kept: int) -> int:
    """Return the place of now among the steps that are kept, after so many steps."""
    return count if count < 2 * kept else kept + count % kept


@njit(cache=True, forceinline=True, borrows=True)
def remember(at: int, count: int, need_kwh: float, memory: Memory) -> None:
    """Keep what an owner needed in a step.

    Args:
        at: Which store.
        count: How many steps were before.
        need_kwh: What it lacked (> 0) or had to spare (< 0).
        memory: Is changed.
    """
    past = memory.past_kwh[at]
    kept = past.size // 2
    place = _place(count, kept)
    past[place] = need_kwh
    if place + 1 == past.size:  # the newest half begins a new round
        for step in range(kept):
            past[step] = past[kept + step]


@njit(cache=True)
def known(at: int, count: int, memory: Memory) -> Vector:
    """Return what an owner needed in the steps that are kept, the newest last, shape (past step,).

    Args:
        at: Which store.
        count: How many steps there were.
        memory: Where it is kept.
    """
    past = memory.past_kwh[at]
    kept = past.size // 2
    place = _place(count, kept)
    found: Vector = past[max(0, place - kept) : place]
    return found
