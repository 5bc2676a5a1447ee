"""Class: the wall of a room in which a class trades by phone, and lessons."""

from __future__ import annotations

import streamlit as st

from jiran.app import state
from jiran.app.classroom.rooms import ROOMS
from jiran.app.views import classroom_lessons, classroom_people, classroom_round, classroom_setup
from jiran.classroom.cards import DECKS
from jiran.classroom.room import Room
from jiran.classroom.views import Phase, Wall
from jiran.words import counted

_ROOM, _LESSONS = "Room", "Lessons"


def show() -> None:
    """Draw the page."""
    if state.presents():
        _room()
        return
    part = st.segmented_control(
        "Part", [_ROOM, _LESSONS], default=_ROOM, required=True, key="class_part", label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    if part == _LESSONS:
        classroom_lessons.show()
    else:
        _room()


def _room() -> None:
    room = ROOMS.current
    if room is None or room.wall().phase is Phase.ENDED:
        _invite(room)
        return
    wall = room.wall()
    left, right = st.columns([1, 2], gap="medium")
    with left:
        classroom_people.show(room)
    with right:
        _status(room, wall)
        classroom_setup.buttons(room, wall)
        if wall.rounds:
            classroom_round.show(wall)
        else:
            _how_it_goes()


def _invite(ended: Room | None) -> None:
    """Offer a room, and the rounds of the last one."""
    st.markdown("#### A class that trades")
    st.markdown(
        "Everybody gets a card that says what a kWh is worth, or costs, and bids by phone. The market clears, each phone "
        "says what its owner earned and why, and the wall shows the prices. Robots sit where no student does."
    )
    st.button(
        "Open a room", type="primary", icon=":material/meeting_room:", key="class_open_room",
        on_click=lambda: ROOMS.open(Room(DECKS["smith-1962"])),
    )  # fmt: skip
    if ended is not None and ended.wall().rounds:
        classroom_round.downloads(ended.wall())


def _how_it_goes() -> None:
    st.markdown(
        "1. Phones scan the code and join.\n"
        "2. Open a round: each sends a price and an amount. It closes when all have sent, or when the time is over.\n"
        "3. Talk about price and profits, and play again with the same cards: three or four rounds.\n"
        "4. Reveal the true curves, change one thing (the rule, or the cards), and play again."
    )


@st.fragment(run_every=1.0)
def _status(room: Room, drawn: Wall) -> None:
    """Draw where the room is, each second; draw the whole page anew when that has changed."""
    wall = room.wall()
    if _state_of(wall) != _state_of(drawn):
        st.rerun()
    st.markdown(f"## {status(wall)}")
    if wall.problem:
        classroom_setup.complain(f"This round cannot be cleared: {wall.problem}. Cancel it and choose another rule.")


def _state_of(wall: Wall) -> tuple[object, ...]:
    return wall.code, wall.phase, wall.number, wall.revealed, wall.problem


def status(wall: Wall) -> str:
    """Say in a line where a room is."""
    if wall.phase is Phase.LOBBY:
        return f"{counted(len(wall.people), 'player')} joined"
    if wall.phase is not Phase.OPEN:
        return f"Round {wall.number} is over"
    left = "" if wall.left_s is None else f", {wall.left_s:.0f} s left"
    return f"Round {wall.number}: {wall.sent} of {wall.playing} sent{left}"
