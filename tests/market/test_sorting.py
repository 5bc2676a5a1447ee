from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from jiran.market.sorting import _sort_plainly, _sort_without_branches, sort_by_price

#: With and without the compiler both ways of sorting are there, and give the same.
WAYS = pytest.mark.parametrize("sort", [_sort_without_branches, _sort_plainly])


def stable(price):
    return np.argsort(price, kind="stable")


# Few prices make many ties; the extremes make the widest differences.
@WAYS
@given(prices=st.lists(st.sampled_from([0.3, -0.3, 0.0, -0.0, 1e-300, -1e308, 1e308]) | st.floats(-1, 1), max_size=70))
def test_prices_rise_and_equal_prices_keep_their_order(sort, prices):
    price = np.array(prices, dtype=np.float64)
    with np.errstate(over="ignore"):  # numbers of places go round below 0 behind the last use
        assert_array_equal(sort(np.arange(price.size), price), stable(price))


@pytest.mark.parametrize("size", [127, 128, 129, 1000])
def test_any_number_of_homes_is_sorted(size):
    price = np.random.default_rng(size).integers(0, size // 2, size) / 7
    assert_array_equal(sort_by_price(np.arange(size), price), stable(price))


def test_homes_go_with_their_prices():
    price = np.array([3.0, 1.0, -2.0])
    assert sort_by_price(np.array([4, 2, 9]), price).tolist() == [9, 2, 4]
    assert price.tolist() == [3, 1, -2]
