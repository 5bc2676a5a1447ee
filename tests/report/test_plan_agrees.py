"""What a plan says of one street agrees with itself, whatever is assumed: free PV, no yield, no saving, all on credit."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiran
import plain_plans
from jiran.plan import plan
from jiran.plan.planned import Planned
from jiran.report.plan import answer, as_data, lines, page
from jiran.scenario import Plan

_ALONE = {"homes.groups": [{"kind": "solar", "count": 1}], "battery.capacity_kwh": 0.0}
#: Streets whose sentences have ends: as the paper's, one roof, no sun, no battery, prices of nothing or the same for both.
STREETS = {
    "paper": {},
    "one roof": _ALONE,
    "dark": {**_ALONE, "solar.derate": 0.0},
    "few": {"homes.groups": [{"kind": "solar", "count": 2}, {"kind": "normal", "count": 2}], "battery.capacity_kwh": 0.0},
    "one price": {**_ALONE, "grid.import_price": 0.2, "grid.export_price": 0.2},
    "no price": {**_ALONE, "grid.import_price": 0.0, "grid.export_price": 0.0},
}  # fmt: skip

shares = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)


@cache
def street(name):
    planned = plan(jiran.simulate(jiran.load_scenario("paper", STREETS[name])))
    return planned.result, planned.stages


@st.composite
def assumptions(draw):
    years = draw(st.sampled_from([1, 20, 60]) | st.integers(1, 60))
    return Plan(
        pv_cost=draw(st.sampled_from([0.0, 3_500.0]) | st.floats(0.01, 1e5)),
        battery_cost=draw(st.sampled_from([0.0, 1_600.0]) | st.floats(0.01, 1e4)),
        years=years,
        upkeep=draw(st.sampled_from([0.0, 0.015]) | shares),
        degradation=draw(st.sampled_from([0.0, 0.5]) | st.floats(0, 0.5)),
        inverter_share=draw(shares),
        inverter_years=draw(st.integers(1, 60)),
        battery_years=draw(st.integers(1, 60)),
        loan_share=draw(shares),
        loan_rate=draw(shares),
        loan_years=draw(st.integers(1, years)),
        discount_rate=draw(shares),
        export_years=draw(st.none() | st.integers(0, 60)),
        escalation=draw(st.sampled_from([0.0, -0.5, 0.5]) | st.floats(-0.5, 0.5)),
        member_fee=draw(st.sampled_from([0.0]) | st.floats(0.01, 100)),
    )


def planned_with(name, wanted):
    result, stages = street(name)
    return plan(replace(result, scenario=result.scenario.model_copy(update={"plan": wanted})), stages)


def said_of(planned: Planned):
    return {one.form: one for one in answer(planned)}


def _paid_back(planned):
    return next(value for key, value in lines.tiles(planned).items() if key.startswith("Paid back"))


@given(st.sampled_from(sorted(STREETS)), assumptions())
def test_sentences_agree_with_each_other_and_with_the_money(name, wanted):
    planned = planned_with(name, wanted)
    flows, rate = planned.owners.flows.tolist(), wanted.discount_rate
    npv, total, payback = plain_plans.worth(flows, rate), sum(flows), plain_plans.paid_back(flows)
    dust = 1e-9 * sum(map(abs, flows)) + 1e-5
    said = said_of(planned)
    first, tiles = said["plan.pays"].text, lines.tiles(planned)
    back = _paid_back(planned)
    told = " ".join(one.text for one in said.values()) + " ".join(f"{key} {value}." for key, value in tiles.items())
    assert not re.search(
        r"-less|-?MYR -|nan|inf\b|MYR 0 has not|MYR 0 (better|worse)|in 0\.0 years|: 0\.0 years|-MYR 0(\.00)?\b(?!\.)",
        told,
    )

    # It pays at once, or some time, or never; the same in the answer and in the tile.
    assert first.startswith("It does not pay") == (payback is None) == (back == "never")
    if first.startswith("It pays") and "only without interest" not in first:
        assert npv > -dust
    if "only without interest" in first:
        assert npv < 0
        assert total > -dust
    if "better off" in first:
        assert npv > 0
    if "worse off" in first and "no better and no worse" not in first:
        assert npv < 0
    if first.startswith("It costs nothing and brings nothing"):
        assert planned.invested <= 1e-6
        assert abs(npv) < 1e-5


@given(st.sampled_from(sorted(STREETS)), assumptions())
def test_what_pv_may_cost_and_who_gets_it_back_fit_the_answer(name, wanted):
    planned = planned_with(name, wanted)
    npv, said = planned.owners.npv, said_of(planned)
    first, back = said["plan.pays"].text, _paid_back(planned)
    dust = 1e-9 * float(np.abs(planned.owners.flows).sum()) + 1e-5

    # What PV may cost: more than it does exactly if it is worth something today.
    if "plan.enough" in said and abs(npv) > dust:
        cost, words = planned.enough_pv_cost, said["plan.enough"].text
        if npv > 0 and cost is not None:
            assert cost > planned.installed.pv_price
        if npv < 0 and cost is not None:
            assert cost < planned.installed.pv_price
        if "would not pay" in words or "would bring nothing" in words:
            assert "better off" not in first or cost is None
            assert npv < dust
    if planned.invested <= 1e-6:
        assert back in ("never", "nothing was paid")
        data = as_data(planned)
        assert data["owners"]["payback_years"] is data["community"]["payback_years"] is None
        assert not any("the investment comes back" in one.text for one in said.values())

    # One home that pays alone, without a fund: the street's answer is its own.
    if name != "paper" and len(planned.ids) == 1 and "plan.homes" in said:
        assert ("does not get its" in said["plan.homes"].text) == (planned.owners.payback is None)
    assert planned.lcoe is None or np.isfinite(planned.lcoe)


@pytest.mark.parametrize(
    ("name", "wanted", "words"),
    [
        ("no price", {"pv_cost": 0.0}, ("It costs nothing and brings nothing for all homes", "even PV that costs nothing would bring nothing")),
        ("one roof", {"pv_cost": 0.0}, ("It pays for all homes together: what is counted as free", "PV may cost up to")),
        ("one roof", {"pv_cost": 3_500.0, "loan_share": 1.0, "loan_rate": 0.0, "upkeep": 0.0, "loan_years": 20},
         ("costs no more than it saves, from the first year on",)),
        ("no price", {"pv_cost": 3_500.0}, ("It does not pay", "even PV that costs nothing would bring nothing")),
        ("one roof", {"pv_cost": 1.0}, ("comes back in less than a month",)),
    ],
)  # fmt: skip
def test_ends_of_what_may_be_assumed_are_said_in_words(name, wanted, words):
    planned = planned_with(name, Plan(battery_cost=0.0, **wanted))
    told = " ".join(one.text for one in answer(planned))
    for word in words:
        assert word in told
    assert "</html>" in page(planned)


def test_what_ends_below_nothing_but_is_worth_something_today_is_said_so():
    """All on credit, and bills that fall by half each year: what comes late counts for little at a high rate."""
    wanted = Plan(
        pv_cost=2_000.0, battery_cost=0.0, loan_share=1.0, loan_years=20, escalation=-0.3, discount_rate=0.9, upkeep=0.0
    )
    planned = planned_with("one roof", wanted)
    assert planned.owners.payback is None
    assert planned.owners.npv > 0
    (
        first,
        *_,
    ) = answer(planned)
    assert re.fullmatch(
        r"It does not pay for all homes together: .* has not come back after 20 years, though discounted at 90% a year, they are MYR [\d,.]+ better off\.",
        first.text,
    )
    assert "Discounted at 90% a year, PV may cost up to" in " ".join(one.text for one in answer(planned))


def test_batteries_that_cost_more_than_pv_saves_are_not_laid_on_the_pv():
    dear = planned_with("paper", Plan(battery_cost=1_000_000.0))
    told = " ".join(one.text for one in answer(dear))
    assert "even PV that costs nothing would not pay together with what the batteries cost." in told
