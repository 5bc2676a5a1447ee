"""The Street: whatever is picked on the map or in the panel moves map, panel and link together."""

from __future__ import annotations

import json

import pytest

from pages import MANY, STREET, run, seen, show

#: The page, and what a viewer picks on the map.
PICKED = f"""
import streamlit as st
from jiran.app import street
from jiran.app.charts.base import Window

pick = st.session_state.pop("pick", None)
if pick is not None:
    street._picked(Window(*st.session_state.get("day", (0, 24))), st.session_state.get("together", 1), pick)
{STREET}
"""


@pytest.fixture(scope="module")
def paper():
    return run()


@pytest.fixture(scope="module")
def many():
    return run(**MANY)


def picking(at, **pick):
    at.session_state["pick"] = pick
    at.run()
    assert not at.exception
    return at


def link(at):
    return {key: text for key, text in dict(at.query_params).items() if key in ("home", "hour", "tab", "block", "open")}


def sent(at):
    """Return what the map is sent."""
    return next(json.loads(one.proto.json) for one in at.get("bidi_component"))


def words(at):
    return " ".join(seen(entry.value) for entry in (*at.markdown, *at.caption))


def test_nothing_is_in_the_link_until_something_is_picked(paper):
    at = show(PICKED, paper)
    assert link(at) == {}
    assert sent(at)["at"] == {"turn": 0, "step": 8, "stay": False, "halt": False, "home": None}
    assert "Trading saved the 12 homes" in words(at)
    assert "Sat 21 Mar 08:00 to 09:00" in words(at)


def test_a_home_that_is_clicked_opens_its_tab_and_one_that_is_let_go_closes_it(paper):
    at = picking(show(PICKED, paper), home="E1")
    assert link(at) == {"home": "E1", "tab": "home"}
    assert at.selectbox(key="home").value == "E1"
    assert "E1 buys 3.78 kWh" in words(at)
    picking(at, home=None)
    assert link(at) == {}


def test_the_market_stays_open_when_a_home_is_clicked(paper):
    at = picking(show(PICKED, paper, {"tab": "market"}, market_station=4), home="S2")
    assert link(at) == {"home": "S2", "tab": "market"}
    assert "S2 sells" in words(at)


def test_an_hour_that_is_picked_is_told_and_the_map_is_not_moved_by_the_answer(paper):
    at = picking(show(PICKED, paper), step=12)
    assert link(at) == {"hour": "2026-03-21T12:00"}
    assert "Sat 21 Mar 12:00 to 13:00" in words(at)
    assert sent(at)["at"] == {"turn": 0, "step": 12, "stay": True, "halt": False, "home": None}


@pytest.mark.parametrize("step", [-5, 0, 23, 24, 10**9])
def test_no_pick_leaves_the_day(paper, step):
    at = picking(show(PICKED, paper), step=step)
    assert 0 <= sent(at)["at"]["step"] <= 23


@pytest.mark.parametrize(
    "pick", [{}, {"step": "8"}, {"step": None}, {"home": 3}, {"home": "gone"}, {"block": "x"}, {"other": 1}]
)
def test_what_a_browser_makes_up_does_no_harm(paper, pick):
    at = show(PICKED, paper)
    before = sent(at)
    assert sent(picking(at, **pick))["run"] == before["run"]


def test_a_choice_in_the_panel_moves_the_map(paper):
    at = show(PICKED, paper, {"tab": "home"})
    at.selectbox(key="home").set_value("H1").run()
    assert sent(at)["at"] == {"turn": 1, "step": 8, "stay": False, "halt": False, "home": "H1"}


def test_several_days_are_walked_through_day_by_day():
    result = run(steps=72)
    at = show(PICKED, result, {"hour": "2026-03-22T20:00"})
    day = at.selectbox(key="street_day")
    assert [str(one) for one in day.options] == ["Sat 21 Mar 2026", "Sun 22 Mar 2026", "Mon 23 Mar 2026"]
    day.set_value(day.options[2]).run()
    assert link(at) == {"hour": "2026-03-23T20:00"}
    assert sent(at)["run"]["labels"][0] == "Mon 23 Mar 00:00 to 01:00"
    assert sent(at)["at"]["step"] == 20


def test_a_big_street_is_drawn_in_blocks_that_open_and_close(many):
    at = show(PICKED, many)
    homes = sent(at)["run"]["homes"]
    assert homes[0] == {"id": "S1 to S10", "kind": "solar", "count": 10, "block": "1-10"}
    assert len(homes) == 20
    picking(at, block="11-20")
    homes = sent(at)["run"]["homes"]
    assert [home["id"] for home in homes[:3]] == ["S1 to S10", "S11", "S12"]
    assert link(at) == {"block": "11-20"}
    at.button(key="close_block").click().run()
    assert len(sent(at)["run"]["homes"]) == 20
    assert link(at) == {}


def test_a_map_that_joins_steps_says_so():
    words = "The map plays 5 steps as one; the page tells of one of them."
    assert words in [one.value for one in show(PICKED, run(steps=1440, step_minutes=1)).caption]
    assert not [one for one in show(PICKED, run()).caption if "as one" in one.value]


def test_a_home_of_a_big_street_is_drawn_as_itself(many):
    at = show(PICKED, many, {"home": "H7"})
    assert "H7" in [home["id"] for home in sent(at)["run"]["homes"]]


def test_blocks_add_up_to_the_street(many):
    for look in ({}, {"block": "11-20"}, {"home": "N50"}):
        flows = {one["name"]: one for one in sent(show(PICKED, many, look))["run"]["flows"]}
        imported = sum(map(sum, flows["grid_import"]["kwh"]))
        assert imported == pytest.approx(many.steps["grid_import_kwh"].sum(), rel=1e-3)


def test_what_is_open_stands_in_the_link(paper):
    at = show(STREET, paper, {"open": "bills,roles"})
    assert "all homes would pay" in words(at) or "Every home's bill for the whole period" in words(at)
    assert "kWh an hour of a mean day" in words(at)
    assert "Lorenz" not in words(at)
