"""Why: double auctions, in which bids and asks, or chance, decide.

Where best meets best, bids are walked down and asks up until a bid is below an ask (the merit order of `market.merit`);
the last pair that fits is the marginal one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.explain.step.outcome import energy, same
from jiran.explain.why.base import (
    last_in_line,
    left_behind,
    listed,
    marginal,
    middle,
    no_pair,
    order_name,
    reasoning,
    sides,
)
from jiran.sentences import form, true_ones
from jiran.words import price

if TYPE_CHECKING:
    from jiran.explain.step.outcome import Pair
    from jiran.explain.why.base import Case
    from jiran.sentences import Figures, Sentence

#: Of more partners only these are explained one by one.
_MOST_PAIRS = 3


@reasoning("one-price")
def uniform_price(case: Case) -> tuple[Sentence, ...]:
    """Explain the price between the last bid and ask that trade."""
    if marginal(case)[0] < 0:
        return true_ones(no_pair(case))
    return true_ones(one_price(case), left_behind(case), place(case), last_in_line(case))


@form(
    "why.one_price",
    lambda figures: (
        "All trades have one price. Best bid meets best ask, then the next; the last pair that still fits is "
        f"{figures['buyer']} (bids {price(figures['bid'])}) with {figures['seller']} (asks {price(figures['ask'])}). The price "
        f"is {middle(figures['ask'], figures['bid'], figures['k'], figures['price'])}."
    ),
)
def one_price(case: Case) -> Figures | None:
    """True where the last pair that fits sets one price for all.

    Price = ask + k * (bid - ask) of the marginal pair: the k-double auction (Chatterjee and Samuelson 1983, doi
    10.1287/opre.31.5.835).

    Returns:
        seller: Name of the marginal seller.
        buyer: Name of the marginal buyer.
        ask: The seller's limit.
        bid: The buyer's limit.
        k: Where between the two the price lies, 0..1.
        price: Per kWh.
    """
    seller, buyer = marginal(case)
    if seller < 0:
        return None
    low, high, share = case.limit_of(seller), case.limit_of(buyer), float(case.outcome.parameters["k"])
    return {
        "seller": case.named(seller),
        "buyer": case.named(buyer),
        "ask": low,
        "bid": high,
        "k": share,
        "price": low + share * (high - low),
    }


def _place_words(figures: Figures) -> str:
    name, order = figures["home"], order_name(figures["sells"])
    match figures["place"]:
        case "last" if figures["weight"]:
            return f"{name} is one of this last pair: its own {order} is part of the price."
        case "last":
            return f"{name} is one of this last pair, but the price is the other's limit alone."
        case "same":
            return f"{name} {order}s the same as the last of its side."
    better = "asks less" if figures["sells"] else "bids more"
    return f"{name} {better} than the last of its side, and has the common price all the same."


@form("why.place", _place_words)
def place(case: Case) -> Figures | None:
    """True of a home that trades at the common price: whether it is of the last pair, or how it stands before it.

    Returns:
        place: "last" for a home of the marginal pair, "same" for its limit, "before" for a better one.
        weight: Part of its own limit in the price, 0..1.
    """
    seller, buyer = marginal(case)
    if seller < 0 or not case.kwh:
        return None
    last, share = (seller if case.sells else buyer), float(case.outcome.parameters["k"])
    where = "last" if case.home == last else "same" if case.limit == case.limit_of(last) else "before"
    return case.figures(place=where, weight=1.0 - share if case.sells else share)


@reasoning("price-of-each-pair")
def pay_as_bid(case: Case) -> tuple[Sentence, ...]:
    """Explain a price for each pair."""
    if marginal(case)[0] < 0:
        return true_ones(no_pair(case))
    return true_ones(own_prices(case), left_behind(case), *_between(case, "k"), last_in_line(case))


@form(
    "why.own_prices",
    lambda _: "Each pair has its own price, made from its own bid and ask; the best bid meets the best ask.",
)
def own_prices(case: Case) -> Figures | None:
    """True of a rule that pairs best with best and lets each pair have its price.

    Returns:
        {} if it is so.
    """
    return {} if marginal(case)[0] >= 0 else None


def _between(case: Case, share: str) -> tuple[Sentence, ...]:
    """Say how the price of each of a home's trades came about; of many, of the first ones.

    Args:
        case: The home.
        share: The rule's parameter that says where between ask and bid.
    """
    count = len(case.pairs)
    return true_ones(*(between(case, number, share) for number in range(min(count, _MOST_PAIRS))), average(case))


@form(
    "why.between",
    lambda figures: (
        f"With {figures['partner']} it is {middle(figures['ask'], figures['bid'], figures['share'], figures['price'])}."
    ),
)
def between(case: Case, number: int, share: str) -> Figures | None:
    """True of each trade of a home, counted from 0, whose price lies between the pair's own limits.

    Args:
        case: The home.
        number: Of the trade.
        share: The rule's parameter that says where between.

    Returns:
        partner: Name of the other home.
        ask: The seller's limit.
        bid: The buyer's limit.
        share: Where between the two the price lies, 0..1.
        price: Per kWh.
    """
    pair = case.pairs[number]
    return {
        "partner": case.named(_partner(case, pair)),
        "ask": case.limit_of(pair.seller),
        "bid": case.limit_of(pair.buyer),
        "share": float(case.outcome.parameters[share]),
        "price": pair.buyer_price,
    }


@form(
    "why.average",
    lambda figures: (
        f"And so on with {figures['more']} more; {price(figures['price'])} on average, weighted by energy."
        if figures["more"]
        else f"On average, weighted by energy: {price(figures['price'])}."
    ),
)
def average(case: Case) -> Figures | None:
    """True of a home with several trades at prices of their own.

    Returns:
        more: Trades that are not explained one by one.
        price: Per kWh, weighted by energy.
    """
    if len(case.pairs) < 2:
        return None
    return {"more": max(0, len(case.pairs) - _MOST_PAIRS), "price": case.price}


@reasoning("waiting-orders")
def continuous_double_auction(case: Case) -> tuple[Sentence, ...]:
    """Explain the price of the order that was waiting."""
    return true_ones(arrival(case), none_fits(case), even(case), waited(case), came(case), found_nobody(case))


@form(
    "why.arrival",
    lambda _: (
        "Orders arrive one after the other, by chance. Who arrives and finds a waiting order that fits takes it, at the "
        "waiting order's price."
    ),
)
def arrival(case: Case) -> Figures | None:
    """True of every book: how the continuous auction works."""
    return {} if case.order_kwh else None


@form(
    "why.none_fits",
    lambda figures: (
        f"{figures['home']} found no waiting order of the {sides(figures['sells'])[1]} that fits its "
        f"{order_name(figures['sells'])} of {price(figures['limit'])}, and of those who came later none took it."
    ),
)
def none_fits(case: Case) -> Figures | None:
    """True of a home that trades nothing in the continuous auction.

    Returns:
        limit: Its ask or bid.
    """
    return None if case.kwh else case.figures(limit=case.limit)


def _even_pairs(case: Case) -> list[Pair]:
    """Return the trades of a home in which both limits are the same: nobody can tell whose order waited."""
    return [pair for pair in case.pairs if same(case.limit_of(pair.seller), case.limit_of(pair.buyer))]


@form(
    "why.even",
    lambda figures: (
        f"{figures['home']} and {listed(figures['partners'])} name the same price, {price(figures['limit'])}."
    ),
)
def even(case: Case) -> Figures | None:
    """True of a home that trades with homes of the same limit.

    Returns:
        partners: Names of the other homes.
        limit: The price that all of them name.
    """
    pairs = _even_pairs(case)
    return case.figures(partners=_partners(case, pairs), limit=case.limit) if pairs else None


@form(
    "why.waited",
    lambda figures: (
        f"{figures['home']}'s {order_name(figures['sells'])} was waiting when {listed(figures['partners'])} came: so "
        f"{price(figures['limit'])}, its own {order_name(figures['sells'])}."
    ),
)
def waited(case: Case) -> Figures | None:
    """True of a home whose order was waiting when the other's came: it trades at its own limit.

    Returns:
        partners: Names of the homes that came later.
        limit: Its own limit, at which they traded.
    """
    even_pairs = _even_pairs(case)
    pairs = [pair for pair in case.pairs if pair not in even_pairs and same(pair.buyer_price, case.limit)]
    return case.figures(partners=_partners(case, pairs), limit=case.limit) if pairs else None


@form(
    "why.came",
    lambda figures: (
        f"When {figures['home']} came, it took the best waiting {'bid' if figures['sells'] else 'ask'}"
        f"{'' if len(figures['partners']) == 1 else 's'}: "
        + listed(f"{who} at {price(at)}" for who, at in zip(figures["partners"], figures["prices"], strict=True))
        + "."
    ),
)
def came(case: Case) -> Figures | None:
    """True of a home that found orders waiting: it trades at theirs.

    Returns:
        partners: Names of the homes whose orders waited.
        prices: Their limits, in the same order.
    """
    even_pairs = _even_pairs(case)
    pairs = [pair for pair in case.pairs if pair not in even_pairs and not same(pair.buyer_price, case.limit)]
    if not pairs:
        return None
    return case.figures(partners=_partners(case, pairs), prices=[pair.buyer_price for pair in pairs])


@form(
    "why.found_nobody", lambda figures: f"{energy(figures['left_kwh'], figures['digits'])} of its order found nobody."
)
def found_nobody(case: Case) -> Figures | None:
    """True of a home that trades a part of its order where chance decides.

    Returns:
        left_kwh: What is left of its order, kWh.
        digits: Digits of energy in this book.
    """
    return {"left_kwh": case.order_kwh - case.kwh, "digits": case.outcome.digits} if case.in_part else None


@reasoning("meetings-by-chance")
def random_p2p(case: Case) -> tuple[Sentence, ...]:
    """Explain a price made with whom chance brought along."""
    return true_ones(meeting(case), met_nobody(case), *_between(case, "p_coef"), found_nobody(case))


@form(
    "why.meeting",
    lambda _: (
        "Chance lets homes meet in pairs; they trade if the bid is not below the ask, at a price between the two."
    ),
)
def meeting(case: Case) -> Figures | None:
    """True of every book: how homes meet."""
    return {} if case.order_kwh else None


@form(
    "why.met_nobody",
    lambda figures: (
        f"{figures['home']} met nobody who {'bids at least' if figures['sells'] else 'asks at most'} "
        f"{price(figures['limit'])} and still had an open order."
    ),
)
def met_nobody(case: Case) -> Figures | None:
    """True of a home that trades nothing where chance brings homes together.

    Returns:
        limit: Its ask or bid.
    """
    return None if case.kwh else case.figures(limit=case.limit)


def _partner(case: Case, pair: Pair) -> int:
    """Return the number of the other home of a trade."""
    return pair.buyer if case.sells else pair.seller


def _partners(case: Case, pairs: list[Pair]) -> list[str]:
    """Return the names of the other homes of some trades, in their order."""
    return [case.named(_partner(case, pair)) for pair in pairs]
