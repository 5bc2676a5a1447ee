"""Why: auctions that are built so that nobody gains by a false bid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.app.outcome import ROUNDING, clear_book
from jiran.app.why.base import last_in_line, left_behind, listed, marginal, no_pair, refused, scarcity
from jiran.market.trade import TRADE
from jiran.market.truthful import competitive_price
from jiran.words import price

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.app.book import Array, Homes
    from jiran.app.why.base import Case


def trade_reduction(case: Case) -> list[str]:
    """Explain the price that the given-up pair sets."""
    seller, buyer = marginal(case)
    if seller < 0:
        return [no_pair(case)]
    return [
        (
            f"The last pair that still fits, {case.named(buyer)} (bids {case.limit_of(buyer)}) with {case.named(seller)} "
            f"(asks {case.limit_of(seller)}), is given up. {_their_limits(case, seller, buyer)}"
        ),
        *_without_last(case, seller, buyer),
    ]


def huang(case: Case) -> list[str]:
    """Explain the same with an equal cut."""
    return trade_reduction(case)


def _their_limits(case: Case, seller: int, buyer: int) -> str:
    return (
        f"Its bid is what all other buyers pay, {case.limit_of(buyer)}; its ask is what all other sellers get, "
        f"{case.limit_of(seller)}. So nobody can move its own price by a false {case.order}."
    )


def _without_last(case: Case, seller: int, buyer: int) -> list[str]:
    """Say what giving up the last pair means for a home."""
    if case.home in (seller, buyer):
        return [f"{case.name} belongs to the pair that is given up, so it trades nothing."]
    book = case.book
    kept_s, kept_b = (
        homes[: int(np.flatnonzero(homes == last)[0])] for homes, last in ((book.sellers, seller), (book.buyers, buyer))
    )
    if case.home not in (kept_s if case.sells else kept_b):
        return [f"{case.name} stands behind that pair in the order of prices, so it trades nothing."]
    if not case.kwh:
        return [f"Without that pair there are no {case.others} left, so nobody trades."]
    offered, wanted = float(book.net_kwh[kept_s].sum()), float(-book.net_kwh[kept_b].sum())
    if case.outcome.rule != "huang":
        return scarcity(case, offered, wanted)
    if (offered > wanted) == case.sells and case.in_part:
        return [
            (
                f"There are more {case.own_side} than needed: each trades the same amount less, "
                f"{case.name} {case.energy(case.order_kwh - case.kwh)} less."
            )
        ]
    return []


def mcafee(case: Case) -> list[str]:
    """Explain the price of the first pair that fails, or trade reduction."""
    seller, buyer = marginal(case)
    if seller < 0:
        return [no_pair(case)]
    book = case.book
    bid, bidder = _next(case, book.buyers, buyer, book.export_price)
    ask, asker = _next(case, book.sellers, seller, book.import_price)
    at = (bid + ask) / 2.0
    low, high = (float(book.limit_price[home]) for home in (seller, buyer))
    tried = (
        f"The rule tries the middle of the first bid and the first ask that no longer fit: {bidder} {price(bid)} and "
        f"{asker} {price(ask)} give {price(at)}."
    )
    if low <= at <= high:
        fits = (
            f"That lies between the last ask ({price(low)}) and the last bid ({price(high)}) that do fit, so all of them "
            "trade at it, and none of those who trade has set the price."
        )
        return [tried, fits, *([] if case.kwh else [left_behind(case)]), *last_in_line(case)]
    fails = (
        f"That is not between the last ask ({price(low)}) and the last bid ({price(high)}) that fit, so this last pair, "
        f"{case.named(buyer)} with {case.named(seller)}, is given up. {_their_limits(case, seller, buyer)}"
    )
    return [tried, fails, *_without_last(case, seller, buyer)]


def _next(case: Case, homes: Homes, last: int, grid: float) -> tuple[float, str]:
    """Return the limit of the home behind the last one that fits, and whose it is; else the grid's."""
    place = int(np.flatnonzero(homes == last)[0]) + 1
    if place == homes.size:
        return grid, "the grid's"
    return float(case.book.limit_price[homes[place]]), f"{case.named(homes[place])}'s"


def vcg(case: Case) -> list[str]:
    """Explain the price by what the others would do without the home."""
    if marginal(case)[0] < 0:
        return [no_pair(case)]
    does = "gets what its energy saves all the others" if case.sells else "pays what its energy costs all the others"
    what = f"Each of the {case.own_side} {does}: compare with the same market without it."
    if not case.kwh:
        return [what, left_behind(case)]
    before = case.outcome.traded_kwh
    without = clear_book(case.book.without(case.home), "uniform-price", {}).trades
    change = without.sold + without.bought - before
    change[case.home] = 0.0
    own, other = (case.book.sellers, case.book.buyers) if case.sells else (case.book.buyers, case.book.sellers)
    verbs = ("sell", "buy") if case.sells else ("buy", "sell")
    parts = [*_changes(case, own, change, verbs[0]), *_changes(case, other, change, verbs[1])]
    if not parts:
        return [what, *last_in_line(case)]
    worth = "saves" if case.sells else "costs"
    amount = "" if abs(case.kwh - 1.0) < ROUNDING else f" {price(case.kwh * case.price)} in all,"
    so = f"So its {case.energy(case.kwh)} {worth} the others{amount} {price(case.price)} per kWh: that is its price."
    return [
        what,
        f"Without {case.name}, {listed(parts)}. {so}",
        "Its own limit decides only whether it trades.",
        *last_in_line(case),
    ]


def _changes(case: Case, homes: Homes, change: Array, verb: str) -> list[str]:
    """Say what homes of a side would trade more or less, and at which limit."""
    limit = "ask" if verb == "sell" else "bid"
    return [
        f"{case.named(home)} would {verb} {case.energy(abs(change[home]))} {'more' if change[home] > 0.0 else 'less'} "
        f"({limit} {case.limit_of(home)})"
        for home in homes
        if abs(change[home]) > ROUNDING
    ]


def muda(case: Case) -> list[str]:
    """Explain the price that the other half sets."""
    what = (
        "Chance splits the homes into two groups, and each group trades at the price that would clear the other: "
        "so no home can move its own price."
    )
    if case.outcome.seed is None:
        rest = (
            f"{case.name} trades nothing in its group."
            if not case.kwh
            else f"In {case.name}'s group: {price(case.price)}."
        )
        return [what, rest]
    book = case.book
    first = np.random.default_rng(case.outcome.seed).random(book.net_kwh.size) < 0.5
    mine = first == first[case.home]
    room = np.zeros(book.net_kwh.size**2, TRADE).view(np.recarray)
    other = np.where(mine, 0.0, book.net_kwh)
    at = float(competitive_price(other, book.limit_price, book.import_price, book.export_price, room))
    mates = [case.named(int(home)) for home in np.flatnonzero(mine & (book.net_kwh != 0.0)) if home != case.home]
    group = f"{case.name} drew the same group as {listed(mates)}." if mates else f"{case.name} drew a group of its own."
    return [
        what,
        f"{group} The other group alone would clear at {price(at)}, so that is the price here.",
        *_in_group(case, mine, at),
    ]


def _in_group(case: Case, mine: NDArray[np.bool_], at: float) -> list[str]:
    """Say what the group's price means for a home."""
    if not case.accepts(at):
        return [refused(case, at)]
    if not case.kwh:
        return [_nobody_left(case, mine, at)]
    if abs(case.price - at) < ROUNDING:
        return []
    more = "get less" if case.sells else "pay more"
    return [
        (
            f"There are more {case.own_side} than {case.others} in the group, so {case.own_side} {more}: {case.name} has the "
            f"price of those whom it pushes out, {price(case.price)}."
        )
    ]


def _nobody_left(case: Case, mine: NDArray[np.bool_], at: float) -> str:
    """Say why a home that accepts the group's price has nobody to trade with."""
    limit, net = case.book.limit_price, case.book.net_kwh
    there = mine & ((net < 0.0) & (limit >= at) if case.sells else (net > 0.0) & (limit <= at))
    if there.any():
        return f"Those {case.others} of its group who accept it trade with {case.own_side} of better {case.order}s."
    return f"None of the {case.others} of its group accepts it, so {case.name} has nobody to trade with."
