"""Plans of streets: savings are bills before less bills after, for each home, and never counted twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiran
import valid
from jiran.errors import JiranError, ScenarioError
from jiran.homes.profiles import Profiles
from jiran.plan import plan
from jiran.plan.year import year_of
from jiran.scenario import validate
from jiran.scenario.files import with_overrides
from jiran.tariffs import Usage, bill, load_tariff

ATAP = "my-tnb-rp4-domestic-atap"
GENERAL = "my-tnb-rp4-domestic-general"
#: A month of a street under Solar ATAP: three roofs of two sizes, and homes without one.
MONTH = {
    "name": "month", "time_zone": "Asia/Kuala_Lumpur", "start": "2025-08-01", "steps": 744, "step_minutes": 60,
    "homes": {"groups": [
        {"kind": "solar", "count": 2, "pv_kwp": 3.0, "annual_kwh": 7_200.0}, {"kind": "solar", "pv_kwp": 6.0},
        {"kind": "normal", "count": 3},
    ]},
    "solar": {"model": "site", "place": "kuala-lumpur"}, "load": {"model": "household", "preset": "tropical"},
    "battery": {"capacity_kwh": 12.0}, "grid": {"tariff": ATAP}, "market": {"mechanism": "grid-fraction", "matching": "pro-rata"},
}  # fmt: skip


def planned(data=MONTH, **changes):
    wanted = {key.replace("__", "."): value for key, value in changes.items()}
    return plan(jiran.simulate(validate(with_overrides(data, wanted))))


@pytest.fixture(scope="module")
def month():
    return planned()


def test_what_a_home_pays_without_anything_is_the_bill_of_all_that_it_uses(month):
    flows, tariff = month.result.flows, load_tariff(ATAP)
    for home in range(len(month.ids)):
        used = float(flows.profiles.load_kwh[:, home].sum() + flows.profiles.ev_kwh[:, home].sum())
        lines = bill(tariff, Usage(used), "2025-08").lines
        assert month.stages.cost[0, home] / month.year.factor == pytest.approx(
            sum(line.amount for line in lines), abs=1e-9
        )


def test_what_a_home_pays_with_pv_alone_is_the_bill_of_what_its_own_roof_leaves(month):
    profiles, tariff = month.result.flows.profiles, load_tariff(ATAP)
    net = profiles.generation_kwh - profiles.load_kwh - profiles.ev_kwh
    for home in range(len(month.ids)):
        taken, given = (float(np.maximum(sign * net[:, home], 0).sum()) for sign in (-1, 1))
        lines = bill(tariff, Usage(taken, given), "2025-08").lines
        assert month.stages.cost[1, home] / month.year.factor == pytest.approx(
            sum(line.amount for line in lines), abs=1e-9
        )


def test_what_a_home_pays_at_the_end_is_its_bill_and_its_trades_and_the_battery(month):
    assert month.stages.cost[3] / month.year.factor == pytest.approx(month.result.homes["cost"].to_numpy(), abs=1e-9)
    assert month.stages.cost[2] / month.year.factor == pytest.approx(
        month.result.homes["cost_without_p2p"].to_numpy(), abs=1e-9
    )


def test_parts_add_up_to_the_whole_for_each_home_and_all_roofs_count(month):
    assert month.parts.sum(axis=0) == pytest.approx(month.stages.cost[0] - month.stages.cost[3])
    assert month.installed.pv_kwp.tolist() == [3, 3, 6, 0, 0, 0]
    assert month.installed.battery_kwh.tolist() == pytest.approx([2.0] * 6)
    assert month.invested == pytest.approx(12 * 3_500 + 12 * 1_600)
    assert month.stages.generation_kwh == pytest.approx(month.result.homes["generation_kwh"].sum() * month.year.factor)
    assert (month.parts[0] > 0).tolist() == [True, True, True, False, False, False]


def test_the_flows_of_homes_add_up_to_those_of_all(month):
    assert sum(one.flows for one in month.homes) == pytest.approx(month.together.flows)
    assert sum(one.npv for one in month.homes) == pytest.approx(month.together.npv)


def test_what_a_battery_keeps_belongs_to_all():
    kept = planned(battery__fund_share="keep")
    assert kept.stages.fund[-1] == pytest.approx(kept.result.accounts["battery"] * kept.year.factor)
    assert kept.stages.fund[-1] > 1
    assert kept.together.flows - sum(one.flows for one in kept.homes) == pytest.approx(
        np.append(0, kept.stages.fund[-1] * 0.995 ** np.arange(20))
    )


def test_a_price_above_what_a_kwh_is_worth_is_seen_home_by_home_and_not_in_the_sum():
    flat = {key: value for key, value in MONTH.items() if key != "grid"} | {
        "grid": {"import_price": 0.3, "export_price": 0.3}
    }
    dear = planned(flat, battery__capacity_kwh=0.0)
    assert dear.street_parts[-1] == pytest.approx(0, abs=1e-6)
    assert set(dear.losers.tolist()) <= {0, 1, 2}  # roofs, which could have exported at the same price
    assert dear.losers.size >= 2


def test_prices_per_kwh_save_own_use_at_the_import_price_and_the_rest_at_that_of_export():
    flat = {key: value for key, value in MONTH.items() if key != "grid"} | {
        "grid": {"import_price": 0.5, "export_price": 0.2}
    }
    found = planned(flat, battery__capacity_kwh=0.0)
    profiles = found.result.flows.profiles
    own = np.minimum(profiles.generation_kwh, profiles.load_kwh + profiles.ev_kwh)
    saved = 0.5 * own.sum(axis=0) + 0.2 * (profiles.generation_kwh - own).sum(axis=0)
    assert found.parts[0] / found.year.factor == pytest.approx(saved)


def test_after_a_contract_export_earns_nothing(month):
    ended = planned(plan__export_years=10)
    assert ended.together.flows[:11] == pytest.approx(month.together.flows[:11])
    tariff = load_tariff(GENERAL)  # the same, without what export takes back
    totals = month.result.bill_totals
    lost = (
        sum(sum(line.amount for line in bill(tariff, Usage(kwh), "2025-08").lines) for kwh in totals["import_kwh"])
        - month.result.bills["amount"].sum()
    )
    assert lost > 1
    fading = 0.995 ** np.arange(10, 20)
    assert (month.together.flows - ended.together.flows)[11:] == pytest.approx(lost * month.year.factor * fading)
    flat = {**MONTH, "grid": {"import_price": 0.5, "export_price": 0.2}}
    one = planned(flat)
    earned = 0.2 * one.result.homes["grid_export_kwh"].to_numpy() * one.year.factor
    assert one.stages.saving - one.stages.saving_after_contract == pytest.approx(earned)


def test_a_fee_is_paid_by_all_homes_each_month_if_anybody_trades():
    free, paid = planned(), planned(plan__member_fee=5.0)
    assert free.parts[-1] - paid.parts[-1] == pytest.approx(np.full(6, 60.0))
    assert free.together.flows[1:] - paid.together.flows[1:] == pytest.approx(np.full(20, 360.0))
    assert planned(plan__member_fee=5.0, market__mechanism="grid-only").fee == 0.0


def test_at_the_cost_that_just_pays_the_value_of_today_is_nothing(month):
    just = planned(plan__pv_cost=month.enough_pv_cost)
    assert just.together.npv == pytest.approx(0, abs=1e-6 * just.invested)
    assert planned(solar__pv_kwp=0.0, homes__groups=[{"kind": "normal", "count": 2}]).enough_pv_cost is None


def test_co2_is_what_is_not_taken_and_what_is_given(month):
    homes, factor = month.result.homes, month.year.factor
    less = (homes["load_kwh"].sum() + homes["ev_kwh"].sum() - homes["grid_import_kwh"].sum()) * factor * 0.584
    assert month.co2_kg == pytest.approx((less, homes["grid_export_kwh"].sum() * factor * 0.584))


@pytest.mark.parametrize(
    ("steps", "minutes", "days", "factor"),
    [(8760, 60, 365, 1), (8784, 60, 366, 1), (744, 60, 31, 365 / 31), (96, 15, 1, 365), (17520, 60, 730, 0.5)],
)
def test_a_run_of_whole_days_is_taken_for_a_year(steps, minutes, days, factor):
    found = year_of(jiran.load_scenario("paper", {"steps": steps, "step_minutes": minutes}))
    assert (found.days, found.factor) == (days, pytest.approx(factor))
    assert found.is_whole == (factor == 1)


def test_a_run_without_whole_days_is_refused():
    for steps in (23, 30):
        with pytest.raises(ScenarioError, match=rf"steps = {steps}: must make whole days for a plan, 24 steps each"):
            year_of(jiran.load_scenario("paper", {"steps": steps}))


def test_a_cost_that_nobody_knows_must_be_given():
    with pytest.raises(ScenarioError, match=r"plan.pv_cost: must be given in SGD/kWp: there is a default in MYR only"):
        planned(grid__tariff="sg-sp-domestic")
    assert (
        planned(grid__tariff="sg-sp-domestic", plan__pv_cost=1_000.0, plan__battery_cost=500.0).invested == 12 * 1_500
    )


def test_homes_of_which_only_import_and_export_are_known_are_refused(tmp_path):
    rows = "\n".join(f"2025-08-01 {hour:02d}:00,{0.5},{0.3 if 9 < hour < 15 else 0.0}" for hour in range(24))
    (tmp_path / "net.csv").write_text(f"time,H1 import kWh,H1 export kWh\n{rows}\n")
    scenario = jiran.load_scenario("paper", {
        "homes": {"data": {"path": str(tmp_path / "net.csv")}}, "start": "2025-08-01", "steps": 24,
    })  # fmt: skip
    with pytest.raises(JiranError, match="of H1 only import and export are known"):
        plan(jiran.simulate(scenario))


def test_of_metered_homes_the_size_of_roofs_is_told_by_what_they_generate(tmp_path):
    rows = "\n".join(f"2025-08-01 {hour:02d}:00,{0.5},{0.5 if 8 < hour < 17 else 0.0}" for hour in range(24))
    (tmp_path / "roof.csv").write_text(f"time,H1 load kWh,H1 generation kWh\n{rows}\n")
    scenario = jiran.load_scenario("paper", {
        "homes": {"data": {"path": str(tmp_path / "roof.csv")}}, "start": "2025-08-01", "steps": 24, "plan.metered_yield": 1_460.0,
    })  # fmt: skip
    assert plan(jiran.simulate(scenario)).installed.pv_kwp.tolist() == pytest.approx([1.0])  # 4 kWh a day


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_any_street_that_can_be_planned_keeps_its_laws(seed):
    rng = np.random.default_rng(seed)
    scenario = valid.ordinary(rng, 1_500)
    try:
        found = plan(jiran.simulate(scenario))
    except JiranError:
        return
    bare = scenario.model_copy(update={"battery": scenario.battery.model_copy(update={"capacity_kwh": 0.0})})
    profiles = found.result.flows.profiles
    dark = jiran.simulate(bare, profiles=Profiles(0.0 * profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh))
    size = 1e-9 * max(1.0, float(np.abs(found.stages.cost).max()))
    assert found.stages.cost[0] == pytest.approx(dark.without_p2p.cost * found.year.factor, abs=size)
    assert found.parts.sum(axis=0) + found.fee == pytest.approx(
        found.stages.cost[0] - found.stages.cost[3], abs=10 * size
    )
    assert len(found.homes) == len(found.ids)
    for one in (*found.homes, found.together):
        assert one.payback is None or 0.0 <= one.payback <= found.assumptions.years
