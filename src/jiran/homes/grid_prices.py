"""Grid prices, and what the street's connection carries, for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.homes.profiles import Array

if TYPE_CHECKING:
    from jiran.homes.timeline import Timeline


def price_by_step(price: float | tuple[float, ...], timeline: Timeline) -> Array:
    """Return a price per kWh for each step, shape (step,).

    Args:
        price: A number, 24 values by hour of day (also when the run has 24 steps), or one value a step.
        timeline: The steps.
    """
    if not isinstance(price, tuple):
        return np.full(timeline.steps, float(price))
    values = np.array(price, dtype=np.float64)
    return values[timeline.hour.astype(np.int64)] if values.size == 24 else values


def limit_by_step(limit_kw: float | tuple[float, ...] | None, timeline: Timeline) -> Array:
    """Return what a connection carries as energy of each step, kWh, shape (step,); of no steps if it has no limit.

    Args:
        limit_kw: In the forms of a price.
        timeline: The steps.
    """
    return np.empty(0) if limit_kw is None else price_by_step(limit_kw, timeline) * timeline.step_h
