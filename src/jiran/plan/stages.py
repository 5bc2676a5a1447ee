"""What each home pays in a year at four stages: without anything, with PV, with the batteries too, and with sharing.

A stage has one thing more than the one before, and the same sun and use. So what a thing saves is the bill before it less
the bill with it, and the parts add up to the whole: nothing is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.engine.flows import traded_kwh
from jiran.plan.later import billed_later, contract_years, years_that_differ
from jiran.simulation.run import without_trading
from jiran.simulation.setting import prepare

if TYPE_CHECKING:
    from jiran.money.settlement import Settlement
    from jiran.result.result import Result
    from jiran.scenario import Plan

Array = NDArray[np.float64]

#: What is added from stage to stage, and so what a saving is due to.
PARTS = ("pv", "battery", "sharing")


@dataclass(frozen=True, eq=False)
class Stages:
    """A year of a street.

    Attributes:
        cost: What each home pays at each stage, in the currency a year, shape (stage, home).
        later: What each home saves in all in the first year and in those that follow until nothing changes any more, as its
            tariff says of them: while export earns, and once its contract has ended, shape (2, year, home).
        contract_years: How long export earns, as each home's tariff says, shape (home,); inf: no end is known.
        fund: What the battery has earned and kept at each stage, a year, shape (stage,).
        import_kwh: What the street takes from the grid at the first and the last stage, kWh a year.
        export_kwh: What it gives at the last one, kWh a year.
        generation_kwh: What its roofs generate, kWh a year.
        traded_kwh: What neighbours trade, kWh a year.
        spare_kwh: What homes have left over without trades, for the battery or the grid, kWh a year.
    """

    cost: Array
    later: Array
    contract_years: Array
    fund: Array
    import_kwh: tuple[float, float]
    export_kwh: float
    generation_kwh: float
    traded_kwh: float
    spare_kwh: float

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

    def by_year(self, plan: Plan) -> Array:
        """Return what each home saves in each year with the amounts of the first: nothing fades or rises, shape (home, year).

        Args:
            plan: How many years count, and how long export earns if not as long as a contract lasts.
        """
        year = np.arange(plan.years)
        known = np.minimum(year, self.later.shape[1] - 1)
        ends = self.contract_years if plan.export_years is None else np.full(self.saving.size, plan.export_years)
        saved: Array = np.where(year < ends[:, None], *(one[known].T for one in self.later))
        return saved

    def together_by_year(self, plan: Plan, homes: NDArray[np.bool_]) -> Array:
        """Return what some homes and the battery's fund save in each year, likewise, shape (year,)."""
        saved: Array = self.by_year(plan)[homes].sum(axis=0) + self.fund[-1]
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
    at_home = bool(result.community.battery_kwh.any())
    with_pv = _without_batteries(result).cost if at_home else alone.cost_without_battery
    cost = np.stack([first.cost, with_pv, alone.cost, now.cost])
    fund = np.array([0.0, 0.0, alone.accounts["battery"], now.accounts["battery"]])
    return Stages(
        cost=cost * factor,
        later=_later(result, first) * factor,
        contract_years=contract_years(result),
        fund=fund * factor,
        import_kwh=(_sum(first, "grid_import_kwh") * factor, _sum(now, "grid_import_kwh") * factor),
        export_kwh=_sum(now, "grid_export_kwh") * factor,
        generation_kwh=float(result.flows.profiles.generation_kwh.sum()) * factor,
        traded_kwh=float(traded_kwh(now.step_kwh).sum()) * factor,
        spare_kwh=(_sum(alone, "grid_export_kwh") + _sum(alone, "battery_charged_kwh")) * factor,
    )


def _later(result: Result, first: Settlement) -> Array:
    """Return what each home saves in all in the run's time, and in the same time of later years, shape (2, year, home).

    Args:
        result: The run.
        first: What its homes pay without PV, battery and trades.
    """
    before, now = first.bills, result.settlement.bills
    if before is None or now is None:
        earned: Array = result.prices.grid_export @ result.flows["grid_export_kwh"]
        saved = first.cost - result.settlement.cost
        return np.stack([saved, saved - earned])[:, None]
    beside = (first.cost - before.by_home()) - (result.settlement.cost - now.by_home())
    rows = [
        [billed_later(before, ahead) - billed_later(now, ahead, export=export) for ahead in range(years)]
        for years in (years_that_differ(now.contracts),)
        for export in (True, False)
    ]
    found: Array = beside + np.array(rows)
    found[0, 0] = first.cost - result.settlement.cost
    return found


def without_investment(result: Result) -> Settlement:
    """Return what the homes of a run pay without PV, batteries and trades: the same use, all of it from the grid."""
    return _without_batteries(result, sun=0.0)


def _without_batteries(result: Result, sun: float = 1.0) -> Settlement:
    """Return what the homes of a run pay without trades, the community battery and those in homes.

    Args:
        result: The run.
        sun: The part of its generation that is left.
    """
    scenario, profiles = result.scenario, result.flows.profiles
    shared = scenario.battery.model_copy(update={"capacity_kwh": 0.0})
    bare = scenario.model_copy(update={"battery": shared, "homes": scenario.homes.without_batteries})
    left = replace(profiles, generation_kwh=sun * profiles.generation_kwh)
    return without_trading(prepare(bare, profiles=left))


def _sum(settled: Settlement, flow: str) -> float:
    return float(settled.step_kwh[flow].sum())
