"""How households answer to prices that they know beforehand: they use less where it is dear, and move what can wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jiran.homes.profiles import Array
from jiran.homes.shifting import shifted

if TYPE_CHECKING:
    from jiran.homes.timeline import Timeline
    from jiran.scenario import Load

#: Beyond so many times the reference price, and below that part of it, homes answer as there: a power of nothing is infinite.
MOST_TIMES = 10.0


@dataclass(frozen=True)
class Response:
    """What households changed in their load because of prices.

    Attributes:
        unmoved_kwh: Their load without any answer, shape (step, home).
        saved_kwh: What all used less by `load.elasticity`; below 0: more.
        shifted_kwh: What all moved to another hour of the day.
        shifted_kwh_h: The same times the hours by which it was moved, kWh h: the comfort that it costs.
    """

    unmoved_kwh: Array
    saved_kwh: float
    shifted_kwh: float
    shifted_kwh_h: float


def answered(unmoved_kwh: Array, load: Load, said: object, price: Array, timeline: Timeline) -> tuple[Array, Response]:
    """Return the load of homes that know the grid's price of each step, and what they changed.

    First they use less or more, then they move what can wait.

    Args:
        unmoved_kwh: What they would need at any price, kWh, shape (step, home).
        load: How they answer.
        said: What the scenario says of the import price: of 24 values the mean is the reference, however long the run is.
        price: What a kWh from the grid costs, shape (step,).
        timeline: The steps.
    """
    load_kwh, saved_kwh, moved_kwh, moved_kwh_h = unmoved_kwh, 0.0, 0.0, 0.0
    if load.elasticity:
        usual = load.reference_price or _mean(np.array(said) if isinstance(said, tuple) and len(said) == 24 else price)
        load_kwh = unmoved_kwh * elastic(price, usual, load.elasticity)[:, None]
        saved_kwh = float(unmoved_kwh.sum() - load_kwh.sum())
    if load.shiftable_share:
        load_kwh, moved_kwh, moved_kwh_h = shifted(load_kwh, price, load.shiftable_share, load.shift_window_h, timeline)
        load_kwh = np.maximum(load_kwh, 0.0)  # what is moved away wholly may leave the residue of a difference
    return load_kwh, Response(unmoved_kwh, saved_kwh, moved_kwh, moved_kwh_h)


def elastic(price: Array, reference: float, elasticity: float) -> Array:
    """Return by what factor homes use more or less at a price, (p / p_ref) ^ elasticity, shape (step,).

    At a price below a tenth of the reference, zero or negative, they answer as at a tenth, and above ten times as at ten
    times. Where the reference is not above 0 no price is dear beside it, and nobody answers.

    Args:
        price: Of a kWh from the grid, shape (step,).
        reference: The price at which they use what they would use at any.
        elasticity: At most 0.
    """
    if not reference > 0.0:
        return np.ones(price.size)
    factor: Array = np.clip(price / reference, 1.0 / MOST_TIMES, MOST_TIMES) ** elasticity
    return factor


def _mean(price: Array) -> float:
    """Return the mean of prices; of prices that are all the same, that one to the last digit."""
    return float(price[0]) if price.min() == price.max() else float(price.mean())
