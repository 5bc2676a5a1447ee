"""The monthly bills of a run: what each home pays the utility for what crossed its meter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.money.meters import demand, in_months, usage
from jiran.tariffs import Bills, Shared, Usage, bills
from jiran.tariffs.export import Carried, expires
from jiran.tariffs.model import CARRIED_OUT

if TYPE_CHECKING:
    from jiran.engine.energy import Flows
    from jiran.homes.contracts import Contract, Contracts
    from jiran.money.meters import Metered

Array = NDArray[np.float64]

#: Lines of this kind go on to the state.
TAX = "tax"


class Credits(NamedTuple):
    """What export left for later months, of each home; shape (home,) each.

    Attributes:
        run: Of the run.
        without_battery: Of the same if the community battery were not there.
    """

    run: Carried
    without_battery: Carried


@dataclass(frozen=True)
class StreetBills:
    """The bills of all homes of a run.

    Attributes:
        contracts: Who has which tariff.
        used: What the homes of each contract took from the grid and gave to it, arrays of shape (home, month).
        shared: What they bought from neighbours, and sold to them, the same.
        each: Their bills.
    """

    contracts: Contracts
    used: tuple[Usage, ...]
    shared: tuple[Usage, ...]
    each: tuple[Bills, ...]

    @property
    def homes(self) -> int:
        """Number of homes."""
        return sum(contract.homes.size for contract in self.contracts.each if contract.after is None)

    @property
    def carried(self) -> Carried:
        """What export leaves each home for later months, shape (home,)."""
        left = Carried(np.zeros(self.homes), np.zeros(self.homes))
        for contract, found in zip(self.contracts.each, self.each, strict=True):
            left.kwh[contract.homes], left.money[contract.homes] = found.carried
        return left

    @property
    def lost_money(self) -> float:
        """What export earned all homes and no bill was lowered by: it ended after a month, or with a tariff that kept it."""
        lost = 0.0
        for contract, found in zip(self.contracts.each, self.each, strict=True):
            export, names = contract.tariff.export, self.contracts.months.names[contract.months]
            if export is not None and export.carry == "money":
                ends = [place for place, month in enumerate(names) if expires(export, month)]
                lost += float(found.amount[found.lines.index(CARRIED_OUT)][:, ends].sum())
            elif contract.after is not None:
                lost += float(np.sum(self.each[contract.after].carried.money))
        return lost

    def by_home(self, kind: str | None = None) -> Array:
        """Return what each home pays in all months, not rounded, shape (home,).

        Args:
            kind: Of the lines that count; default: all.
        """
        paid = np.zeros(self.homes)
        for contract, found in zip(self.contracts.each, self.each, strict=True):
            lines = [place for place, one in enumerate(found.kinds) if kind in (None, one)]
            paid[contract.homes] += found.amount[lines].sum(axis=(0, 2))
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
        billed = np.zeros((2, self.homes))
        for contract, used in zip(self.contracts.each, self.used, strict=True):
            billed[0, contract.homes] += used.import_kwh.sum(axis=1)
            billed[1, contract.homes] += used.export_kwh.sum(axis=1)
        metered = np.stack([import_kwh, export_kwh])
        return float((np.abs(billed - metered) / np.maximum(1.0, metered)).max(initial=0.0))


def street_bills(
    contracts: Contracts, flows: Flows, read: Metered, carried: Carried | None = None, *, battery: bool = True
) -> StreetBills:
    """Return the bills of a run.

    A month that the run cuts is billed as that part of a whole month which goes on as it is.

    Args:
        contracts: The tariffs, and the scheme under which neighbours share.
        flows: What moved.
        read: What the homes' meters say of it.
        carried: What export of the months before the run left each home, shape (home,); default: nothing.
        battery: Whether the community battery is there; without it the grid gives and takes its share.
    """
    months, taken, given = contracts.months, read.taken, read.given
    of_grid: tuple[str, ...] = ("grid_import_kwh",)
    if not battery:
        of_grid, taken, given = (*of_grid, "battery_drawn_kwh"), read.taken_alone, read.given_alone

    def demand_of(contract: Contract, names: tuple[str, ...]) -> Array:
        return demand(contract, contracts, lambda steps: _sum(flows, names, steps))

    scheme, used, shared = contracts.sharing, [], []
    each: list[Bills] = []
    for contract in contracts.each:
        of_home = usage(contract, contracts, taken, given, demand_of(contract, of_grid))
        more_kw = 0.0 if scheme is None else demand_of(contract, (*of_grid, "p2p_bought_kwh")) - of_home.demand_kw
        between = usage(contract, contracts, read.bought, read.sold, more_kw)
        of_home, between = in_months(of_home, contract.months), in_months(between, contract.months)
        terms = None if scheme is None else Shared(scheme, between, between.export_kwh)
        before = _of_homes(carried, contract.homes) if contract.after is None else each[contract.after].carried
        names, parts = months.names[contract.months], months.parts[contract.months]
        each.append(bills(contract.tariff, of_home, names, before, parts, terms))
        used.append(of_home)
        shared.append(between)
    return StreetBills(contracts, tuple(used), tuple(shared), tuple(each))


def _of_homes(carried: Carried | None, homes: NDArray[np.int64]) -> Carried | None:
    """Return what export left of some homes."""
    return None if carried is None else Carried(carried.kwh[homes], carried.money[homes])


def _sum(flows: Flows, names: tuple[str, ...], steps: slice) -> Array:
    """Return the sum of some flows in some steps, kWh, shape (step, home)."""
    total: Array = np.sum([flows.between(name, steps.start, steps.stop) for name in names], axis=0)
    return total
