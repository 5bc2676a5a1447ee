"""How the next round is played: cards, rule, time and robots; and the buttons that lead through the rounds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import streamlit as st

from jiran.app import state
from jiran.app.classroom import projector
from jiran.app.parameters import ask_parameters
from jiran.app.views.market_walk import complain
from jiran.classroom.cards import DECKS, Deck, of_step
from jiran.classroom.phase import Phase
from jiran.classroom.robots import ROBOTS
from jiran.classroom.room import Room
from jiran.classroom.rules import FIRST_RULE, Rule, chosen, class_rules
from jiran.classroom.views import Wall
from jiran.errors import JiranError
from jiran.explain.step.outcome import outcome_of_run
from jiran.explain.step.run_step import busiest_step, step_label

_HOMES, _NOBODY = "homes", "nobody"
_TIMES = {30: "30 s", 60: "60 s", 90: "90 s", 120: "2 minutes", 300: "5 minutes", 0: "until I close it"}


class Setup(NamedTuple):
    """What the next round is to be played with."""

    deck: Deck
    rule: Rule
    seconds: float | None
    robot: str | None


def buttons(room: Room, wall: Wall) -> None:
    """Draw what the lecturer can do now."""
    with st.container(horizontal=True):
        if wall.phase is Phase.ASKING:
            pass  # the question comes first
        elif wall.phase is Phase.OPEN:
            act("Close the round", "class_close", room.close, ":material/done_all:", kind="primary")
            act("Cancel", "class_cancel", room.cancel, ":material/undo:")
        else:
            _next_round(room, wall)
        if wall.phase is Phase.RESULTS and not wall.revealed:
            act("Reveal the true curves", "class_reveal", room.reveal, ":material/visibility:")
        if not state.presents():
            words, icon = ("Unlock", ":material/lock_open:") if wall.locked else ("Lock the room", ":material/lock:")
            act(words, "class_lock", partial(room.lock, locked=not wall.locked), icon)
            with st.popover("End the game", icon=":material/logout:"):
                st.markdown("Nobody plays on. What was played can still be read and downloaded.")
                act("End it", "class_end", room.end, ":material/logout:", kind="primary")
        projector.buttons()
    problem = st.session_state.pop("class_problem", None)
    if problem:
        complain(problem)


def _next_round(room: Room, wall: Wall) -> None:
    words = f"Open round {len(wall.rounds) + 1}"
    if wall.course is not None and wall.course.next_turn is not None:  # the lesson says how it is played
        act(words, "class_open", room.open, ":material/play_arrow:", kind="primary")
        return
    try:
        setup = _ask(wall)
    except state.NotRunError:  # the page has said why the scenario does not run
        return
    except JiranError as error:
        complain(str(error))
        return
    act(words, "class_open", partial(_open, room, setup), ":material/play_arrow:", kind="primary")
    if not state.presents():
        act("New cards", "class_deal", partial(room.deal, setup.deck), ":material/shuffle:")


def _open(room: Room, drawn: Setup) -> None:
    setup = drawn if state.presents() else _chosen_since(drawn)
    if setup.deck != room.wall().deck:
        room.deal(setup.deck)
    room.choose(setup.rule, seconds=setup.seconds, robot=setup.robot)
    room.open()


def _chosen_since(drawn: Setup) -> Setup:
    """Return a setup with what was chosen since it was drawn: who is quick opens the round before the page is drawn anew."""
    held = st.session_state
    rule, seconds, robot = held.class_rule, held.class_seconds, held.class_robot
    return Setup(
        DECKS.get(held.class_deck, drawn.deck),
        drawn.rule if rule == drawn.rule.name else chosen(rule, {}),
        *_time_and_robot(seconds, robot),
    )


def _time_and_robot(seconds: float, robot: str) -> tuple[float | None, str | None]:
    """Return how long a round lasts, s, and who plays on empty seats, of what was chosen; None: no end, nobody."""
    return float(seconds) or None, None if robot == _NOBODY else robot


def _ask(wall: Wall) -> Setup:
    """Ask how the next round is played; in present mode it stays as it is.

    Raises:
        JiranError: No cards can be made, or a parameter is not allowed.
    """
    if state.presents():
        return Setup(wall.deck, wall.rule, wall.seconds, wall.robot)
    with st.popover("Set up", icon=":material/tune:"):
        rules = class_rules()
        rule = st.selectbox(
            "Market rule", list(rules), index=list(rules).index(FIRST_RULE), key="class_rule", persist_state="session", width=460,
            format_func=lambda name: f"{name}: {rules[name].plain_name}",
            help="Rules on top work by bids. The last ones set the price without looking at any: students can lose.",
        )  # fmt: skip
        values = ask_parameters(rules[rule], {}, "class")
        deck = _ask_deck()
        seconds = st.selectbox(
            "Time", list(_TIMES), index=2, key="class_seconds", format_func=_TIMES.__getitem__, persist_state="session"
        )
        robot = st.selectbox(
            "On empty seats play", [*ROBOTS, _NOBODY], key="class_robot", persist_state="session",
            format_func=lambda name: "nobody" if name == _NOBODY else f"{name} robots",
            help="Careful robots ask a little more, or bid a little less, than their card says.",
        )  # fmt: skip
        return Setup(deck, _rule(rule, values), *_time_and_robot(seconds, robot))


def _rule(name: str, values: dict[str, Any]) -> Rule:
    """Return a rule that is ready to clear; it is made ready once."""
    key = (name, tuple(sorted(values.items())))
    kept = st.session_state.get("class_chosen")
    if kept is None or kept[0] != key:
        kept = st.session_state.class_chosen = (key, chosen(name, values))
    rule: Rule = kept[1]
    return rule


def _ask_deck() -> Deck:
    name = st.selectbox(
        "Cards", [*DECKS, _HOMES], key="class_deck", persist_state="session",
        format_func=lambda one: "Homes of the running scenario" if one == _HOMES else DECKS[one].title,
        help="Everybody keeps the same card from round to round, until other cards are chosen or new ones are dealt.",
    )  # fmt: skip
    if name != _HOMES:
        return DECKS[name]
    result = state.run(state.scenario())
    last = result.scenario.steps - 1
    step: int = st.number_input(
        "Step of the run", 0, last, min(busiest_step(result, 0, last + 1), last), key=f"class_step|{last}",
        help="The homes that have an order in this step become cards: their energy, at their own limit price.",
    )  # fmt: skip
    title = f"{result.scenario.name}, {step_label(result, step)}"
    return of_step(outcome_of_run(result, step).book, title)


def act(words: str, key: str, what: Callable[[], object], icon: str, *, kind: Any = "secondary") -> None:
    """Draw a button that does something in the room."""
    st.button(words, key=key, on_click=attempt, args=(what,), icon=icon, type=kind)


def attempt(act: Callable[..., object], *given: object) -> None:
    """Do something in the room; if it refuses, the page says why when it is drawn next."""
    try:
        act(*given)
    except JiranError as error:
        st.session_state.class_problem = str(error)
