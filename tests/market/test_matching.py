from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran import clear
from jiran.nothing import NOTHING_KWH
from strategies import BOOKS, MATCHINGS

PRICES = {"import_price": 0.5, "export_price": 0.2}


def cleared(net_kwh, matching, seed=0):
    return clear(net_kwh, matching=matching, seed=seed, **PRICES)


def pairs(result):
    return list(zip(result.seller.tolist(), result.buyer.tolist(), result.kwh.tolist(), strict=True))


@given(BOOKS, st.sampled_from(MATCHINGS))
def test_every_matching_trades_all_that_can_be_traded_and_keeps_to_orders(net_kwh, matching):
    net = np.array(net_kwh)
    result = cleared(net, matching)
    surplus, deficit = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    volume = min(surplus.sum(), deficit.sum())
    assert result.kwh.sum() == pytest.approx(volume, rel=1e-9, abs=2 * NOTHING_KWH * len(net))
    assert np.all(result.sold <= surplus * (1 + 1e-12) + 1e-12)
    assert np.all(result.bought <= deficit * (1 + 1e-12) + 1e-12)
    assert result.kwh.min(initial=1.0) > 0.0


@given(BOOKS, st.sampled_from(MATCHINGS))
def test_no_more_trades_than_sellers_and_buyers_less_one(net_kwh, matching):
    net = np.array(net_kwh)
    result = cleared(net, matching)
    assert result.kwh.size <= max(0, np.count_nonzero(net) - 1)
    assert len(set(zip(result.seller.tolist(), result.buyer.tolist(), strict=True))) == result.kwh.size


@pytest.mark.parametrize(
    ("net_kwh", "expected"),
    [
        pytest.param([3, -1, 2, -3], [(0, 1, 1.0), (0, 3, 2.0), (2, 3, 1.0)], id="pairs in turn"),
        pytest.param([-2, 5], [(1, 0, 2.0)], id="buyer first"),
        pytest.param([1, 1, -2], [(0, 2, 1.0), (1, 2, 1.0)], id="two sellers, one buyer"),
        pytest.param([1, 0, -1], [(0, 2, 1.0)], id="a home with nothing"),
        pytest.param([1, 2], [], id="sellers only"),
        pytest.param([-1, -2], [], id="buyers only"),
        pytest.param([0.0], [], id="one home with nothing"),
        pytest.param([], [], id="nobody"),
    ],
)
def test_index_order_gives_each_seller_in_turn_to_the_buyers_in_turn(net_kwh, expected):
    assert pairs(cleared(net_kwh, "index-order")) == expected


def test_pro_rata_gives_everybody_the_same_share_of_its_order():
    short = cleared([6.0, -2.0, -10.0], "pro-rata")
    assert short.bought.tolist() == pytest.approx([0, 1, 5])
    long = cleared([6.0, 2.0, -4.0], "pro-rata")
    assert long.sold.tolist() == pytest.approx([3, 1, 0])


@pytest.mark.parametrize(
    ("net_kwh", "expected"),
    [
        pytest.param([6, -1, -4, -10], [6, -1, -2.5, -2.5], id="the small order is filled, the rest is halved"),
        pytest.param([6, -1, -2, -10], [6, -1, -2, -3], id="two are filled"),
        pytest.param([6, -10, -10, -10], [6, -2, -2, -2], id="thirds"),
        pytest.param([6, -2, -2, -2], [6, -2, -2, -2], id="enough for all"),
        pytest.param([1, 5, 9, -6], [1, 2.5, 2.5, -6], id="sellers share too"),
        pytest.param([9, -1, -2], [3, -1, -2], id="more than enough"),
    ],
)
def test_equal_shares_fill_small_orders_and_cap_large_ones(net_kwh, expected):
    result = cleared(np.array(net_kwh, dtype=float), "equal-share")
    assert (result.sold - result.bought).tolist() == pytest.approx(expected)


@given(BOOKS)
def test_under_equal_shares_only_who_is_filled_has_less_than_another(net_kwh):
    net = np.array(net_kwh)
    result = cleared(net, "equal-share")
    for order, got in ((np.maximum(net, 0.0), result.sold), (np.maximum(-net, 0.0), result.bought)):
        cut = got < order - 1e-9 * np.maximum(1.0, order)
        assert np.all(got[cut] >= got.max(initial=0.0) - 1e-9 * max(1.0, got.max(initial=0.0)))


def test_random_order_is_drawn_anew_and_repeats_with_its_seed():
    net = [5.0, *[-1.0] * 8]
    seeds = {tuple(cleared(net, "random-order", seed).buyer.tolist()) for seed in range(20)}
    assert len(seeds) > 10
    assert pairs(cleared(net, "random-order", 7)) == pairs(cleared(net, "random-order", 7))


def test_random_order_is_fair_over_many_draws():
    bought = np.mean([cleared([4.0, *[-1.0] * 8], "random-order", seed).bought for seed in range(2000)], axis=0)
    assert bought[1:] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("matching", ["pro-rata", "equal-share"])
def test_rounding_does_not_become_a_trade(matching):
    result = cleared([0.1, 0.2, -0.3, -1e-16], matching)
    assert result.kwh.min() > NOTHING_KWH
