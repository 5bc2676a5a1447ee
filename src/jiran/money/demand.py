"""What the street's highest import of each month costs, and who pays it.

The meter is the street's own connection: what homes and the community battery take from the grid in a step, less what they
give. Who takes energy in the step of the peak has made it, so homes and the battery's fund share the charge by what each
takes then. A month that a run only touches is charged for what the run saw of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.homes.months import months_of
from jiran.nothing import NOTHING_KWH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiran.engine.energy import Flows
    from jiran.homes.months import Months
    from jiran.homes.timeline import Timeline

Array = NDArray[np.float64]


class Peak(NamedTuple):
    """The highest import of a month so far, which runs that go on in it pay no second time.

    Attributes:
        month: Which, as "2026-03".
        kw: Mean power of a step.
        without_battery_kw: The same if the community battery were not there.
    """

    month: str
    kw: float
    without_battery_kw: float


class Demand(NamedTuple):
    """What the peaks of a run cost.

    Attributes:
        months: Which months it touches, as "2026-03".
        steps: The step of the highest import of each, shape (month,).
        kw: That import, at least 0, shape (month,).
        due: What is paid for it, shape (month,).
        payment: What each home pays in all, shape (home,).
        by_battery: What the battery's fund pays.
        without_battery: What each home would pay if the battery were not there, shape (home,).
        left: For a run that goes on where this one ends.
    """

    months: tuple[str, ...]
    steps: NDArray[np.int64]
    kw: Array
    due: Array
    payment: Array
    by_battery: float
    without_battery: Array
    left: Peak

    @property
    def total(self) -> float:
        """What is paid in all."""
        return float(self.payment.sum() + self.by_battery)


def highest(net_kwh: Array, months: Months, step_h: float) -> tuple[NDArray[np.int64], Array]:
    """Return the step of the highest import of each month, and that import, kW, at least 0.

    Of steps that are equal but for rounding it is the first.

    Args:
        net_kwh: Import less export of the street, shape (step,).
        months: Those of the run.
        step_h: Length of a step.
    """
    by_month = [net_kwh[steps] for steps in months.steps()]
    place = [int((of_month >= of_month.max() - NOTHING_KWH).argmax()) for of_month in by_month]
    most_kwh = np.array([float(of_month.max()) for of_month in by_month])
    return months.begins[:-1] + np.array(place, np.int64), np.where(most_kwh > NOTHING_KWH, most_kwh, 0.0) / step_h


def demand(
    flows: Flows, step_kwh: Mapping[str, Array], charge: float, timeline: Timeline, before: Peak | None = None
) -> Demand:
    """Return what the peaks of a run cost, and whom.

    Args:
        flows: What moved.
        step_kwh: Each flow of all homes in each step, and what the battery itself took from the grid and gave to it.
        charge: Of a kW and month.
        timeline: For the calendar.
        before: What an earlier run saw of the month in which this one begins.
    """
    months = months_of(timeline)
    homes_kwh = step_kwh["grid_import_kwh"] - step_kwh["grid_export_kwh"]
    own_kwh = step_kwh["battery_import_kwh"] - step_kwh["battery_export_kwh"]
    alone_kwh = homes_kwh + step_kwh["battery_drawn_kwh"] - step_kwh["battery_charged_kwh"]
    seen = np.zeros((2, len(months.names)))
    if before is not None and before.month == months.names[0]:
        seen[:, 0] = before.kw, before.without_battery_kw
    steps, kw = highest(homes_kwh + own_kwh, months, timeline.step_h)
    alone_steps, alone_kw = highest(alone_kwh, months, timeline.step_h)
    due, alone_due = (charge * np.maximum(high - low, 0.0) for high, low in zip((kw, alone_kw), seen, strict=True))
    payment, without = np.zeros((2, flows.profiles.load_kwh.shape[1]))
    by_battery = 0.0
    for step, amount in zip(steps, due, strict=True):
        taken_kwh, own = _at(flows, "grid_import_kwh", step), float(flows.outputs.battery_import_kwh[step])
        if amount > 0.0:
            payment += amount * taken_kwh / (taken_kwh.sum() + own)
            by_battery += amount * own / (float(taken_kwh.sum()) + own)
    for step, amount in zip(alone_steps, alone_due, strict=True):
        if amount > 0.0:
            lacked_kwh = _at(flows, "grid_import_kwh", step) + _at(flows, "battery_drawn_kwh", step)
            without += amount * lacked_kwh / lacked_kwh.sum()
    left = Peak(months.names[-1], max(kw[-1], seen[0, -1]), max(alone_kw[-1], seen[1, -1]))
    return Demand(months.names, steps, kw, due, payment, by_battery, without, left)


def _at(flows: Flows, name: str, step: int) -> Array:
    """Return a flow of each home in a step, shape (home,)."""
    found: Array = flows.between(name, int(step), int(step) + 1)[0]
    return found
