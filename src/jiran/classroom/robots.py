"""Robots: what they bid who sit where no student does.

A robot is a function of a card, the lowest and highest price that may be bid, and a generator. All of them keep the budget
constraint of Gode and Sunder (J. Political Economy 101(1), 1993): no bid above the value, no ask below the cost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from jiran.classroom.cards import Card

Robot = Callable[["Card", float, float, "np.random.Generator"], float]

#: How far a careful robot goes at most: 99 % of what can be gained is reached on Smith's cards with uniform-price.
CAREFUL = 0.15


def shaded(card: Card, low: float, high: float, rng: np.random.Generator, *, most: float) -> float:
    """Return the card's value, moved by a random part of the way to the far end of the prices.

    Args:
        card: What the robot holds.
        low: The lowest price that may be bid.
        high: The highest.
        rng: Draws one number.
        most: The largest part of the way, 0 to 1.
    """
    end = high if card.sells else low
    return card.value + most * float(rng.random()) * (end - card.value)


#: Every robot by name.
ROBOTS: dict[str, Robot] = {
    "careful": partial(shaded, most=CAREFUL),
    "truthful": partial(shaded, most=0.0),
    "zero-intelligence": partial(shaded, most=1.0),
}
