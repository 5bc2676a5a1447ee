"""Ways to bid in Compare: the page shows what a comparison of strategies finds, under a rule that heeds them."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest

import jiran
from jiran.app.rule_tables import SHOWN
from jiran.bids import strategies
from jiran.judge.comparison import by_strategy
from jiran.report.bidding import say
from jiran.report.figures import form, heading, ranked
from opening import opened
from pages import link_of, run, seen, show

INSIDE = """
from jiran.app import state
from jiran.app.views import compare_strategies

compare_strategies._inside(state.result().scenario, 1)
"""


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"steps": 30, "seed": 4}, "uniform-price"),  # its own rule looks at no bids
        ({"steps": 48, "market.mechanism": "pay-as-bid", "market.k": 0.25, "bids.strategy": "truthful", "bids.spread": 0.7}, None),
    ],
)  # fmt: skip
def test_the_table_and_the_sentences_are_those_of_the_strategies_one_by_one(changes, rule):
    scenario = jiran.load_scenario("paper", changes)
    found = jiran.compare(by_strategy(scenario, list(strategies()), rule))
    at = show(INSIDE, jiran.simulate(scenario))
    shown, order = at.dataframe[0].value, ranked(found)
    assert shown["Strategy"].to_list() == order
    assert set(order) == set(strategies())
    table = {row["case"]: row for row in found.table().iter_rows(named=True)}
    for figure in SHOWN:
        written = form(figure, "MYR")
        expected = [np.nan if table[case][figure] is None else written.factor * table[case][figure] for case in order]
        np.testing.assert_allclose(
            shown[heading(figure, "MYR")], expected, atol=0.5 * 10**-written.digits, equal_nan=True
        )
    words = seen(" ".join(one.value for one in at.markdown))
    assert say(found)
    for sentence in say(found):
        assert str(sentence) in words


def test_a_strategy_and_a_rule_of_the_scenario_keep_their_parameters_and_others_have_their_defaults():
    scenario = jiran.load_scenario(
        "paper", {"market.mechanism": "pay-as-bid", "market.k": 0.25, "bids.strategy": "truthful", "bids.spread": 0.7}
    )
    found = by_strategy(scenario, ["truthful", "price-taker"])
    assert found["truthful"] == scenario
    assert found["price-taker"].market == scenario.market
    assert found["price-taker"].bids.strategy == "price-taker"
    assert by_strategy(scenario, ["truthful"], "vcg")["truthful"].market.mechanism == "vcg"


def test_no_way_to_bid_is_asked_for():
    at = show(INSIDE, run(steps=3))
    at.button_group[0].set_value([]).run()
    assert not at.exception
    assert [one.value for one in at.info] == ["Choose at least one way to bid."]


def compare_of(**link):
    with mock.patch("sys.argv", ["main.py"]):
        return opened("compare", **link)


def test_the_link_holds_the_ways_to_bid_and_the_rule_and_nonsense_in_it_does_no_harm():
    link = {"preset": "paper", "steps": "25", "bidding": "price-taker,truthful", "under": "pay-as-bid"}
    at = compare_of(**link)
    assert link_of(at) == link
    assert next(one for one in at.selectbox if one.label == "Under the market rule").value == "pay-as-bid"
    assert "Strategy" in next(one.value for one in at.dataframe if "Strategy" in one.value.columns)
    assert link_of(compare_of(preset="paper", steps="25")) == {"preset": "paper", "steps": "25"}  # it is folded
    wrong = compare_of(preset="paper", steps="25", bidding="<b>,truthful", under="grid-only")
    assert link_of(wrong)["bidding"] == "truthful"
    assert "under" not in link_of(wrong)
