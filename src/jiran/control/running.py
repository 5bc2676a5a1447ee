"""Stores through time by themselves: the plan of each once a day, and its move in each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jiran.compiled import at_first_call
from jiran.control import signature as kinds
from jiran.control.days import (
    ALWAYS,
    FINE,
    GIVEN,
    MEMORY,
    NO_ROOM,
    STORES,
    UNSOUND,
    WAY,
    Given,
    Stores,
    Way,
    plan_day,
    store_at,
)
from jiran.control.dispatch import dispatch, follow
from jiran.control.memory import remember
from jiran.control.peaks import forget
from jiran.control.store import Connection, Matrix, new_line

if TYPE_CHECKING:
    from jiran.control.controlling.base import Control
    from jiran.control.forecasting.base import Fill
    from jiran.control.memory import Memory

__all__ = ["FINE", "NO_ROOM", "UNSOUND", "Given", "Moves", "Stores", "Way", "run"]


class Moves(NamedTuple):
    """What stores did, kWh, shape (step, store); is filled in."""

    charged_kwh: Matrix
    given_kwh: Matrix
    stored_kwh: Matrix


_LIVE = kinds.nothing(
    kinds.WHOLE, kinds.WHOLE, kinds.WHOLE, WAY, kinds.DIRECTS, GIVEN, STORES, MEMORY,
    kinds.record(Moves, kinds.MATRIX, kinds.MATRIX, kinds.MATRIX),
)  # fmt: skip


@at_first_call(_LIVE, cache=True, nogil=True)
def _live(
    first: int,
    last: int,
    count: int,
    way: Way,
    direct: Control,
    given: Given,
    stores: Stores,
    memory: Memory,
    moves: Moves,
) -> None:
    """Run stores through the steps of a day, or of a part of it; arguments as of `run`."""
    line = new_line()
    planned, peak_kwh, most_import_kwh = memory.planned, memory.peak_kwh, memory.most_import_kwh
    for step in range(first, last):
        forget(step, given.month_begins, peak_kwh)
        now, import_price, export_price = count + step - first, given.import_price[step], given.export_price[step]
        row = now % way.day + 1
        for at in range(stores.capacity_kwh.size):
            need_kwh, stored_kwh, store = given.need_kwh[step, at], memory.stored_kwh[at], store_at(at, stores)
            most_kwh = max(most_import_kwh[row - 1, at], peak_kwh[at]) if planned[at] else np.inf
            connection = Connection(need_kwh, import_price, export_price, most_kwh, 1.0, way.peak_price)
            if planned[at]:
                move = dispatch(connection, store, stored_kwh, memory.upto_kwh[row, at], memory.value[row, at], line)
            else:
                wanted_kwh = direct(
                    need_kwh + store.standby_kwh, stored_kwh, import_price, export_price, store, way.parameters
                )
                move = follow(wanted_kwh, connection, store, stored_kwh)
            memory.stored_kwh[at] = move.stored_kwh
            moves.charged_kwh[step, at], moves.given_kwh[step, at] = move.charged_kwh, move.given_kwh
            moves.stored_kwh[step, at] = move.stored_kwh
            met_kwh = need_kwh + store.standby_kwh + move.charged_kwh - move.given_kwh
            peak_kwh[at] = max(peak_kwh[at], met_kwh)
            if way.forecasts:
                remember(at, now, need_kwh, memory)


def run(
    first: int,
    last: int,
    count: int,
    way: Way,
    expect: Fill,
    control: Control,
    direct: Control,
    given: Given,
    stores: Stores,
    memory: Memory,
    moves: Moves,
) -> tuple[int, int]:
    """Run stores through the steps first <= step < last.

    Args:
        first: The first step.
        last: The step after the last.
        count: How many steps were before the first, in this run and before it.
        way: How they are run.
        expect: The forecast; one in plain Python, or such a controller, makes all of it run so.
        control: The controller that plans; is not called if nothing is planned.
        direct: Says what to do while nothing is planned.
        given: What they find.
        stores: The stores.
        memory: What they carry; is changed.
        moves: Is filled in.

    Returns:
        How it ended, and the first step that was not run.
    """
    compiled = all(hasattr(function, "signatures") for function in (expect, control, direct))
    planning, living = (plan_day, _live) if compiled else (plain(plan_day), plain(_live))
    step = first
    while step < last:
        now = count + step - first
        if way.horizon > 0 and now % way.day == 0:
            fault, _ = planning(0, step, now, way, expect, control, given, ALWAYS, stores, memory)
            if fault != FINE:
                return fault, step
        until = min(last, step + way.day - now % way.day)
        living(step, until, now, way, direct, given, stores, memory, moves)
        step = until
    return FINE, last


def plain(function: Control) -> Control:
    """Return a compiled function as plain Python, which may call functions that are not compiled."""
    found: Control = getattr(function, "py_func", function)
    return found
