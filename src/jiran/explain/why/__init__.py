"""Why a home got its price: a short plain explanation with the numbers of the book, one file a family of reasoning.

A cleared book and a home come in. A rule declares its line of reasoning; one that declares none, or comes from elsewhere,
gets the general explanation, which places a home's price among those of all trades.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.explain.step.outcome import energy, same
from jiran.explain.why import auctions, groups, posted, shares, truthful  # noqa: F401  the lines of reasoning
from jiran.explain.why.base import REASONINGS, Case, sides
from jiran.sentences import form, true_ones
from jiran.words import price

if TYPE_CHECKING:
    from jiran.explain.step.outcome import Outcome
    from jiran.sentences import Figures, Sentence


def headline(outcome: Outcome, home: int) -> Sentence:
    """Say in a sentence what a home traded, and at what price.

    Args:
        outcome: The cleared book.
        home: Number of the home.
    """
    case = Case(outcome, home)
    return true_ones(no_order(case), no_trade(case), traded(case))[0]


@form("why.no_order", lambda figures: f"{figures['home']} has nothing to sell and needs nothing.")
def no_order(case: Case) -> Figures | None:
    """True of a home without an order.

    Returns:
        home: Its name.
    """
    return None if case.order_kwh else {"home": case.name}


@form(
    "why.no_trade",
    lambda figures: (
        f"{figures['home']} {'has' if figures['sells'] else 'needs'} {energy(figures['order_kwh'], figures['digits'])} and "
        "trades nothing with neighbours."
    ),
)
def no_trade(case: Case) -> Figures | None:
    """True of a home with an order that trades nothing.

    Returns:
        home: Its name.
        sells: Whether it sells; else it buys.
        order_kwh: What it has or needs, kWh.
        digits: Digits of energy in this book.
    """
    if not case.order_kwh or case.kwh:
        return None
    return case.figures(order_kwh=case.order_kwh, digits=case.outcome.digits)


def _traded_words(figures: Figures) -> str:
    does, at = ("sells", "for") if figures["sells"] else ("buys", "at")
    part = f" of {energy(figures['order_kwh'], figures['digits'])}" if figures["in_part"] else ""
    unit = f"{figures['currency']} " if figures["currency"] else ""
    return (
        f"{figures['home']} {does} {energy(figures['kwh'], figures['digits'])}{part} {at} {unit}{price(figures['price'])} per "
        f"kWh{' on average' if figures['several'] else ''}."
    )


@form("why.traded", _traded_words)
def traded(case: Case) -> Figures | None:
    """True of a home that trades: how much of its order, and at what price, on average if it has several.

    Returns:
        kwh: What it traded, kWh.
        order_kwh: What it had or needed, kWh.
        in_part: Whether some of it is left.
        price: What it paid, without network charge, or got per kWh, weighted by energy.
        several: Whether its trades differ in price.
        currency: Of the book, or "".
        digits: Digits of energy in this book.
    """
    if not case.kwh:
        return None
    prices = [pair.seller_price if case.sells else pair.buyer_price for pair in case.pairs]
    return case.figures(
        kwh=case.kwh,
        order_kwh=case.order_kwh,
        in_part=case.in_part,
        price=case.price,
        several=not same(min(prices), max(prices)),
        currency=case.book.currency,
        digits=case.outcome.digits,
    )


def explain(outcome: Outcome, home: int) -> tuple[Sentence, ...]:
    """Say why a home got its price, or why it did not trade.

    A rule from outside is not believed in what it declares of its reasoning: only its trades are described.

    Args:
        outcome: The cleared book.
        home: Number of the home.
    """
    case = Case(outcome, home)
    if not case.order_kwh:
        return true_ones(no_part(case))
    if not case.other_homes.size:
        return true_ones(no_others(case))
    mechanism = outcome.mechanism
    own = REASONINGS.get(mechanism.reasoning) if mechanism.trusted else None
    return (own or _from_elsewhere)(case)


@form("why.no_part", lambda figures: f"So {figures['home']} takes no part in the market.")
def no_part(case: Case) -> Figures | None:
    """True of a home without an order.

    Returns:
        home: Its name.
    """
    return None if case.order_kwh else {"home": case.name}


@form(
    "why.no_others",
    lambda figures: (
        f"There are no {sides(figures['sells'])[1]} in this step, so {figures['home']} finds nobody to trade with."
    ),
)
def no_others(case: Case) -> Figures | None:
    """True of a home with an order while the other side of the market is empty."""
    return case.figures() if case.order_kwh and not case.other_homes.size else None


def compare(outcome: Outcome, home: int) -> tuple[Sentence, ...]:
    """Compare a home's price with its own limit and with the grid's price; nothing for a home that did not trade.

    Args:
        outcome: The cleared book.
        home: Number of the home.
    """
    case = Case(outcome, home)
    return true_ones(against_limit(case), against_grid(case))


def _difference(gain: float) -> str:
    """Return what a kWh gains (> 0) or loses in words."""
    if same(gain, 0.0):
        return "No gain and no loss."
    return f"A {'gain' if gain > 0.0 else 'loss'} of {price(abs(gain))} per kWh."


def _limit_words(figures: Figures) -> str:
    limit = "It asked at least" if figures["sells"] else "It would have paid up to"
    beyond = same(figures["gain"], 0.0) or figures["gain"] > 0.0
    note = "" if beyond else f", but {'gets less' if figures['sells'] else 'pays more'}"
    return f"{limit} {price(figures['limit'])}{note}. {_difference(figures['gain'])}"


@form("why.against_limit", _limit_words)
def against_limit(case: Case) -> Figures | None:
    """True of a home that trades and whose limit is not the grid's price: what it gains by a kWh against that limit.

    Returns:
        sells: Whether the home sells.
        limit: Its ask or bid.
        gain: Per kWh, below 0 beyond its limit.
    """
    if not case.kwh:
        return None
    charge = 0.0 if case.sells else case.book.network_charge
    if same(case.limit, case.book.outside_price(case.home) - charge):
        return None
    sign = 1.0 if case.sells else -1.0
    return {"sells": case.sells, "limit": case.limit, "gain": sign * (case.price - case.limit)}


def _grid_words(figures: Figures) -> str:
    charge = f"; a neighbour's kWh costs {price(figures['charge'])} more for the network" if figures["charge"] else ""
    asks = "gives" if figures["sells"] else "asks"
    return f"The grid {asks} {price(figures['grid'])}{charge}. {_difference(figures['gain'])}"


@form("why.against_grid", _grid_words)
def against_grid(case: Case) -> Figures | None:
    """True of a home that trades: what it gains by a kWh against the grid's price, network charge paid.

    Returns:
        sells: Whether the home sells.
        grid: What the grid gives, or takes, per kWh.
        charge: What a buyer pays the network for a neighbour's kWh.
        gain: Per kWh against the grid, charge paid.
    """
    if not case.kwh:
        return None
    outside, sign = case.book.outside_price(case.home), 1.0 if case.sells else -1.0
    charge = 0.0 if case.sells else case.book.network_charge
    return {
        "sells": case.sells,
        "grid": outside,
        "charge": charge,
        "gain": sign * (case.price - outside) - charge,
    }


def _from_elsewhere(case: Case) -> tuple[Sentence, ...]:
    """Place the price among those of all trades."""
    return true_ones(nobody_may(case), among_all(case))


@form("why.nobody_may", lambda _: "This rule lets nobody trade in this step.")
def nobody_may(case: Case) -> Figures | None:
    """True where nothing is traded.

    Returns:
        {} if it is so.
    """
    return None if case.outcome.kwh else {}


def _among_words(figures: Figures) -> str:
    own, verb, mean = sides(figures["sells"])[0], "get" if figures["sells"] else "pay", figures["mean"]
    low, high = figures["prices"]
    text = (
        f"All {own} who trade {verb} {price(mean)}."
        if same(low, high)
        else f"The {own} {verb} {price(low)} to {price(high)}, {price(mean)} on average."
    )
    if figures["price"] is None:
        return f"The rule gave {figures['home']} no trade. {text}"
    away = figures["price"] - mean
    if same(away, 0.0):
        return text
    return f"{text} For {figures['home']} it is {price(abs(away))} {'more' if away > 0.0 else 'less'}."


@form("why.among", _among_words)
def among_all(case: Case) -> Figures | None:
    """True where something is traded: the prices of the home's side, their mean by energy, and the home's own.

    Returns:
        prices: Lowest and highest price of its side.
        mean: Their mean, weighted by energy.
        price: The home's own; None without a trade.
    """
    outcome = case.outcome
    if not outcome.kwh:
        return None
    prices = outcome.trades.seller_price if case.sells else outcome.trades.buyer_price
    return case.figures(
        prices=[float(prices.min()), float(prices.max())],
        mean=float((prices * outcome.trades.kwh).sum() / outcome.kwh),
        price=case.price if case.kwh else None,
    )
