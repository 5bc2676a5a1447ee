"""What stored energy was worth to stores that plan, in the steps of a day: their plans are made again from what a run found.

A run keeps the plans of its last day alone. What stores held and what their owners needed until a day is in the run, and a plan
depends on nothing else, so each plan before it can be made again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.control import find_controller
from jiran.control.peaks import begins
from jiran.homes.profiles import needs_kwh
from jiran.simulation.at_home import at_home
from jiran.simulation.cars import cars
from jiran.simulation.setting import prepare
from jiran.simulation.street import street

if TYPE_CHECKING:
    from jiran.result.result import Result
    from jiran.simulation.controlled import Controlled
    from jiran.simulation.setting import Setting

Array = NDArray[np.float64]

#: Whose stores, as a scenario names them.
Who = Literal["home_battery", "battery", "ev"]
#: No more plans than this are made again.
MOST_PLANS = 20_000


class Worth(NamedTuple):
    """What a stored kWh was worth in the steps of a day.

    Attributes:
        first: The first step of the day.
        planned: Which stores had a plan, shape (store,).
        upto_kwh: Levels at the end of a step, as in `control.plan`, shape (step, store, piece).
        value: What a kWh up to each of them was worth, the same.
    """

    first: int
    planned: NDArray[np.bool_]
    upto_kwh: Array
    value: Array

    def at(self, store: int, step: int, held_kwh: float) -> float | None:
        """Return what another stored kWh was worth after a step, or the last one where the store is full; None without a plan.

        Args:
            store: Which store.
            step: Of the run.
            held_kwh: What it held then.
        """
        if not self.planned[store] or not 0 <= step - self.first < self.value.shape[0]:
            return None
        upto_kwh = self.upto_kwh[step - self.first, store]
        pieces = int(np.argmax(upto_kwh)) + 1
        place = min(int(np.searchsorted(upto_kwh[:pieces], held_kwh, side="right")), pieces - 1)
        return float(self.value[step - self.first, store, place])


def worth_of_day(result: Result, who: Who, step: int) -> Worth | None:
    """Return what stored energy was worth on the day of a step; None where nothing is planned, or too much would have to be again.

    Args:
        result: The run.
        who: Whose stores.
        step: Of the run.
    """
    scenario, out = result.scenario, result.flows.outputs
    plans = scenario.ev.planned if who == "ev" else find_controller(getattr(scenario, who).controller).horizon_h > 0
    if not plans:
        return None
    setting = prepare(scenario, profiles=result.flows.profiles, state=result.start)
    if who == "ev":
        device, held_kwh, taken_kwh = cars(setting), out.ev_stored_kwh, out.ev_charged_kwh - out.ev_supplied_kwh
        need_kwh = needs_kwh(result.flows.profiles, device.record.homes)
    elif who == "battery":
        device, held_kwh = street(setting), out.soc_kwh[:, None]
        need_kwh, taken_kwh = _of_street(result)
    else:
        device, held_kwh = at_home(setting), out.home_stored_kwh
        taken_kwh = result.flows.home_charged_kwh - result.flows.home_given_kwh
        need_kwh = _of_homes(result, together=device.record.way.together)
    way, before = device.record.way, device.record.before
    day = (before + step) // way.day
    if not device.record.homes.size or way.horizon == 0 or (day + 1) * device.record.homes.size > MOST_PLANS:
        return None
    return _made_again(device, setting, step, need_kwh, held_kwh, taken_kwh)


def _made_again(
    device: Controlled, setting: Setting, step: int, need_kwh: Array, held_kwh: Array, taken_kwh: Array
) -> Worth:
    """Return the plans of the day of a step, after those of the days before it.

    Args:
        device: The stores as they are before the run.
        setting: Of the run.
        step: Of the run.
        need_kwh: What owners needed, shape (step, store).
        held_kwh: What stores held at the end of each step, the same.
        taken_kwh: What they took less what they gave, the same.
    """
    steps, way, begun, at = setting.timeline.steps, device.record.way, device.record.before, 0
    device.until(0, steps)
    while (until := at + way.day - (begun + at) % way.day) <= step:
        for now in range(at, until):
            peak_kwh = device.memory.peak_kwh
            if begins(now, device.record.given.month_begins):
                peak_kwh[:] = 0.0
            np.maximum(peak_kwh, need_kwh[now] + taken_kwh[now], out=peak_kwh)
            if way.forecasts:
                _remember(device.memory.past_kwh, begun + now, need_kwh[now])
        device.memory.stored_kwh[:] = held_kwh[until - 1]
        at = until
        device.until(at, steps)
    memory, offset = device.memory, (begun + at) % way.day
    last = min(way.day, offset + steps - at)
    rows = slice(offset + 1, last + 1)
    upto_kwh, value = memory.upto_kwh[rows].copy(), memory.value[rows].copy()
    return Worth(first=at, planned=memory.planned.copy(), upto_kwh=upto_kwh, value=value)


def _remember(past_kwh: Array, count: int, need_kwh: Array) -> None:
    """Keep what owners needed in a step, as `control.memory.remember` does for one.

    Args:
        past_kwh: Is changed, shape (store, 2 * steps that are kept).
        count: How many steps were before.
        need_kwh: Shape (store,).
    """
    kept = past_kwh.shape[1] // 2
    place = count if count < 2 * kept else kept + count % kept
    past_kwh[:, place] = need_kwh
    if place + 1 == 2 * kept:
        past_kwh[:, :kept] = past_kwh[:, kept:]


def _of_homes(result: Result, *, together: bool) -> Array:
    """Return what owners of batteries needed before these acted, shape (step, store); run for the street, that of all homes."""
    flows, out, profiles = result.flows, result.flows.outputs, result.flows.profiles
    # In the order of the kernel: a plan has another piece for the last digit of a need.
    net = profiles.generation_kwh - profiles.load_kwh - profiles.ev_kwh
    net[:, flows.fleet.homes] += out.ev_supplied_kwh - out.ev_lent_kwh - out.ev_charged_kwh
    if together:
        return np.repeat(-np.cumsum(net, axis=1)[:, -1:], flows.battery_homes.size, axis=1)
    return np.ascontiguousarray(-net[:, flows.battery_homes])


def _of_street(result: Result) -> tuple[Array, Array]:
    """Return what the community battery had to do and what it took less what it gave, shape (step, 1) each.

    It had to do what it traded, and beyond that the larger side of what the market left.
    """
    kwh = result.settlement.step_kwh
    surplus, deficit = (
        kwh["battery_charged_kwh"] + kwh["grid_export_kwh"] + kwh["curtailed_kwh"],
        kwh["battery_drawn_kwh"] + kwh["grid_import_kwh"],
    )
    need = np.where(surplus > deficit, -surplus, deficit)
    taken = (
        kwh["battery_charged_kwh"] - kwh["battery_drawn_kwh"] + kwh["battery_import_kwh"] - kwh["battery_export_kwh"]
    )
    # A peak is of the street, which has both sides.
    other = need - (deficit - surplus)
    traded = kwh["battery_sold_kwh"] - kwh["battery_bought_kwh"]
    return (need + traded)[:, None], (taken - traded - other)[:, None]
