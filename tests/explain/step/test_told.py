"""A step, told: which homes are spoken of, what of the market is said, and how a wrong question is answered."""

from __future__ import annotations

import re

import pytest

import jiran
from jiran.errors import ScenarioError
from jiran.explain.step.told import tell, trades
from jiran.explain.why import compare, explain, headline

STEP = 8


@pytest.fixture(scope="module")
def paper():
    return jiran.simulate(jiran.load_scenario("paper"))


def test_every_home_that_traded_is_told_of_and_each_has_its_own_sentences(paper):
    told = tell(paper, STEP)
    outcome = told.outcome
    assert list(told.homes) == [home for home, kwh in enumerate(outcome.traded_kwh) if kwh > 0.0]
    for home, sentences in told.homes.items():
        assert sentences == (headline(outcome, home), *explain(outcome, home), *compare(outcome, home))


def test_one_home_that_traded_nothing_is_told_why(paper):
    told = tell(paper, STEP, "S5")
    (sentences,) = told.homes.values()
    assert told.outcome.book.names[next(iter(told.homes))] == "S5"
    assert not told.outcome.traded_kwh[next(iter(told.homes))]
    assert "trades nothing" in str(sentences[0])


def test_no_more_homes_than_asked_for_are_told_of_and_they_are_the_first(paper):
    assert list(tell(paper, STEP, most=2).homes) == list(tell(paper, STEP).homes)[:2]


@pytest.mark.parametrize("rule", ["grid-fraction", "uniform-price", "random-p2p"])
@pytest.mark.parametrize("bids", ["price-taker", "zero-intelligence"])
def test_what_is_said_of_the_market_needs_no_picture(rule, bids):
    result = jiran.simulate(jiran.load_scenario("paper", {"market.mechanism": rule, "bids.strategy": bids}))
    said = [one for step in range(24) for one in tell(result, step).market]
    assert "step.row" not in {one.form for one in said}
    assert {"step.cross", "step.traded"} <= {one.form for one in said}
    for one in said:
        assert not re.search(r"\b(curves?|lines?|flat|left of|right of|row|drawn)\b", one.text, re.IGNORECASE)


def test_a_sentence_a_trade_in_the_order_made_or_those_of_some_homes(paper):
    outcome = tell(paper, STEP).outcome
    every = trades(outcome)
    assert [one.figures["number"] for one in every] == list(range(1, len(outcome.pairs) + 1))
    buyer = outcome.pairs[0].buyer
    name = outcome.book.names[buyer]
    own = [one for one in every if name in (one.figures["seller"], one.figures["buyer"])]
    assert trades(outcome, {buyer}) == own != every


@pytest.mark.parametrize("step", [-1, 24])
def test_a_step_that_is_not_of_the_run_is_refused(paper, step):
    with pytest.raises(ScenarioError, match=f"step.*{step}.*must be from 0 to 23"):
        tell(paper, step)


def test_a_home_that_is_not_of_the_run_is_refused_with_the_names_that_are(paper):
    with pytest.raises(
        ScenarioError, match=r"home.*Zed.*must be the name of a home of this run: S1, S2, .* and 2 more"
    ):
        tell(paper, STEP, "Zed")
