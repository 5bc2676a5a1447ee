"""All trades added up, by home and by step, and how much of them somebody would rather have left to the grid."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.market import TRADE
from jiran.money.totals import sum_alone, sum_trades
from jiran.nothing import RESIDUE

#: The grid's two prices in each of three steps.
IMPORT, EXPORT = np.array([0.5, 0.5, 0.4]), np.array([0.2, 0.2, 0.3])


def summed(*rows, until=None):
    trades = np.array(list(rows), TRADE).view(np.recarray)
    return sum_trades(trades, np.array([len(rows)] * 3 if until is None else until), 3, IMPORT, EXPORT)


def test_amounts_belong_to_their_home_and_their_step():
    found = summed((0, 1, 2.0, 0.4, 0.3), (0, 2, 1.0, 0.5, 0.25), (2, 1, 4.0, 0.35, 0.35), until=[2, 2, 3])
    assert found.paid.tolist() == pytest.approx([0.0, 0.8 + 1.4, 0.5])
    assert found.received.tolist() == pytest.approx([0.6 + 0.25, 0.0, 1.4])
    assert found.step_kwh.tolist() == [3.0, 0.0, 4.0]
    assert found.step_paid.tolist() == pytest.approx([1.3, 0.0, 1.4])
    assert found.step_received.tolist() == pytest.approx([0.85, 0.0, 1.4])


@pytest.mark.parametrize(
    ("off", "loses"), [(0.0, False), (RESIDUE, False), (2 * RESIDUE, True), (-0.1, False), (0.1, True)]
)
def test_a_trade_is_a_loss_where_the_grid_is_better_by_more_than_a_residue(off, loses):
    sold = summed((0, 1, 2.0, 0.3, EXPORT[0] - off))
    assert (sold.sellers_lose_kwh, sold.buyers_lose_kwh) == (2.0 * loses, 0.0)
    bought = summed((0, 1, 2.0, IMPORT[0] + off, 0.3))
    assert (bought.sellers_lose_kwh, bought.buyers_lose_kwh) == (0.0, 2.0 * loses)


def test_a_loss_is_judged_by_the_prices_of_its_own_step():
    trade = (0, 1, 1.0, 0.45, 0.25)
    assert summed(trade, until=[1, 1, 1])[-2:] == (0.0, 0.0)
    assert summed(trade, until=[0, 0, 1])[-2:] == (1.0, 1.0)


def test_what_homes_alone_take_and_give_by_hand():
    """Home 1 has sun of 3 kWh in the first step; the car of home 0 drives 0.5 kWh in the second, and charges at once."""
    generation = np.array([[0.0, 3.0], [0.0, 0.0], [0.0, 0.25]])
    load = np.array([[1.0, 0.5], [2.0, 0.0], [0.25, 0.25]])
    charged = np.array([[0.0, 0.25], [0.0, 0.0], [0.0, 0.0]])
    trips, slot = np.array([[0.0], [0.5], [0.0]]), np.array([0, 0, 1])
    taken, given = sum_alone((generation, load, charged), trips, np.array([0]), slot, 2)
    assert taken.tolist() == [[1.0 + 2.5, 0.0], [0.25, 0.0]]
    assert given.tolist() == [[0.0, 2.25], [0.0, 0.0]]
