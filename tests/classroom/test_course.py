"""A lesson in a room: predict first, rounds as the lesson has them, then what is right."""

from __future__ import annotations

import pytest

from jiran.classroom.cards import DECKS
from jiran.classroom.lessons import lessons
from jiran.classroom.lessons.plans import plan_of
from jiran.classroom.phase import Phase
from jiran.classroom.refused import RefusedError
from jiran.classroom.room import Room
from jiran.errors import ScenarioError


@pytest.fixture
def room():
    return Room(DECKS["holt-1996"])


def answer_all(room, tokens, answers):
    room.ask()
    for token, answer in zip(tokens, answers, strict=True):
        room.vote(token, answer)


def test_the_question_closes_when_all_have_answered_and_is_answered_when_seen(room):
    tokens = [room.join(name) for name in ("Aminah", "Ben", "Chong")]
    plan = plan_of("6-smith-1962")
    room.follow(plan)
    room.ask()
    asked = room.phone(tokens[0])
    assert (asked["phase"], asked["question"], asked["voted"]) == ("asking", plan.question, None)
    room.vote(tokens[0], 0)
    room.vote(tokens[0], 1)  # in place of the first
    room.vote(tokens[1], 0)
    assert room.wall().phase is Phase.ASKING
    room.vote(tokens[2], 0)
    assert room.wall().phase is Phase.LOBBY
    assert room.wall().course.counts == (2, 1, 0)
    assert "guess" not in room.phone(tokens[0])
    room.see()
    right = plan.answers[plan.right]
    assert room.phone(tokens[0])["guess"] == f"You predicted well: {right}."
    assert room.phone(tokens[1])["guess"] == f"You predicted: {plan.answers[0]}. Right is: {right}."


def test_the_room_takes_settings_and_rounds_of_the_lesson_one_after_the_other(room):
    token = room.join("Aminah")
    plan = plan_of("6-smith-1962")
    room.follow(plan)
    for turn in plan.turns:
        room.open()
        assert (room.wall().deck, room.wall().rule, room.wall().robot) == (turn.deck, turn.rule, turn.robot)
        room.cancel()  # a round that was cancelled is played again
        room.open()
        assert room.wall().deck == turn.deck
        room.order(token, 2.0)
    assert room.wall().course.next_turn is None
    assert [one.rule for one in room.wall().rounds] == [turn.rule.name for turn in plan.turns]
    room.open()  # and goes on freely
    assert room.wall().phase is Phase.OPEN


def test_cards_stay_with_their_players_while_a_lesson_plays_the_same_ones(room):
    token = room.join("Aminah")
    room.follow(plan_of("4-truthful"))
    cards = set()
    for _ in range(4):
        room.open()
        room.order(token, 2.0)
        cards.add(room.phone(token)["says"])
    assert len(cards) == 1


def test_who_is_removed_has_no_vote_and_nobody_waits_for_them(room):
    tokens = [room.join(name) for name in ("Aminah", "Ben")]
    room.follow(plan_of("3-battery"))
    room.ask()
    room.vote(tokens[0], 1)
    room.remove("p2")
    assert room.wall().phase is Phase.LOBBY
    assert room.wall().course.counts == (0, 1, 0)
    answer_all(room, tokens[:1], [2])
    assert room.wall().course.counts == (0, 0, 1)


def test_what_is_not_allowed_is_refused_in_a_sentence(room):
    token = room.join("Aminah")
    for call in (room.ask, room.see):
        with pytest.raises(RefusedError, match="follows no lesson"):
            call()
    room.follow(plan_of("3-battery"))
    with pytest.raises(RefusedError, match="not now"):
        room.vote(token, 0)
    room.ask()
    for call in (room.open, room.see, room.ask):
        with pytest.raises(RefusedError, match="not now; a question is open"):
            call()
    with pytest.raises(ScenarioError, match="from 0 to 2"):
        room.vote(token, 3)


@pytest.mark.parametrize("name", lessons())
def test_every_lesson_can_be_played_by_a_class(name):
    """Each round of each lesson clears with robots alone, and lets somebody trade."""
    plan, room = plan_of(name), Room(DECKS["smith-1962"])
    room.follow(plan)
    for turn in plan.turns:
        room.open()
        assert room.wall().rounds[-1].rule == turn.rule.name
        assert room.wall().rounds[-1].outcome.kwh > 0.0
    assert room.wall().course.next_turn is None
    assert 0 <= plan.right < len(plan.answers)


def test_at_noon_a_kwh_is_cheaper_than_in_the_morning():
    """The rounds of the first lesson show what it says."""
    room = Room(DECKS["smith-1962"])
    room.follow(plan_of("1-midday"))
    for _ in range(3):
        room.open()
    morning, noon, evening = (one.price for one in room.wall().rounds)
    assert noon == pytest.approx(0.2)
    assert morning > 0.3
    assert evening > 0.3  # the third answer is wrong of the homes that are played, too


def test_a_lesson_knows_which_rounds_are_older_than_it(room):
    room.join("Aminah")
    room.open()
    room.close()
    room.follow(plan_of("6-smith-1962"))
    assert room.wall().course.since == len(room.wall().rounds) == 1
    room.open()
    room.close()
    wall = room.wall()
    assert (wall.course.since, len(wall.rounds)) == (1, 2)
