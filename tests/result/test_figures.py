from __future__ import annotations

import numpy as np
import pytest

from by_hand import cases, without_a_value
from jiran import load_scenario, simulate
from jiran.homes.profiles import Profiles
from jiran.nothing import NOTHING_MONEY
from jiran.result.figures import KPIS, grouped
from jiran.result.shares import gini, jain, ratio
from strategies import run, small

#: Home 1 sells 1 of its 4 kWh to home 2 and stores 1; then home 1 needs 1 kWh and home 2 needs 3. Steps of half an hour.
NET = [[4.0, -1.0], [-1.0, -3.0]]
#: At 18:00 a roof gives 3 kWh, the home needs 1, its EV can lend 4; the neighbour needs 5: 2 from the roof, 3 from the EV.
DUSK = Profiles(np.array([[3.0, 0.0]]), np.array([[1.0, 5.0]]), np.zeros((1, 2)))
#: Home 1 has 2 kWh left, of which it sells 1.5 to home 2 (1 for the house, 0.5 for the EV), 0.2 go into the battery and 0.3
#: to the grid; then the homes need 1, 2 and 1 kWh, of which the battery gives 0.88. It held 2 kWh, and keeps 1.
#: A neighbour pays less than the grid, and the battery asks for more: some lose by trading, others by the battery.
DEAR = Profiles(
    generation_kwh=np.array([[3.0, 0.0, 0.0], [0.0, 0.0, 0.0]]),
    load_kwh=np.array([[1.0, 1.0, 0.0], [1.0, 2.0, 1.0]]),
    ev_kwh=np.array([[0.0, 0.5, 0.0], [0.0, 0.0, 0.0]]),
)
#: A battery at home holds 1 of 2 kWh and takes 2 of the 4 kWh that are left, of which half is stored; then it gives what it
#: holds for a need of 3 kWh, less a fifth.
OWN = {
    "homes": {"single": [{"id": "H", "kind": "solar", "battery_kwh": 2, "battery_kw": 2}]},
    "home_battery": {"charge_efficiency": 0.5, "discharge_efficiency": 0.8, "start_soc": 0.5, "wear_cost": 0.1},
}
#: The same battery uses 0.1 kWh in each hour on top: 1.9 of the 4 kWh are left for the grid, and 1.5 come from there for 3.
STANDBY = OWN | {"home_battery": OWN["home_battery"] | {"standby_w": 100}}
#: A home needs 1 kWh in the hour from 17, at the reference price, and 2 in that from 18, at four times as much.
DEAR_EVENING = {
    "homes": {"single": [{"id": "N", "kind": "normal"}]}, "start": "2026-03-21T17:00:00", "steps": 2,
    "load.low_kw": 1.0, "load.high_kw": 1.0, "load.evening_factor": 2.0, "grid.import_price": [0.1, 0.4],
    "load.reference_price": 0.1, "load.shift_window_h": 1.0,
}  # fmt: skip
#: The community battery buys 2 kWh in the last cheap hour, of which 1.6 are stored, and gives all of it in the first dear one, less
#: half: 0.5 kWh that the home needs, and the rest to the grid, which pays more then than it takes.
PLANNED = {
    "battery": {
        "capacity_kwh": 2, "charge_kw": 2, "discharge_kw": 9, "charge_efficiency": 0.8, "discharge_efficiency": 0.5,
        "controller": "time-of-use", "wear_cost": 0.1,
    },
    "start": "2026-03-21T11:00:00", "grid__import_price": (0.1,) * 12 + (0.9,) * 12, "grid__export_price": 0.95,
}  # fmt: skip
#: It buys 1.5 of the 2 kWh that a neighbour has to spare in a cheap hour, takes the rest after the market, and sells 1.5 kWh in a dear one.
BIDDING = {
    "battery": {
        "capacity_kwh": 9, "charge_kw": 9, "discharge_kw": 9, "controller": "plan-ahead", "forecast": "perfect", "in_market": True,
    },
    "start": "2026-03-21T11:00:00", "grid__import_price": (0.1,) * 12 + (0.9,) * 12, "grid__export_price": 0.05,
    "market": {"mechanism": "uniform-price"},
}  # fmt: skip
#: What a kWh of the second step costs there: a part from the battery at 0.6, the rest from the grid at 0.5.
EVENING = (0.88 * 0.6 + 3.12 * 0.5) / 4
PAYS = [-1.5 * 0.4 - 0.2 * 0.45 - 0.3 * 0.45 + EVENING, 1.5 * 0.4 + 2 * EVENING, EVENING]
PAYS_WITHOUT_P2P = [-0.2 * 0.45 - 1.8 * 0.45 + EVENING, 1.5 * 0.5 + 2 * EVENING, EVENING]
PAYS_ALONE = [-2 * 0.45 + 1 * 0.5, 1.5 * 0.5 + 2 * 0.5, 1 * 0.5]

#: Figures of runs, worked out by hand.
WORKED = {
    "sunny": {
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
        # Without P2P too the battery charges 1 kWh of the first home's 4 and gives 0.4 of it.
        "cost_without_p2p": (1 + 4 - 0.4) * 0.5 - 3 * 0.2,
        "cost_grid_only": 5 * 0.5 - 4 * 0.2,
        "saving": 1 * (0.5 - 0.2),
        "saving_share": 0.3 / 1.7,
        "saving_grid_only": 1.7 - 1.4,
        "saving_grid_only_share": 0.3 / 1.7,
        "home_saving_mean": 0.15,
        "home_saving_best": 0.2,
        "home_saving_worst": 0.1,
        "homes_worse_off": 0,
        "homes_worse_off_grid_only": 0,
        "saving_jain": 0.09 / (2 * 0.05),
        "saving_gini": 0.1 / 0.6,
        "co2_kg": 3.6 * 0.5,
        "co2_avoided_kg": (4 - 3.6) * 0.5,
    },
    # 4 kWh in the first hour are 4 kW; without trades no other step is higher.
    "peaks": {"demand_charges": 40.0, "peak_import_kw": 4.0},
    # Home 1 has 4 kWh left in half an hour, 1 of them for home 2; of the 3 others 1 goes to the grid. Then both need 4 kWh: 8 kW.
    "limited": {
        "curtailed_kwh": 2,
        "curtailed_steps": 1,
        "curtailed_value": 2 * 0.2,
        "grid_export_kwh": 1,
        "peak_export_kw": 2.0,
        "self_consumption": 1 - 3 / 4,
        "import_limit_share": 8 / 5,
        "overload_kwh": 1.5,
        "overload_kw": 3,
        "overload_steps": 1,
        "cost": 4 * 0.5 - 1 * 0.2,
        "cost_grid_only": 5 * 0.5 - 2 * 0.2,
    },
    "dusk": {
        "ev_supplied_kwh": 3,
        "ev_lent_kwh": 3,
        "p2p_kwh": 5,
        "self_consumption_homes": 1 / 3,
        "self_sufficiency_homes": 1 / 6,
        "self_consumption": 1,
        "stored_end_kwh": 0.8 * 40 - 3 / 0.95,
    },
    "dear": {
        "generation_kwh": 3,
        "demand_kwh": 6 + 0.5,
        "load_kwh": 6,
        "ev_kwh": 0.5,
        "p2p_kwh": 1.5,
        "p2p_share": 1.5 / 6.5,
        "grid_export_kwh": 0.3,
        "grid_import_kwh": 4 - 0.88,
        "street_self_sufficiency": 1 - 3.12 / 6.5,
        "self_consumption": 1 - 0.3 / 3,
        "self_consumption_homes": 1 / 3,
        "self_sufficiency_homes": 1 / 6.5,
        "peak_import_kw": 3.12,
        "peak_export_kw": 0.3,
        "battery_charged_kwh": 0.2,
        "battery_drawn_kwh": (2 + 0.2 * 0.5 - 1) * 0.8,
        "battery_cycles": (2 + 0.2 * 0.5 - 1) / (4 - 1),
        "battery_loss_kwh": 0.2 - 0.88 - (1 - 2),
        "soc_end_kwh": 1,
        "cost": sum(PAYS),
        "cost_without_p2p": sum(PAYS_WITHOUT_P2P),
        "cost_grid_only": sum(PAYS_ALONE),
        "saving": 1.5 * (0.5 - 0.45),
        "saving_grid_only": sum(PAYS_ALONE) - sum(PAYS),
        "saving_grid_only_share": (sum(PAYS_ALONE) - sum(PAYS)) / sum(PAYS_ALONE),
        "home_saving_mean": 1.5 * (0.5 - 0.45) / 3,
        "home_saving_best": 1.5 * (0.5 - 0.4),
        "home_saving_worst": 1.5 * (0.4 - 0.45),
        "homes_worse_off": 1 / 3,  # the one that sells
        "homes_worse_off_grid_only": 2 / 3,  # that one, and the one that only draws from the battery
        "saving_jain": None,
        "saving_gini": None,
        "co2_kg": 3.12 * 0.5,
        "co2_avoided_kg": (4 - 3.12) * 0.5,
    },
    "own": {
        "home_battery_charged_kwh": 2,
        "home_battery_given_kwh": 2 * 0.8,
        "home_battery_loss_kwh": 2 - 1.6 + 1,
        "home_battery_wear": 1.6 * 0.1,
        "grid_export_kwh": 4 - 2,
        "grid_import_kwh": 3 - 1.6,
    },
    "standby": {
        "home_battery_standby_kwh": 2 * 0.1,
        "home_battery_charged_kwh": 2 + 2 * 0.1,
        "home_battery_given_kwh": 1.6,
        "home_battery_loss_kwh": 2 - 1.6 + 1 + 2 * 0.1,
        "home_battery_wear": 1.6 * 0.1,
        "grid_export_kwh": 4 - 2 - 0.1,
        "grid_import_kwh": 3 + 0.1 - 1.6,
    },
    "planned": {
        "battery_import_kwh": 2,
        "battery_charged_kwh": 2,
        "battery_drawn_kwh": 2 * 0.8 * 0.5,
        "battery_export_kwh": 2 * 0.8 * 0.5 - 0.5,
        "battery_wear": 0.8 * 0.1,
        "battery_cycles": 1.6 / 2,
        "battery_loss_kwh": 2 - 0.8,
        "street_import_kwh": 0.5 + 2,
        "peak_export_kw": 0.3,
        "grid_import_kwh": 0.5,
        "grid_export_kwh": 0,
    },
    "bidding": {
        "battery_bought_kwh": 1.5,
        "battery_sold_kwh": 1.5,
        "battery_charged_kwh": 2,
        "battery_drawn_kwh": 1.5,
        "battery_import_kwh": 0,
        "battery_export_kwh": 0,
        "p2p_kwh": 1.5 + 1.5,
        "trades": 2,
        "grid_import_kwh": 0,
        "soc_end_kwh": 0.5,
    },
    # It is back once, takes 5 kW in each of four hours, and is full.
    "pressed": {"ev_overrides": 1, "ev_kwh": 4 * 5, "departure_missing_kwh": 0},
    "saves": {"load_saved_kwh": 2 - 2 * 4**-0.5, "load_kwh": 1 + 1, "load_shifted_kwh": 0, "grid_import_kwh": 2},
    "waits": {"load_shifted_kwh": 0.4 * 2, "load_shifted_kwh_h": 0.8 * 1, "load_kwh": 3, "load_saved_kwh": 0},
    "late": {
        "stored_end_kwh": 40 - 10 + 13 * 0.5,
        "departure_missing_kwh": 40 - (40 - 10 + 13 * 0.5),
        "ev_kwh": 13 * 0.5,
        "ev_supplied_kwh": 0,
    },
}


def _dusk():
    return simulate(
        load_scenario(
            "paper",
            {
                "homes": {"single": [{"id": "H", "kind": "hybrid"}, {"id": "N", "kind": "normal"}]},
                "start": "2026-03-21T18:00:00", "steps": 1, "ev.kw": 4.0, "ev.supply.enabled": True,
            },
        ),
        profiles=DUSK,
    )  # fmt: skip


def _late(**more):
    """A car that can hold 50 kWh leaves with 40 at 7, is back at 18 with 30, and takes 0.5 kW until it leaves again."""
    spreads = (
        "departure_homes_h",
        "departure_days_h",
        "arrival_homes_h",
        "arrival_days_h",
        "trip_spread",
        "trip_homes",
    )
    calendar = {"departure_hour": 7, "arrival_hour": 18, "trips": 1, "trip_kwh": 10, "efficiency": 1}
    changes = {
        "homes": {"single": [{"id": "E", "kind": "ev", "ev_kw": 0.5}]},
        "start": "2026-03-02T06:00:00", "steps": 26, "ev.charging": "smart",
    }  # fmt: skip
    own = {f"ev.calendar.{name}": value for name, value in (calendar | dict.fromkeys(spreads, 0)).items()}
    return simulate(load_scenario("paper", changes | own | more))


def _dear():
    battery = {
        "capacity_kwh": 4, "min_soc": 0.25, "start_soc": 0.5, "charge_kw": 0.2, "discharge_kw": 9,
        "charge_efficiency": 0.5, "discharge_efficiency": 0.8, "sell_price": 0.6, "fund_share": "keep",
    }  # fmt: skip
    fields = {"battery": battery, "grid__export_price": 0.45, "grid__co2_kg_per_kwh": 0.5}
    return simulate(small(3, 2, **fields), profiles=DEAR)


@pytest.fixture(scope="module")
def runs():
    battery = {
        "capacity_kwh": 2, "charge_kw": 2, "discharge_kw": 9, "charge_efficiency": 0.8, "discharge_efficiency": 0.5,
    }  # fmt: skip
    sunny = run(NET, battery=battery, step_minutes=30, grid__co2_kg_per_kwh=0.5)
    return {
        "sunny": sunny,
        "dusk": _dusk(),
        "dear": _dear(),
        "own": run([[4.0], [-3.0]], **OWN),
        "standby": run([[4.0], [-3.0]], **STANDBY),
        "peaks": run([[-3.0, -1.0], [-2.0, 1.0]], grid__demand_charge=10.0, battery={"capacity_kwh": 0}),
        "limited": run(
            NET, battery={"capacity_kwh": 0}, step_minutes=30, grid__export_limit_kw=2.0, grid__import_limit_kw=5.0
        ),
        "planned": run([[-0.5], [-0.5]], **PLANNED),
        "bidding": run([[2.0, 0.0], [0.0, -1.5]], **BIDDING),
        "saves": simulate(load_scenario("paper", DEAR_EVENING | {"load.elasticity": -0.5})),
        "waits": simulate(load_scenario("paper", DEAR_EVENING | {"load.shiftable_share": 0.4})),
        "late": _late(),
        "pressed": _late(**{"ev.override_share": 1.0, "ev.kw": 5.0, "homes": {"single": [{"id": "E", "kind": "ev"}]}}),
    }


def test_every_figure_is_there_in_order_and_explained(runs):
    for result in runs.values():
        assert list(result.kpis) == list(KPIS)
    assert all(figure.label and figure.meaning for figure in KPIS.values())


def test_what_is_stored_at_the_end_is_what_all_devices_hold(runs):
    for name, result in runs.items():
        last = result.devices.filter(result.devices["step"] == result.timeline.steps - 1)
        assert result.kpis["stored_end_kwh"] == pytest.approx(last["stored_kwh"].sum(), rel=1e-12), name
    assert runs["dear"].kpis["stored_end_kwh"] == pytest.approx(1.0)
    assert runs["own"].kpis["stored_end_kwh"] == pytest.approx(0.0, abs=1e-12)


def test_every_figure_has_a_value_worked_out_by_hand():
    assert not without_a_value(KPIS, WORKED), without_a_value(KPIS, WORKED)
    assert {name for figures in WORKED.values() for name in figures} <= set(KPIS)
    assert without_a_value([*KPIS, "a_new_figure"], WORKED).endswith(": a_new_figure")


@pytest.mark.parametrize(("case", "name"), cases(WORKED))
def test_a_figure_is_what_its_definition_says(runs, case, name):
    expected = WORKED[case][name]
    assert runs[case].kpis[name] == (None if expected is None else pytest.approx(expected, abs=1e-12))


def test_each_home_pays_what_was_worked_out_by_hand(runs):
    assert runs["dear"].settlement.cost.tolist() == pytest.approx(PAYS)
    assert runs["dear"].without_p2p.cost.tolist() == pytest.approx(PAYS_WITHOUT_P2P)


def test_printed_figures_stand_in_groups_that_are_known():
    names = [
        name
        for group in grouped(
            load_scenario(
                "ev-street",
                {
                    "battery.capacity_kwh": 9,
                    "battery.controller": "time-of-use",
                    "grid.demand_charge": 1,
                    "grid.import_limit_kw": 1,
                    "grid.export_limit_kw": 1,
                    "homes.groups.solar.battery_kwh": 1,
                    "home_battery.standby_w": 5,
                    "load.elasticity": -0.1,
                    "load.shiftable_share": 0.1,
                },
            )
        ).values()
        for name in group
    ]
    cars = {"departure_missing_kwh", "ev_overrides"}  # of cars that charge by plans, which do not lend
    bids = {"battery_bought_kwh", "battery_sold_kwh"}  # of a battery whose controller forecasts
    assert sorted([*names, *cars, *bids]) == sorted(name for name, figure in KPIS.items() if figure.group)
    asked = {
        "ev.charging": "smart",
        "ev.override_share": 0.1,
        "battery.controller": "plan-ahead",
        "battery.in_market": True,
    }
    assert cars | bids <= {name for group in grouped(load_scenario("paper", asked)).values() for name in group}


def test_what_one_home_exports_while_another_imports_stays_in_the_neighbourhood():
    figures = run([[1.0, -3.0], [5.0, -1.0]], market={"mechanism": "grid-only"}, grid__co2_kg_per_kwh=0.5).kpis
    assert (figures["grid_import_kwh"], figures["grid_export_kwh"]) == (4.0, 6.0)
    assert (figures["peak_import_kw"], figures["peak_export_kw"], figures["load_factor"]) == (2.0, 4.0, 0.5)
    assert (figures["co2_kg"], figures["co2_avoided_kg"]) == (1.0, 0.0)


def test_shares_of_nothing_are_undefined_and_not_zero():
    figures = run([[0.0, 0.0]]).kpis
    undefined = {name for name, value in figures.items() if value is None}
    assert undefined == {
        "p2p_share", "street_self_sufficiency", "self_consumption", "self_sufficiency", "self_consumption_homes", "self_sufficiency_homes",
        "import_limit_share", "load_factor", "battery_cycles", "saving_share", "saving_grid_only_share", "saving_jain", "saving_gini",
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


def test_what_the_grid_alone_would_cost_knows_no_price_of_the_battery():
    battery = {"capacity_kwh": 2, "charge_kw": 9, "discharge_kw": 9, "buy_price": 0.3, "sell_price": 0.35}
    kpis = run([[4.0, -1.0], [-1.0, -3.0]], battery=battery).kpis
    assert kpis["battery_drawn_kwh"] > 0
    assert kpis["cost_grid_only"] == pytest.approx(5 * 0.5 - 4 * 0.2)


def printed(**changes):
    """Return the names of the figures that are printed of a street that has nothing but roofs, with these changes."""
    bare = {"battery.capacity_kwh": 0, "homes.groups": [{"kind": "solar", "count": 2}, {"kind": "normal", "count": 2}]}
    asked = bare | {name.replace("__", "."): value for name, value in changes.items()}
    return {name for group in grouped(load_scenario("five-prosumers", asked)).values() for name in group}


HAS = (
    {"battery__capacity_kwh": 9},
    {"battery__capacity_kwh": 9, "battery__controller": "plan-ahead"},
    {"battery__capacity_kwh": 9, "battery__controller": "plan-ahead", "battery__in_market": True},
    {"grid__demand_charge": 0.1},
    {"grid__import_limit_kw": 0},
    {"grid__export_limit_kw": 0},
    {"homes__groups": [{"kind": "solar", "count": 2, "battery_kwh": 1}]},
    {"homes__groups": [{"kind": "solar", "count": 2, "battery_kwh": 1}], "home_battery__standby_w": 1},
    {"load__elasticity": -0.1},
    {"load__shiftable_share": 0.1},
    {"ev__supply__enabled": True},
    {"ev__charging": "smart"},
    {"ev__charging": "smart", "ev__override_share": 0.1},
)


@pytest.mark.parametrize("has", HAS, ids=lambda has: list(has)[-1])
def test_a_figure_is_printed_only_of_what_the_street_has(has):
    *before, last = has.items()
    without = printed(**dict(before))
    assert without < printed(**has)
    off = {"battery__capacity_kwh": 0, "grid__demand_charge": 0, "load__elasticity": 0, "load__shiftable_share": 0}
    if last[0] in off:
        assert printed(**dict(before), **{last[0]: off[last[0]]}) == without


@pytest.mark.parametrize(("capacity_kwh", "told"), [(0, False), (0.5, True), (9, True)])
def test_a_battery_is_told_of_where_there_is_one_however_small(capacity_kwh, told):
    assert ("Battery" in grouped(load_scenario("paper", {"battery.capacity_kwh": capacity_kwh}))) is told
