"""Strategies that learn: one step by hand, what a market of them does, and their state in and out of a run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding import HEAD, LEARNERS, OWN_VALUES, SIGNATURE, ask, cut_in_two, ended, from_memory, no_memory
from jiran import load_scenario, simulate
from jiran.bids.base import LAST_LIMIT, LAST_NET_KWH, LAST_TRADED_KWH, MARKET_PRICE, OWN
from strategies import changed, number, run

ZIP, RAMP = "zero-intelligence-plus", "linear-ramp"

#: ZIP's columns: margins and momentum (seller, buyer), learning rate, weight of momentum.
MARGIN, MOMENTUM, RATE, WEIGHT, FLOOR, WINDOW = OWN, OWN + 2, OWN + 4, OWN + 5, OWN + 6, OWN + 7


# --- zero-intelligence-plus ---


class Lots:
    """Random numbers that are drawn one by one, and remembered."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def __call__(self):
        return float(self.rng.random())


def zip_margin(lots, net, margin, momentum, rate, weight, bid, market, traded, floor, window):
    """Return a home's margin and momentum after a step: Cliff and Bruten's rule, in plain words."""
    better = 1.0 if net > 0 else -1.0  # a seller wants more, a buyer less
    offer, price = better * (bid - floor) / window, better * (market - floor) / window
    served = abs(traded) >= abs(net) * (1 - 1e-9)
    aim = 0.05 * (lots() + lots())
    if served and offer <= price:
        aim = price + aim
    elif not served and offer >= price:
        aim = price - aim
    else:
        return margin, momentum
    momentum = weight * momentum + (1 - weight) * rate * (aim - offer)
    return min(max(margin + momentum, 0.0), 1.0), momentum


def characters(rng, homes):
    """Return a memory of homes that have their character and some past."""
    memory = no_memory(homes)
    memory[:, MARGIN : MARGIN + 2] = rng.uniform(0, 0.6, (homes, 2))
    memory[:, MOMENTUM : MOMENTUM + 2] = rng.uniform(-0.2, 0.2, (homes, 2))
    memory[:, RATE], memory[:, WEIGHT] = rng.uniform(0.1, 0.5, homes), rng.uniform(0, 0.1, homes)
    memory[:, FLOOR], memory[:, WINDOW] = 0.1, 0.4
    return memory


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.4, 1.0]))
def test_zip_learns_as_a_plain_program_of_the_same_rule(seed, spread):
    rng, homes = np.random.default_rng(seed), 6
    memory, net = characters(rng, homes), rng.choice([-2.0, -1.0, 1.0, 3.0], homes)
    bid, traded, market = rng.uniform(0.1, 0.5, homes), net * rng.choice([0, 0.5, 1.0], homes), rng.uniform(0.1, 0.5)
    ended(memory, net, bid, traded, market)
    lots, expected = Lots(seed), memory.copy()
    for home in range(homes):
        side = 0 if net[home] > 0 else 1
        expected[home, [MARGIN + side, MOMENTUM + side]] = zip_margin(
            lots, net[home], memory[home, MARGIN + side], memory[home, MOMENTUM + side], memory[home, RATE],
            memory[home, WEIGHT], bid[home], market, traded[home], 0.1, 0.4,
        )  # fmt: skip
    value, limit = ask(ZIP, net, 0.3, 0.9, memory=memory, rng=np.random.default_rng(seed), spread=spread)
    columns = slice(MARGIN, WEIGHT + 1)
    np.testing.assert_allclose(memory[:, columns], expected[:, columns], rtol=1e-12, atol=1e-12)
    assert memory[:, [FLOOR, WINDOW]].tolist() == [[0.3, pytest.approx(0.6)]] * homes
    margin = np.where(net > 0, expected[:, MARGIN], expected[:, MARGIN + 1]) * 0.6
    wanted = np.where(net > 0, np.minimum(value + margin, 0.9), np.maximum(value - margin, 0.3))
    assert limit == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("net_kwh", [1.0, -1.0])
def test_a_home_that_is_served_asks_for_more_and_one_that_is_not_gives_in(net_kwh):
    def margin_after(traded_kwh, market_price):
        memory = characters(np.random.default_rng(1), 1)
        memory[:, MOMENTUM : MOMENTUM + 2] = 0.0
        before = memory[0, MARGIN if net_kwh > 0 else MARGIN + 1]
        ended(memory, [net_kwh], [0.3], [traded_kwh], market_price)
        ask(ZIP, [net_kwh], memory=memory)
        return memory[0, MARGIN if net_kwh > 0 else MARGIN + 1] - before

    better, worse = (0.4, 0.2) if net_kwh > 0 else (0.2, 0.4)
    assert margin_after(net_kwh, better) > 0
    assert margin_after(net_kwh, 0.3) > 0
    assert margin_after(0.0, worse) < 0
    assert margin_after(0.999 * net_kwh, worse) < 0
    assert margin_after(0.0, better) == 0  # its bid was good for the others, and yet there was nobody for it
    assert margin_after(0.0, None) < 0  # nobody ever traded


def test_zip_homes_differ_and_a_home_has_a_margin_for_each_side():
    memory = no_memory(300)
    ask(ZIP, [1.0] * 300, memory=memory)
    for column, low, high in ((MARGIN, 0.05, 0.35), (MARGIN + 1, 0.05, 0.35), (RATE, 0.1, 0.5), (WEIGHT, 0, 0.1)):
        drawn = memory[:, column]
        assert len(set(drawn.tolist())) == 300
        assert low <= drawn.min() < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < drawn.max() <= high
    before = memory[:, MARGIN + 1].copy()
    ended(memory, [1.0] * 300, [0.3] * 300, [0.0] * 300)
    ask(ZIP, [1.0] * 300, memory=memory)
    assert np.array_equal(memory[:, MARGIN + 1], before)


def test_sellers_that_find_nobody_give_in_and_so_do_buyers():
    for side, last in ((1.0, 0.2), (-1.0, 0.5)):
        alone = run(np.full((60, 10), side), bids={"strategy": ZIP}, market={"mechanism": "uniform-price"})
        mean = alone.flows.outputs.limit_price.mean(axis=1) * side
        assert np.all(np.diff(mean) <= 1e-15)
        assert mean[0] * side - last == pytest.approx(0.2 * 0.3 * side, abs=0.03)
        assert mean[-1] * side == pytest.approx(last, abs=1e-3)


def competitive(value, net_kwh):
    """Return the lowest and highest price at which as much is offered as is wanted, of orders of 1 kWh."""
    asks, bids = np.sort(value[net_kwh > 0]), np.sort(value[net_kwh < 0])[::-1]
    count = int((bids >= asks).sum())
    return max(asks[count - 1], bids[count]), min(bids[count - 1], asks[count])


@pytest.mark.parametrize("rule", ["uniform-price", "continuous-double-auction"])
@pytest.mark.parametrize("eager", [0, 1])
def test_a_market_of_zip_homes_moves_to_the_competitive_price(rule, eager):
    """From far off: at first one side wants nearly everything, the other gives in early."""
    net = np.tile([1.0] * 20 + [-1.0] * 20, (150, 1))
    grid, bids = {"import_price": 0.6, "export_price": 0.2}, {"strategy": ZIP, "spread": 1.0}
    plain = run(net, market={"mechanism": rule}, bids=bids, grid=grid, seed=3)
    memory = np.zeros_like(plain.state.memory)
    memory[:, MARKET_PRICE] = np.nan
    memory[:, [RATE, WEIGHT]] = plain.state.memory[:, [RATE, WEIGHT]]
    memory[:, MARGIN + eager], memory[:, MARGIN + 1 - eager] = 0.7, 0.05
    result = from_memory(plain, memory, ZIP)
    low, high = competitive(result.flows.outputs.value_price[0], net[0])
    price = result.steps["p2p_price"].drop_nulls().to_numpy()
    off = np.maximum(0.0, np.maximum(low - price, price - high))
    assert off[0] > 0.04
    assert off[-30:].mean() < 0.3 * off[0]


# --- linear-ramp ---


def waits(steps, outcomes, net_kwh=1.0, **parameters):
    """Return a home's bids: each outcome is how much of its energy it traded after the step."""
    memory, bids = no_memory(1), []
    for traded in outcomes:
        _, limit = ask(RAMP, [net_kwh], memory=memory, traits=[[0.5, 0.5]], steps=steps, **parameters)
        bids.append(float(limit[0]))
        ended(memory, [net_kwh], limit, [traded])
    return bids


def test_a_home_that_waits_reaches_its_value_after_so_many_steps_and_stays_there():
    assert waits(4, [0] * 6, start=0.0) == pytest.approx([0.5, 0.425, 0.35, 0.275, 0.2, 0.2])
    assert waits(4, [0] * 6, -1.0, start=0.0) == pytest.approx([0.2, 0.275, 0.35, 0.425, 0.5, 0.5])
    assert waits(2, [0] * 3, start=0.5) == pytest.approx([0.35, 0.275, 0.2])
    assert waits(3, [0] * 5, start=0.0, spread=1.0) == pytest.approx([0.5, 0.45, 0.4, 0.35, 0.35])
    assert waits(1, [0] * 3, start=1.0) == pytest.approx([0.2] * 3)


def test_a_home_that_is_served_in_full_starts_over_and_one_that_is_served_in_part_does_not():
    assert waits(4, [0, 0, 1.0, 0], start=0.0) == pytest.approx([0.5, 0.425, 0.35, 0.5])
    assert waits(4, [0, 0.9, 0.999, 0], start=0.0) == pytest.approx([0.5, 0.425, 0.35, 0.275])


def test_a_home_that_changes_sides_or_has_nothing_to_trade_starts_over():
    memory = no_memory(1)
    bids = []
    for net in (1.0, 1.0, -1.0, -1.0, 0.0, -1.0):
        _, limit = ask(RAMP, [net], memory=memory, steps=4, start=0.0)
        bids.append(float(limit[0]))
        ended(memory, [net], limit, [0.0])
    assert bids == pytest.approx([0.5, 0.425, 0.2, 0.275, 0.5, 0.2])


def test_two_homes_that_meet_on_the_ramp_trade_as_soon_as_their_bids_cross():
    net = [[1.0, -1.0]] * 6
    ramp = {"strategy": RAMP, "steps": 4, "start": 0.0}
    result = run(net, bids=ramp, market={"mechanism": "uniform-price"})
    assert result.trades["step"].to_list() == [2, 5]
    assert result.trades["buyer_price"].to_list() == pytest.approx([0.35, 0.35])


# --- what homes remember ---


@pytest.mark.parametrize("rule", ["continuous-double-auction", "vcg"])
def test_homes_remember_the_last_step_and_the_mean_price_before_the_network_charge(rule):
    """Between what buyers pay and sellers get, by energy; it is kept when a step has no trades."""
    net = [[2.0, 1.0, -1.0, -1.5, -3.0]] * 3 + [[1.0] * 5]
    grid = {"import_price": 0.9, "export_price": 0.1, "network_charge": 0.1}
    result = run(net, bids={"strategy": ZIP, "spread": 0.6}, market={"mechanism": rule}, grid=grid, seed=4)
    assert result.trades["step"].max() == 2
    last = result.trades.filter(result.trades["step"] == 2)
    price = (last["kwh"] * (last["buyer_price"] - 0.1 + last["seller_price"]) / 2).sum() / last["kwh"].sum()
    memory, out = result.state.memory, result.flows.outputs
    assert memory[:, MARKET_PRICE].tolist() == pytest.approx([price] * 5)
    assert memory[:, LAST_NET_KWH].tolist() == [1.0] * 5
    assert memory[:, LAST_LIMIT].tolist() == out.limit_price[-1].tolist()
    two = cut_in_two(result, 3)[0].state.memory
    assert two[:, LAST_TRADED_KWH].tolist() == out.traded_kwh[2].tolist()
    assert two[:, MARKET_PRICE].tolist() == memory[:, MARKET_PRICE].tolist()


# --- state in and out ---

NIGHTS = {
    "steps": 48, "market.mechanism": "continuous-double-auction", "battery.reserve_price": 0.3,
    "grid.network_charge": 0.02,
}  # fmt: skip


def whole(strategy, rule="continuous-double-auction", **more):
    chosen = {"market.mechanism": rule, "bids.strategy": strategy, "bids.spread": 0.4}
    return simulate(load_scenario("paper", NIGHTS | chosen | more))


def same_run(parts, run_of_all):
    out = run_of_all.flows.outputs
    for name in ("limit_price", "value_price", "traded_kwh", "soc_kwh"):
        joined = np.concatenate([getattr(one.flows.outputs, name) for one in parts])
        assert np.array_equal(joined, getattr(out, name)), name
    assert run_of_all.flows.trades.tolist() == [row for one in parts for row in one.flows.trades.tolist()]
    assert np.array_equal(parts[-1].state.memory, run_of_all.state.memory, equal_nan=True)
    assert parts[-1].state.bid_rng == run_of_all.state.bid_rng
    assert parts[-1].state.rng == run_of_all.state.rng


@pytest.mark.parametrize("strategy", OWN_VALUES)
@pytest.mark.parametrize("cut", [1, 20, 47])
def test_a_run_cut_in_two_is_the_whole_run(strategy, cut):
    run_of_all = whole(strategy)
    parts = cut_in_two(run_of_all, cut)
    same_run(parts, run_of_all)


def test_what_homes_learned_counts_in_the_second_part():
    """The check of the check: without the state the second part is another run."""
    run_of_all = whole(ZIP)
    one, two = cut_in_two(run_of_all, 20)
    start = type(one.state)(one.state.stored_kwh, one.state.ev_stored_kwh)
    fresh = simulate(two.scenario, profiles=two.flows.profiles, state=start)
    assert not np.array_equal(fresh.flows.outputs.limit_price, two.flows.outputs.limit_price)


def test_the_state_of_one_strategy_is_not_read_by_another():
    zips = whole(ZIP)
    fresh = whole(RAMP)
    after = simulate(fresh.scenario, profiles=fresh.flows.profiles, state=type(zips.state)(
        fresh.start.stored_kwh, fresh.start.ev_stored_kwh, memory=zips.state.memory, strategy=zips.state.strategy,
    ))  # fmt: skip
    assert zips.state.strategy == ZIP
    assert np.array_equal(after.flows.outputs.limit_price, fresh.flows.outputs.limit_price)


def test_a_state_is_not_changed_by_the_run_that_starts_from_it():
    one, _ = cut_in_two(whole(ZIP), 20)
    before = one.state.memory.copy()
    simulate(one.scenario, profiles=one.flows.profiles, state=one.state)
    assert np.array_equal(one.state.memory, before, equal_nan=True)


@pytest.mark.parametrize("strategy", OWN_VALUES)
def test_room_for_trades_changes_nothing(strategy, monkeypatch):
    one = whole(strategy)
    monkeypatch.setattr("jiran.simulation.loop._FIRST_TRADES", 20 * one.community.size)
    same_run([whole(strategy)], one)


# --- plain Python ---


@pytest.fixture
def plain(tmp_path):
    """Write a rule and a strategy in plain Python that do what compiled ones do."""

    def write(strategy):
        rule_file, bids_file = tmp_path / "plain_rule.py", tmp_path / f"{strategy.replace('-', '_')}_plain.py"
        rule_file.write_text(
            "from jiran.market import find, mechanism\n"
            "@mechanism('plain', compiled=False)\n"
            "def plain(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
            "    rule = find('continuous-double-auction')\n"
            "    numbers = rule.numbers(rule.values({}))\n"
            "    return rule.code(net_kwh, limit_price, import_price, export_price, numbers, rng, trades)\n"
        )
        bids_file.write_text(
            f"{HEAD}KNOWN = find({strategy!r})\n"
            "@strategy('plain-' + KNOWN.name, compiled=False, learns=KNOWN.learns, **KNOWN.parameters)\n"
            f"def bids{SIGNATURE}"
            "    KNOWN.function(net_kwh, floor_price, cap_price, traits, parameters, rng, memory, value_price,\n"
            "                   limit_price)\n"
        )
        return str(rule_file), str(bids_file)

    return write


@pytest.mark.parametrize("strategy", OWN_VALUES)
def test_rules_and_strategies_in_plain_python_give_what_the_compiled_ones_give(strategy, plain):
    compiled = whole(strategy)
    rule, bids = plain(strategy)
    for other in (whole(strategy, rule=rule), whole(bids), whole(bids, rule=rule)):
        assert other.flows.trades.size == compiled.flows.trades.size > 20
        for name in ("seller", "buyer"):
            assert np.array_equal(other.flows.trades[name], compiled.flows.trades[name])
        for name in ("limit_price", "value_price", "traded_kwh"):
            one, two = getattr(other.flows.outputs, name), getattr(compiled.flows.outputs, name)
            np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("strategy", LEARNERS)
def test_a_run_in_plain_python_can_be_cut_in_two(strategy, plain):
    rule, _ = plain(strategy)
    run_of_all = whole(strategy, rule=rule)
    same_run(cut_in_two(run_of_all, 20), run_of_all)


@given(number(0, 1), st.integers(1, 30))
def test_a_learned_margin_is_a_share_of_the_window_whatever_the_tariff(spread, steps):
    """Twice the prices are twice the bids: nothing of what is learned is an amount of money."""
    rng = np.random.default_rng(steps)
    net = rng.choice([-1.0, 1.0], (steps, 6))
    chosen = {"bids": {"strategy": ZIP, "spread": spread}, "market": {"mechanism": "uniform-price"}}
    one = run(net, **chosen, grid={"import_price": 0.5, "export_price": 0.25})
    two = simulate(changed(one.scenario, grid={"import_price": 1.0, "export_price": 0.5}), profiles=one.flows.profiles)
    np.testing.assert_allclose(two.flows.outputs.limit_price, 2 * one.flows.outputs.limit_price, rtol=1e-9)


@pytest.mark.parametrize("learner", LEARNERS)
def test_homes_learn_beside_one_that_has_no_order(learner):
    """The others' memory is picked for the step and written back; who has no order remembers nothing."""
    net = np.array([[1.0, 0.0, -2.0], [-0.5, 0.0, 0.25]])
    memory = run(net, bids={"strategy": learner}).state.memory  # all orders trade, whatever is bid
    assert memory[[0, 2], LAST_NET_KWH].tolist() == [-0.5, 0.25]
    assert memory[[0, 2], LAST_TRADED_KWH].tolist() == pytest.approx([-0.25, 0.25])
    assert memory[1, LAST_NET_KWH] == 0.0
