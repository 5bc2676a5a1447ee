"""Lessons: predict first, then see; what comes out is run here and now."""

from __future__ import annotations

import polars as pl
import streamlit as st

from jiran.app.showing import plain
from jiran.app.views import classroom_course
from jiran.app.views.classroom_setup import attempt
from jiran.classroom.lessons import Lesson, lessons, outcomes


def show() -> None:
    """Draw the lessons, one at a time."""
    found = lessons()
    name = st.selectbox(
        "Lesson", list(found), key="class_lesson", persist_state="session", format_func=lambda one: found[one].title
    )
    lesson = found[name]
    st.markdown(f"#### {plain(lesson.question)}")
    st.caption(plain(f"{lesson.minutes} minutes. {lesson.source}"))
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown("\n".join(f"{place}. {plain(step)}" for place, step in enumerate(lesson.steps, 1)))
        st.button(
            "Play it in the room", icon=":material/meeting_room:", key="class_play", on_click=_play, args=(name,),
            help="Phones predict, the room takes the rounds of this lesson, and then all see what comes out.",
        )  # fmt: skip
        guess = st.radio(
            "Predict first", lesson.answers, index=None, key=f"class_guess|{name}", persist_state="session"
        )
    with right:
        if guess is None:
            st.info("Choose an answer to see what comes out.", icon=":material/psychology:")
        else:
            _see(name, lesson, guess)


def _play(name: str) -> None:
    attempt(classroom_course.begin, name)
    st.session_state.class_part = "room"


def _see(name: str, lesson: Lesson, guess: str) -> None:
    answer = lesson.answers[lesson.right - 1]
    if guess == answer:
        st.success(plain(f"Yes: {answer}."), icon=":material/check:")
    else:
        st.warning(plain(f"It is another one: {answer}."), icon=":material/lightbulb:")
    classroom_course.come_out(name)
    with st.expander("All numbers of this lesson", expanded=True):
        frame = table(lesson, outcomes(name))
        numbers = {name: st.column_config.Column(alignment="right") for name in frame.columns[1:]}
        st.dataframe(
            frame,
            hide_index=True,
            height="content",
            column_config=numbers,
            key="class_numbers",
            alt=f"What comes out in the lesson {plain(lesson.title)}.",
        )


def table(lesson: Lesson, values: tuple[float, ...]) -> pl.DataFrame:
    """Return what came out, by setting and by measure, the more numerous as rows; "" where a setting has none."""
    cells = {
        (one.case, one.label): f"{round(value, one.measure.digits) + 0.0:,.{one.measure.digits}f}"
        for one, value in zip(lesson.predicted, values, strict=True)
    }
    settings = [case.name for case in lesson.case]
    measures = list(dict.fromkeys(one.label for one in lesson.predicted))
    if len(measures) > len(settings):
        columns = {name: [cells.get((name, label), "") for label in measures] for name in settings}
        return pl.DataFrame({"Measure": measures, **columns})
    columns = {label: [cells.get((name, label), "") for name in settings] for label in measures}
    return pl.DataFrame({"Setting": settings, **columns})
