"""Controllers side by side, and how wrong forecasts are, against calculations of their own."""

from __future__ import annotations

import numpy as np
import pytest

from jiran import load_scenario, simulate
from jiran.control import forecasts
from jiran.errors import ScenarioError
from jiran.homes.car_plan import car_plan
from jiran.judge.by_controller import by_controller
from jiran.judge.forecast_day import foreseen
from jiran.judge.forecast_error import forecast_errors
from jiran.judge.optimum import community_optimum
from jiran.simulation.setting import prepare

pytestmark = pytest.mark.compiled

PRICES = [0.3, 0.2, 0.2, 0.2, 0.2, 0.3, 0.4, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9, 0.8, 0.7, 0.5, 0.4]  # fmt: skip


#: Homes with a car each; it charges so slowly that it is not always full in time.
CARS = {
    "homes.groups.normal.kind": "ev",
    "ev.kw": 2.0,
    "ev.calendar.trip_kwh": 14.0,
    "home_battery.controller": "self-consumption",
}


def street(**fields):
    said = {"steps": 168, "grid.import_price": PRICES, "grid.export_price": 0.1, "market.mechanism": "mid-market-rate"}
    return load_scenario("home-batteries", said | fields)


def rest_of(run):
    """Return what is worth that is left after a run, from its table of stores."""
    scenario, prices = run.scenario, run.prices
    battery = scenario.home_battery if scenario.homes.batteries else scenario.battery
    worth = {
        "home battery": prices.grid_export.mean() * battery.discharge_efficiency,
        "community battery": prices.grid_export.mean() * battery.discharge_efficiency,
        "EV": prices.grid_import.mean() / scenario.ev.calendar.efficiency,
    }
    return sum(worth[one["device"]] * one["end_kwh"] for one in run.device_totals.to_dicts())


FIELDS = [
    {"home_battery.wear_cost": 0.02},
    {"battery.capacity_kwh": 20.0, "homes.groups.solar.battery_kwh": 0.0},
    {"ev.charging": "v2g", "battery.capacity_kwh": 20.0, "homes.groups.solar.battery_kwh": 0.0, **CARS},
]


@pytest.mark.parametrize("fields", FIELDS)
def test_controllers_side_by_side_are_their_runs_and_none_is_better_than_the_optimum(fields):
    scenario = street(**fields)
    found = by_controller(scenario)
    assert found.who == ("battery" if "battery.capacity_kwh" in fields else "home_battery")
    costs = [one.net_cost for one in found.runs]
    assert costs == sorted(costs)
    by_name = {(one.controller, one.bound): one for one in found.runs}
    assert {name for name, bound in by_name if bound} == {"plan-ahead"}
    assert by_name["self-consumption", False].gap_closed == pytest.approx(0.0, abs=1e-9)
    assert not {"smart-charging", "v2g"} & {name for name, _ in by_name}
    greedy = by_name["self-consumption", False].net_cost
    nets = []
    for (name, bound), one in by_name.items():
        said = {f"{found.who}.controller": name} | ({f"{found.who}.forecast": "perfect"} if bound else {})
        run = simulate(street(**fields, **said))
        best = community_optimum(run, rest_prices=found.rest)
        nets.append(best.cost - found.rest.battery * best.left_kwh - found.rest.car * best.left_in_cars_kwh)
        totals = run.device_totals.filter(run.device_totals["device"] != "EV")
        assert one.cost == run.accounts["grid"]
        assert one.rest_worth == pytest.approx(rest_of(run))
        assert one.peak_import_kw == run.kpis["peak_import_kw"]
        whole = 20.0 if found.who == "battery" else 48.0
        assert one.cycles == pytest.approx(totals["given_kwh"].sum() / whole)
        assert one.wear == pytest.approx(totals["wear"].sum())
        if "ev.charging" not in fields:
            assert one.departures is one.departures_missed is one.departure_missing_kwh is None
        else:
            assert one.departure_missing_kwh == pytest.approx(run.kpis["departure_missing_kwh"])
            assert one.departures > 0
    least = found.optimum_cost - found.optimum_rest_worth
    assert nets == pytest.approx([least] * len(nets))
    for one in found.runs:
        assert one.optimum_share <= 1.0 + 1e-9
        assert one.gap_closed == pytest.approx((greedy - one.net_cost) / (greedy - least), abs=1e-9)
    assert found.perfect_worth == by_name["plan-ahead", False].net_cost - by_name["plan-ahead", True].net_cost


def test_cars_side_by_side_charge_at_once_when_it_is_cheapest_and_give():
    fields = {"ev.charging": "smart", "homes.groups.solar.battery_kwh": 0.0, **CARS}
    found = by_controller(street(**fields))
    assert found.who == "ev"
    by_name = {(one.controller, one.bound): one for one in found.runs}
    assert set(by_name) == {("at-once", False), ("smart", False), ("v2g", False), ("smart", True)}
    for (name, bound), one in by_name.items():
        said = {"ev.forecast": "perfect"} if bound else {}
        said |= {"ev.charging": name} if name != "at-once" else {"ev.override_share": 1.0}
        run = simulate(street(**fields | said))
        before = np.vstack([run.start.ev_stored_kwh, run.flows.outputs.ev_stored_kwh[:-1]])
        cars = car_plan(run.community, run.timeline, run.scenario.ev.calendar, run.scenario.seed)
        short = np.maximum(cars.leaving_kwh - before, 0.0)
        assert one.cost == run.accounts["grid"]
        assert one.rest_worth == pytest.approx(rest_of(run))
        assert one.departures == np.count_nonzero(cars.leaving_kwh)
        assert one.departures_missed == np.count_nonzero(short > 1e-9)
        assert one.departure_missing_kwh == pytest.approx(run.kpis["departure_missing_kwh"])
        assert one.optimum_share <= 1.0 + 1e-9
        best = community_optimum(run, rest_prices=found.rest)
        own = best.cost - found.rest.battery * best.left_kwh - found.rest.car * best.left_in_cars_kwh
        assert found.optimum_cost - found.optimum_rest_worth <= own + 1e-6
    assert any(one.departures_missed for one in found.runs)
    assert by_name["v2g", False].cycles > 0.0 == by_name["smart", False].cycles
    assert by_name["at-once", False].gap_closed == 0.0


def test_controllers_and_forecasts_can_be_chosen():
    scenario = street(**{"home_battery.forecast": "ewma"})
    found = by_controller(scenario, names=["plan-ahead", "time-of-use"], forecasts=["yesterday", "ewma"])
    seen = {(one.controller, one.forecast) for one in found.runs}
    assert seen == {
        ("self-consumption", ""), ("time-of-use", ""), ("plan-ahead", "yesterday"), ("plan-ahead", "ewma"),
        ("plan-ahead", "perfect"),
    }  # fmt: skip
    assert (found.planned, found.foreseen) in [("plan-ahead", "yesterday"), ("plan-ahead", "ewma")]
    alone = by_controller(scenario, names=["time-of-use"])
    assert {one.controller for one in alone.runs} == {"self-consumption", "time-of-use"}
    assert alone.perfect_worth is None
    with pytest.raises(ScenarioError, match="must be one of self-consumption"):
        by_controller(scenario, names=["v2g"])
    with pytest.raises(ScenarioError, match="forecast = 'crystal'"):
        by_controller(scenario, forecasts=["crystal"])


def test_prices_that_are_negative_at_times_keeps_all_below_the_optimum():
    prices = [-0.05, *PRICES[1:]]
    for fields in ({}, {"ev.charging": "v2g", "homes.groups.solar.battery_kwh": 0.0, **CARS}):
        found = by_controller(street(steps=96, **fields | {"grid.import_price": prices, "grid.export_price": 0.25}))
        assert max(one.optimum_share for one in found.runs) <= 1.0 + 1e-9


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


def plainly(name, need, first):
    """Return what two forecasts say of the coming two days, from lists."""
    past = need[:first].reshape(-1, 24)
    day = past[-1] if name == "yesterday" else np.mean([past[-1 - row % len(past)] for row in range(7)], axis=0)
    return np.concatenate([day, day])


@pytest.mark.parametrize("home", [None, 2])
@pytest.mark.parametrize("name", ["yesterday", "mean-of-days", "perfect"])
def test_a_day_as_it_was_foreseen_and_the_error_by_how_far_ahead(name, home):
    result = simulate(street(steps=24 * 6))
    profiles = result.flows.profiles
    need = profiles.load_kwh + profiles.ev_kwh - profiles.generation_kwh
    need = need.sum(axis=1) if home is None else need[:, home]
    shown = foreseen(result, name, None if home is None else result.community.ids[home], 3)
    assert shown.first == 72
    np.testing.assert_allclose(shown.came, need[72:96])
    np.testing.assert_allclose(shown.yesterday, need[48:72])
    if name == "perfect":
        np.testing.assert_array_equal(shown.said, shown.came)
        assert not shown.wrong.any()
        return
    np.testing.assert_allclose(shown.said, plainly(name, need, 72)[:24])
    errors = [[] for _ in range(48)]
    for first in range(24, need.size, 24):
        for ahead, said in enumerate(plainly(name, need, first)):
            if first + ahead < need.size:
                errors[ahead].append(abs(said - need[first + ahead]))
    np.testing.assert_allclose(shown.wrong, [np.mean(one) for one in errors])


def test_only_a_day_that_has_a_past_and_a_home_of_the_street_can_be_looked_at():
    result = simulate(street(steps=72))
    for day in (0, 3, -1):
        with pytest.raises(ScenarioError, match="from 1 to 2"):
            foreseen(result, "ewma", None, day)
    with pytest.raises(ScenarioError, match="none of the street"):
        foreseen(result, "ewma", "nobody", 1)
    with pytest.raises(ScenarioError, match="at least 48"):
        foreseen(simulate(street(steps=47)), "ewma", None, 1)
    assert np.isnan(foreseen(simulate(street(steps=48)), "ewma", None, 1).wrong[24:]).all()
