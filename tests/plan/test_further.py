"""How far the figures of a plan may be off, and at which prices nobody loses: each by runs of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiran
from jiran.plan import plan, ranges, tries
from jiran.plan.later import without_export
from jiran.plan.tries import _with_credit
from jiran.report.plan.lines import fall
from jiran.scenario import validate
from jiran.scenario.overrides import with_overrides
from jiran.tariffs import Usage, bill, load_tariff
from random_tariffs import MONTHS, usages
from random_tariffs import tariffs as random_tariffs

WEEK = {
    "name": "week", "time_zone": "Asia/Kuala_Lumpur", "start": "2025-08-04", "steps": 168, "step_minutes": 60,
    "homes": {"groups": [{"kind": "solar", "count": 3}, {"kind": "normal", "count": 3}]}, "solar": {"pv_kwp": 4.0},
    "load": {"model": "household", "preset": "tropical"}, "battery": {"capacity_kwh": 0.0},
    "grid": {"tariff": "my-tnb-rp4-domestic-atap"}, "market": {"mechanism": "grid-fraction", "matching": "pro-rata"},
}  # fmt: skip
FLAT = {key: value for key, value in WEEK.items() if key != "grid"} | {
    "grid": {"import_price": 0.5, "export_price": 0.2}
}


def planned(data, **changes):
    wanted = {key.replace("__", "."): value for key, value in changes.items()}
    return plan(jiran.simulate(validate(with_overrides(data, wanted))))


def test_the_saving_at_another_yield_is_that_of_a_roof_of_another_size():
    found = ranges(planned(WEEK))
    for part, saving in zip((0.9, 1.0, 1.1), found.savings, strict=True):
        other = planned(WEEK, solar__pv_kwp=4.0 * part)
        assert saving == pytest.approx(float(other.parts.sum(axis=0)[other.payers].sum()))


def test_the_lowest_case_is_below_the_middle_and_that_below_the_highest():
    found = ranges(planned(FLAT))
    assert found.low.npv < found.middle.npv < found.high.npv
    assert found.high.payback < found.middle.payback < found.low.payback
    assert found.low.flows[0] == pytest.approx(1.3 * found.middle.flows[0])


def test_each_assumption_is_moved_alone_and_the_one_that_matters_most_comes_first():
    one = planned(FLAT)
    swings = {swing.field: swing for swing in ranges(one).swings}
    assert set(swings) == {"cost", "yield", "discount_rate", "upkeep", "degradation", "escalation"}
    widths = [swing.width for swing in ranges(one).swings]
    assert widths == sorted(widths, reverse=True)
    for field in ("discount_rate", "upkeep", "degradation", "escalation"):
        for end, npv in ((swings[field].low, swings[field].npv_low), (swings[field].high, swings[field].npv_high)):
            assert npv == pytest.approx(planned(FLAT, **{f"plan__{field}": end}).owners.npv)
    dear = planned(FLAT, plan__pv_cost=3_500 * 1.3)
    assert swings["cost"].npv_high == pytest.approx(dear.owners.npv)


def test_an_assumption_outside_of_what_is_usual_widens_its_range():
    swing = next(one for one in ranges(planned(FLAT, plan__discount_rate=0.2)).swings if one.field == "discount_rate")
    assert (swing.low, swing.high) == (0.04, 0.2)


@pytest.mark.parametrize("data", [WEEK, FLAT], ids=["tariff", "prices"])
def test_every_try_is_a_run_with_that_value(data):
    one = planned(data)
    found = {each.field: each for each in tries(one, 4)}
    assert set(found) == {"price", "charge", "credit"}
    top = float(one.result.prices.grid_import.mean())
    assert found["price"].now == pytest.approx(0.8 * top)
    assert [each.value for each in found["price"].tried] == pytest.approx([0.25 * top, 0.5 * top, 0.75 * top], abs=1e-4)
    assert [each.value for each in found["charge"].tried] == pytest.approx(np.linspace(0, top, 5), abs=1e-4)
    for each in found["price"].tried:
        same(each, planned(data, market__fraction=each.value / top))
    for each in found["charge"].tried:
        same(each, planned(data, grid__network_charge=each.value))
    if data is FLAT:
        for each in found["credit"].tried:
            same(each, planned(data, grid__export_price=each.value))


@pytest.mark.parametrize("price", [0.0, 0.3])
def test_the_price_of_members_is_tried_where_a_rule_knows_one(price):
    data = FLAT | {"market": {"mechanism": "dynamic-keys", "price": price}}
    one = planned(data)
    found = next(each for each in tries(one, 4) if each.field == "price")
    top = float(one.result.prices.grid_import.mean())
    assert found.now == pytest.approx(price or 0.8 * top)
    for each in found.tried:
        same(each, planned(data, market__price=each.value))
    assert len({round(each.worst, 6) for each in found.tried}) > 1


def same(tried, run):
    own = run.parts[-1]
    assert (tried.losers, tried.worst, tried.together) == (
        int((own < -1e-6).sum()), pytest.approx(own.min(), abs=1e-6), pytest.approx(float(run.street_parts[-1]), abs=1e-6),
    )  # fmt: skip


def test_good_values_are_those_at_which_nobody_loses_and_all_together_gain():
    found = {each.field: each for each in tries(planned(FLAT), 10)}
    assert found["price"].good == pytest.approx([0.2, 0.25, 0.3, 0.35, 0.4, 0.45])  # between export and import
    assert found["charge"].good == pytest.approx([0.0, 0.05, 0.1])  # the buyer has 0.5 - 0.4
    assert found["credit"].good == pytest.approx([0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4])


def test_a_tariff_with_a_credit_pays_it_for_every_kwh_and_takes_nothing_else_back():
    general, atap = load_tariff("my-tnb-rp4-domestic-general"), load_tariff("my-tnb-rp4-domestic-atap")
    alone = bill(general, Usage(700.0), "2025-08").total
    assert bill(_with_credit(atap, 0.1), Usage(700.0, 300.0), "2025-08").total == pytest.approx(alone - 30.0, abs=0.011)
    assert bill(_with_credit(atap, 0.0), Usage(700.0, 300.0), "2025-08").total == pytest.approx(alone)


@settings(max_examples=100, deadline=None)
@given(random_tariffs, usages(), st.sampled_from(MONTHS))
def test_any_tariff_can_be_billed_without_its_export_and_with_another_credit(tariff, usage, month):
    """Also where taxes are of what export earns: once that is nothing, a bill is as though nothing were exported."""

    def due(found):
        return sum(line.amount for line in found.lines if line.id != "minimum")

    alone = due(bill(tariff, replace(usage, export_kwh=0.0), month))
    assert due(bill(without_export(tariff), usage, month)) == pytest.approx(alone, abs=1e-9)
    assert due(bill(_with_credit(tariff, 0.1), usage, month)) == pytest.approx(alone - 0.1 * usage.export_kwh, abs=1e-9)


@pytest.mark.parametrize("years", [0, 5])
def test_what_bills_fall_by_in_the_first_year_is_what_that_year_counts(years):
    """Also where the plan says that export earns nothing from the first year on, though it does in the run."""
    found = planned(WEEK, plan__export_years=years, plan__upkeep=0.0)
    assert fall(found).figures["saving"] == pytest.approx(found.together.flows[1])
    assert (found.together.flows[1] < float(found.street_parts.sum()) - 1) == (years == 0)


def test_a_rule_that_finds_its_price_from_bids_has_no_price_to_try():
    assert {each.field for each in tries(planned(FLAT, market__mechanism="uniform-price"), 2)} == {"charge", "credit"}


def test_where_the_grid_is_free_there_is_nothing_to_try():
    assert tries(planned(FLAT, grid__import_price=0.0, grid__export_price=0.0), 3) == ()


def test_work_that_nobody_waits_for_ends():
    class EndedError(Exception):
        pass

    def stop(done):
        if done > 0.3:
            raise EndedError

    one = planned(WEEK)
    for work in (lambda: tries(one, 4, stop), lambda: ranges(one, stop)):
        with pytest.raises(EndedError):
            work()
