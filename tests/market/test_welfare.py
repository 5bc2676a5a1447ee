"""Welfare by limit prices."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiran
from jiran.market.welfare import efficiency, highest_welfare, welfare
from strategies import BOOKS

#: The unit double auction of the lecture notes in mechanisms.md.
BIDS, ASKS = [100.0, 90.0, 80.0, 70.0, 60.0], [80.0, 85.0, 95.0, 100.0, 110.0]
NET, LIMITS = [-1.0] * 5 + [1.0] * 5, BIDS + ASKS


def trades(*rows):
    return np.array(list(rows), jiran.market.TRADE)


def test_the_lecture_notes_have_two_trades_worth_25():
    assert highest_welfare(NET, LIMITS) == (25.0, 2.0)


def test_welfare_counts_the_limits_and_not_the_prices():
    cheap, dear = trades((5, 0, 1.0, 80.0, 80.0)), trades((5, 0, 1.0, 100.0, 100.0))
    assert welfare(cheap, LIMITS) == welfare(dear, LIMITS) == 20.0
    assert efficiency(cheap, NET, LIMITS) == pytest.approx(0.8)


def test_a_trade_at_a_loss_counts_against():
    assert welfare(trades((9, 4, 1.0, 85.0, 85.0)), LIMITS) == -50.0


@pytest.mark.parametrize("net", [[1.0, -0.5e-9], [0.5e-9, -1.0], [1.0, 0.5e-9]])
def test_an_order_of_dust_is_none(net):
    assert highest_welfare(net, [0.2, 0.5]) == (0.0, 0.0)


def test_efficiency_is_none_without_gains():
    assert efficiency(trades(), [1.0, -1.0], [0.5, 0.2]) is None
    assert efficiency(trades(), NET, LIMITS) == 0.0


def test_a_clearing_is_taken_as_it_is():
    clearing = jiran.clear([2.0, -1.0, -3.0], import_price=0.5, export_price=0.2)
    assert welfare(clearing, [0.2, 0.5, 0.5]) == pytest.approx(2.0 * 0.3)
    assert efficiency(clearing, [2.0, -1.0, -3.0], [0.2, 0.5, 0.5]) == pytest.approx(1.0)


PRICES = st.lists(st.integers(0, 6), min_size=9, max_size=9)


@given(BOOKS, PRICES)
def test_no_clearing_is_worth_more(net, limits):
    limits = np.array(limits[: len(net)], dtype=float)
    best = highest_welfare(net, limits)
    clearing = jiran.clear(net, import_price=0.5, export_price=0.2)
    assert welfare(clearing, limits) <= best.welfare + 1e-9 * (1.0 + best.welfare)


@given(st.lists(st.sampled_from([-2, -1, 0, 1, 2]), min_size=1, max_size=5), PRICES)
def test_the_two_pointers_find_the_best_of_all_pairings_of_single_units(net, limits):
    """Each kWh is a unit of its own; the best of all ways to pair them, found by trying."""
    sells = [limits[h] for h, kwh in enumerate(net) for _ in range(max(kwh, 0))]
    buys = [limits[h] for h, kwh in enumerate(net) for _ in range(max(-kwh, 0))]
    few, many = sorted([sells, buys], key=len)
    sign = 1 if few is buys else -1
    best = max(
        sum(max(0, sign * (a - b)) for a, b in zip(few, chosen, strict=True))
        for chosen in itertools.permutations(many, len(few))
    )
    assert highest_welfare(net, limits[: len(net)]).welfare == pytest.approx(best)


@given(BOOKS, PRICES, st.randoms())
def test_the_order_of_homes_changes_nothing(net, limits, rng):
    pairs = list(zip(net, limits, strict=False))
    moved = rng.sample(pairs, len(pairs))
    here, there = (highest_welfare(*zip(*book, strict=True)) for book in (pairs, moved))
    assert here == pytest.approx(there)
