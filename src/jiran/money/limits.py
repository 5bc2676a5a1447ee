"""What the street's connection carries: by how much import goes beyond it, and what roofs leave out because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.homes.grid_prices import limit_by_step
from jiran.homes.timeline import timeline
from jiran.nothing import NOTHING_KWH

if TYPE_CHECKING:
    from jiran.scenario import Scenario

Array = NDArray[np.float64]


class Limits(NamedTuple):
    """The most that the street takes from the grid and gives to it in each step, kWh, shape (step,); of no steps: no limit."""

    import_kwh: Array
    export_kwh: Array

    def overload_kwh(self, taken_kwh: Array) -> Array:
        """Return by how much import is beyond its limit, kWh >= 0, shape (step,); what rounding leaves over is nothing.

        Args:
            taken_kwh: What the street takes from the grid (> 0) or gives to it, shape (step,).
        """
        if not self.import_kwh.size:
            return np.zeros_like(taken_kwh)
        over = taken_kwh - self.import_kwh
        return np.where(over > NOTHING_KWH, over, 0.0)

    def import_share(self, taken_kwh: Array) -> float | None:
        """Return the highest import as a share of the limit of its step; None without a limit above 0.

        Args:
            taken_kwh: As above.
        """
        some = self.import_kwh > 0.0
        return float((np.maximum(taken_kwh, 0.0)[some] / self.import_kwh[some]).max()) if some.any() else None


#: Of a street whose connection carries all.
NO_LIMITS = Limits(np.empty(0), np.empty(0))


def limits_of(scenario: Scenario) -> Limits:
    """Return what the connection of a scenario's street carries."""
    grid = scenario.grid
    if not grid.limited:
        return NO_LIMITS
    steps = timeline(scenario)
    return Limits(limit_by_step(grid.import_limit_kw, steps), limit_by_step(grid.export_limit_kw, steps))
