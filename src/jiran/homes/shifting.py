"""Appliances that can wait: a share of each hour's load moves to cheaper hours of the same day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.profiles import Array
from jiran.homes.timeline import DAY_S

if TYPE_CHECKING:
    from jiran.homes.timeline import Timeline

#: Nobody moves anything to save less than this per kWh.
LEAST_GAIN = 1e-9


def shifted(
    load_kwh: Array, price: Array, share: float, window_h: float, timeline: Timeline
) -> tuple[Array, float, float]:
    """Return the load after what can wait has moved within its day, and how much moved, kWh, and how far, kWh h.

    Hours of the clock are filled, cheapest first: each from the dearest hours within reach, of equally dear ones from the
    nearest. No hour gets more power than the home's highest hour of that day had, and each home needs in each day what it
    needed. Nothing moves between hours that cost the same. Within an hour what comes is even, and what goes is a part of
    each step, so the length of a step does not matter.

    Args:
        load_kwh: Before, kWh, shape (step, home).
        price: What a kWh costs, shape (step,); of an hour it is the mean of its steps.
        share: The part of each hour's load that can wait, 0..1.
        window_h: How far it moves at the most, earlier or later, h.
        timeline: The steps.
    """
    begins = _hours(timeline)
    many = np.diff(begins, append=timeline.steps)
    kwh, cost = np.add.reduceat(load_kwh, begins, axis=0), np.add.reduceat(price, begins) / many
    day, start_h = timeline.local_s[begins] // DAY_S, np.asarray(begins * timeline.step_h, np.float64)
    out, into, moved_kwh, moved_kwh_h = np.zeros(kwh.shape), np.zeros(kwh.shape), 0.0, 0.0
    hours = (many * timeline.step_h)[:, None]
    for one in np.unique(day):
        of_day = np.flatnonzero(day == one)
        can_move = share * kwh[of_day]
        room = (kwh[of_day] / hours[of_day]).max(axis=0) * hours[of_day] - kwh[of_day]
        for dear, cheap, far_h in _pairs(cost[of_day], start_h[of_day], window_h):
            moved = np.minimum(can_move[dear], room[cheap])
            can_move[dear] -= moved
            room[cheap] -= moved
            room[dear] += moved
            out[of_day[dear]] += moved
            into[of_day[cheap]] += moved
            total = float(moved.sum())
            moved_kwh, moved_kwh_h = moved_kwh + total, moved_kwh_h + total * far_h
    stays = 1.0 - np.divide(out, kwh, out=np.zeros(kwh.shape), where=kwh > 0.0)
    after: Array = load_kwh * np.repeat(stays, many, axis=0) + np.repeat(into / many[:, None], many, axis=0)
    return after, moved_kwh, moved_kwh_h


def _hours(timeline: Timeline) -> NDArray[np.int64]:
    """Return the first step of each hour on the wall; the hour that is repeated when clocks are set back is one of its own."""
    jumps = np.diff(timeline.local_s) != 60 * timeline.step_minutes
    other = np.diff(timeline.local_s // 3600) != 0
    return np.concatenate([[0], np.flatnonzero(jumps | other) + 1])


def _pairs(cost: Array, start_h: Array, window_h: float) -> list[tuple[int, int, float]]:
    """Return between which hours of a day something moves, in order: from, to, and how far, h.

    Args:
        cost: Of a kWh in each hour, shape (hour,).
        start_h: When each begins, the same.
        window_h: How far it moves at the most.
    """
    far_h, gain = np.abs(start_h[:, None] - start_h[None, :]), cost[:, None] - cost[None, :]
    dear, cheap = np.nonzero((gain > LEAST_GAIN) & (far_h <= window_h))
    order = np.lexsort((dear, far_h[dear, cheap], -cost[dear], cost[cheap]))
    return [
        (int(one), int(other), float(far_h[one, other])) for one, other in zip(dear[order], cheap[order], strict=True)
    ]
