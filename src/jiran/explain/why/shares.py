"""Why: rules that share out what the community gains, and pairs that haggle.

The community's gain is the highest welfare of the homes that trade; a rule divides it, and a share becomes a price by
being spread over the home's kWh. Shares are money, each measured against the home's own limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.again import more_digits
from jiran.explain.step.outcome import energy, same
from jiran.explain.why.base import left_behind, listed, no_pair, order_name, reasoning, sides
from jiran.market.rules.cooperative import MOST_SHAPLEY_PLAYERS
from jiran.market.welfare import highest_welfare
from jiran.sentences import form, true_ones
from jiran.words import counted, number, price

if TYPE_CHECKING:
    from jiran.explain.why.base import Case
    from jiran.sentences import Figures, Sentence


@reasoning("equal-parts")
def nash_bargaining(case: Case) -> tuple[Sentence, ...]:
    """Explain equal shares."""
    return _shared(case, equal_part(case))


@reasoning("what-each-adds")
def shapley(case: Case) -> tuple[Sentence, ...]:
    """Explain the mean of what a home adds."""
    return _shared(case, average_added(case))


@reasoning("nobody-leaves")
def nucleolus(case: Case) -> tuple[Sentence, ...]:
    """Explain the share that leaves no group a reason to leave."""
    return _shared(case, nobody_leaves(case))


def _shared(case: Case, how: Sentence | None) -> tuple[Sentence, ...]:
    """Say how a home's share of the gain becomes its price.

    Args:
        case: The home.
        how: The sentence on how this rule divides the gain.
    """
    if not case.outcome.kwh:
        return true_ones(no_pair(case))
    return true_ones(pool(case), left_behind(case), only_players(case), how, becomes(case))


@form(
    "why.pool",
    lambda figures: (
        f"All trade as one community and share out what they gain together, {price(figures['gain'])} in all."
    ),
)
def pool(case: Case) -> Figures | None:
    """True where something is traded: what all gain together, each by its own limit.

    Returns:
        gain: An amount.
    """
    return {"gain": case.outcome.welfare} if case.outcome.kwh else None


@form("why.only_players", lambda _: "Only homes that trade have a share.")
def only_players(case: Case) -> Figures | None:
    """True of a home that trades nothing while others do."""
    return {} if case.outcome.kwh and not case.kwh else None


def _players(case: Case) -> int:
    """Return how many homes trade."""
    return int((case.outcome.traded_kwh > 0.0).sum())


def _equal_part_words(figures: Figures) -> str:
    players, gain, share = figures["players"], figures["gain"], figures["share"]
    digits = 4 + more_digits(lambda value: value / players, [(gain, 4)], share)
    return (
        f"Each of the {counted(players, 'home')} that trade gets the same part of it: {price(gain, digits=digits)} / {players} = "
        f"{price(share)}."
    )


@form("why.equal_part", _equal_part_words)
def equal_part(case: Case) -> Figures | None:
    """True of a home that trades where all who do have equal shares.

    Returns:
        players: Homes that trade.
        gain: What all gain together, an amount.
        share: Its part.
    """
    if not case.kwh:
        return None
    return {"players": _players(case), "gain": case.outcome.welfare, "share": float(case.outcome.gains[case.home])}


def _added_words(figures: Figures) -> str:
    drawn = f", estimated by {counted(figures['draws'], 'draw')}" if figures["draws"] else ""
    return (
        f"The homes join one after the other, in every possible order. {figures['home']} adds nothing when it comes first and "
        f"{price(figures['last'])} when it comes last; the average over all orders is {price(figures['share'])}{drawn}."
    )


@form("why.average_added", _added_words)
def average_added(case: Case) -> Figures | None:
    """True of a home that trades where shares are what homes add on average.

    The Shapley value (Shapley 1953): the mean, over all orders of joining, of what a home adds.

    Returns:
        last: What it adds when it comes last, an amount.
        share: Its mean.
        draws: Orders that were drawn; 0 where all were looked at.
    """
    if not case.kwh:
        return None
    drawn = _players(case) > MOST_SHAPLEY_PLAYERS
    return case.figures(
        last=adds_last(case),
        share=float(case.outcome.gains[case.home]),
        draws=int(case.outcome.parameters["permutations"]) if drawn else 0,
    )


@form(
    "why.nobody_leaves",
    lambda figures: (
        f"The shares are set so that no group among the {counted(figures['players'], 'home')} would do better alone, and the "
        f"one closest to leaving is as far from it as can be. Without {figures['home']} the gain of all would be "
        f"{price(figures['last'])} less, so it can get at most that; it gets {price(figures['share'])}."
    ),
)
def nobody_leaves(case: Case) -> Figures | None:
    """True of a home that trades where shares are in the core.

    The nucleolus (Schmeidler 1969, doi:10.1137/0117107), which is in the core, as the core of this game is never empty.

    Returns:
        players: Homes that trade.
        last: By how much less all would gain without it, an amount.
        share: Its part.
    """
    if not case.kwh:
        return None
    return case.figures(
        players=_players(case), last=adds_last(case), share=float(case.outcome.gains[case.home])
    )  # fmt: skip


def _becomes_words(figures: Figures) -> str:
    sign, word = (1.0, "+") if figures["sells"] else (-1.0, "−")
    part, limit, at = figures["share"] / figures["kwh"], figures["limit"], figures["price"]
    digits = 4 + more_digits(lambda p, q: p + sign * q, [(limit, 4), (part, 4)], at)
    per_kwh = price(part, digits=digits)
    return (
        f"Spread over its {energy(figures['kwh'], figures['digits'])} that makes {per_kwh} per kWh: its "
        f"{order_name(figures['sells'])} of {price(limit, digits=digits)} {word} {per_kwh} = {price(at)}."
    )


@form("why.becomes", _becomes_words)
def becomes(case: Case) -> Figures | None:
    """True of a home that trades: its share, spread over its kWh, lies between its limit and its price.

    Returns:
        sells: Whether the home sells.
        kwh: What it trades, kWh.
        share: Its part of the gain, an amount.
        limit: Its ask or bid.
        price: Per kWh: limit plus (seller) or minus (buyer) share / kwh.
        digits: Digits of energy in this book.
    """
    if not case.kwh:
        return None
    return {
        "sells": case.sells,
        "kwh": case.kwh,
        "share": float(case.outcome.gains[case.home]),
        "limit": case.limit,
        "price": case.price,
        "digits": case.outcome.digits,
    }


def adds_last(case: Case) -> float:
    """Return what a home adds to the gain of the homes that trade.

    An amount, at least 0.
    """
    book, trades = case.book, case.outcome.traded_kwh > 0.0
    others = trades.copy()
    others[case.home] = False
    gain, less = (
        highest_welfare(np.where(who, book.net_kwh, 0.0), book.limit_price).welfare for who in (trades, others)
    )
    return max(0.0, gain - less)


@reasoning("haggling")
def consensus(case: Case) -> tuple[Sentence, ...]:
    """Explain the price that two homes settle on."""
    return true_ones(haggling(case), no_agreement(case), agreed(case))


@form(
    "why.haggling",
    lambda _: (
        "Every seller haggles with every buyer at the same time. The price of a pair rises while the buyer wants more than "
        "the seller offers, and falls while it is the other way round; it rests when both want the same amount."
    ),
)
def haggling(case: Case) -> Figures | None:
    """True of every book: how the rule works."""
    return {} if case.order_kwh else None


@form(
    "why.no_agreement",
    lambda figures: (
        f"At no price did {figures['home']} and one of the {sides(figures['sells'])[1]} want the same amount above 0."
    ),
)
def no_agreement(case: Case) -> Figures | None:
    """True of a home that agreed with nobody.

    Returns:
        The home and its side alone.
    """
    return None if case.kwh else case.figures()


def _agreed_words(figures: Figures) -> str:
    low, high = figures["prices"]
    at = f"at {price(low)}" if price(low) == price(high) else f"at {price(low)} to {price(high)}"
    side = "dearer for it to sell" if figures["sells"] else "less worth to it"
    settles = f", so it settles before its limit of {price(figures['limit'])} is reached" if figures["before"] else ""
    return (
        f"{figures['home']} agreed with {listed(figures['partners'])}, {at}. Each further kWh is {side} (curvature "
        f"{number(figures['curvature'])}){settles}."
    )


@form("why.agreed", _agreed_words)
def agreed(case: Case) -> Figures | None:
    """True of a home that agreed with others: at what prices, and whether they are better than its limit.

    Returns:
        partners: Names of those with whom it agreed.
        prices: Lowest and highest of its prices.
        before: Whether all of them are better than its limit.
        limit: Its ask or bid.
        curvature: How fast a further kWh is worth less, a parameter of the rule.
    """
    if not case.kwh:
        return None
    prices = [pair.buyer_price for pair in case.pairs]
    return case.figures(
        partners=[case.named(pair.buyer if case.sells else pair.seller) for pair in case.pairs],
        prices=[min(prices), max(prices)],
        before=not any(same(one, case.limit) for one in prices),
        limit=case.limit,
        curvature=float(case.outcome.parameters["curvature"]),
    )
