"""What a room shows: to a phone its own seat and no other, to the wall everything but secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jiran.classroom.phase import Phase
from jiran.classroom.words import amount, energy, guessed, instruction, verdict, why
from jiran.market import find

if TYPE_CHECKING:
    from jiran.classroom.cards import Deck
    from jiran.classroom.course import Course
    from jiran.classroom.rounds import Round
    from jiran.classroom.rules import Rule
    from jiran.classroom.seats import Player, Seat

#: So many earlier prices are on a phone.
MOST_PRICES = 6

#: What a phone gets, ready for JSON.
Phone = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """A player as the wall shows them.

    Attributes:
        id: What the room calls them.
        name: Nickname.
        is_there: Whether their phone was heard of a moment ago.
        has_sent: Whether they have sent an order in the open round.
    """

    id: str
    name: str
    is_there: bool
    has_sent: bool


@dataclass(frozen=True)
class Wall:
    """A room at one moment, for the projector.

    Attributes:
        code: Of the room.
        version: Another one whenever something else is to be seen.
        phase: Where the room is.
        number: Of the open round, or of the last one; 0 before the first.
        people: All players.
        locked: Whether nobody more may join.
        deck: The cards.
        rule: Of the next round, or of the open one.
        robot: Kind of the robots; None: empty seats stay empty.
        seconds: How long a round is open; None: until it is closed.
        left_s: How long the open round is open still; None: until it is closed.
        sent: How many of the players in the open round have sent an order.
        playing: How many players are in the open round.
        rounds: All rounds that were cleared.
        revealed: Whether the true curves of the last round may be shown.
        problem: Why the rule could not clear the round that is still open; "" if nothing is wrong.
        course: The lesson that the room follows, and how far it has come; None: it follows none.
    """

    code: str
    version: int
    phase: Phase
    number: int
    people: tuple[Person, ...]
    locked: bool
    deck: Deck
    rule: Rule
    robot: str | None
    seconds: float | None
    left_s: float | None
    sent: int
    playing: int
    rounds: tuple[Round, ...]
    revealed: bool
    problem: str
    course: Course | None = None


def phone_of(wall: Wall, player: Player, seat: Seat, order: tuple[float, float] | None, *, plays: bool) -> Phone:
    """Return what a phone shows.

    Args:
        wall: The room.
        player: Whose phone it is.
        seat: Where they sit.
        order: Price and kWh that they have sent in the open round.
        plays: Whether they are in the open round.
    """
    asks = wall.rule.asks_price
    shown = {
        "v": wall.version,
        "phase": wall.phase.value,
        "round": wall.number,
        "name": player.name,
        "code": player.code,
        "label": seat.label,
        "rule": find(wall.rule.name).plain_name,
        "says": str(instruction(seat.card, asks)),
        "asks_price": asks,
        "sells": seat.card.sells,
        "value": amount(seat.card.value),
        "range": [wall.deck.low, wall.deck.high],
        "most_kwh": energy(seat.card.kwh).removesuffix(" kWh"),
        "plays": plays,
        "left": None if wall.left_s is None else round(wall.left_s, 1),
        "order": None if order is None else [amount(order[0]), energy(order[1])],
        "prices": ["no trade" if one.price is None else amount(one.price) for one in wall.rounds[-MOST_PRICES:]],
        "total": amount(earned(wall.rounds, player.id)),
    }
    if wall.course is not None:
        shown |= _course(wall.course, player.id, asks_now=wall.phase is Phase.ASKING)
    if wall.rounds and wall.phase in (Phase.RESULTS, Phase.ENDED):
        shown |= _result(wall.rounds[-1], player.id)
    return shown


def _course(course: Course, player: str, *, asks_now: bool) -> Phone:
    """Return the question while it is open, and what is right once all have seen it."""
    if asks_now:
        return {"question": course.plan.question, "answers": course.plan.answers, "voted": course.vote_of(player)}
    said = guessed(course, player)
    return {} if said is None else {"guess": str(said)}


def _result(last: Round, player: str) -> Phone:
    """Return what became of a player's order in the last round; nothing for one who was not in it."""
    seat = last.seat_of(player)
    if seat is None:
        return {}
    found: Phone = {"result": str(verdict(last, seat)), "why": why(last, seat)}
    return found | ({"by_robot": True} if last.places[seat].robot else {})


def earned(rounds: tuple[Round, ...], player: str) -> float:
    """Return what a player has earned in all rounds."""
    seats = ((one, one.seat_of(player)) for one in rounds)
    return sum((float(one.profit[seat]) for one, seat in seats if seat is not None), 0.0)


@dataclass(frozen=True)
class Standing:
    """How a player stands after some rounds.

    Attributes:
        player: What the room calls them.
        name: Nickname.
        earned: In all their rounds.
        could_earn: What their cards earn at the price at which the true curves cross.
    """

    player: str
    name: str
    earned: float
    could_earn: float

    @property
    def share(self) -> float:
        """What they earned, as a share of what the cards could earn; a dear card is no merit."""
        return self.earned / self.could_earn


def standings(rounds: tuple[Round, ...]) -> list[Standing]:
    """Return the players whose cards could earn something, the best first."""
    found: dict[str, Standing] = {}
    for one in rounds:
        for seat, place in enumerate(one.places):
            if place.player:
                before = found.get(place.player, Standing(place.player, place.name, 0.0, 0.0))
                found[place.player] = Standing(
                    place.player,
                    place.name,
                    before.earned + float(one.profit[seat]),
                    before.could_earn + float(one.could_earn[seat]),
                )
    able = [standing for standing in found.values() if standing.could_earn > 0.0]
    return sorted(able, key=lambda standing: -standing.share)
