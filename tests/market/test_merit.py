from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.market import TRADE
from jiran.market.merit import BUYS, SELLS, between, clear_in_merit_order, merit_order, place_of, traded_by_home
from order_books import BOOK, optimum


def cleared(book):
    net = np.array([kwh for kwh, _ in book])
    limit = np.array([limit for _, limit in book])
    trades = np.zeros(max(1, len(book)), TRADE).view(np.recarray)
    return trades[: clear_in_merit_order(net, limit, trades)]


@given(BOOK)
def test_asks_rise_and_bids_fall_and_equal_prices_keep_the_order_of_homes(book):
    net, limit = np.array([kwh for kwh, _ in book]), np.array([limit for _, limit in book])
    asks = sorted((limit, home) for home, (kwh, limit) in enumerate(book) if kwh > 0)
    bids = sorted((-limit, home) for home, (kwh, limit) in enumerate(book) if kwh < 0)
    assert merit_order(net, limit, SELLS).tolist() == [home for _, home in asks]
    assert merit_order(net, limit, BUYS).tolist() == [home for _, home in bids]


@given(BOOK)
def test_the_walk_reaches_the_optimum_s_volume(book):
    volume, _ = optimum(book)
    scale = max((abs(kwh) for kwh, _ in book), default=0.0)
    assert cleared(book).kwh.sum() == pytest.approx(volume, rel=1e-9, abs=1e-11 * scale)


@given(BOOK)
def test_each_trade_but_the_last_fills_an_order(book):
    trades = cleared(book)
    orders = sum(kwh != 0 for kwh, _ in book)
    assert len(trades) <= max(0, orders - 1)
    done = traded_by_home(trades, len(trades), len(book))
    for trade in trades[:-1]:
        left = [abs(book[home][0]) - done[home] for home in (trade.seller, trade.buyer)]
        assert min(left) <= 1e-11 * max(abs(book[home][0]) for home in (trade.seller, trade.buyer))


def test_a_remainder_that_is_only_rounding_does_not_make_the_next_order_marginal():
    assert 0.3 - 0.1 < 0.2  # so the second buyer seems to want a little more than the first seller has
    trades = cleared([(0.3, 10.0), (5.0, 20.0), (-0.1, 50.0), (-0.2, 40.0)])
    assert [(t.seller, t.buyer) for t in trades] == [(0, 2), (0, 3)]


@given(st.floats(-1e3, 1e3), st.floats(0, 1e3), st.floats(0, 1))
def test_a_price_between_two_is_never_beyond_them(ask, width, share):
    bid = ask + width
    assert ask <= between(ask, bid, share) <= bid
    assert between(ask, bid, 0.0) == ask
    assert between(ask, bid, share) == pytest.approx(ask + share * width, abs=1e-9)


def test_the_place_of_a_home_that_is_not_there_is_the_end():
    homes = np.array([4, 2, 7])
    assert [place_of(homes, home) for home in (4, 7, 1)] == [0, 2, 3]
