"""Why: double auctions, in which bids and asks, or chance, decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.app.outcome import ROUNDING
from jiran.app.why.base import last_in_line, left_behind, listed, marginal, middle, no_pair
from jiran.words import price

if TYPE_CHECKING:
    from jiran.app.outcome import Pair
    from jiran.app.why.base import Case


def uniform_price(case: Case) -> list[str]:
    """Explain the price between the last bid and ask that trade."""
    seller, buyer = marginal(case)
    if seller < 0:
        return [no_pair(case)]
    low, high = (float(case.book.limit_price[home]) for home in (seller, buyer))
    one = (
        "All trades have one price. Best bid meets best ask, then the next; the last pair that still fits is "
        f"{case.named(buyer)} (bids {price(high)}) with {case.named(seller)} (asks {price(low)}). The price is "
        f"{middle(low, high, float(case.outcome.parameters['k']))}."
    )
    if not case.kwh:
        return [one, left_behind(case)]
    if case.home in (seller, buyer):
        place = (
            f"{case.name} is one of this last pair: with another {case.order} it would have moved the price for all."
        )
    elif case.limit == (low if case.sells else high):
        place = f"{case.name} {'asks' if case.sells else 'bids'} the same as the last of its side."
    else:
        better = "asks less" if case.sells else "bids more"
        place = f"{case.name} {better} than the last of its side, and has the common price all the same."
    return [one, place, *last_in_line(case)]


def pay_as_bid(case: Case) -> list[str]:
    """Explain a price for each pair."""
    seller, _ = marginal(case)
    if seller < 0:
        return [no_pair(case)]
    each = "Each pair has its own price, made from its own bid and ask; the best bid meets the best ask."
    if not case.kwh:
        return [each, left_behind(case)]
    return [each, *_between(case, float(case.outcome.parameters["k"])), *last_in_line(case)]


def _between(case: Case, share: float) -> list[str]:
    """Say how the price of each of a home's trades came about; of many, of the first ones."""
    said = []
    for pair in case.pairs[:3]:
        low, high = (float(case.book.limit_price[home]) for home in (pair.seller, pair.buyer))
        said.append(f"With {case.named(_partner(case, pair))} it is {middle(low, high, share)}.")
    if len(case.pairs) > 3:
        said.append(f"And so on with {len(case.pairs) - 3} more; {price(case.price)} on average.")
    elif len(case.pairs) > 1:
        said.append(f"On average, weighted by energy: {price(case.price)}.")
    return said


def continuous_double_auction(case: Case) -> list[str]:
    """Explain the price of the order that was waiting."""
    what = "Orders arrive one after the other, by chance. Who arrives and finds a waiting order that fits takes it, at the waiting order's price."
    if not case.kwh:
        return [
            what,
            (
                f"{case.name} found no waiting order of the {case.others} that fits its {case.order} of {price(case.limit)}, "
                "and of those who came later none took it."
            ),
        ]
    limit = case.book.limit_price
    even = [pair for pair in case.pairs if abs(limit[pair.seller] - limit[pair.buyer]) < ROUNDING]
    waited = [pair for pair in case.pairs if pair not in even and abs(pair.buyer_price - case.limit) < ROUNDING]
    came = [pair for pair in case.pairs if pair not in even and pair not in waited]
    said = []
    if even:
        said.append(f"{case.name} and {_partners(case, even)} name the same price, {price(case.limit)}.")
    if waited:
        said.append(
            f"{case.name}'s {case.order} was waiting when {_partners(case, waited)} came: so {price(case.limit)}, its own "
            f"{case.order}."
        )
    if came:
        who = listed(f"{case.named(_partner(case, pair))} at {price(pair.buyer_price)}" for pair in came)
        said.append(f"When {case.name} came, it took the best waiting {'bid' if case.sells else 'ask'}: {who}.")
    if case.in_part:
        said.append(f"{case.energy(case.order_kwh - case.kwh)} of its order found nobody.")
    return [what, *said]


def random_p2p(case: Case) -> list[str]:
    """Explain a price made with whom chance brought along."""
    what = "Chance lets homes meet in pairs; they trade if the bid is not below the ask, at a price between the two."
    if not case.kwh:
        worse = "bids at least" if case.sells else "asks at most"
        return [
            what,
            f"{case.name} met nobody who {worse} {price(case.limit)} and still had an open order.",
        ]
    return [what, *_between(case, float(case.outcome.parameters["p_coef"]))]


def _partner(case: Case, pair: Pair) -> int:
    return pair.buyer if case.sells else pair.seller


def _partners(case: Case, pairs: list[Pair]) -> str:
    return listed(case.named(_partner(case, pair)) for pair in pairs)
