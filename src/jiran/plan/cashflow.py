"""What is paid and got in each year of an investment's life."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.plan.finance import instalment

if TYPE_CHECKING:
    from jiran.scenario import Plan

Array = NDArray[np.float64]


def growth(plan: Plan) -> Array:
    """Return what a saving of the first year is in each, as a part of it: PV fades and bills rise, shape (year,)."""
    of_a_year = (1.0 - plan.degradation) * (1.0 + plan.escalation)
    grown: Array = of_a_year ** np.arange(plan.years, dtype=np.float64)
    return grown


def generated(plan: Plan, kwh: float) -> Array:
    """Return what PV generates in each year, kWh, 0 now, shape (year + 1,).

    Args:
        plan: How it fades.
        kwh: In the first year.
    """
    return np.append(0.0, kwh * (1.0 - plan.degradation) ** np.arange(plan.years))


def outlays(plan: Plan, pv: Array | float, battery: Array | float) -> Array:
    """Return what is paid for PV and battery now and in each year, without a loan, shape (..., year + 1).

    Upkeep is paid in every year, and what has come to the end of its life is replaced, but not in the last year.

    Args:
        plan: Lifetimes and shares.
        pv: What PV costs now, shape (...,).
        battery: What the battery costs now, the same.
    """
    pv, battery = np.asarray(pv)[..., None], np.asarray(battery)[..., None]
    year = np.arange(plan.years + 1)
    later = (year > 0) & (year < plan.years)
    new_inverter, new_battery = later & (year % plan.inverter_years == 0), later & (year % plan.battery_years == 0)
    paid: Array = (
        (pv + battery) * np.where(year == 0, 1.0, plan.upkeep)
        + pv * plan.inverter_share * new_inverter
        + battery * new_battery
    )
    return paid


def loan(plan: Plan, cost: Array | float) -> Array:
    """Return what a loan gives now (> 0) and takes in each year (< 0), shape (..., year + 1).

    Args:
        plan: Its share, interest and length.
        cost: What is invested, shape (...,).
    """
    year = np.arange(plan.years + 1)
    a_month = instalment(1.0, plan.loan_rate, plan.loan_years)
    of_one = np.where(year == 0, 1.0, np.where(year <= plan.loan_years, -12.0 * a_month, 0.0))
    moved: Array = plan.loan_share * np.asarray(cost)[..., None] * of_one
    return moved


def cash_flows(
    plan: Plan, pv: Array | float, battery: Array | float, saving: Array | float, fee: Array | float
) -> Array:
    """Return what is got less what is paid now and at the end of each year, shape (..., year + 1).

    Args:
        plan: The assumptions.
        pv: What PV costs now, shape (...,).
        battery: What the battery costs now, the same.
        saving: By how much bills fall in each year before anything fades or rises, shape (..., year), or in every year.
        fee: What is paid each year for sharing, the same.
    """
    got = saving * growth(plan) - np.asarray(fee)[..., None]
    now = np.zeros((*got.shape[:-1], 1))
    flows: Array = (
        np.concatenate([now, got], axis=-1)
        - outlays(plan, pv, battery)
        + loan(plan, np.asarray(pv) + np.asarray(battery))
    )
    return flows
