"""Lessons as a room plays them: the rounds of each, with cards from a deck or from the homes of its scenario."""

from __future__ import annotations

from functools import cache

from jiran.classroom.cards import DECKS, Deck, of_step
from jiran.classroom.course import Plan, Turn
from jiran.classroom.lessons import Lesson, Played, lessons, run_of
from jiran.classroom.rules import chosen
from jiran.explain.step.outcome import outcome_of_run


@cache
def plan_of(name: str) -> Plan:
    """Return a lesson as a room plays it.

    Args:
        name: Of the lesson.
    """
    lesson = lessons()[name]
    turns = tuple(
        Turn(one.title, _deck(lesson, one), chosen(one.rule, one.parameters), one.robot) for one in lesson.play
    )
    return Plan(name, lesson.title, lesson.question, lesson.answers, lesson.right - 1, turns)


def _deck(lesson: Lesson, one: Played) -> Deck:
    """Return the cards of a round: a deck, or the homes of the lesson's scenario at an hour of its first day."""
    if one.hour is None:
        return DECKS[one.deck or lesson.deck]
    case = next(case for case in lesson.case if case.name == one.case)
    result = run_of(lesson, case)
    step = one.hour * 60 // result.scenario.step_minutes
    return of_step(outcome_of_run(result, step).book, f"{lesson.title} {one.hour:02d}:00")
