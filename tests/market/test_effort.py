"""Rules that cannot do something say so before they start, in the same words, with what they would need."""

from __future__ import annotations

import re

import numpy as np
import pytest

from jiran import by_rule, clear, compare, load_scenario, mechanisms, simulate
from jiran.errors import MechanismError
from jiran.market import find
from jiran.market.effort import MOST_BYTES, too_much

SAID = r"is for at most [\d,]+ homes that trade in a step"


def many(homes):
    return [{"kind": "solar", "count": homes // 2}, {"kind": "normal", "count": homes - homes // 2}]


@pytest.mark.parametrize("name", mechanisms())
def test_five_thousand_homes_are_taken_or_refused_at_once(name):
    rule = find(name)
    problem = too_much(rule, 5_000, rule.values({}), 24)
    assert problem is None or re.match(SAID, problem)
    assert rule.effort(5_000, rule.values({})).memory_bytes <= MOST_BYTES


@pytest.mark.parametrize(("name", "homes"), [("consensus", 40_000), ("random-p2p", 50_000_000)])
def test_a_market_that_is_too_large_is_refused_with_what_it_would_need(name, homes):
    rule = find(name)
    problem = too_much(rule, homes, rule.values({}))
    assert re.fullmatch(
        rf"{SAID}, and here {homes:,} may: it would need about [\d,.]+ \w+ and [\d,.]+ [MG]B of memory", problem
    )
    most = int(re.search(r"at most ([\d,]+)", problem)[1].replace(",", ""))
    assert too_much(rule, most, rule.values({})) is None
    assert too_much(rule, most + 1, rule.values({})) is not None


def test_clear_refuses_before_it_starts():
    with pytest.raises(MechanismError, match=f"'consensus': {SAID}, and here 40,000 may"):
        clear(np.tile([1.0, -1.0], 20_000), "consensus", import_price=0.5, export_price=0.2)


def test_a_run_counts_its_steps():
    year = load_scenario("paper", {"homes.groups": many(2_000), "market.mechanism": "shapley", "market.permutations": 1e6,
                                   "steps": 8_760})  # fmt: skip
    with pytest.raises(MechanismError, match=f"'shapley': {SAID} for 8,760 steps, and here 2,000 may: .* days and"):
        simulate(year)


def test_more_rounds_than_anybody_needs_are_allowed():
    rounds = {"market.mechanism": "consensus", "market.rounds": 1e6}
    assert simulate(load_scenario("paper", rounds)).kpis["p2p_kwh"] > 0.0


def test_the_nucleolus_refuses_a_run_before_it_starts_if_all_bid_the_tariff():
    scenario = load_scenario("paper", {"homes.groups": many(40), "market.mechanism": "nucleolus"})
    told = []
    with pytest.raises(MechanismError, match=f"'nucleolus': {SAID}, and here 40 do"):
        simulate(scenario, progress=told.append)
    assert max(told) <= 0.4
    found = compare(by_rule(scenario, ["grid-fraction", "nucleolus"]))
    assert list(found.cases) == ["grid-fraction"]
    assert re.search(SAID, found.faults[0])


def test_the_nucleolus_takes_many_homes_if_few_trade():
    net = np.zeros(60)
    net[[3, 40]] = 1.0, -1.0
    assert clear(net, "nucleolus", import_price=0.5, export_price=0.2).kwh.tolist() == [1.0]
    with pytest.raises(MechanismError, match=f"{SAID}, and here 60 do"):
        clear(np.tile([1.0, -1.0], 30), "nucleolus", import_price=0.5, export_price=0.2)
