"""The utility's bills of a run as tables, with and without trading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.homes.community import Community
    from jiran.homes.contracts import Contract
    from jiran.homes.months import Months
    from jiran.money.bills import StreetBills

    #: The bills of a run, and those of the same homes without trades.
    Pair = tuple[StreetBills, StreetBills]

_LINES = {
    "home": pl.String, "month": pl.String, "tariff": pl.String, "component": pl.String, "kind": pl.String,
    "quantity": pl.Float64, "amount": pl.Float64, "quantity_without_p2p": pl.Float64, "amount_without_p2p": pl.Float64,
}  # fmt: skip
_TOTALS = {
    "home": pl.String, "month": pl.String, "tariff": pl.String, "part": pl.Float64,
    "import_kwh": pl.Float64, "export_kwh": pl.Float64, "bought_kwh": pl.Float64, "sold_kwh": pl.Float64,
    "forfeited_kwh": pl.Float64, "bill": pl.Float64,
    "import_kwh_without_p2p": pl.Float64, "export_kwh_without_p2p": pl.Float64, "forfeited_kwh_without_p2p": pl.Float64,
    "bill_without_p2p": pl.Float64,
}  # fmt: skip


def bills_frame(community: Community, bills: Pair | None) -> pl.DataFrame:
    """Return one row a home, month and line of its bill, in this order; amounts are not rounded.

    Args:
        community: For the names.
        bills: Those of the run and of the same homes without trades, or None: there are no rows.
    """
    if bills is None:
        return pl.DataFrame(schema=_LINES)

    def flat(values: NDArray[np.float64]) -> pl.Series:
        return pl.Series(values.transpose(1, 2, 0).reshape(-1))

    frames = []
    contracts = bills[0].contracts
    for contract, found, alone in zip(contracts.each, bills[0].each, bills[1].each, strict=True):
        keys = _keys(community, contract, contracts.months, len(found.lines))
        times = keys.height // len(found.lines)
        frames.append(keys.with_columns(
            component=pl.Series(found.lines * times), kind=pl.Series(found.kinds * times),
            quantity=flat(found.quantity), amount=flat(found.amount),
            quantity_without_p2p=flat(alone.quantity), amount_without_p2p=flat(alone.amount),
        ))  # fmt: skip
    return _together(frames, _LINES)


def bill_totals_frame(community: Community, bills: Pair | None) -> pl.DataFrame:
    """Return one row a home and month; bills are rounded, as they are paid. Arguments as `bills_frame`.

    Energy is what came from the grid and went to it, and what came from neighbours and went to them.
    """
    if bills is None:
        return pl.DataFrame(schema=_TOTALS)
    frames = []
    contracts = bills[0].contracts
    for place, contract in enumerate(contracts.each):
        parts = np.tile(contracts.months.parts[contract.months], contract.homes.size)
        columns = {
            f"{name}{end}": pl.Series(values.reshape(-1))
            for end, one in zip(("", "_without_p2p"), bills, strict=True)
            for name, values in (
                ("import_kwh", one.used[place].import_kwh),
                ("export_kwh", one.used[place].export_kwh),
                ("bought_kwh", one.shared[place].import_kwh),
                ("sold_kwh", one.shared[place].export_kwh),
                ("forfeited_kwh", one.each[place].forfeited_kwh),
                ("bill", one.each[place].total),
            )
        }
        frames.append(_keys(community, contract, contracts.months, 1).with_columns(part=pl.Series(parts), **columns))
    return _together(frames, _TOTALS)


def _keys(community: Community, contract: Contract, months: Months, lines: int) -> pl.DataFrame:
    """Return place and name of the home, month and tariff of each row, so many rows a home and month."""
    own = months.names[contract.months]
    place = np.repeat(contract.homes, len(own) * lines)
    month = np.tile(np.repeat(own, lines), contract.homes.size)
    names = pl.Series(community.ids, dtype=pl.String).gather(place)
    return pl.DataFrame(
        {"place": place, "home": names, "month": month}, schema_overrides={"month": pl.String}
    ).with_columns(tariff=pl.lit(contract.tariff.name))


def _together(frames: list[pl.DataFrame], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return the rows of all contracts, by home and month."""
    if not frames:
        return pl.DataFrame(schema=schema)
    return pl.concat(frames).sort("place", "month", maintain_order=True).select(*schema)
