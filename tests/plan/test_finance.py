"""What a row of cash flows comes to: worked cases of other tools, plain Python beside the library, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.plan.finance import Outlook, discounted, instalment, internal_rate, levelised_cost, payback_years


def prosumer(upkeep=0.0):
    """pyRES (JOSS 2025), prosumer 1: sales taxed at 20 %, yield down 2 % a year, grant for 10 years, new parts in year 10."""
    year = np.arange(1, 21)
    got = (0.8 * 11_938.008177 + 15_491.904942) * 0.98 ** (year - 1) + 9_737.28 * (year <= 10)
    return np.append(-194_887.80, got - 56_745.60 * (year == 10) - upkeep)


def community():
    """pyRES, its community: no grant."""
    year = np.arange(1, 21)
    got = (0.8 * 9_800.939447 + 11_140.977046) * 0.98 ** (year - 1)
    return np.append(-81_663.422449, got - 24_312.80 * (year == 10))


def csg(years, upkeep=0.0):
    """CSGSimulator: revenue that falls 1 % a year."""
    return np.append(-7_500.0, 2_249.789677 * 0.99 ** np.arange(years) - upkeep)


@pytest.mark.parametrize(
    ("flows", "rate", "npv", "payback", "discounted_payback", "irr"),
    [
        (prosumer(), 0.03, 161_663.3749, 5.8000, 6.4955, 0.128426),
        (prosumer(5_209.60), 0.03, 84_157.6819, None, None, None),
        (community(), 0.03, 139_552.6473, 4.4560, 4.8703, 0.197545),
        (csg(19), 0.06, 15_863.7611, None, 3.892883, 0.287949),
        (csg(20, 87.50), 0.06, 15_439.6962, None, None, None),
    ],
    ids=["pyRES prosumer", "with upkeep every year", "pyRES community", "CSG, 19 years", "20 years are not 19"],
)
def test_cases_that_others_have_worked_out(flows, rate, npv, payback, discounted_payback, irr):
    found = Outlook(flows, rate)
    assert found.npv == pytest.approx(npv, abs=6e-5)
    if payback is not None:
        assert found.payback == pytest.approx(payback, abs=6e-5)
    if discounted_payback is not None:
        assert found.discounted_payback == pytest.approx(discounted_payback, abs=6e-5)
    if irr is not None:
        assert found.irr == pytest.approx(irr, abs=6e-7)


def test_an_index_of_csg_follows_from_its_value_of_today():
    assert 1.0 + Outlook(csg(19), 0.06).npv / 7_500 == pytest.approx(3.115168, abs=6e-7)


@pytest.mark.parametrize(
    ("principal", "rate", "years", "month", "off"),
    [
        (7_500, 0.06, 20, 53.732329, 6e-7),
        (54_000, 0.06, 15, 456, 0.5),
        (54_000, 0.06, 15, 455.68, 0.005),
        (1_200, 0.0, 10, 10.0, 1e-9),
    ],
)
def test_instalments_of_loans(principal, rate, years, month, off):
    assert instalment(principal, rate, years) == pytest.approx(month, abs=off)


@pytest.mark.parametrize(
    ("cost", "a_year", "years"),
    [(38_888, 12 * 388, 8.35), (52_000, 400 * 12 * 1.3708, 7.9)],
    ids=["metta-4kw", "48smart-4kw-2013"],
)
def test_simple_paybacks_that_installers_publish(cost, a_year, years):
    assert payback_years(np.append(-cost, np.full(20, a_year))) == pytest.approx(years, abs=0.006)


def test_what_never_comes_back_is_none_and_not_a_number():
    never = np.append(-1_000.0, np.full(10, 99.0))
    assert payback_years(never) is None
    assert Outlook(never, 0.05).discounted_payback is None
    assert payback_years(np.append(-1_000.0, np.full(10, -1.0))) is None
    assert internal_rate(np.append(-1_000.0, np.full(10, -1.0))) is None
    assert payback_years(np.append(-1_000.0, np.full(10, 100.0))) == 10.0


def test_who_pays_nothing_first_has_nothing_to_come_back():
    assert payback_years(np.array([0.0, 5.0, 5.0])) == 0.0
    assert internal_rate(np.array([0.0, 5.0, 5.0])) is None


def test_a_replacement_that_is_not_earned_again_is_no_payback():
    assert payback_years(np.array([-100.0, 60.0, 60.0, -80.0, 20.0])) is None
    assert payback_years(np.array([-100.0, 60.0, 60.0, -80.0, 20.0, 60.0])) == pytest.approx(4 + 40 / 60)


FLOWS = st.lists(st.floats(-1e4, 1e5), min_size=1, max_size=30).map(np.array)
RATES = st.floats(0.0, 0.5)


@given(first=st.floats(1.0, 1e6), later=FLOWS, rate=RATES)
def test_the_value_of_today_is_what_plain_python_makes_of_it(first, later, rate):
    flows = np.append(-first, later)
    plain = 0.0
    for year, flow in enumerate(flows.tolist()):
        plain += flow / (1.0 + rate) ** year
    size = float(np.abs(discounted(flows, rate)).sum())
    assert Outlook(flows, rate).npv == pytest.approx(plain, abs=1e-12 * size)


@given(
    first=st.floats(1.0, 1e6),
    yearly=st.lists(st.just(0.0) | st.floats(1.0, 1e5), min_size=1, max_size=30).map(np.array),
)
def test_at_the_rate_of_return_nothing_is_left_and_halving_finds_the_same_rate(first, yearly):
    flows = np.append(-first, yearly)
    rate = internal_rate(flows)
    if not yearly.max() > 0.0 or rate is None:
        return
    low, high = -0.999999, 1e7
    for _ in range(300):
        middle = (low + high) / 2
        low, high = (middle, high) if discounted(flows, middle).sum() > 0 else (low, middle)
    assert rate == pytest.approx(low, rel=1e-5, abs=1e-6)


@given(
    first=st.floats(1.0, 1e6), yearly=st.lists(st.floats(1.0, 1e5), min_size=1, max_size=30).map(np.array), rate=RATES
)
def test_paid_back_is_when_the_sum_reaches_nothing_and_later_with_interest(first, yearly, rate):
    flows = np.append(-first, yearly)
    time = payback_years(flows)
    if time is None:
        assert first > yearly.sum()
        return
    whole = int(time)
    part = 0.0 if whole == yearly.size else (time - whole) * yearly[whole]
    assert yearly[:whole].sum() + part == pytest.approx(first, rel=1e-9)
    later = Outlook(flows, rate).discounted_payback
    assert later is None or later >= time - 1e-9


@given(cost=st.floats(1.0, 1e6), kwh=st.floats(1.0, 1e5), years=st.integers(1, 40), rate=st.floats(0.001, 0.3))
def test_the_cost_of_a_kwh_is_that_of_the_capital_recovery_factor(cost, kwh, years, rate):
    recovery = rate * (1 + rate) ** years / ((1 + rate) ** years - 1)
    costs, energy = np.append(cost, np.full(years, 0.01 * cost)), np.append(0.0, np.full(years, kwh))
    assert levelised_cost(costs, energy, rate) == pytest.approx((cost * recovery + 0.01 * cost) / kwh, rel=1e-9)
    assert levelised_cost(costs, 0.0 * energy, rate) is None
