"""Every number that a lesson promises comes out, on scenarios that no default can change."""

from __future__ import annotations

import pytest

from jiran.classroom.cards import DECKS
from jiran.classroom.lessons import lessons, outcomes, scenario_data
from jiran.classroom.lessons.measures import MEASURES
from jiran.scenario import validate
from jiran.scenario.files import as_data

SCENARIOS = {lesson.scenario for lesson in lessons().values() if lesson.scenario}


def test_there_are_five_lessons_of_ten_minutes_and_two_experiments():
    found = list(lessons().values())
    assert [lesson.minutes for lesson in found[:5]] == [10] * 5
    assert [bool(lesson.source) for lesson in found[5:]] == [True, True]


@pytest.mark.parametrize("name", lessons())
def test_the_numbers_of_a_lesson_come_out(name):
    wrong = [
        f"{one.case}: {one.label} is {value:.4f}, not {one.value}"
        for one, value in zip(lessons()[name].predicted, outcomes(name), strict=True)
        if not abs(value - one.value) <= one.within
    ]
    assert not wrong


@pytest.mark.parametrize("name", lessons())
def test_a_lesson_is_whole(name):
    lesson = lessons()[name]
    assert 1 <= lesson.right <= len(lesson.answers)
    assert len(set(lesson.answers)) == len(lesson.answers) >= 3
    assert bool(lesson.scenario) is not bool(lesson.deck)
    assert not lesson.deck or lesson.deck in DECKS
    cases = [case.name for case in lesson.case]
    assert len(set(cases)) == len(cases)
    assert {one.case for one in lesson.predicted} == set(cases)
    assert {one.what for one in lesson.predicted} <= set(MEASURES)
    assert set(lesson.chart) <= {one.what for one in lesson.predicted}
    for text in (lesson.question, lesson.takeaway, *lesson.steps, *lesson.notice):
        assert text.endswith((".", "?"))
    for text in (*lesson.notice, lesson.source):
        assert " %" not in text  # as in all other sentences


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_scenario_of_lessons_names_every_field(name):
    named = scenario_data(name)
    scenario = validate(named)
    assert (scenario.solar.model, scenario.load.model, scenario.ev.charging) == ("sine", "band", "blocks")
    assert scenario.grid.tariff is None
    own = {name for name in fields(as_data(scenario)) if not name.startswith(OF_OTHERS) and name not in OF_NONE}
    missing = sorted(own - set(fields(named)))
    assert not missing, "a new default would change what a class sees: name these in the file"


#: What only other models than those of the lessons read, and what changes no number.
OF_OTHERS = (
    "plan.",
    "live.",
    "solar.sky.",
    "solar.inverter_",
    "solar.losses",
    "solar.roof_",
    "solar.tilt",
    "load.household.",
    "load.preset",
    "ev.calendar.",
    "home_battery.",
    "grid.known_ahead_h",
)
OF_NONE = {"question", "telling", "grid.tier_of"}


def fields(data, path=""):
    """Yield the dotted names of all values; of a list of tables, those of its tables."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from fields(value, f"{path}{key}.")
        else:
            yield f"{path}{key}"


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_every_measure_is_used(name):
    assert name in {one.what for lesson in lessons().values() for one in lesson.predicted}
