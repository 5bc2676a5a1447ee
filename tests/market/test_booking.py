"""Trades are checked against orders and added up: each thing that can be wrong with one, by itself."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.market import TRADE
from jiran.market.booking import FINE, ITSELF, NOBODY, NOT_A_NUMBER, TOO_MUCH, WRONG_SIDE, book, book_all, exceeds
from jiran.market.trade import ORDER_TOLERANCE
from jiran.nothing import NOTHING_KWH

#: Two that sell, one that neither sells nor buys, two that buy.
NET = np.array([3.0, 1.0, 0.0, -2.0, -1.0])


def trades(*rows):
    return np.array([(*row, 0.3, 0.3)[:5] for row in rows], TRADE).view(np.recarray)


def booked(*rows, net=NET):
    """Return what `book` returns, and what each order traded."""
    traded = np.full(net.size, np.nan)
    return *book(net, trades(*rows), traded), traded.tolist()


def test_trades_are_added_up_by_order_sold_above_zero_and_bought_below():
    assert booked((0, 3, 1.5), (0, 4, 1.0), (1, 3, 0.5)) == (3, FINE, 0, [2.5, 0.5, 0.0, -2.0, -1.0])
    assert booked() == (0, FINE, 0, [0.0] * 5)


@pytest.mark.parametrize(
    ("row", "fault", "who"),
    [
        ((5, 3, 1.0), NOBODY, 5),
        ((-1, 3, 1.0), NOBODY, -1),
        ((0, 5, 1.0), NOBODY, 5),
        ((0, -1, 1.0), NOBODY, -1),
        ((0, 0, 1.0), ITSELF, 0),
        ((0, 3, -1e-300), NOT_A_NUMBER, 0),
        ((0, 3, np.nan), NOT_A_NUMBER, 0),
        ((0, 3, np.inf), NOT_A_NUMBER, 0),
        ((0, 3, 1.0, np.nan), NOT_A_NUMBER, 0),
        ((0, 3, 1.0, 0.3, -np.inf), NOT_A_NUMBER, 0),
        ((3, 4, 1.0), WRONG_SIDE, 3),
        ((2, 3, 1.0), WRONG_SIDE, 2),
        ((0, 1, 1.0), WRONG_SIDE, 1),
        ((0, 2, 1.0), WRONG_SIDE, 2),
        ((3, 0, 1.0), WRONG_SIDE, 3),
    ],
)
def test_what_is_wrong_with_a_trade_and_who_is_at_fault(row, fault, who):
    assert booked((1, 4, 1.0), row)[:3] == (1, fault, who)


def test_a_trade_of_nothing_is_dropped_and_those_behind_it_move_up():
    table = trades((0, 3, 0.0), (0, 3, NOTHING_KWH), (1, 4, 1.0, 0.4, 0.2), (0, 3, 2 * NOTHING_KWH))
    kept, fault, _ = book(NET, table, np.zeros(5))
    assert (kept, fault) == (2, FINE)
    assert table[:2].tolist() == [(1, 4, 1.0, 0.4, 0.2), (0, 3, 2 * NOTHING_KWH, 0.3, 0.3)]


@pytest.mark.parametrize("size", [0.5, 1.0, 1000.0])
def test_an_order_is_exceeded_by_more_than_rounding(size):
    margin = ORDER_TOLERANCE * max(1.0, size)
    for net, sign in ((size, 1.0), (-size, -1.0)):
        assert not exceeds(net, sign * (size + 0.9 * margin))
        assert exceeds(net, sign * (size + 1.1 * margin))


def test_who_trades_more_than_there_is_is_named():
    assert booked((0, 3, 2.0), (1, 4, 1.5))[:3] == (2, TOO_MUCH, 1)
    assert booked((0, 3, 2.0), (0, 4, 1.5))[:3] == (2, TOO_MUCH, 0)
    assert booked((0, 3, 1.0), (1, 3, 1.0), (0, 4, 1.0), (0, 4, 0.5))[:3] == (4, TOO_MUCH, 4)


def test_amounts_go_to_the_homes_behind_the_orders():
    table, sums = trades((0, 1, 2.0, 0.5, 0.25)), np.zeros((5, 4))
    traded, sold, bought, paid, received = sums
    assert book_all(NET[[0, 3]], table, np.array([1, 3]), traded[:2], sold, bought, paid, received) == (1, FINE, 0)
    assert table[["seller", "buyer"]].tolist() == [(1, 3)]
    assert [one.tolist() for one in (sold, bought, paid, received)] == [
        [0, 2, 0, 0], [0, 0, 0, 2], [0, 0, 0, 1], [0, 0.5, 0, 0],
    ]  # fmt: skip
