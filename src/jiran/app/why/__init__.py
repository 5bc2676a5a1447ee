"""Why a home got its price: a short plain explanation for each market rule, with the numbers of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.app.outcome import ROUNDING
from jiran.app.showing import plain
from jiran.app.why import auctions, posted, shares, truthful
from jiran.app.why.base import Case
from jiran.words import price

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.app.outcome import Outcome

#: What explains each rule, by its name; a rule from elsewhere gets `_from_elsewhere`.
EXPLANATIONS: dict[str, Callable[[Case], list[str]]] = {
    "bill-sharing": posted.bill_sharing,
    "consensus": shares.consensus,
    "continuous-double-auction": auctions.continuous_double_auction,
    "grid-fraction": posted.grid_fraction,
    "grid-only": posted.grid_only,
    "huang": truthful.huang,
    "mcafee": truthful.mcafee,
    "mid-market-rate": posted.mid_market_rate,
    "muda": truthful.muda,
    "nash-bargaining": shares.nash_bargaining,
    "nucleolus": shares.nucleolus,
    "pay-as-bid": auctions.pay_as_bid,
    "random-p2p": auctions.random_p2p,
    "shapley": shares.shapley,
    "supply-demand-ratio": posted.supply_demand_ratio,
    "trade-reduction": truthful.trade_reduction,
    "uniform-price": auctions.uniform_price,
    "vcg": truthful.vcg,
}


def headline(outcome: Outcome, home: int) -> str:
    """Say in a sentence what a home traded, and at what price."""
    case = Case(outcome, home)
    if not case.order_kwh:
        return f"{case.name} has nothing to sell and needs nothing."
    does = ("sells", "has") if case.sells else ("buys", "needs")
    if not case.kwh:
        return f"{case.name} {does[1]} {case.energy(case.order_kwh)} and trades nothing with neighbours."
    part = f" of {case.energy(case.order_kwh)}" if case.in_part else ""
    several = len({round(pair.seller_price if case.sells else pair.buyer_price, 9) for pair in case.pairs}) > 1
    unit = f"{plain(case.book.currency)} " if case.book.currency else ""
    at = f"{'at' if not case.sells else 'for'} **{unit}{price(case.price)} per kWh**"
    return f"{case.name} {does[0]} {case.energy(case.kwh)}{part} {at}{' on average' if several else ''}."


def explain(outcome: Outcome, home: int) -> list[str]:
    """Say why a home got its price, or why it did not trade; sentences in Markdown."""
    case = Case(outcome, home)
    if not case.order_kwh:
        return ["What it generates covers what it needs, so it takes no part in the market."]
    others = case.book.buyers if case.sells else case.book.sellers
    if not others.size:
        return [f"There are no {case.others} in this step, so the grid {'takes' if case.sells else 'supplies'} it all."]
    return EXPLANATIONS.get(outcome.rule, _from_elsewhere)(case)


def compare(outcome: Outcome, home: int) -> list[str]:
    """Compare a home's price with its own limit and with the grid's price; nothing for a home that did not trade."""
    case = Case(outcome, home)
    if not case.kwh:
        return []
    limit = "It asked at least" if case.sells else "It would have paid up to"
    outside = case.book.outside_price(home)
    charge = 0.0 if case.sells else case.book.network_charge
    said = []
    if abs(case.limit - (outside - charge)) > ROUNDING:
        beyond = outcome.traded_beyond_limit(home)
        note = ": this rule does not look at it" if beyond else ""
        said.append(f"{limit} {price(case.limit)}{note}. {_difference(float(outcome.gains[home]) / case.kwh)}")
    grid = f"The grid {'gives' if case.sells else 'asks'} {price(outside)}"
    if charge:
        grid += f"; a neighbour's kWh costs {price(charge)} more for the network"
    said.append(f"{grid}. {_difference(float(outcome.grid_gains[home]) / case.kwh)}")
    return said


def _difference(gain: float) -> str:
    if abs(gain) < 5e-5:
        return "No gain and no loss."
    return f"A gain of {price(gain)} per kWh." if gain > 0.0 else f"A **loss** of {price(-gain)} per kWh."


def _from_elsewhere(case: Case) -> list[str]:
    """Place the price among those of all trades."""
    outcome = case.outcome
    if not outcome.kwh:
        return ["This rule lets nobody trade in this step."]
    prices = outcome.trades.seller_price if case.sells else outcome.trades.buyer_price
    mean = float((prices * outcome.trades.kwh).sum() / outcome.kwh)
    verb = "get" if case.sells else "pay"
    among = (
        f"All {case.own_side} {verb} {price(mean)}."
        if price(prices.min()) == price(prices.max())
        else f"The {case.own_side} {verb} {price(prices.min())} to {price(prices.max())}, {price(mean)} on average."
    )
    if not case.kwh:
        return [f"The rule gave {case.name} no trade. {among}"]
    away = case.price - mean
    if abs(away) < 5e-5:
        return [among]
    return [f"{among} For {case.name} it is {price(abs(away))} {'more' if away > 0 else 'less'}."]
