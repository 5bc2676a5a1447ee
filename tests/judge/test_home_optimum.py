"""The optimum of a street with batteries in homes, held against every controller and a programme with a variable for each battery."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from scipy.optimize import linprog

from jiran import load_scenario, simulate
from jiran.control import controllers
from jiran.judge import optimum as judged
from jiran.judge.optimum import community_optimum
from strategies import changed, with_home_batteries


def needs(result):
    """Return what all homes lack together, kWh, shape (step,), with the standby of their batteries."""
    flows, hours = result.flows, result.timeline.step_h
    standby = result.scenario.home_battery.standby_w * hours / 1000.0 * flows.battery_homes.size
    return (flows["load_kwh"] + flows["ev_kwh"] - flows["generation_kwh"]).sum(axis=1) + standby


def by_battery(result):
    """Return the least cost, each battery with variables of its own: import, export, and for each charge, discharge, level.

    Those that are alike but for their size, and begin equally full, leave at the end together what they shall leave.
    """
    need, homes, said = needs(result), result.flows.battery_homes, result.scenario.home_battery
    steps, step_h = need.size, result.timeline.step_h
    kwh, kw = result.community.battery_kwh[homes], result.community.battery_kw[homes]
    start, end = result.start.at_home.stored_kwh, result.state.at_home.stored_kwh
    size = 2 * steps + 3 * steps * homes.size
    equal, right = np.zeros((steps * (1 + homes.size), size)), np.zeros(steps * (1 + homes.size))
    price, low, high = np.zeros(size), np.zeros(size), np.full(size, np.inf)
    at, together, least = np.arange(steps), {}, {}
    price[at], price[steps + at] = result.prices.grid_import, -result.prices.grid_export
    equal[at, at], equal[at, steps + at], right[at] = 1.0, -1.0, need
    for place in range(homes.size):
        charge, give, level = (2 * steps + (3 * place + block) * steps + at for block in range(3))
        row = steps * (1 + place) + at
        equal[at, charge], equal[at, give] = -1.0, 1.0
        equal[row, level], equal[row[1:], level[:-1]] = 1.0, -1.0
        equal[row, charge], equal[row, give] = -said.charge_efficiency, 1.0 / said.discharge_efficiency
        right[row[0]] = start[place]
        high[charge] = high[give] = kw[place] * step_h
        if said.inverter_kw is not None:
            roof = result.flows["generation_kwh"][:, homes[place]]
            high[give] = np.minimum(high[give], np.maximum(said.inverter_kw * step_h - roof, 0.0))
        high[level] = kwh[place]
        like = round(kw[place] / kwh[place], 12), round(start[place] / kwh[place], 12)
        together.setdefault(like, np.zeros(size))[level[-1]] = -1.0
        least[like] = least.get(like, 0.0) - min(start[place], end[place])
    found = linprog(
        price, np.array([together[like] for like in together]), np.array([least[like] for like in together]), equal, right,
        bounds=np.column_stack([low, high]),
    )  # fmt: skip
    assert found.status == 0
    return found.fun


#: Prices at which nothing is gained by passing grid energy on.
ORDINARY = {"grid__import_price": [0.3, 0.5, 0.7, 0.2] * 6, "grid__export_price": 0.15}


@settings(max_examples=25)
@given(with_home_batteries(grid_charge=True, feed_in=True, inverter_kw=None))
def test_it_is_the_least_cost_of_a_programme_that_knows_each_battery(scenario):
    scenario = changed(
        scenario, steps=min(scenario.steps, 30), ev__supply={"enabled": False}, battery__capacity_kwh=0.0, **ORDINARY
    )
    result = simulate(scenario)
    optimum = community_optimum(result)
    assume(
        not any("may move within" in note for note in optimum.notes)
    )  # cars, of which the other programme knows nothing
    if result.flows.battery_homes.size:
        assert optimum.cost == pytest.approx(by_battery(result), abs=1e-6)


@pytest.mark.parametrize("kw", [0.5, 1.5, 3.0])
def test_an_inverter_that_is_shared_binds_the_optimum_too(kw):
    """One home of each kind has a battery, each unlike the others: none is taken together with another."""
    kinds = ("solar", "hybrid", "normal")
    homes = {"single": [
        {"id": kind, "kind": kind, "pv_kwp": 2.0, "ev_kw": 0.0, "battery_kwh": 4.0 + place, "battery_kw": 2.0}
        for place, kind in enumerate(kinds)
    ]}  # fmt: skip
    said = {
        "steps": 48,
        "battery.capacity_kwh": 0.0,
        "grid.import_price": list(ORDINARY["grid__import_price"]),
        "grid.export_price": 0.15,
    }
    results = [
        simulate(load_scenario("paper", {"homes": homes, "home_battery.controller": "plan-ahead", **said, **limit}))
        for limit in ({"home_battery.inverter_kw": kw}, {"home_battery.inverter_kw": 100.0})
    ]
    optimum, free = (community_optimum(result) for result in results)
    assert not any("share what their inverters" in note for note in optimum.notes)
    assert optimum.cost == pytest.approx(by_battery(results[0]), abs=1e-6)
    assert optimum.cost <= results[0].accounts["grid"] + 1e-9
    assert optimum.cost > free.cost + 1e-3 or kw == 3.0


@settings(max_examples=40)
@given(with_home_batteries())
def test_no_controller_costs_less_and_the_share_is_at_most_one(scenario):
    result = simulate(scenario)
    optimum = community_optimum(result)
    assert optimum.cost <= result.accounts["grid"] + 1e-6 * (1.0 + abs(optimum.cost))
    assert optimum.share_reached is None or optimum.cost_grid_only - optimum.cost < 1e-3 or optimum.share_reached <= 1.0 + 1e-6  # fmt: skip


def week(**fields):
    prices = np.random.default_rng(3).uniform(0.1, 0.9, 24).round(3).tolist()
    said = {"grid.import_price": prices, "grid.export_price": 0.1, "market.mechanism": "mid-market-rate", "steps": 168}
    return simulate(load_scenario("home-batteries", said | fields))


def test_every_controller_reaches_at_most_all_and_a_perfect_plan_more_than_own_use():
    shares = {
        name: community_optimum(week(**{"home_battery.controller": name})).share_reached for name in controllers()
    }
    best = community_optimum(
        week(**{"home_battery.controller": "plan-ahead", "home_battery.forecast": "perfect"})
    ).share_reached
    assert all(share <= 1.0 + 1e-9 for share in (best, *shares.values())), shares
    assert shares["self-consumption"] < shares["plan-ahead"] <= best + 0.02


def test_the_course_of_batteries_in_homes_keeps_to_their_sum():
    result = week()
    optimum, said = community_optimum(result), result.scenario.home_battery
    homes = result.flows.battery_homes
    most = result.community.battery_kw[homes].sum() * result.timeline.step_h
    assert optimum.home_stored_kwh.max() <= result.community.battery_kwh[homes].sum() + 1e-9
    assert max(optimum.home_charge_kwh.max(), optimum.home_discharge_kwh.max()) <= most + 1e-6
    change = optimum.home_charge_kwh * said.charge_efficiency - optimum.home_discharge_kwh / said.discharge_efficiency
    np.testing.assert_allclose(np.diff(optimum.home_stored_kwh, prepend=0.0), change, atol=1e-9)
    met = needs(result) + optimum.home_charge_kwh - optimum.home_discharge_kwh
    np.testing.assert_allclose(optimum.grid_import_kwh - optimum.grid_export_kwh, met, atol=1e-6)


def test_many_unlike_batteries_are_taken_for_one_and_it_says_so(monkeypatch):
    result = week(**{"homes.groups.normal.battery_kwh": 6.0, "homes.groups.normal.battery_kw": 1.0})
    own = community_optimum(result)
    monkeypatch.setattr(judged, "MOST_STORE_STEPS", 168)
    one = community_optimum(result)
    assert one.cost <= own.cost + 1e-6
    assert any("taken for one" in note for note in one.notes)
    assert not any("taken for one" in note for note in own.notes)
