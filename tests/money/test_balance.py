from __future__ import annotations

import numpy as np
import pytest

from jiran.money.balance import _worst, energy_imbalance
from strategies import run


def test_a_gap_is_told_as_it_is_below_a_total_of_1_and_by_its_share_above():
    assert _worst(np.array([0.3, -0.8]), np.array([0.5, 4.0])) == 0.3
    assert _worst(np.array([0.3, -2.0]), np.array([1.5, 4.0])) == 0.5
    assert _worst(np.array([0.3]), np.array([1.5])) == pytest.approx(0.2)


def test_what_a_battery_lacks_is_told_by_its_share_of_all_that_is_there_and_stored():
    result = run([[4.0, -1.0]], battery={"capacity_kwh": 1_000, "charge_kw": 9, "start_soc": 0.5})
    step_kwh, battery = result.settlement.step_kwh, result.scenario.battery
    found = energy_imbalance(
        result.flows, step_kwh, step_kwh["p2p_sold_kwh"], battery, 495.0, result.start.ev_stored_kwh
    )
    sources_kwh, stored_kwh = 4.0 + 1.0, 503.0
    assert found == pytest.approx(5.0 / (sources_kwh + stored_kwh))
