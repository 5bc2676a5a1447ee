"""Cards that say what a kWh is worth, or costs, and decks of them: classic experiments, and the homes of a step of a run.

A card is an induced value: whoever holds it earns the difference between its value and the price (Smith 1976, AER 66(2)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from jiran.errors import JiranError
from jiran.nothing import NOTHING_KWH

if TYPE_CHECKING:
    from jiran.explain.step.book import Book


@dataclass(frozen=True)
class Card:
    """What one seat may trade.

    Attributes:
        sells: Whether it sells; else it buys.
        value: What a kWh is worth to a buyer, or costs a seller, per kWh.
        kwh: The most it may trade in a round, kWh.
    """

    sells: bool
    value: float
    kwh: float = 1.0

    @property
    def net_kwh(self) -> float:
        """The most it may trade as an order: > 0 sells, < 0 buys, kWh."""
        return self.kwh if self.sells else -self.kwh

    def profit(self, traded_kwh: float, money: float) -> float:
        """Return what it earns.

        Args:
            traded_kwh: What it bought or sold, kWh >= 0.
            money: What it received for that, or paid, >= 0 at prices above 0.
        """
        return money - traded_kwh * self.value if self.sells else traded_kwh * self.value - money


@dataclass(frozen=True)
class Deck:
    """Cards that are dealt together, and the prices that may be bid.

    Attributes:
        title: What people call it.
        cards: All cards.
        low: The lowest price that may be bid, and what the grid gives to rules that ask for it.
        high: The highest price that may be bid, and what the grid asks.
        currency: Of all prices; "" if it is play money.
    """

    title: str
    cards: tuple[Card, ...]
    low: float
    high: float
    currency: str = ""

    def dealt(self, rng: np.random.Generator) -> list[Card]:
        """Return all cards in a random order in which buyers and sellers take turns as long as both are there."""
        sides = [[card for card in self.cards if card.sells is sells] for sells in (False, True)]
        mixed = [[side[place] for place in rng.permutation(len(side))] for side in sides]
        return [card for pair in zip_longest(*mixed) for card in pair if card is not None]


def smith_1962(shift: float = 0.0) -> Deck:
    """Return the cards of Smith's first test: 11 buyers and 11 sellers of one kWh, 0.25 apart from 0.75 to 3.25.

    Source: V. L. Smith, "An Experimental Study of Competitive Market Behavior", J. Political Economy 70(2), 1962, test 1.

    Args:
        shift: Is added to what a kWh is worth to every buyer.
    """
    steps = [0.75 + 0.25 * place for place in range(11)]
    cards = [
        *(Card(sells=False, value=step + shift) for step in steps),
        *(Card(sells=True, value=step) for step in steps),
    ]
    more = f", every buyer {shift:,.2f} more" if shift else ""
    return Deck(f"Smith 1962, test 1{more}", tuple(cards), 0.0, 4.0 + shift)


def holt_1996() -> Deck:
    """Return the cards of a trading pit: sellers' costs 2 to 8, buyers' values 4 to 10, of one kWh each.

    Source: C. A. Holt, "Classroom Games: Trading in a Pit Market", J. Economic Perspectives 10(1), 1996.
    """
    cards = [
        *(Card(sells=True, value=float(cost)) for cost in range(2, 9)),
        *(Card(sells=False, value=float(value)) for value in range(4, 11)),
    ]
    return Deck("Holt 1996, a trading pit", tuple(cards), 0.0, 12.0)


def textbook() -> Deck:
    """Return the double auction of textbooks: five buyers and five sellers of one kWh, of which two trades are worth making."""
    bids, asks = (100.0, 90.0, 80.0, 70.0, 60.0), (80.0, 85.0, 95.0, 100.0, 110.0)
    cards = [
        *(Card(sells=False, value=value) for value in bids),
        *(Card(sells=True, value=cost) for cost in asks),
    ]
    return Deck("Textbook double auction", tuple(cards), 50.0, 120.0)


#: Ready decks by name.
DECKS = {
    "smith-1962": smith_1962(),
    "smith-1962-more-demand": smith_1962(0.5),
    "holt-1996": holt_1996(),
    "textbook": textbook(),
}


def of_step(book: Book, title: str) -> Deck:
    """Return a card for each home that has an order in a step of a run: its energy, at its own limit price.

    Energy is cut to two digits, as it stands on the card, so that nobody can send more than the home has.

    Raises:
        JiranError: Nobody could trade: one side is empty.
    """
    homes = [home for home in range(book.homes) if _written(abs(book.net_kwh[home])) > 0.0]
    cards = tuple(
        Card(bool(book.net_kwh[home] > 0.0), round(float(book.limit_price[home]), 4), _written(abs(book.net_kwh[home])))
        for home in homes
    )
    if len({card.sells for card in cards}) < 2:
        raise JiranError(f"{title}: no cards can be made of this step, for only one side has an order; choose another")
    prices = [book.import_price, book.export_price, *(card.value for card in cards)]
    return Deck(title, cards, float(min(prices)), float(max(prices)), book.currency)


def _written(kwh: float) -> float:
    """Return energy with two digits, never more than it is."""
    return math.floor(100.0 * kwh + NOTHING_KWH) / 100.0
