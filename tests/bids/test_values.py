"""Bids of every strategy: between value and the grid's other price, and values that are the home's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidding import ALL, OWN_VALUES, ask, ended, no_memory
from jiran import load_scenario, simulate
from strategies import BOOKS, PRICE, changed, number, run

EPS = 1e-12

#: The paper's homes with an auction.
AUCTION = {"market.mechanism": "uniform-price"}


def bidding(strategy, **more):
    return simulate(load_scenario("paper", AUCTION | {"bids.strategy": strategy} | more))


def parameters(strategy, spread):
    return {"spread": spread} if strategy in OWN_VALUES else {}


@pytest.mark.parametrize("strategy", ALL)
@given(st.data(), BOOKS, number(0, 1))
def test_bids_lie_between_the_value_and_the_grids_other_price(strategy, data, net_kwh, spread):
    """Whatever happened before, and whatever the tariff does from step to step."""
    net, memory, rng = np.array(net_kwh), no_memory(len(net_kwh)), np.random.default_rng(3)
    for floor, cap in data.draw(st.lists(st.tuples(PRICE, PRICE), min_size=1, max_size=6)):
        value, limit = ask(strategy, net, floor, cap, memory=memory, rng=rng, **parameters(strategy, spread))
        tariff = np.where(net < 0.0, cap, floor)
        if cap > floor:
            assert np.all((value >= floor - EPS) & (value <= cap + EPS))
            assert np.all(np.where(net < 0.0, value - limit, limit - value) >= -EPS)
            assert np.all((limit >= floor - EPS) & (limit <= cap + EPS))
        else:
            assert value.tolist() == limit.tolist() == tariff.tolist()
        served = data.draw(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=net.size, max_size=net.size))
        ended(memory, net, limit, net * served, data.draw(st.one_of(st.none(), PRICE)))
        net = net[::-1].copy()


@pytest.mark.parametrize("strategy", OWN_VALUES)
@given(PRICE, number(0.001, 1), number(0, 1))
def test_values_lie_as_far_in_the_window_as_the_home_drew(strategy, floor, window, spread):
    traits = [[0.25, 0.9], [0.9, 0.25], [0.0, 0.0], [1.0, 1.0]]
    value, _ = ask(strategy, [-1, 1, -2, 0], floor, floor + window, traits=traits, spread=spread)
    ways = [1 - 0.25 * spread, 0.25 * spread, 1, spread]
    assert value == pytest.approx([floor + way * window for way in ways], abs=EPS)


def test_truthful_homes_bid_their_value():
    value, limit = ask("truthful", [1, -1, 2, -2])
    assert limit.tolist() == value.tolist()
    assert len(set(value.tolist())) == 4


def test_zero_intelligence_draws_a_new_price_in_every_step_over_the_whole_of_what_it_may_bid():
    net, rng = [1.0] * 200 + [-1.0] * 200, np.random.default_rng(5)
    traits = np.full((400, 2), 0.5)
    (value, one), (_, two) = (ask("zero-intelligence", net, 0.2, 0.6, traits=traits, rng=rng, spread=1) for _ in "12")
    assert value.tolist() == pytest.approx([0.4] * 400)
    assert not np.any(one == two)
    for bids, low, high in ((one[:200], 0.4, 0.6), (one[200:], 0.2, 0.4)):
        tenths = np.histogram(bids, bins=10, range=(low, high))[0]
        assert tenths.sum() == 200
        assert tenths.min() >= 8


def test_what_zero_intelligence_bids_does_not_hang_on_who_else_has_an_order():
    _, idle = ask("zero-intelligence", [0.0, 1.0, -1.0, 2.0])
    _, busy = ask("zero-intelligence", [-5.0, 1.0, -1.0, 2.0])
    assert idle[1:].tolist() == busy[1:].tolist()


# --- in a run ---


@pytest.mark.parametrize("rule", ["uniform-price", "mid-market-rate", "vcg"])
def test_truthful_homes_whose_values_do_not_differ_are_price_takers(rule):
    same, takers = (
        bidding(name, **{"market.mechanism": rule} | more)
        for name, more in (("truthful", {"bids.spread": 0}), ("price-taker", {}))
    )
    assert same.digest == takers.digest
    assert takers.flows.outputs.limit_price.shape[0] == 0


def in_window(result):
    """Return how far a home's value is from the tariff, as a share of the window, by step and home."""
    price, charge = result.prices, result.scenario.grid.network_charge
    buys = result.flows.orders_between(0, result.timeline.steps) < 0.0
    cap = (price.grid_import - charge)[:, None]
    tariff = np.where(buys, cap, price.grid_export[:, None])
    return np.abs(result.flows.outputs.value_price - tariff) / (cap - price.grid_export[:, None]), buys


@pytest.mark.parametrize("strategy", OWN_VALUES)
def test_a_home_draws_its_value_once_as_buyer_and_once_as_seller_for_all_steps_and_tariffs(strategy):
    tariff = {"grid.import_price": [0.4] * 8 + [0.6] * 16, "grid.network_charge": 0.05, "bids.spread": 0.5}
    result = bidding(strategy, **tariff)
    share, buys = in_window(result)
    drawn = []
    for home in range(share.shape[1]):
        for side in (buys[:, home], ~buys[:, home]):
            if side.any():
                assert np.ptp(share[side, home]) < 1e-9
                drawn.append(share[side, home][0])
    assert len({round(value, 9) for value in drawn}) == len(drawn) > 12
    assert 0.0 <= min(drawn) < 0.1
    assert 0.4 < max(drawn) <= 0.5


def test_what_kwh_are_worth_is_drawn_by_the_seed_and_by_nothing_else():
    one = bidding("truthful").flows.outputs.value_price
    again = bidding("zero-intelligence", **{"bids.spread": 1, "market.mechanism": "vcg"}).flows.outputs.value_price
    other = bidding("truthful", seed=2).flows.outputs.value_price
    assert np.array_equal(one, again)
    assert not np.any(np.isclose(one, other, rtol=0, atol=1e-9).all(axis=0))


@pytest.mark.parametrize("strategy", ["truthful"])
def test_a_new_home_leaves_the_values_of_the_others_as_they_were(strategy):
    one = bidding(strategy)
    people = one.scenario.homes.model_dump(exclude_none=True)
    groups = [{"kind": "solar", "count": 2}, *people["groups"]]
    two = simulate(changed(one.scenario, homes={"groups": groups, "single": [{"id": "new", "kind": "normal"}]}))
    places = [two.community.ids.index(name) for name in one.community.ids]
    assert places != list(range(len(places))) or two.community.size > one.community.size
    assert np.array_equal(one.flows.outputs.value_price, two.flows.outputs.value_price[:, places])


@pytest.mark.parametrize("rule", ["grid-fraction", "random-p2p", "trade-reduction", "grid-only"])
def test_the_market_rule_does_not_change_what_zero_intelligence_draws(rule):
    bids = [
        bidding("zero-intelligence", **{"market.mechanism": name}).flows.outputs.limit_price
        for name in ("uniform-price", rule)
    ]
    assert np.array_equal(*bids)


@pytest.mark.parametrize("strategy", OWN_VALUES)
def test_nobody_trades_at_a_price_worse_than_its_bid_and_the_bid_is_no_worse_than_the_value(strategy):
    result = bidding(strategy, **{"bids.spread": 0.7, "grid.network_charge": 0.03})
    out, trades = result.flows.outputs, result.flows.trades
    step = result.trades["step"].to_numpy()
    assert trades.size > 5
    bid, asked = out.limit_price[step, trades["buyer"]], out.limit_price[step, trades["seller"]]
    assert np.all(trades["buyer_price"] - 0.03 <= bid + EPS)
    assert np.all(trades["seller_price"] >= asked - EPS)
    assert np.all(bid <= out.value_price[step, trades["buyer"]] + EPS)
    assert np.all(asked >= out.value_price[step, trades["seller"]] - EPS)


@pytest.mark.parametrize("strategy", OWN_VALUES)
def test_the_same_seed_gives_the_same_bids_and_another_seed_others(strategy):
    one, two, other = (bidding(strategy, seed=seed, **{"bids.spread": 0.5}) for seed in (7, 7, 8))
    assert one.digest == two.digest
    assert np.array_equal(one.flows.outputs.limit_price, two.flows.outputs.limit_price)
    assert not np.array_equal(one.flows.outputs.limit_price, other.flows.outputs.limit_price)


def test_homes_that_all_bid_the_tariff_are_told_so_under_an_auction_and_only_there():
    alike = [run([[1.0, -1.0]], market={"mechanism": rule}).warnings for rule in ("vcg", "mid-market-rate")]
    assert [len(warnings) for warnings in alike] == [1, 0]
    assert "vcg works by bids, but with price-taker all homes bid the tariff" in alike[0][0]
    assert run([[1.0, -1.0]], market={"mechanism": "vcg"}, bids={"strategy": "truthful"}).warnings == ()
