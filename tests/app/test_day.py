from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from pages import seen

PAGE = """
import json
import streamlit as st
from jiran.app import state
from jiran.app.street import curves
from pages import seen

state.base()
result = state.run(state.keep(json.loads(st.session_state.wanted)))
curves.show(result, state.selection().step)
"""


def shown(**changes):
    at = AppTest.from_string(PAGE, default_timeout=60)
    at.session_state["wanted"] = json.dumps({name.replace("__", "."): value for name, value in changes.items()})
    at.session_state["curves_of"] = "Whole period"
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


def test_only_pictures_of_the_papers_street_have_the_numbers_of_its_figures():
    def words(at):
        return [*(one["text"] for one in chart(at)["title"]), *(seen(one.value) for one in at.caption)]

    assert sum("Fig. " in one for one in words(shown())) == 5  # of four panels, and how the battery is drawn
    street = words(shown(name="my-street"))
    assert not [one for one in street if "Fig." in one]
    assert any(one.startswith("Stored in the community battery, of 20 kWh") for one in street)
    assert any("The battery is drawn at the end of each step. " in one for one in street)
    without = {"name": "my-street", "battery.capacity_kwh": 0.0}
    assert not [one for one in words(shown(**without)) if "no battery" in one]  # of one in a home it would be untrue


def test_the_chart_holds_the_numbers_of_the_run():
    at = shown()
    option = chart(at)
    result = at.session_state.result
    place = option["dataset"]["dimensions"].index("grid_import_kwh")
    assert [row[place] for row in option["dataset"]["source"]] == pytest.approx(
        result.steps["grid_import_kwh"].to_list(), abs=6e-4
    )
    assert option["toolbox"]["feature"]["saveAsImage"]["name"] == "jiran-paper-2026-03-21"


def test_the_hour_that_is_looked_at_is_marked_on_every_panel():
    lines = [line for series in chart(shown())["series"] for line in series.get("markLine", {"data": []})["data"]]
    marks = [line["xAxis"] for line in lines if "xAxis" in line]
    half_past_eight_ms = 1_000 * 60 * 60 * 8.5 + 1_000 * 1_774_051_200  # of 21 March 2026, by the clock on the wall
    assert set(marks) == {half_past_eight_ms}
    assert len(marks) > 3


def test_the_table_is_sent_when_it_is_opened():
    at = shown()
    assert not at.dataframe
