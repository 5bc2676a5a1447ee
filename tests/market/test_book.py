"""The order book: who is on which side, in which order, and how much each side has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from jiran.market.book import OrderBook
from order_books import BOOK as ORDERS

BOOK = OrderBook(np.array([2.0, -1.5, 0.0, 0.5, -0.25]), np.array([0.3, 0.4, 0.2, 0.2, 0.5]), 0.6, 0.1)


def test_a_book_by_hand():
    assert BOOK.homes == 5
    assert BOOK.sellers.tolist() == [3, 0]  # lowest ask first
    assert BOOK.buyers.tolist() == [4, 1]  # highest bid first
    assert BOOK.offered_kwh == pytest.approx(2.5)
    assert BOOK.wanted_kwh == pytest.approx(1.75)
    assert [BOOK.outside_price(home) for home in (0, 1)] == [0.1, 0.6]


@given(ORDERS)
def test_sides_are_in_order_and_hold_what_plain_sums_say(orders):
    net, limit = [kwh for kwh, _ in orders], [price for _, price in orders]
    book = OrderBook(np.array(net), np.array(limit), 200.0, 0.0)
    sell = sorted((home for home, kwh in enumerate(net) if kwh > 0.0), key=lambda home: limit[home])
    buy = sorted((home for home, kwh in enumerate(net) if kwh < 0.0), key=lambda home: -limit[home])
    assert (book.sellers.tolist(), book.buyers.tolist()) == (sell, buy)
    assert book.offered_kwh == pytest.approx(sum(kwh for kwh in net if kwh > 0.0))
    assert book.wanted_kwh == pytest.approx(-sum(kwh for kwh in net if kwh < 0.0))
