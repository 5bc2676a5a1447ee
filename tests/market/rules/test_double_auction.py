from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran import load_scenario, simulate
from jiran.errors import ScenarioError
from jiran.market import find
from jiran.nothing import NOTHING_KWH
from order_books import (
    BOOK,
    DOUBLE_AUCTIONS,
    NOTES_KWH,
    NOTES_LIMITS,
    RANDOM,
    TRUTHFUL,
    most_profitable_lie,
    optimum,
    rows,
    trade,
    traded,
    welfare,
)
from strategies import number

EFFICIENT = ("uniform-price", "pay-as-bid", "vcg")
RULES = DOUBLE_AUCTIONS + TRUTHFUL


def scale(book):
    """Return the size of the numbers that rounding is measured against."""
    return max((abs(kwh) * max(1.0, abs(limit)) for kwh, limit in book), default=0.0)


def close(value, book):
    return pytest.approx(
        value, rel=1e-9, abs=1e-10 * scale(book) + NOTHING_KWH * len(book) * max([1.0, *(abs(at) for _, at in book)])
    )


def test_the_lecture_notes_uniform_price_is_87_5_for_two_trades():
    assert rows(trade(NOTES_KWH, "uniform-price", NOTES_LIMITS)) == [(5, 0, 1, 87.5, 87.5), (6, 1, 1, 87.5, 87.5)]


@pytest.mark.parametrize(("k", "price"), [(0.0, 85.0), (0.25, 86.25), (1.0, 90.0)])
def test_k_moves_the_uniform_price_from_the_marginal_ask_to_the_marginal_bid(k, price):
    assert trade(NOTES_KWH, "uniform-price", NOTES_LIMITS, k=k).buyer_price.tolist() == [price, price]


@pytest.mark.parametrize(("k", "prices"), [(0.0, [80.0, 85.0]), (0.5, [90.0, 87.5]), (1.0, [100.0, 90.0])])
def test_pay_as_bid_prices_each_pair_between_its_own_limits(k, prices):
    assert trade(NOTES_KWH, "pay-as-bid", NOTES_LIMITS, k=k).seller_price.tolist() == prices


def test_the_marginal_order_is_served_in_part():
    result = trade([2, 3, -4, -5], "uniform-price", [10, 20, 40, 30])
    assert rows(result) == [(0, 2, 2, 25, 25), (1, 2, 2, 25, 25), (1, 3, 1, 25, 25)]


def test_a_continuous_auction_trades_at_the_resting_price_whoever_comes_first():
    seen = {tuple(rows(trade([1, -1], "continuous-double-auction", [10, 30], seed=seed))) for seed in range(20)}
    assert seen == {((0, 1, 1, 10, 10),), ((0, 1, 1, 30, 30),)}


def test_a_continuous_auction_may_serve_the_lower_bid_that_came_first():
    book = [(1, 10), (-1, 20), (-1, 30)]
    seen = {rows(traded(book, "continuous-double-auction", seed=seed))[0] for seed in range(60)}
    assert seen == {(0, 1, 1, 10, 10), (0, 1, 1, 20, 20), (0, 2, 1, 10, 10), (0, 2, 1, 30, 30)}


@given(BOOK, st.integers(0, 5))
def test_a_continuous_auction_is_the_plain_order_book_that_follows_its_arrivals(book, seed):
    rng, homes = np.random.default_rng(seed), list(range(len(book)))
    for place in range(len(homes) - 1, 0, -1):
        other = int(rng.random() * (place + 1))
        homes[place], homes[other] = homes[other], homes[place]
    resting, expected = [], []
    for time, home in enumerate(homes):
        kwh, limit = book[home]
        sign = np.sign(kwh)
        left = abs(kwh)
        for offer in sorted((o for o in resting if o["sign"] == -sign), key=lambda o: (sign * -o["limit"], o["time"])):
            if min(left, offer["left"]) > NOTHING_KWH and sign * offer["limit"] >= sign * limit:
                done = min(left, offer["left"])
                pair = (home, offer["home"]) if sign > 0 else (offer["home"], home)
                expected.append((*pair, done, offer["limit"], offer["limit"]))
                left, offer["left"] = left - done, offer["left"] - done
        resting.append({"sign": sign, "limit": limit, "time": time, "home": home, "left": left})
    assert rows(traded(book, "continuous-double-auction", seed=seed)) == expected


def test_random_pairs_lose_welfare_but_not_all():
    rng, shares = np.random.default_rng(1), []
    for seed in range(200):
        book = [(sign, rng.uniform()) for sign in [1.0, -1.0] * 20]
        result = traded(book, "random-p2p", seed=seed)
        shares.append(welfare(result, [limit for _, limit in book]) / optimum(book)[1])
    assert 0.6 < np.mean(shares) < 0.8


@given(BOOK, st.integers(0, 3))
def test_random_pairs_stop_only_when_nobody_left_can_trade(book, seed):
    result = traded(book, "random-p2p", seed=seed)
    limit, tiny = np.array([limit for _, limit in book]), 1e-9
    net = np.array([kwh for kwh, _ in book])
    asks, bids = limit[net - result.sold > tiny], limit[-net - result.bought > tiny]
    assert asks.size == 0 or bids.size == 0 or asks.min() > bids.max()
    assert len(set(zip(result.seller.tolist(), result.buyer.tolist(), strict=True))) == result.kwh.size


@pytest.mark.parametrize("rule", ["uniform-price", "pay-as-bid", "random-p2p"])
def test_the_share_of_the_buyer_s_limit_is_between_0_and_1(rule):
    name = "p_coef" if rule == "random-p2p" else "k"
    for bad in (-0.01, 1.01):
        with pytest.raises(ScenarioError, match="must be a number at least 0 and at most 1"):
            trade([1, -1], rule, [1, 2], **{name: bad})
    with pytest.raises(ScenarioError, match="unknown parameter"):
        trade([1, -1], rule, [1, 2], other=0.5)


# Laws of all nine auctions


@pytest.mark.parametrize("rule", EFFICIENT)
@given(book=BOOK)
def test_an_efficient_rule_has_the_optimum_s_volume_and_welfare(rule, book):
    assert "efficient" in find(rule).properties
    result = traded(book, rule)
    volume, gain = optimum(book)
    assert result.kwh.sum() == close(volume, book)
    assert welfare(result, [limit for _, limit in book]) == close(gain, book)


@pytest.mark.parametrize("rule", sorted(set(RULES) - set(EFFICIENT)))
@given(book=BOOK, seed=st.integers(0, 3))
def test_no_rule_has_more_welfare_than_the_optimum(rule, book, seed):
    result = traded(book, rule, seed=seed)
    assert welfare(result, [limit for _, limit in book]) <= optimum(book)[1] + 1e-9 * scale(book)


@pytest.mark.parametrize("rule", RULES)
@given(book=BOOK, seed=st.integers(0, 3), share=number(0, 1))
def test_no_trade_is_beyond_a_limit_or_above_an_order(rule, book, seed, share):
    own = dict.fromkeys(find(rule).parameters, share)
    result = traded(book, rule, seed=seed, **own)
    net, limit = np.array([kwh for kwh, _ in book]), np.array([limit for _, limit in book])
    assert (result.buyer_price <= limit[result.buyer]).all()
    assert (result.seller_price >= limit[result.seller]).all()
    assert (result.kwh > 0.0).all()
    assert (result.sold <= np.maximum(net, 0) * (1 + 1e-12) + 1e-12).all()
    assert (result.bought <= np.maximum(-net, 0) * (1 + 1e-12) + 1e-12).all()


@pytest.mark.parametrize("rule", RULES)
@given(book=BOOK, seed=st.integers(0, 3), share=number(0, 1))
def test_money_balances_as_declared(rule, book, seed, share):
    result = traded(book, rule, seed=seed, **dict.fromkeys(find(rule).parameters, share))
    properties = find(rule).properties
    if "budget-balanced" in properties:
        assert (result.buyer_price == result.seller_price).all()
    if "no-deficit" in properties:
        assert result.paid.sum() - result.received.sum() >= -1e-10 * max(1.0, scale(book))
    assert ("no-deficit" in properties) == (rule != "vcg")
    assert ("budget-balanced" in properties) == (rule in DOUBLE_AUCTIONS)


@pytest.mark.parametrize("rule", sorted(set(RULES) - set(RANDOM)))
@given(book=BOOK, data=st.data())
def test_with_distinct_prices_the_order_of_homes_does_not_matter(rule, book, data):
    book = list({limit: (kwh, limit) for kwh, limit in book}.values())
    order = data.draw(st.permutations(range(len(book))))
    result, moved = traded(book, rule), traded([book[home] for home in order], rule)
    for name in ("sold", "bought", "paid", "received"):
        assert getattr(moved, name).tolist() == close(getattr(result, name)[list(order)].tolist(), book)


@pytest.mark.parametrize("rule", RULES)
@given(book=BOOK, seed=st.integers(0, 99))
def test_the_same_seed_gives_the_same_trades(rule, book, seed):
    assert rows(traded(book, rule, seed=seed)) == rows(traded(book, rule, seed=seed))


@pytest.mark.parametrize("rule", RANDOM)
def test_another_seed_gives_other_trades(rule):
    rng = np.random.default_rng(0)
    book = [(sign, rng.uniform()) for sign in [1.0, -1.0] * 10]
    assert len({tuple(rows(traded(book, rule, seed=seed))) for seed in range(6)}) > 3


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "book",
    [
        pytest.param([], id="empty"),
        pytest.param([(0, 5), (0, 5)], id="nothing to trade"),
        pytest.param([(1, 5)], id="one seller"),
        pytest.param([(-1, 5)], id="one buyer"),
        pytest.param([(1, 5), (2, 1)], id="only sellers"),
        pytest.param([(-1, 5), (-2, 9)], id="only buyers"),
        pytest.param([(1, 9), (2, 8), (-1, 7), (-3, 1)], id="curves that do not cross"),
    ],
)
def test_a_book_without_a_possible_trade_gives_none(rule, book):
    for seed in range(4):
        assert traded(book, rule, seed=seed).kwh.size == 0


@pytest.mark.parametrize("rule", ["uniform-price", "pay-as-bid", "continuous-double-auction", "random-p2p", "vcg"])
def test_equal_prices_on_both_sides_trade_all_at_that_price(rule):
    result = trade([1, 2, -2, -0.5], rule, [0.3] * 4)
    assert result.kwh.sum() == pytest.approx(2.5)
    assert {*result.buyer_price, *result.seller_price} == {0.3}


def test_equal_prices_are_served_in_the_order_of_homes():
    for rule in EFFICIENT:
        assert trade([1, 1, 1, -2], rule, [5, 5, 5, 9]).sold.tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize("rule", ["uniform-price", "pay-as-bid", "random-p2p", "vcg", "mcafee"])
def test_one_seller_and_one_buyer_trade_what_the_smaller_has(rule):
    assert rows(trade([3, -2e-9], rule, [50, 150]))[0][:3] == (0, 1, 2e-9)


@pytest.mark.parametrize("rule", ["uniform-price", "pay-as-bid", "continuous-double-auction", "random-p2p", "mcafee"])
def test_in_a_simulation_the_full_volume_trades_at_a_price_between_the_grid_s(rule):
    paper, scenario = (load_scenario("paper", {"market.mechanism": name}) for name in ("grid-fraction", rule))
    full, result = simulate(paper), simulate(scenario)
    assert result.kpis["p2p_kwh"] == pytest.approx(full.kpis["p2p_kwh"])
    assert result.trades["buyer_price"].is_between(0.2, 0.5625).all()
    assert result.trades["buyer_price"].to_list() == result.trades["seller_price"].to_list()


@pytest.mark.parametrize("rule", DOUBLE_AUCTIONS)
def test_a_rule_that_does_not_promise_to_be_truthful_rewards_a_lie(rule):
    assert "truthful" not in find(rule).properties
    assert most_profitable_lie(rule, unit=True, books=50, seed=1) > 0.1
