"""Controllers side by side, and how wrong forecasts are, against calculations of their own."""

from __future__ import annotations

import numpy as np
import pytest

from jiran import load_scenario, simulate
from jiran.control import forecasts
from jiran.errors import ScenarioError
from jiran.judge.by_controller import by_controller
from jiran.judge.forecast_error import forecast_errors
from jiran.judge.optimum import community_optimum
from jiran.simulation.setting import prepare

pytestmark = pytest.mark.compiled

PRICES = [0.3, 0.2, 0.2, 0.2, 0.2, 0.3, 0.4, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9, 0.8, 0.7, 0.5, 0.4]  # fmt: skip


def street(**fields):
    said = {"steps": 168, "grid.import_price": PRICES, "grid.export_price": 0.1, "market.mechanism": "mid-market-rate"}
    return load_scenario("home-batteries", said | fields)


@pytest.mark.parametrize(
    "fields", [{"home_battery.wear_cost": 0.02}, {"battery.capacity_kwh": 20.0, "homes.groups.solar.battery_kwh": 0.0}]
)
def test_controllers_side_by_side_are_their_runs_and_none_is_better_than_the_optimum(fields):
    scenario = street(**fields)
    found = by_controller(scenario)
    assert found.who == ("battery" if "battery.capacity_kwh" in fields else "home_battery")
    costs = [one.cost for one in found.runs]
    assert costs == sorted(costs)
    by_name = {(one.controller, one.bound): one for one in found.runs}
    assert {name for name, bound in by_name if bound} == {"plan-ahead"}
    assert by_name["self-consumption", False].gap_closed == pytest.approx(0.0, abs=1e-9)
    assert not {"smart-charging", "v2g"} & {name for name, _ in by_name}
    greedy = by_name["self-consumption", False].cost
    optima = []
    for (name, bound), one in by_name.items():
        said = {f"{found.who}.controller": name} | ({f"{found.who}.forecast": "perfect"} if bound else {})
        run = simulate(street(**fields, **said))
        optima.append(community_optimum(run))
        totals = run.device_totals
        assert one.cost == run.accounts["grid"]
        assert one.peak_import_kw == run.kpis["peak_import_kw"]
        whole = 20.0 if found.who == "battery" else 48.0
        assert one.cycles == pytest.approx(totals["given_kwh"].sum() / whole)
        assert one.wear == pytest.approx(totals["wear"].sum())
    least = min(one.cost for one in optima)
    assert found.optimum_cost == pytest.approx(least)
    for one in found.runs:
        assert one.optimum_share <= 1.0 + 1e-9
        assert one.gap_closed == pytest.approx((greedy - one.cost) / (greedy - least), abs=1e-9)
    assert found.perfect_worth == by_name["plan-ahead", False].cost - by_name["plan-ahead", True].cost


def test_there_must_be_a_battery_to_run():
    with pytest.raises(ScenarioError, match="no battery"):
        by_controller(load_scenario("home-batteries", {"homes.groups.solar.battery_kwh": 0.0}))


def test_the_error_of_yesterday_and_of_the_mean_of_days_is_what_a_plain_loop_finds():
    scenario = street(steps=24 * 10)
    profiles = prepare(scenario).profiles
    need = profiles.load_kwh + profiles.ev_kwh - profiles.generation_kwh
    found = {one.forecast: one for one in forecast_errors(scenario)}
    assert set(found) == set(forecasts())
    days = need.reshape(10, 24, -1)
    yesterday = np.abs(days[1:] - days[:-1]).sum() / np.abs(days[1:]).sum()
    assert found["yesterday"].home == pytest.approx(yesterday)
    assert found["yesterday"].against_yesterday == 0.0
    wrong = 0.0
    for day in range(1, 10):
        back = [days[day - 1 - row % day] for row in range(7)]
        wrong += np.abs(np.mean(back, axis=0) - days[day]).sum()
    assert found["mean-of-days"].home == pytest.approx(wrong / np.abs(days[1:]).sum())
    street_days = days.sum(axis=2)
    whole = np.abs(street_days[1:] - street_days[:-1]).sum() / np.abs(street_days[1:]).sum()
    assert found["yesterday"].street == pytest.approx(whole)
    assert found["perfect"].bound
    assert found["perfect"].home == 0.0


def test_an_error_needs_two_days():
    with pytest.raises(ScenarioError, match="at least 48"):
        forecast_errors(street(steps=30))
