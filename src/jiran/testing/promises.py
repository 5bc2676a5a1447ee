"""What a rule may promise, and how each promise is put to the test; names as in `market.base.PROPERTIES`.

Definitions are those of market design: budget balance, individual rationality, efficiency and truthfulness cannot all
hold at once (Myerson and Satterthwaite 1983, doi:10.1016/0022-0531(83)90048-0), which is why a rule says which ones it
promises. A check compares amounts with a tolerance relative to `Book.scale`, and prices with an absolute one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from jiran.market.base import PROPERTIES
from jiran.market.orders import homes_with_order
from jiran.market.welfare import highest_welfare, surplus, welfare
from jiran.nothing import LAST_DIGITS, NOTHING_KWH
from jiran.testing.books import Book, Outcome, play
from jiran.testing.laws import Check, Law

if TYPE_CHECKING:
    from jiran.market.base import Mechanism

#: Rounding of money, relative to what the book is about.
TOLERANCE = LAST_DIGITS

#: A gain from a lie that is worth telling, relative to what the book is about.
GAIN = 1e-7

#: Lies that are tried on a book of at most four homes, and on a larger one.
_LIES = 32, 12


def _balanced(_rule: Mechanism, outcome: Outcome) -> str | None:
    """Return how much buyers pay more or less than sellers get in this book: nothing may be left over or lacking."""
    kept = surplus(outcome.trades)
    if abs(kept) <= TOLERANCE * outcome.book.scale:
        return None
    return f"buyers pay {abs(kept):.6g} {'more' if kept > 0.0 else 'less'} than sellers get"


def _no_deficit(_rule: Mechanism, outcome: Outcome) -> str | None:
    """Return how much sellers get more than buyers pay; a rule may keep a surplus, as McAfee's does."""
    kept = surplus(outcome.trades)
    return f"sellers get {-kept:.6g} more than buyers pay" if kept < -TOLERANCE * outcome.book.scale else None


def _rational(_rule: Mechanism, outcome: Outcome) -> str | None:
    """Return who trades at a price worse than its own limit.

    Each trade counts for itself: a good one does not make up for a bad one.
    """
    limit = outcome.book.limit_price
    for trade in outcome.real:
        highest, lowest = limit[trade["buyer"]], limit[trade["seller"]]
        if trade["buyer_price"] > highest + TOLERANCE:
            return f"home {trade['buyer']} pays {trade['buyer_price']:.6g}, and its limit is {highest:.6g}"
        if trade["seller_price"] < lowest - TOLERANCE:
            return f"home {trade['seller']} gets {trade['seller_price']:.6g}, and its limit is {lowest:.6g}"
    return None


def _efficient(_rule: Mechanism, outcome: Outcome) -> str | None:
    """Return by how much welfare falls short of the highest, that of the crossing of the two curves.

    Welfare is the sum over trades of kWh times (limit of the buyer - limit of the seller), in the currency; energy
    beyond the crossing may or may not be traded where limits are equal, so only welfare is compared.
    """
    book = outcome.book
    reached = welfare(outcome.trades, book.limit_price)
    best = highest_welfare(book.net_kwh, book.limit_price)
    if reached >= best.welfare - TOLERANCE * book.scale:
        return None
    return (
        f"welfare is {reached:.6g} from {outcome.trades['kwh'].sum():.6g} kWh, "
        f"and {best.welfare:.6g} is possible with {best.volume_kwh:.6g} kWh"
    )


def _truthful(rule: Mechanism, outcome: Outcome) -> str | None:
    """Return who gains by stating another limit price, with its energy as it is and all others truthful."""
    return _gains(rule, outcome, [1.0])


def _truthful_quantity(rule: Mechanism, outcome: Outcome) -> str | None:
    """Return who gains by stating 90 %, half or nothing of its energy, at its own or another limit price.

    More than it has cannot be stated: an order is checked against the meter.
    """
    return _gains(rule, outcome, [0.9, 0.5, 0.0])


def _gains(rule: Mechanism, outcome: Outcome, shares: list[float]) -> str | None:
    """Return who gains by stating another price, or only a share of its energy.

    Dominant strategies: the truth of one home is held against lies of the same home, with the others' orders as they
    stand. What a home gains is measured with its true limit price; energy that it withholds is worth nothing to it
    beside that.

    Args:
        rule: The rule.
        outcome: What it made of the truth.
        shares: Of its energy, 0..1, that a lie may state; 1.0 stands for lies in price alone.

    Returns:
        The first lie that gains more than `GAIN` of the scale. Beyond a number of lies a sample is tried, drawn from
        the book's seed, so that a check repeats itself.
    """
    book, scale, value = outcome.book, outcome.book.scale, outcome.book.limit_price
    two_sides = (book.net_kwh > NOTHING_KWH).any() and (book.net_kwh < -NOTHING_KWH).any()
    lies = list(_lies(book, shares)) if two_sides else []
    tried = _LIES[book.homes > 4]
    if len(lies) > tried:
        lies = [lies[place] for place in np.random.default_rng(book.seed).permutation(len(lies))[:tried]]
    for home, net, limit in lies:
        stated = replace(book, net_kwh=book.net_kwh.copy(), limit_price=book.limit_price.copy())
        stated.net_kwh[home], stated.limit_price[home] = net, limit
        lied = play(rule, stated)
        gain = float((lied.cleared.gains(value) - outcome.cleared.gains(value))[home]) if lied.sound else 0.0
        if gain > GAIN * scale:
            return f"home {home} gains {gain:.6g} if it says {abs(net):.6g} kWh at {limit:.6g} instead of the truth"
    return None


def _lies(book: Book, shares: list[float]) -> Iterator[tuple[int, float, float]]:
    """Yield a home, and the net energy and limit price that it states: prices a little beside those of the others.

    What matters to a rule is where a price stands among the others, so those a hundredth of the tariff's width beside
    each price of the book, and those halfway between neighbours, stand for all.

    Args:
        book: The truth.
        shares: Of its energy that a home may state; with less than all it may also state its true price.
    """
    step = 0.01 * max(0.01, abs(book.import_price - book.export_price))
    prices = np.unique([*book.limit_price, book.import_price, book.export_price])
    steps = np.concatenate([prices - step, prices + step, (prices[1:] + prices[:-1]) / 2])
    for home in homes_with_order(book.net_kwh):
        for share in shares:
            stated = (book.limit_price[home],) if share < 1.0 else ()
            for limit in (*stated, *steps):
                yield int(home), float(share * book.net_kwh[home]), float(limit)


def _anonymous(rule: Mechanism, outcome: Outcome) -> str | None:
    """Return whose trades change when homes stand in another order: a name must not matter.

    Two orders are tried, reversed and moved by one. Totals of each home are compared, kWh and amounts, not single
    trades, because pairs may follow the list. Where limit prices tie somebody has to be first, so such books do not
    count.
    """
    book = outcome.book
    orders = homes_with_order(book.net_kwh)
    if np.unique(book.limit_price[orders]).size < orders.size:
        return None
    for order in (np.arange(book.homes)[::-1], np.roll(np.arange(book.homes), 1)):
        moved = play(rule, replace(book, net_kwh=book.net_kwh[order], limit_price=book.limit_price[order]))
        if not moved.sound:
            continue
        for total in ("sold", "bought", "received", "paid"):
            before, after = getattr(outcome.cleared, total)[order], getattr(moved.cleared, total)
            what = f"kWh {total}" if total in {"sold", "bought"} else total
            for place in np.flatnonzero(np.abs(after - before) > TOLERANCE * book.scale):
                return f"home {order[place]}: {before[place]:.6g} {what}, and {after[place]:.6g} if it stands in place {place}"
    return None


_CHECKS: dict[str, Check] = {
    "budget-balanced": _balanced,
    "no-deficit": _no_deficit,
    "individually-rational": _rational,
    "efficient": _efficient,
    "truthful": _truthful,
    "truthful-quantity": _truthful_quantity,
    "anonymous": _anonymous,
}


def _if_sound(check: Check) -> Check:
    """Return the check for books whose trades are fit to be added up; the others break a law already."""
    return lambda rule, outcome: check(rule, outcome) if outcome.sound else None


#: The test of each property.
PROMISES = {name: Law(name, PROPERTIES[name], _if_sound(check)) for name, check in _CHECKS.items()}
