from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.control.storage import Battery, charge, discharge
from strategies import number

PLAIN = Battery(
    capacity_kwh=10.0,
    minimum_kwh=2.0,
    charge_step_kwh=4.0,
    discharge_step_kwh=3.0,
    charge_efficiency=0.8,
    discharge_efficiency=0.5,
)
LIMITS = st.builds(Battery, number(5, 20), number(0, 5), number(0, 8), number(0, 8), number(0.05, 1), number(0.05, 1))


@pytest.mark.parametrize(
    ("stored", "offered", "taken", "after"),
    [
        pytest.param(5.0, 2.0, 2.0, 6.6, id="all that is offered, less losses"),
        pytest.param(5.0, 9.0, 4.0, 8.2, id="no more than its power"),
        pytest.param(9.2, 9.0, 1.0, 10.0, id="no more than there is room for"),
        pytest.param(10.0, 1.0, 0.0, 10.0, id="nothing when full"),
        pytest.param(5.0, 0.0, 0.0, 5.0, id="nothing from nothing"),
    ],
)
def test_charging_takes(stored, offered, taken, after):
    assert charge(PLAIN, stored, offered) == pytest.approx((taken, after), abs=1e-12)


@pytest.mark.parametrize(
    ("stored", "wanted", "given_kwh", "after"),
    [
        pytest.param(9.0, 2.0, 2.0, 5.0, id="all that is wanted, and loses as much"),
        pytest.param(9.0, 9.0, 3.0, 3.0, id="no more than its power"),
        pytest.param(4.0, 9.0, 1.0, 2.0, id="no more than it may"),
        pytest.param(2.0, 1.0, 0.0, 2.0, id="nothing at its lowest state"),
    ],
)
def test_discharging_gives(stored, wanted, given_kwh, after):
    assert discharge(PLAIN, stored, wanted) == pytest.approx((given_kwh, after), abs=1e-12)


@given(LIMITS, number(0, 1), number(0, 20))
def test_no_battery_leaves_its_limits_or_gains_energy(battery, soc, kwh):
    stored = battery.minimum_kwh + soc * (battery.capacity_kwh - battery.minimum_kwh)
    taken, full = charge(battery, stored, kwh)
    given_kwh, empty = discharge(battery, stored, kwh)
    assert 0.0 <= taken <= min(kwh, battery.charge_step_kwh) + 1e-12
    assert 0.0 <= given_kwh <= min(kwh, battery.discharge_step_kwh) + 1e-12
    assert battery.minimum_kwh <= empty <= stored + 1e-12
    assert stored - 1e-12 <= full <= battery.capacity_kwh
    assert full - stored == pytest.approx(taken * battery.charge_efficiency, abs=1e-9)
    assert stored - empty == pytest.approx(given_kwh / battery.discharge_efficiency, abs=1e-9)
