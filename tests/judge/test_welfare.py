"""Welfare by limit prices, and the indices of Zhou et al. 2018."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiran
from jiran.judge.welfare import (
    efficiency,
    energy_balance_index,
    equality_index,
    highest_welfare,
    mean_price,
    overall_index,
    participation_index,
    power_flatness_index,
    price_spread,
    self_sufficiency_index,
    value_index,
    volume_kwh,
    welfare,
)
from jiran.nothing import NOTHING_MONEY
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


def test_efficiency_is_none_without_gains():
    assert efficiency(trades(), [1.0, -1.0], [0.5, 0.2]) is None
    assert efficiency(trades(), NET, LIMITS) == 0.0


def test_prices_and_volume():
    found = trades((0, 2, 1.0, 0.4, 0.3), (1, 2, 3.0, 0.6, 0.5), (1, 3, 0.0, 9.0, 9.0))
    assert volume_kwh(found) == 4.0
    assert mean_price(found) == pytest.approx(0.55)
    assert price_spread(found) == pytest.approx(0.6 - 0.3)
    assert volume_kwh(trades()) == 0.0
    assert mean_price(trades()) is None
    assert price_spread(trades()) is None


def test_a_clearing_is_taken_as_it_is():
    clearing = jiran.clear([2.0, -1.0, -3.0], import_price=0.5, export_price=0.2)
    assert welfare(clearing, [0.2, 0.5, 0.5]) == pytest.approx(2.0 * 0.3)
    assert efficiency(clearing, [2.0, -1.0, -3.0], [0.2, 0.5, 0.5]) == pytest.approx(1.0)
    assert price_spread(clearing) == 0.0


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


# --- indices ---


def test_value_index():
    assert value_index(-8.0, -10.0, -6.0) == 0.5
    assert value_index(-10.0, -10.0, -6.0) == 0.0
    assert value_index(1.0, 1.0, 1.0) is None


def test_participation_index_counts_homes_that_do_not_pay_more():
    assert participation_index([1.0, 2.0, 3.1, 0.0], [1.0, 2.5, 3.0, 0.0]) == 0.75


def test_a_home_that_pays_more_by_less_than_counts_as_nothing_takes_part():
    less, more = 1.0 + NOTHING_MONEY / 2, 1.0 + 2 * NOTHING_MONEY
    assert participation_index([less, more, 1.0, 0.9], [1.0] * 4) == 0.75
    assert participation_index([less], [1.0], tolerance=0.0) == 0.0


@given(st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=8))
def test_equality_index_is_the_double_sum(income):
    shifted = np.array(income) - min(income) + 0.01 if min(income) < 0 else np.array(income)
    gaps = np.abs(shifted[:, None] - shifted[None, :]).sum()
    expected = 1.0 if shifted.sum() == 0 else 1.0 - gaps / (2 * len(income) * shifted.sum())
    assert equality_index(income) == pytest.approx(expected)


def test_equality_index_depends_on_the_shift():
    assert equality_index([1.0, 1.0, 1.0]) == 1.0
    assert equality_index([-1.0, 1.0], epsilon=0.01) < equality_index([-1.0, 1.0], epsilon=1.0)


def test_energy_indices():
    net, load, generation = [2.0, -1.0, 0.0], [3.0, 1.0, 1.0], [1.0, 2.0, 1.0]
    assert energy_balance_index(net, load, generation) == pytest.approx(1 - 3 / 9)
    assert self_sufficiency_index(net, load) == pytest.approx(1 - 2 / 5)
    assert power_flatness_index(net, 4.0) == pytest.approx(1 - 2 / 4)
    assert energy_balance_index([0.0], [0.0], [0.0]) is None
    assert self_sufficiency_index([0.0], [0.0]) is None
    assert power_flatness_index([0.0], 4.0) is None


@pytest.mark.parametrize(
    ("economic", "technical", "printed"),
    [
        ((0.92, 1.0, 0.51), (0.57, 0.53, 0.98), 0.74),
        ((0.62, 1.0, 0.55), (0.30, 0.59, 0.69), 0.61),
        ((0.34, 0.5, 0.57), (0.21, 0.65, 0.47), 0.45),
        ((0.0, 1.0, 0.59), (0.20, 0.65, 0.46), 0.48),
    ],
    ids=["SDR", "MMR", "bill sharing", "conventional"],
)
def test_overall_index_of_table_4(economic, technical, printed):
    """Of six rounded figures, and with weights of 0.33 in the paper."""
    assert overall_index(economic, technical) == pytest.approx(printed, abs=0.016)
