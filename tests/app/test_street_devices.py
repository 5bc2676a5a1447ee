"""Stores in the side panel: what each did and why, and its day as a picture."""

from __future__ import annotations

import numpy as np
import pytest

import jiran
from jiran.app.charts import device as charts
from jiran.explain.device import presence, seen_at, state, worth
from jiran.result.devices import devices_of
from jiran.simulation.worth import worth_of_day
from pages import run, seen, show

PRICES = [0.3, 0.2, 0.2, 0.2, 0.2, 0.3, 0.4, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9, 0.8, 0.7, 0.5, 0.4]  # fmt: skip
PAGE = "from jiran.app import state\nfrom jiran.app.street import devices\n\ndevices.show(state.result(), {!r}, {})\n"
CASES = {
    "home battery": ("home-batteries", "home_battery", "S2", {"home_battery.controller": "plan-ahead"}),
    "EV": ("paper", "ev", "E1", {"ev.charging": "v2g"}),
    "community battery": ("paper", "battery", "", {"battery.controller": "plan-ahead"}),
}


@pytest.mark.parametrize("kind", CASES)
def test_the_panel_says_what_a_store_did_and_why_and_draws_its_day(kind):
    preset, who, home, fields = CASES[kind]
    said = {"steps": 72, "grid.import_price": PRICES, "grid.export_price": 0.1}
    result = jiran.simulate(jiran.load_scenario(preset, said | fields))
    step = 24 * 2 + 19
    link = {"open": f"store-{kind.split()[0].lower()}"}
    at = show(PAGE.format(home, step), result, link=link, area="street")
    places = [one for one in devices_of(result) if one.kind == kind]
    place = next(at for at, one in enumerate(places) if one.home == home)
    value = worth_of_day(result, who, step).at(place, step, float(places[place].stored_kwh[step]))
    there = float(presence(result)[step, place]) if kind == "EV" else 1.0
    here = seen_at(result, places[place], step, value, there)
    words = seen(" ".join(one.value for one in at.markdown))
    assert f"{state(here)} {worth(here, result) or ''}".strip() in words
    assert f"MYR {PRICES[19]:g}"[:6] in words or kind != "community battery"
    assert at.caption[-1].value.startswith("What another stored kWh is worth")


def test_a_store_without_a_plan_says_what_it_did_alone_and_a_home_without_one_nothing():
    at = show(PAGE.format("", 12), run(), area="street")
    words = seen(" ".join(one.value for one in at.markdown))
    assert "The community battery" in words
    assert "plan" not in words
    assert not show(PAGE.format("N1", 12), run(), area="street").markdown


def test_the_lines_of_a_day_are_its_values():
    held, times = np.array([1.0, 2.5]), ["01:00", "02:00"]
    level = charts.level(held, 8.0, times, 1)
    assert level["series"][0]["data"] == [1.0, 2.5]
    assert (level["yAxis"]["min"], level["yAxis"]["max"]) == (0, 8.0)
    assert level["series"][0]["markLine"]["data"] == [{"xAxis": 1}]
    option = charts.worth(np.array([0.2, np.nan]), np.array([0.3, 0.4]), np.array([0.1, 0.1]), times, "MYR", 0)
    assert [one["data"] for one in option["series"]] == [[0.2, None], [0.3, 0.4], [0.1, 0.1]]
    assert [one["name"] for one in option["series"]] == ["A stored kWh is worth", "Grid takes", "Grid gives"]
