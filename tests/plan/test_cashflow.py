"""What is paid and got in each year, written down year by year."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import plain_plans
from jiran.plan.cashflow import cash_flows
from jiran.scenario import Plan

SHARES = st.floats(0.0, 1.0)
PLANS = st.builds(
    lambda years, loan_years, **more: Plan(years=years, loan_years=min(years, loan_years), **more),
    years=st.integers(1, 40), loan_years=st.integers(1, 40), inverter_years=st.integers(1, 40), battery_years=st.integers(1, 40),
    upkeep=SHARES, inverter_share=SHARES, loan_share=SHARES, loan_rate=st.just(0.0) | st.floats(0.001, 0.3), degradation=st.floats(0.0, 0.1),
    escalation=st.floats(-0.1, 0.1),
)  # fmt: skip
AMOUNTS = st.floats(0.0, 1e6)


@given(
    plan=PLANS,
    pv=AMOUNTS,
    battery=AMOUNTS,
    saving=st.lists(st.floats(-1e5, 1e6), min_size=40, max_size=40),
    fee=st.floats(0, 1e4),
)
def test_flows_are_those_that_are_written_down_year_by_year(plan, pv, battery, saving, fee):
    found = cash_flows(plan, pv, battery, np.array(saving[: plan.years]), fee)
    assert found.shape == (plan.years + 1,)
    assert found.tolist() == pytest.approx(plain_plans.flows(plan, pv, battery, saving, fee), rel=1e-9, abs=1e-6)


@given(plan=PLANS, homes=st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=5))
def test_the_flows_of_homes_add_up_to_those_of_all(plan, homes):
    columns = [np.array(one) for one in zip(*homes, strict=True)]
    pv, battery, saving, fee = columns
    falling = np.linspace(1.0, 0.5, plan.years)
    each = cash_flows(plan, pv, battery, saving[:, None] * falling, fee)
    sums = [float(one.sum()) for one in columns]
    together = cash_flows(plan, *sums[:2], sums[2] * falling, sums[3])
    assert each.sum(axis=0).tolist() == pytest.approx(together.tolist(), rel=1e-9, abs=1e-4)


def test_upkeep_is_paid_in_every_year_and_nothing_is_replaced_in_the_last():
    plan = Plan(years=12, inverter_years=4, battery_years=6, upkeep=0.01, inverter_share=0.1, degradation=0.0)
    assert cash_flows(plan, 1_000.0, 500.0, 0.0, 0.0).tolist() == pytest.approx(
        [-1_500.0] + [-15.0 - 100.0 * (year in (4, 8)) - 500.0 * (year == 6) for year in range(1, 13)]
    )


def test_a_loan_without_interest_only_moves_what_is_paid():
    own, lent = (Plan(loan_share=share, loan_rate=0.0, loan_years=10) for share in (0.0, 0.8))
    one, other = (cash_flows(plan, 1_000.0, 0.0, 100.0, 0.0) for plan in (own, lent))
    assert one.sum() == pytest.approx(other.sum())
    assert other[0] == -200.0
