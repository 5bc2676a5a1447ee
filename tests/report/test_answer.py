"""What a comparison says in words is what its numbers say."""

from __future__ import annotations

import re

import pytest

import jiran
from jiran.judge.comparison import by_rule, compare
from jiran.judge.judgement import FIGURES
from jiran.report import answer, versus
from jiran.report.figures import COLUMNS, form, heading, marks, ranked, whole_table
from jiran.report.points import gains, lines, spots, upward
from jiran.report.reasons import reason, split
from jiran.report.versus import changes
from jiran.result.figure import Form
from jiran.simulation.run import BASELINE

TRUTHFUL = {"bids.strategy": "truthful"}


def paper(**overrides):
    return jiran.load_scenario("paper", overrides)


@pytest.fixture(scope="module")
def rules():
    return compare(by_rule(paper()))


@pytest.fixture(scope="module")
def bands():
    return compare(by_rule(paper(**TRUTHFUL)), seeds=4)


def text(comparison):
    return " ".join(answer(comparison))


def test_the_answer_counts_the_rules_that_reach_what_is_possible(rules):
    reached = rules.values("huang", "optimum_share")[0]
    muda = rules.values("muda", "optimum_share")[0]
    first = answer(rules)[0]
    assert first.startswith(
        f"On this day all but 4 of the {len(rules.cases)} rules reach 100% of what the homes could save"
    )
    assert f"the other 4 rules trade less and reach {reached:.1%} to {muda:.1%}." in first


def test_the_answer_names_the_best_rule_of_each_kind_of_home(rules):
    best = {kind: found[0] for kind, found in gains(rules).items()}
    assert f"Solar homes gain most under grid-fraction (MYR {best['solar'].saving:.2f} on average)" in text(rules)
    assert best["solar"].case == "grid-fraction"
    assert best["normal"].case in text(rules)
    assert "nobody loses, nash-bargaining shares most evenly: every home saves MYR 1.00" in text(rules)
    assert "The smallest saving of any home is largest under nash-bargaining: MYR 1.00." in text(rules)


def test_the_answer_names_who_loses_and_what_stays_with_the_market(rules):
    worst = rules.values("bill-sharing", "home_saving_worst")[0]
    assert (
        f"Some pay more than without trading: 5 of 12 homes under bill-sharing (the worst off pays MYR {-worst:.2f} more); "
        "there sellers get less"
    ) in text(rules)
    assert "huang, muda and trade-reduction leave MYR 3.20 to MYR 3.59 with the market" in text(rules)


def test_a_rule_that_is_paid_from_outside_is_not_the_best():
    five = compare(by_rule(jiran.load_scenario("five-prosumers"), ["vcg", "grid-fraction", "nash-bargaining"]))
    assert gains(five)["solar"][0].case == "vcg"
    assert "gain most under vcg" not in text(five)
    assert "vcg needs MYR 1.21 from outside, because" in text(five)
    assert "and is not counted among the best." in text(five)


def test_with_seeds_the_answer_says_how_often_it_holds(bands):
    assert answer(bands)[0].startswith("On this day, as a mean of 4 seeds,")
    assert "in all 4 seeds" in text(bands)


def test_nothing_traded_is_said_in_one_sentence():
    assert answer(compare(by_rule(paper(), [BASELINE]))) == (
        "On this day nobody trades with a neighbour under this rule, so no bill changes.",
    )


def test_one_rule_alone_is_judged_without_a_winner():
    said = text(compare(by_rule(paper(), ["grid-fraction"])))
    assert "the rule reaches 100%" in said
    assert "most" not in said


@pytest.mark.parametrize(
    "overrides",
    [
        {"homes.groups": [{"kind": "solar", "count": 1}]},
        {"homes.groups": [{"kind": "normal", "count": 3}]},
        {"steps": 1},
        {"grid.export_price": 0.5625},
        {"grid.import_price": 0.1},
        {"battery.capacity_kwh": 0.0, "solar.pv_kwp": 0.0},
        {"ev.supply.enabled": True, "steps": 48},
    ],
)
def test_odd_communities_have_an_answer_and_a_page(overrides):
    found = compare(by_rule(paper(**overrides)))
    assert answer(found)
    assert "</html>" in jiran.report.html(found)


def test_b_against_a_says_who_pays_less():
    two = compare({"A": paper(), "B": paper(**{"battery.capacity_kwh": 40})}, seeds=3)
    less = float((two.values("A", "cost") - two.values("B", "cost")).mean())
    said = re.fullmatch(
        r"All homes together pay MYR ([\d.]+) less in B than in A on average, and so it is in each of the 3 seeds\.",
        versus(two)[0],
    )
    assert float(said.group(1)) == pytest.approx(less, abs=0.0051)


def test_b_against_a_says_who_gains():
    two = compare({"A": paper(), "B": paper(**{"market.mechanism": "nash-bargaining"})})
    same, kinds, worst, even = versus(two)
    assert same == "All homes together pay the same in A and B."
    assert "solar homes MYR 0.65 less" in kinds
    assert worst == "The home that gains least by trading saves MYR 0.13 in A and saves MYR 1.00 in B."
    assert even.endswith("evenness 0.34 in A, 1.00 in B (1 = all the same).")


def test_different_currencies_are_not_subtracted():
    two = compare({"A": paper(), "B": paper(currency="EUR")})
    assert versus(two)[0] == "A counts in MYR, B in EUR: amounts cannot be compared."


def test_changes_are_named_by_their_fields():
    found = changes(
        paper(), paper(**{"market.mechanism": "mid-market-rate", "homes.groups.solar.count": 6, "name": "x"})
    )
    assert ("homes.groups.0.count", "5", "6") in found
    assert ("market.mechanism", "grid-fraction", "mid-market-rate") in found
    assert not changes(paper(), paper(name="other"))


def test_figures_are_written_as_people_read_them():
    assert form("price_paid", "MYR") == Form(1.0, 4, "MYR/kWh")
    assert form("overall_index", "MYR") == Form(1.0, 2, "")
    assert heading("cost", "EUR") == "Cost, EUR"
    assert {heading(figure, "MYR") for figure in COLUMNS} >= {"Reached, %", "All save, MYR"}
    assert form("overall_index", "MYR").write(-1e-9, sign=True) == "0.00"
    assert set(COLUMNS) <= set(FIGURES)


def test_rules_are_ranked_by_reach_and_then_evenness(rules):
    order = ranked(rules)
    assert order[:2] == ["nash-bargaining", "mid-market-rate"]
    assert set(order[-2:]) == {"huang", "trade-reduction"}


def test_marks_are_on_what_is_best_and_what_troubles(rules):
    order = ranked(rules)
    assert marks(rules, "saving_jain", order).index("best") == order.index("nash-bargaining")
    assert not any(marks(rules, "optimum_share", order))  # most rules share the best: no news
    trouble = [case for case, mark in zip(order, marks(rules, "market_surplus", order), strict=True) if mark]
    assert set(trouble) == {"huang", "trade-reduction", "muda", "vcg"}


def test_the_whole_table_holds_every_figure_and_the_kinds(bands):
    table = whole_table(bands)
    assert set(bands.table().columns) <= set(table.columns)
    row = table.row(0, named=True)
    kinds = {gain.case: gain for gain in gains(bands)["ev"]}
    assert row["saving_ev"] == pytest.approx(kinds[row["case"]].saving)
    assert row["saving_ev_low"] == pytest.approx(kinds[row["case"]].low)


def test_rules_at_one_place_are_one_point_with_both_names(rules):
    groups, without = spots(rules, "optimum_share", "saving_jain")
    assert ("pay-as-bid", "uniform-price") in [spot.cases for spot in groups]
    assert set(without) == {"huang", "trade-reduction", "bill-sharing"}  # nobody saves, or somebody loses
    assert sum(len(spot.cases) for spot in groups) == 16
    for spot in groups:
        for case in spot.cases:
            assert spot.y == pytest.approx(rules.mean(case, "saving_jain"), abs=0.01)


def test_rules_with_the_same_prices_share_a_line(rules):
    found = lines(rules, "buyer_price")
    assert ("mid-market-rate", "pay-as-bid", "random-p2p", "uniform-price") in [line.cases for line in found]
    fixed = next(line for line in found if line.cases == ("dynamic-keys", "grid-fraction", "static-keys"))
    assert set(fixed.prices[~(fixed.prices != fixed.prices)].round(6)) == {0.45}


def test_the_gain_of_a_kwh_is_split_between_all_who_get_a_part(rules):
    found = split(rules, "grid-fraction")
    assert found is not None
    assert found.gain == pytest.approx(0.5625 - 0.2)
    assert found.sellers == pytest.approx((0.45 - 0.2) / found.gain)
    assert split(rules, "bill-sharing") is None
    for case in rules.cases.keys() - {"bill-sharing"}:
        one = split(rules, case)
        assert one is not None
        assert one.buyers + one.sellers + one.market + one.network == pytest.approx(1.0)
        assert one.market * one.gain * one.kwh == pytest.approx(rules.values(case, "market_surplus")[0], abs=1e-4)
    charged = compare(by_rule(paper(**{"grid.network_charge": 0.05}), ["mid-market-rate", "grid-fraction"]))
    one = split(charged, "mid-market-rate")
    assert one is not None
    assert one.network == pytest.approx(0.05 / one.gain)
    assert "the network 14%" in reason(charged, "mid-market-rate")


def test_every_rule_has_a_reason_that_its_prices_bear_out(rules):
    assert reason(rules, "grid-fraction") == "Buyers get 31% of the gain and sellers 69%."
    assert "the market keeps all of the gain, because its prices are those of bids" in reason(rules, "huang")
    assert "every bid is the tariff" not in reason(compare(by_rule(paper(**TRUTHFUL), ["huang"])), "huang")
    assert "must come from outside" in reason(rules, "vcg")
    assert "" not in {reason(rules, case) for case in rules.cases}


def test_the_answer_says_why_by_the_prices(rules):
    received = {case: rules.mean(case, "price_received") for case in rules.cases}
    assert max(received, key=lambda case: received[case] or 0.0) == "grid-fraction"
    assert "Solar homes gain most under grid-fraction (MYR 1.65 on average)." in text(
        rules
    )  # two rules more pay the same
    fewer = compare(by_rule(paper(), [rule for rule in rules.cases if not rule.endswith("-keys")]))
    assert "under grid-fraction (MYR 1.65 on average), where sellers get most for a kWh." in text(fewer)
    # What is said of one rule is not to be read of another: under bill-sharing buyers do not pay least.
    assert (
        "under bill-sharing (MYR 3.61; MYR 1.93 on average). Normal homes gain most under supply-demand-ratio"
        in text(rules)
    )
    assert "because buyers pay more there than sellers get (prices there are those of bids" in text(rules)


def test_rules_that_look_bad_at_the_grid_may_be_best_by_what_a_kwh_is_worth(rules, bands):
    assert "Measured by" not in text(rules)
    found = compare(by_rule(paper(**TRUTHFUL), ["grid-fraction", "uniform-price", "supply-demand-ratio"]))
    assert "uniform-price reaches 100.0% of what can be gained; supply-demand-ratio only 5.0%." in text(found)
    assert found.mean("supply-demand-ratio", "efficiency") == pytest.approx(0.05, abs=0.005)
    assert "Measured by what a kWh is worth to each home itself, " in text(bands)


def test_where_the_grid_gives_what_it_takes_nothing_can_be_gained_and_nothing_is_best():
    found = compare(by_rule(jiran.load_scenario("net-metering-window"), ["grid-fraction", "bill-sharing", "vcg"]))
    assert answer(found)[0].startswith(
        "In these 7 days nothing can be gained by trading, because the grid gives for a kWh at least what"
    )
    assert ranked(found)[0] == "vcg"  # nobody loses there
    assert set(marks(found, "saving_jain", list(found.cases))) == {""}
    assert "there sellers get less per kWh than the grid gives." in text(found)


def test_evs_that_sell_cheaper_than_they_charge_are_why_homes_lose():
    found = compare(by_rule(jiran.load_scenario("ev-street"), ["mid-market-rate"]))
    assert "there EVs sell stored energy for less than the grid takes when they charge it again." in text(found)


def test_evenness_means_nothing_where_somebody_loses():
    """It is not said, not shown, not marked, and not ranked by; the most that a home loses is."""
    found = compare(by_rule(jiran.load_scenario("ev-street"), ["mid-market-rate", "grid-fraction", "bill-sharing"]))
    assert [found.mean(case, "saving_jain") for case in found.cases] == [None] * 3
    assert "evenly" not in text(found)
    assert "What the home that is worst off loses is least under grid-fraction: MYR 1.75." in text(found)
    assert upward(found) == "home_saving_worst"


def test_what_stays_in_the_battery_explains_a_share_below_zero():
    """One home, no trades: what its roof puts into the battery comes back to nobody."""
    alone = paper(**{"homes.groups": [{"kind": "solar", "count": 1}]})
    found = compare(by_rule(alone, ["grid-fraction", "vcg"]))
    assert found.mean("vcg", "optimum_share") < -1.0
    said = answer(found)
    assert said[0].endswith("for there is one home alone, so no bill changes.")
    assert said[1].startswith("Under grid-fraction and vcg the home pays the grid MYR 2.22 more")
    assert said[1].endswith("; what is stored at the end, 16.8 kWh more than at the start, counts as nothing.")


@pytest.mark.parametrize(
    ("b", "said"),
    [
        ({"steps": 48}, "A runs for 1 day, B for 2 days: amounts are those of the whole run of each."),
        ({"homes.groups.solar.count": 8}, "A has 12 homes, B 15: amounts are those of all homes of each."),
        ({"seed": 2}, "A is drawn with seed 1, B with seed 2: what differs may differ by chance."),
        ({"market.mechanism": "bill-sharing"}, "Of the homes, none pay more than without trading in A and 41.7% in B."),
    ],
)
def test_what_makes_two_scenarios_unlike_is_said(b, said):
    assert said in versus(compare({"A": paper(), "B": paper(**b)}))


def test_trading_may_gain_without_a_window_between_the_grids_prices():
    """What neighbours trade at once does not stay in a battery at the end: it is not said that nothing can be gained."""
    flat = paper(**{"grid.export_price": 0.5625, "battery.charge_kw": 50, "battery.capacity_kwh": 200})
    found = compare(by_rule(flat, ["mid-market-rate", "grid-fraction"]))
    assert found.mean("mid-market-rate", "saving") > 0.01
    assert "nothing can be gained" not in text(found)
