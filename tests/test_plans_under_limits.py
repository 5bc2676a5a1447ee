"""The plan of the community battery keeps the street's import limit wherever a linear programme finds that it can be kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import jiran

DAYS = 3
EFFICIENCY = 0.95


def _street(limit_kw: float, capacity_kwh: float, seed: int, controller: str) -> jiran.Result:
    """Return a run of a street whose evenings are beyond what its connection carries, with a battery that knows it."""
    kinds = [{"kind": "solar", "count": 3}, {"kind": "normal", "count": 7}]
    said = {
        "homes.groups": kinds, "steps": 24 * DAYS, "seed": seed, "grid.import_limit_kw": limit_kw,
        "battery.capacity_kwh": capacity_kwh, "battery.charge_kw": capacity_kwh / 2, "battery.discharge_kw": capacity_kwh / 2,
        "battery.charge_efficiency": EFFICIENCY, "battery.discharge_efficiency": EFFICIENCY, "battery.start_soc": 0.0,
        "battery.min_soc": 0.0, "battery.controller": controller, "battery.forecast": "perfect",
    }  # fmt: skip
    return jiran.simulate(jiran.load_scenario("paper", said))


def _least_overload_kwh(need_kwh: np.ndarray, limit_kwh: float, capacity_kwh: float) -> float:
    """Return the least that must come in beyond the limit, by a linear programme over what is charged, given and too much."""
    steps, most_kwh = need_kwh.size, capacity_kwh / 2
    one, none, sums = np.eye(steps), np.zeros((steps, steps)), np.tril(np.ones((steps, steps)))
    held = np.hstack([EFFICIENCY * sums, -sums / EFFICIENCY, none])
    found = linprog(
        np.concatenate([np.zeros(2 * steps), np.ones(steps)]),
        A_ub=np.vstack([np.hstack([one, -one, -one]), held, -held]),
        b_ub=np.concatenate([limit_kwh - need_kwh, np.full(steps, capacity_kwh), np.zeros(steps)]),
        bounds=[(0.0, most_kwh)] * (2 * steps) + [(0.0, None)] * steps,
    )
    assert found.status == 0
    return float(found.fun)


@given(limit_kw=st.floats(2.0, 8.0), capacity_kwh=st.floats(4.0, 40.0), seed=st.integers(1, 10_000))
@settings(max_examples=25, deadline=None)
def test_a_plan_goes_beyond_the_import_limit_no_more_than_it_must(limit_kw, capacity_kwh, seed):
    run = _street(limit_kw, capacity_kwh, seed, "plan-ahead")
    profiles = run.flows.profiles
    need_kwh = (profiles.load_kwh + profiles.ev_kwh - profiles.generation_kwh).sum(axis=1)
    least_kwh = _least_overload_kwh(need_kwh, limit_kw, capacity_kwh)
    assert run.kpis["overload_kwh"] == pytest.approx(least_kwh, abs=1e-6)


def test_own_use_goes_beyond_the_limit_where_a_plan_need_not():
    planned, own_use = (_street(4.0, 30.0, 3, name).kpis["overload_kwh"] for name in ("plan-ahead", "self-consumption"))
    assert planned < own_use - 1.0
