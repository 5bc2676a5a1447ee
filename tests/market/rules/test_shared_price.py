from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiran
from jiran import clear
from jiran.nothing import NOTHING_KWH
from strategies import BOOKS, PRICE, number, run

RULES = ("mid-market-rate", "supply-demand-ratio")
FULL_VOLUME = ("grid-fraction", *RULES, "nash-bargaining", "shapley", "nucleolus")


def sdr(net_kwh, import_price, export_price):
    """Return the published selling price and average buying price of Liu et al. 2017."""
    ratio = sum(max(net, 0) for net in net_kwh) / -sum(min(net, 0) for net in net_kwh)
    if ratio > 1:
        return export_price, export_price
    sell = export_price * import_price / ((import_price - export_price) * ratio + export_price)
    return sell, sell * ratio + import_price * (1 - ratio)


def bills(net_kwh, rule):
    """Return what each home pays for a kWh that it needs, or gets for one that it has, grid and neighbours together."""
    result = run([net_kwh], market={"mechanism": rule}, grid={"import_price": 0.5, "export_price": 0.2})
    return (result.homes["cost"].to_numpy() / -np.array(net_kwh)).tolist()


def test_liu_2017_figure_5_is_one_point():
    ratio = (0.4 / 0.5498 - 0.4) / 0.6
    trade = clear([ratio, -1], "supply-demand-ratio", import_price=1, export_price=0.4)
    assert trade.seller_price == pytest.approx([0.5498], abs=1e-12)
    assert trade.paid.sum() + (1 - ratio) * 1 == pytest.approx(0.7543, abs=1e-4)


@pytest.mark.parametrize("net_kwh", [[3, 1, -2, -6], [1, -4], [3, 2, -5]])
def test_bills_show_the_published_averages_when_supply_is_short(net_kwh):
    surplus, deficit = sum(max(net, 0) for net in net_kwh), -sum(min(net, 0) for net in net_kwh)
    sell, buy = sdr(net_kwh, 0.5, 0.2)
    middle = (surplus * 0.35 + (deficit - surplus) * 0.5) / deficit
    assert bills(net_kwh, "mid-market-rate") == pytest.approx([0.35 if net > 0 else middle for net in net_kwh])
    assert bills(net_kwh, "supply-demand-ratio") == pytest.approx([sell if net > 0 else buy for net in net_kwh])


@pytest.mark.parametrize("net_kwh", [[6, 2, -1, -3], [4, -1], [5, -3, -2]])
def test_bills_show_the_published_averages_when_demand_is_short(net_kwh):
    surplus, deficit = sum(max(net, 0) for net in net_kwh), -sum(min(net, 0) for net in net_kwh)
    middle = (deficit * 0.35 + (surplus - deficit) * 0.2) / surplus
    assert bills(net_kwh, "mid-market-rate") == pytest.approx([middle if net > 0 else 0.35 for net in net_kwh])
    assert bills(net_kwh, "supply-demand-ratio") == pytest.approx([0.2] * len(net_kwh))


def test_the_community_pays_the_same_under_every_balanced_rule_that_clears_the_full_volume():
    costs = [
        jiran.simulate(jiran.load_scenario("paper", {"market.mechanism": rule})).kpis["cost"] for rule in FULL_VOLUME
    ]
    assert costs == pytest.approx([costs[0]] * len(costs), abs=1e-9)
    nearly = jiran.simulate(
        jiran.load_scenario("paper", {"market.mechanism": "consensus", "market.tolerance": 1e-6})
    ).kpis["cost"]
    assert nearly == pytest.approx(costs[0], abs=1e-4)


@given(BOOKS, number(0, 1), number(0, 1), st.sampled_from(RULES))
def test_the_price_lies_between_the_grids_and_the_full_volume_is_traded_pro_rata(net_kwh, one, other, rule):
    export_price, import_price = sorted([one, other])
    result = clear(net_kwh, rule, import_price=import_price, export_price=export_price)
    net = np.where(np.abs(net_kwh) > NOTHING_KWH, net_kwh, 0.0)
    surplus, deficit = np.maximum(net, 0).sum(), np.maximum(-net, 0).sum()
    assert np.all((result.buyer_price >= export_price) & (result.buyer_price <= import_price))
    assert len(set(result.buyer_price.tolist())) <= 1
    assert result.kwh.sum() == pytest.approx(min(surplus, deficit), abs=2 * NOTHING_KWH * net.size)
    if min(surplus, deficit) > 0:
        share = min(surplus, deficit) / np.where(net > 0, surplus, deficit)
        assert result.sold - result.bought == pytest.approx(net * share, rel=1e-9, abs=NOTHING_KWH * net.size)


@given(st.lists(number(0.01, 3), min_size=2, max_size=9), number(0.01, 1), number(0.01, 1))
def test_the_sdr_price_falls_as_the_ratio_grows(ratios, one, other):
    export_price, import_price = sorted([one, other])
    prices = [
        clear([ratio, -1], "supply-demand-ratio", import_price=import_price, export_price=export_price).buyer_price[0]
        for ratio in sorted(ratios)
    ]
    assert np.all(np.diff(prices) <= 1e-15)


@given(st.data(), BOOKS, number(0, 1), number(0, 1), st.sampled_from(RULES))
def test_nobody_trades_beyond_its_limit_and_money_balances(data, net_kwh, one, other, rule):
    export_price, import_price = sorted([one, other])
    limit = np.array(data.draw(st.lists(PRICE, min_size=len(net_kwh), max_size=len(net_kwh))))
    result = clear(net_kwh, rule, import_price=import_price, export_price=export_price, limit_price=limit)
    assert np.all(result.buyer_price <= limit[result.buyer])
    assert np.all(result.seller_price >= limit[result.seller])
    assert np.array_equal(result.buyer_price, result.seller_price)


@given(st.data(), BOOKS, st.sampled_from(RULES))
def test_the_order_of_homes_does_not_matter(data, net_kwh, rule):
    order = np.array(data.draw(st.permutations(range(len(net_kwh)))))
    first = clear(net_kwh, rule, import_price=0.5, export_price=0.2)
    second = clear(np.array(net_kwh)[order], rule, import_price=0.5, export_price=0.2)
    assert second.paid - second.received == pytest.approx((first.paid - first.received)[order], abs=1e-8)


def test_an_order_that_refuses_the_price_leaves_its_place_to_the_others():
    result = clear([1, -1, -1], "mid-market-rate", import_price=0.5, export_price=0.2, limit_price=[0.2, 0.3, 0.5])
    assert result.bought.tolist() == [0, 0, 1]


def test_a_network_charge_above_the_gain_ends_the_trade():
    result = run(
        [[1, -1]],
        market={"mechanism": "mid-market-rate"},
        grid={"import_price": 0.5, "export_price": 0.2, "network_charge": 0.16},
    )
    assert result.kpis["p2p_kwh"] == 0


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("import_price", "export_price", "price"),
    [(0.3, 0.3, 0.3), (0, 0, 0), (0.2, 0.3, None)],
    ids=["net metering", "free", "export above import"],
)
def test_a_closed_window(rule, import_price, export_price, price):
    result = clear([1, -2], rule, import_price=import_price, export_price=export_price)
    assert result.buyer_price.tolist() == ([] if price is None else [price])


@pytest.mark.parametrize(
    ("export_price", "expected"),
    [pytest.param(0.0, [0.0], id="worth nothing"), pytest.param(-0.1, [], id="costs money")],
)
def test_sdr_with_an_export_that_earns_nothing(export_price, expected):
    result = clear([1, -2], "supply-demand-ratio", import_price=0.5, export_price=export_price)
    assert result.buyer_price.tolist() == expected


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("net_kwh", [[], [0.0], [1, 2], [-1, 0], [1e-13, -1e-13], [1e-320, -1]])
def test_books_without_a_trade(rule, net_kwh):
    assert clear(net_kwh, rule, import_price=0.5, export_price=0.2).kwh.size == 0


def test_a_seller_gains_by_understating_under_sdr_and_not_under_mmr():
    def received(offered, rule):
        return clear([offered, -2], rule, import_price=0.5, export_price=0.2).received[0] + (2 - offered) * 0.2

    assert received(1, "supply-demand-ratio") > received(2, "supply-demand-ratio")
    assert received(1, "mid-market-rate") < received(2, "mid-market-rate")
