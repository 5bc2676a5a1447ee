"""The ready scenarios: short, quick, and their stories are true."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import polars as pl
import pytest

import jiran
from jiran.explain.answer import answer
from jiran.plan import plan
from jiran.scenario.files import about, asked, read_scenario
from jiran.scenario.model import MOST_TELLING
from jiran.tariffs import Usage, bill, load_tariff

NAMES = list(jiran.presets())
FOLDER = resources.files("jiran.scenario") / "presets"


def run(name, **changes):
    return jiran.simulate(jiran.load_scenario(name, {key.replace("__", "."): value for key, value in changes.items()}))


def mean_of_a_day(result, column):
    days = result.timeline.steps * result.timeline.step_h / 24
    return dict(zip(result.homes["id"], result.homes[column] / days, strict=True))


def test_the_paper_comes_first():
    assert NAMES[0] == "paper"
    assert len(NAMES) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_a_screen_is_named_after_its_file_and_asks_a_question(name):
    lines = (FOLDER / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 130
    scenario = jiran.load_scenario(name)
    assert scenario.name == name
    assert scenario.question.endswith("?")
    assert len(re.split(r"(?<=[.?]) (?=[A-Z])", scenario.description.replace("et al. ", ""))) <= 3
    assert jiran.presets()[name] == f"{scenario.question} {scenario.description}"


#: Another value of each field that some preset shows first.
OTHER = {
    "market.mechanism": "bill-sharing",
    "market.price": 0.2,
    "market.fraction": 0.55,
    "grid.import_price": 0.7,
    "grid.export_price": 0.1,
    "grid.network_charge": 0.05,
    "solar.pv_kwp": 3.5,
    "solar.derate": 0.8,
    "load.evening_factor": 2.5,
    "battery.capacity_kwh": 35.0,
    "home_battery.controller": ("plan-ahead", "self-consumption"),
    "home_battery.wear_cost": 0.05,
    "home_battery.forecast": "yesterday",
    "home_battery.grid_charge": False,
    "home_battery.in_market": False,
    "grid.known_ahead_h": 24,
    "battery.controller": "plan-ahead",
    "ev.charging": "smart",
    "ev.in_market": False,
    "ev.wear_cost": 0.2,
    "ev.kw": 3.7,
    "ev.calendar.trip_kwh": 9.0,
    "ev.supply.enabled": False,
    "ev.supply.reserve_soc": 0.5,
    "ev.supply.trip_kwh": 12.0,
    "homes.groups.ev.count": 5,
    "homes.groups.solar.count": 8,
    "homes.groups.normal.count": 24,
    "seed": 12,
}


@pytest.mark.parametrize("name", NAMES)
def test_it_says_on_which_six_values_its_question_turns_and_each_of_them_matters(name):
    data = read_scenario(name)
    assert len(data["telling"]) == MOST_TELLING
    kpis = run(name).kpis
    for field in data["telling"]:
        others = OTHER[field] if isinstance(OTHER[field], tuple) else (OTHER[field],)
        found = [jiran.simulate(jiran.load_scenario(name, {field: other})).kpis for other in others]
        assert any(one != kpis for one in found), field


@pytest.mark.parametrize("name", [name for name in NAMES if asked(name)])
def test_what_answers_its_question_is_another_run_of_the_same_street(name):
    question = asked(name)
    other = jiran.load_scenario(name, question.changes)
    assert other != jiran.load_scenario(name)
    said = answer(run(name), jiran.simulate(other), question)
    kpis = run(name).kpis
    assert said.figures["here"] == [kpis[figure] for figure in question.figures]
    assert said.figures["there"] != said.figures["here"]
    assert question.instead in said.text


def test_a_preset_that_was_changed_does_not_say_what_may_not_hold_of_it_any_more():
    question, description = about(jiran.load_scenario("paper"))
    assert "twelve neighbours" in question
    assert "full at 13:00" in description
    assert about(jiran.load_scenario("paper", {"homes.groups.ev.count": 3})) == ("", "")
    own = {"question": "Mine?", "steps": 48}
    assert about(jiran.load_scenario("paper", own)) == ("Mine?", "")
    ruled = jiran.load_scenario("paper", {"market.mechanism": "vcg"})
    assert about(ruled) == ("", "")
    assert about(ruled, "market") == (question, description)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_balances(name):
    result = run(name)
    assert result.kpis["p2p_kwh"] > 0
    assert result.balance.kwh < 1e-9
    assert result.balance.money < 1e-9
    assert all(run(name, seed=seed).balance.kwh < 1e-9 for seed in range(2, 5))


def _paper(result):
    soc = dict(zip((result.steps["time"].dt.hour() + 1).to_list(), result.steps["soc_kwh"], strict=True))  # at the end
    assert result.homes.height == 12
    assert min(hour for hour, kwh in soc.items() if kwh > 20 - 1e-9) == 13
    assert min(hour for hour, kwh in soc.items() if hour > 13 and kwh < 1e-9) == 22


def _ev_street(result):
    price = result.steps.group_by(pl.col("time").dt.hour()).agg(pl.col("import_price").first())
    by_hour = dict(price.iter_rows())
    assert by_hour[20] / by_hour[2] == pytest.approx(1.10, abs=0.005)
    supply = result.scenario.ev.supply
    assert supply.charge_efficiency * supply.discharge_efficiency == pytest.approx(0.90, abs=0.005)
    homes = result.homes
    assert homes.filter(pl.col("ev_lent_kwh") > 0)["kind"].unique().sort().to_list() == ["ev", "hybrid"]
    assert homes.filter(pl.col("saving") < 0)["kind"].unique().to_list() == ["ev"]
    assert homes.filter(pl.col("kind") != "ev")["saving"].min() > 0
    assert homes.filter(pl.col("saving") < 0).height > homes.filter(kind="ev").height / 2


def _five_prosumers(result):
    shining = result.flows["generation_kwh"] > 0
    assert result.homes.height == 5
    assert (shining.all(axis=1) == shining.any(axis=1)).all()


def _kampung(result):
    assert result.homes.height == 60
    assert (result.homes["generation_kwh"] > 0).sum() == 30
    assert (result.scenario.steps * result.scenario.step_minutes, result.scenario.step_minutes) == (7 * 1440, 15)
    assert result.scenario.battery.capacity_kwh == 100


def _net_metering_window(result):
    assert (result.steps["import_price"] == result.steps["export_price"]).all()
    saving = {kind: frame["saving"].sum() for (kind,), frame in result.homes.group_by("kind")}
    assert saving["solar"] < 0 < saving["normal"] == pytest.approx(-saving["solar"])


def _sarawak_nem(result):
    found = plan(result)
    assert float(found.street_parts[-1]) > 0
    assert found.losers.size
    roofs = np.flatnonzero(found.installed.pv_kwp)
    assert set(found.losers.tolist()) < set(roofs.tolist())  # some, not all
    bought = result.homes.filter(pl.col("kind") == "normal")
    assert (
        bought.filter(pl.col("load_kwh") == pl.col("load_kwh").max())["saving"].item() == result.homes["saving"].max()
    )
    assert result.scenario.grid.tariff == "my-seb-domestic-nem"


def _by_use(result):
    """Return what homes without a roof save by sharing, by what they expect to use in a month."""
    homes = result.homes.filter(kind="normal")
    expected = [
        group.annual_kwh / 12
        for group in result.scenario.homes.groups
        if group.kind == "normal"
        for _ in range(group.count)
    ]
    saved = {}
    for month, saving in zip(expected, homes["saving"], strict=True):
        saved.setdefault(round(month), []).append(saving)
    return saved


def _klang_valley_atap(result):
    saved = _by_use(result)
    assert set(saved) == {250, 450, 800}
    assert max(saved[250]) < 0 < min(saved[450] + saved[800])


def _klang_valley_cream(result):
    assert result.scenario.grid.network_charge == 0.09
    assert result.homes["saving"].min() >= 0
    saved = _by_use(result)
    others = [*saved[250], *saved[450], *result.homes.filter(kind="solar")["saving"]]
    assert min(saved[800]) > max(others)
    assert 0 < min(saved[250]) <= max(saved[250]) < 50
    assert not any("export" in component for component in result.bills["component"].unique())


def _tier_edge(result):
    homes = result.homes.filter(kind="normal")
    totals = result.bill_totals.filter(pl.col("home").is_in(homes["id"].implode()))
    less = totals["bill_without_p2p"].sum() - totals["bill"].sum()
    assert less / homes["p2p_bought_kwh"].sum() > 0.4443
    edge = [bill(load_tariff("my-tnb-rp4-domestic-general"), Usage(kwh), "2025-07").total for kwh in (600.0, 600.5)]
    assert edge[1] - edge[0] == pytest.approx(20, abs=0.6)
    assert homes.height == 6


def _oversized_roof(result):
    alone = result.bill_totals.filter(pl.col("home").is_in(["S1", "S2"]))
    roofs = result.homes.filter(kind="solar")
    assert alone["forfeited_kwh_without_p2p"].sum() > 0.5 * roofs["generation_kwh"].sum()
    found = plan(result)
    assert not found.losers.size
    assert all(found.homes[home].payback is None for home in np.flatnonzero(found.installed.pv_kwp))
    assert result.scenario.market.parameters["fraction"] * 0.4443 == pytest.approx(0.178, abs=0.0005)


def _singapore_block(result):
    totals = result.bill_totals.filter(home="Block")
    assert totals["forfeited_kwh"].sum() == pytest.approx(totals["export_kwh"].sum())  # which earns nothing
    found = plan(result)
    assert found.together.npv > 0
    assert found.result.homes.filter(kind="normal").height == 20
    assert found.homes[-1].payback is not None


def _home_batteries(result):
    kpis, assumed = result.kpis, {"home_battery__controller": "plan-ahead", "home_battery__forecast": "perfect"}
    without = run("home-batteries", homes__groups=[{"kind": "solar", "count": 6}, {"kind": "normal", "count": 6}]).kpis
    saved = without["cost_without_p2p"] - kpis["cost_without_p2p"]
    given, charged = kpis["home_battery_given_kwh"], kpis["home_battery_charged_kwh"]
    assert saved == pytest.approx(given * 0.4443 - charged * 0.2703)  # nothing else changes
    planned = run("home-batteries", **assumed)
    left = 0.4443 * 0.95 * (planned.state.at_home_kwh - result.state.at_home_kwh)  # at the most that it may be worth
    assert planned.kpis["cost_without_p2p"] - left >= kpis["cost_without_p2p"] - 1e-6
    assert kpis["p2p_kwh"] < without["p2p_kwh"]
    bids = run("home-batteries", home_battery__controller="plan-ahead")
    left = 0.4443 * 0.95 * (result.state.at_home_kwh - bids.state.at_home_kwh)
    assert bids.kpis["cost"] + left < 0.95 * kpis["cost"]
    for_the_home = run("home-batteries", home_battery__controller="plan-ahead", home_battery__in_market=False)
    left = 0.4443 * 0.95 * (for_the_home.state.at_home_kwh - result.state.at_home_kwh)
    assert for_the_home.kpis["cost"] - left >= kpis["cost"] - 1e-6


def _dynamic_prices(result):
    own = run("dynamic-prices", home_battery__controller="self-consumption")
    assert result.kpis["cost"] < 0.75 * own.kpis["cost"]
    assert result.kpis["peak_import_kw"] > 3 * own.kpis["peak_import_kw"]


def _ten_planners(result):
    own = run("ten-planners", home_battery__controller="self-consumption")
    assert (result.community.battery_kwh > 0).sum() == 10
    assert result.kpis["peak_import_kw"] > 2 * own.kpis["peak_import_kw"]
    alone = run("ten-planners", home_battery__in_market=False)
    assert result.kpis["cost"] < 0.9 * alone.kpis["cost"]
    assert result.kpis["cost_without_p2p"] < own.kpis["cost_without_p2p"]


def _whose_battery(result):
    groups = [{"kind": "solar", "count": 6, "battery_kwh": 8, "battery_kw": 4}, {"kind": "normal", "count": 6}]
    homes = run("whose-battery", homes__groups=groups, battery__capacity_kwh=0)
    assert homes.community.battery_kwh.sum() == result.scenario.battery.capacity_kwh
    assert homes.community.battery_kw.sum() == result.scenario.battery.charge_kw
    assert homes.kpis["cost"] > 1.2 * result.kpis["cost"]


def _cars_in_the_evening(result):
    smart = run("cars-in-the-evening", ev__charging="smart")
    assert result.kpis["cost"] < smart.kpis["cost"]
    evening = (result.timeline.hour >= 17) & (result.timeline.hour < 22)
    for one, other in ((result, smart),):
        taken = [
            np.maximum(run.settlement.step_kwh["grid_import_kwh"] - run.settlement.step_kwh["grid_export_kwh"], 0.0)
            for run in (one, other)
        ]
        assert taken[0][evening].sum() < taken[1][evening].sum()
    assert result.settlement.step_kwh["ev_kwh"][evening].sum() < 0.1 * result.kpis["ev_kwh"]
    assert result.kpis["departure_missing_kwh"] < 0.01 * result.kpis["ev_kwh"]


#: What each description claims: the words, and what recomputes them (the five prosumers' and the rest: see below).
CLAIMS = {
    "paper": ("12 homes, a day by the hour. The battery is full at 13:00 and empty at 22:00.", _paper),
    "ev-street": (
        "only 10 % dearer than the night: most homes that have only a car lose, and all others gain.",
        _ev_street,
    ),
    "five-prosumers": (
        "Five roofs shine at the same hours: a battery would save far more than trading does.",
        _five_prosumers,
    ),
    "kampung": ("a village of 60 homes, half of them with solar", _kampung),
    "sarawak-nem": (
        "all together gain, but some roofs sell for less than their own slab is worth.",
        _sarawak_nem,
    ),
    "klang-valley-atap": (
        "It does for those of 450 and 800; to those of 250 a neighbour's kWh costs more than their bill falls.",
        _klang_valley_atap,
    ),
    "klang-valley-cream": (
        "Nobody loses; homes of 800 kWh a month save most, and those of 250 less than MYR 50 a year.",
        _klang_valley_cream,
    ),
    "tier-edge": (
        "They save more on their bills than the utility's price of the kWh that they buy.",
        _tier_edge,
    ),
    "oversized-roof": (
        "At 17.8 sen nobody loses by sharing it, and yet the roofs do not pay for themselves.",
        _oversized_roof,
    ),
    "singapore-block": (
        "What the block uses itself and sells to the flats is all that it earns.",
        _singapore_block,
    ),
    "home-batteries": (
        "no plan saves more: where a kWh costs the same at all hours, own use first is the best there is. Neighbours have less to",
        _home_batteries,
    ),
    "dynamic-prices": (
        "the street pays much less than with own use first. They all charge in the same hours, so the street's highest import is",
        _dynamic_prices,
    ),
    "ten-planners": ("the street's highest import is more than twice that of own use first", _ten_planners),
    "whose-battery": ("serve only their own homes, and the street pays more.", _whose_battery),
    "cars-in-the-evening": (
        "The street pays less than if they only charged, and takes less from the grid between 17:00 and 22:00.",
        _cars_in_the_evening,
    ),
    "net-metering-window": ("Nothing: what their neighbours gain, solar homes lose.", _net_metering_window),
}


@pytest.mark.parametrize("name", NAMES)
def test_what_the_description_claims_is_so(name):
    assert name in CLAIMS, "add to CLAIMS what its description claims, and a function that holds it against a run"
    words, holds = CLAIMS[name]
    result = run(name)
    assert words in f"{result.scenario.question} {result.scenario.description}"
    holds(result)


def test_the_five_prosumers_stand_to_each_other_as_in_table_1():
    result = run("five-prosumers")
    generation, demand = mean_of_a_day(result, "generation_kwh"), mean_of_a_day(result, "load_kwh")
    table = {"P1": (4.17, 2.26), "P2": (2.38, 3.52), "P3": (2.39, 4.32), "P4": (3.43, 3.74), "P5": (1.72, 3.68)}
    for home, (generated, used) in table.items():
        assert generation[home] == pytest.approx(4 * generated, rel=0.02)
        assert demand[home] == pytest.approx(4 * used, rel=0.08)
    assert generation["P1"] > 1.5 * demand["P1"]
    assert generation["P4"] == pytest.approx(demand["P4"], rel=0.15)
    assert all(generation[home] < 0.75 * demand[home] for home in ("P2", "P3", "P5"))


def test_the_five_prosumers_trade_little_and_a_battery_would_save_far_more():
    alone, with_battery = run("five-prosumers").kpis, run("five-prosumers", battery__capacity_kwh=20).kpis
    assert alone["p2p_share"] < 0.03
    saved_by_battery = with_battery["cost_grid_only"] - with_battery["cost_without_p2p"]
    assert saved_by_battery > 10 * alone["saving"]


def test_the_kampung_is_60_homes_half_with_solar_and_malaysian_sun_and_load():
    result = run("kampung")
    homes = result.homes
    assert homes.height == 60
    assert homes["kind"].is_in(["solar", "hybrid"]).sum() == 30
    sun = result.homes["generation_kwh"].sum() / (30 * 4.0 * 7)
    assert 3.4 < sun < 3.9
    assert 10 < homes["load_kwh"].mean() / 7 < 20
    assert result.kpis["homes_worse_off"] == 0
    assert result.kpis["saving_share"] > 0.05


def test_a_network_charge_closes_the_kampung_s_window():
    paying = run("kampung", grid__network_charge=0.1285)
    assert "buyers lose by trading" in " ".join(paying.warnings)
    assert not run("kampung", grid__network_charge=0.1285, market__fraction=0.70).warnings


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_on_the_ev_street_most_lenders_lose_and_neighbours_gain(seed):
    lending, keeping = run("ev-street", seed=seed), run("ev-street", seed=seed, ev__supply__enabled=False)
    assert lending.kpis["ev_lent_kwh"] > 100
    lenders, others = lending.homes.filter(kind="ev"), lending.homes.filter(pl.col("kind") != "ev")
    assert lenders["saving"].sum() < 0
    assert (lenders["saving"] < 0).sum() >= 7  # of ten: one that buys much of its neighbours gains
    assert others["saving"].min() > 0
    assert keeping.homes.filter(kind="ev")["saving"].min() > 0


def test_on_the_ev_street_a_wider_spread_pays_the_lenders():
    wide = [0.30] * 14 + [0.60] * 8 + [0.30] * 2
    assert run("ev-street", grid__import_price=wide).homes.filter(kind="ev")["saving"].min() > 0


def test_the_ev_street_ends_with_as_much_in_the_cars_as_it_began_with():
    result = run("ev-street")
    assert result.state.ev_stored_kwh == pytest.approx(result.start.ev_stored_kwh)


def test_under_net_metering_what_neighbours_gain_solar_homes_lose():
    result = run("net-metering-window")
    assert result.kpis["saving"] == pytest.approx(0, abs=1e-9)
    assert result.accounts["battery"] == pytest.approx(0, abs=1e-9)
    assert result.homes.filter(kind="solar")["saving"].max() < 0
    assert result.homes.filter(kind="normal")["saving"].min() > 0
    assert "sellers lose by trading" in result.warnings[0]


def test_a_lower_export_price_opens_the_net_metering_window():
    result = run("net-metering-window", grid__export_price=0.20)
    assert result.kpis["homes_worse_off"] == 0
    assert not result.warnings
