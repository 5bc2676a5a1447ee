"""Why: auctions that are built so that nobody gains by a false bid.

All four let a home's limit decide only whether it trades, never at what price; each says whose limits make the price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.again import more_digits
from jiran.explain.step.outcome import energy, same
from jiran.explain.why.base import (
    last_in_line,
    left_behind,
    listed,
    marginal,
    no_pair,
    reasoning,
    scarcity,
    sides,
)
from jiran.market import Clearing
from jiran.market.merit import merit_trades
from jiran.nothing import NOTHING_KWH
from jiran.sentences import form, true_ones
from jiran.words import price

if TYPE_CHECKING:
    from jiran.explain.why.base import Case
    from jiran.market.book import Array, Homes
    from jiran.sentences import Figures, Sentence


@reasoning("last-pair-given-up")
def trade_reduction(case: Case) -> tuple[Sentence, ...]:
    """Explain the price that the given-up pair sets."""
    if marginal(case)[0] < 0:
        return true_ones(no_pair(case))
    return true_ones(given_up(case), *_without_last(case))


@reasoning("last-pair-given-up-equal-cut")
def huang(case: Case) -> tuple[Sentence, ...]:
    """Explain the same where each order of the longer side is cut by as many kWh."""
    if marginal(case)[0] < 0:
        return true_ones(no_pair(case))
    return true_ones(given_up(case), stays_out(case), cut(case))


def _given_up_words(figures: Figures) -> str:
    bid, ask = price(figures["bid"]), price(figures["ask"])
    text = f"The last pair that still fits, {figures['buyer']} (bids {bid}) with {figures['seller']} (asks {ask}), is given up."
    if not figures["others"]:
        return f"{text} Without it nobody trades."
    return (
        f"{text} Its bid is what all other buyers pay, {bid}; its ask is what all other sellers get, {ask}. So nobody who "
        "trades moves its own price by another bid or ask."
    )


@form("why.given_up", _given_up_words)
def given_up(case: Case) -> Figures | None:
    """True where the last pair that fits trades nothing, and sets the prices of the others, if any are left.

    Trade reduction: the marginal pair is excluded and its limits are the prices (McAfee 1992,
    doi:10.1016/0022-0531(92)90091-U, has it as the second case).

    Returns:
        seller: Name of the seller that is given up.
        buyer: Name of the buyer.
        ask: Its ask, what all sellers get.
        bid: Its bid, what all buyers pay.
        others: Whether anybody trades.
    """
    seller, buyer = marginal(case)
    if seller < 0:
        return None
    return {
        "seller": case.named(seller),
        "buyer": case.named(buyer),
        "ask": case.limit_of(seller),
        "bid": case.limit_of(buyer),
        "others": case.outcome.kwh > 0.0,
    }


def _without_last(case: Case) -> tuple[Sentence, ...]:
    """Say what giving up the last pair means for a home where the others are rationed pro rata."""
    offered, wanted = _kept_kwh(case)
    return true_ones(stays_out(case), scarcity(case, offered, wanted) if case.kwh else None)


def _kept(case: Case) -> tuple[Homes, Homes]:
    """Return the sellers and the buyers that stand before the last pair.

    Numbers of homes, best limit first.
    """
    seller, buyer = marginal(case)
    sellers, buyers = (
        homes[: int(np.flatnonzero(homes == last)[0])]
        for homes, last in ((case.book.sellers, seller), (case.book.buyers, buyer))
    )
    return sellers, buyers


def _kept_kwh(case: Case) -> tuple[float, float]:
    """Return what those sellers have and those buyers want, kWh."""
    sellers, buyers = _kept(case)
    return float(case.book.net_kwh[sellers].sum()), float(-case.book.net_kwh[buyers].sum())


def _stays_out_words(figures: Figures) -> str:
    match figures["why"]:
        case "last":
            return f"{figures['home']} belongs to the pair that is given up, so it trades nothing."
        case "behind":
            return f"{figures['home']} stands behind that pair in the order of prices, so it trades nothing."
        case "cut":
            return (
                f"There are more {sides(figures['sells'])[0]} than needed, and each trades the same amount less: that is all of "
                f"{figures['home']}'s order."
            )
    return f"Without that pair there are no {sides(figures['sells'])[1]} left for {figures['home']}."


@form("why.stays_out", _stays_out_words)
def stays_out(case: Case) -> Figures | None:
    """True of a home that trades nothing because the last pair is given up, or because it stands behind it.

    Returns:
        why: "last" if it is of the pair, "behind" if it stands behind it, "cut" if its whole order is cut, "nobody" if
            no partner is left.
    """
    seller, buyer = marginal(case)
    if seller < 0 or case.kwh:
        return None
    kept = _kept(case)
    if case.home in (seller, buyer):
        why = "last"
    elif case.home not in kept[0 if case.sells else 1]:
        why = "behind"
    else:
        why = "cut" if kept[1 if case.sells else 0].size else "nobody"
    return case.figures(why=why)


@form(
    "why.cut",
    lambda figures: (
        f"{'Sellers before that pair have more than buyers want' if figures['sells'] else 'Buyers before that pair want more than sellers have'}"
        f", and each trades the same amount less: {figures['home']} {energy(figures['less_kwh'], figures['digits'])} less."
    ),
)
def cut(case: Case) -> Figures | None:
    """True of a home whose side is cut by the same number of kWh each.

    Returns:
        less_kwh: By how much its order is cut, kWh.
        digits: Digits of energy in this book.
    """
    if not case.in_part:
        return None
    return case.figures(less_kwh=case.order_kwh - case.kwh, digits=case.outcome.digits)


@reasoning("first-pair-that-fails")
def mcafee(case: Case) -> tuple[Sentence, ...]:
    """Explain the price of the first pair that fails, or trade reduction."""
    if marginal(case)[0] < 0:
        return true_ones(no_pair(case))
    tried, fits = first_failing(case), holds(case)
    if fits is not None:
        return true_ones(tried, fits, left_behind(case), last_in_line(case))
    return true_ones(tried, given_up(case), *_without_last(case))


def _failing_words(figures: Figures) -> str:
    bidder, asker = (f"{name}'s" if name else "the grid's" for name in (figures["bidder"], figures["asker"]))
    digits = 4 + more_digits(lambda p, q: (p + q) / 2.0, [(figures["bid"], 4), (figures["ask"], 4)], figures["price"])
    bid, ask, low, high = (price(figures[one], digits=digits) for one in ("bid", "ask", "low", "high"))
    fits = figures["low"] <= figures["price"] <= figures["high"]
    lies = f"lies between the last ask ({low}) and the last bid ({high}) that do fit"
    return (
        f"The rule tries the middle of the first bid and the first ask that no longer fit: {bidder} {bid} and "
        f"{asker} {ask} give {price(figures['price'])}. That {lies if fits else lies.replace('lies', 'does not lie')}."
    )


@form("why.failing", _failing_words)
def first_failing(case: Case) -> Figures | None:
    """True where a pair fits: the price that the first bid and ask behind it would give, and whether it can be used.

    Returns:
        bid: Of the first buyer behind the last pair, or what the grid gives.
        bidder: Its name; "" for the grid.
        ask: Of the first seller behind the last pair, or what the grid takes.
        asker: Its name; "" for the grid.
        price: The middle of the two.
        low: The ask of the last pair that fits.
        high: Its bid.
    """
    seller, buyer = marginal(case)
    if seller < 0:
        return None
    bid, bidder = _next(case, case.book.buyers, buyer, case.book.export_price)
    ask, asker = _next(case, case.book.sellers, seller, case.book.import_price)
    return {
        "bid": bid,
        "bidder": bidder,
        "ask": ask,
        "asker": asker,
        "price": (bid + ask) / 2.0,
        "low": case.limit_of(seller),
        "high": case.limit_of(buyer),
    }


@form(
    "why.holds",
    lambda figures: (
        f"So all who fit trade at {price(figures['price'])}, and none of those who trade has set the price."
    ),
)
def holds(case: Case) -> Figures | None:
    """True where the price of the first bid and ask that fail can be used.

    Returns:
        price: Per kWh, for all.
    """
    found = first_failing(case)
    if found is None or not found.figures["low"] <= found.figures["price"] <= found.figures["high"]:
        return None
    return {"price": found.figures["price"]}


def _next(case: Case, homes: Homes, last: int, grid: float) -> tuple[float, str]:
    """Return the limit of the home behind the last one that fits, and whose it is; else the grid's, and nobody's.

    Args:
        case: The home.
        homes: One side, best limit first.
        last: Number of its last home that fits.
        grid: The grid's price on this side.
    """
    at = int(np.flatnonzero(homes == last)[0]) + 1
    if at == homes.size:
        return float(grid), ""
    return case.limit_of(int(homes[at])), case.named(int(homes[at]))


@reasoning("what-others-lose")
def vcg(case: Case) -> tuple[Sentence, ...]:
    """Explain the price by what the others would do without the home."""
    if marginal(case)[0] < 0:
        return true_ones(no_pair(case))
    return true_ones(externality(case), left_behind(case), without(case), last_in_line(case))


@form(
    "why.externality",
    lambda figures: (
        f"Each of the {sides(figures['sells'])[0]} "
        f"{'gets what its energy saves' if figures['sells'] else 'pays what its energy costs'} all the others: compare with "
        "the same market without it."
    ),
)
def externality(case: Case) -> Figures | None:
    """True of a rule whose prices are what a home's trade costs, or saves, the others.

    Returns:
        sells: Whether the home sells.
    """
    return {"sells": case.sells} if marginal(case)[0] >= 0 else None


def _without_words(figures: Figures) -> str:
    kwh = energy(figures["kwh"], figures["digits"])
    worth = "saves" if figures["sells"] else "costs"
    amount = "" if same(figures["kwh"], 1.0) else f" {price(figures['money'])} in all,"
    changes = listed(
        f"{who} would {verb} {energy(abs(change), figures['digits'])} {'more' if change > 0.0 else 'less'} "
        f"({'ask' if verb == 'sell' else 'bid'} {price(limit)})"
        for who, verb, change, limit in figures["changes"]
    )
    return (
        f"Without {figures['home']}, {changes}. So its {kwh} {worth} the others{amount} {price(figures['price'])} per kWh: that "
        "is its price. Its own limit decides only whether it trades."
    )


@form("why.without", _without_words)
def without(case: Case) -> Figures | None:
    """True of a home that trades: what others would trade more or less without it, which is worth its price.

    Returns:
        changes: Name, verb, kWh more (> 0) or less, and limit of each home that would trade otherwise.
        kwh: What the home trades, kWh.
        price: Per kWh: the sum of changes times limits, over its kWh.
        money: Price times kWh.
        digits: Digits of energy in this book.
    """
    if not case.kwh:
        return None
    left = case.book.without(case.home)
    alone = merit_trades(left.net_kwh, left.limit_price)
    change = Clearing.of(alone, left.homes).traded - case.outcome.traded_kwh
    change[case.home] = 0.0
    first, second = (case.book.sellers, case.book.buyers) if case.sells else (case.book.buyers, case.book.sellers)
    verbs = ("sell", "buy") if case.sells else ("buy", "sell")
    changes = [*_changes(case, first, change, verbs[0]), *_changes(case, second, change, verbs[1])]
    if not changes:
        return None
    return case.figures(
        changes=changes,
        kwh=case.kwh,
        price=case.price,
        money=case.kwh * case.price,
        digits=case.outcome.digits,
    )


def _changes(case: Case, homes: Homes, change: Array, verb: str) -> list[tuple[str, str, float, float]]:
    """Return what homes of a side would trade more or less, and at which limit.

    Args:
        case: The home.
        homes: A side, best limit first.
        change: kWh more or less of each home, shape (home,).
        verb: "sell" or "buy".
    """
    least = NOTHING_KWH * (1.0 + float(np.abs(case.book.net_kwh).max()))
    return [
        (case.named(int(home)), verb, float(change[home]), case.limit_of(int(home)))
        for home in homes
        if abs(change[home]) > least
    ]
