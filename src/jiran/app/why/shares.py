"""Why: rules that share out what the community gains, and pairs that haggle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.app.why.base import left_behind, listed, no_pair
from jiran.market.cooperative import MOST_SHAPLEY_PLAYERS
from jiran.welfare import highest_welfare
from jiran.words import price

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.app.why.base import Case

_POOL = "All trade as one community and share out what they gain together, {gain} in all."


def nash_bargaining(case: Case) -> list[str]:
    """Explain equal shares."""
    return _shared(
        case,
        lambda share, players: (
            f"Each of the {players} homes that trade gets the same part of it: "
            f"{price(case.outcome.welfare)} / {players} = {price(share)}."
        ),
    )


def shapley(case: Case) -> list[str]:
    """Explain the mean of what a home adds."""

    def how(share: float, players: int) -> str:
        drawn = (
            f", estimated by {case.outcome.parameters['permutations']:g} draws"
            if players > MOST_SHAPLEY_PLAYERS
            else ""
        )
        return (
            f"The homes join one after the other, in every possible order. {case.name} adds nothing when it comes first "
            f"and {price(_adds_last(case))} when it comes last; the average over all orders is {price(share)}{drawn}."
        )

    return _shared(case, how)


def nucleolus(case: Case) -> list[str]:
    """Explain the share that leaves no group a reason to leave."""

    def how(share: float, players: int) -> str:
        most = price(_adds_last(case))
        return (
            f"The shares are set so that no group among the {players} homes would do better alone, and the one closest to "
            f"leaving is as far from it as can be. Without {case.name} the others would gain {most} less, so it can get at "
            f"most {most}; it gets {price(share)}."
        )

    return _shared(case, how)


def _shared(case: Case, how: Callable[[float, int], str]) -> list[str]:
    """Say how a home's share of the gain becomes its price."""
    outcome = case.outcome
    if not outcome.kwh:
        return [no_pair(case)]
    pool = _POOL.format(gain=price(outcome.welfare))
    if not case.kwh:
        return [pool, left_behind(case), "Only homes that trade have a share."]
    players = int((outcome.traded_kwh > 0.0).sum())
    share = float(outcome.gains[case.home])
    sign = "+" if case.sells else "−"
    becomes = (
        f"Spread over its {case.energy(case.kwh)} that makes {price(share / case.kwh)} per kWh: its {case.order} of "
        f"{price(case.limit)} {sign} {price(share / case.kwh)} = {price(case.price)}."
    )
    return [pool, how(share, players), becomes]


def _adds_last(case: Case) -> float:
    """Return what a home adds to the gain of the homes that trade."""
    book, trades = case.book, case.outcome.traded_kwh > 0.0
    others = trades.copy()
    others[case.home] = False
    gain, less = (
        highest_welfare(np.where(who, book.net_kwh, 0.0), book.limit_price).welfare for who in (trades, others)
    )
    return max(0.0, gain - less)


def consensus(case: Case) -> list[str]:
    """Explain the price that two homes settle on."""
    what = (
        "Every seller haggles with every buyer at the same time. The price of a pair rises while the buyer wants more than "
        "the seller offers, and falls while it is the other way round; it rests when both want the same amount."
    )
    if not case.kwh:
        return [what, f"At no price did {case.name} and one of the {case.others} want the same amount above 0."]
    prices = [pair.buyer_price for pair in case.pairs]
    partners = listed(case.named(pair.buyer if case.sells else pair.seller) for pair in case.pairs)
    alike = max(prices) - min(prices) < 1e-5 * max(prices)
    at = f"at {price(case.price)}" if alike else f"at {price(min(prices))} to {price(max(prices))}"
    side = "dearer for it to sell" if case.sells else "less worth to it"
    return [
        what,
        (
            f"{case.name} agreed with {partners}, {at}. Each further kWh is {side} (curvature "
            f"{case.outcome.parameters['curvature']:g}), so it settles before its limit of {price(case.limit)} is reached."
        ),
    ]
