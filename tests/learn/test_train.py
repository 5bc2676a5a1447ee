"""Learning: the policy beats own use by far on dynamic prices, is found again by its seed, and nobody peeks."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran import JiranError, load_scenario, simulate
from jiran.control import find_controller, running
from jiran.control.controlling.base import OWN_USE, PLANNED
from jiran.control.forecasting.base import MOST_DAYS
from jiran.control.memory import first_memory
from jiran.control.policy import CELLS, LEARNED, with_weights
from jiran.errors import ScenarioError
from jiran.learn.cross_entropy import search
from jiran.learn.policy_file import policy_text
from jiran.learn.task import task_of
from jiran.learn.train import TAUGHT, Trial, first_weights, train
from jiran.learn.words import ALIKE, verdict
from jiran.scenario.beside import shareable
from jiran.scenario.files import input_files, to_toml
from jiran.testing.controllers import check_controller

pytestmark = pytest.mark.compiled

DAYS = 18


def dynamic(days=DAYS, **fields):
    """Return a street with a community battery on prices that change by the hour and from day to day."""
    rng, hour = np.random.default_rng(5), np.arange(24 * days)
    price = 0.35 + 0.2 * np.sin((hour % 24 - 13) / 6 * np.pi) + 0.12 * rng.normal(size=hour.size)
    price = np.maximum(price + np.repeat(0.1 * rng.normal(size=days), 24), 0.02).round(4)
    said = {
        "steps": hour.size, "step_minutes": 60, "grid.import_price": price.tolist(),
        "grid.export_price": np.maximum(price - 0.18, 0.0).round(4).tolist(), "market.mechanism": "mid-market-rate",
        "battery.capacity_kwh": 40.0, "battery.charge_kw": 10.0, "battery.discharge_kw": 10.0,
    }  # fmt: skip
    return load_scenario("home-batteries", said | fields)


@pytest.fixture(scope="module")
def learned():
    return train(task_of(dynamic(), "battery"), seconds=None, generations=20)


def test_a_learned_policy_beats_own_use_by_five_points_of_what_can_be_saved(learned):
    share = {name: one.share for name, one in learned.trials.items()}
    assert share[TAUGHT] > share[OWN_USE] + 0.05
    assert max(share.values()) <= 1.0 + 1e-9
    assert learned.optimum_cost <= min(one.cost for one in learned.trials.values()) + 1e-6
    assert list(share) == [OWN_USE, PLANNED, TAUGHT]


def test_so_does_one_of_batteries_in_homes():
    found = train(task_of(dynamic()), seconds=None, generations=12)
    assert found.task.who == "home_battery"
    assert found.trials[TAUGHT].share > found.trials[OWN_USE].share + 0.05
    assert found.trials[TAUGHT].own_cost < found.trials[OWN_USE].own_cost


def test_the_curve_falls_and_the_same_seed_finds_the_same_policy(learned):
    assert (np.diff(learned.curve) <= 0.0).all()
    assert learned.curve[-1] < learned.greedy_cost
    assert learned.curve[-1] == learned.task.cost(learned.weights)
    again = train(learned.task, seconds=None, generations=3, seed=1)
    assert again.curve == learned.curve[:3]
    assert train(learned.task, seconds=None, generations=3, seed=2).curve != again.curve


def test_what_comes_after_the_days_to_learn_from_changes_nothing_that_is_learned(learned):
    task = learned.task
    price = list(task.scenario.grid.import_price)
    assert task.cut % 24 == 0
    assert 0 < task.cut < len(price)
    price[task.cut :] = [0.9] * (len(price) - task.cut)
    other = task_of(dynamic(**{"grid.import_price": price}), "battery")
    weights = np.random.default_rng(1).normal(size=18)
    assert other.cost(weights) == task.cost(weights)
    assert other.cut == task.cut


def test_later_days_keep_what_is_said_of_them_step_by_step():
    limit = [float(4 + step % 5) for step in range(24 * DAYS)]
    task = task_of(dynamic(**{"grid.import_limit_kw": limit}), "battery")
    later, needs = task.trial(OWN_USE)
    assert later.grid.import_limit_kw == tuple(limit[task.cut :])
    assert later.grid.import_price == task.scenario.grid.import_price[task.cut :]
    assert simulate(later, profiles=needs).kpis["overload_kwh"] >= 0.0


def test_the_episode_is_what_the_kernel_does_with_the_same_policy(learned, tmp_path):
    """The days to learn from, run by the whole simulation, cost what the training thought."""
    file = tmp_path / "policy.toml"
    file.write_text(policy_text(learned.weights, learned))
    task = learned.task
    prices = {
        f"grid.{name}": list(getattr(task.scenario.grid, name))[: task.cut] for name in ("import_price", "export_price")
    }
    whole = simulate(dynamic(**prices | {"steps": task.cut, "battery.controller": str(file)}))
    # All is traded that can be, so the battery meets the sum of all; what is left is worth what the grid pays for it.
    left = whole.state.stored_kwh * task.stores.discharge_efficiency * whole.prices.grid_export.mean()
    assert whole.flows.home_charged_kwh.sum() > 0.0
    assert task.cost(learned.weights) == pytest.approx(whole.accounts["grid"] - left, rel=1e-9)


def test_nobody_peeks_and_another_past_gives_another_worth(learned):
    report = check_controller(with_weights("found", learned.weights), books=40)
    assert report.ok, report


def test_a_policy_is_read_as_it_was_written_and_says_what_was_learned(learned, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(policy_text(learned.weights, learned))
    read = find_controller(str(file))
    assert read.numbers(read.defaults).tolist() == learned.weights.tolist()
    content = tomllib.loads(file.read_text())
    assert content["learned"]["curve"] == list(learned.curve)
    assert content["learned"]["episodes"] == 1 + 40 * 20
    assert content["trial"]["optimum"]["cost"] == learned.optimum_cost
    result = simulate(dynamic(**{"home_battery.controller": str(file)}))
    assert result.flows.home_charged_kwh.any()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no policy"),
        ("kind = 3", "is no policy"),
        ("kind = 'jiran policy 1'\n[weights]", "lacks worth_always"),
        ("kind = [", "is not valid TOML"),
        (policy_text(np.zeros(18)) + "more = 1.0\n", "has more"),
        (policy_text(np.zeros(18)).replace("worth_always = 0.0", "worth_always = nan"), "worth_always"),
        (policy_text(np.zeros(18)).replace("worth_always = 0.0", "worth_always = 1e9"), "worth_always"),
    ],
)
def test_a_file_that_is_no_policy_is_refused_in_one_sentence(tmp_path, text, said):
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(JiranError, match=said):
        load_scenario("home-batteries", {"home_battery.controller": str(file)})
    with pytest.raises(JiranError, match="no such file"):
        load_scenario("home-batteries", {"home_battery.controller": str(tmp_path / "none.toml")})


@pytest.mark.parametrize(
    ("changes", "who", "said"),
    [
        ({"steps": 100}, None, "at least 144"),
        ({"battery.capacity_kwh": 0.0}, "battery", "no battery"),
        ({"homes.groups.solar.battery_kwh": 0.0}, "home_battery", "needs homes"),
        ({"home_battery.forecast": "perfect"}, None, "does not know the future"),
    ],
)
def test_what_cannot_be_learned_is_refused(changes, who, said):
    scenario = load_scenario("home-batteries", changes)
    with pytest.raises(ScenarioError, match=said):
        task_of(scenario, who)


def test_the_search_finds_the_lowest_point_of_a_bowl():
    target = np.arange(5.0)
    generations = search(lambda x: float(((x - target) ** 2).sum()), np.zeros(5), np.ones(5), np.random.default_rng(1))
    for _ in range(60):
        found = next(generations)
    np.testing.assert_allclose(found.best, target, atol=0.05)


cost = st.floats(-1e4, 1e4)


@given(st.tuples(cost, cost, cost), st.tuples(cost, cost, cost), st.tuples(*(st.floats(0.0, 1e3),) * 3))
def test_the_verdict_is_true_of_the_costs_with_wear_and_less_what_is_left(own, left, wear):
    trials = {
        name: Trial(own[place], 0.0, None, 0.0, wear[place], left[place])
        for place, name in enumerate((OWN_USE, PLANNED, TAUGHT))
    }
    first, second = verdict(trials)
    greedy, planned, taught = (paid + worn - rest for paid, worn, rest in zip(own, wear, left, strict=True))
    close = ALIKE * max(map(abs, (greedy, planned, taught)))
    assert first.startswith("Planning costs the owners less") == (taught - planned > close)
    assert ("use plan-ahead here" in first) == (taught - planned > close and planned <= greedy + close)
    assert ("but self-consumption costs less than both" in first) == (
        taught - planned > close and planned > greedy + close
    )
    assert ("less than planning on" in first) == (planned - taught > close)
    assert ("as much as planning" in first) == (abs(planned - taught) <= close)
    assert ("less than own use" in second) == (greedy - taught > close)
    assert ("more than own use" in second) == (taught - greedy > close)


@pytest.mark.parametrize("who", ["home_battery", "battery"])
def test_a_trial_counts_wear_and_what_is_left_in_the_stores_that_are_run(who):
    fields = {f"{store}.wear_cost": 0.07 for store in ("home_battery", "battery")}
    found = train(task_of(dynamic(days=6, **fields), who), seconds=None, generations=1)
    scenario, profiles = found.task.trial(PLANNED)
    result = simulate(scenario, profiles=profiles)
    kind = "home battery" if who == "home_battery" else "community battery"
    totals, one = result.device_totals.filter(device=kind), found.trials[PLANNED]
    assert one.wear == pytest.approx(0.07 * totals["given_kwh"].sum(), abs=1e-9)
    assert one.wear > 0.0
    kept = getattr(scenario, who).discharge_efficiency
    assert one.left_worth == pytest.approx(totals["end_kwh"].sum() * kept * result.prices.grid_export.mean(), abs=1e-9)
    assert one.net_cost == one.own_cost + one.wear - one.left_worth


def test_the_later_days_do_not_begin_in_an_hour_that_the_clocks_show_for_the_second_time():
    """Six days after 03:00 in summer it is 02:00 for the second time, and a run that begins at 02:00 begins at the first."""
    said = {"start": "2026-10-19T03:00:00", "time_zone": "Europe/Berlin"}
    task = task_of(dynamic(days=9, **said))
    begins = task.setting.timeline.local[task.cut].astype("datetime64[m]").item()
    assert str(begins) == "2026-10-24 03:00:00"
    scenario, profiles = task.trial(OWN_USE)
    later = simulate(scenario, profiles=profiles)
    np.testing.assert_array_equal(later.timeline.local, task.setting.timeline.local[task.cut :])


def test_it_begins_with_a_worth_near_the_mean_price():
    first, spread = first_weights()
    names = list(LEARNED.parameters)
    assert first[names.index("worth_mean_day")] == 0.9
    assert (spread > 0.0).all()


def test_a_scenario_finds_its_policy_beside_it_and_hands_on_no_folder(tmp_path):
    (tmp_path / "policy.toml").write_text(policy_text(first_weights()[0]))
    text = to_toml(load_scenario("home-batteries", {"steps": 24}))
    text = text.replace('controller = "self-consumption"', 'controller = "policy.toml"')
    (tmp_path / "mine.toml").write_text(text)
    scenario = load_scenario(tmp_path / "mine.toml")
    file = tmp_path / "policy.toml"
    assert scenario.home_battery.controller == scenario.battery.controller == str(file)
    assert file in input_files(scenario)
    assert shareable(scenario).home_battery.controller == "policy.toml"


@pytest.mark.parametrize("who", ["home_battery", "battery"])
def test_what_peaks_cost_is_part_of_what_is_learned(who):
    """Of the days to learn from, run again by themselves: what is paid more is the charge on the peaks that the policy makes."""
    fields = {"start": "2026-03-27T00:00:00", "grid.demand_charge": 20.0}
    if who == "home_battery":  # one that all homes share would take from the peaks of the street, too
        fields["battery.capacity_kwh"] = 0.0
    dear, free = (task_of(dynamic(**fields | more), who) for more in ({}, {"grid.demand_charge": 0.0}))
    weights = first_weights()[0]
    memory = first_memory(dear.start_kwh, dear.way.day, MOST_DAYS, CELLS)
    moves = running.Moves(*np.zeros((3, dear.cut, dear.start_kwh.size)))
    code = dear.forecast.code, LEARNED.code, find_controller(OWN_USE).code
    way = dear.way._replace(parameters=weights)
    running.run(0, dear.cut, 0, way, *code, dear.given, dear.stores, memory, moves)
    flows = simulate(dynamic(**fields)).flows
    at_home = (flows.home_charged_kwh - flows.home_given_kwh).sum(axis=1)
    net = flows.needed_kwh - (at_home if who == "home_battery" else 0.0)
    net = net[: dear.cut] + (moves.charged_kwh - moves.given_kwh).sum(axis=1)
    march = 24 * 5  # from the 27th on
    peaks = max(net[:march].max(), 0.0) + max(net[march:].max(), 0.0)
    assert dear.cut > march
    assert peaks > 1.0
    assert dear.cost(weights) - free.cost(weights) == pytest.approx(20.0 * peaks)
