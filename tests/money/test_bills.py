"""True monthly bills in a run: held against plain Python that knows the tariffs' own formulas, month by month."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiran import Scenario, load_scenario, simulate
from jiran.errors import JiranError, ScenarioError
from jiran.homes.months import months_of
from jiran.homes.profiles import Profiles
from jiran.homes.timeline import timeline
from jiran.money.worth import pair_by_step
from jiran.tariffs import Usage, bill, find_tariff, sharing, tariffs
from random_tariffs import tariff_data
from valid import ordinary, with_tariff

DEMAND_ALONE = """
name = "demand-alone"
title = "Demand alone"
place = "Nowhere"
currency = "MYR"
round = 0.01
valid_from = 2025-01-01
known_to = "2027-12"
zone = "Asia/Kuching"
status = "estimate"
sources = ["made up"]

[components.demand]
kind = "demand"
unit = "kW"
rate = 30.0
"""

RP4 = "my-tnb-rp4-domestic-general"
#: The rebate of the efficiency incentive: up to so many kWh, sen per kWh.
INCENTIVE = [
    (200, 25.0), (250, 24.5), (300, 22.5), (350, 21.0), (400, 17.0), (450, 14.5), (500, 12.0), (550, 10.5), (600, 9.0),
    (650, 7.5), (700, 5.5), (750, 4.5), (800, 4.0), (850, 2.5), (900, 1.0), (1000, 0.5),
]  # fmt: skip
SLABS = [(150, 18.0), (200, 22.0), (300, 25.0), (400, 27.0), (500, 29.5), (700, 30.0), (800, 30.5), (1300, 31.0)]


def rp4(kwh):
    """Return TNB's bill as its calculator makes it, without AFA."""
    incentive = next((sen for most, sen in INCENTIVE if kwh <= most), 0.0)
    by_kwh = (0.2703 if kwh <= 1500 else 0.3703) + 0.0455 + 0.1285 - incentive / 100
    retail = 10.0 if kwh > 600 else 0.0
    levy = 0.016 * by_kwh * kwh if kwh > 300 else 0.0
    tax = 0.08 * (by_kwh * (kwh - 600) + retail) if kwh > 600 else 0.0
    return by_kwh * kwh + retail + levy + tax


def sarawak(kwh):
    """Return the bill of 2025: all kWh at the rate of the slab, at least RM 5, tax on the kWh above 600."""
    rate = next((sen for most, sen in SLABS if kwh <= most), 31.5) / 100
    return max(rate * kwh + 0.08 * rate * max(0.0, kwh - 600), 5.0)


def atap(taken, given_kwh):
    """Return the bill with export that takes back the energy charge of as many kWh as were imported."""
    return max(0.0, rp4(taken) - min(taken, given_kwh) * (0.2703 if taken <= 1500 else 0.3703))


FORMULAS = {
    RP4: lambda taken, _: rp4(taken),
    "my-seb-domestic": lambda taken, _: sarawak(taken),
    "my-tnb-rp4-domestic-atap": atap,
}
YEAR = {"start": "2025-07-01", "steps": 24 * 184, "grid.tariff": RP4}


def year(**more):
    """Return the paper's homes from July to December 2025 with AFA left out."""
    return simulate(load_scenario("paper", YEAR | more))


def without_fuel(name, tmp_path):
    """Return a file with a tariff whose fuel charge is 0, as the formulas have it."""
    file = tmp_path / "mine.toml"
    lines = [f'extends = "{name}"', 'name = "mine"', 'title = "Mine"', 'status = "estimate"']
    if "afa" in find_tariff(name).components:
        lines += ["[components.afa]", "rate = 0.0"]
    file.write_text("\n".join(lines))
    return str(file)


def months_by_hand(result, name):
    """Sum a flow of each home by the month on the wall clock, with no help but a dictionary."""
    sums = defaultdict(float)
    rows = result.flows[name].tolist()
    for time, row in zip(result.timeline.local.tolist(), rows, strict=True):
        for home, kwh in zip(result.community.ids, row, strict=True):
            sums[home, f"{time:%Y-%m}"] += kwh
    return sums


@pytest.mark.parametrize("name", FORMULAS)
def test_bills_of_a_run_are_those_of_the_utilitys_formula(name, tmp_path):
    result = simulate(load_scenario("paper", YEAR | {"grid.tariff": without_fuel(name, tmp_path), "ev.kw": 7.0}))
    taken, exported = months_by_hand(result, "grid_import_kwh"), months_by_hand(result, "grid_export_kwh")
    lines = result.bills.group_by("home", "month").agg(pl.col("amount").sum())
    found = {(home, month): amount for home, month, amount in lines.rows()}
    right = {key: FORMULAS[name](taken[key], exported[key]) for key in taken}
    assert found == pytest.approx(right, abs=1e-9)
    totals = result.bill_totals
    assert totals["bill"].to_list() == pytest.approx(
        [right[key] for key in totals.select("home", "month").rows()], abs=0.00501
    )
    assert max(taken.values()) > 600 > min(taken.values())  # several tiers are in it
    by_home = dict(result.homes.select("id", "cost").rows())
    for home in result.community.ids:
        trades = result.trades
        bought = trades.filter(pl.col("buyer") == home)["paid"].sum()
        sold = trades.filter(pl.col("seller") == home)["received"].sum()
        utility = sum(amount for (whose, _), amount in right.items() if whose == home)
        battery = sum(_battery(result, home))
        assert by_home[home] == pytest.approx(bought - sold + utility + battery, abs=1e-6)


def _battery(result, home):
    """Yield what a home pays the community battery at the pair of prices, less its share of what the fund earns."""
    place = result.community.ids.index(home)
    price = result.steps.select("import_price", "export_price").to_numpy()
    yield float(result.flows["battery_drawn_kwh"][:, place] @ price[:, 0])
    yield -float(result.flows["battery_charged_kwh"][:, place] @ price[:, 1])
    drawn, charged = (result.flows[f"battery_{name}_kwh"].sum(axis=1) for name in ("drawn", "charged"))
    yield -float(drawn @ price[:, 0] - charged @ price[:, 1]) / result.community.size


def test_a_month_of_a_given_volume_has_the_published_bill():
    """TNB's own calculator: 300, 600, 1,200 and 1,500 kWh in July 2025."""
    scenario = load_scenario("paper", {
        "start": "2025-07-01", "steps": 24 * 31, "grid.tariff": RP4, "battery.capacity_kwh": 0,
        "homes": {"groups": [{"kind": "normal", "count": 4}]},
    })  # fmt: skip
    volumes = np.array([300.0, 600.0, 1200.0, 1500.0])
    shape = np.random.default_rng(0).uniform(0.1, 1.0, (scenario.steps, 4))
    load = shape / shape.sum(axis=0) * volumes
    none = np.zeros_like(load)
    result = simulate(scenario, profiles=Profiles(generation_kwh=none, load_kwh=load, ev_kwh=none))
    assert result.bill_totals["bill"].to_list() == [65.79, 215.98, 573.82, 719.90]
    assert result.kpis["cost"] == pytest.approx(65.79 + 215.98 + 573.82 + 719.90, abs=0.02)


def test_lines_accounts_and_costs_are_the_same_money():
    result = year(**{"market.mechanism": "uniform-price", "grid.network_charge": 0.05})
    accounts, lines = result.accounts, result.bills
    taxes = lines.filter(pl.col("kind") == "tax")["amount"].sum()
    assert set(accounts) == {"homes", "battery", "network", "market", "grid", "tax"}
    assert sum(accounts.values()) == pytest.approx(0.0, abs=1e-8)
    assert accounts["tax"] == pytest.approx(taxes, abs=1e-9)
    assert accounts["grid"] == pytest.approx(lines["amount"].sum() - taxes, abs=1e-8)
    assert result.balance.money < 1e-12
    assert result.balance.kwh < 1e-12
    assert result.kpis["cost"] == pytest.approx(-accounts["homes"])
    assert taxes > 0.0


def test_without_a_tariff_there_are_no_bills_and_no_tax():
    result = simulate(load_scenario("paper"))
    assert result.bills.height == result.bill_totals.height == 0
    assert {"home", "month", "component", "amount", "amount_without_p2p"} <= set(result.bills.columns)
    assert "tax" not in result.accounts


def flat(tmp_path):
    """Return a file with a tariff of one rate, no tax and 20 sen for export."""
    file = tmp_path / "flat.toml"
    file.write_text(
        'name = "flat"\ntitle = "Flat"\nplace = "Nowhere"\ncurrency = "MYR"\nvalid_from = 2020-01-01\n'
        'status = "estimate"\nsources = ["a test"]\nround = 0.01\nknown_to = "2026-12"\n'
        '[components.energy]\nkind = "energy"\nrate = 0.5625\n'
        '[components.sold]\nkind = "credit"\nunit = "exported-kWh"\nrate = 0.2\n'
        '[components.minimum]\nkind = "minimum"\nunit = "month"\nrate = -1e6\n'
    )
    return str(file)


@pytest.mark.parametrize("rule", ["grid-fraction", "uniform-price", "bill-sharing", "grid-only"])
@pytest.mark.parametrize("days", [1, 45])
def test_a_flat_tariff_without_taxes_settles_as_prices_do(rule, days, tmp_path):
    of_prices = {"grid.import_price": 0.5625, "grid.export_price": 0.2}
    asked = {"steps": 24 * days, "market.mechanism": rule}
    by_price = simulate(load_scenario("paper", asked | of_prices))
    by_bill = simulate(load_scenario("paper", asked | {"grid.tariff": flat(tmp_path)}))
    for name in ("cost", "cost_without_p2p", "cost_grid_only"):
        assert by_bill.homes[name].to_numpy() == pytest.approx(by_price.homes[name].to_numpy(), abs=1e-9)
    assert by_bill.kpis == pytest.approx(by_price.kpis, abs=1e-8)
    accounts = dict(by_bill.accounts)
    assert accounts.pop("tax") == 0.0
    assert accounts == pytest.approx(by_price.accounts, abs=1e-8)


SLOW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(st.integers(0, 10**6), st.sampled_from(sorted(tariffs())))
def test_any_scenario_under_any_tariff_balances_and_repeats(seed, name):
    rng = np.random.default_rng(seed)
    drawn = with_tariff(rng, ordinary(rng, 1_500)).model_dump(exclude_none=True)
    drawn.pop("currency")
    grid = drawn["grid"] | {"tariff": name}
    scheme = sharing().get(grid.get("sharing", ""))
    if scheme is not None and scheme.counts_money and scheme.currency != tariffs()[name].currency:
        del grid["sharing"]
    scenario = Scenario.model_validate(drawn | {"grid": grid})
    try:
        result = simulate(scenario)
    except ScenarioError as error:
        if "to charge for trips overnight" in str(error):  # a car with so little power cannot lend
            return
        raise
    except JiranError:  # a rule that cannot do this says so
        return
    worst = max(1.0, sum(map(abs, result.accounts.values())))
    assert abs(sum(result.accounts.values())) <= 1e-9 * worst
    peaks = result.settlement.demand
    lines = result.bills["amount"].sum() + (0.0 if peaks is None else peaks.total)
    assert lines == pytest.approx(result.accounts["grid"] + result.accounts["tax"], abs=1e-9 * worst)
    assert simulate(scenario).digest == result.digest
    if not len(result.flows.trades) and not result.settlement.period_payment.any():
        assert result.bills["amount"].to_list() == result.bills["amount_without_p2p"].to_list()
        assert result.homes["cost"].to_numpy() == pytest.approx(result.homes["cost_without_p2p"].to_numpy())


@SLOW
@given(tariff_data(), st.integers(0, 10**6))
def test_bills_of_any_tariff_are_those_of_its_months_alone(tmp_path_factory, data, seed):
    """Each home's bill of a whole month is the one that `bill` makes of its kWh, where nothing is carried."""
    import tomli_w  # noqa: PLC0415

    if data.get("export", {}).get("carry", "none") != "none":
        data["export"] |= {"carry": "none"}
        data["export"].pop("applied", None)
    data["valid_from"] = dt.date(2025, 1, 1)
    file = tmp_path_factory.mktemp("random") / "random.toml"
    file.write_text(tomli_w.dumps(data))
    rng = np.random.default_rng(seed)
    scenario = load_scenario("paper", {
        "start": "2025-02-01", "steps": 59 * 4, "step_minutes": 60, "grid.tariff": str(file), "seed": int(rng.integers(99)),
        "homes": {"groups": [{"kind": "solar", "count": 2}, {"kind": "normal", "count": 2}]},
    })  # fmt: skip
    result = simulate(scenario)
    tariff = find_tariff(str(file))
    part = float(months_of(result.timeline).parts[0])
    peak = (result.timeline.hour >= 14) & (result.timeline.hour < 22)
    taken, exported = result.flows["grid_import_kwh"], result.flows["grid_export_kwh"]
    for home, name in enumerate(result.community.ids):
        at_peak = {"peak": float(taken[peak, home].sum())}
        used = Usage(float(taken[:, home].sum()), float(exported[:, home].sum()), at_peak, float(taken[:, home].max()))
        right = bill(tariff, used, "2025-02", part)
        lines = result.bills.filter(pl.col("home") == name)
        assert lines["component"].to_list() == [line.id for line in right.lines]
        assert lines["amount"].to_list() == pytest.approx([line.amount for line in right.lines], rel=1e-9, abs=1e-9)


def test_a_month_that_the_run_cuts_is_billed_as_that_part_of_a_whole_one():
    """Ten of thirty days of a steady load: the tier is that of the whole month, and the bill a third of it."""
    whole = {"start": "2025-11-01", "steps": 720, "grid.tariff": "my-seb-domestic", "battery.capacity_kwh": 0}
    homes = {
        "homes": {"groups": [{"kind": "normal", "count": 1}]},
        "load.low_kw": 0.5,
        "load.high_kw": 0.5,
        "load.evening_factor": 1,
    }
    of_all, of_part = (simulate(load_scenario("paper", whole | homes | {"steps": steps})) for steps in (720, 240))
    assert of_all.kpis["demand_kwh"] == pytest.approx(360.0)
    assert of_all.kpis["cost"] == pytest.approx(360 * 0.27)  # at 120 kWh the slab would be 18 sen
    assert of_part.kpis["cost"] == pytest.approx(of_all.kpis["cost"] / 3)
    assert of_part.bill_totals["part"].to_list() == [pytest.approx(1 / 3)]


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_demand_is_the_highest_mean_power_of_a_half_hour_or_of_a_longer_step(tmp_path, minutes):
    """A tariff of demand alone: 30 a kW and month, of a home that takes 4 kW for a quarter of an hour and 1 kW otherwise."""
    file = tmp_path / "demand.toml"
    file.write_text(DEMAND_ALONE)
    steps = 31 * 24 * 60 // minutes
    load = np.full((steps, 1), minutes / 60.0)
    load[5 * 24 * 60 // minutes] += 3.0 * 0.25
    asked = load_scenario("paper", {
        "start": "2025-07-01", "steps": steps, "step_minutes": minutes, "grid.tariff": str(file), "battery.capacity_kwh": 0,
        "homes": {"groups": [{"kind": "normal", "count": 1}]},
    })  # fmt: skip
    result = simulate(asked, profiles=Profiles(np.zeros_like(load), load, np.zeros_like(load)))
    highest_kw = 1.0 + 3.0 * 0.25 / max(0.5, minutes / 60.0)
    assert result.kpis["cost"] == pytest.approx(30.0 * highest_kw, abs=0.005)


def test_bills_without_the_battery_know_what_it_took_where_it_gave_nothing():
    """A battery that keeps what it has for a better price: it takes of two roofs at noon, and they buy at night."""
    noon = {
        "start": "2026-05-01T10:00:00", "steps": 14, "grid.tariff": "th-mea-1.2-net-billing", "currency": "THB",
        "battery.reserve_price": 99.0,
        "homes": {"groups": [{"kind": "solar", "count": 2}]},
    }  # fmt: skip
    sun, load = np.zeros((14, 2)), np.full((14, 2), 1.0)
    sun[:4] = 3.0
    given_ = Profiles(sun, load, np.zeros_like(load))
    result, alone = (
        simulate(load_scenario("paper", noon | {"battery.capacity_kwh": kwh}), profiles=given_) for kwh in (10.0, 0.0)
    )
    assert result.flows["battery_charged_kwh"].sum() > 1.0
    assert result.without_p2p.cost_without_battery == pytest.approx(alone.settlement.cost, abs=1e-9)
    assert (result.without_p2p.cost > alone.settlement.cost + 1.0).all()


def test_runs_cut_at_the_ends_of_months_add_up():
    whole = year()
    first = simulate(load_scenario("paper", YEAR | {"steps": 24 * 31}))
    july = whole.bills.filter(pl.col("month") == "2025-07")
    assert first.bills["amount_without_p2p"].to_list() == pytest.approx(july["amount_without_p2p"].to_list(), abs=1e-9)


def test_a_run_over_the_start_of_a_tariff_bills_each_month_by_its_own():
    """Blocks of 2014 until June 2025, TNB's fourth regulatory period from July: TNB's own totals for 300 and 600 kWh."""
    scenario = load_scenario("paper", {
        "start": "2025-06-01", "steps": 24 * 61, "grid.tariff": RP4, "battery.capacity_kwh": 0,
        "homes": {"groups": [{"kind": "normal", "count": 2}]},
    })  # fmt: skip
    june = np.arange(scenario.steps) < 24 * 30
    load = np.where(june[:, None], 1 / (24 * 30), 1 / (24 * 31)) * [300.0, 600.0]
    none = np.zeros_like(load)
    result = simulate(scenario, profiles=Profiles(generation_kwh=none, load_kwh=load, ev_kwh=none))
    found = {key[:2]: key[2:] for key in result.bill_totals.select("home", "month", "tariff", "bill").rows()}
    assert found == {
        ("N1", "2025-06"): ("my-tnb-a-2014-domestic", 71.00), ("N1", "2025-07"): (RP4, 65.79),
        ("N2", "2025-06"): ("my-tnb-a-2014-domestic", 219.80), ("N2", "2025-07"): (RP4, 215.98),
    }  # fmt: skip
    assert result.balance.kwh < 1e-12
    prices = result.steps["import_price"].to_numpy()
    assert (prices[0], prices[-1]) == (pytest.approx(0.218 - 0.02), pytest.approx(0.4443))
    assert not any("is taken for" in warning for warning in result.warnings)


NEM = "my-tnb-rp4-domestic-nem3"


@pytest.mark.parametrize("rule", ["grid-fraction", "grid-only"])
@pytest.mark.parametrize("battery_kwh", [0.0, 20.0])
def test_credit_goes_on_in_the_next_run_as_it_does_in_one(rule, battery_kwh):
    """A sunny July and two dark months in one run, or the two from the state that July left: kWh of export are carried."""
    asked = {
        "start": "2025-07-01", "grid.tariff": NEM, "market.mechanism": rule, "battery.capacity_kwh": battery_kwh,
        "battery.fund_share": "keep", "solar.pv_kwp": 9.0,
    }  # fmt: skip
    scenario, july = load_scenario("paper", asked | {"steps": 24 * 92}), 24 * 31
    drawn = {name: array.copy() for name, array in vars(simulate(scenario).flows.profiles).items()}
    drawn["generation_kwh"][july:] *= 0.2
    whole = simulate(scenario, profiles=Profiles(**drawn))
    parts = [
        Profiles(**{name: array[steps].copy() for name, array in drawn.items()})
        for steps in (slice(0, july), slice(july, None))
    ]
    first = simulate(load_scenario("paper", asked | {"steps": july}), profiles=parts[0])
    assert first.state.credits.run.kwh.max() > 100.0
    second_asked = asked | {"start": "2025-08-01", "steps": 24 * 61}
    second = simulate(load_scenario("paper", second_asked), profiles=parts[1], state=first.state)
    for column in ("amount",) if battery_kwh else ("amount", "amount_without_p2p"):
        right = whole.bills.filter(pl.col("month") > "2025-07")[column].to_list()
        assert second.bills[column].to_list() == pytest.approx(right, abs=1e-8)
    left, at_end = second.state.credits.run, whole.state.credits.run
    assert left.kwh == pytest.approx(at_end.kwh, abs=1e-8)
    alone = simulate(load_scenario("paper", second_asked), profiles=parts[1])
    assert second.kpis["cost"] < alone.kpis["cost"] - 1.0


def test_credit_goes_on_from_a_tariff_to_the_one_that_follows_it(tmp_path):
    """The same charges under another name from August on: every bill is that of one tariff."""
    file = tmp_path / "next.toml"
    file.write_text(
        f'extends = "{NEM}"\nname = "next"\ntitle = "Next"\nstatus = "estimate"\nfollows = "{NEM}"\nvalid_from = 2025-08-01\n'
    )
    asked = {"start": "2025-07-01", "steps": 24 * 62, "market.mechanism": "grid-only", "solar.pv_kwp": 9.0}
    one, two = (simulate(load_scenario("paper", asked | {"grid.tariff": name})) for name in (NEM, str(file)))
    assert one.bills["amount"].to_list() == pytest.approx(two.bills["amount"].to_list(), abs=1e-9)
    assert two.bill_totals["tariff"].unique().sort().to_list() == [NEM, "next"]
    assert one.state.credits.run.kwh.tolist() == pytest.approx(two.state.credits.run.kwh.tolist(), abs=1e-9)
    assert one.state.credits.run.kwh.max() > 100.0


def test_credit_of_other_homes_is_refused():
    state = simulate(load_scenario("paper", {"grid.tariff": NEM})).state
    with pytest.raises(ScenarioError, match=r"^state\.credits = 12: must be of 5 homes"):
        simulate(load_scenario("five-prosumers", {"grid.tariff": NEM}), state=state)


@pytest.mark.parametrize(
    ("zone", "start", "steps", "parts"),
    [
        ("Asia/Kuching", "2026-02-01", 672, [1.0]),
        ("Asia/Kuching", "2026-03-21", 24, [1 / 31]),
        ("Europe/Berlin", "2026-03-01", 743, [1.0]),  # clocks are set forward
        ("Europe/Berlin", "2026-10-31", 48, [25 / (31 * 24 + 1) * 24 / 25, 1 / 30]),
    ],
)
def test_how_much_of_a_month_lies_in_a_run(zone, start, steps, parts):
    asked = {"time_zone": zone, "start": start, "steps": steps}
    assert months_of(timeline(load_scenario("paper", asked))).parts.tolist() == pytest.approx(parts)


def test_the_market_sees_the_reference_pair_and_each_homes_own_worth():
    """RP4: 44.43 sen for a kWh; 23.80 sen saved at 350 kWh a month and 34.47 at 550, taxes in."""
    scenario = load_scenario("paper", {
        "start": "2025-07-01", "steps": 24 * 31, "grid.tariff": RP4, "market.mechanism": "uniform-price",
        "homes": {"groups": [{"kind": "normal", "count": 2}, {"kind": "solar", "count": 1}]}, "battery.capacity_kwh": 0,
    })  # fmt: skip
    load = np.ones((scenario.steps, 3)) * [350.0, 550.0, 1.0] / scenario.steps
    sun = np.zeros_like(load)
    sun[:, 2] = 0.2
    result = simulate(scenario, profiles=Profiles(generation_kwh=sun, load_kwh=load, ev_kwh=np.zeros_like(load)))
    assert result.steps["import_price"].unique().to_list() == pytest.approx([0.4443])
    assert result.steps["export_price"].unique().to_list() == [0.0]
    from jiran.result.limits import limits_between  # noqa: PLC0415

    limits = limits_between(result, 0, 1)[0]
    # 350 and 550 are edges of tiers: what counts is the kWh below them, and the seller's export earns nothing.
    assert limits == pytest.approx([0.23805, 0.34473, 0.0], abs=5e-5)
    first = result.trades.filter(pl.col("step") == 0)
    assert first["buyer"].to_list() == ["N2"]  # 0.2 kWh are for sale: who values them more has them
    assert first["buyer_price"].to_list() == pytest.approx([0.34473 / 2], abs=0.09)


def test_the_market_of_a_single_step_sees_what_a_kwh_is_worth_to_each_home():
    scenario = load_scenario("paper", {
        "start": "2025-07-01", "steps": 1, "grid.tariff": RP4, "market.mechanism": "uniform-price",
        "homes": {"groups": [{"kind": "normal", "count": 2}, {"kind": "solar", "count": 1}]}, "battery.capacity_kwh": 0,
    })  # fmt: skip
    load, sun = np.array([[350.0, 550.0, 0.0]]) / (24 * 31), np.array([[0.0, 0.0, 0.2]])
    result = simulate(scenario, profiles=Profiles(generation_kwh=sun, load_kwh=load, ev_kwh=np.zeros_like(load)))
    assert result.worth.bought[0, 0] < result.worth.bought[0, 1]
    assert result.trades["buyer"].to_list() == ["N2"]


def test_the_tier_may_be_that_of_the_month_before():
    asked = {
        "start": "2025-07-01", "steps": 24 * 62, "grid.tariff": RP4, "market.mechanism": "uniform-price",
        "homes": {"groups": [{"kind": "normal", "count": 1}, {"kind": "solar", "count": 1}]}, "battery.capacity_kwh": 0,
    }  # fmt: skip
    july, steps = 24 * 31, 24 * 62
    load = np.zeros((steps, 2))
    load[:july, 0], load[july:, 0] = 180 / july, 550 / july
    sun = np.zeros_like(load)
    sun[:, 1] = 0.01
    worth = {}
    for tier_of in ("this-month", "last-month"):
        scenario = load_scenario("paper", asked | {"grid.tier_of": tier_of})
        result = simulate(scenario, profiles=Profiles(generation_kwh=sun, load_kwh=load, ev_kwh=np.zeros_like(load)))
        worth[tier_of] = result.worth.bought[:, 0].tolist()
    assert worth["this-month"] == pytest.approx([0.1943, 0.34473], abs=0.02)
    assert worth["last-month"] == pytest.approx([0.1943, 0.1943], abs=0.02)


def test_a_tariff_of_its_own_for_a_group():
    result = year(**{"homes.groups.ev.tariff": "my-tnb-rp4-domestic-tou", "steps": 24 * 31})
    named = dict(result.bills.select("home", "tariff").unique().rows())
    assert {name for home, name in named.items() if home.startswith("E")} == {"my-tnb-rp4-domestic-tou"}
    assert {name for home, name in named.items() if not home.startswith("E")} == {RP4}
    assert list(dict.fromkeys(result.bills["home"])) == list(result.community.ids)


def test_reference_prices_follow_the_hour_and_may_be_given():
    tou = load_scenario("paper", {"grid.tariff": "my-tnb-rp4-domestic-tou", "start": "2026-03-25"})  # a Wednesday
    taken, earned = pair_by_step(tou, timeline(tou))
    peak = [14 <= hour < 22 for hour in range(24)]
    assert taken.tolist() == pytest.approx([0.2852 + 0.174 if one else 0.2443 + 0.174 for one in peak])
    assert earned.tolist() == [0.0] * 24
    hours = [round(0.01 * hour, 2) for hour in range(24)]
    own = load_scenario(
        "paper", {"grid.tariff": RP4, "grid.reference_import_price": hours, "grid.reference_export_price": 0.1}
    )
    taken, earned = pair_by_step(own, timeline(own))
    assert (taken.tolist(), earned.tolist()) == (hours, [0.1] * 24)
    atap_now = load_scenario("paper", {"grid.tariff": "my-tnb-rp4-domestic-atap"})
    assert [one[0] for one in pair_by_step(atap_now, timeline(atap_now))] == pytest.approx([0.4443, 0.2703])


def test_a_saved_run_holds_its_bills(tmp_path):
    result = simulate(load_scenario("paper", {"grid.tariff": RP4}))
    folder = result.save(tmp_path / "run")
    assert pl.read_csv(folder / "bills.csv").height == result.bills.height > 0
    assert pl.read_csv(folder / "bill-totals.csv")["bill"].to_list() == result.bill_totals["bill"].to_list()
    again = simulate(load_scenario(folder / "scenario.toml"))
    assert again.digest == result.digest
    plain = simulate(load_scenario("paper")).save(tmp_path / "plain")
    assert not (plain / "bills.csv").exists()
