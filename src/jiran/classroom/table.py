"""An open round: who plays it, and what they have sent so far."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from jiran.classroom.refused import Reason, RefusedError
from jiran.classroom.robots import ROBOTS
from jiran.classroom.rounds import Place, Round, play
from jiran.classroom.rules import check_size
from jiran.errors import ScenarioError
from jiran.nothing import NOTHING_KWH

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from jiran.classroom.cards import Card, Deck
    from jiran.classroom.rules import Rule
    from jiran.classroom.seats import Player, Seat

#: A robot tells at least so many prices apart.
_STEPS = 300.0


class Table:
    """An open round, with the deck and the rule that it is played with.

    Attributes:
        places: Who plays, by seat; nobody comes in between.
        orders: Price and kWh by label of the place.
    """

    def __init__(self, seats: Iterable[Seat], deck: Deck, rule: Rule, robot: str | None, now_s: float) -> None:
        """Find out who plays: who is away is played by a robot, if robots play, and gets what it earns.

        Args:
            seats: All seats.
            deck: Of their cards.
            rule: That will clear the round.
            robot: A name of `ROBOTS`; None: who is away, and an empty seat, do not play.
            now_s: Time of the room's clock.

        Raises:
            JiranError: Nobody plays, or the rule is not for so many seats.
        """
        self._deck, self._rule, self._robot = deck, rule, robot
        self.orders: dict[str, tuple[float, float]] = {}
        self.places: tuple[Place, ...] = tuple(
            place for seat in seats if not (place := _place_at(seat, now_s)).robot or robot is not None
        )
        if not self.places:
            raise RefusedError(Reason.STATE, "open a round: nobody is there, and no robots play")
        check_size(rule, len(self.places))

    @property
    def humans(self) -> list[Place]:
        """Where players play for themselves."""
        return [place for place in self.places if not place.robot]

    @property
    def all_sent(self) -> bool:
        """Whether every player has sent an order."""
        return all(place.label in self.orders for place in self.humans)

    def place_of(self, player: Player) -> Place | None:
        """Return where a player plays; None if they wait, or a robot plays for them."""
        return next((place for place in self.humans if place.player == player.id), None)

    def order_of(self, player: Player) -> tuple[float, float] | None:
        """Return price and kWh that a player has sent."""
        place = self.place_of(player)
        return None if place is None else self.orders.get(place.label)

    def remove(self, player: str) -> None:
        """Let a player and their order go; a robot that plays for one who is away plays on."""
        gone = {place.label for place in self.humans if place.player == player}
        self.places = tuple(place for place in self.places if place.label not in gone)
        self.orders = {label: order for label, order in self.orders.items() if label not in gone}

    def take(self, place: Place, price: float | None, kwh: float | None) -> None:
        """Take an order in place of an earlier one.

        Raises:
            ScenarioError: It is not allowed.
        """
        self.orders[place.label] = self._checked(place.card, price, kwh)

    def _checked(self, card: Card, price: float | None, kwh: float | None) -> tuple[float, float]:
        low, high, kwh = self._deck.low, self._deck.high, card.kwh if kwh is None else kwh
        if not NOTHING_KWH < kwh <= card.kwh:
            raise ScenarioError("kWh", kwh, f"must be above 0 and at most {card.kwh:g}")
        if not self._rule.asks_price:
            return card.value, kwh
        if price is None or not low <= price <= high:
            raise ScenarioError("price", ... if price is None else price, f"must be from {low:g} to {high:g}")
        return price, kwh

    def cleared(self, number: int, rng: np.random.Generator) -> Round:
        """Clear what was sent, and what robots bid.

        Args:
            number: Of the round.
            rng: Of the robots.

        Raises:
            JiranError: The rule cannot clear it.
        """
        places = tuple(self._with_order(place, rng) for place in self.places)
        return play(number, self._deck, places, self._rule.name, self._rule.parameters)

    def _with_order(self, place: Place, rng: np.random.Generator) -> Place:
        if self._robot is not None and place.robot:
            bid = ROBOTS[self._robot](place.card, self._deck.low, self._deck.high, rng)
            return replace(place, price=self._written(bid, place.card), kwh=place.card.kwh)
        price, kwh = self.orders.get(place.label, (place.card.value, 0.0))
        return replace(place, price=price, kwh=kwh)

    def _written(self, bid: float, card: Card) -> float:
        """Return a robot's bid with the digits that a player would write, and no loss by them."""
        spread = self._deck.high - self._deck.low
        digits = max(0, math.ceil(math.log10(_STEPS / spread))) if spread > 0.0 else 4
        bid = min(max(round(bid, digits), self._deck.low), self._deck.high)
        return max(bid, card.value) if card.sells else min(bid, card.value)


def _place_at(seat: Seat, now_s: float) -> Place:
    player = seat.player
    if player is None:
        return Place(seat.label, seat.card)
    return Place(seat.label, seat.card, player.id, player.name, robot=not player.is_there(now_s))
