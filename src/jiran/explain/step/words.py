"""What happened in one step of the market, in words: who could trade how much, and what the rule made of it.

Each sentence is asked for by several pages, so none relies on another having been said. Prices are without network
charge, as the rule sees them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jiran.explain.say import share as share_of_one
from jiran.explain.step.outcome import crossing_prices, energy, same
from jiran.market.booking import exceeds
from jiran.sentences import Sentence, form, true_ones
from jiran.words import amount, counted, price

if TYPE_CHECKING:
    from jiran.explain.step.outcome import Outcome
    from jiran.sentences import Figures


def _nobody_words(figures: Figures) -> str:
    if figures["missing"]:
        return f"Nobody trades in this step: there is no {' and no '.join(figures['missing'])}."
    if figures["bid"] is not None:
        return (
            f"Nobody trades, and no bid reaches an ask: the highest bid is {price(figures['bid'])}, the lowest ask "
            f"{price(figures['ask'])}."
        )
    return f"The rule {figures['rule']} lets nobody trade in this step."


@form("step.nobody", _nobody_words)
def nobody(outcome: Outcome) -> Figures | None:
    """True where nothing is traded: a side is missing, no bid reaches an ask, or the rule wills it.

    Returns:
        missing: "seller", "buyer" or both; empty if there are both.
        bid: The highest bid, if it is below the lowest ask; else None.
        ask: The lowest ask, likewise.
        rule: Name of the rule, which decided in all other cases.
    """
    if outcome.kwh:
        return None
    book = outcome.book
    missing = [name for name, homes in (("seller", book.sellers), ("buyer", book.buyers)) if not homes.size]
    bid, ask = (None, None) if missing else (float(book.limit_price[side[0]]) for side in (book.buyers, book.sellers))
    too_low = bid is not None and ask is not None and bid < ask
    return {
        "missing": missing,
        "bid": bid if too_low else None,
        "ask": ask if too_low else None,
        "rule": outcome.rule_name,
    }


def _scarce_words(figures: Figures) -> str:
    offered, wanted = figures["offered_kwh"], figures["wanted_kwh"]
    most = energy(min(offered, wanted), figures["digits"])
    if same(offered, wanted):
        return f"Sellers have as much as buyers want: at most {most} can be traded."
    less = "Buyers want less than sellers have" if wanted < offered else "Sellers have less than buyers want"
    return f"{less}, so at most {most} can be traded."


@form("step.scarce", _scarce_words)
def scarce(outcome: Outcome) -> Figures | None:
    """True where there are sellers and buyers: which side has less, and so how much can be traded at most.

    Returns:
        offered_kwh: What all sellers have, kWh.
        wanted_kwh: What all buyers want, kWh.
        digits: Digits of energy in this book.
    """
    offered, wanted = outcome.book.offered_kwh, outcome.book.wanted_kwh
    if not min(offered, wanted):
        return None
    return {"offered_kwh": offered, "wanted_kwh": wanted, "digits": outcome.digits}


def _row_words(_figures: Figures) -> str:
    return (
        "Sellers stand in a row from the lowest ask, buyers from the highest bid. Each step is one order, as wide as its "
        "energy. Where the asks are not above the bids a trade suits both sides."
    )


@form("step.row", _row_words)
def row(outcome: Outcome) -> Figures | None:
    """True where there are sellers and buyers: how their curves are drawn."""
    return {} if min(outcome.book.sellers.size, outcome.book.buyers.size) else None


def _flat_words(figures: Figures) -> str:
    def side(homes: int, one: str, does: str, at: float) -> str:
        return f"the only {one} {does}s {price(at)}" if homes == 1 else f"all {counted(homes, one)} {does} {price(at)}"

    asks = side(figures["sellers"], "seller", "ask", figures["ask"])
    bids = side(figures["buyers"], "buyer", "bid", figures["bid"])
    return f"{asks[0].upper()}{asks[1:]} and {bids}: prices do not tell the homes apart, only the rule does."


@form("step.flat", _flat_words)
def flat(outcome: Outcome) -> Figures | None:
    """True where all sellers ask the same and all buyers bid the same, which is more, and one side has several homes.

    Returns:
        sellers: How many.
        buyers: How many.
        ask: What all ask.
        bid: What all bid.
    """
    book = outcome.book
    if not book.flat:
        return None
    ask, bid = (float(book.limit_price[side[0]]) for side in (book.sellers, book.buyers))
    return {"sellers": int(book.sellers.size), "buyers": int(book.buyers.size), "ask": ask, "bid": bid}


def _no_bid_reaches_words(figures: Figures) -> str:
    return (
        f"The highest bid, {price(figures['bid'])}, is below the lowest ask, {price(figures['ask'])}: no trade suits both "
        "sides."
    )


@form("step.apart", _no_bid_reaches_words)
def no_bid_reaches(outcome: Outcome) -> Figures | None:
    """True where there are sellers and buyers, and no bid reaches an ask.

    Returns:
        bid: The highest bid.
        ask: The lowest ask.
    """
    book = outcome.book
    if not min(book.sellers.size, book.buyers.size):
        return None
    bid, ask = (float(book.limit_price[side[0]]) for side in (book.buyers, book.sellers))
    return {"bid": bid, "ask": ask} if bid < ask else None


def _cross_words(figures: Figures) -> str:
    until = energy(figures["kwh"], figures["digits"])
    if not figures["flat"]:
        return (
            f"Best with best, the bids reach the asks for {until}: so far a buyer would pay at least what a seller asks, and a "
            "trade suits both; after that no price does."
        )
    out = {"sellers": "sellers have no more", "buyers": "buyers want no more", "": "both have no more"}[figures["out"]]
    return f"Any price between ask and bid suits both sides, up to {until}, where {out}."


@form("step.cross", _cross_words)
def cross(outcome: Outcome) -> Figures | None:
    """True where a bid reaches an ask: up to how much energy trades suit both sides, best bid with best ask.

    Returns:
        kwh: Up to where it is so, kWh.
        flat: Whether all bids and all asks are alike.
        out: Which side has no more there: "sellers", "buyers", or "" for both.
        digits: Digits of energy in this book.
    """
    found, book = crossing_prices(outcome.book), outcome.book
    if found is None:
        return None
    even = same(book.offered_kwh, book.wanted_kwh)
    out = "" if even else "sellers" if book.offered_kwh < book.wanted_kwh else "buyers"
    return {"kwh": found[0], "flat": book.flat, "out": out, "digits": outcome.digits}


def _traded_words(figures: Figures) -> str:
    much, possible, digits = figures["kwh"], figures["possible_kwh"], figures["digits"]
    text = f"The rule {figures['rule']} trades {_much(much, possible, digits)}{_at(figures)}."
    if figures["beyond"]:
        text += (
            f" It does not heed every bid and ask: {counted(figures['beyond'], 'home')} "
            f"{'has' if figures['beyond'] == 1 else 'have'} a price beyond {'its' if figures['beyond'] == 1 else 'their'} limit."
        )
    if figures["cross_low"] is None:
        return text
    low, high = price(figures["cross_low"]), price(figures["cross_high"])
    where = f"the price would be {low}" if low == high else f"any price from {low} to {high} would do"
    inside = figures["cross_low"] <= figures["one_price"] <= figures["cross_high"]
    at = ", and this is one of them" if inside and low != high else ""
    return f"{text} Where supply meets demand {where}{at}."


def _much(much: float, possible: float, digits: int) -> str:
    """Return how much of what suits both sides is traded, in words; what would be written alike is nearly all."""
    if same(much, possible):
        return f"all of it, {energy(much, digits)}"
    if much > possible:
        return f"{energy(much, digits)}, more than that"
    nearly = energy(much, digits) == energy(possible, digits)
    return f"nearly all of it, {energy(much, digits)}" if nearly else f"only {energy(much, digits)}"


def _at(figures: Figures) -> str:
    """Return the price of all trades, or the span of both sides' prices."""
    if figures["one_price"] is not None:
        return f", at {price(figures['one_price'])} for all"
    spans = [
        price(low) if price(low) == price(high) else f"{price(low)} to {price(high)}"
        for low, high in (figures["buyers_pay"], figures["sellers_get"])
    ]
    return f"; buyers pay {spans[0]}, sellers get {spans[1]}"


@form("step.traded", _traded_words)
def traded(outcome: Outcome) -> Figures | None:
    """True where something is traded and a bid reaches an ask: how much of that, at what price, and against whose limit.

    Returns:
        rule: Name of the rule.
        kwh: Energy traded, kWh.
        possible_kwh: Up to where bids reach asks, kWh.
        one_price: The price of all trades; None if there are several.
        buyers_pay: Lowest and highest price of buyers.
        sellers_get: Lowest and highest price of sellers.
        beyond: Homes whose price is worse than their limit.
        cross_low: Lowest price at which supply meets demand, if that says something new; else None.
        cross_high: The highest one.
        digits: Digits of energy in this book.
    """
    found, trades = crossing_prices(outcome.book), outcome.trades
    if found is None or not outcome.kwh:
        return None
    one = outcome.one_price
    beyond = sum(outcome.traded_beyond_limit(home) > 0.0 for home in range(len(outcome.book.names)))
    tell = one is not None and not outcome.book.flat and not (same(found[1], found[2]) and same(found[1], one))
    return {
        "rule": outcome.rule_name,
        "kwh": outcome.kwh,
        "possible_kwh": found[0],
        "one_price": one,
        "buyers_pay": [float(trades.buyer_price.min()), float(trades.buyer_price.max())],
        "sellers_get": [float(trades.seller_price.min()), float(trades.seller_price.max())],
        "beyond": beyond,
        "cross_low": found[1] if tell else None,
        "cross_high": found[2] if tell else None,
        "digits": outcome.digits,
    }


def _against_words(figures: Figures) -> str:
    homes = counted(figures["beyond"], "home")
    return (
        f"The rule {figures['rule']} trades {energy(figures['kwh'], figures['digits'])} all the same{_at(figures)}: {homes} "
        f"{'has' if figures['beyond'] == 1 else 'have'} a price beyond {'its' if figures['beyond'] == 1 else 'their'} limit."
    )


@form("step.against", _against_words)
def against(outcome: Outcome) -> Figures | None:
    """True where something is traded although no bid reaches an ask.

    Returns:
        The same as `traded`, without what is possible.
    """
    if not outcome.kwh or crossing_prices(outcome.book) is not None:
        return None
    trades = outcome.trades
    return {
        "rule": outcome.rule_name,
        "kwh": outcome.kwh,
        "one_price": outcome.one_price,
        "buyers_pay": [float(trades.buyer_price.min()), float(trades.buyer_price.max())],
        "sellers_get": [float(trades.seller_price.min()), float(trades.seller_price.max())],
        "beyond": sum(outcome.traded_beyond_limit(home) > 0.0 for home in range(len(outcome.book.names))),
        "digits": outcome.digits,
    }


def curve_words(outcome: Outcome) -> tuple[Sentence, ...]:
    """Say what the curves of supply and demand show."""
    return true_ones(
        row(outcome), flat(outcome), no_bid_reaches(outcome), cross(outcome), traded(outcome), against(outcome),
        None if no_bid_reaches(outcome) else nobody(outcome),
    )  # fmt: skip


def scarce_words(outcome: Outcome) -> Sentence | None:
    """Say which side has less, or why nobody trades."""
    return scarce(outcome) or nobody(outcome)


def _share_words(figures: Figures) -> str:
    short, long = figures["short"], figures["long"]
    if not short:
        return "Sellers have as much as buyers want, so every order is traded. Then the pairs are made."
    start = "Sellers have less than buyers want" if short == "sellers" else "Buyers want less than sellers have"
    if figures["matching"] == "pro-rata":
        less, most, digits = figures["less_kwh"], figures["most_kwh"], figures["digits"]
        part = share_of_one(less / most)
        return (
            f"{start}, so every {long} may trade the same share of its order: {energy(less, digits)} / "
            f"{energy(most, digits)} {'=' if part[0].isdigit() else 'is'} {part}. Then the pairs are made."
        )
    return f"{start}, so every {long} may trade the same number of kWh, but no more than its own order. Then the pairs are made."


def _shares_out(outcome: Outcome) -> bool:
    """Tell whether the rule first decides how much each trades, and pairs afterwards."""
    return bool(outcome.pairing.matching) and outcome.pairing.afterwards


@form("step.share", _share_words)
def share(outcome: Outcome) -> Figures | None:
    """True where the scarce side is shared out in a way of `MATCHINGS`, and something is traded.

    Returns:
        matching: "pro-rata" or "equal-share".
        short: The side that has less, "" if none has.
        long: What a home of the other side is called.
        less_kwh: What the short side has, kWh.
        most_kwh: What the long side has, kWh.
        digits: Digits of energy in this book.
    """
    offered, wanted = outcome.book.offered_kwh, outcome.book.wanted_kwh
    if not _shares_out(outcome) or not outcome.kwh:
        return None
    short, long = ("buyers", "seller") if offered > wanted else ("sellers", "buyer")
    less, most = sorted((offered, wanted))
    if same(offered, wanted):
        short = long = ""
    return {
        "matching": outcome.pairing.matching,
        "short": short,
        "long": long,
        "less_kwh": less,
        "most_kwh": most,
        "digits": outcome.digits,
    }


@form("step.order", lambda figures: str(figures["how"]))
def order(outcome: Outcome) -> Figures | None:
    """True where something is traded, unless `share` says it: in which order the rule makes its pairs.

    Returns:
        how: The sentence that the rule's pairing brings along.
    """
    return None if not outcome.kwh or _shares_out(outcome) else {"how": outcome.pairing.how}


def order_words(outcome: Outcome) -> Sentence | None:
    """Say in which order the rule makes its pairs, or how it shares out the scarce side."""
    return share(outcome) or order(outcome)


def tex_name(name: str) -> str:
    """Return a home's name for a formula."""
    return rf"\text{{{tex(name)}}}"


def tex(text: str) -> str:
    """Return text that a formula shows as it is.

    Signs that a formula has no way to write become spaces.
    """
    return re.sub(r"([#$%&_{}])", r"\\\1", re.sub(r"[\\^~]", " ", text))


def _balanced_words(figures: Figures) -> str:
    start = "Every kWh and every amount of these orders is accounted for"
    if not figures["sold_kwh"]:
        return f"{start}: nothing is traded."
    market = figures["market"]
    keeps = (
        "" if not market else f", but for {amount(abs(market))} that the market {'keeps' if market > 0.0 else 'adds'}"
    )
    sold = energy(figures["sold_kwh"], figures["digits"])
    return f"{start}: {sold} sold, as much bought, and sellers get what buyers pay{keeps}."


@form("step.balanced", _balanced_words)
def balanced(outcome: Outcome) -> Figures | None:
    """True where no order is exceeded and sold is bought: how much, and what stays with the market.

    Returns:
        sold_kwh: What was sold, and so bought, kWh.
        market: What stays with the market, an amount; below 0 it adds to it.
        digits: Digits of energy in this book.
    """
    trades = outcome.trades
    beyond = any(exceeds(*home) for home in zip(outcome.book.net_kwh, outcome.traded_kwh, strict=True))
    if beyond or not same(float(trades.sold.sum()), float(trades.bought.sum())):
        return None
    return {"sold_kwh": float(trades.sold.sum()), "market": outcome.account, "digits": outcome.digits}
