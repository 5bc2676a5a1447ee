"""Why the shared battery gave nothing, where two reasons take turns."""

from __future__ import annotations

import pytest

from jiran import load_scenario, simulate
from jiran.explain import battery

#: Until noon the price is high enough for the battery, which is empty; after that it holds what the sun left.
PRICES = [0.6] * 12 + [0.3] * 12


@pytest.mark.parametrize(("reserve", "first", "last", "why"), [
    (0.5, 0, 24, "empty or price"), (0.5, 12, 24, "price"), (0.7, 0, 24, "price"), (None, 0, 12, "empty"),
])  # fmt: skip
def test_a_battery_that_holds_energy_and_waits_for_its_price_is_not_said_to_hold_nothing(reserve, first, last, why):
    more = {"battery.capacity_kwh": 50.0, "battery.sell_price": "import", "solar.pv_kwp": 10.0, "steps": 24}
    result = simulate(load_scenario("paper", {**more, "battery.reserve_price": reserve, "grid.import_price": PRICES}))
    assert battery.never_gave(result, first, last).figures["why"] == why


def test_what_is_lost_on_the_way_out_is_nothing_to_give():
    few = {"battery.capacity_kwh": 5e-8, "battery.start_soc": 1.0, "battery.discharge_efficiency": 0.01}
    result = simulate(load_scenario("paper", {**few, "steps": 5}))
    assert battery.idle(result, 0, 5).figures == {"in": "no spare", "out": "empty"}


def test_a_battery_with_a_plan_that_is_full_or_empty_all_the_time_is_not_said_to_weigh():
    def idle(soc):
        asked = load_scenario(
            "paper", {"battery.controller": "plan-ahead", "battery.start_soc": soc, "battery.charge_kw": 5 * (soc > 0),
                      "battery.discharge_kw": 5 * (soc == 0), "battery.wear_cost": 100.0},
        )  # fmt: skip
        return battery.idle(simulate(asked), 0, 24).figures

    assert idle(1.0) == {"in": "always full", "out": "power"}
    assert idle(0.0) == {"in": "power", "out": "always empty"}
