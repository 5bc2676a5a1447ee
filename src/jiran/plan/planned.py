"""A plan: what is invested in a street, what it saves, and what that comes to for each home and for all together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.plan.cashflow import cash_flows, generated, outlays
from jiran.plan.finance import Outlook, levelised_cost
from jiran.plan.installed import Installed, installed
from jiran.plan.stages import Stages, stages
from jiran.plan.year import Year, year_of

if TYPE_CHECKING:
    from jiran.result.result import Result
    from jiran.scenario import Plan

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Planned:
    """A plan.

    Attributes:
        result: The run that it is made of.
        assumptions: What costs, lives and counts for how much.
        year: How the run stands for a year.
        installed: What is paid for.
        stages: What a year costs without and with it.
    """

    result: Result
    assumptions: Plan
    year: Year
    installed: Installed
    stages: Stages

    @property
    def currency(self) -> str:
        """The currency of all amounts."""
        return self.result.scenario.currency

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the homes."""
        return self.result.community.ids

    @property
    def invested(self) -> float:
        """What is invested in all."""
        return float(self.installed.cost.sum())

    @property
    def fee(self) -> float:
        """What each home pays a year for sharing; nothing where nobody trades."""
        return 12.0 * self.assumptions.member_fee if self.stages.traded_kwh > NOTHING_KWH else 0.0

    @cached_property
    def parts(self) -> Array:
        """What each home saves by PV, battery and sharing, a year, fees taken off, shape (part, home)."""
        parts = self.stages.parts.copy()
        parts[-1] -= self.fee
        return parts

    @cached_property
    def street_parts(self) -> Array:
        """The same of all homes and the battery's fund, shape (part,)."""
        parts = self.stages.street_parts.copy()
        parts[-1] -= self.fee * len(self.ids)
        return parts

    @property
    def losers(self) -> NDArray[np.int64]:
        """Homes that pay more with sharing than without, places of them."""
        return np.flatnonzero(self.parts[-1] < -NOTHING_MONEY)

    @cached_property
    def homes(self) -> tuple[Outlook, ...]:
        """What it comes to for each home."""
        own, saving = self.installed, self.stages.by_year(self.assumptions)
        flows = cash_flows(self.assumptions, own.pv_cost, own.battery_cost, saving, np.full(own.cost.size, self.fee))
        return tuple(Outlook(row, self.assumptions.discount_rate) for row in flows)

    @cached_property
    def together(self) -> Outlook:
        """What it comes to for all homes and the battery's fund together, neighbours who pay for nothing among them."""
        everybody = np.ones(len(self.ids), np.bool_)
        return self._outlook(self.assumptions, everybody, self.stages.together_by_year(self.assumptions, everybody))

    @property
    def payers(self) -> NDArray[np.bool_]:
        """Who pays for what is installed, shape (home,): all homes where nothing is."""
        there = self.installed.has_some
        return there if there.any() else ~there

    @cached_property
    def owners(self) -> Outlook:
        """What it comes to for those who pay for it, with the battery's fund: what neighbours gain is not theirs."""
        return self.outlook(self.assumptions)

    @cached_property
    def lcoe(self) -> float | None:
        """What a kWh of PV costs over its life, /kWh; None without PV."""
        plan = self.assumptions
        paid = outlays(plan, float(self.installed.pv_cost.sum()), 0.0)
        return levelised_cost(paid, generated(plan, self.stages.generation_kwh), plan.discount_rate)

    @cached_property
    def worth_if_free(self) -> float:
        """The value of today for those who pay, if PV cost nothing."""
        return self.outlook(self.assumptions, pv=0.0).npv

    @cached_property
    def enough_pv_cost(self) -> float | None:
        """The cost of a kWp at which those who pay for it neither gain nor lose over the years; None if none is low enough.

        The value of today falls evenly with the cost, so two points tell it; what is saved is left out of the second, for a
        large saving would hide a small cost.
        """
        if not self.installed.pv_kwp.any():
            return None
        free = self.worth_if_free
        alone = cash_flows(self.assumptions, float(self.installed.pv_kwp.sum()), 0.0, 0.0, 0.0)
        cost = -free / Outlook(alone, self.assumptions.discount_rate).npv
        return cost if free > NOTHING_MONEY else None

    def outlook(self, plan: Plan, *, pv: float = 1.0, battery: float = 1.0, saving: Array | None = None) -> Outlook:
        """Return what it comes to for those who pay for it under other assumptions.

        Args:
            plan: The assumptions.
            pv: What PV costs, as a part of what is counted.
            battery: What the battery costs, likewise.
            saving: What they and the fund save in each year, shape (year,); default: as simulated.
        """
        saved = self.stages.together_by_year(plan, self.payers) if saving is None else saving
        return self._outlook(plan, self.payers, saved, pv, battery)

    def _outlook(
        self, plan: Plan, homes: NDArray[np.bool_], saving: Array, pv: float = 1.0, battery: float = 1.0
    ) -> Outlook:
        own = self.installed
        cost = pv * float(own.pv_cost.sum()), battery * float(own.battery_cost.sum())
        return Outlook(cash_flows(plan, *cost, saving, self.fee * int(homes.sum())), plan.discount_rate)

    @property
    def co2_kg(self) -> tuple[float, float] | None:
        """What the grid emits less for what the street takes from it, and for what it gives, kg a year; None if not known."""
        factor = self.result.scenario.co2_kg_per_kwh
        before, now = self.stages.import_kwh
        return None if factor is None else ((before - now) * factor, self.stages.export_kwh * factor)


def plan(result: Result, known: Stages | None = None) -> Planned:
    """Return the plan that a run makes.

    Args:
        result: A run of whole days, of a year at best; a shorter or longer one is scaled to a year.
        known: Its stages, if they were worked out before: costs and lifetimes do not change them.

    Raises:
        ScenarioError: The run has no whole days, or a cost that is needed is not known.
        JiranError: Of a home that generates only import and export are known.
    """
    year = year_of(result.scenario)
    paid_for = installed(result, year.factor)
    return Planned(result, result.scenario.plan, year, paid_for, known or stages(result, year.factor))
