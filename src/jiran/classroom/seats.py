"""Who is in a room: players with what makes them known again, and the seats that they sit on."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jiran.classroom.names import MOST_LETTERS, clean_name
from jiran.classroom.refused import Reason, RefusedError
from jiran.errors import ScenarioError
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.classroom.cards import Card, Deck

#: Somebody who was not heard of for so long, in seconds, is not there.
AWAY_S = 20.0
#: So many wrong seat codes are heard for a player.
MOST_TRIES = 5


@dataclass
class Player:
    """Somebody with a phone.

    Attributes:
        id: What the room calls them: p7 is the seventh who joined.
        name: Nickname; only a label, though no two are the same.
        token: Secret of their phone.
        code: Four digits that bring them back from another phone or browser.
        seen_s: When they were last heard of, in seconds of the room's clock.
        tries: Wrong codes since the last right one.
        sent: Orders of this round.
    """

    id: str
    name: str
    token: str
    code: str
    seen_s: float
    tries: int = 0
    sent: int = 0

    def is_there(self, now_s: float) -> bool:
        """Tell whether they were heard of a moment ago."""
        return now_s - self.seen_s <= AWAY_S


@dataclass
class Seat:
    """A card, the label that the wall has for it, and who sits there; None: a robot, if robots play."""

    label: str
    card: Card
    player: Player | None = None


class Seating:
    """The players of a room and their seats; there is a seat for each player, and whole decks of seats."""

    def __init__(self, deck: Deck, most: int, seed: int) -> None:
        """Deal a deck in an empty room.

        Args:
            deck: The cards to begin with.
            most: How many players fit in.
            seed: Of dealing.
        """
        self.seats: list[Seat] = []
        self._most, self._rng = most, np.random.default_rng(seed)
        self._players: dict[str, Player] = {}  # by token
        self._removed: set[str] = set()  # tokens
        self._joined = 0
        self.deal(deck)

    @property
    def players(self) -> list[Player]:
        """All players, as they have joined."""
        return sorted(self._players.values(), key=lambda player: int(player.id[1:]))

    def deal(self, deck: Deck) -> None:
        """Give everybody a new card, of the same deck or of another; who sat first sits first again."""
        self.deck = deck
        players = [seat.player for seat in self.seats if seat.player is not None]
        self.seats = []
        while len(self.seats) < max(1, len(players)):
            self._more()
        for seat, player in zip(self.seats, players, strict=False):
            seat.player = player

    def _more(self) -> None:
        for card in self.deck.dealt(self._rng):
            number = 1 + sum(seat.card.sells is card.sells for seat in self.seats)
            self.seats.append(Seat(f"{'S' if card.sells else 'B'}{number}", card))

    def join(self, name: object, now_s: float) -> Player:
        """Give a newcomer the first free seat.

        Raises:
            JiranError: The name cannot be used, or the room is full.
        """
        wanted = clean_name(name)
        if len(self._players) >= self._most:
            raise RefusedError(Reason.FULL, f"the room is full: it has {counted(self._most, 'player')}")
        self._joined += 1
        player = Player(f"p{self._joined}", self._free_name(wanted), new_token(), self._free_code(), now_s)
        self._players[player.token] = player
        if all(seat.player is not None for seat in self.seats):
            self._more()
        next(seat for seat in self.seats if seat.player is None).player = player
        return player

    def _free_name(self, wanted: str) -> str:
        taken = {other.name.casefold() for other in self._players.values()}
        name, count = wanted, 1
        while name.casefold() in taken:
            count += 1
            name = f"{wanted[: MOST_LETTERS - 1 - len(str(count))].rstrip()} {count}"
        return name

    def _free_code(self) -> str:
        taken = {other.code for other in self._players.values()}
        while True:  # few of the 10,000 are taken
            code = f"{secrets.randbelow(10_000):04}"
            if code not in taken:
                return code

    def come_back(self, name: object, code: object, now_s: float) -> Player:
        """Give a player who has lost it a new token; the old one is worth nothing from then on.

        Args:
            name: Their nickname in the room.
            code: The four digits of their seat.
            now_s: Time of the room's clock.

        Raises:
            JiranError: Nobody has this name and code, or it was tried too often.
        """
        wanted = clean_name(name).casefold()
        player = next((one for one in self._players.values() if one.name.casefold() == wanted), None)
        if player is not None and player.tries >= MOST_TRIES:
            raise RefusedError(Reason.OFTEN, "too many wrong seat codes: join with a new name")
        if player is None or code != player.code:
            if player is not None:
                player.tries += 1
            raise RefusedError(Reason.STRANGER, "nobody here has this name and this seat code")
        del self._players[player.token]
        player.token, player.tries, player.seen_s = new_token(), 0, now_s
        self._players[player.token] = player
        return player

    def remove(self, player: str) -> None:
        """Let a player go: their token is worth nothing, and their seat is free.

        Raises:
            ScenarioError: Nobody here has this id.
        """
        found = next((one for one in self._players.values() if one.id == player), None)
        if found is None:
            raise ScenarioError("player", player, "nobody here has this id")
        del self._players[found.token]
        self._removed.add(found.token)
        self.seat_of(found).player = None

    def heard(self, token: str, now_s: float) -> Player:
        """Return the player of a token, who was seen just now.

        Raises:
            RefusedError: Nobody here has it.
        """
        if token in self._removed:
            raise RefusedError(Reason.REMOVED, "the lecturer has removed you from this room")
        player = self._players.get(token)
        if player is None:
            raise RefusedError(Reason.STRANGER, "nobody here has this seat: join again")
        player.seen_s = now_s
        return player

    def seat_of(self, player: Player) -> Seat:
        """Return where a player sits."""
        return next(seat for seat in self.seats if seat.player is player)


def new_token() -> str:
    """Return a secret that nobody guesses."""
    return secrets.token_urlsafe(24)
