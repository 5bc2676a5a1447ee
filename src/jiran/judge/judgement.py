"""How good a market was: by what energy is worth to the homes, against the optimum, and by Zhou's indices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.judge.indices import (
    energy_balance_index,
    equality_index,
    overall_index,
    participation_index,
    power_flatness_index,
    self_sufficiency_index,
    value_index,
)
from jiran.market.welfare import highest_welfare_by_step
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.result.figures import KPIS, Kpi, exchange_kwh, ratio
from jiran.result.limits import values_between

if TYPE_CHECKING:
    from jiran.judge.optimum import Optimum
    from jiran.result.result import Result

Array = NDArray[np.float64]

#: Values that are worked on at once.
_BLOCK = 2_000_000

#: The figures of `judge` in order. "money" stands for the scenario's currency.
JUDGEMENT = {
    "efficiency": Kpi(
        "Efficiency of the market", "", "welfare / highest welfare of any clearing of the same orders, step by step"
    ),
    "optimum_share": Kpi(
        "Share of the optimum",
        "",
        "(cost_grid_only - paid to the grid) / (cost_grid_only - cost_optimum): how much of what perfect foresight could "
        "save was saved",
    ),
    "cost_optimum": Kpi(
        "Cost at the optimum", "money", "least that the community could pay the grid, with perfect foresight"
    ),
    "stored_end_kwh": Kpi(
        "Stored at the end, cars too", "kWh", "in the battery and in EVs that lend theirs after the last step"
    ),
    "welfare": Kpi(
        "Welfare", "money", "gains from trade: sum of kWh * (what a kWh is worth to the buyer - what to the seller)"
    ),
    "price_paid": Kpi("Price paid", "/kWh", "mean price of a P2P kWh to buyers, network charge included"),
    "price_received": Kpi("Price received", "/kWh", "mean price of a P2P kWh to sellers"),
    "price_spread": Kpi(
        "Price spread",
        "/kWh",
        "highest price that a buyer pays less the lowest that a seller gets in a step, mean by energy; 0 = one price",
    ),
    "market_surplus": Kpi("Left with the market", "money", "what buyers paid and sellers did not get; < 0: a deficit"),
    "value_index": Kpi("Value (VI)", "", "(cost_grid_only - cost) / (cost_grid_only - cost_optimum)"),
    "participation_index": Kpi("Participation (PI)", "", "share of homes that pay no more than with the grid alone"),
    "equality_index": Kpi(
        "Equality (EI)",
        "",
        "1 - sum |I_n - I_m| / (2 N sum I_n) of incomes I = -cost, moved up so that the lowest is 0.01",
    ),
    "energy_balance_index": Kpi(
        "Energy balance (EBI)", "", "1 - sum |import - export| / (sum of demand + sum of generation), step by step"
    ),
    "power_flatness_index": Kpi(
        "Power flatness (PFI)",
        "",
        "1 - r / r_alone, r = highest / mean |import - export| of a step; r_alone: the same homes with the grid alone",
    ),
    "self_sufficiency_index": Kpi(
        "Self-sufficiency (SSI)", "", "1 - sum of what the community imports net / sum of demand"
    ),
    "overall_index": Kpi("Overall (OPI)", "", "mean of the three economic and the three technical indices"),
}

#: All figures by which runs are compared.
FIGURES = KPIS | JUDGEMENT


def judge(result: Result, optimum: Optimum | None = None) -> dict[str, float | None]:
    """Return the figures of `FIGURES` by name; what is undefined, or needs the optimum without one, is None.

    Args:
        result: The run.
        optimum: What `jiran.judge.optimum.community_optimum` says of it.
    """
    gained, possible = welfare_of_run(result)
    trades = result.flows.trades
    kwh = float(trades["kwh"].sum())
    figures: dict[str, float | None] = {
        "efficiency": gained / possible if possible > NOTHING_MONEY else None,
        "optimum_share": None if optimum is None else optimum.share_reached,
        "cost_optimum": None if optimum is None else optimum.cost,
        "stored_end_kwh": result.state.stored_kwh + float(np.sum(result.state.ev_stored_kwh)),
        "welfare": gained,
        "price_paid": ratio(float((trades["kwh"] * trades["buyer_price"]).sum()), kwh),
        "price_received": ratio(float((trades["kwh"] * trades["seller_price"]).sum()), kwh),
        "price_spread": _price_spread(result),
        "market_surplus": result.accounts["market"],
        **_indices(result, optimum),
    }
    return result.kpis | {name: figures[name] for name in JUDGEMENT}


def welfare_of_run(result: Result) -> tuple[float, float]:
    """Return the welfare of a run's trades, and the highest that its orders allowed.

    What a kWh is worth is what the bidding strategy drew for each home, or else the tariff. The orders of a step are
    those that were there: EVs that sold less before have more to offer.
    """
    gained = possible = 0.0
    flows, homes = result.flows, result.community.size
    block = max(1, _BLOCK // homes)
    for first in range(0, result.timeline.steps, block):
        last = min(first + block, result.timeline.steps)
        orders = flows.orders_between(first, last)
        value = values_between(result, first, last, orders)
        trades, step = flows.trades_between(first, last), flows.step_of_trades(first, last) - first
        gained += float((trades["kwh"] * (value[step, trades["buyer"]] - value[step, trades["seller"]])).sum())
        possible += float(highest_welfare_by_step(orders, value).sum())
    return gained, possible


def _price_spread(result: Result) -> float | None:
    """Return the mean over steps, by energy, of the highest buyer's less the lowest seller's price."""
    trades, until = result.flows.trades, result.flows.outputs.trades_until
    if not trades.size:
        return None
    starts = np.unique(np.concatenate([[0], until[:-1]]))
    starts = starts[starts < trades.size]
    spread = np.maximum.reduceat(trades["buyer_price"], starts) - np.minimum.reduceat(trades["seller_price"], starts)
    kwh = np.add.reduceat(trades["kwh"], starts)
    return ratio(float((spread * kwh).sum()), float(kwh.sum()))


def _indices(result: Result, optimum: Optimum | None) -> dict[str, float | None]:
    """Return the indices of Zhou et al. 2018; the ratio that counts as flatness 0 is that of the homes alone."""
    run, alone = result.settlement, result.without_p2p
    net, demand = exchange_kwh(run.step_kwh), run.step_kwh["load_kwh"] + run.step_kwh["ev_kwh"]
    net_alone = (
        exchange_kwh(alone.step_kwh) + alone.step_kwh["battery_drawn_kwh"] - alone.step_kwh["battery_charged_kwh"]
    )
    exchanged = np.abs(net_alone)
    cost_alone = float(alone.left_cost.sum())
    value = None if optimum is None else value_index(-float(run.cost.sum()), -cost_alone, -optimum.cost)
    economic = value, participation_index(run.cost, alone.left_cost), equality_index(-run.cost)
    technical = (
        energy_balance_index(net, demand, run.step_kwh["generation_kwh"]),
        power_flatness_index(net, float(exchanged.max() / exchanged.mean())) if exchanged.max() > NOTHING_KWH else None,
        self_sufficiency_index(net, demand),
    )
    known = [index for index in (*economic, *technical) if index is not None]
    overall = overall_index((known[0], known[1], known[2]), (known[3], known[4], known[5])) if len(known) == 6 else None
    names = (
        "value_index", "participation_index", "equality_index",
        "energy_balance_index", "power_flatness_index", "self_sufficiency_index",
    )  # fmt: skip
    return {**dict(zip(names, (*economic, *technical), strict=True)), "overall_index": overall}
