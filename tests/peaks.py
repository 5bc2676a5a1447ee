"""What the street's peaks cost, worked out from flows in plain loops."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np


class Paid(NamedTuple):
    """What homes and the battery's fund pay, and of each month the step of its peak and the peak."""

    payment: np.ndarray
    by_battery: float
    steps: list
    kw: list


def months(result):
    """Return the steps of each month, by the clock on the wall."""
    zone, found = ZoneInfo(result.scenario.time_zone), {}
    for step, second in enumerate(result.timeline.utc_s):
        wall = datetime.fromtimestamp(int(second), UTC).astimezone(zone)
        found.setdefault((wall.year, wall.month), []).append(step)
    return list(found.values())


def peak_of(net_kwh, steps):
    """Return the first step of the highest import, and the import of a step, at least 0."""
    most = max(net_kwh[step] for step in steps)
    return next(step for step in steps if net_kwh[step] >= most - 1e-9), most if most > 1e-9 else 0.0


def paid_for_peaks(result):
    """Return what the peaks of a run cost, and whom."""
    charge, out = result.scenario.grid.demand_charge, result.flows.outputs
    taken, given = result.flows["grid_import_kwh"], result.flows["grid_export_kwh"]
    net = taken.sum(axis=1) - given.sum(axis=1) + out.battery_import_kwh - out.battery_export_kwh
    payment, own, at, kw = np.zeros(taken.shape[1]), 0.0, [], []
    for steps in months(result) if charge else []:
        step, kwh = peak_of(net, steps)
        at.append(step)
        kw.append(kwh / result.timeline.step_h)
        everybody = taken[step].sum() + out.battery_import_kwh[step]
        if kwh > 0.0:
            payment += charge * kw[-1] * taken[step] / everybody
            own += charge * kw[-1] * out.battery_import_kwh[step] / everybody
    return Paid(payment, float(own), at, kw)


def paid_alone(result, net_kwh):
    """Return what each home would pay without neighbours and community battery, shape (home,).

    Args:
        result: The run.
        net_kwh: What each home has to spare (> 0) or lacks (< 0) then, shape (step, home).
    """
    lacked, paid = np.maximum(-net_kwh, 0.0), np.zeros(net_kwh.shape[1])
    for steps in months(result):
        step, kwh = peak_of(-net_kwh.sum(axis=1), steps)
        if kwh > 0.0:
            paid += (
                result.scenario.grid.demand_charge * kwh / result.timeline.step_h * lacked[step] / lacked[step].sum()
            )
    return paid
