from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran import clear, load_scenario, simulate
from jiran.market import find
from order_books import (
    BOOK,
    EXPORT,
    IMPORT,
    NOTES_KWH,
    NOTES_LIMITS,
    TRUTHFUL,
    best_lie,
    most_profitable_lie,
    optimum,
    rows,
    trade,
    traded,
)

PROMISE = ("huang", "muda", "trade-reduction", "vcg")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("trade-reduction", [(5, 0, 1, 90, 85)]),
        ("huang", [(5, 0, 1, 90, 85)]),
        ("mcafee", [(5, 0, 1, 87.5, 87.5), (6, 1, 1, 87.5, 87.5)]),
        ("vcg", [(5, 0, 1, 85, 90), (6, 1, 1, 85, 90)]),
    ],
)
def test_the_lecture_notes_double_auction(rule, expected):
    assert rows(trade(NOTES_KWH, rule, NOTES_LIMITS)) == expected


def test_vcg_runs_a_deficit_of_10_in_the_lecture_notes():
    result = trade(NOTES_KWH, "vcg", NOTES_LIMITS)
    assert (result.paid.sum(), result.received.sum()) == (170, 180)


@pytest.mark.parametrize("rule", PROMISE)
@pytest.mark.parametrize("unit", [True, False], ids=["orders of one size", "orders of any size"])
def test_no_lie_pays_under_a_rule_that_promises_to_be_truthful(rule, unit):
    assert "truthful" in find(rule).properties
    assert most_profitable_lie(rule, unit=unit, books=800, seed=2) < 1e-9


def test_mcafee_is_truthful_for_orders_of_one_size_only():
    assert "truthful" not in find("mcafee").properties
    assert most_profitable_lie("mcafee", unit=True, books=800, seed=2) < 1e-9
    assert most_profitable_lie("mcafee", unit=False, books=300, seed=2) > 0.1


def test_mcafee_s_smallest_profitable_lie_is_the_one_of_its_docstring():
    honest, lying = (
        clear([-2, 1, 1], "mcafee", import_price=6, export_price=0, limit_price=[bid, 0, 4]) for bid in (4, 3.5)
    )
    assert rows(honest) == []
    assert rows(lying) == [(1, 0, 1, 2, 2)]


def test_mcafee_lets_an_excluded_buyer_lower_the_price_that_it_set():
    net, values = np.array([-2.0, -1.0, 2.0, 1.0]), np.array([30.0, 29.0, 10.0, 31.0])
    assert set(trade(net, "mcafee", values).buyer_price) == {30.0}
    assert trade(net, "mcafee", [30, 31, 10, 31]).paid[1] == 15.5
    assert best_lie("mcafee", net, values, 1, [30.5]) == 13.5


@pytest.mark.parametrize("rule", TRUTHFUL)
def test_the_search_for_lies_finds_none_for_a_home_that_is_alone(rule):
    assert best_lie(rule, np.array([-1.0]), np.array([5.0]), 0, [0.0, 9.0]) == 0.0


def test_trade_reduction_rations_the_longer_side_pro_rata_and_huang_by_equal_cuts():
    net, limits = [-3, -1, -2, 2, 4], [90, 80, 70, 10, 20]
    reduced, cut = (trade(net, rule, limits) for rule in ("trade-reduction", "huang"))
    assert reduced.bought.tolist() == [1.5, 0.5, 0, 0, 0]
    assert cut.bought.tolist() == [2, 0, 0, 0, 0]
    for result in (reduced, cut):
        assert result.sold.tolist() == [0, 0, 0, 2, 0]
        assert (set(result.buyer_price), set(result.seller_price)) == ({70}, {20})


def test_huang_spreads_a_cut_that_is_more_than_an_order_over_the_others():
    # Sellers with 1, 4 and 6 kWh face buyers with 5 kWh: a cut of 2 would be even, but the first has only 1 to lose.
    result = trade([1, 4, 6, 3, -5, -9], "huang", [1, 2, 3, 10, 60, 50])
    assert result.sold.tolist() == [0, 1.5, 3.5, 0, 0, 0]
    assert result.bought.tolist() == [0, 0, 0, 0, 5, 0]


@pytest.mark.parametrize("rule", ["trade-reduction", "huang"])
@given(book=BOOK)
def test_all_kept_orders_of_the_shorter_side_trade_fully_at_the_marginal_limits(rule, book):
    result, best = traded(book, rule), traded(book, "pay-as-bid")
    if best.kwh.size == 0:
        assert result.kwh.size == 0
        return
    seller, buyer = int(best.seller[-1]), int(best.buyer[-1])
    asks = sum(kwh for h, (kwh, at) in enumerate(book) if kwh > 0 and (at, h) < (book[seller][1], seller))
    bids = sum(-kwh for h, (kwh, at) in enumerate(book) if kwh < 0 and (-at, h) < (-book[buyer][1], buyer))
    size = max(abs(kwh) for kwh, _ in book)
    assert result.kwh.sum() == pytest.approx(min(asks, bids), rel=1e-9, abs=1e-11 * (size + 1) + 1e-9 * len(book))
    assert set(result.buyer_price) <= {book[buyer][1]}
    assert set(result.seller_price) <= {book[seller][1]}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        pytest.param([40, 10], [(1, 0, 1.0, 25, 25)], id="nobody fails: the grid's 0 and 50 stand in"),
        pytest.param([9, 8], [], id="25 does not fit: the only trade is given up"),
    ],
)
def test_mcafee_without_a_next_order_takes_the_grid_s_prices(limits, expected):
    result = clear([-1, 1], "mcafee", import_price=50, export_price=0, limit_price=limits)
    assert rows(result) == expected


@given(BOOK)
def test_vcg_pays_everybody_its_externality(book):
    result = traded(book, "vcg")
    _, gain = optimum(book)
    scale = max((abs(kwh) * max(1.0, abs(limit)) for kwh, limit in book), default=0.0)
    for home, (_, limit) in enumerate(book):
        with_it = gain - limit * (result.bought[home] - result.sold[home])
        without_it = optimum([order for other, order in enumerate(book) if other != home])[1]
        assert result.paid[home] - result.received[home] == pytest.approx(without_it - with_it, abs=1e-9 * scale)


def halves(book, seed):
    rng = np.random.default_rng(seed)
    first = [rng.random() < 0.5 for _ in book]
    return [[home for home in range(len(book)) if first[home] == side] for side in (True, False)]


def clearing_price(orders):
    """Return the middle of the prices with the least excess of demand over supply and supply over demand."""
    candidates = sorted({limit for _, limit in orders})

    def clears(price):
        sure_sale = sum(kwh for kwh, limit in orders if kwh > 0 and limit < price)
        may_sell = sum(kwh for kwh, limit in orders if kwh > 0 and limit <= price)
        sure_buy = sum(-kwh for kwh, limit in orders if kwh < 0 and limit > price)
        may_buy = sum(-kwh for kwh, limit in orders if kwh < 0 and limit >= price)
        return sure_sale <= may_buy and sure_buy <= may_sell

    good = [price for price in [EXPORT, IMPORT, *candidates] if clears(price)]
    return (min(good) + max(good)) / 2


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 9).map(float)), min_size=2, max_size=9), st.integers(0, 9))
def test_muda_trades_each_half_at_a_price_of_the_other_half(book, seed):
    book = [order for order in book if order[0]]  # who has no order draws no lot
    result = traded(book, "muda", seed=seed)
    first, second = halves(book, seed)
    for half, other in ((first, second), (second, first)):
        price = clearing_price([book[home] for home in other])
        supply = sum(kwh for kwh, limit in map(book.__getitem__, half) if kwh > 0 and limit <= price)
        demand = sum(-kwh for kwh, limit in map(book.__getitem__, half) if kwh < 0 and limit >= price)
        inside = np.isin(result.seller, half)
        assert np.isin(result.buyer[inside], half).all()
        assert result.kwh[inside].sum() == pytest.approx(min(supply, demand))
        short_price = result.seller_price if supply <= demand else result.buyer_price
        assert short_price[inside] == pytest.approx(price)


def test_muda_charges_the_long_side_what_it_displaces():
    net, limits = [-2, -2, 1, -1, 1], [90, 80, 10, 40, 30]
    seed = next(seed for seed in range(999) if halves(net, seed)[0] == [0, 1, 2])
    # The other half has bid 40 and ask 30, so the price is 35. One kWh is for sale: bid 90 wins it from bid 80.
    result = trade(net, "muda", limits, seed=seed)
    assert (2, 0, 1, 80, 35) in rows(result)


@pytest.mark.parametrize("rule", TRUTHFUL)
def test_in_a_simulation_the_money_goes_to_the_market_account_and_all_balances(rule):
    result = simulate(load_scenario("paper", {"market.mechanism": rule}))
    full = simulate(load_scenario("paper")).kpis["p2p_kwh"]
    assert 0.0 < result.kpis["p2p_kwh"] <= full + 1e-9
    market = result.accounts["market"]
    assert market < -1e-9 if rule == "vcg" else market > -1e-9
    assert max(result.balance.kwh, result.balance.money) < 1e-9
