"""The page of comparisons: its numbers are those of jiran.compare, its pictures are whole, and it can be stopped."""

from __future__ import annotations

import copy
import json
from unittest import mock

import numpy as np
import pytest

import jiran
from jiran.app import rule_tables, state
from jiran.app.charts.compare import spec
from jiran.app.memory import held_bytes
from jiran.app.rule_tables import SHOWN
from jiran.app.runs import Samples
from jiran.app.views import compare as view
from jiran.errors import MechanismError
from jiran.judge.comparison import by_rule
from jiran.market import mechanisms
from jiran.report import answer, pictures, versus
from jiran.report.figures import form, heading, ranked
from jiran.report.points import gains
from jiran.simulation.estimate import Need
from opening import opened
from pages import MANY, link_of, run, show

PAGE = """
from jiran.app.views import compare

compare.show()
"""


@pytest.fixture(scope="module")
def telling():
    return jiran.compare(
        by_rule(jiran.load_scenario("paper"), [name for name, rule in mechanisms().items() if rule.telling])
    )


def plain(text):
    return text.replace("\\", "").replace("**", "")


def test_the_table_has_the_numbers_of_compare(telling):
    at = show(PAGE, run())
    shown, order = at.dataframe[0].value, ranked(telling)
    assert shown["Rule"].to_list() == order
    table = {row["case"]: row for row in telling.table().iter_rows(named=True)}
    for figure in SHOWN:
        written = form(figure, "MYR")
        expected = [np.nan if table[case][figure] is None else written.factor * table[case][figure] for case in order]
        np.testing.assert_allclose(
            shown[heading(figure, "MYR")], expected, atol=0.5 * 10**-written.digits, equal_nan=True
        )


def test_a_column_is_as_wide_as_its_figures(telling):
    dear = jiran.compare(
        by_rule(
            jiran.load_scenario("paper", {"currency": "IDR", "grid.import_price": 1_000_000, "grid.export_price": 0}),
            list(telling.cases),
        )
    )
    plain, wide = rule_tables.widths(telling), rule_tables.widths(dear)
    assert plain["saving"] == SHOWN["saving"].width
    texts = [form("saving", "IDR").write(value) for value in dear.table()["saving"]]
    assert wide["saving"] > 7 * max(map(len, texts)) > plain["saving"]


def test_the_page_says_the_answer(telling):
    said = plain(" ".join(element.value for element in show(PAGE, run()).markdown))
    for sentence in answer(telling):
        assert sentence in said


def test_every_chart_stands_still_and_says_what_it_shows(telling):
    drawn = show(PAGE, run()).get("echarts_chart")
    assert len(drawn) == 2 + len(gains(telling))
    for element in drawn:
        spec = json.loads(element.proto.spec)
        assert spec["animation"] is False
        assert spec["toolbox"]["feature"]["saveAsImage"]["name"].startswith("jiran-")
        assert element.proto.alt


@pytest.mark.parametrize(
    "overrides",
    [
        {"market.mechanism": "grid-only"},
        {"homes.groups": [{"kind": "solar", "count": 1}]},
        {"homes.groups": [{"kind": "normal", "count": 3}]},
        {"steps": 1},
        {"grid.import_price": [0.3] * 12 + [0.1] * 12},
        {"bids.strategy": "zero-intelligence-plus", "steps": 72},
    ],
)
def test_the_page_shows_any_run(overrides):
    assert show(PAGE, run(**overrides)).markdown


def test_a_rule_that_cannot_do_it_is_left_out_and_named():
    at = show(PAGE, run(**MANY, steps=12), **{"every rule|0": True})
    said = next(plain(warning.value) for warning in at.warning if "nucleolus" in plain(warning.value))
    assert "is for at most 16 homes that trade in a step" in said
    assert "Error" not in said
    assert len(at.dataframe[0].value) == len(mechanisms()) - 2  # without the baseline and the rule that cannot


def test_a_strategy_is_chosen_on_the_page(telling):
    at = show(PAGE, run())
    at.selectbox(key="strategy|price-taker|0").select("truthful").run()
    assert not at.exception
    truthful = jiran.load_scenario("paper", {"bids.strategy": "truthful"})
    found = jiran.compare(by_rule(truthful, list(telling.cases)))
    assert at.dataframe[0].value["Rule"].to_list() == ranked(found)
    assert answer(found)[0] in plain(at.markdown[0].value)


def test_bands_stand_in_the_cells(monkeypatch, telling):
    monkeypatch.setattr(view, "SEEDS", 3)
    at = show(PAGE, run())
    at.toggle(key="bands|0").set_value(True).run()
    assert not at.exception
    found = jiran.compare(telling.cases, seeds=3)
    shown = rule_tables.rules(found)
    numbers = shown.data["All save, MYR"]
    assert numbers.dtype == float
    assert numbers.is_unique  # else one of two equal rules would have the other's band
    cells = shown.to_html()
    for row in found.table(("saving",)).iter_rows(named=True):
        assert f">{row['saving']:.2f} ({row['saving_low']:.2f} to {row['saving_high']:.2f})<" in cells
    np.testing.assert_allclose(at.dataframe[0].value["All save, MYR"], numbers, atol=1e-9)


def test_no_rule_is_a_question_and_not_an_error():
    at = show(PAGE, run())
    at.get("button_group")[0].set_value([]).run()
    assert not at.exception
    assert "at least one market rule" in at.info[0].value


def test_a_pinned_scenario_is_a(monkeypatch):
    a = jiran.load_scenario("paper", {"battery.capacity_kwh": 40})
    monkeypatch.setattr(state, "pinned_scenario", lambda: a)
    monkeypatch.setattr(view, "SEEDS", 3)
    at = show(PAGE, run(), **{"bands|0": True})
    found = jiran.compare({"A": a, "B": jiran.load_scenario("paper")}, seeds=3)
    said = plain(" ".join(element.value for element in at.markdown))
    for sentence in versus(found):
        assert sentence in said
    shown = at.dataframe[0].value.set_index("Figure").loc["Cost, MYR"]
    row = found.difference("A", "B").filter(figure="cost").row(0, named=True)
    assert shown["A - B"] == f"{row['difference']:+.2f}"
    assert shown["A"] == f"{row['a']:.2f}"
    for name, of_share in at.dataframe[0].value.set_index("Figure")["A - B"].items():
        assert of_share.endswith(" points") == name.endswith(", %")
    assert any("Community battery 40 kWh, now 20 kWh" in plain(caption.value) for caption in at.caption)


def test_a_pinned_scenario_with_another_seed_is_run_with_it(monkeypatch):
    monkeypatch.setattr(state, "pinned_scenario", lambda: jiran.load_scenario("paper"))
    at = show(PAGE, run(seed=2))
    shown = at.dataframe[0].value.set_index("Figure").loc["Cost, MYR"]
    assert (shown["A"], shown["B"], shown["A - B"]) == ("36.57", "38.40", "-1.83")
    assert any("Seed of chance 1, now 2" in plain(caption.value) for caption in at.caption)


def test_both_comparisons_of_the_page_may_be_slow(monkeypatch):
    monkeypatch.setattr(state, "pinned_scenario", lambda: jiran.load_scenario("paper", {"seed": 8}))
    monkeypatch.setattr("jiran.app.watched._GLANCE_S", -1.0)
    assert show(PAGE, run(seed=9)).dataframe


def test_a_stopped_comparison_shows_what_is_done_and_goes_on(monkeypatch):
    monkeypatch.setattr(view, "SEEDS", 3)
    done = state.finished.run_comparison

    def stops(cases, *, seeds, samples, progress):
        done(cases, seeds=min(seeds, 2), samples=samples, progress=progress)
        raise _StopError

    at = show(PAGE, run(seed=21))
    monkeypatch.setattr(state.finished, "run_comparison", stops)
    at.toggle(key="bands|0").set_value(True).run()  # ends in the middle, as a click on Stop makes it
    monkeypatch.setattr(state.finished, "run_comparison", done)
    cases = by_rule(
        jiran.load_scenario("paper", {"seed": 21}), [name for name, rule in mechanisms().items() if rule.telling]
    )
    at.session_state["stopped"] = f"3 0 {[(name, case.model_dump_json()) for name, case in cases.items()]}"
    at.run()
    assert not at.exception
    assert any("2 of 3 seeds are done" in element.value for element in at.markdown)
    at.button(key="go on rules").click().run()
    assert not any("seeds are done" in element.value for element in at.markdown)
    assert "mean of 3 seeds" in at.markdown[0].value


class _StopError(Exception):
    pass


def test_a_large_comparison_is_asked_for(monkeypatch):
    monkeypatch.setattr("jiran.app.runs.ASKED", Need(1e9, 0.0))
    at = show(PAGE, run(seed=31))
    assert not at.dataframe
    assert any("needs about" in said.value for said in at.info)
    next(button for button in at.button if button.label == "Run it anyway").click().run()
    assert at.dataframe


def test_one_that_is_too_large_for_a_dashboard_names_the_command_line(monkeypatch):
    monkeypatch.setattr("jiran.app.runs.MOST", Need(1e3, 0.0))
    at = show(PAGE, run(seed=32))
    assert not at.dataframe
    assert "jiran compare" in plain(at.error[0].value)
    assert "Run it anyway" not in [button.label for button in at.button]


def test_old_samples_make_room(monkeypatch, telling):
    one = telling.samples["uniform-price"][0]
    monkeypatch.setattr("jiran.app.runs.KEPT_SAMPLES", 2.5 * held_bytes(one))
    kept = Samples({"fault": MechanismError("a", "b")})
    kept |= {f"{place}": copy.deepcopy(one) for place in range(4)}
    kept.make_room()
    assert list(kept) == ["2", "3"]


def test_on_a_narrow_screen_the_names_of_lines_stand_above_them(telling):
    picture = pictures.prices(telling, "buyer_price")
    drawn = spec(picture)
    [narrow] = drawn["media"]
    assert narrow["option"]["grid"]["right"] < drawn["grid"]["right"]
    hidden = {one["name"] for one in narrow["option"]["series"]}
    assert hidden <= {one["name"] for one in drawn["series"]}
    assert narrow["option"]["legend"]["data"] == [course.name for course in picture.courses]


def compare_of(**link):
    with mock.patch("sys.argv", ["main.py"]):
        return opened("compare", **link)


def rules_shown(at):
    return {name for one in at.dataframe if "Rule" in one.value.columns for name in one.value["Rule"]}


def test_the_link_holds_rules_bids_and_bands_and_shows_the_same_again():
    link = {
        "preset": "paper",
        "steps": "12",
        "rules": "mid-market-rate,huang,vcg",
        "strategy": "truthful",
        "bands": "1",
    }
    at = compare_of(**link)
    assert link_of(at) == link
    assert len(rules_shown(at)) == 3
    assert at.toggle(key=next(one.key for one in at.toggle if one.key.startswith("bands|"))).value
    assert next(one for one in at.selectbox if one.label == "How homes bid").value == "truthful"


def test_what_is_chosen_of_rules_goes_into_the_link_and_a_fresh_viewer_finds_it():
    at = compare_of(preset="paper", steps="12")
    assert link_of(at) == {"preset": "paper", "steps": "12"}
    at.selectbox(key=next(one.key for one in at.selectbox if one.label == "How homes bid")).select("truthful").run()
    for label, names in (("Market rules", ["mid-market-rate"]), ("More market rules", ["vcg"])):
        next(one for one in at.button_group if one.label == label).set_value(names).run()
    assert not at.exception
    link = link_of(at)
    again = compare_of(**link)
    assert link_of(again) == link
    assert (link["strategy"], set(link["rules"].split(","))) == ("truthful", {"vcg", "mid-market-rate"})
    assert rules_shown(again) == rules_shown(at) != set()


def test_a_link_may_ask_for_no_rule_and_nonsense_in_it_does_no_harm():
    none = compare_of(preset="paper", steps="12", rules="none")
    assert link_of(none)["rules"] == "none"
    assert "Choose at least one market rule." in [one.value for one in none.info]
    wrong = compare_of(preset="paper", steps="12", rules="<b>,vcg", strategy="[x](y)")
    assert link_of(wrong) == {"preset": "paper", "steps": "12", "rules": "vcg"}
