"""Plans that are made again are those that a run made: a run that ends with their day still holds them."""

from __future__ import annotations

import numpy as np
import pytest

from jiran import load_scenario, simulate
from jiran.simulation.worth import worth_of_day

pytestmark = pytest.mark.compiled

PRICES = [0.3, 0.2, 0.2, 0.2, 0.2, 0.3, 0.4, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9, 0.8, 0.7, 0.5, 0.4]  # fmt: skip


def run(preset, days, **fields):
    said = {"grid.import_price": PRICES, "grid.export_price": 0.1, "step_minutes": 60, "steps": 24 * days}
    return simulate(load_scenario(preset, said | fields))


CASES = {
    "at home": ("home-batteries", "home_battery", "at_home", {"home_battery.controller": "plan-ahead"}),
    "scenarios": ("home-batteries", "home_battery", "at_home", {"home_battery.controller": "plan-scenarios"}),
    "by the hours": ("home-batteries", "home_battery", "at_home", {"home_battery.controller": "time-of-use"}),
    "in turn": ("home-batteries", "home_battery", "at_home", {"home_battery.controller": "cooperative"}),
    "peaks": (
        "home-batteries", "home_battery", "at_home",
        {"home_battery.controller": "peak-shaving", "market.mechanism": "grid-only", "start": "2026-03-27T00:00:00"},
    ),
    "for all": ("paper", "battery", "street", {"battery.controller": "plan-ahead"}),
    "for all, under a limit": ("paper", "battery", "street", {"battery.controller": "peak-shaving", "grid.export_limit_kw": 0.5}),
    "cars": ("paper", "ev", "cars", {"ev.charging": "v2g"}),
    "knows": ("home-batteries", "home_battery", "at_home", {"home_battery.controller": "plan-ahead", "home_battery.forecast": "perfect"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_plans_that_are_made_again_are_those_of_the_run(case):
    preset, who, where, fields = CASES[case]
    result = run(preset, 9, **fields)
    found, held = worth_of_day(result, who, 24 * 9 - 3), getattr(result.state, where)
    assert found.first == 24 * 8
    assert held.planned.all()
    assert found.planned.all()
    pieces = min(found.value.shape[2], held.value.shape[2])
    np.testing.assert_allclose(found.value[:, :, :pieces], held.value[1:, :, :pieces], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.upto_kwh[:, :, :pieces], held.upto_kwh[1:, :, :pieces], rtol=1e-9, atol=1e-12)


def test_a_run_that_goes_on_in_the_midst_of_a_day_and_one_of_a_day_before_the_last():
    fields = {"home_battery.controller": "plan-ahead"}
    first = run("home-batteries", 2, **fields | {"steps": 55})
    rest = load_scenario("home-batteries", {
        "grid.import_price": PRICES, "grid.export_price": 0.1, "step_minutes": 60, "steps": 24 * 3 - 7, "start": "2026-03-04T07:00:00", **fields,
    })  # fmt: skip
    later = simulate(rest, state=first.state)
    found = worth_of_day(later, "home_battery", 24 * 3 - 8)
    assert found.first == 24 * 2 - 7
    np.testing.assert_allclose(
        found.value, later.state.at_home.value[1:, :, : found.value.shape[2]], rtol=1e-9, atol=1e-12
    )
    begun = worth_of_day(later, "home_battery", 3)
    assert begun.first == 0
    assert begun.value.shape[0] == 17


def test_the_worth_at_a_level_is_that_of_the_next_kwh_and_nothing_is_said_of_own_use():
    result = run("home-batteries", 3, **{"home_battery.controller": "plan-ahead"})
    found = worth_of_day(result, "home_battery", 50)
    capacity = result.community.battery_kwh[0]
    levels = [found.at(0, 50, kwh) for kwh in np.linspace(0.0, capacity, 20)]
    assert levels == sorted(levels, reverse=True)
    assert found.at(0, 50, capacity) is not None
    assert found.at(0, 20, 0.0) is None
    assert worth_of_day(run("home-batteries", 2), "home_battery", 30) is None
    first = worth_of_day(result, "home_battery", 5)
    assert first.at(0, 5, 1.0) is None  # nothing is known of an owner on the first day
