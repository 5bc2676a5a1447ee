"""One round: who sat where with which card, what they sent, and what the market made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.explain.step.book import Book
from jiran.explain.step.outcome import Outcome, clear_book, crossing, same
from jiran.market.welfare import efficiency, highest_welfare, welfare

if TYPE_CHECKING:
    from jiran.classroom.cards import Card, Deck
    from jiran.market.book import Array


@dataclass(frozen=True)
class Place:
    """A seat as a round found it, and what was sent from it.

    Attributes:
        label: What the wall calls it: B3 is a buyer, S5 a seller.
        card: What it may trade.
        player: Who sat there; "": nobody.
        name: That player's nickname; "": nobody.
        robot: Whether a robot played it.
        price: Its bid or ask per kWh.
        kwh: Its order, kWh; 0: none.
    """

    label: str
    card: Card
    player: str = ""
    name: str = ""
    robot: bool = True
    price: float = 0.0
    kwh: float = 0.0


@dataclass(frozen=True)
class Round:
    """A round that was cleared.

    Attributes:
        number: Of the round, from 1; also the seed of the rule's draws.
        places: Who was there, by seat.
        outcome: The orders, and what the rule made of them, by seat.
    """

    number: int
    places: tuple[Place, ...]
    outcome: Outcome

    @property
    def rule(self) -> str:
        """Name of the rule."""
        return self.outcome.rule

    @cached_property
    def true_book(self) -> Book:
        """The book if everybody sent what the card says."""
        book = self.outcome.book
        net = np.array([place.card.net_kwh for place in self.places])
        values = np.array([place.card.value for place in self.places])
        return Book(net, values, book.import_price, book.export_price, book.names, currency=book.currency)

    @cached_property
    def profit(self) -> Array:
        """What each seat earned by its card, shape (seat,)."""
        trades = self.outcome.trades
        return np.array(
            [
                place.card.profit(float(trades.sold[seat]), float(trades.received[seat]))
                if place.card.sells
                else place.card.profit(float(trades.bought[seat]), float(trades.paid[seat]))
                for seat, place in enumerate(self.places)
            ]
        )

    @cached_property
    def could_earn(self) -> Array:
        """What each card earns at the price at which the true curves cross, shape (seat,); 0 beyond it."""
        crossed = crossing(self.true_book)
        if crossed is None:
            return np.zeros(len(self.places))
        value, net = self.true_book.limit_price, self.true_book.net_kwh
        return np.maximum(0.0, np.where(net > 0.0, crossed[1] - value, value - crossed[1])) * np.abs(net)

    @cached_property
    def gained(self) -> float:
        """What all gained together by their cards, whoever got it."""
        return welfare(self.outcome.trades, self.true_book.limit_price)

    @cached_property
    def best(self) -> float:
        """The most that all could have gained."""
        return highest_welfare(self.true_book.net_kwh, self.true_book.limit_price).welfare

    @cached_property
    def efficiency(self) -> float | None:
        """The share of the most that was gained; None if there was nothing to gain."""
        return efficiency(self.outcome.trades, self.true_book.net_kwh, self.true_book.limit_price)

    @cached_property
    def price(self) -> float | None:
        """What buyers paid for a kWh on average; None if nothing was traded."""
        trades = self.outcome.trades
        return float(trades.paid.sum()) / self.outcome.kwh if self.outcome.kwh > 0.0 else None

    @property
    def has_one_price(self) -> bool:
        """Whether all that traded did so at one price; also if nobody did."""
        prices = self.outcome.prices[self.outcome.traded_kwh > 0.0]
        return not prices.size or same(float(prices.min()), float(prices.max()))

    def seat_of(self, player: str) -> int | None:
        """Return the seat of a player, None for one who was not there."""
        return next((seat for seat, place in enumerate(self.places) if player and place.player == player), None)


def play(number: int, deck: Deck, places: tuple[Place, ...], rule: str, parameters: dict[str, Any]) -> Round:
    """Clear what was sent.

    Args:
        number: Of the round; seeds the rule's draws.
        deck: Has the lowest and highest price, which rules that ask for the grid's prices get.
        places: Who is there, with their orders.
        rule: Name of an installed rule.
        parameters: Its own, complete.

    Raises:
        JiranError: The rule cannot clear this book.
    """
    net = np.array([place.kwh if place.card.sells else -place.kwh for place in places])
    limit = np.array([place.price for place in places])
    labels = tuple(place.label for place in places)
    book = Book(net, limit, deck.high, deck.low, labels, currency=deck.currency)
    return Round(number, places, clear_book(book, rule, parameters, seed=number))
