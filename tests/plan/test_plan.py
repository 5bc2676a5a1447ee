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
from jiran.scenario.overrides import with_overrides
from jiran.tariffs import Usage, bill, find_tariff, held, load_tariff
from jiran.tariffs.ahead import changes

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


@pytest.fixture(scope="module")
def with_batteries():
    homes = [one | {"battery_kwh": 5.0} if one["kind"] == "solar" else one for one in MONTH["homes"]["groups"]]
    return planned(MONTH | {"homes": {"groups": homes}})


def test_batteries_in_homes_are_paid_for_and_are_not_there_before(month, with_batteries):
    homes = with_batteries.installed
    assert homes.cost.tolist() == [3 * 3_500 + 7 * 1_600.0] * 2 + [6 * 3_500 + 7 * 1_600.0] + [2 * 1_600.0] * 3
    before, found = month.stages.cost, with_batteries.stages.cost
    assert np.allclose(found[:2], before[:2], rtol=1e-12)  # without anything, and with PV alone, they pay the same
    result = with_batteries.result
    assert np.allclose(found[2], result.without_p2p.cost * with_batteries.year.factor, rtol=1e-12)
    assert (found[2, :3] < before[2, :3] - 1.0).all()  # a credit of the energy charge is less than what import costs
    flows = with_batteries.homes[0].flows
    assert flows[12] < flows[11] - 7 * 1_600.0  # its own battery too is bought again after 12 years


def test_a_battery_beside_metered_homes_is_paid_for(tmp_path):
    (tmp_path / "meters.csv").write_text(
        "time,H1 load,H1 pv\n"
        + "".join(f"2026-03-01T{hour:02d}:00,0.5,{(hour in (11, 12)) * 3.0}\n" for hour in range(24)),
        encoding="utf-8",
    )
    data = {"path": str(tmp_path / "meters.csv")}
    street = {"name": "metered", "start": "2026-03-01", "steps": 24, "battery": {"capacity_kwh": 0.0}}
    with_one, without = (
        planned(street | {"homes": {"data": data | own}}) for own in ({"all": {"battery_kwh": 4.0}}, {})
    )
    assert with_one.invested == pytest.approx(without.invested + 4 * 1_600.0)
    assert np.allclose(with_one.stages.cost[:2], without.stages.cost[:2])
    # 2.5 kWh are left over in each of two hours: 2 kW go in, and 0.95 x 0.95 of it come out again
    saved = 365 * (4.0 * 0.95 * 0.95 * 0.5625 - 4.0 * 0.20)
    assert with_one.stages.parts[1, 0] == pytest.approx(saved)


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


def due(tariff, month, kwh, given=0.0):
    return sum(line.amount for line in bill(load_tariff(tariff), Usage(float(kwh), float(given)), month).lines)


def test_after_the_contract_that_the_tariff_names_export_earns_nothing(month):
    ended, never = month, planned(plan__export_years=60)
    assert planned(plan__export_years=10).together.flows == pytest.approx(ended.together.flows)
    assert ended.together.flows[:11] == pytest.approx(never.together.flows[:11])
    totals = ended.result.bill_totals
    lost = sum(
        due(GENERAL, "2036-08", kwh) - due(ATAP, "2036-08", kwh, given)  # the same, without what export takes back
        for kwh, given in zip(totals["import_kwh"], totals["export_kwh"], strict=True)
    )
    assert lost > 1
    fading = 0.995 ** np.arange(10, 20)
    assert (never.together.flows - ended.together.flows)[11:] == pytest.approx(lost * month.year.factor * fading)
    flat = {**MONTH, "grid": {"import_price": 0.5, "export_price": 0.2}}
    one = planned(flat)
    earned = 0.2 * one.result.homes["grid_export_kwh"].to_numpy() * one.year.factor
    assert one.stages.later[0, 0] - one.stages.later[1, 0] == pytest.approx(earned)


def test_each_home_has_the_years_of_its_own_contract():
    groups = [
        {"kind": "solar", "pv_kwp": 4.0, "tariff": ATAP}, {"kind": "solar", "pv_kwp": 4.0, "tariff": GENERAL}, {"kind": "normal"},
    ]  # fmt: skip
    found = planned(homes__groups=groups, battery__capacity_kwh=0.0)
    assert found.stages.contract_years.tolist() == [10, np.inf, 10]  # a home without a roof has nothing to lose
    fading = 0.995 ** np.arange(20)
    saved = np.array(
        [one.flows[1:] + 0.015 * cost for one, cost in zip(found.homes, found.installed.cost, strict=True)]
    )
    saved[:, 11] += 0.15 * found.installed.cost  # new inverters
    assert np.ptp(saved[1, 1:] / fading[1:]) == pytest.approx(0, abs=1e-9)
    first = saved[0, 1:10] / fading[1:10]
    assert np.ptp(first) == pytest.approx(0, abs=1e-9)
    assert np.ptp(saved[0, 10:] / fading[10:]) == pytest.approx(0, abs=1e-9)
    assert saved[0, 10] / fading[10] < first[0] - 1


def test_a_discount_that_ends_is_counted_in_the_years_in_which_it_holds():
    """A tariff as Sarawak's: a quarter is off until the end of 2026, so a plan from July 2026 has it in the first year alone."""
    sarawak = {**MONTH, "start": "2026-07-01", "time_zone": "Asia/Kuching", "grid": {"tariff": "my-seb-domestic-nem"}}
    found = planned(sarawak, battery__capacity_kwh=0.0)
    used = found.result.flows.profiles.load_kwh.sum(axis=0)
    totals = found.result.bill_totals
    trades = found.result.homes["cost"].to_numpy() - found.result.settlement.bills.by_home()
    for home in range(len(found.ids)):
        taken, given = (totals[name][home] for name in ("import_kwh", "export_kwh"))
        saved = [
            due("my-seb-domestic-nem", f"{year}-07", used[home])
            - due("my-seb-domestic-nem", f"{year}-07", taken, given)
            - trades[home]
            for year in (2026, 2027, 2045)
        ]
        assert saved[1] == pytest.approx(saved[2])
        flows = found.homes[home].flows[1:] + 0.015 * found.installed.cost[home]
        got = np.array(saved)[[0, 1, 2]] * found.year.factor * 0.995 ** np.array([0, 1, 19])
        assert flows[[0, 1, 19]] == pytest.approx(got, abs=1e-6)
    cheap, dear = found.together.flows[1], found.together.flows[2]
    assert dear > 1.1 * cheap  # without the discount a kWh saved is worth a third more


def test_later_years_are_billed_by_the_tariff_that_has_followed():
    """A run over June and July 2025 has two tariffs, and the years after it the second one alone."""
    data = {**MONTH, "start": "2025-06-01", "steps": 24 * 61, "grid": {"tariff": GENERAL}}
    found = planned(data, battery__capacity_kwh=0.0, market__mechanism="grid-only")
    assert len(found.result.settlement.bills.contracts.each) == 2
    later = np.zeros(len(found.ids))
    profiles = found.result.flows.profiles
    net = profiles.load_kwh - profiles.generation_kwh
    for part, name in ((slice(0, 720), "2027-06"), (slice(720, None), "2027-07")):
        for home in range(len(found.ids)):
            used, taken = profiles.load_kwh[part, home].sum(), np.maximum(net[part, home], 0).sum()
            later[home] += due(GENERAL, name, used) - due(GENERAL, name, taken)
    assert found.stages.by_year(found.assumptions)[:, 2] == pytest.approx(later * found.year.factor)


def test_a_run_before_the_tariff_begins_is_billed_by_it_in_later_years():
    """In May 2025 the blocks of 2014 hold, and each May after it the tariff that was asked for."""
    data = {**MONTH, "start": "2025-05-01", "steps": 24 * 31, "grid": {"tariff": GENERAL}}
    found = planned(data, battery__capacity_kwh=0.0, market__mechanism="grid-only")
    profiles = found.result.flows.profiles
    used, taken = profiles.load_kwh.sum(axis=0), np.maximum(profiles.load_kwh - profiles.generation_kwh, 0).sum(axis=0)
    for ahead, name in ((0, "my-tnb-a-2014-domestic"), (1, GENERAL), (19, GENERAL)):
        month = f"{2025 + ahead}-05"
        saved = [due(name, month, *kwh) for kwh in zip(used)]
        saved = np.array(saved) - [due(name, month, kwh) for kwh in taken]
        assert found.stages.by_year(found.assumptions)[:, ahead] == pytest.approx(saved * found.year.factor)


@pytest.mark.parametrize(
    ("tariff", "start", "said"),
    [
        ("my-seb-domestic", "2025-02-01", [("apart", "2026-04")]),  # no February is in it
        ("my-seb-domestic", "2025-03-15", [("starts", "2026-04"), ("ends", "2026-12")]),  # April is in it
        ("my-seb-domestic", "2026-03-01", [("apart", "2026-04")]),
        ("my-seb-domestic", "2026-12-01", [("ends", "2026-12")]),
        ("my-seb-domestic", "2027-05-01", []),
        ("sg-sp-domestic", "2025-01-01", [("begins", "2026-07"), ("unknown", "2026-09")]),
        (GENERAL, "2025-05-01", [("follows", "2025-07"), ("unknown", "2026-01")]),
        (GENERAL, "2025-08-01", [("unknown", "2026-01")]),
        ("my-tnb-rp4-domestic-tou", "2025-05-01", [("kept", "2025-07")]),
    ],
)
def test_what_a_tariff_says_of_later_years_is_said_as_it_is_counted(tariff, start, said):
    named, begin = find_tariff(tariff), np.datetime64(start)
    months = tuple(map(str, np.unique((begin + np.arange(28)).astype("datetime64[M]"))))
    ((held_by, _),) = held(named, months)
    assert [(one.what, one.month) for one in changes(held_by, months, 20, named)] == said


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
    none = {
        "battery": scenario.battery.model_copy(update={"capacity_kwh": 0.0}),
        "homes": scenario.homes.without_batteries,
    }
    bare = scenario.model_copy(update=none)
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
