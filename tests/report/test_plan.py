"""The page of a plan: whole, self-contained, safe, and with the numbers of the plan; its tables and data."""

from __future__ import annotations

import json
import re
import tomllib
from html import unescape

import pytest

import jiran
from html_reader import NASTY, Reader
from jiran.plan import plan, ranges, tries
from jiran.report.plan import answer, as_data, doubts, lines, page
from jiran.report.plan.further import tried
from jiran.saving.formats import json_text
from jiran.scenario import Plan


@pytest.fixture(scope="module")
def work():
    scenario = jiran.load_scenario(
        "kampung", {"name": NASTY, "homes.groups.solar.count": 4, "homes.groups.normal.count": 4, "steps": 192}
    )
    planned = plan(jiran.simulate(scenario))
    return planned, ranges(planned), tries(planned, 4)


def test_the_page_is_well_formed_and_needs_nothing_else(work):
    reader = Reader(page(*work))
    assert {"table", "svg", "h1", "pre", "dl"} <= set(reader.tags)
    assert not {"script", "link", "img", "iframe", "object", "b"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name in {"src", "href", "srcset"} or name.startswith("on")]
    assert "url(" not in page(*work)
    assert "size: A4" in page(*work)
    assert "&lt;b&gt;&quot;paper&quot; &amp; co&lt;/b&gt;" in page(*work)


def test_it_says_the_answer_first_and_every_doubt(work):
    text = unescape(page(*work))
    said = [str(one) for one in answer(*work)]
    places = [text.index(one) for one in said]
    assert places == sorted(places)
    assert f'<p class="first">{said[0]}</p>' in text
    assert all(f"{one}." in text for one in map(str, doubts(work[0])))
    assert any("20 days" not in str(one) and "2 days" in str(one) for one in doubts(work[0]))


def test_prices_that_were_tried_have_the_digits_of_their_table(work):
    said = [str(tried(work[0], one)) for one in work[2]]
    assert all(len(number) <= 4 for text in said for number in re.findall(r"\d\.(\d+)", text))
    assert all(re.search(r"from MYR \S+ to [\d.]+", text) for text in said)


def test_its_tables_hold_what_the_plan_knows(work):
    planned = work[0]
    rows = {row[0]: row[1:] for row in Reader(page(*work)).rows}
    for home, name in enumerate(planned.ids):
        before, parts = planned.stages.cost[0, home], planned.parts[:, home]
        assert rows[name][1:7] == [
            f"{round(value) + 0:,}" for value in (planned.installed.cost[home], before, before - parts.sum(), *parts)
        ]
    total = 0.0
    for year, flow in enumerate(planned.owners.flows.tolist()):
        total += flow
        assert rows[str(year)][:2] == [f"{round(flow) + 0:,}", f"{round(total) + 0:,}"]
    assert {f"plan.{name}" for name in Plan.model_fields} <= {row[-1] for row in rows.values() if row}
    assert rows["PV costs, MYR/kWp"][0] == "3,500"
    exported = planned.result.flows["grid_export_kwh"].sum()
    assert rows["Export earns for, years"][0] == ("all 20" if exported > 1e-9 else "–")


def test_the_scenario_on_the_page_makes_the_same_page_again(work, tmp_path):
    text = unescape(re.search(r'<pre class="file">(.*?)</pre>', page(*work), re.DOTALL)[1])
    assert tomllib.loads(text)["plan"]["years"] == 20
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    again = plan(jiran.simulate(jiran.load_scenario(str(tmp_path / "scenario.toml"))))
    assert page(again, ranges(again), tries(again, 4)) == page(*work)


def test_data_are_strict_json_and_add_up(work):
    data = json.loads(json_text(as_data(*work)), parse_constant=pytest.fail)
    street = data["community"]
    assert sum(home["saving"] for home in data["homes"]) == pytest.approx(street["saving"])
    assert street["saving_pv"] + street["saving_battery"] + street["saving_sharing"] == pytest.approx(street["saving"])
    assert sum(street["cash_flow"]) == pytest.approx(sum(sum(home["cash_flow"]) for home in data["homes"]))
    assert data["assumptions"]["pv_cost"] == 3_500
    assert [one["field"] for one in data["tried"]] == ["price", "charge", "credit"]


def test_a_payback_that_never_comes_is_null_and_the_word_never():
    planned = plan(jiran.simulate(jiran.load_scenario("paper", {"plan.pv_cost": 1e6})))
    assert as_data(planned)["community"]["payback_years"] is None
    assert lines.tiles(planned)["Paid back to all homes"] == "never"
    assert str(answer(planned)[0]).startswith("It does not pay")
    assert "</html>" in page(planned)


def test_a_street_without_anything_has_an_answer_and_a_page():
    bare = jiran.load_scenario("paper", {"homes.groups": [{"kind": "normal", "count": 2}], "battery.capacity_kwh": 0.0})
    planned = plan(jiran.simulate(bare))
    assert str(answer(planned)[0]) == "There is nothing to pay for: no home has PV, and there is no battery."
    assert "</html>" in page(planned, ranges(planned), tries(planned, 2))


@pytest.mark.parametrize(
    ("changes", "described"),
    [({}, True), ({"seed": 7}, False), ({"seed": 7, "description": "Words of its own."}, True)],
)
def test_a_preset_is_described_only_as_it_is(changes, described):
    planned = plan(jiran.simulate(jiran.load_scenario("paper", changes)))
    text, scenario = unescape(page(planned)), planned.result.scenario
    assert scenario.question in text
    assert (scenario.description in text.partition('<pre class="file">')[0]) == described


def test_a_source_ends_with_one_stop():
    for name in ("sarawak-nem", "klang-valley-atap"):
        planned = plan(jiran.simulate(jiran.load_scenario(name, {"steps": 96})))
        assert ".. " not in page(planned)


@pytest.mark.parametrize(("export_price", "said"), [(0.0, "0 years: it earns nothing"), (0.1, "all 20 years")])
def test_export_that_earns_nothing_is_not_said_to_earn_for_years(export_price, said):
    scenario = jiran.load_scenario("paper", {"grid.export_price": export_price})
    assert lines.setting(plan(jiran.simulate(scenario)))["Export earns for"] == said


def test_a_home_without_neighbours_is_told_nothing_of_sharing():
    homes = [{"kind": "solar", "count": 1}]
    scenario = jiran.load_scenario(
        "paper", {"homes": {"groups": homes}, "plan.years": 1, "plan.loan_years": 1, "steps": 48}
    )
    planned = plan(jiran.simulate(scenario))
    found = tries(planned, 4)
    text = " ".join(one.text for one in answer(planned, ranges(planned), found))
    assert found == ()
    assert not re.search("shar|neighbour", text.replace("without PV, batteries and sharing", ""))
    assert "1 year" in text
    assert "1 years" not in text
    assert lines.setting(planned)["Export earns for"] == "1 year"


def test_what_costs_nothing_is_not_said_to_cost_an_amount():
    free = {"steps": 48, "plan.pv_cost": 0, "plan.battery_cost": 0}
    planned = plan(jiran.simulate(jiran.load_scenario("paper", free)))
    first = answer(planned)[0].text
    assert "what is counted as free costs no more than it saves, from the first year on" in first
