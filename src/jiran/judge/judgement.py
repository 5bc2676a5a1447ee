"""How good a market was: by what energy is worth to the homes, against the optimum, and by Zhou's indices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

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
from jiran.money.prices import paid_for, received_for
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.result.basis import exchange_alone_kwh, exchange_kwh
from jiran.result.figure import INDEX, MONEY, PRICE, SHARE, Column, Figure
from jiran.result.figures import KPIS
from jiran.result.limits import values_between
from jiran.result.shares import ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.judge.optimum import Optimum
    from jiran.result.result import Result

Array = NDArray[np.float64]

#: Values that are worked on at once.
_BLOCK = 2_000_000


@dataclass(frozen=True)
class Judged:
    """A run as its judgements see it.

    Attributes:
        result: The run.
        optimum: What perfect foresight would have paid, or None if that was not worked out.
    """

    result: Result
    optimum: Optimum | None

    @cached_property
    def welfare(self) -> tuple[float, float]:
        """The welfare of the run's trades, and the highest that its orders allowed."""
        return welfare_of_run(self.result)

    @cached_property
    def demand_kwh(self) -> Array:
        """Demand of the community, shape (step,)."""
        step_kwh = self.result.settlement.step_kwh
        return step_kwh["load_kwh"] + step_kwh["ev_kwh"]

    @cached_property
    def net_kwh(self) -> Array:
        """What the community takes from the grid, less what it gives, shape (step,)."""
        return exchange_kwh(self.result.settlement.step_kwh)

    def mean_price(self, amounts_of: Callable[[NDArray[np.void]], Array]) -> float | None:
        """Return a price of the trades, its mean by energy.

        Args:
            amounts_of: Gives the amount of each trade: what the buyer pays, or what the seller gets.
        """
        trades = self.result.flows.trades
        return ratio(float(amounts_of(trades).sum()), float(trades["kwh"].sum()))


def _efficiency(run: Judged) -> float | None:
    """Return gained / possible, or None if nothing can be gained."""
    gained, possible = run.welfare
    return gained / possible if possible > NOTHING_MONEY else None


def _value(run: Judged) -> float | None:
    """Return Zhou's value index, or None without the optimum."""
    cost, alone = run.result.settlement.cost, run.result.without_p2p.cost_without_battery
    return None if run.optimum is None else value_index(-float(cost.sum()), -float(alone.sum()), -run.optimum.cost)


def _participation(run: Judged) -> float:
    """Return Zhou's participation index: a home counts whose cost is not above that with the grid alone."""
    return participation_index(run.result.settlement.cost, run.result.without_p2p.cost_without_battery)


def _equality(run: Judged) -> float:
    """Return Zhou's equality index of the homes' incomes, which are their costs with the other sign."""
    return equality_index(-run.result.settlement.cost)


def _energy_balance(run: Judged) -> float | None:
    """Return Zhou's energy balance index of the community."""
    return energy_balance_index(run.net_kwh, run.demand_kwh, run.result.settlement.step_kwh["generation_kwh"])


def _flatness(run: Judged) -> float | None:
    """Return flatness against the homes alone: their ratio of the highest to the mean counts as 0."""
    exchanged = np.abs(exchange_alone_kwh(run.result.without_p2p.step_kwh))
    if exchanged.max() <= NOTHING_KWH:
        return None
    return power_flatness_index(run.net_kwh, float(exchanged.max() / exchanged.mean()))


def _self_sufficiency(run: Judged) -> float | None:
    """Return Zhou's self-sufficiency index of the community."""
    return self_sufficiency_index(run.net_kwh, run.demand_kwh)


def _overall(run: Judged) -> float | None:
    """Return the mean of six indices, or None if one of them is undefined."""
    value, balance, flatness, own = _value(run), _energy_balance(run), _flatness(run), _self_sufficiency(run)
    if value is None or balance is None or flatness is None or own is None:
        return None
    return overall_index((value, _participation(run), _equality(run)), (balance, flatness, own))


#: The figures that `judge` adds to those of the run, in order.
JUDGEMENT: dict[str, Figure[Judged]] = {
    "efficiency": Figure(
        "Efficiency of the market", SHARE, "welfare / highest welfare of any clearing of the same orders, step by step",
        _efficiency,
        column=Column(
            "Efficiency, %", "Efficiency, %", "Effi- ciency %", 98,
            "Of the gain that the best possible market could make from the same bids. What a kWh is worth to a home is what "
            "its bidding strategy says, or else the tariff. Below 0: kWh went to homes to which they are worth less.",
            "best",
        ),
    ),
    "optimum_share": Figure(
        "Share of the optimum", SHARE,
        "(cost_alone - paid to the grid) / (cost_alone - cost_optimum): how much of what perfect foresight could "
        "save was saved",
        lambda run: None if run.optimum is None else run.optimum.share_reached,
        column=Column(
            "Reached, %", "Reached, %", "Reached %", 86,
            "Of what the homes could save at the grid, by trading and with the battery, if they knew everything beforehand. "
            "100 % = none of these rules can do better. What is stored at the end counts as nothing; below 0 the homes pay the grid "
            "more than each alone, for energy that is left in the battery.",
            "best",
        ),
    ),
    "cost_optimum": Figure(
        "Cost at the optimum", MONEY, "least that the community could pay the grid, with perfect foresight",
        lambda run: None if run.optimum is None else run.optimum.cost,
    ),
    "cost_alone": Figure(
        "Cost of homes alone", MONEY, "what the homes would pay, each alone with the grid, without any battery",
        lambda run: None if run.optimum is None else run.optimum.cost_grid_only,
    ),
    "welfare": Figure(
        "Welfare", MONEY, "gains from trade: sum of kWh * (what a kWh is worth to the buyer - what to the seller)",
        lambda run: run.welfare[0],
    ),
    "price_paid": Figure(
        "Price paid", PRICE, "mean price of a P2P kWh to buyers, network charge included",
        lambda run: run.mean_price(paid_for),
        column=Column(
            "Buyers pay, money/kWh", "Buyers pay", "Buyers pay", 88,
            "Mean price of a traded kWh, network charge included.",
        ),
    ),
    "price_received": Figure(
        "Price received", PRICE, "mean price of a P2P kWh to sellers", lambda run: run.mean_price(received_for),
        column=Column("Sellers get, money/kWh", "Sellers get", "Sellers get", 90, "Mean price of a traded kWh."),
    ),
    "price_spread": Figure(
        "Price spread", PRICE,
        "highest price that a buyer pays less the lowest that a seller gets in a step, mean by energy; 0 = one price",
        lambda run: _price_spread(run.result),
    ),
    "market_surplus": Figure(
        "Left with the market", MONEY, "what buyers paid and sellers did not get; < 0: a deficit",
        lambda run: run.result.accounts["market"],
        column=Column(
            "Market keeps, money", "Market keeps", "Market keeps", 102,
            "What buyers paid and sellers did not get. Below 0: the market pays more than it takes, so somebody must fill "
            "the gap.",
            "kept",
        ),
    ),
    "value_index": Figure("Value (VI)", INDEX, "(cost_grid_only - cost) / (cost_grid_only - cost_optimum)", _value),
    "participation_index": Figure(
        "Participation (PI)", INDEX, "share of homes that pay no more than with the grid alone", _participation
    ),
    "equality_index": Figure(
        "Equality (EI)", INDEX,
        "1 - sum |I_n - I_m| / (2 N sum I_n) of incomes I = -cost, moved up so that the lowest is 0.01", _equality,
    ),
    "energy_balance_index": Figure(
        "Energy balance (EBI)", INDEX, "1 - sum |import - export| / (sum of demand + sum of generation), step by step",
        _energy_balance,
    ),
    "power_flatness_index": Figure(
        "Power flatness (PFI)", INDEX,
        "1 - r / r_alone, r = highest / mean |import - export| of a step; r_alone: the same homes with the grid alone",
        _flatness,
    ),
    "self_sufficiency_index": Figure(
        "Self-sufficiency (SSI)", INDEX, "1 - sum of what the community imports net / sum of demand", _self_sufficiency
    ),
    "overall_index": Figure(
        "Overall (OPI)", INDEX, "mean of the three economic and the three technical indices", _overall
    ),
}  # fmt: skip

#: All figures by which runs are compared: what a comparison's readers need of each, whatever it is worked out of.
FIGURES: dict[str, Figure[Any]] = {**KPIS, **JUDGEMENT}


def judge(result: Result, optimum: Optimum | None = None) -> dict[str, float | None]:
    """Return the figures of `FIGURES` by name; what is undefined, or needs the optimum without one, is None.

    Args:
        result: The run.
        optimum: What `jiran.judge.optimum.community_optimum` says of it.
    """
    run = Judged(result, optimum)
    return result.kpis | {name: figure.of(run) for name, figure in JUDGEMENT.items()}


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
    """Return the mean over steps, by energy, of the highest buyer's less the lowest seller's price, money/kWh.

    None if nothing is traded.
    """
    trades, until = result.flows.trades, result.flows.outputs.trades_until
    if not trades.size:
        return None
    starts = np.unique(np.concatenate([[0], until[:-1]]))
    starts = starts[starts < trades.size]
    spread = np.maximum.reduceat(trades["buyer_price"], starts) - np.minimum.reduceat(trades["seller_price"], starts)
    kwh = np.add.reduceat(trades["kwh"], starts)
    return ratio(float((spread * kwh).sum()), float(kwh.sum()))
