"""The indices of Zhou et al. 2018."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.judge.indices import (
    energy_balance_index,
    equality_index,
    overall_index,
    participation_index,
    power_flatness_index,
    self_sufficiency_index,
    value_index,
)
from jiran.nothing import NOTHING_MONEY


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
