"""The page of a comparison: whole, self-contained, safe, and with the numbers of the comparison."""

from __future__ import annotations

import re
import tomllib
from html import unescape
from pathlib import Path

import pytest

import jiran
from html_reader import NASTY, Reader
from jiran.judge.judgement import JUDGEMENT
from jiran.report import answer, html, versus
from jiran.report.figures import COLUMNS, form, heading, ranked
from jiran.report.versus import changes
from jiran.scenario import validate
from jiran.scenario.files import as_data
from valid import at_bounds


@pytest.fixture(scope="module")
def rules():
    return jiran.compare(jiran.by_rule(jiran.load_scenario("paper", {"name": NASTY})))


@pytest.fixture(scope="module")
def bands():
    truthful = jiran.load_scenario("paper", {"bids.strategy": "truthful"})
    return jiran.compare(jiran.by_rule(truthful, ["vcg", "muda", "grid-fraction"]), seeds=3)


@pytest.fixture(scope="module")
def pair():
    a, b = (jiran.load_scenario("paper", {"name": NASTY, "battery.capacity_kwh": kwh}) for kwh in (20, 40))
    return jiran.compare({"A": a, "B": b}, seeds=3)


@pytest.mark.parametrize("kind", ["rules", "bands", "pair"])
def test_the_page_is_well_formed_and_needs_nothing_else(kind, request):
    page = html(request.getfixturevalue(kind))
    reader = Reader(page)
    assert {"table", "svg", "h1", "details"} <= set(reader.tags)
    assert not {"script", "link", "img", "iframe", "object", "b"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name in {"src", "href", "srcset"} or name.startswith("on")]
    assert "url(" not in page
    assert set(re.findall(r"https?://[^\s\"<]+", page)) == {"http://www.w3.org/2000/svg"}


def test_names_are_told_as_they_are(rules):
    assert "<b>" not in html(rules)
    assert "&lt;b&gt;&quot;paper&quot; &amp; co&lt;/b&gt;" in html(rules)


def test_the_page_gives_the_answer_and_every_number_of_the_table(rules, bands):
    for comparison in (rules, bands):
        page = html(comparison)
        for sentence in answer(comparison):
            assert sentence in unescape(page)
        table = {row["case"]: row for row in comparison.table().iter_rows(named=True)}
        rows = {row[0]: row[1:] for row in Reader(page).rows}
        assert rows["Rule"] == [heading(figure, "MYR") for figure in COLUMNS]
        for case in ranked(comparison):
            written = [
                form(figure, "MYR").write_band(*(table[case].get(f"{figure}{end}") for end in ("", "_low", "_high")))
                for figure in COLUMNS
            ]
            assert rows[case] == written


def test_the_page_of_two_scenarios_has_their_difference(pair):
    page = html(pair)
    assert versus(pair)[0] in unescape(page)
    found = {row["figure"]: row for row in pair.difference("A", "B").iter_rows(named=True)}
    rows = {row[0]: row[1:] for row in Reader(page).rows}
    cost = found["cost"]
    assert rows["Cost, MYR"][:3] == [f"{cost['a']:.2f}", f"{cost['b']:.2f}", f"{cost['difference']:+.2f}"]
    assert ["battery.capacity_kwh", "20.0", "40.0"] in Reader(page).rows
    own_use = next(cells for name, cells in rows.items() if name.startswith("Self-sufficiency, home by home"))
    assert all(cell.endswith(" points") for cell in own_use[2:])
    assert not any("points" in cell for cell in rows["Cost, MYR"])
    assert "takes MYR 0.5625, gives MYR 0.20 per kWh" in page


@pytest.mark.parametrize("kind", ["rules", "bands", "pair"])
def test_the_currency_stands_in_front_of_every_amount(kind, request):
    assert not re.findall(r"\d MYR\b", unescape(html(request.getfixturevalue(kind))))


def test_the_scenario_on_the_page_makes_the_same_page_again(tmp_path):
    own = jiran.load_scenario("paper", {"market.fraction": 0.6})
    page = html(jiran.compare(jiran.by_rule(own, ["mid-market-rate", "grid-fraction"])))
    text = unescape(re.search(r"<summary>scenario.toml</summary>\n<pre>(.*?)</pre>", page, re.DOTALL)[1])
    assert tomllib.loads(text)["market"]["fraction"] == 0.6
    (tmp_path / "scenario.toml").write_text(text, encoding="utf-8")
    command = unescape(re.search(r"<pre>(jiran compare .*?)</pre>", page)[1])
    assert (
        command == "jiran compare scenario.toml --mechanism mid-market-rate,grid-fraction --seeds 1 -o comparison.html"
    )
    again = jiran.load_scenario(str(tmp_path / "scenario.toml"))
    assert html(jiran.compare(jiran.by_rule(again, ["mid-market-rate", "grid-fraction"]))) == page


def test_no_folder_of_this_machine_is_told(tmp_path):
    rule = tmp_path / "my_rule.py"
    rule.write_text(
        "from jiran.market import mechanism\n\n\n@mechanism('my-rule', compiled=False)\n"
        "def my_rule(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
        '    """Trade nothing."""\n    return 0\n',
        encoding="utf-8",
    )
    page = html(jiran.compare(jiran.by_rule(jiran.load_scenario("paper"), [str(rule), "grid-fraction"])))
    assert str(tmp_path) not in page
    assert "my_rule.py,grid-fraction" in page


def test_a_rule_that_fails_is_named():
    ev_street = jiran.load_scenario("ev-street", {"steps": 48})
    page = html(jiran.compare(jiran.by_rule(ev_street, ["nucleolus", "grid-fraction"])))
    assert "left out: market rule 'nucleolus'" in unescape(page)


def test_the_documentation_has_every_figure_as_the_code_defines_it():
    text = (Path(__file__).parents[2] / "docs" / "compare.md").read_text(encoding="utf-8")
    for name, kpi in JUDGEMENT.items():
        assert f"| `{name}` | {kpi.label} | {kpi.unit} | {kpi.meaning} |" in text


def test_a_page_says_each_case_s_seed_and_names_files_without_their_folder(tmp_path):
    a, b = (jiran.load_scenario("paper", {"seed": seed}) for seed in (1, 2))
    page = html(jiran.compare({"A": a, "B": b}))
    assert "A: seed 1 and B: seed 2." in page
    assert '<th>seed</th><td class="word">1</td><td class="word">2</td>' in page
    one, two = (
        validate({"name": "x", "homes": {"data": {"path": str(tmp_path / folder / "m.csv")}}}) for folder in "ab"
    )
    assert changes(one, two) == [("homes.data.path", "m.csv", "m.csv")]


def test_a_difference_in_any_field_is_told():
    base = jiran.load_scenario("paper")
    told = set()
    for name, _, other in at_bounds():
        found = {change.field for change in changes(base, other)}
        assert bool(found) == (as_data(base) != as_data(other)), name
        assert not found or name in found, name
        told |= found
    assert {"seed", "steps", "grid.region", "grid.co2_kg_per_kwh", "battery.buy_price", "ev.supply.enabled"} <= told
