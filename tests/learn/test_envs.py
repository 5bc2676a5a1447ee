"""The environments: both official checkers pass without a warning, and rewards are the settled bills of a direct controller."""

from __future__ import annotations

import os
import warnings
from dataclasses import replace

import numpy as np
import pytest

from jiran import JiranError, load_scenario, simulate
from jiran.control.controlling.base import controller
from jiran.errors import ScenarioError
from jiran.simulation import controlled

pytestmark = pytest.mark.compiled

try:
    from gymnasium.utils.env_checker import check_env
    from pettingzoo.test import parallel_api_test, parallel_seed_test

    from jiran.envs import CommunityBattery, HomeBatteries
except (ModuleNotFoundError, JiranError) as missing:
    if os.environ.get("CI"):
        raise
    pytest.skip(f"the extra learn is not installed: {missing}", allow_module_level=True)


def street(**fields):
    """Return two days with prices that change, batteries in homes, and one of the community."""
    said = {
        "steps": 48, "market.mechanism": "mid-market-rate", "grid.import_price": [0.3, 0.2, 0.6, 0.45] * 6,
        "grid.export_price": 0.15, "battery.capacity_kwh": 12.0, "battery.charge_efficiency": 0.9, "home_battery.start_soc": 0.3,
    }  # fmt: skip
    return load_scenario("home-batteries", said | fields)


@pytest.fixture(autouse=True)
def _no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_gymnasium_finds_no_fault():
    check_env(CommunityBattery(street()), skip_render_check=True)


def test_pettingzoo_finds_no_fault():
    parallel_api_test(HomeBatteries(street()), num_cycles=100)


def test_the_same_seed_and_actions_give_the_same():
    parallel_seed_test(lambda: HomeBatteries(street(steps=12)), num_cycles=12)


def replayed(monkeypatch, scenario, actions):
    """Return a run in which a direct controller does what was done: actions by step and store, in the order of its calls."""
    calls = iter([])

    @controller("replay", compiled=False, direct=True)
    def replay(need_kwh, stored_kwh, import_price, export_price, store, parameters):  # noqa: ARG001
        """Do what was done."""
        nonlocal calls
        share = next(calls, None)
        if share is None:  # the baseline begins
            calls = iter(actions)
            share = next(calls)
        return share * (store.battery.charge_step_kwh if share > 0.0 else store.battery.discharge_step_kwh)

    found = controlled.find_controller
    monkeypatch.setattr(controlled, "find_controller", lambda name: replay if name == "time-of-use" else found(name))
    return simulate(scenario)


#: The first day is the last of a month, and peaks cost.
PEAKS = {"grid.demand_charge": 7.0, "start": "2026-03-31T00:00:00"}


@pytest.mark.parametrize("peaks", [{}, PEAKS])
@pytest.mark.parametrize("free", [True, False])
@pytest.mark.parametrize("reserve", [None, 0.35])
def test_the_rewards_of_the_community_battery_are_what_is_settled_with_the_grid(monkeypatch, free, reserve, peaks):
    said = {"battery.grid_charge": free, "battery.feed_in": free, **peaks}
    if reserve is not None:
        said["battery.reserve_price"] = reserve
    env = CommunityBattery(street(**said))
    actions = np.random.default_rng(4).uniform(-1.0, 1.0, 48).astype(np.float32)
    env.reset(seed=1)
    steps = [env.step(np.array([action])) for action in actions]
    assert [one[3] for one in steps] == [False] * 47 + [True]
    assert not any(one[2] for one in steps)
    result = replayed(
        monkeypatch, street(**said, **{"battery.controller": "time-of-use"}), actions.astype(float).tolist()
    )
    assert sum(one[1] for one in steps) == pytest.approx(-result.accounts["grid"], abs=1e-9)
    np.testing.assert_allclose([one[4]["stored_kwh"] for one in steps], result.flows.outputs.soc_kwh, atol=1e-12)
    assert np.ptp(result.flows.outputs.soc_kwh) > 1.0
    if peaks:
        assert len(result.settlement.demand.months) == 2
        assert result.settlement.demand.total > 1.0


@pytest.mark.parametrize(
    ("rule", "peaks"),
    [("mid-market-rate", {}), ("grid-fraction", {}), ("uniform-price", {}), ("mid-market-rate", PEAKS)],
)
def test_the_rewards_of_homes_are_their_settled_bills(monkeypatch, rule, peaks):
    said = {"market.mechanism": rule, "home_battery.feed_in": False, **peaks}
    env = HomeBatteries(street(**said))
    agents = env.possible_agents
    assert len(agents) == 6
    actions = np.random.default_rng(4).uniform(-1.0, 1.0, (48, len(agents))).astype(np.float32)
    env.reset()
    total = dict.fromkeys(agents, 0.0)
    for row in actions:
        _, rewards, _, ends, _ = env.step({agent: row[[place]] for place, agent in enumerate(agents)})
        total = {agent: total[agent] + rewards[agent] for agent in agents}
    assert all(ends.values())
    assert env.agents == []
    result = replayed(monkeypatch, street(**said, **{"home_battery.controller": "time-of-use"}), actions.astype(float).reshape(-1).tolist())  # fmt: skip
    cost = dict(zip(result.community.ids, result.settlement.cost, strict=True))
    for agent in agents:
        assert total[agent] == pytest.approx(-cost[agent], abs=1e-9)
    assert result.flows.home_charged_kwh.any()


def with_other_future(env, whole, cut):
    """Change all that homes need from a step on, and prices that nobody knows there."""
    known = cut // 24 * 24 + env.unwrapped._setting.scenario.grid.known_ahead_h if whole == "_setting" else None
    setting = getattr(env, whole)
    profiles = replace(setting.profiles, load_kwh=setting.profiles.load_kwh.copy())
    profiles.load_kwh[cut:] += 3.0
    price = setting.price
    if known is not None:
        price = price._replace(grid_import=price.grid_import.copy())
        price.grid_import[known:] *= 7.0
    setattr(env, whole, replace(setting, profiles=profiles, price=price))


@pytest.mark.parametrize("cut", [0, 5, 24, 30])
def test_nothing_that_is_seen_tells_of_the_coming_need_or_unknown_prices(cut):
    one, other = CommunityBattery(street()), CommunityBattery(street())
    with_other_future(other, "_setting", cut)
    other._deficit_kwh, other._surplus_kwh = other._deficit_kwh.copy(), other._surplus_kwh.copy()
    other._deficit_kwh[cut:] += 5.0
    seen = [env.reset()[0] for env in (one, other)]
    for _ in range(cut):
        np.testing.assert_array_equal(*seen)
        seen = [env.step(np.array([0.3], np.float32))[0] for env in (one, other)]
    np.testing.assert_array_equal(*seen)
    after = [env.step(np.array([0.3], np.float32))[0] for env in (one, other)]
    assert after[0][3] != after[1][3]  # the need of the last step is seen


def test_what_homes_see_tells_nothing_of_their_coming_need():
    one, other = HomeBatteries(street(steps=10)), HomeBatteries(street(steps=10))
    other._need_kwh[4:] += 2.0
    for env in (one, other):
        env.reset()
    still = {agent: np.zeros(1, np.float32) for agent in one.possible_agents}
    for step in range(6):
        seen = [env.step(still)[0] for env in (one, other)]
        same = all((seen[0][agent] == seen[1][agent]).all() for agent in still)
        assert same == (step < 4)


@pytest.mark.parametrize(
    ("kind", "fields", "error"),
    [
        (CommunityBattery, {"battery.capacity_kwh": 0.0}, ScenarioError),
        (HomeBatteries, {"homes.groups.solar.battery_kwh": 0.0}, ScenarioError),
        (HomeBatteries, {"battery.controller": "plan-ahead"}, ScenarioError),
        (CommunityBattery, {"ev.charging": "smart"}, JiranError),
        (CommunityBattery, {"grid.export_limit_kw": [0.0] * 24 + [50.0] * 24}, JiranError),
        (HomeBatteries, {"grid.export_limit_kw": [0.0] * 12 + [50.0] * 12}, JiranError),
        (HomeBatteries, {"grid.import_limit_kw": 3.0}, JiranError),
    ],
)
def test_what_an_environment_does_not_know_is_refused(kind, fields, error):
    with pytest.raises(error):
        kind(street(**fields))
