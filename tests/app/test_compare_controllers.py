"""Controllers in Compare: the page shows what `jiran compare --controllers` finds, or says what to set."""

from __future__ import annotations

import json

import pytest

import jiran
from jiran.app.views.compare_controllers import NO_STORE
from jiran.report.controllers import worth_of_perfect
from pages import run, seen, show
from terminal import call

PAGE = """
from jiran.app import state
from jiran.app.views import compare_controllers

{}
"""
INSIDE = PAGE.format('compare_controllers._inside(state.result().scenario, ["home_battery"])')
FIGURES = ("cost", "optimum_share", "gap_closed", "cycles", "wear", "peak_import_kw", "stored_end_kwh")


def test_the_page_and_the_command_line_agree():
    said = {"steps": 72, "home_battery.wear_cost": 0.02}
    at = show(INSIDE, jiran.simulate(jiran.load_scenario("home-batteries", said)))
    assert not at.exception
    changes = [part for key, value in said.items() for part in ("--set", f"{key}={value}")]
    found = json.loads(call("compare", "home-batteries", "--controllers", *changes, "--json").stdout)
    frame = at.dataframe[0].value
    shown = frame.to_dict("records")
    assert len(shown) == len(found["runs"]) + (found["optimum_cost"] is not None)
    for row, one in zip(shown, found["runs"], strict=False):
        assert row["run_by"] == (f"{one['controller']}, perfect (bound)" if one["bound"] else one["controller"])
        for figure in FIGURES:
            assert one[figure] is None or row[figure] == pytest.approx(one[figure], abs=1e-9)
    assert any("(bound)" in row["run_by"] for row in shown)
    words = worth_of_perfect(found["perfect_forecast_worth"], "yesterday", "MYR").split("yesterday")[0]
    assert words.split(" than")[0] in seen(" ".join(one.value for one in at.markdown))


def test_without_a_store_it_says_what_to_set():
    at = show(PAGE.format("compare_controllers.show(state.result().scenario)"), run(**{"battery.capacity_kwh": 0}))
    assert not at.exception
    assert NO_STORE in [one.value for one in at.caption]
