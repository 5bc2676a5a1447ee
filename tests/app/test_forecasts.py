"""Forecasts in Data & method: the page shows what `jiran forecasts --on` finds, or says that there is no past."""

from __future__ import annotations

import json

import pytest

import jiran
from pages import run, show
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
            assert row[figure] == pytest.approx(one[figure], abs=1e-9)


def test_a_single_day_has_no_past():
    at = show(PAGE, run())
    assert not at.exception
    assert "must be at least 48" in at.info[0].value
