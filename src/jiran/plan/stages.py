"""What each home pays in a year at four stages: without anything, with PV, with the battery too, and with sharing.

A stage has one thing more than the one before, and the same sun and use. So what a thing saves is the bill before it less
the bill with it, and the parts add up to the whole: nothing is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.simulation.run import without_trading
from jiran.simulation.setting import prepare
from jiran.tariffs import Shared, bills

if TYPE_CHECKING:
    from jiran.money.settlement import Settlement
    from jiran.result.result import Result
    from jiran.tariffs import Tariff

Array = NDArray[np.float64]

#: What is added from stage to stage, and so what a saving is due to.
PARTS = ("pv", "battery", "sharing")


class Saving(NamedTuple):
    """What is saved in a year: numbers, or arrays of shape (home,).

    Attributes:
        first: As long as export earns what it earns in the run.
        after_contract: Once it earns nothing.
    """

    first: Array | float
    after_contract: Array | float


@dataclass(frozen=True, eq=False)
class Stages:
    """A year of a street.

    Attributes:
        cost: What each home pays at each stage, in the currency a year, shape (stage, home).
        after_contract: What each home pays at the last stage if export earns nothing, a year, shape (home,).
        fund: What the battery has earned and kept at each stage, a year, shape (stage,).
        import_kwh: What the street takes from the grid at the first and the last stage, kWh a year.
        export_kwh: What it gives at the last one, kWh a year.
        generation_kwh: What its roofs generate, kWh a year.
        traded_kwh: What neighbours trade, kWh a year.
    """

    cost: Array
    after_contract: Array
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
    def saving_after_contract(self) -> Array:
        """What each home saves in all if export earns nothing, a year, shape (home,)."""
        saved: Array = self.cost[0] - self.after_contract
        return saved

    @property
    def street_saving(self) -> Saving:
        """What all homes and the battery's fund save, a year."""
        fund = float(self.fund[-1])
        return Saving(float(self.saving.sum()) + fund, float(self.saving_after_contract.sum()) + fund)

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
        after_contract=(now.cost + _earned(result)) * factor,
        fund=fund * factor,
        import_kwh=(_sum(first, "grid_import_kwh") * factor, _sum(now, "grid_import_kwh") * factor),
        export_kwh=_sum(now, "grid_export_kwh") * factor,
        generation_kwh=float(result.flows.profiles.generation_kwh.sum()) * factor,
        traded_kwh=_sum(now, "p2p_sold_kwh") * factor,
    )


def _earned(result: Result) -> Array:
    """Return what the export of each home earns in a run, shape (home,): by its bills, or by prices per kWh.

    What homes trade stays as it is, also where they would bid otherwise.
    """
    billed = result.settlement.bills
    if billed is None:
        earned: Array = result.prices.grid_export @ result.flows["grid_export_kwh"]
        return earned
    scheme, months = billed.contracts.sharing, billed.contracts.months
    lost = np.zeros(billed.homes)
    for contract, used, between in zip(billed.contracts.each, billed.used, billed.shared, strict=True):
        names, parts = months.names[contract.months], months.parts[contract.months]
        shared = None if scheme is None else Shared(scheme, between, between.export_kwh)
        alone = bills(without_export(contract.tariff), used, names, parts=parts, shared=shared)
        lost[contract.homes] += alone.amount.sum(axis=(0, 2))
    return lost - billed.by_home()


def without_export(tariff: Tariff) -> Tariff:
    """Return a tariff under which export earns nothing."""
    kept = {name: one for name, one in tariff.components.items() if one.unit != "exported-kWh"}
    return tariff.model_copy(update={"components": kept, "export": None})


def without_investment(result: Result) -> Settlement:
    """Return what the homes of a run pay without PV, battery and trades: the same use, all of it from the grid."""
    scenario = result.scenario
    bare = scenario.model_copy(update={"battery": scenario.battery.model_copy(update={"capacity_kwh": 0.0})})
    profiles = result.flows.profiles
    dark = replace(profiles, generation_kwh=np.zeros_like(profiles.generation_kwh))
    return without_trading(prepare(bare, profiles=dark))


def _sum(settled: Settlement, flow: str) -> float:
    return float(settled.step_kwh[flow].sum())
