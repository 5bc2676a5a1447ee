"""Vary this: the page says what `jiran.sweep` finds, opens what the command line has left, and refuses in a sentence."""

from __future__ import annotations

import sys
from unittest import mock

import polars as pl
import pytest

import jiran
from jiran.app import state
from jiran.judge.sweep import Folder
from jiran.judge.sweep.answers import answers
from jiran.report.sweep import say
from jiran.report.sweep.page import cells
from opening import opened
from pages import link_of, run, seen, show

PAGE = """
from jiran.app import state
from jiran.app.views import compare_sweep

compare_sweep._inside(state.result().scenario)
"""


def text(at):
    return seen(" ".join(element.value for element in at.markdown)).replace("\\", "")


def test_it_says_and_shows_what_a_sweep_of_the_scenario_finds(tmp_path):
    at = show(PAGE, run())
    at.text_input(key="vary market.fraction|0").set_value("0.6,0.9").run()
    at.selectbox(key="vary 1|0").set_value("battery.capacity_kwh").run()
    at.text_input(key="vary battery.capacity_kwh|0").set_value("0,20").run()
    assert not at.exception
    vary = {"market.fraction": "0.6,0.9", "battery.capacity_kwh": "0,20"}
    jiran.sweep("paper", vary, seeds=5, folder=tmp_path / "out", workers=1)
    found = answers(Folder(tmp_path / "out"), "saving")
    assert [str(one) for one in say(found) if str(one) not in text(at)] == []
    shown = [frame.value for frame in at.dataframe]
    assert len(shown) == len(found.tables) == 3
    for frame, table in zip(shown, found.tables.values(), strict=True):
        assert frame.to_numpy().tolist() == cells(found, table)[1]


def test_what_is_offered_can_be_run():
    at = show(PAGE, run(**{"battery.capacity_kwh": 0}))
    assert at.text_input(key="vary market.fraction|0").value == "0.4,0.6,0.8"  # the grid's price or more is none
    assert "All 15 points are done." in text(at)
    at.selectbox(key="vary 0|0").set_value("battery.capacity_kwh").run()
    assert at.text_input(key="vary battery.capacity_kwh|0").value == "0,5,10,20"
    assert "All 20 points are done." in text(at)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("0.5:0.9:0", "the step must lead"), ("uniform(0, 1)", "drawn on the command line"), ("0.1:0.9:0.001", "4,005 points"),
        ("2,3", "no point of this sweep"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(values, words):
    at = show(PAGE, run())
    at.text_input(key="vary market.fraction|0").set_value(values).run()
    assert not at.exception
    assert words in at.error[0].value.replace("\\", "")


def test_a_folder_of_the_command_line_opens_also_before_it_is_done(tmp_path):
    folder = tmp_path / "out"
    jiran.sweep("paper", {"market.fraction": [0.5, 0.6]}, seeds=4, folder=folder, workers=1)
    at = show(PAGE, run())
    at.segmented_control(key="sweep source").set_value("Open a folder of `jiran sweep`").run()
    at.text_input(key="sweep folder").set_value(str(folder)).run()
    assert all(str(one) in text(at) for one in say(answers(Folder(folder), "saving")))
    part = folder / "parts" / "all.parquet"
    pl.read_parquet(part).head(3).write_parquet(part)
    at.run()
    assert "3 of 8 points are done." in text(at)
    at.text_input(key="sweep folder").set_value(str(tmp_path)).run()
    assert "no sweep" in at.error[0].value or "no folder of a sweep" in at.error[0].value


def test_an_open_folder_is_not_read_again_when_the_page_is_drawn_again(tmp_path, monkeypatch):
    folder, read = tmp_path / "out", []
    jiran.sweep("paper", {"market.fraction": [0.5, 0.6]}, seeds=2, folder=folder, workers=1)
    module = sys.modules["jiran.app.state.swept"]
    real = module.answers
    monkeypatch.setattr(module, "answers", lambda *what: read.append(what) or real(*what))
    at = show(PAGE, run())
    at.segmented_control(key="sweep source").set_value("Open a folder of `jiran sweep`").run()
    at.text_input(key="sweep folder").set_value(str(folder)).run()
    assert len(read) == 1
    at.run()
    assert len(read) == 1
    at.selectbox(key="sweep figure|0").set_value("p2p_kwh").run()
    assert len(read) == 2


def test_one_that_was_stopped_can_be_started_again(monkeypatch):
    def stops(*_arguments, progress, **_more):
        progress(0.5)
        raise state.NotRunError

    with monkeypatch.context() as changed:
        changed.setattr(sys.modules["jiran.app.state.swept"], "run", stops)
        at = show(PAGE, run(seed=77))
        assert not at.dataframe
    at.run()
    assert at.dataframe


def compare_of(**link):
    with mock.patch("sys.argv", ["main.py"]):
        return opened("compare", **link)


def test_the_link_holds_what_is_varied_and_shows_the_same_again():
    link = {
        "preset": "paper", "steps": "12", "vary": "grid.export_price=0.1,0.3;battery.capacity_kwh=0,7", "figure": "p2p_kwh",
        "draws": "2",
    }  # fmt: skip
    at = compare_of(**link)
    assert link_of(at) == link
    assert "All 8 points are done." in text(at)
    at.number_input(key=next(one.key for one in at.number_input if one.label == "Seeds")).set_value(1).run()
    assert link_of(at) == link | {"draws": "1"}
    assert "All 4 points are done." in text(compare_of(**link_of(at)))


def test_nonsense_in_a_link_that_varies_does_no_harm():
    link = {"preset": "paper", "steps": "12", "vary": "x=1;seed=3;grid.export_price=0.1;;", "figure": "x", "draws": "0"}
    at = compare_of(**link)
    assert link_of(at) == {"preset": "paper", "steps": "12", "vary": "grid.export_price=0.1"}
