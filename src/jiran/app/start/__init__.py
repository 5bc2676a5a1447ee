"""Start: what this is, where to go, and the ready scenarios as questions with their answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from jiran.app import state
from jiran.app.showing import markdown_of, plain
from jiran.scenario.files import load_scenario, presets
from jiran.words import counted, duration

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from jiran.scenario import Scenario

_HERE = Path(__file__).parent
_SENTENCE = (
    "See what happens when neighbours sell each other the power of their roofs: who trades, at what price, and what "
    "each home saves."
)


class Door(NamedTuple):
    """A way in: what the visitor wants, the area that has it, what is open there, and what it offers in a line."""

    wants: str
    area: str
    opened: dict[str, str]
    icon: str
    offers: str


DOORS = (
    Door("Look around a street", "street", {"preset": "paper"}, ":material/holiday_village:",
         "Twelve homes over a day: click a house, move the clock, change a value."),
    Door("Teach a class", "class", {"preset": "paper"}, ":material/school:",
         "Phones join by a code, bid, and see what they earned and why. Lessons that ask first; orders of your own."),
    Door("Compare rules and prices", "compare", {"preset": "kampung"}, ":material/balance:",
         "Which rule is best for whom, and what a changed price or battery does."),
    Door("Plan a real street", "plan", {"preset": "klang-valley-atap"}, ":material/request_quote:",
         "True monthly bills before and after, payback for each home, and a page to print."),
    Door("Research", "data", {"preset": "paper"}, ":material/table_view:",
         "Every table and file, the equations, the paper checked, and the run as Python."),
)  # fmt: skip


def show() -> None:
    """Draw the page; answers that are not known yet come last, so that nobody waits for them."""
    st.html(_HERE / "start.css")
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        st.markdown(f"#### {_SENTENCE}")
        _doors()
    with right:
        st.image(_HERE / "street.svg", width="stretch", alt="A roof in the sun sells power to the two homes beside it.")
    st.subheader("Or begin with a question", anchor="questions")
    places = _cards()
    for name, place in places.items():
        said = state.answer(name)
        if said is not None:
            place.markdown(markdown_of(said))


def _doors() -> None:
    """Draw what a visitor may want, each leading to an area."""
    with st.container(key="doors"), st.grid(2, min_column_width=230, gap="small"):
        for door in DOORS:
            with st.container(border=True, height="stretch"):
                st.page_link(state.page(door.area), label=f"**{door.wants}**", icon=door.icon, query_params=door.opened)
                st.caption(door.offers)
    st.caption(
        ":material/upload_file: Meter data or a scenario file of your own? Open the street, and drop it under "
        "**Your own data**, on top of the panel."
    )


def _shortest_first() -> list[tuple[str, Scenario]]:
    """Return the presets in the order of their cards: a day before a week before a year of bills, the paper's first of all.

    What is short is simple, too, and its answer is there first.
    """
    ready = [(name, load_scenario(name)) for name in presets()]
    return sorted(ready, key=lambda one: one[1].steps * one[1].step_minutes)


def _cards() -> dict[str, DeltaGenerator]:
    """Draw each preset as its question, and return the place for its answer."""
    places = {}
    with st.container(key="questions"), st.grid(3, min_column_width=280, gap="small"):
        for name, scenario in _shortest_first():
            with st.container(border=True, height="stretch"):
                st.page_link(
                    state.page("street"),
                    label=f"**{plain(scenario.question)}**",
                    icon=":material/help:",
                    query_params={"preset": name},
                )
                places[name] = st.empty()
                places[name].caption(":shimmer[Working it out …]")
                homes, seconds = scenario.homes.modelled, 60.0 * scenario.steps * scenario.step_minutes
                st.caption(plain(f"{name}: {counted(homes, 'home')}, {duration(seconds)}"))
    return places
