"""The tables of homes: what is edited in them becomes the scenario's, with values of each home's own."""

from __future__ import annotations

from unittest import mock

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

import jiran
from jiran.app.settings import blocks, homes

PAGE = """
from unittest import mock
import streamlit
from jiran.app import sidebar, state

def edited(frame, **given):
    change = streamlit.session_state.pop(given["key"].split("|")[1], None)
    return frame if change is None else change(frame)

with mock.patch("streamlit.data_editor", edited), streamlit.sidebar:
    sidebar.show()
"""
HOURS = st.floats(0, 24, exclude_max=True)


def edit(name, change, **link):
    """Open all settings and change a table once, as its editor would."""
    at = AppTest.from_string(PAGE, default_timeout=60)
    at.query_params.update({"preset": "paper"} | link)
    at.session_state["more"] = True
    at.session_state[name] = change
    with mock.patch("sys.argv", ["main.py"]):
        at.run()
    assert not at.exception
    return at


def test_values_of_a_group_of_its_own_are_changes_of_fields():
    def change(frame):
        return frame.with_columns(pv_kwp=pl.Series([3.5, None, 2.0, None]), ev_blocks=pl.Series([None, "1-2 0.5", None, None]))  # fmt: skip

    at = edit("homes.groups", change)
    assert not at.error
    groups = at.session_state["scenario"].homes.groups
    assert [group.pv_kwp for group in groups] == [3.5, None, 2.0, None]
    assert groups[1].ev_blocks[0].probability == 0.5
    assert at.query_params["preset"] == "paper"


def test_a_group_can_be_added_and_its_homes_live_in_the_street():
    row = {"kind": "solar", "count": 3, "pv_kwp": 7.5}
    at = edit("homes.groups", lambda frame: pl.concat([frame, pl.DataFrame([row])], how="diagonal_relaxed"))
    assert not at.error
    scenario = at.session_state["scenario"]
    assert (len(scenario.homes.groups), scenario.homes.modelled) == (5, 15)
    assert list(at.query_params) == ["s"]
    assert jiran.simulate(scenario).community.size == 15


def test_a_table_that_is_edited_wins_over_what_was_changed_in_it_before():
    at = edit("homes.groups", lambda frame: frame.with_columns(count=pl.Series([2, 2, 2, 2])), **{"homes.groups.0.count": "9"})  # fmt: skip
    assert [group.count for group in at.session_state["scenario"].homes.groups] == [2, 2, 2, 2]


def test_single_homes_can_be_named_and_changed():
    row = {"id": "Aminah", "kind": "solar", "pv_kwp": 4.2}
    at = edit("homes.single", lambda frame: pl.concat([frame, pl.DataFrame([row])], how="diagonal_relaxed"))
    assert not at.error
    assert [home.id for home in at.session_state["scenario"].homes.single] == ["Aminah"]


def test_what_a_table_may_not_hold_is_told_and_nothing_is_lost():
    at = edit("homes.groups", lambda frame: frame.with_columns(pv_kwp=pl.Series([-1.0, None, None, None])))
    assert "must be at least 0" in at.error[0].value
    assert at.session_state["changes"] == {}


@given(st.lists(st.fixed_dictionaries({"start_hour": HOURS, "end_hour": HOURS, "probability": st.floats(0, 1)}), max_size=4))  # fmt: skip
def test_times_of_charging_come_back_as_they_were_written(given_blocks):
    assert blocks.read(blocks.written(given_blocks)) == given_blocks


@pytest.mark.parametrize("typed", ["evening", "6", "6-9-12", "-1-3", "6 - nine"])
def test_what_is_no_time_of_charging_is_left_to_the_scenario_to_refuse(typed):
    assert blocks.read(typed) == typed


def test_every_field_of_a_group_has_a_column():
    from jiran.scenario.homes import HomeGroup, SingleHome  # noqa: PLC0415

    assert set(homes._columns("homes.groups")) == set(HomeGroup.model_fields)
    assert set(homes._columns("homes.single")) == set(SingleHome.model_fields)
