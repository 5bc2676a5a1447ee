"""A lesson that a room follows: a question first, rounds with settings of their own, and then what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiran.classroom.refused import Reason, RefusedError
from jiran.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiran.classroom.cards import Deck
    from jiran.classroom.rules import Rule


@dataclass(frozen=True)
class Turn:
    """A round of a lesson.

    Attributes:
        title: What is to be seen in it.
        deck: The cards.
        rule: That clears it.
        robot: Kind of the robots on empty seats.
    """

    title: str
    deck: Deck
    rule: Rule
    robot: str


@dataclass(frozen=True)
class Plan:
    """A lesson as a room plays it.

    Attributes:
        name: Of the lesson.
        title: Its title.
        question: What the class predicts first.
        answers: What it can choose from.
        right: Which of them is right, counted from 0.
        turns: The rounds; none if the numbers alone tell.
    """

    name: str
    title: str
    question: str
    answers: tuple[str, ...]
    right: int
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Course:
    """How far a room has come in a lesson; each step is a new one.

    Attributes:
        plan: The lesson.
        votes: Answer of each player who has given one, by the room's name for them.
        asked: Whether the question was asked.
        played: How many rounds of the plan were cleared.
        seen: Whether the right answer has been shown.
        since: How many rounds the room had played before it began.
    """

    plan: Plan
    votes: tuple[tuple[str, int], ...] = ()
    asked: bool = False
    played: int = 0
    seen: bool = False
    since: int = 0

    @property
    def next_turn(self) -> Turn | None:
        """The round that comes next; None after the last."""
        return self.plan.turns[self.played] if self.played < len(self.plan.turns) else None

    @property
    def counts(self) -> tuple[int, ...]:
        """How often each answer was given."""
        given = [answer for _, answer in self.votes]
        return tuple(given.count(place) for place in range(len(self.plan.answers)))

    def vote_of(self, player: str) -> int | None:
        """Return the answer of a player; None if they have given none."""
        return dict(self.votes).get(player)

    def all_voted(self, players: Iterable[str]) -> bool:
        """Tell whether all of these players, and at least one, have given an answer."""
        there, voted = set(players), {player for player, _ in self.votes}
        return bool(there) and there <= voted

    def with_vote(self, player: str, answer: int) -> tuple[tuple[str, int], ...]:
        """Return the votes with that of a player in place of an earlier one.

        Raises:
            ScenarioError: There is no such answer.
        """
        if not 0 <= answer < len(self.plan.answers):
            raise ScenarioError("answer", answer, f"must be from 0 to {len(self.plan.answers) - 1}")
        return (*self.without(player), (player, answer))

    def without(self, player: str) -> tuple[tuple[str, int], ...]:
        """Return the votes of all others."""
        return tuple(vote for vote in self.votes if vote[0] != player)


def must_follow(course: Course | None, what: str) -> Course:
    """Return the lesson that a room follows.

    Raises:
        RefusedError: It follows none.
    """
    if course is None:
        raise RefusedError(Reason.STATE, f"{what}: the room follows no lesson")
    return course
