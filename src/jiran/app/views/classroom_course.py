"""A lesson that is played in the room: its question, what the class predicted, its next round, and what comes out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from jiran.app import state
from jiran.app.charts import lessons as pictures
from jiran.app.charts.rounds import LETTERS, larger
from jiran.app.classroom.rooms import ROOMS
from jiran.app.drawing import draw
from jiran.app.showing import plain
from jiran.app.views.classroom_setup import act
from jiran.classroom.cards import DECKS
from jiran.classroom.lessons import lessons, outcomes
from jiran.classroom.lessons.plans import plan_of
from jiran.classroom.phase import Phase
from jiran.classroom.room import Room
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.classroom.course import Course
    from jiran.classroom.views import Wall


def begin(lesson: str) -> None:
    """Let the room follow a lesson; without a room, open one."""
    room = ROOMS.current
    if room is None or room.wall().phase is Phase.ENDED:
        room = Room(DECKS["smith-1962"])
        ROOMS.open(room)
    room.follow(plan_of(lesson))


def show(room: Room, wall: Wall) -> None:
    """Draw where the room is in its lesson; nothing if it follows none."""
    course = wall.course
    if course is None:
        return
    brief = course.seen and state.presents()  # leaves room for the picture
    st.markdown(f"**{plain(course.plan.title)}** {'' if brief else plain(course.plan.question)}")
    _votes(course, wall)
    turn = course.next_turn
    if turn is not None:
        st.caption(plain(f"Next, {course.played + 1} of {len(course.plan.turns)} in this lesson: {turn.title}."))
    with st.container(horizontal=True):
        _buttons(room, wall, course)


def _buttons(room: Room, wall: Wall, course: Course) -> None:
    if wall.phase is Phase.ASKING:
        act("Close the question", "course_close", room.close_question, ":material/done_all:", kind="primary")
        return
    if wall.phase is Phase.OPEN:
        return
    words = "Ask again" if course.asked else "Ask the phones"
    act(words, "course_ask", room.ask, ":material/quiz:", kind="secondary" if course.asked else "primary")
    if not course.seen:
        act("See what is right", "course_see", room.see, ":material/visibility:")
    act("Leave the lesson", "course_leave", lambda: room.follow(None), ":material/close:", kind="tertiary")


def _votes(course: Course, wall: Wall) -> None:
    """Draw what the class predicted: nothing while it answers, so that nobody follows the others."""
    if wall.phase is Phase.ASKING or not (course.votes or course.seen):
        st.markdown("\n".join(f"{place}. {plain(one)}" for place, one in enumerate(course.plan.answers, 1)))
        return
    answers = list(zip(course.plan.answers, course.counts, strict=True))
    if course.seen:
        marks = [":material/check_circle: " if place == course.plan.right else "" for place in range(len(answers))]
        told = (
            f"- {mark}{plain(one)}: {counted(count, 'vote')}" for mark, (one, count) in zip(marks, answers, strict=True)
        )
        st.markdown("\n".join(told))
        return
    for one, count in answers:
        st.progress(count / len(course.votes), text=f"{plain(one)}: {counted(count, 'vote')}")


def come_out(name: str) -> None:
    """Draw what comes out in a lesson, run here and now: what stays, its picture, and what is to be noticed."""
    lesson = lessons()[name]
    st.markdown(f"**{plain(lesson.takeaway)}**")
    try:
        values = state.worked_out(f"lesson {name}", "This lesson", "Running the lesson", partial(outcomes, name))
    except state.NotRunError:  # the page has said why
        return
    spec = pictures.outcome(lesson, values)
    far = state.presents()
    shown, height = (larger(spec, LETTERS), 220) if far else (spec, 260)
    draw(shown, key="lesson_outcome", alt=pictures.outcome_alt(lesson, values), height=height)
    if not far:
        st.markdown("\n".join(f"- {plain(one)}" for one in lesson.notice))
