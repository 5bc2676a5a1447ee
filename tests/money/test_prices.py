"""What the grid's prices make of energy."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.money.prices import Prices, paid_to_grid


def test_what_the_grid_is_paid_is_what_was_bought_less_what_was_sold_at_its_own_price():
    """2 kWh at 0.5 less 4 kWh at 0.2, in the second step."""
    price = Prices(np.array([9.0, 0.5]), np.array([9.0, 0.2]), np.zeros(2), np.zeros(2))
    assert paid_to_grid(2.0, 4.0, 1, price) == pytest.approx(0.2)
    assert paid_to_grid(0.0, 4.0, 1, price) == pytest.approx(-0.8)
