"""The transaction log as a page shows it, and each home's energy in a window: Tables II and I of Lit et al."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran.engine.flows import FLOWS, given_out, taken_in
from jiran.money.prices import paid_for
from jiran.nothing import NOTHING_KWH
from jiran.result.tables import trades_frame

if TYPE_CHECKING:
    from jiran.app.charts.base import Window
    from jiran.result.result import Result

#: Rows of a table that are sent to a browser.
MOST_ROWS = 10_000


@dataclass(frozen=True)
class Wanted:
    """Which trades to list: of a seller, of a buyer, from an amount on; None or 0 = all."""

    seller: str | None = None
    buyer: str | None = None
    least_kwh: float = 0.0
    largest_first: bool = False


@dataclass(frozen=True)
class Listing:
    """Trades as rows, at most `MOST_ROWS`, and what all that were wanted add up to."""

    rows: pl.DataFrame
    count: int
    kwh: float
    paid: float


def listing(result: Result, window: Window, wanted: Wanted) -> Listing:
    """Return the wanted trades of a window; only those that are shown become rows."""
    begin = int(result.flows.traded_from[window.first])
    end = int(result.flows.outputs.trades_until[window.last - 1])
    trades = result.flows.trades[begin:end]
    keep = trades["kwh"] >= wanted.least_kwh
    for side, home in (("seller", wanted.seller), ("buyer", wanted.buyer)):
        if home is not None:
            keep &= trades[side] == result.traders.index(home)
    found = np.flatnonzero(keep)
    kwh, paid = trades["kwh"][found], float(paid_for(trades[found]).sum())
    if wanted.largest_first:
        most = np.argpartition(-kwh, MOST_ROWS - 1)[:MOST_ROWS] if kwh.size > MOST_ROWS else slice(None)
        shown = np.sort(found[most])
    else:
        shown = found[:MOST_ROWS]
    rows = _rows(result, shown + begin)
    if wanted.largest_first:
        rows = rows.sort("kwh", descending=True, maintain_order=True)
    return Listing(rows, found.size, float(kwh.sum()), paid)


def _rows(result: Result, places: NDArray[np.int64]) -> pl.DataFrame:
    """Return the trades at some rising places of the log, numbered as in the whole log."""
    flows = result.flows
    until = np.searchsorted(places, flows.outputs.trades_until)
    few = replace(flows, outputs=flows.outputs._replace(trades_until=until), trades=flows.trades[places])
    frame = trades_frame(result.community, result.timeline, few)
    return frame.insert_column(0, pl.Series("number", places + 1))


def home_energy(result: Result, window: Window) -> dict[str, NDArray[np.float64]]:
    """Return each flow of each home summed over a window, by name, kWh."""
    if window.first == 0 and window.last == result.timeline.steps:
        return {name: result.settlement.home_kwh[name] for name in FLOWS}
    return {name: result.flows.between(name, window.first, window.last).sum(axis=0) for name in FLOWS}


def prosumers(result: Result, window: Window) -> pl.DataFrame:
    """Return Table I: home, kind, generation, demand, net, sold, bought and role of each home in a window.

    Of a home of which only import and export are known, generation and demand are empty.
    """
    kwh = home_energy(result, window)
    sells, buys = pl.col("sold_kwh") > NOTHING_KWH, pl.col("bought_kwh") > NOTHING_KWH
    frame = pl.DataFrame(
        {
            "home": result.community.ids,
            "kind": result.community.kinds,
            "generation_kwh": pl.Series(kwh["generation_kwh"], nan_to_null=True),
            "demand_kwh": pl.Series(kwh["load_kwh"] + kwh["ev_kwh"], nan_to_null=True),
            "sold_kwh": kwh["p2p_sold_kwh"],
            "bought_kwh": kwh["p2p_bought_kwh"],
        }
    )
    role = (
        pl.when(sells & buys)
        .then(pl.lit("sells and buys"))
        .when(sells)
        .then(pl.lit("sells"))
        .when(buys)
        .then(pl.lit("buys"))
        .otherwise(pl.lit("no trades"))
    )
    at_meter = pl.Series(given_out(kwh) - taken_in(kwh))
    net = pl.coalesce(pl.col("generation_kwh") - pl.col("demand_kwh"), at_meter)
    return frame.with_columns(role=role).insert_column(4, frame.select(net_kwh=net)["net_kwh"])
