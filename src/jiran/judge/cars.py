"""Cars that charge by plans, as a bound knows them: when each is there, what it must hold when it leaves, and what it drove."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control.storage import Battery
from jiran.judge.programme import Held
from jiran.nothing import NOTHING_KWH
from jiran.result.cars import cars_of

if TYPE_CHECKING:
    from jiran.result.result import Result

Array = NDArray[np.float64]


class Departures(NamedTuple):
    """How cars left.

    Attributes:
        many: How often one left.
        missed: How often one held less than it should.
        missing_kwh: By how much, in all.
    """

    many: int
    missed: int
    missing_kwh: float


def departures(result: Result) -> Departures | None:
    """Return how cars that charge by plans left in a run; None if there are none."""
    if not result.scenario.ev.planned or not result.flows.fleet.homes.size:
        return None
    leaving_kwh = cars_of(result).leaving_kwh
    missing_kwh = np.maximum(leaving_kwh - _before(result), 0.0)
    return Departures(
        int(np.count_nonzero(leaving_kwh)), int(np.count_nonzero(missing_kwh > NOTHING_KWH)), float(missing_kwh.sum())
    )


def cars_held(result: Result, most: int, notes: list[str]) -> list[Held]:
    """Return the cars of a run that charge by plans, as stores of the programme.

    Each may charge, and with v2g give, whenever it is there. It leaves with what it should hold, or with what it held in the
    run if that is less, and drives what it drove then. Below its reserve it gives nothing.

    Args:
        result: The run.
        most: More cars than this are taken for one, at least 1.
        notes: What was assumed is added.
    """
    ev, cars = result.scenario.ev, result.flows.fleet.homes.size
    if not ev.planned or not cars:
        return []
    plan, calendar, out = cars_of(result), ev.calendar, result.flows.outputs
    start_kwh, end_kwh = result.start.ev_stored_kwh, out.ev_stored_kwh[-1]
    takes_kwh = plan.present * plan.step_kwh
    columns = [
        takes_kwh, takes_kwh * (ev.charging == "v2g"), out.ev_driven_kwh,
        _least_kwh(plan.present, plan.leaving_kwh, _before(result), out.ev_driven_kwh, start_kwh, _reserve_kwh(result)),
    ]  # fmt: skip
    if plan.overrides:
        notes.append("at the optimum a car need not charge at once where its driver says so: the cost is a lower bound")
    if cars > most:
        notes.append("cars that charge by plans are many, and taken for one: the cost is a lower bound")
        columns = [array.sum(axis=1, keepdims=True) for array in columns]
    many = columns[0].shape[1]
    starts, ends = start_kwh, np.minimum(start_kwh, end_kwh)
    if many < cars:
        starts, ends = starts.sum(keepdims=True), ends.sum(keepdims=True)
    takes, gives, used, least = columns
    capacity_kwh, efficiency = calendar.capacity_kwh * cars / many, (calendar.efficiency, calendar.discharge_efficiency)
    return [
        Held(
            Battery(capacity_kwh, 0.0, float(takes[:, at].max()), float(gives[:, at].max()), *efficiency),
            float(starts[at]), float(ends[at]), gives[:, at], takes[:, at], used[:, at], least[:, at],
        )
        for at in range(many)
    ]  # fmt: skip


def _reserve_kwh(result: Result) -> float:
    ev = result.scenario.ev
    return ev.calendar.reserve_soc * ev.calendar.capacity_kwh * (ev.charging == "v2g")


def _before(result: Result) -> Array:
    """Return what each car held before each step, kWh, shape (step, car)."""
    stored: Array = np.vstack([result.start.ev_stored_kwh[None, :], result.flows.outputs.ev_stored_kwh[:-1]])
    return stored


def _least_kwh(
    present: Array, leaving_kwh: Array, before_kwh: Array, driven_kwh: Array, start_kwh: Array, reserve_kwh: float
) -> Array:
    """Return the least that cars may hold at the end of each step, kWh, shape (step, car).

    Only a trip brings a car below its reserve, and then it gives nothing until it has charged: so from a trip on it holds at least
    what it had left of the least with which it may leave.

    Args:
        present: Share of each step in which each is there, shape (step, car).
        leaving_kwh: What each should hold when it leaves in a step, or 0, shape (step, car).
        before_kwh: What it held in the run before the step.
        driven_kwh: What it drove, booked when it is back.
        start_kwh: What it held at the start, shape (car,).
        reserve_kwh: Below it a car gives nothing.
    """
    least, now = np.empty_like(driven_kwh), np.minimum(start_kwh, reserve_kwh)
    for step in range(len(least)):
        must = np.minimum(leaving_kwh[step], before_kwh[step])
        if step:
            least[step - 1] = np.maximum(least[step - 1], must)
        now = np.maximum(np.maximum(now, must) - driven_kwh[step], 0.0)
        now = np.where(present[step] > 0.0, np.minimum(now, reserve_kwh), now)
        least[step] = now
    return least
