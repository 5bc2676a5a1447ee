"""What is said of a market: gains against the best that its orders allowed, prices, and the indices, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidding import ALL, OWN_VALUES
from by_hand import cases, without_a_value
from jiran import load_scenario, simulate
from jiran.judge import judgement
from jiran.judge.judgement import FIGURES, JUDGEMENT, judge, welfare_of_run
from jiran.judge.optimum import community_optimum
from jiran.market import find, mechanisms
from jiran.market.welfare import highest_welfare, highest_welfare_by_step
from jiran.result.figures import KPIS
from jiran.result.limits import limits_between, values_between
from strategies import BOOKS, PRICE, changed, number, run, scenarios

RULES = tuple(mechanisms())
IR_RULES = tuple(name for name in RULES if "individually-rational" in find(name).properties)
CLOSE = 1e-9


def by_hand(result):
    """Return welfare and highest welfare, step by step and trade by trade."""
    out, scenario, flows, fleet = result.flows.outputs, result.scenario, result.flows, result.flows.fleet
    gained, possible = 0.0, 0.0
    place = {name: home for home, name in enumerate(result.community.ids)}
    kwh = {name: np.array(flows[name]) for name in flows}
    trades = result.trades.partition_by("step", as_dict=True)
    for step in range(scenario.steps):
        orders = [
            kwh["p2p_sold_kwh"][step, home] + kwh["battery_charged_kwh"][step, home] + kwh["grid_export_kwh"][step, home]
            - kwh["p2p_bought_kwh"][step, home] - kwh["battery_drawn_kwh"][step, home]
            - kwh["grid_import_kwh"][step, home]
            for home in range(result.community.size)
        ]  # fmt: skip
        for ev, home in enumerate(fleet.homes):
            orders[home] += out.ev_offered_kwh[step, ev] - out.ev_lent_kwh[step, ev]
        cap = result.prices.grid_import[step] - scenario.grid.network_charge
        values = [cap if order < 0 else result.prices.grid_export[step] for order in orders]
        if out.value_price.size:
            values = out.value_price[step].tolist()
        possible += highest_welfare(orders, values).welfare
        for seller, buyer, amount in (
            trades[(step,)].select("seller", "buyer", "kwh").rows() if (step,) in trades else ()
        ):
            gained += amount * (values[place[buyer]] - values[place[seller]])
    return gained, possible


@settings(max_examples=60)
@given(
    scenarios(), st.sampled_from(ALL), st.sampled_from(["uniform-price", "grid-fraction", "random-p2p", "bill-sharing"]),
    st.one_of(st.none(), PRICE),
)  # fmt: skip
def test_welfare_is_that_of_a_plain_loop_over_steps_and_trades(scenario, strategy, rule, reserve):
    fields = {"market": {"mechanism": rule}, "bids": {"strategy": strategy}}
    result = simulate(changed(scenario, **fields, ev__supply__reserve_price=reserve))
    expected = by_hand(result)
    size = max(1.0, *map(abs, expected))
    assert welfare_of_run(result) == pytest.approx(expected, abs=1e-9 * size)
    assert expected[0] <= expected[1] + 1e-9 * size


@given(st.lists(st.tuples(BOOKS, st.integers(0, 999)), min_size=1, max_size=4))
def test_the_highest_welfare_of_many_steps_is_that_of_each(books):
    homes = max(len(net) for net, _ in books)
    net = np.array([[*book, *[0.0] * (homes - len(book))] for book, _ in books])
    limit = np.array([np.random.default_rng(seed).choice([0.1, 0.2, 0.3, 0.3, -0.5, 0.9], homes) for _, seed in books])
    expected = [highest_welfare(*step).welfare for step in zip(net, limit, strict=True)]
    assert highest_welfare_by_step(net, limit) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_long_run_is_worked_on_in_blocks_that_change_nothing(monkeypatch):
    chosen = {"market.mechanism": "uniform-price", "bids.strategy": "zero-intelligence", "steps": 100}
    result = simulate(load_scenario("paper", chosen))
    whole = welfare_of_run(result)
    monkeypatch.setattr(judgement, "_BLOCK", 7 * result.community.size)
    assert welfare_of_run(result) == pytest.approx(whole, rel=1e-12)


# --- what was brought to the market ---

SPY = """
import numpy as np
from jiran.market import find, mechanism
SEEN = []
@mechanism("spy", compiled=False)
def spy(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
    SEEN.append((net_kwh.copy(), limit_price.copy()))
    return find("mid-market-rate").code(net_kwh, limit_price, import_price, export_price, parameters, rng, trades)
"""


@pytest.mark.parametrize("strategy", ALL)
def test_orders_and_limits_are_those_that_the_rule_saw(strategy, tmp_path):
    path = tmp_path / "spy.py"
    path.write_text(SPY)
    chosen = {
        "market.mechanism": str(path), "bids.strategy": strategy, "ev.supply.enabled": True, "steps": 40,
        "grid.network_charge": 0.05, "grid.import_price": [0.4] * 12 + [0.6] * 12,
    }  # fmt: skip
    result = simulate(load_scenario("paper", chosen))
    seen = find(str(path)).function.__globals__["SEEN"]
    orders, limits = (np.array(column) for column in zip(*seen, strict=True))
    assert np.allclose(result.flows.orders_between(0, 40), orders, rtol=0, atol=1e-12)
    assert np.allclose(result.flows.orders_between(13, 29), orders[13:29], rtol=0, atol=1e-12)
    there = np.abs(orders) > 1e-9
    assert np.array_equal(limits_between(result, 0, 40)[there], limits[there])
    assert np.array_equal(limits_between(result, 13, 29)[there[13:29]], limits[13:29][there[13:29]])
    if strategy in ("price-taker", "truthful"):
        assert np.array_equal(values_between(result, 5, 9)[there[5:9]], limits[5:9][there[5:9]])


# --- efficiency ---


@settings(max_examples=40)
@given(scenarios(market={"mechanism": "uniform-price"}, bids={"strategy": "truthful"}))
def test_a_uniform_price_among_truthful_homes_is_efficient(scenario):
    result = simulate(scenario)
    gained, possible = welfare_of_run(result)
    assert gained == pytest.approx(possible, rel=1e-7, abs=1e-8)
    assert judge(result)["efficiency"] in (None, pytest.approx(1.0, abs=1e-6 / max(possible, 1e-3)))


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_and_no_strategy_gains_more_than_there_is(rule):
    chosen = {"grid.network_charge": 0.04, "market.mechanism": rule}
    for strategy in ALL:
        result = simulate(load_scenario("paper", chosen | {"bids.strategy": strategy}))
        found = judge(result, community_optimum(result))
        assert found["efficiency"] <= 1.0 + CLOSE
        assert found["optimum_share"] <= 1.0 + CLOSE
        if rule in IR_RULES:
            assert found["efficiency"] >= -CLOSE
            assert found["welfare"] >= -CLOSE


@settings(max_examples=40)
@given(scenarios(), st.sampled_from(RULES), st.sampled_from(ALL))
def test_no_rule_reaches_more_than_the_optimum(scenario, rule, strategy):
    result = simulate(changed(scenario, market={"mechanism": rule}, bids={"strategy": strategy}))
    found = judge(result, community_optimum(result))
    share = found["optimum_share"]
    possible = found["cost_alone"] - found["cost_optimum"]
    assert share is None or share <= 1.0 + 1e-7 / possible
    assert list(found) == list(FIGURES) == [*KPIS, *JUDGEMENT]


# --- each figure, by hand ---

#: Bids: H1 asks 0.2, H2 asks 0.3, H3 pays up to 0.5, H4 up to 0.4; then H2 and H3 alone.
NET = [[1.0, 1.0, -2.0, -1.0], [0.0, 0.0, 0.0, 0.0], [0.0, 2.0, -1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
#: 2 and 1 kWh go into an empty battery; then home 1 needs 3 and 1 kWh, of which it gives 1 each, for it has no more power.
#: With foresight 2 kWh would have gone into it and 1 to the grid. The grid takes 0.5 and gives 0.2, as the battery does.
STORED = [[2.0, 1.0], [-3.0, 0.0], [-1.0, 0.0]]
#: Half of what the battery earns is each home's. Incomes, with the lowest moved up to 0.01, are 0.01 and 1.81.
FUND = (2 * 0.5 - 3 * 0.2) / 2
PAYS = [-2 * 0.2 + 4 * 0.5 - FUND, -1 * 0.2 - FUND]
ALONE, LEAST = 4 * 0.5 - 3 * 0.2, 2 * 0.5 - 1 * 0.2
INCOMES = 0.01, 0.01 + PAYS[0] - PAYS[1]
SIX = (
    (ALONE - sum(PAYS)) / (ALONE - LEAST), 1.0, 1 - 2 * (INCOMES[1] - INCOMES[0]) / (2 * 2 * sum(INCOMES)),
    1 - (0 + 2 + 0) / (4 + 3), 1 - (2 / (2 / 3)) / (3 / (7 / 3)), 1 - 2 / 4,
)  # fmt: skip

#: Figures of runs, worked out by hand.
WORKED = {
    "fee": {
        "efficiency": 2 / 3,
        "welfare": 2 * (0.5 - 0.2),
        "price_paid": (0.40 + 0.225 + 0.15) / 2,
        "price_received": (0.35 + 0.125 + 0.15) / 2,
        "price_spread": (1.5 * (0.45 - 0.25) + 0.5 * 0.0) / 2,
        "market_surplus": 0.05 + 0.5 * 0.2,
    },
    "stored": {
        "cost_optimum": LEAST,
        "cost_alone": ALONE,
        "optimum_share": (ALONE - 2 * 0.5) / (ALONE - LEAST),
        **dict(
            zip(
                (
                    "value_index", "participation_index", "equality_index",
                    "energy_balance_index", "power_flatness_index", "self_sufficiency_index",
                ),
                SIX,
                strict=True,
            )
        ),
        "overall_index": sum(SIX) / 6,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    battery = {"capacity_kwh": 9, "charge_kw": 9, "discharge_kw": 1}
    stored = run(STORED, battery=battery)
    with_fee = run(NET, market={"mechanism": fee(tmp_path_factory.mktemp("fee"))})
    return {"fee": judge(with_fee), "stored": judge(stored, community_optimum(stored))}


def test_every_judgement_has_a_value_worked_out_by_hand():
    assert not without_a_value(JUDGEMENT, WORKED), without_a_value(JUDGEMENT, WORKED)
    assert {name for figures in WORKED.values() for name in figures} == set(JUDGEMENT)


@pytest.mark.parametrize(("case", "name"), cases(WORKED))
def test_a_judgement_is_what_its_definition_says(worked, case, name):
    assert worked[case][name] == pytest.approx(WORKED[case][name], abs=1e-9)


def fee(tmp_path):
    path = tmp_path / "fee.py"
    path.write_text(
        "from jiran.market import mechanism\nfrom jiran.market.matching import record\n"
        "@mechanism('fee', compiled=False)\n"
        "def fee(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
        "    if net_kwh.size == 4:\n"
        "        count = record(trades, 0, 0, 2, 1.0, 0.40, 0.35)\n"
        "        return record(trades, count, 1, 3, 0.5, 0.45, 0.25)\n"
        "    return record(trades, 0, 0, 1, 0.5, 0.3, 0.3)\n"
    )
    return str(path)


def test_buyers_prices_hold_the_network_charge_and_the_gain_is_without_it(tmp_path):
    found = judge(run(NET, market={"mechanism": fee(tmp_path)}, grid__network_charge=0.02))
    assert found["price_paid"] == pytest.approx((0.40 + 0.225 + 0.15) / 2 + 0.02)
    assert found["price_received"] == pytest.approx((0.35 + 0.125 + 0.15) / 2)
    assert found["price_spread"] == pytest.approx((1.5 * 0.22 + 0.5 * 0.02) / 2)
    assert found["market_surplus"] == pytest.approx(0.15)
    assert found["welfare"] == pytest.approx(2.0 * (0.5 - 0.02 - 0.2))


# --- Zhou et al. 2018, by hand ---


def test_the_indices_of_two_homes_in_two_steps():
    """H1 has 3 kWh for H2's 1; then both need 2: the grid pays 0.2 and takes 0.5, neighbours agree on 0.35."""
    result = run([[3.0, -1.0], [-2.0, -2.0]], market={"mechanism": "mid-market-rate"})
    found = judge(result, community_optimum(result))
    alone, now = [-0.6 + 1.0, 0.5 + 1.0], [-0.35 - 0.4 + 1.0, 0.35 + 1.0]
    assert result.homes["cost"].to_list() == pytest.approx(now)
    assert found["cost_optimum"] == pytest.approx(1.6)
    assert found["value_index"] == pytest.approx((sum(alone) - sum(now)) / (sum(alone) - 1.6)) == pytest.approx(1.0)
    assert found["participation_index"] == 1.0
    low, high = 0.01, 0.01 + now[1] - now[0]
    assert found["equality_index"] == pytest.approx(1 - 2 * (high - low) / (2 * 2 * (high + low)))
    exchanged = [2.0, 4.0]
    assert found["energy_balance_index"] == pytest.approx(1 - sum(exchanged) / (5.0 + 3.0))
    assert found["self_sufficiency_index"] == pytest.approx(1 - 4.0 / 5.0)
    assert found["power_flatness_index"] == pytest.approx(0.0)
    six = ("value", "participation", "equality", "energy_balance", "power_flatness", "self_sufficiency")
    assert found["overall_index"] == pytest.approx(np.mean([found[f"{name}_index"] for name in six]))


def test_homes_alone_have_a_flatness_of_nothing():
    assert judge(run(STORED))["power_flatness_index"] == pytest.approx(0.0)


def test_homes_that_pay_more_than_alone_do_not_take_part():
    result = run([[1.0, -1.0, -1.0]], market={"mechanism": "bill-sharing"})
    assert judge(result)["participation_index"] == pytest.approx(2 / 3)


def test_a_battery_dearer_than_the_grid_keeps_homes_from_taking_part():
    battery = {"capacity_kwh": 9, "discharge_kw": 9, "start_soc": 1, "sell_price": 0.9, "fund_share": "keep"}
    result = run([[-1.0, 0.0]], battery=battery, market={"mechanism": "grid-only"})
    assert result.homes["saving"].to_list() == [0.0, 0.0]
    assert judge(result)["participation_index"] == 0.5


# --- what is undefined ---


def test_figures_that_need_the_optimum_are_none_without_it_and_the_others_are_there():
    found = judge(run([[3.0, -1.0], [-2.0, -2.0]]))
    needing = {"optimum_share", "cost_optimum", "cost_alone", "value_index", "overall_index"}
    assert {name for name in JUDGEMENT if found[name] is None} == needing


@pytest.mark.parametrize("strategy", ALL)
@pytest.mark.parametrize(
    ("net_kwh", "undefined"),
    [
        pytest.param(
            [[0.0, 0.0]], {"energy_balance_index", "power_flatness_index", "self_sufficiency_index"}, id="none"
        ),
        pytest.param([[-1.0, -2.0]], set(), id="all need"),
        pytest.param([[1.0, 2.0]], {"self_sufficiency_index"}, id="all have"),
    ],
)
def test_a_market_without_two_sides_has_no_efficiency_and_no_prices(strategy, net_kwh, undefined):
    result = run(net_kwh, bids={"strategy": strategy}, market={"mechanism": "uniform-price"})
    found = judge(result, community_optimum(result))
    always = {
        "efficiency",
        "price_paid",
        "price_received",
        "price_spread",
        "optimum_share",
        "value_index",
        "overall_index",
    }
    assert {name for name in JUDGEMENT if found[name] is None} == always | undefined
    assert found["welfare"] == 0.0
    assert found["market_surplus"] == 0.0


def test_a_rule_that_trades_nothing_reaches_nothing_of_what_there_is():
    found = judge(run([[1.0, -1.0]], market={"mechanism": "grid-only"}))
    assert (found["efficiency"], found["welfare"], found["price_paid"]) == (0.0, 0.0, None)


@given(st.sampled_from(OWN_VALUES), number(0, 1), number(0, 0.3))
def test_a_closed_window_leaves_nothing_to_gain(strategy, price, more):
    closed = {"import_price": price, "export_price": price + more}
    result = run([[1.0, -2.0]], bids={"strategy": strategy}, market={"mechanism": "uniform-price"}, grid=closed)
    assert judge(result)["efficiency"] is None
    assert welfare_of_run(result)[1] == 0.0
