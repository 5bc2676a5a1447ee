"""The page of a sweep: whole, self-contained, safe, with the numbers of its rows, and made again by its own commands."""

from __future__ import annotations

import re
import shlex
from html import unescape

import pytest

import jiran
from html_reader import NASTY, Reader
from jiran.judge.sweep import Folder
from jiran.judge.sweep.answers import answers
from jiran.report.sweep import page, say
from jiran.report.sweep.page import cells
from jiran.report.sweep.say import name_of
from terminal import call

VARY = {
    "market.fraction": [0.5, 0.8, 1.5],
    "market.mechanism": ["grid-fraction", "grid-only"],
    "battery.capacity_kwh": [0, 20],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = Folder(tmp_path_factory.mktemp("swept") / "out")
    jiran.sweep(jiran.load_scenario("paper", {"name": NASTY}), VARY, seeds=2, folder=place.path, workers=1)
    return place


@pytest.fixture(scope="module")
def found(folder):
    return answers(folder, "home_saving_worst")


def test_the_page_is_well_formed_and_needs_nothing_else(found):
    reader = Reader(page(found))
    assert {"table", "svg", "h1", "details", "dl"} <= set(reader.tags)
    assert not {"script", "link", "img", "iframe", "object", "b"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name in {"src", "href", "srcset"} or name.startswith("on")]
    assert "url(" not in page(found)
    assert "&lt;b&gt;&quot;paper&quot; &amp; co&lt;/b&gt;" in page(found)


def test_it_says_each_sentence_and_holds_each_number_of_the_tables(found):
    text = unescape(page(found))
    assert all(str(one) in text for one in say(found))
    rows = Reader(page(found)).rows
    for keys, table in found.tables.items():
        if len(keys) == 1:
            head, lines = cells(found, table)
            assert head in rows
            assert all(line in rows for line in lines)
    (pair, both), = ((keys, table) for keys, table in found.tables.items() if len(keys) == 2)  # fmt: skip
    corner = " ".join(f"{name_of(key, 'MYR')} {arrow}" for key, arrow in zip(pair, "↓→", strict=True))
    assert all(f"({key})" in corner for key in pair)
    begin = next(place for place, row in enumerate(rows) if row[0] == corner)
    shown = {(row[0], column): cell for row in rows[begin + 1 : begin + 4] for column, cell in zip(rows[begin][1:], row[1:], strict=False)}  # fmt: skip
    for row in cells(found, both)[1]:
        assert shown[row[0], row[1]] == row[3]


def test_the_map_is_the_darker_the_higher(found):
    both = next(table for keys, table in found.tables.items() if len(keys) == 2)
    cells_of = re.findall(r'<td style="background:rgba\(0,158,115,([\d.]+)\)">([\d.,-]+)</td>', page(found))
    assert len(cells_of) == both.height
    shades = sorted((float(mean), float(dark)) for dark, mean in cells_of)
    assert [dark for _, dark in shades] == sorted(dark for _, dark in shades)
    assert (shades[0][1], shades[-1][1]) == (0.0, 0.75)


def test_points_that_could_not_be_run_are_told(found):
    assert found.totals.points == 24
    assert sum(many for _, many in found.totals.faults) == 16  # a fraction of 1.5, and a rule without one
    assert "market.fraction" in unescape(page(found)).partition("could not be run</h2>")[2]


def test_its_own_commands_make_it_again(found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = unescape(page(found))
    (tmp_path / "scenario.toml").write_text(
        re.search(r"<summary>scenario.toml</summary>\n<pre>(.*?)</pre>", text, re.DOTALL)[1], encoding="utf-8"
    )
    commands = re.search(r"<pre>(jiran sweep .*?)</pre>", text, re.DOTALL)[1]
    for command in commands.splitlines():
        done = call(*shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
    assert (tmp_path / "sweep.html").read_text(encoding="utf-8") == page(found)


def test_a_sweep_of_seeds_alone_has_a_page(tmp_path):
    jiran.sweep("paper", {}, seeds=3, folder=tmp_path / "out", workers=1)
    seeds = answers(Folder(tmp_path / "out"), "saving")
    assert list(seeds.tables) == [()]
    assert "svg" not in Reader(page(seeds)).tags
