"""The monthly bills of a run: what each home pays the utility for what crossed its meter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.homes.contracts import usage
from jiran.tariffs import Bills, Usage, bills

if TYPE_CHECKING:
    from jiran.engine.energy import Flows
    from jiran.homes.contracts import Between, Contracts

Array = NDArray[np.float64]

#: Lines of this kind go on to the state.
TAX = "tax"


@dataclass(frozen=True)
class StreetBills:
    """The bills of all homes of a run.

    Attributes:
        contracts: Who has which tariff.
        used: What the homes of each contract used, arrays of shape (home, month).
        each: Their bills.
    """

    contracts: Contracts
    used: tuple[Usage, ...]
    each: tuple[Bills, ...]

    @property
    def homes(self) -> int:
        """Number of homes."""
        return sum(contract.homes.size for contract in self.contracts.each)

    def by_home(self, kind: str | None = None) -> Array:
        """Return what each home pays in all months, not rounded, shape (home,).

        Args:
            kind: Of the lines that count; default: all.
        """
        paid = np.zeros(self.homes)
        for contract, found in zip(self.contracts.each, self.each, strict=True):
            lines = [place for place, one in enumerate(found.kinds) if kind in (None, one)]
            paid[contract.homes] = found.amount[lines].sum(axis=(0, 2))
        return paid

    def by_component(self) -> dict[str, float]:
        """Return what all homes pay for each line of their bills, by its id."""
        paid: dict[str, float] = {}
        for found in self.each:
            for name, amount in zip(found.lines, found.amount.sum(axis=(1, 2)).tolist(), strict=True):
                paid[name] = paid.get(name, 0.0) + amount
        return paid

    def imbalance_kwh(self, import_kwh: Array, export_kwh: Array) -> float:
        """Return the worst gap between what a home was billed for and what crossed its meter, relative above 1 kWh.

        Args:
            import_kwh: What each home took from the grid, shape (home,).
            export_kwh: What it gave, shape (home,).
        """
        worst = 0.0
        for contract, used in zip(self.contracts.each, self.used, strict=True):
            for billed, metered in ((used.import_kwh, import_kwh), (used.export_kwh, export_kwh)):
                kwh = metered[contract.homes]
                gaps = np.abs(billed.sum(axis=1) - kwh) / np.maximum(1.0, kwh)
                worst = max(worst, float(gaps.max(initial=0.0)))
        return worst


def street_bills(contracts: Contracts, flows: Flows, *, battery: bool = True) -> StreetBills:
    """Return the bills of a run.

    A month that the run cuts is billed as that part of a whole month which goes on as it is.

    Args:
        contracts: The tariffs.
        flows: What moved.
        battery: Whether the community battery is there; without it the grid gives and takes its share.
    """

    def crossing(grid: str, other: str) -> Between:
        def between(steps: slice) -> Array:
            kwh = flows.between(grid, steps.start, steps.stop)
            return kwh if battery else kwh + flows.between(other, steps.start, steps.stop)

        return between

    taken = crossing("grid_import_kwh", "battery_drawn_kwh")
    given = crossing("grid_export_kwh", "battery_charged_kwh")
    months = contracts.months
    used = tuple(usage(contract, contracts, taken, given) for contract in contracts.each)
    each = tuple(
        bills(contract.tariff, one, months.names, parts=months.parts)
        for contract, one in zip(contracts.each, used, strict=True)
    )
    return StreetBills(contracts, used, each)
