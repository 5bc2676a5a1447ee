"""The bills of a run's months in later years: what its tariffs say of them, and what is left when export earns nothing.

What homes take, give and trade stays as it is, also where they would bid otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.money.meters import in_months
from jiran.tariffs import Shared, bills, held
from jiran.tariffs.ahead import last_change, years_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.homes.contracts import Contract, Contracts
    from jiran.money.bills import StreetBills
    from jiran.result.result import Result
    from jiran.tariffs import Tariff
    from jiran.tariffs.export import Carried

Array = NDArray[np.float64]

#: No plan counts more years.
MOST_YEARS = 60


def years_that_differ(contracts: Contracts | None) -> int:
    """Return how many years in a row may be billed otherwise, at least 1: all later ones are like the last of these."""
    if contracts is None:
        return 1
    first = contracts.months.names[0]
    last = max(last_change(one) for contract in contracts.each for one in (contract.tariff, contract.named))
    return next((ahead for ahead in range(MOST_YEARS) if years_later(first, ahead) > last), MOST_YEARS - 1) + 1


def billed_later(billed: StreetBills, ahead: int, *, export: bool = True) -> Array:
    """Return what each home pays the utility for a run's months some years later, shape (home,).

    Args:
        billed: The bills of the run.
        ahead: How many years later; 0: those of the run.
        export: Whether export earns what the tariff gives for it, or nothing.
    """
    contracts, scheme = billed.contracts, billed.contracts.sharing
    paid = np.zeros(billed.homes)
    left: list[Carried | None] = []
    for contract, used, between in zip(contracts.each, billed.used, billed.shared, strict=True):
        names = tuple(years_later(month, ahead) for month in contracts.months.names[contract.months])
        parts = contracts.months.parts[contract.months]
        carried = None if contract.after is None else left[contract.after]
        for tariff, some in _then(contract, names) if ahead else [(contract.tariff, slice(0, len(names)))]:
            of_grid, of_others = in_months(used, some), in_months(between, some)
            shared = None if scheme is None else Shared(scheme, of_others, of_others.export_kwh)
            then = tariff if export else without_export(tariff)
            found = bills(then, of_grid, names[some], carried, parts[some], shared)
            paid[contract.homes] += found.amount.sum(axis=(0, 2))
            carried = found.carried
        left.append(carried)
    return paid


def _then(contract: Contract, names: Sequence[str]) -> list[tuple[Tariff, slice]]:
    """Return the tariffs that bill the months of a contract in a later year: those that have followed it by then.

    One with time-of-use periods cannot take over months that were not metered by them.

    Args:
        contract: The contract.
        names: Its months some years later.
    """
    later = held(contract.named, names)
    unmetered = any(tariff.schedule is not None and tariff is not contract.tariff for tariff, _ in later)
    return [(contract.tariff, slice(0, len(names)))] if unmetered else later


def without_export(tariff: Tariff) -> Tariff:
    """Return a tariff under which export earns nothing; its prices stay, switched off, for taxes may be a share of them."""
    silent = {
        name: one.model_copy(update={"active": False}) if one.unit == "exported-kWh" else one
        for name, one in tariff.components.items()
    }
    return tariff.model_copy(update={"components": silent, "export": None})


def contract_years(result: Result) -> Array:
    """Return how many years the export of each home earns anything, as its tariff says, shape (home,); inf: no end is known."""
    years = np.full(result.community.size, np.inf)
    billed = result.settlement.bills
    for contract in () if billed is None else billed.contracts.each:
        export = contract.named.export
        known = None if export is None else export.contract_years
        years[contract.homes] = np.inf if known is None else known
    return years
