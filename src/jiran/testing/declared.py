"""What a rule declares of itself beside its promises, as far as random books can prove it wrong.

A declaration is read by others: the dashboard offers another draw only where lots are declared, and explanations follow
the pairs. So a wrong one is as much a fault as a broken promise. Each check returns what is wrong, in one sentence
without its stop, or None; None also where the book cannot tell.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from jiran.market.booking import exceeds
from jiran.market.orders import homes_with_order
from jiran.market.pairing import BEST_FIRST, Cleared, Pairing
from jiran.nothing import NOTHING_KWH
from jiran.testing.books import Outcome, play
from jiran.testing.laws import Law

if TYPE_CHECKING:
    from jiran.market.base import Mechanism


def _no_lots(rule: Mechanism, outcome: Outcome) -> str | None:
    """Return how another seed changes the trades of a rule that declares no lots for this book.

    A rule may draw lots for some parameters or numbers of orders only, so `by_chance` is asked for this very book. A
    rule that differs with the same seed too breaks the law "repeatable", and is not blamed twice.
    """
    book = outcome.book
    if outcome.error is not None or rule.by_chance(homes_with_order(book.net_kwh).size, book.parameters):
        return None
    other = play(rule, replace(book, seed=book.seed + 1))
    if other.error is None and other.trades.tobytes() == outcome.trades.tobytes():
        return None
    if any(play(rule, book).trades.tobytes() != outcome.trades.tobytes() for _ in range(2)):
        return None  # it does not repeat itself, whatever the seed: that breaks another law
    return f"it declares no lots, and with seed {other.book.seed} it gives other trades: {' '.join(other.lines()[1:])}"


def _no_limits(rule: Mechanism, outcome: Outcome) -> str | None:
    """Return which other limit prices change the trades of a rule that declares to heed none.

    Two sets are tried: the book's own in reverse order, and limits beyond all prices, -1 for buyers and 2 for sellers
    times `Book.scale`, with which a rule that does heed them would trade nothing.
    """
    book = outcome.book
    if rule.heeds_limits or outcome.error is not None:
        return None
    for limit_price in (book.limit_price[::-1].copy(), np.where(book.net_kwh < 0.0, -1.0, 2.0) * book.scale):
        other = play(rule, replace(book, limit_price=limit_price))
        if other.error is not None or other.trades.tobytes() != outcome.trades.tobytes():
            limits = ", ".join(f"{limit:.6g}" for limit in limit_price)
            return f"it declares that it heeds no limit prices, and with the limits {limits} it gives other trades"
    return None


def _pairs(rule: Mechanism, outcome: Outcome) -> str | None:
    """Return which trade is not where the declared way of making pairs would put it.

    What is asked is the rule's `pairing_of` for this cleared book, as an explanation asks it; trades of next to nothing
    are left out.
    """
    if not outcome.sound or not outcome.real.size:
        return None
    book = outcome.book
    pairing = rule.pairing_of(Cleared(book.net_kwh, book.limit_price, outcome.cleared.traded, book.parameters))
    if pairing.afterwards:
        return _paired_afterwards(outcome)
    return _best_first(outcome, pairing)


def _paired_afterwards(outcome: Outcome) -> str | None:
    """Return which trade is not of a list that is gone through once, where each pair trades all that one of the two may.

    The way is that of `market.matching.pair`: sellers and buyers stand in the order of the book, and each trade empties
    one of its two.

    Args:
        outcome: A sound outcome; kWh left to a home are counted down from what it traded in all. A trade may fall short
            of the smaller rest by `NOTHING_KWH` a home, the rounding that a whole list may leave.
    """
    left_kwh = outcome.cleared.traded
    last = {"seller": -1, "buyer": -1}
    for trade in outcome.real:
        for side, home in last.items():
            if trade[side] < home:
                return f"it declares that pairs are made afterwards, in the order of the list, and {side} {trade[side]} comes after {home}"
            last[side] = int(trade[side])
        pair = [trade["seller"], trade["buyer"]]
        smaller_kwh = float(left_kwh[pair].min())
        if exceeds(trade["kwh"] + outcome.book.homes * NOTHING_KWH, smaller_kwh):
            return (
                f"it declares that pairs are made afterwards, and home {pair[0]} sells {trade['kwh']:.6g} kWh to home {pair[1]} "
                f"where {smaller_kwh:.6g} kWh could be"
            )
        left_kwh[pair] -= trade["kwh"]
    return None


def _best_first(outcome: Outcome, pairing: Pairing) -> str | None:
    """Return which trade has a better price than the one before it, where the best are to come first.

    Equal limit prices may stand in any order. Nothing is asked of a pairing that is not `BEST_FIRST`.
    """
    limit = outcome.book.limit_price
    if pairing != BEST_FIRST:
        return None
    for before, after in pairwise(outcome.real):
        if limit[after["seller"]] < limit[before["seller"]] or limit[after["buyer"]] > limit[before["buyer"]]:
            return (
                "it declares that the lowest ask meets the highest bid, then the next, and the pair of homes "
                f"{after['seller']} and {after['buyer']} comes after that of {before['seller']} and {before['buyer']}"
            )
    return None


#: What `Mechanism` has besides properties; a rule that declares nothing says that it draws no lots.
DECLARED = (
    Law("lots", "where it declares no lots, another seed gives the same trades", _no_lots),
    Law("limits", "if it declares that it heeds no limit prices, other limits give the same trades", _no_limits),
    Law("pairs", "pairs are made as it declares: best first, or afterwards in the order of the list", _pairs),
)
