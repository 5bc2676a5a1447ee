"""A room: who may do what when, from the first who joins to the last round.

    LOBBY --open--> OPEN --close, time over, all sent--> RESULTS --open--> OPEN ...      any --end--> ENDED
                    OPEN --cancel--> LOBBY or RESULTS, without the orders
    LOBBY or RESULTS --ask--> ASKING --close_question, all voted--> back to where it was

Every call holds the room's lock and first looks at the clock, so there is no thread that waits for the end of a round.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import numpy as np

from jiran.classroom.course import Course, Plan, Turn, must_follow
from jiran.classroom.phase import Phase
from jiran.classroom.refused import Reason, RefusedError, must_be
from jiran.classroom.robots import ROBOTS
from jiran.classroom.rounds import Place, Round
from jiran.classroom.rules import FIRST_RULE, Rule, chosen
from jiran.classroom.seats import Player, Seating
from jiran.classroom.table import Table
from jiran.classroom.views import Person, Phone, Wall, phone_of
from jiran.errors import JiranError, ScenarioError

if TYPE_CHECKING:
    from jiran.classroom.cards import Deck

#: Letters and digits that nobody takes for another: a code of four is one of 923,521.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
#: So many orders of a player are heard in a round.
MOST_ORDERS = 40
#: So many players fit into a room if nobody says otherwise.
MOST_PLAYERS = 100
#: A round is open so long if nobody says otherwise, s.
ROUND_S = 90.0

_BETWEEN = (Phase.LOBBY, Phase.RESULTS)
_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


def _step(method: Callable[Concatenate[Room, _Given], _Found]) -> Callable[Concatenate[Room, _Given], _Found]:
    """Make a method one step of the room: alone, and after a round whose time is over was cleared."""

    @wraps(method)
    def step(room: Room, /, *given: _Given.args, **named: _Given.kwargs) -> _Found:
        with room._lock:  # noqa: SLF001  its own
            room._look_at_clock()  # noqa: SLF001  its own
            return method(room, *given, **named)

    return step


class Room:
    """A class that trades. Every method may be called by any thread.

    Attributes:
        code: Four letters and digits that lead to it.
    """

    def __init__(
        self, deck: Deck, *, most: int = MOST_PLAYERS, seed: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Open a room in which nobody is yet.

        Args:
            deck: The cards to begin with.
            most: How many players fit in.
            seed: Of dealing and of robots; the draws of a rule have the round's number as seed.
            clock: Seconds that never go back.
        """
        self.code = "".join(secrets.choice(LETTERS) for _ in range(4))
        self._lock, self._clock, self._seed = threading.RLock(), clock, seed
        self._seating = Seating(deck, most, seed)
        self._phase, self._version, self._locked, self._revealed, self._problem = Phase.LOBBY, 1, False, False, ""
        self._rule: Rule = chosen(FIRST_RULE)
        self._seconds: float | None = ROUND_S
        self._robot: str | None = "careful"
        self._rounds: tuple[Round, ...] = ()
        self._table: Table | None = None  # the open round
        self._course: Course | None = None  # the lesson that it follows
        self._deadline: float | None = None

    # --- phones ---

    @_step
    def join(self, name: object) -> str:
        """Give a newcomer a seat and return the secret token of their phone; in an open round they wait for the next.

        Raises:
            JiranError: The name cannot be used, the room is locked or full, or the game has ended.
        """
        must_be(self._phase, (*_BETWEEN, Phase.OPEN, Phase.ASKING), "join")
        if self._locked:
            raise RefusedError(Reason.FULL, "the room is locked: ask the lecturer to let you in")
        player = self._seating.join(name, self._clock())
        self._version += 1
        return player.token

    @_step
    def come_back(self, name: object, code: object) -> str:
        """Return a new token for a player who has lost the old one, by nickname and seat code.

        Raises:
            JiranError: Nobody has this name and code, or it was tried too often.
        """
        return self._seating.come_back(name, code, self._clock()).token

    @_step
    def order(self, token: str, price: float | None = None, kwh: float | None = None) -> None:
        """Take a player's order in place of an earlier one; when all have sent theirs, the round is over.

        Args:
            token: Of their phone.
            price: Bid or ask per kWh; needed if the rule asks for it.
            kwh: How much; default: all that the card says.

        Raises:
            JiranError: It is not allowed, or not now.
        """
        table, player, place = self._playing(token, "order")
        if player.sent >= MOST_ORDERS:
            raise RefusedError(Reason.OFTEN, f"only {MOST_ORDERS} orders of a round are heard")
        player.sent += 1
        table.take(place, price, kwh)
        self._version += 1
        if table.all_sent:
            self._clear()

    @_step
    def withdraw(self, token: str) -> None:
        """Take a player's order back.

        Raises:
            RefusedError: There is none, or not now.
        """
        table, _, place = self._playing(token, "withdraw")
        if table.orders.pop(place.label, None) is None:
            raise RefusedError(Reason.STATE, "withdraw: you have sent no order in this round")
        self._version += 1

    @_step
    def vote(self, token: str, answer: int) -> None:
        """Take a player's answer in place of an earlier one; when all have given theirs, the question is closed.

        Args:
            token: Of their phone.
            answer: Counted from 0.

        Raises:
            JiranError: There is no such answer, or no question is open.
        """
        player = self._seating.heard(token, self._clock())
        must_be(self._phase, (Phase.ASKING,), "answer")
        course = must_follow(self._course, "answer")
        self._course = replace(course, votes=course.with_vote(player.id, answer))
        self._version += 1
        self._close_if_all_voted()

    @_step
    def phone(self, token: str, version: int | None = None) -> Phone | None:
        """Return what a player's phone shows; None if that is what it shows already.

        Args:
            token: Of the phone.
            version: What the phone shows.

        Raises:
            RefusedError: Nobody here has this token.
        """
        player = self._seating.heard(token, self._clock())
        if version == self._version:
            return None
        order, plays = None, False
        if self._table is not None:
            order, plays = self._table.order_of(player), self._table.place_of(player) is not None
        return phone_of(self._wall(), player, self._seating.seat_of(player), order, plays=plays)

    # --- the lecturer ---

    @_step
    def open(self) -> None:
        """Open a round; who is away is played by a robot, if robots play, and gets what it earns.

        In a lesson, it is the lesson's next round, with its cards, its rule and its robots.

        Raises:
            JiranError: Not now, nobody is there, or the rule is not for so many seats.
        """
        must_be(self._phase, _BETWEEN, "open a round")
        now = self._clock()
        if self._course is not None and self._course.next_turn is not None:
            self._take(self._course.next_turn)
        self._table = Table(self._seating.seats, self._seating.deck, self._rule, self._robot, now)
        self._deadline = None if self._seconds is None else now + self._seconds
        self._problem, self._revealed = "", False
        for player in self._seating.players:
            player.sent = 0
        self._go(Phase.OPEN)
        if not self._table.humans:
            self._clear()

    @_step
    def close(self) -> None:
        """Clear the open round with the orders that there are.

        Raises:
            JiranError: Not now, or the rule cannot clear it; then the round stays open.
        """
        must_be(self._phase, (Phase.OPEN,), "close the round")
        self._clear()
        if self._problem:
            raise JiranError(self._problem)

    @_step
    def cancel(self) -> None:
        """Forget the open round and its orders."""
        must_be(self._phase, (Phase.OPEN,), "cancel the round")
        self._give_up()

    @_step
    def reveal(self) -> None:
        """Let the true curves of the last round be shown."""
        must_be(self._phase, (Phase.RESULTS, Phase.ENDED), "reveal the true curves")
        self._revealed = True
        self._version += 1

    @_step
    def follow(self, plan: Plan | None) -> None:
        """Follow a lesson from its beginning; None: play freely again.

        Raises:
            RefusedError: Not now.
        """
        must_be(self._phase, _BETWEEN, "begin a lesson")
        self._course = None if plan is None else Course(plan, since=len(self._rounds))
        self._version += 1

    @_step
    def ask(self) -> None:
        """Put the lesson's question to all phones; answers of an earlier time are forgotten.

        Raises:
            RefusedError: Not now, or the room follows no lesson.
        """
        must_be(self._phase, _BETWEEN, "ask")
        self._course = replace(must_follow(self._course, "ask"), votes=(), asked=True)
        self._go(Phase.ASKING)

    @_step
    def close_question(self) -> None:
        """Close the question with the answers that there are.

        Raises:
            RefusedError: None is open.
        """
        must_be(self._phase, (Phase.ASKING,), "close the question")
        self._go_back()

    @_step
    def see(self) -> None:
        """Show what is right, on the wall and on all phones.

        Raises:
            RefusedError: Not now, or the room follows no lesson.
        """
        must_be(self._phase, _BETWEEN, "see the answer")
        self._course = replace(must_follow(self._course, "see the answer"), seen=True)
        self._version += 1

    @_step
    def lock(self, *, locked: bool) -> None:
        """Let nobody more in, or let them in again."""
        self._locked = locked
        self._version += 1

    @_step
    def remove(self, player: str) -> None:
        """Remove a player by id: their order is gone, their token is worth nothing, and their seat is free.

        Raises:
            ScenarioError: Nobody here has this id.
        """
        self._seating.remove(player)
        self._version += 1
        if self._course is not None:
            self._course = replace(self._course, votes=self._course.without(player))
            self._close_if_all_voted()
        if self._table is not None:
            self._table.remove(player)
            if not self._table.places:
                self._give_up()
            elif self._table.all_sent:
                self._clear()

    @_step
    def deal(self, deck: Deck) -> None:
        """Give everybody a new card, of the same deck or of another.

        Raises:
            RefusedError: Not now.
        """
        must_be(self._phase, _BETWEEN, "deal new cards")
        self._seating.deal(deck)
        self._revealed = False
        self._version += 1

    @_step
    def choose(self, rule: Rule, *, seconds: float | None, robot: str | None) -> None:
        """Choose how the next rounds are played.

        Args:
            rule: From `rules.chosen`.
            seconds: How long a round is open; None: until it is closed.
            robot: A name of `ROBOTS`; None: empty seats stay empty.

        Raises:
            JiranError: Not now, or there is no such robot.
        """
        must_be(self._phase, _BETWEEN, "choose how to play")
        if robot is not None and robot not in ROBOTS:
            raise ScenarioError("robot", robot, f"must be one of {', '.join(ROBOTS)}")
        self._rule, self._seconds, self._robot = rule, seconds, robot
        self._version += 1

    @_step
    def end(self) -> None:
        """End the game; what was played can still be read."""
        self._forget()
        self._go(Phase.ENDED)

    @_step
    def wall(self) -> Wall:
        """Return the room as the projector shows it."""
        return self._wall()

    # --- within a step ---

    def _look_at_clock(self) -> None:
        if self._deadline is not None and self._clock() >= self._deadline:
            self._clear()

    def _go(self, phase: Phase) -> None:
        self._phase = phase
        self._version += 1

    def _forget(self) -> None:
        self._table, self._deadline, self._problem = None, None, ""

    def _give_up(self) -> None:
        self._forget()
        self._go_back()

    def _go_back(self) -> None:
        """Go to where the room is between rounds."""
        self._go(Phase.RESULTS if self._rounds else Phase.LOBBY)

    def _close_if_all_voted(self) -> None:
        players = [player.id for player in self._seating.players]
        if self._phase is Phase.ASKING and self._course is not None and self._course.all_voted(players):
            self._go_back()

    def _take(self, turn: Turn) -> None:
        """Play as a lesson wants it; cards stay with their players if it plays the same again."""
        if turn.deck != self._seating.deck:
            self._seating.deal(turn.deck)
        self._rule, self._robot, self._revealed = turn.rule, turn.robot, False

    def _clear(self) -> None:
        """Clear the open round; if the rule cannot, it stays open until it is closed or cancelled."""
        if self._table is None:
            return
        number = len(self._rounds) + 1
        self._deadline = None
        try:
            cleared = self._table.cleared(number, np.random.default_rng((self._seed, number)))
        except JiranError as error:
            self._problem = str(error)
            self._version += 1
            return
        self._rounds = (*self._rounds, cleared)
        if self._course is not None and self._course.next_turn is not None:
            self._course = replace(self._course, played=self._course.played + 1)
        self._forget()
        self._go(Phase.RESULTS)

    def _playing(self, token: str, what: str) -> tuple[Table, Player, Place]:
        """Return the open round, and who plays where in it.

        Raises:
            RefusedError: No round is open, or the player is not in it.
        """
        player = self._seating.heard(token, self._clock())
        must_be(self._phase, (Phase.OPEN,), what)
        place = None if self._table is None else self._table.place_of(player)
        if self._table is None or place is None:
            raise RefusedError(Reason.STATE, f"{what}: you play from the next round on")
        return self._table, player, place

    def _wall(self) -> Wall:
        now, table = self._clock(), self._table
        people = tuple(
            Person(
                player.id, player.name, player.is_there(now), table is not None and table.order_of(player) is not None
            )
            for player in self._seating.players
        )
        return Wall(
            code=self.code, version=self._version, phase=self._phase, number=len(self._rounds) + (table is not None),
            people=people, locked=self._locked, deck=self._seating.deck, rule=self._rule, robot=self._robot,
            seconds=self._seconds, left_s=None if self._deadline is None else max(0.0, self._deadline - now),
            sent=len(table.orders) if table else 0, playing=len(table.humans) if table else 0,
            rounds=self._rounds, revealed=self._revealed, problem=self._problem, course=self._course,
        )  # fmt: skip
