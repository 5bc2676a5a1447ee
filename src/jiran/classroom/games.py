"""Games of robots alone: many at once, with one call a round or with several, and who would gain by another bid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.classroom.robots import ROBOTS
from jiran.market import clear
from jiran.market.welfare import highest_welfare
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY

if TYPE_CHECKING:
    from jiran.classroom.cards import Card, Deck
    from jiran.market import Clearing
    from jiran.market.book import Array


@dataclass(frozen=True)
class Games:
    """What several games of the same cards came to; arrays of shape (game,), money by the cards.

    Attributes:
        deck: The cards.
        kwh: Energy traded, kWh.
        paid: What buyers paid.
        received: What sellers received.
        gained: What all gained together, whoever got it.
        sellers: What the sellers earned.
        losers: How many seats traded at a loss.
    """

    deck: Deck
    kwh: Array
    paid: Array
    received: Array
    gained: Array
    sellers: Array
    losers: Array

    @cached_property
    def efficiency(self) -> float:
        """The share of what could be gained, on average."""
        return float(self.gained.mean()) / highest_welfare(*book_of(self.deck)).welfare

    @property
    def price(self) -> float:
        """What buyers paid for a kWh, on average over all games."""
        return float(self.paid.sum() / self.kwh.sum())

    @property
    def account(self) -> float:
        """What buyers paid above what sellers received, on average; below 0 somebody else has to pay it."""
        return float((self.paid - self.received).mean())


def book_of(deck: Deck) -> tuple[Array, Array]:
    """Return what each card may trade, > 0 sells, kWh, and its value per kWh."""
    return np.array([card.net_kwh for card in deck.cards]), np.array([card.value for card in deck.cards])


def play_games(
    deck: Deck,
    rule: str,
    parameters: dict[str, Any],
    *,
    robot: str = "truthful",
    calls: int = 1,
    games: int = 1,
    least_ask: float | None = None,
) -> Games:
    """Let robots play.

    Args:
        deck: The cards; one robot holds each.
        rule: Name of the market rule.
        parameters: Its own.
        robot: Name of the kind of robots.
        calls: How often the market is called in a game; who has traded leaves, the rest bid again.
        games: How many games, each with a seed of its own.
        least_ask: No seller asks less, if it is given.
    """
    found = [_game(deck, rule, parameters, robot, calls, seed, least_ask) for seed in range(1, games + 1)]
    return Games(deck, *np.array(found).T)


def _game(
    deck: Deck, rule: str, parameters: dict[str, Any], robot: str, calls: int, seed: int, least_ask: float | None
) -> tuple[float, ...]:
    """Return kWh, paid, received, gained, earned by sellers, and how many lost."""
    rng, (rest, value) = np.random.default_rng(seed), book_of(deck)
    sides, traded, money = np.sign(rest), np.zeros(rest.size), np.zeros((2, rest.size))
    for call in range(calls):
        bids = np.array([_bid(card, deck, robot, rng, least_ask) for card in deck.cards])
        done = _cleared(deck, rule, parameters, rest, bids, seed * calls + call)
        rest = rest - done.sold + done.bought
        rest[np.abs(rest) <= NOTHING_KWH] = 0.0
        traded += done.sold + done.bought
        money += (done.paid, done.received)
    profit = money[1] - money[0] - sides * traded * value
    return (
        float(traded[sides > 0.0].sum()), float(money[0].sum()), float(money[1].sum()),
        float(-(sides * traded * value).sum()), float(profit[sides > 0.0].sum()), float((profit < -NOTHING_MONEY).sum()),
    )  # fmt: skip


def _bid(card: Card, deck: Deck, robot: str, rng: np.random.Generator, least_ask: float | None) -> float:
    bid = ROBOTS[robot](card, deck.low, deck.high, rng)
    return max(bid, least_ask) if card.sells and least_ask is not None else bid


def _cleared(deck: Deck, rule: str, parameters: dict[str, Any], net: Array, bids: Array, seed: int) -> Clearing:
    return clear(net, rule, import_price=deck.high, export_price=deck.low, limit_price=bids, seed=seed, **parameters)


def best_lies(deck: Deck, rule: str, parameters: dict[str, Any], *, apart: float) -> Array:
    """Return what each card could gain by another bid while all others say the truth, shape (card,).

    Args:
        deck: The cards.
        rule: Name of the market rule.
        parameters: Its own.
        apart: How far the bids that are tried lie apart, from the lowest to the highest price of the deck.
    """
    net, value = book_of(deck)

    def profit(bids: Array, card: int) -> float:
        done = _cleared(deck, rule, parameters, net, bids, 0)
        money = float(done.received[card] - done.paid[card])
        return money - float(done.sold[card] - done.bought[card]) * float(value[card])

    gains = np.zeros(net.size)
    for card in range(net.size):
        honest = profit(value, card)
        for bid in np.arange(deck.low, deck.high + apart / 2.0, apart):
            bids = value.copy()
            bids[card] = bid
            gains[card] = max(gains[card], profit(bids, card) - honest)
    return gains
