"""Forecasts in Data & method: the page shows what `jiran forecasts --on` finds, or says that there is no past."""

from __future__ import annotations

import json

import pytest

import jiran
from jiran.app.charts import forecast as charts
from jiran.judge.forecast_day import foreseen
from jiran.report.forecasts import of_day
from pages import run, seen, show
from terminal import call

PAGE = "from jiran.app.views import forecasts\n\nforecasts.show()\n"


def test_the_page_and_the_command_line_agree():
    at = show(PAGE, jiran.simulate(jiran.load_scenario("home-batteries", {"steps": 72})))
    assert not at.exception
    found = json.loads(call("forecasts", "--on", "home-batteries", "--set", "steps=72", "--json").stdout)
    shown = at.dataframe[0].value.to_dict("records")
    assert len(shown) == len(found)
    for row, one in zip(shown, found, strict=True):
        assert row["name"] == one["forecast"] + " (bound)" * one["bound"]
        for figure in ("home", "street", "against_yesterday"):
            assert row[figure] == pytest.approx(100.0 * one[figure], abs=1e-7)  # per cent, as its heading says


def test_a_single_day_has_no_past():
    at = show(PAGE, run())
    assert not at.exception
    assert at.info[0].value.startswith("Number of steps")  # as the panel calls it
    assert "must be at least 48" in at.info[0].value


def test_a_day_is_drawn_as_it_was_foreseen_and_as_it_came():
    result = jiran.simulate(jiran.load_scenario("home-batteries", {"steps": 96}))
    at = show(PAGE, result)
    shown = foreseen(result, "mean-of-days", None, 3)
    assert str(of_day(shown)) in seen(" ".join(one.value for one in at.markdown))
    next(one for one in at.selectbox if one.label == "Whose need").select_index(3)
    next(one for one in at.selectbox if one.label == "Forecast").set_value("yesterday")
    next(one for one in at.selectbox if one.label == "Day").set_value(2).run()
    assert not at.exception
    other = foreseen(result, "yesterday", result.community.ids[2], 2)
    assert str(of_day(other)) in seen(" ".join(one.value for one in at.markdown))


def test_the_lines_of_a_day_and_of_errors_are_its_values_and_nothing_known_is_a_gap():
    shown = foreseen(jiran.simulate(jiran.load_scenario("home-batteries", {"steps": 48})), "ewma", None, 1)
    day = {one["name"]: one["data"] for one in charts.day(shown, ["x"] * 24)["series"]}
    assert set(day) == {"What came", "ewma", "yesterday"}
    for name, values in (("What came", shown.came), ("ewma", shown.said), ("yesterday", shown.yesterday)):
        assert day[name] == pytest.approx(values.tolist(), abs=1e-4)
    errors = charts.by_lead(shown, 1.0)
    assert errors["xAxis"]["data"][0] == "1 h"
    assert errors["xAxis"]["data"][-1] == "48 h"
    for one in errors["series"]:
        assert one["data"][24:] == [None] * 24
        assert None not in one["data"][:24]
