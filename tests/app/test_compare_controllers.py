"""Controllers in Compare: the page shows what `jiran compare --controllers` finds, or says what to set."""

from __future__ import annotations

import json
from unittest import mock

import pytest

import jiran
from jiran.app.views.compare_controllers import NO_STORE
from opening import opened
from pages import link_of, run, seen, show
from terminal import call

PAGE = """
from jiran.app import state
from jiran.app.views import compare_controllers

{}
"""
INSIDE = PAGE.format('compare_controllers._inside(state.result().scenario, ["{}"])')
FIGURES = ("cost", "net_cost", "optimum_share", "gap_closed", "cycles", "wear", "peak_import_kw", "stored_end_kwh")
SHARES = ("optimum_share", "gap_closed")
OF_CARS = ("departures_missed", "departure_missing_kwh")


@pytest.mark.parametrize(
    ("preset", "who", "figures", "said"),
    [
        ("home-batteries", "home_battery", FIGURES, {"steps": 72, "home_battery.wear_cost": 0.02}),
        ("paper", "ev", FIGURES + OF_CARS, {"steps": 72, "ev.charging": "v2g", "ev.kw": 2.0, "ev.calendar.trip_kwh": 15.0}),
    ],
)  # fmt: skip
def test_the_page_and_the_command_line_agree(preset, who, figures, said):
    at = show(INSIDE.format(who), jiran.simulate(jiran.load_scenario(preset, said)))
    assert not at.exception
    changes = [part for key, value in said.items() for part in ("--set", f"{key}={value}")]
    whose = "cars" if who == "ev" else "homes"
    found = json.loads(call("compare", preset, "--controllers", "--whose", whose, *changes, "--json").stdout)
    shown = at.dataframe[0].value.to_dict("records")
    assert len(shown) == len(found["runs"]) + (found["optimum_cost"] is not None)
    assert set(shown[0]) == {"run_by", *figures}
    for row, one in zip(shown, found["runs"], strict=False):
        assert row["run_by"] == (f"{one['controller']}, perfect (bound)" if one["bound"] else one["controller"])
        for figure in figures:
            scale = 100.0 if figure in SHARES else 1.0  # in per cent, as the heading says
            assert one[figure] is None or row[figure] == pytest.approx(scale * one[figure], abs=1e-7)
    assert any("(bound)" in row["run_by"] for row in shown)
    words = seen(" ".join(one.value for one in at.markdown))
    assert f"MYR {abs(found['perfect_forecast_worth']):,.2f}" in words or "worth no more than" in words
    assert ("cars held less" in words) == any(one["departures_missed"] for one in found["runs"] if not one["bound"])


def test_without_a_store_it_says_what_to_set():
    at = show(PAGE.format("compare_controllers.show(state.result().scenario)"), run(**{"battery.capacity_kwh": 0}))
    assert not at.exception
    assert NO_STORE in [one.value for one in at.caption]


@pytest.fixture
def no_arguments():
    with mock.patch("sys.argv", ["main.py"]):
        yield


def chosen(at, label):
    return next((one.value for one in at.button_group if one.label == label), None)


@pytest.mark.usefixtures("no_arguments")
def test_the_link_holds_whose_stores_and_which_controllers_and_forecasts_are_compared():
    link = {
        "preset": "paper",
        "steps": "48",
        "ev.charging": "v2g",
        "whose": "cars",
        "controllers": "v2g",
        "forecasts": "ewma,yesterday",
    }
    at = opened("compare", **link)
    assert not at.exception
    assert link_of(at) == link
    assert chosen(at, "Whose stores") == "ev"
    assert chosen(at, "Controllers") == ["v2g"]
    assert sorted(chosen(at, "Forecasts")) == ["ewma", "yesterday"]
    table = next(one.value for one in at.dataframe if "run_by" in one.value.columns)
    assert {"at-once", "v2g, ewma", "v2g, yesterday", "v2g, perfect (bound)", "optimum (bound)"} == set(table["run_by"])
    next(one for one in at.button_group if one.label == "Forecasts").set_value(["yesterday"]).run()
    assert link_of(at)["forecasts"] == "yesterday"


@pytest.mark.usefixtures("no_arguments")
def test_a_link_that_names_no_controllers_leaves_them_folded_and_one_of_nonsense_opens_what_there_is():
    at = opened("compare", preset="paper", steps="48")
    assert set(link_of(at)) == {"preset", "steps"}
    assert chosen(at, "Controllers") is None
    at = opened(
        "compare", preset="paper", steps="48", controllers="<b>,plan-ahead", forecasts="crystal", whose="nobody"
    )
    assert not at.exception
    assert chosen(at, "Controllers") == ["plan-ahead"]
    assert link_of(at)["controllers"] == "plan-ahead"
