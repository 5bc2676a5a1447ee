"""The inspector: what it says about a step is what the market did, to the last kWh."""

from __future__ import annotations

import numpy as np
import pytest

import jiran
from jiran.app.charts import run_step as charts
from jiran.explain.step.money import even, money, rest
from jiran.explain.step.outcome import outcome_of_run
from jiran.explain.step.run_step import busiest_step, step_label, take_apart
from jiran.explain.step.words import nobody, order_words, tex_name
from jiran.market.matching import MATCHINGS

LENDING = {"ev.supply.enabled": True, "steps": 72}


def run(**overrides):
    return jiran.simulate(jiran.load_scenario("paper", overrides))


@pytest.fixture(scope="module")
def paper():
    return run()


@pytest.mark.parametrize("matching", MATCHINGS)
def test_every_trade_is_the_smaller_of_offer_and_want_and_empties_one_side(matching):
    result = run(**{"market.matching": matching})
    for step in np.flatnonzero(result.settlement.trades):
        for pair in outcome_of_run(result, int(step)).pairs:
            assert pair.kwh == pytest.approx(min(pair.offered_kwh, pair.wanted_kwh), abs=1e-9)
            assert min(pair.offered_left_kwh, pair.wanted_left_kwh) == 0.0


@pytest.mark.parametrize("overrides", [{}, LENDING, {**LENDING, "market.matching": "pro-rata"}])
def test_the_orders_are_those_that_the_market_got(overrides):
    result = run(**overrides)
    matching = result.scenario.market.parameters["matching"]
    for step in range(result.timeline.steps):
        orders = take_apart(result, step).orders
        net = orders["surplus_kwh"] - orders["deficit_kwh"]
        again = jiran.clear(net, import_price=0.5625, export_price=0.2, matching=matching)
        np.testing.assert_allclose(again.sold - again.bought, result.flows.outputs.traded_kwh[step], atol=1e-9)


def test_evs_offer_to_neighbours_in_the_evening_only():
    result = run(**LENDING)
    offers = np.array([take_apart(result, step).orders["ev_offer_kwh"].sum() for step in range(72)])
    assert offers.max() > 0.0
    assert set(np.flatnonzero(offers) % 24) <= set(range(18, 22))


def test_the_rest_goes_to_battery_and_grid_and_nothing_is_lost(paper):
    for step in range(24):
        taken = take_apart(paper, step)
        parts = charts.in_and_out_parts(taken)
        came, went = (sum(value for _, side, value, _ in parts if side == which) for which in (0, 1))
        assert came == pytest.approx(went, abs=1e-9)
        assert sum(taken.money.values()) == pytest.approx(0.0, abs=1e-9)


def test_money_of_all_steps_is_the_money_of_the_run():
    result = run(**{"grid.network_charge": 0.05, "battery.fund_share": "keep"})
    totals: dict[str, float] = {}
    for step in range(24):
        for name, amount in take_apart(result, step).money.items():
            totals[name] = totals.get(name, 0.0) + amount
    assert totals == pytest.approx(result.accounts, abs=1e-9)


def test_the_busiest_step_has_most_trades(paper):
    step = busiest_step(paper, 0, 24)
    assert paper.settlement.trades[step] == paper.settlement.trades.max()
    assert step_label(paper, step) == "Sat 21 Mar 08:00 to 09:00"


def test_without_trades_the_sunniest_step_is_shown():
    result = run(**{"market.mechanism": "grid-only"})
    step = busiest_step(result, 0, 24)
    assert take_apart(result, step).label == "Sat 21 Mar 12:00 to 13:00"
    assert str(nobody(outcome_of_run(result, step))) == "The rule grid-only lets nobody trade in this step."
    assert str(nobody(outcome_of_run(result, 0))) == "Nobody trades in this step: there is no seller."


@pytest.mark.parametrize("matching", MATCHINGS)
def test_each_way_of_matching_is_explained(matching):
    result = run(**{"market.matching": matching})
    assert len(str(order_words(outcome_of_run(result, busiest_step(result, 0, 24))))) > 50


def test_the_share_of_pro_rata_is_the_one_applied():
    result = run(**{"market.matching": "pro-rata"})
    taken = outcome_of_run(result, busiest_step(result, 0, 24))
    sellers = taken.book.sellers
    share = float((taken.traded_kwh[sellers] / taken.book.net_kwh[sellers]).mean())
    assert f"{share:.1%}" in str(order_words(taken))


def test_pictures_show_the_numbers_of_the_step(paper):
    taken = take_apart(paper, 8)
    spec = charts.balances(taken)
    shown = dict(zip(spec["xAxis"]["data"], spec["series"][-1]["data"], strict=True))
    assert shown["S1"] == pytest.approx(taken.orders["balance_kwh"][0], abs=1e-3)
    total = sum(sum(series["data"]) for series in charts.in_and_out(taken)["series"])
    assert total == pytest.approx(2 * taken.energy["generation_kwh"], abs=0.01)
    assert "E1 the lowest" in charts.balances_alt(taken)
    assert "Sun 17.5 kWh" in charts.in_and_out_alt(taken)


def test_a_big_community_shows_those_with_most_to_spare_and_most_in_need():
    result = run(**{"homes.groups.solar.count": 60, "homes.groups.normal.count": 60})
    shown = charts.shown_orders(take_apart(result, 12))
    assert shown.height == charts.MOST_BARS
    assert shown["balance_kwh"][0] > 0 > shown["balance_kwh"][-1]


def test_words(paper):
    names = ("battery_charged_kwh", "battery_drawn_kwh", "grid_import_kwh", "grid_export_kwh", "curtailed_kwh")
    nothing = dict.fromkeys(names, 0.0)
    assert str(rest(nothing)) == "Nothing was left over, and nothing was missing."
    assert str(rest({**nothing, "grid_import_kwh": 2.0})) == "2.00 kWh were still missing and came from the grid."
    assert str(rest({**nothing, "battery_charged_kwh": 1.0, "grid_export_kwh": 2.0})) == (
        "3.00 kWh found no buyer: 1.00 kWh went into the battery and 2.00 kWh to the grid."
    )
    assert str(money(take_apart(paper, 0), "MYR")).startswith("Money, MYR: homes −")
    assert tex_name(r"a_b\{c}") == r"\text{a\_b \{c\}}"


def test_what_roofs_leave_out_is_told_beside_what_went_out():
    result = run(**{"grid.export_limit_kw": 5, "battery.capacity_kwh": 0})
    step = int(result.settlement.step_kwh["curtailed_kwh"].argmax())
    flow = result.settlement.step_kwh
    said = f"{flow['generation_kwh'][step] + flow['grid_import_kwh'][step]:.2f} kWh came in, and as much went out, "
    assert f"{said}{flow['curtailed_kwh'][step]:.2f} kWh of it left out by roofs: no kWh" in str(even(take_apart(result, step)))  # fmt: skip
    assert ", and as much went out: no kWh is lost" in str(even(take_apart(result, 0)))
