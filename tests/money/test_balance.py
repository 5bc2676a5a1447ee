from __future__ import annotations

import numpy as np
import pytest

from jiran.money.balance import _worst


def test_a_gap_is_told_as_it_is_below_a_total_of_1_and_by_its_share_above():
    assert _worst(np.array([0.3, -0.8]), np.array([0.5, 4.0])) == 0.3
    assert _worst(np.array([0.3, -2.0]), np.array([1.5, 4.0])) == 0.5
    assert _worst(np.array([0.3]), np.array([1.5])) == pytest.approx(0.2)
