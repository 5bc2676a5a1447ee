from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from jiran import load_scenario, simulate
from jiran.app.charts import day as charts
from jiran.app.charts.base import MOST_POINTS, Window
from jiran.app.charts.day_points import nights_ms, points, stored_ms
from jiran.explain.day import chart, summary
from jiran.scenario import validate
from jiran.scenario.files import read_scenario
from jiran.scenario.overrides import with_overrides
from pages import text_of

ENERGY = ["generation_kwh", "load_kwh", "ev_kwh", "p2p_kwh", "grid_import_kwh", "grid_export_kwh"]


def run(name="paper", **changes):
    changes = {key.replace("__", "."): value for key, value in changes.items()}
    return simulate(validate(with_overrides(read_scenario(name), changes)))


def whole(result):
    return Window(0, result.timeline.steps)


def column(option, name):
    place = option["dataset"]["dimensions"].index(name)
    return [row[place] for row in option["dataset"]["source"]]


@pytest.fixture(scope="module")
def paper():
    return simulate(load_scenario("paper"))


@pytest.fixture(scope="module")
def year():
    homes = {
        "homes__groups": [{"kind": "solar", "count": 2}, {"kind": "hybrid", "count": 1}, {"kind": "normal", "count": 1}]
    }
    return run(steps=35_040, step_minutes=15, **homes)


def test_numbers_of_a_day_are_those_of_the_steps(paper):
    option = charts.spec(paper, points(paper, whole(paper)))
    for name in [*ENERGY[:5], "soc_kwh", "trades", "import_price", "p2p_price"]:
        assert column(option, name) == pytest.approx(paper.steps[name].to_list(), abs=6e-4, nan_ok=True)
    assert column(option, "when")[8] == "08:00"


@pytest.mark.parametrize("name", ["paper", "ev-street", "kampung", "home-batteries"])
def test_sources_and_uses_add_up(name):
    result = run(name)
    frame = points(result, whole(result)).frame
    powered = [
        "own_kwh",
        "p2p_kwh",
        "battery_discharge_kwh",
        "ev_home_kwh",
        "home_battery_discharge_kwh",
        "grid_import_kwh",
    ]
    used = ["own_kwh", "shared_kwh", "battery_charge_kwh", "home_battery_charge_kwh", "grid_export_kwh"]
    np.testing.assert_allclose(frame.select(powered).sum_horizontal(), frame["demand_kwh"], atol=1e-9)
    np.testing.assert_allclose(frame.select(used).sum_horizontal(), frame["generation_kwh"], atol=1e-9)


def test_power_is_energy_by_time():
    result = run(steps=96, step_minutes=15)
    frame = points(result, whole(result)).frame
    np.testing.assert_allclose(frame["load_kwh"], result.steps["load_kwh"] * 4)
    np.testing.assert_allclose(frame["traded_kwh"], result.steps["p2p_kwh"])


@pytest.mark.parametrize(
    ("steps", "minutes", "each"),
    [(500, 60, "1 hour"), (672, 15, "30 minutes"), (2160, 60, "6 hours"), (8760, 60, "day")],
)
def test_points_are_equal_parts_of_a_day_and_keep_the_energy(steps, minutes, each):
    result = run(steps=steps, step_minutes=minutes)
    shown = points(result, whole(result))
    assert shown.each == each
    assert shown.frame.height <= MOST_POINTS
    factor = 1.0 if shown.unit == "kWh a day" else shown.frame["hours"]
    for name in ENERGY:
        assert (shown.frame[name] * factor).sum() == pytest.approx(result.steps[name].sum())
    assert shown.frame["trades"].sum() == result.steps["trades"].sum()
    assert shown.frame["soc_kwh"][-1] == result.steps["soc_kwh"][-1]


def test_the_price_of_a_longer_point_is_weighted_by_energy():
    result = run("ev-street", steps=1000)
    shown, first = points(result, whole(result)), result.steps.head(8)
    assert shown.binned
    weighted = (result.steps["p2p_price"] * result.steps["p2p_kwh"]).sum() / result.steps["p2p_kwh"].sum()
    assert (shown.frame["p2p_price"] * shown.frame["traded_kwh"]).sum() / shown.frame[
        "traded_kwh"
    ].sum() == pytest.approx(weighted)
    assert shown.frame["import_price"][0] == pytest.approx(
        first["import_price"][: int(shown.frame["hours"][0] * 4)].mean()
    )


def test_a_later_day_starts_with_what_the_battery_held():
    result = run(steps=48, battery__start_soc=0.5)
    assert stored_ms(points(result, Window(0, 24)))[0][1] == 10.0
    second = points(result, Window(12, 48))
    assert stored_ms(second)[0][1] == pytest.approx(result.steps["soc_kwh"][11], abs=1e-3)
    assert second.frame["time"][0].date() == date(2026, 3, 21)


def test_a_year_by_the_quarter_hour_is_small_enough_to_send(year):
    shown = points(year, whole(year))
    assert shown.frame.height == 365
    assert len(json.dumps(charts.spec(year, shown), separators=(",", ":"))) < 150_000


@pytest.mark.parametrize("steps", [24, 480, 500])
def test_the_longest_series_are_small_enough_to_send(steps):
    result = run(steps=steps)
    assert len(json.dumps(charts.spec(result, points(result, whole(result))))) < 150_000


def test_panels_share_crosshair_and_zoom(year):
    option = charts.spec(year, points(year, whole(year)))
    panels = len(option["grid"])
    assert panels == 6
    assert option["axisPointer"]["link"] == [{"xAxisIndex": list(range(panels))}]
    assert all(zoom["xAxisIndex"] == list(range(2 * panels)) for zoom in option["dataZoom"])
    assert all(one["xAxisIndex"] < 2 * panels and one["yAxisIndex"] < len(option["yAxis"]) for one in option["series"])
    for one in option["series"]:
        if "encode" in one:
            assert option["xAxis"][one["xAxisIndex"]]["type"] == "category"
            assert option["yAxis"][one["yAxisIndex"]]["gridIndex"] == option["xAxis"][one["xAxisIndex"]]["gridIndex"]


def test_bars_are_stacked_within_their_panel_only(paper):
    bars = [one for one in charts.spec(paper, points(paper, whole(paper)))["series"] if one["type"] == "bar"]
    assert len({(one["stack"], one["xAxisIndex"]) for one in bars}) == len({one["stack"] for one in bars})


def test_without_a_battery_its_panel_is_left_out():
    result = run(battery__capacity_kwh=0.0)
    option = charts.spec(result, points(result, whole(result)))
    assert len(option["grid"]) == 5
    assert "Stored" not in json.dumps(option)
    assert "battery" not in chart(result, 0, 24).text.lower().replace("no shared battery", "")
    assert "battery" not in text_of(summary(result, 0, 24)).lower()


def test_nights_are_where_no_roof_generates(paper):
    hours = [[(ms // 3_600_000) % 24 for ms in night] for night in nights_ms(points(paper, whole(paper)), most=9)]
    assert hours == [[0, 7], [18, 0]]
    assert nights_ms(points(paper, whole(paper)), most=1) == []


def test_the_summary_of_the_papers_day(paper):
    text = text_of(summary(paper, 0, 24))
    assert "From 08:00 to 18:00 the homes needed nothing from the grid: they lived from their own roofs (" in text
    assert "neighbours' roofs (" in text
    assert "The battery was full at 13:00 and empty at 22:00." in text
    assert "Neighbours traded most from 08:00 to 09:00: 8.03 kWh in 10 trades." in text


def test_the_summary_of_many_days_of_no_trades_and_of_no_sun():
    week = run(steps=168)
    assert text_of(summary(week, 0, 168)).startswith("The street as a whole took ")
    assert "The battery got full 7 times." in text_of(summary(week, 0, 168))
    alone = run(market__mechanism="grid-only")
    assert "Nobody sold to a neighbour: the market rule grid-only lets" in text_of(summary(alone, 0, 24))
    dark = run(solar__derate=0.01)
    text = text_of(summary(dark, 0, 24))
    assert text.startswith("The homes needed the grid all the time. The battery stayed empty.")


def test_the_alternative_text_has_the_numbers(paper):
    text = chart(paper, 0, 24).text
    assert (
        f"Solar generation {paper.kpis['generation_kwh']:.1f} kWh, its sunniest time Sat 21 Mar 12:00 to 13:00." in text
    )
    assert "The battery held from 0 kWh to 20.0 kWh." in text
