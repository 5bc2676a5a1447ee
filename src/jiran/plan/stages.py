"""What each home pays in a year at four stages: without anything, with PV, with the battery too, and with sharing.

A stage has one thing more than the one before, and the same sun and use. So what a thing saves is the bill before it less
the bill with it, and the parts add up to the whole: nothing is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.simulation.run import without_trading
from jiran.simulation.setting import prepare

if TYPE_CHECKING:
    from jiran.money.settlement import Settlement
    from jiran.result.result import Result

Array = NDArray[np.float64]

#: What is added from stage to stage, and so what a saving is due to.
PARTS = ("pv", "battery", "sharing")


@dataclass(frozen=True, eq=False)
class Stages:
    """A year of a street.

    Attributes:
        cost: What each home pays at each stage, in the currency a year, shape (stage, home).
        fund: What the battery has earned and kept at each stage, a year, shape (stage,).
        import_kwh: What the street takes from the grid at the first and the last stage, kWh a year.
        export_kwh: What it gives at the last one, kWh a year.
        generation_kwh: What its roofs generate, kWh a year.
        traded_kwh: What neighbours trade, kWh a year.
    """

    cost: Array
    fund: Array
    import_kwh: tuple[float, float]
    export_kwh: float
    generation_kwh: float
    traded_kwh: float

    @property
    def parts(self) -> Array:
        """What each home saves by each of `PARTS`, a year, shape (part, home)."""
        saved: Array = -np.diff(self.cost, axis=0)
        return saved

    @property
    def saving(self) -> Array:
        """What each home saves in all, a year, shape (home,)."""
        saved: Array = self.cost[0] - self.cost[-1]
        return saved

    @property
    def street_parts(self) -> Array:
        """What all homes and the battery's fund save by each of `PARTS`, a year, shape (part,)."""
        saved: Array = self.parts.sum(axis=1) + np.diff(self.fund)
        return saved


def stages(result: Result, factor: float, before: Settlement | None = None) -> Stages:
    """Return the stages of a run.

    Args:
        result: The last stage, which knows the two before it.
        factor: How often the run fits into a year.
        before: The first stage, if it is known already; what a home uses does not hang on its roof.
    """
    first, alone, now = without_investment(result) if before is None else before, result.without_p2p, result.settlement
    cost = np.stack([first.cost, alone.cost_without_battery, alone.cost, now.cost])
    fund = np.array([0.0, 0.0, alone.accounts["battery"], now.accounts["battery"]])
    return Stages(
        cost=cost * factor,
        fund=fund * factor,
        import_kwh=(_sum(first, "grid_import_kwh") * factor, _sum(now, "grid_import_kwh") * factor),
        export_kwh=_sum(now, "grid_export_kwh") * factor,
        generation_kwh=float(result.flows.profiles.generation_kwh.sum()) * factor,
        traded_kwh=_sum(now, "p2p_sold_kwh") * factor,
    )


def without_investment(result: Result) -> Settlement:
    """Return what the homes of a run pay without PV, battery and trades: the same use, all of it from the grid."""
    scenario = result.scenario
    bare = scenario.model_copy(update={"battery": scenario.battery.model_copy(update={"capacity_kwh": 0.0})})
    profiles = result.flows.profiles
    dark = replace(profiles, generation_kwh=np.zeros_like(profiles.generation_kwh))
    return without_trading(prepare(bare, profiles=dark))


def _sum(settled: Settlement, flow: str) -> float:
    return float(settled.step_kwh[flow].sum())
