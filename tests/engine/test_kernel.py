from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from jiran import load_scenario, simulate
from jiran.control import storage
from jiran.engine import kernel, street
from strategies import run, scenarios

PLAIN = """
from jiran.market import mechanism, Parameter
from jiran.market.matching import record

@mechanism("plain", compiled=False, fraction=Parameter(0.8, "alpha", gt=0, lt=1))
def plain(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
    offered, wanted = net_kwh.clip(min=0.0), (-net_kwh).clip(min=0.0)
    price, count = parameters[0] * import_price, 0
    for seller in range(net_kwh.size):
        for buyer in range(net_kwh.size):
            kwh = min(offered[seller], wanted[buyer])
            if kwh > 0.0:
                count = record(trades, count, seller, buyer, kwh, price, price)
                offered[seller] -= kwh
                wanted[buyer] -= kwh
    return count
"""


@pytest.fixture(scope="module")
def plain_rule(tmp_path_factory):
    path = tmp_path_factory.mktemp("rules") / "plain.py"
    path.write_text(PLAIN)
    return str(path)


def in_plain_python(scenario, rule):
    """Run the same lines of the kernel without any compiler."""
    market = {"mechanism": rule, "fraction": scenario.market.parameters["fraction"]}
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "use_own",
            "own_use",
            "offer",
            "_value_at_tariff",
            "_keep_bids",
            "_book",
            "_remember",
            "lend",
            "count_orders",
            "homes_with_order",
            "pick",
            "put",
            "to_homes",
        ):
            patch.setattr(kernel, name, getattr(kernel, name).py_func)
        for name in ("charge", "discharge"):
            patch.setattr(street, name, getattr(storage, name).py_func)
        patch.setattr(street, "left_over", street.left_over.py_func)
        return simulate(scenario.model_validate({**scenario.model_dump(exclude_none=True), "market": market}))


@pytest.mark.compiled
@settings(max_examples=25)
@given(scenarios(market={"fraction": 0.8}))
def test_the_compiled_kernel_and_plain_python_give_the_same_trades_and_states(plain_rule, scenario):
    compiled, plain = simulate(scenario), in_plain_python(scenario, plain_rule)
    assert compiled.trades.equals(plain.trades)
    for name in ("soc_kwh", "ev_stored_kwh", "ev_supplied_kwh", "charge_share", "draw_share"):
        np.testing.assert_allclose(
            getattr(compiled.flows.outputs, name), getattr(plain.flows.outputs, name), rtol=1e-12, atol=1e-12
        )


def test_a_rule_in_plain_python_gives_what_the_compiled_rule_gives(plain_rule):
    compiled = simulate(load_scenario("paper"))
    plain = simulate(load_scenario("paper", {"market.mechanism": plain_rule}))
    assert plain.digest == compiled.digest


def test_own_generation_is_used_before_anything_is_sold():
    scenario = load_scenario("paper")
    flows = simulate(scenario).flows
    own = np.minimum(flows["generation_kwh"], flows["load_kwh"] + flows["ev_kwh"])
    assert np.all(flows["p2p_sold_kwh"] + flows["grid_export_kwh"] <= flows["generation_kwh"] - own + 1e-12)


def test_surplus_goes_to_neighbours_then_to_the_battery_then_to_the_grid():
    flows = run([[10.0, -2.0]], battery={"capacity_kwh": 3, "charge_kw": 9}).flows
    order = ("p2p_sold_kwh", "battery_charged_kwh", "grid_export_kwh")
    assert [flows[name][0, 0] for name in order] == [2.0, 3.0, 5.0]


def test_deficit_comes_from_neighbours_then_from_the_battery_then_from_the_grid():
    flows = run([[-10.0, 2.0]], battery={"capacity_kwh": 3, "discharge_kw": 9, "start_soc": 1}).flows
    order = ("p2p_bought_kwh", "battery_drawn_kwh", "grid_import_kwh")
    assert [flows[name][0, 0] for name in order] == [2.0, 3.0, 5.0]


def test_power_limits_count_for_the_length_of_the_step():
    battery = {"capacity_kwh": 30, "charge_kw": 8, "discharge_kw": 4}
    steps = run([[9.0], [-9.0]], battery=battery, step_minutes=15).steps
    assert steps["battery_charge_kwh"].to_list() == [2.0, 0.0]
    assert steps["battery_discharge_kwh"].to_list() == [0.0, 1.0]


def test_homes_share_the_battery_in_proportion_to_what_they_have_left():
    flows = run([[6.0, 2.0, 0.0]], battery={"capacity_kwh": 4, "charge_kw": 9}).flows
    assert flows["battery_charged_kwh"][0].tolist() == [3.0, 1.0, 0.0]


def test_without_a_market_the_larger_side_has_the_battery():
    alone = {"mechanism": "grid-only"}
    battery = {"capacity_kwh": 4, "charge_kw": 9, "discharge_kw": 9, "start_soc": 0.5}
    charging = run([[3.0, -2.9]], battery=battery, market=alone).flows
    giving = run([[2.9, -3.0]], battery=battery, market=alone).flows
    assert (charging["battery_charged_kwh"][0, 0], charging["battery_drawn_kwh"][0, 1]) == (2.0, 0.0)
    assert (giving["battery_charged_kwh"][0, 0], giving["battery_drawn_kwh"][0, 1]) == (0.0, 2.0)


def evening(**supply):
    """Run an evening at 18:00 in which only an EV home and a normal home are there."""
    table = {"enabled": True, "capacity_kwh": 40, "reserve_soc": 0.3, "departure_soc": 0.8, "trip_kwh": 0, **supply}
    people = {"single": [{"id": "E", "kind": "ev"}, {"id": "N", "kind": "normal"}]}
    return simulate(
        load_scenario(
            "paper",
            {
                "homes": people, "start": "2026-03-21T18:00:00", "steps": 6, "battery.capacity_kwh": 0, "ev.supply": table,
                "load.low_kw": 1.0, "load.high_kw": 1.0, "load.evening_factor": 1.0, "ev.kw": 4.0,
            },
        )
    )  # fmt: skip


def test_an_ev_supplies_its_own_home_and_then_its_neighbours():
    result = evening(discharge_efficiency=0.5)
    out = result.flows.outputs
    assert out.ev_supplied_kwh[:, 0].tolist() == pytest.approx([2, 2, 2, 2, 0, 0], abs=1e-12)
    assert out.ev_lent_kwh[:, 0].tolist() == pytest.approx([1, 1, 1, 1, 0, 0], abs=1e-12)
    assert out.ev_stored_kwh[:4, 0].tolist() == pytest.approx([28, 24, 20, 16], abs=1e-12)
    assert result.trades["seller"].to_list() == ["E"] * 4


def test_an_ev_stops_to_supply_at_its_reserve():
    out = evening(discharge_efficiency=1.0, reserve_soc=0.75).flows.outputs
    assert out.ev_supplied_kwh[:, 0].tolist() == pytest.approx([2, 0, 0, 0, 0, 0], abs=1e-12)


def test_what_an_ev_offers_and_nobody_buys_is_not_exported():
    flows = evening().flows
    assert not flows["grid_export_kwh"].any()


def test_each_step_says_where_in_the_run_it_is(monkeypatch, plain_rule):
    told = []
    monkeypatch.setattr(kernel, "begin", lambda done, part: told.append((done, part)))
    simulate(load_scenario("paper", {"market.mechanism": plain_rule, "steps": 4}))
    assert told[-4:] == [(step / 4, 1 / 4) for step in range(4)]


def test_homes_without_an_order_leave_what_the_others_bid_as_it_is():
    """What a home bids by chance is its own draw: it is the same beside two homes with an order and two without."""
    fields = {"bids": {"strategy": "truthful"}, "market": {"mechanism": "uniform-price"}}
    all_four = run([[1.0, 3.0, -2.0, -1.0], [1.0, -1.0, 4.0, -1.0]], **fields).flows.outputs
    only_two = run([[0.0, 3.0, -2.0, 0.0], [0.0, -1.0, 4.0, 0.0]], **fields).flows.outputs
    for name in ("value_price", "limit_price"):
        among, alone = getattr(all_four, name), getattr(only_two, name)
        np.testing.assert_array_equal(alone[:, 1:3], among[:, 1:3])
        assert np.unique(alone[:, 1:3]).size == 4


@pytest.mark.parametrize("mechanism", ["grid-fraction", "uniform-price", "pay-as-bid"])
def test_a_trade_names_homes_by_their_place_in_the_list_also_beside_homes_without_an_order(mechanism):
    flows = run([[0.0, 3.0, 0.0, -2.0], [1.0, 0.0, -2.0, 0.0]], market={"mechanism": mechanism}).flows
    assert [(trade["seller"], trade["buyer"], trade["kwh"]) for trade in flows.trades] == [(1, 3, 2.0), (0, 2, 1.0)]
