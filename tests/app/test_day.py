from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from pages import seen

PAGE = """
import json
import streamlit as st
from jiran.app import state
from jiran.app.views import day
from pages import seen

state.base()
state.run(state.keep(json.loads(st.session_state.wanted)))
day.show()
"""


def shown(**changes):
    at = AppTest.from_string(PAGE, default_timeout=60)
    at.session_state["wanted"] = json.dumps({name.replace("__", "."): value for name, value in changes.items()})
    at.run()
    assert not at.exception
    return at


def chart(at):
    return json.loads(at.get("echarts_chart")[0].proto.spec)


@pytest.mark.parametrize(
    ("changes", "caption"),
    [
        ({}, "Each point is 1 hour, kW its mean power; where no roof generates it is shaded."),
        ({"steps": 672, "step_minutes": 15}, "Each point is 30 minutes"),
        ({"steps": 8760}, "Each point is a day. "),
        ({"battery.capacity_kwh": 0.0}, "There is no battery, and so no Fig. 4."),
    ],
)
def test_the_page_says_how_long_a_point_is(changes, caption):
    at = shown(**changes)
    assert any(caption in seen(text.value) for text in at.caption)


def test_the_chart_holds_the_numbers_of_the_run():
    at = shown()
    option = chart(at)
    result = at.session_state.result
    place = option["dataset"]["dimensions"].index("grid_import_kwh")
    assert [row[place] for row in option["dataset"]["source"]] == pytest.approx(
        result.steps["grid_import_kwh"].to_list(), abs=6e-4
    )
    assert option["toolbox"]["feature"]["saveAsImage"]["name"] == "jiran-paper-2026-03-21"


def test_the_table_is_sent_when_it_is_opened():
    at = shown()
    assert not at.dataframe
