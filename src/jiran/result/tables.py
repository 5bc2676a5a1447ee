"""Results as polars frames: trades, homes, steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from jiran.engine.energy import traders
from jiran.engine.flows import FLOWS, given_out, taken_in, traded_kwh
from jiran.money.prices import paid_for, received_for
from jiran.nothing import LAST_DIGITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.engine.energy import Flows
    from jiran.homes.community import Community
    from jiran.homes.timeline import Timeline
    from jiran.money.prices import Prices
    from jiran.money.settlement import Settlement


def times(timeline: Timeline) -> pl.Series:
    """Return the start of each step in the community's time zone, shape (step,)."""
    utc = pl.Series("time", timeline.utc_s * 1_000_000).cast(pl.Datetime("us", "UTC"))
    return utc.dt.convert_time_zone(timeline.zone)


def trades_frame(
    community: Community, timeline: Timeline, flows: Flows, first: int = 0, last: int | None = None
) -> pl.DataFrame:
    """Return the transaction log, one row a trade, in order of time.

    Args:
        community: For the names.
        timeline: For the times.
        flows: For the trades.
        first: First step.
        last: Step to stop before; default: the end.
    """
    last = timeline.steps if last is None else last
    trades, step = flows.trades_between(first, last), flows.step_of_trades(first, last).astype(np.int32)
    ids = traders(community.ids, battery=flows.street_bids)
    names = pl.Series(ids, dtype=pl.Enum(ids))

    def named(index: NDArray[np.int32]) -> pl.Series:
        return names.gather(index.copy())

    return pl.DataFrame(
        {
            "step": step,
            "time": times(timeline).gather(step),
            "seller": named(trades["seller"]),
            "buyer": named(trades["buyer"]),
            "kwh": trades["kwh"],
            "buyer_price": trades["buyer_price"],
            "seller_price": trades["seller_price"],
            "paid": paid_for(trades),
            "received": received_for(trades),
        }
    )


def homes_frame(community: Community, settled: Settlement, without_p2p: Settlement) -> pl.DataFrame:
    """Return one row a home: its energy, its bill with and without P2P, and its ratios; null where undefined or unknown.

    Args:
        community: For names, kinds, and of which homes only import and export are known.
        settled: The run: energy of each home in kWh and money, shape (home,).
        without_p2p: The same homes without trades; without the community battery too in `cost_grid_only`.
    """
    kwh = settled.home_kwh
    demand = pl.col("load_kwh") + pl.col("ev_kwh")
    columns = {name: pl.col(name) for name in FLOWS}
    frame = pl.DataFrame(
        {
            "id": community.ids,
            "kind": community.kinds,
            "net_metered": community.net_metered,
            **{name: pl.Series(kwh[name], nan_to_null=True) for name in (*FLOWS, "ev_lent_kwh")},
            "p2p_paid": settled.paid,
            "p2p_received": settled.received,
            "curtailed_value": settled.curtailed_value,
            "cost": settled.cost,
            "cost_without_p2p": without_p2p.cost,
            "cost_grid_only": without_p2p.cost_without_battery,
        },
        schema_overrides={"id": pl.String, "kind": pl.String},
    )
    return frame.with_columns(
        saving=pl.col("cost_without_p2p") - pl.col("cost"),
        saving_grid_only=pl.col("cost_grid_only") - pl.col("cost"),
        self_consumption=_rest(given_out(columns) - pl.col("ev_lent_kwh"), pl.col("generation_kwh")),
        self_sufficiency=_rest(taken_in(columns), demand),
    )


def _rest(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return what `shares.rest` does, for columns: 1 - part / whole without the residue of sums; null without a whole."""
    share = 1 - part / whole
    return pl.when(whole > 0).then(pl.when(share.abs() > LAST_DIGITS).then(share).otherwise(0.0))


def steps_frame(timeline: Timeline, flows: Flows, settled: Settlement, price: Prices) -> pl.DataFrame:
    """Return one row a step: the community's energy, the battery's state at the end of the step, trades and prices.

    Energy is null where it is not known of all homes. What the community battery sold and bought in the market is there if it bids.

    Args:
        timeline: For the times.
        flows: For the battery's state, kWh, shape (step,).
        settled: The run: energy summed over homes, kWh, shape (step,).
        price: Prices of grid and battery per kWh, shape (step,).
    """
    columns = {flow.column: settled.step_kwh[flow.name] for flow in FLOWS.values() if flow.column}
    columns[FLOWS["p2p_sold_kwh"].column] = traded_kwh(settled.step_kwh)
    at_market = ("battery_sold_kwh", "battery_bought_kwh") if flows.street_bids else ()
    with_grid = {flow.column for flow in FLOWS.values() if flow.account == "grid" or flow.at_meter}
    return pl.DataFrame(
        {
            "step": np.arange(timeline.steps, dtype=np.int32),
            "time": times(timeline),
            **{name: pl.Series(kwh, nan_to_null=True) for name, kwh in columns.items() if name not in with_grid},
            "soc_kwh": flows.outputs.soc_kwh,
            "battery_import_kwh": flows.outputs.battery_import_kwh,
            "battery_export_kwh": flows.outputs.battery_export_kwh,
            **{name: settled.step_kwh[name] for name in at_market},
            **{name: columns[name] for name in columns if name in with_grid},
            "trades": settled.trades,
            "import_price": price.grid_import,
            "export_price": price.grid_export,
            "p2p_price": pl.Series(settled.p2p_price, nan_to_null=True),
        }
    )
