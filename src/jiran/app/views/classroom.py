"""Class: the wall of a room in which a class trades by phone, and lessons."""

from __future__ import annotations

import streamlit as st

from jiran.app import state
from jiran.app.classroom import projector
from jiran.app.classroom.rooms import ROOMS
from jiran.app.ownorders import page as ownorders
from jiran.app.showing import plain
from jiran.app.views import classroom_course, classroom_lessons, classroom_people, classroom_round, classroom_setup
from jiran.app.views.market_walk import complain
from jiran.classroom.cards import DECKS
from jiran.classroom.phase import Phase
from jiran.classroom.room import Room
from jiran.classroom.views import Wall
from jiran.classroom.words import status


def show() -> None:
    """Draw the part that is open; a projector has the room alone."""
    if state.presents():
        projector.fill()
        _room()
        return
    st.session_state.setdefault("class_part", _first())
    part = st.segmented_control(
        "Part", list(PARTS), required=True, key="class_part", label_visibility="collapsed", persist_state="session",
        format_func=lambda one: PARTS[one][0],
    )  # fmt: skip
    opened = part or _ROOM
    state.look_at("part", None if opened == _ROOM else opened)
    state.show_address()
    PARTS[opened][1]()


def _first() -> str:
    """Return the part that opens: that of the link, or the orders that the link holds."""
    wanted = state.opened_at_arrival("part") or (_ORDERS if state.has_linked_orders() else _ROOM)
    return wanted if wanted in PARTS else _ROOM


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
        classroom_course.show(room, wall)
        classroom_setup.buttons(room, wall)
        if wall.course is not None and wall.course.seen and wall.phase is not Phase.OPEN:
            classroom_course.come_out(wall.course.plan.name)
            if state.presents():
                return
        if wall.rounds:
            classroom_round.show(wall)
        elif wall.course is None:
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
    _how_it_goes()
    if ended is not None and ended.wall().rounds:
        classroom_round.downloads(ended.wall())


def _how_it_goes() -> None:
    reached = ROOMS.reach is not None and bool(ROOMS.reach.hosts)
    joined = (
        "Phones scan the code and join."
        if reached
        else "Started with `jiran class --share`, phones scan a code and join; without, robots play, and you on this machine."
    )
    st.markdown(
        f"1. {joined}\n"
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
    st.markdown(f"## {plain(str(status(wall)))}")
    if wall.problem:
        complain(f"This round cannot be cleared: {wall.problem}. Cancel it and choose another rule.")


def _state_of(wall: Wall) -> tuple[object, ...]:
    course = wall.course
    told = None if course is None else (course.plan.name, course.asked, course.seen)
    return wall.code, wall.phase, wall.number, wall.revealed, wall.problem, told


_ROOM, _ORDERS = "room", "orders"
#: What is open, as the address bar names it: its heading, and what draws it.
PARTS = {
    _ROOM: ("Room", _room),
    _ORDERS: ("Own orders", ownorders.show),
    "lessons": ("Lessons", classroom_lessons.show),
}
