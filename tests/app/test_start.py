"""Start: doors that lead somewhere, and every preset as its question with the answer of its run."""

from __future__ import annotations

from unittest import mock

import pytest
from streamlit.util import calc_hash

import jiran
from jiran.app.areas import AREAS
from jiran.app.start import DOORS
from jiran.explain.answer import answer
from jiran.scenario.files import asked
from opening import viewer
from pages import seen


@pytest.fixture
def start():
    with mock.patch("sys.argv", ["main.py"]):
        at = viewer()
        at._page_hash = calc_hash("start")
        at.run()
    assert not at.exception
    return at


def test_each_preset_stands_there_as_its_question_with_the_answer_of_its_run(start):
    texts = [seen(text.value) for text in start.markdown]
    for name in jiran.presets():
        question = asked(name)
        instead = question and jiran.simulate(jiran.load_scenario(name, question.changes))
        said = answer(jiran.simulate(jiran.load_scenario(name)), instead, question)
        assert str(said) in texts
    assert not any("Working it out" in text.value for text in start.caption)


def test_the_papers_question_is_the_first_and_what_is_short_stands_before_what_is_long(start):
    questions = {jiran.load_scenario(name).question: name for name in jiran.presets()}
    links = [seen(link.proto.label) for link in start.get("page_link")]
    order = [questions[label] for label in links if label in questions]
    assert set(order) == set(jiran.presets())
    lasts = [one.steps * one.step_minutes for one in map(jiran.load_scenario, order)]
    assert order[0] == "paper"
    assert lasts == sorted(lasts)


def test_doors_lead_to_areas_and_what_they_open_is_there():
    assert {door.area for door in DOORS} <= {area.path for area in AREAS}
    assert {door.opened["preset"] for door in DOORS} <= set(jiran.presets())
