from __future__ import annotations

import numpy as np
import pytest

from jiran import load_scenario, simulate
from jiran.homes.profiles import Profiles
from jiran.nothing import NOTHING_MONEY
from jiran.result.figures import KPIS, gini, jain, ratio
from strategies import run

#: Home 1 sells 1 of its 4 kWh to home 2 and stores 1; then home 1 needs 1 kWh and home 2 needs 3.
NET = [[4.0, -1.0], [-1.0, -3.0]]
BATTERY = {
    "capacity_kwh": 2, "charge_kw": 1, "discharge_kw": 9, "charge_efficiency": 0.8, "discharge_efficiency": 0.5,
}  # fmt: skip
FIGURES = {
    "generation_kwh": 4,
    "demand_kwh": 5,
    "load_kwh": 5,
    "p2p_kwh": 1,
    "trades": 1,
    "p2p_share": 1 / 5,
    "grid_export_kwh": 2,
    "grid_import_kwh": 3.6,
    "street_import_kwh": 3.6,
    "street_self_sufficiency": 1 - 3.6 / 5,
    "self_consumption": 1 - 2 / 4,
    "self_sufficiency": 1 - 3.6 / 5,
    "self_consumption_homes": 0,
    "self_sufficiency_homes": 0,
    "peak_import_kw": 3.6 / 0.5,
    "peak_export_kw": 2 / 0.5,
    "load_factor": 0.5,
    "battery_charged_kwh": 1,
    "battery_drawn_kwh": 0.4,
    "battery_cycles": 0.8 / 2,
    "battery_loss_kwh": 0.6,
    "soc_end_kwh": 0,
    "cost": 3.6 * 0.5 - 2 * 0.2,
    "cost_without_p2p": 4.6 * 0.5 - 3 * 0.2,
    "cost_grid_only": 5 * 0.5 - 4 * 0.2,
    "saving": 1 * (0.5 - 0.2),
    "saving_share": 0.3 / 1.7,
    "saving_grid_only": 1.7 - 1.4,
    "saving_grid_only_share": 0.3 / 1.7,
    "home_saving_mean": 0.15,
    "home_saving_best": 0.2,
    "home_saving_worst": 0.1,
    "homes_worse_off": 0,
    "saving_jain": 0.09 / (2 * 0.05),
    "saving_gini": 0.1 / 0.6,
    "co2_kg": 3.6 * 0.5,
    "co2_avoided_kg": (4 - 3.6) * 0.5,
}


@pytest.fixture(scope="module")
def figures():
    # A fast charge of 2 kW, so that half an hour charges 1 kWh.
    battery = {**BATTERY, "charge_kw": 2}
    return run(NET, battery=battery, step_minutes=30, grid__co2_kg_per_kwh=0.5).kpis


def test_every_figure_is_there_in_order_and_explained(figures):
    assert list(figures) == list(KPIS)
    assert all(kpi.label and kpi.meaning for kpi in KPIS.values())


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_what_its_definition_says(figures, name):
    # Without P2P the battery charges 1 kWh of the first home's 4 and gives 0.4 of it, as with P2P.
    expected = {**FIGURES, "cost_without_p2p": (1 + 4 - 0.4) * 0.5 - 3 * 0.2, "saving_share": 0.3 / 1.7}
    assert figures[name] == pytest.approx(expected[name], abs=1e-12)


def test_what_one_home_exports_while_another_imports_stays_in_the_neighbourhood():
    figures = run([[1.0, -3.0], [5.0, -1.0]], market={"mechanism": "grid-only"}, grid__co2_kg_per_kwh=0.5).kpis
    assert (figures["grid_import_kwh"], figures["grid_export_kwh"]) == (4.0, 6.0)
    assert (figures["peak_import_kw"], figures["peak_export_kw"], figures["load_factor"]) == (2.0, 4.0, 0.5)
    assert (figures["co2_kg"], figures["co2_avoided_kg"]) == (1.0, 0.0)


def test_what_an_ev_lends_is_not_taken_for_solar_energy_given_away():
    # At 18:00 a roof gives 3 kWh, the home needs 1, its EV can lend 4; the neighbour needs 5: 2 from the roof, 3 from the EV.
    scenario = load_scenario(
        "paper",
        {
            "homes": {"single": [{"id": "H", "kind": "hybrid"}, {"id": "N", "kind": "normal"}]},
            "start": "2026-03-21T18:00:00", "steps": 1, "ev.kw": 4.0, "ev.supply.enabled": True,
        },
    )  # fmt: skip
    given = Profiles(np.array([[3.0, 0.0]]), np.array([[1.0, 5.0]]), np.zeros((1, 2)))
    figures = simulate(scenario, profiles=given).kpis
    assert (figures["ev_supplied_kwh"], figures["ev_lent_kwh"], figures["p2p_kwh"]) == (3.0, 3.0, 5.0)
    assert figures["self_consumption_homes"] == pytest.approx(1 / 3)
    assert figures["self_consumption"] == 1.0


def test_shares_of_nothing_are_undefined_and_not_zero():
    figures = run([[0.0, 0.0]]).kpis
    undefined = {name for name, value in figures.items() if value is None}
    assert undefined == {
        "p2p_share", "street_self_sufficiency", "self_consumption", "self_sufficiency", "self_consumption_homes", "self_sufficiency_homes",
        "load_factor", "battery_cycles", "saving_share", "saving_grid_only_share", "saving_jain", "saving_gini",
    }  # fmt: skip


def test_a_negative_bill_has_no_share_of_saving():
    assert run([[9.0, -1.0]]).kpis["saving_share"] is None


def test_homes_that_pay_more_are_counted_but_rounding_is_not_a_loss():
    # 0.8 of the import price is below the export price: the seller loses, the buyer gains.
    figures = run([[1.0, -1.0]], grid__export_price=0.45).kpis
    assert figures["homes_worse_off"] == 0.5
    assert run([[1.0, -1.0]], grid__export_price=0.4 + 1e-7).kpis["homes_worse_off"] == 0.0


@pytest.mark.parametrize(
    ("values", "fairness", "inequality"),
    [
        ([1, 1, 1, 1], 1, 0),
        ([0, 0, 0, 8], 1 / 4, 3 / 4),
        ([1, 3], 16 / 20, 1 / 4),
        ([2, 4, 6], 144 / 168, 2 / 9),
        ([-1, 3], None, None),  # who loses has no share of the whole
        ([-1, 1], None, None),
        ([-2 * NOTHING_MONEY, 1], None, None),
        ([-NOTHING_MONEY / 2, 1], 1 / 2, 1 / 2),
        ([0, 0], None, None),
        ([NOTHING_MONEY / 2, 0], None, None),
    ],
)
def test_jain_and_gini_of(values, fairness, inequality):
    values = np.array(values, dtype=float)
    assert jain(values) == (None if fairness is None else pytest.approx(fairness))
    assert gini(values) == (None if inequality is None else pytest.approx(inequality, abs=1e-12))


def test_indices_of_evenness_are_empty_exactly_where_a_home_loses_or_nobody_gains():
    loses = load_scenario("paper", {"grid.export_price": 0.5})
    for scenario in (loses, load_scenario("paper")):
        result = simulate(scenario)
        worst = result.kpis["home_saving_worst"]
        for name in ("saving_jain", "saving_gini"):
            assert (result.kpis[name] is None) == (worst < 0), name


def test_gini_is_the_mean_difference_of_all_pairs():
    values = np.random.default_rng(1).normal(3, 1, 50)
    pairs = np.abs(values[:, None] - values[None, :]).mean()
    assert gini(values) == pytest.approx(pairs / (2 * values.mean()))


def test_a_ratio_to_nothing_or_less_is_undefined():
    assert (ratio(1, 2), ratio(1, 0), ratio(1, -1)) == (0.5, None, None)


# --- what a kWh from the grid emits ---


@pytest.mark.parametrize(
    ("changes", "factor"),
    [
        ({}, 0.199),
        ({"time_zone": "Asia/Kuala_Lumpur"}, 0.584),
        ({"time_zone": "Asia/Singapore"}, 0.4057),
        ({"grid__region": "sabah"}, 0.539),
        ({"time_zone": "Europe/Berlin", "grid__region": "thailand"}, 0.409),
        ({"grid__region": "sabah", "grid__co2_kg_per_kwh": 0.1}, 0.1),
        ({"time_zone": "Europe/Berlin", "grid__co2_kg_per_kwh": 0.0}, 0.0),
        ({"time_zone": "Europe/Berlin"}, None),
    ],
)
def test_co2_is_counted_by_what_is_given_or_the_region_or_the_time_zone(changes, factor):
    figures = run(NET, **({"grid__region": None} | changes)).kpis
    taken = 4.0  # as in the run above, without its battery
    assert figures["co2_kg"] == (None if factor is None else pytest.approx(taken * factor))
    assert (figures["co2_avoided_kg"] is None) == (factor is None)


PRESETS = {"paper": 0.584, "five-prosumers": 0.584, "kampung": 0.584, "ev-street": 0.584, "net-metering-window": 0.252}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_itself_what_its_grid_emits(name):
    assert load_scenario(name).grid.co2_kg_per_kwh == PRESETS[name]


def test_a_cycle_takes_out_what_the_battery_may_give():
    """Of 2 kWh half are kept back: 1 kWh goes in and out of the other half, whatever is lost on the way."""
    battery = {"capacity_kwh": 2, "min_soc": 0.5, "start_soc": 0.5, "charge_kw": 9, "discharge_kw": 9}
    net = [[2.0, 0.0], [-2.0, 0.0]]
    assert run(net, battery=battery | {"discharge_efficiency": 0.5}).kpis["battery_cycles"] == pytest.approx(1.0)
