"""What stores in homes do before the market is worked out once, and is the same as if it were each time."""

from dataclasses import replace

import numpy as np
import pytest

from jiran import load_scenario, simulate
from jiran.simulation import before_market
from jiran.simulation.controlled import Controlled
from jiran.simulation.run import run_market, without_trading
from jiran.simulation.setting import prepare

ASKED = {
    "both": {
        "homes.groups.solar.battery_kwh": 8,
        "ev.charging": "v2g",
        "ev.in_market": False,
        "home_battery.controller": "plan-ahead",
        "home_battery.in_market": False,
    },
    "cars": {"ev.charging": "smart", "ev.in_market": False},
    "batteries": {
        "homes.groups.hybrid.battery_kwh": 5,
        "home_battery.controller": "time-of-use",
        "home_battery.in_market": False,
    },
}
BY_HOUR = [0.30] * 7 + [0.45] * 10 + [0.60] * 5 + [0.30] * 2


def scenario(name, **more):
    return load_scenario("paper", {"steps": 24 * 6, "grid.import_price": BY_HOUR} | ASKED[name] | more)


@pytest.mark.parametrize("name", list(ASKED))
@pytest.mark.parametrize("rule", ["grid-fraction", "uniform-price"])
def test_what_is_taken_from_an_earlier_run_is_what_is_worked_out_anew(name, rule, monkeypatch):
    asked = scenario(name, **{"market.mechanism": rule})
    shared = simulate(asked)
    monkeypatch.setattr(before_market.BeforeMarket, "take", lambda _self, _setting, *parts: parts)
    anew = simulate(asked)
    assert shared.digest == anew.digest
    np.testing.assert_array_equal(shared.without_p2p.cost, anew.without_p2p.cost)
    for one, other in zip(shared.state.at_home or (), anew.state.at_home or (), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(shared.state.ev_stored_kwh, anew.state.ev_stored_kwh)


def test_plans_are_made_once_for_a_run_and_its_baseline(monkeypatch):
    made = []
    plan = before_market.BeforeMarket.keep

    def counted(self, *args):
        made.append(1)
        plan(self, *args)

    monkeypatch.setattr(before_market.BeforeMarket, "keep", counted)
    simulate(scenario("both"))
    assert len(made) == 1


def test_other_prices_are_another_question():
    setting = prepare(scenario("both"))
    first = run_market(setting, lambda: without_trading(setting))
    changed = replace(setting, price=setting.price._replace(grid_export=setting.price.grid_export + 0.7))
    then = run_market(changed, lambda: without_trading(changed))
    fresh = prepare(scenario("both"))
    fresh = replace(fresh, price=fresh.price._replace(grid_export=fresh.price.grid_export + 0.7))
    assert then.digest == run_market(fresh, lambda: without_trading(fresh)).digest != first.digest


@pytest.mark.parametrize("rule", ["uniform-price", "mid-market-rate"])
def test_what_batteries_that_bid_would_do_without_trades_is_worked_out_beside_what_they_do(rule, monkeypatch):
    asked = scenario("both", **{"home_battery.in_market": True, "market.mechanism": rule, "home_battery.standby_w": 10})
    bidding, alone = simulate(asked), simulate(scenario("both", **{"home_battery.standby_w": 10}))
    np.testing.assert_array_equal(bidding.without_p2p.cost, alone.without_p2p.cost)
    for name, kwh in alone.without_p2p.step_kwh.items():
        np.testing.assert_array_equal(bidding.without_p2p.step_kwh[name], kwh, name)
    assert bidding.digest != alone.digest
    made = []
    plan = Controlled._plan
    monkeypatch.setattr(Controlled, "_plan", lambda self, step: made.append(step) or plan(self, step))
    simulate(asked)
    assert len(made) == 2 * 6  # cars and batteries, each day once


def test_cars_that_lend_to_neighbours_are_worked_out_each_time():
    lends = prepare(load_scenario("ev-street", {"homes.groups.solar.battery_kwh": 8}))
    assert not lends.shares_moves
