"""The page Class: a room on the wall, what the lecturer can do, and lessons."""

from __future__ import annotations

import csv
import io
import re
import sys
from importlib import resources
from unittest import mock

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from jiran.app.charts import lessons as pictures
from jiran.app.charts import rounds as charts
from jiran.app.classroom.rooms import ROOMS, Reach
from jiran.app.export import csv_bytes
from jiran.app.links import pack
from jiran.app.orders import EXAMPLE, data_of_orders
from jiran.app.views.classroom_lessons import table
from jiran.app.views.classroom_people import roll
from jiran.classroom.cards import DECKS
from jiran.classroom.export import rows
from jiran.classroom.lessons import lessons, outcomes
from jiran.classroom.room import Room
from jiran.classroom.rules import chosen
from jiran.classroom.words import status
from pages import seen


@pytest.fixture
def room():
    ROOMS.open(Room(DECKS["smith-1962"]))
    yield ROOMS.current
    ROOMS.__init__()


@pytest.fixture
def page(room):  # noqa: ARG001 - opens the room that the page shows
    """Return the page Class with a room that nobody has joined."""
    with mock.patch.object(sys, "argv", ["main.py"]):
        yield opened()


def opened(**link):
    at = AppTest.from_file(str(resources.files("jiran") / "app" / "main.py"), default_timeout=100)
    at._page_hash = calc_hash("class")
    at.query_params.update(link)
    return at.run()


def text(at):
    return " ".join(seen(one.value) for one in at.main.markdown)


def click(at, key):
    at.button(key=key).click().run()
    assert not at.exception
    return at


def test_a_round_of_robots_is_played_and_its_curves_wait_to_be_revealed(page, room):
    assert "0 players joined" in text(page)
    click(page, "class_open")
    assert "Round 1 is over" in text(page)
    assert "Bids and asks of round 1" in text(page)
    assert [one.label for one in page.main.metric] == ["Price per kWh", "Traded", "Efficiency", "Gained together"]
    assert re.fullmatch(r"\d+\.\d{2,4}", page.main.metric[3].value)  # and never six digits
    click(page, "class_reveal")
    assert room.wall().revealed
    assert "The true curves" in text(page)
    click(page, "class_open")
    assert "Bids and asks of round 2" in text(page)


def test_what_is_set_up_is_what_is_played(page, room):
    page.selectbox(key="class_rule").set_value("vcg").run()
    page.selectbox(key="class_deck").set_value("holt-1996").run()
    page.selectbox(key="class_robot").set_value("truthful").run()
    click(page, "class_open")
    (one,) = room.wall().rounds
    assert (one.rule, room.wall().deck, one.efficiency) == ("vcg", DECKS["holt-1996"], 1.0)


def test_what_is_chosen_while_the_round_is_opened_counts(page, room):
    page.selectbox(key="class_rule").set_value("pay-as-bid")
    page.selectbox(key="class_seconds").set_value(30)
    page.selectbox(key="class_deck").set_value("holt-1996")
    click(page, "class_open")  # before the page is drawn anew with these
    wall = room.wall()
    assert (wall.rule.name, wall.seconds, wall.deck) == ("pay-as-bid", 30.0, DECKS["holt-1996"])


def test_homes_of_the_running_scenario_become_cards(page, room):
    page.selectbox(key="class_deck").set_value("homes").run()
    click(page, "class_open")
    assert room.wall().deck.currency == "MYR"
    assert room.wall().rounds[0].outcome.kwh > 0.0


@pytest.mark.parametrize(
    ("link", "part"),
    [({}, "room"), ({"part": "lessons"}, "lessons"), ({"part": "nothing"}, "room"),
     ({"o": pack(data_of_orders(EXAMPLE, (7.0, 3.0)))}, "orders")],
)  # fmt: skip
def test_a_link_opens_the_part_that_it_names_or_has_orders_for(link, part):
    with mock.patch.object(sys, "argv", ["main.py"]):
        at = opened(**link)
        assert at.segmented_control(key="class_part").value == part
        if part == "orders":
            assert [one.value for one in at.number_input if one.label.startswith("Grid ")] == [7.0, 3.0]
        at.segmented_control(key="class_part").set_value("lessons").run()
    assert not at.exception
    assert "lessons" in at.query_params["part"]


def test_what_the_room_refuses_is_said_in_a_sentence(page):
    page.selectbox(key="class_robot").set_value("nobody").run()
    click(page, "class_open")
    assert [seen(error.value) for error in page.error] == ["Open a round: nobody is there, and no robots play."]


def test_players_are_seen_locked_in_and_removed(page, room):
    room.join("*Aminah*")
    page.run()
    assert "*Aminah*" in seen(roll(room.wall()))
    click(page, "class_lock")
    assert room.wall().locked
    assert page.selectbox(key="class_remove").options == ["*Aminah*"]  # is text as it is: signs before it would be seen
    click(page, "class_remove_now")
    assert room.wall().people == ()


def test_an_open_round_can_be_closed_or_cancelled(page, room):
    room.join("Aminah")
    page.run()
    click(page, "class_open")
    assert "Round 1: 0 of 1 sent" in text(page)
    click(page, "class_cancel")
    assert room.wall().rounds == ()
    click(page, "class_open")
    click(page, "class_close")
    assert len(room.wall().rounds) == 1


def test_a_game_that_has_ended_leaves_its_table_and_a_new_one_can_begin(page, room):
    click(page, "class_open")
    click(page, "class_end")
    assert {one.proto.label for one in page.main.get("download_button")} == {"All rounds as CSV", "Without names"}
    click(page, "class_open_room")
    assert ROOMS.current is not room
    assert "0 players joined" in text(page)


def test_present_mode_has_no_panel_and_goes_back(page):
    click(page, "present")
    assert page.query_params["present"] == ["1"] or page.query_params["present"] == "1"
    assert len(page.sidebar) == 0
    assert not [one.key for one in page.main.button if one.key == "class_lock"]
    click(page, "class_open")
    click(page, "present")
    assert "present" not in page.query_params
    assert [one.key for one in page.main.button if one.key == "class_lock"]  # which is not for a projector


def test_the_way_in_is_told_only_if_there_is_one(page, room):
    assert "jiran class --share" in page.info[0].value
    assert not [one for one in page.markdown if "1. Phones scan the code" in one.value]
    ROOMS.reach = Reach(8501, ("192.168.1.23", "10.0.0.7"))
    page.run()
    assert not page.info
    assert [one for one in page.markdown if "1. Phones scan the code" in one.value]
    assert page.selectbox(key="class_host").options == ["192.168.1.23", "10.0.0.7"]
    html = " ".join(one.proto.body for one in page.main.get("html"))
    assert "192.168.1.23:8501/join" in html
    assert room.code in html


def test_the_status_line(room):
    room.join("Aminah")
    room.choose(chosen("uniform-price"), seconds=30.0, robot="careful")
    assert str(status(room.wall())) == "1 player joined"
    room.open()
    assert str(status(room.wall())) == "Round 1: 0 of 1 sent, 30 s left"
    room.close()
    assert str(status(room.wall())) == "Round 1 is over"


def test_a_spreadsheet_gets_text_and_no_formula(room):
    room.join("+1-1")
    room.open()
    room.close()
    content = csv_bytes(pl.DataFrame(rows(room.wall().rounds))).decode()
    table = list(csv.DictReader(io.StringIO(content)))
    assert len(table) == 22
    assert not [row for row in table if row["player"][:1] in "=+-@" and row["player"]]


def test_the_true_curves_are_those_of_the_cards_and_play_money_has_no_grid(room):
    room.choose(chosen("uniform-price"), seconds=None, robot="zero-intelligence")
    room.open()
    (one,) = room.wall().rounds
    lines = {
        part["name"]: part["data"]
        for part in charts.true_curves(one)["series"]
        if part.get("name") in ("Supply", "Demand")
    }
    assert [point[1] for point in lines["Supply"]][::2] == [0.75 + 0.25 * step for step in range(11)]
    assert lines["Supply"] != next(part["data"] for part in charts.bids(one)["series"] if part.get("name") == "Supply")
    assert "markLine" not in charts.bids(one)["series"][0]
    large = charts.larger(charts.prices(room.wall().rounds, charts.crossed_at(one)), 20)
    assert large["xAxis"]["axisLabel"]["fontSize"] == large["series"][0]["label"]["fontSize"] == 20


def test_a_lesson_shows_its_numbers_only_after_a_guess(page):
    page.session_state["class_part"] = "lessons"
    page.run()
    assert not page.dataframe
    lesson = lessons()["1-midday"]
    page.radio(key="class_guess|1-midday").set_value(lesson.answers[0]).run()
    assert not page.exception
    assert seen(page.warning[0].value).endswith(f"{lesson.answers[lesson.right - 1]}.")
    assert len(page.dataframe) == 1


def test_a_lesson_is_played_in_the_room_from_the_question_to_the_answer(page, room):
    tokens = [room.join(name) for name in ("Aminah", "Ben")]
    page.segmented_control(key="class_part").set_value("lessons").run()
    page.selectbox(key="class_lesson").set_value("6-smith-1962").run()
    click(page, "class_play")
    assert page.segmented_control(key="class_part").value == "room"
    lesson = lessons()["6-smith-1962"]
    assert lesson.question in text(page)
    assert any("Next, 1 of 4 in this lesson" in seen(one.value) for one in page.caption)
    click(page, "course_ask")
    assert "Predict first: 0 of 2 answered" in text(page)
    assert not [one for one in page.main.button if one.key in ("class_open", "course_see")]
    room.vote(tokens[0], 1)
    click(page, "course_close")
    click(page, "class_open")
    assert room.wall().deck == DECKS["smith-1962"]
    click(page, "class_close")
    click(page, "course_see")
    assert room.wall().course.seen
    assert any("Next, 2 of 4 in this lesson" in seen(one.value) for one in page.caption)
    click(page, "course_leave")
    assert room.wall().course is None
    assert lesson.question not in text(page)


@pytest.mark.parametrize("name", lessons())
def test_the_table_of_a_lesson_has_all_its_numbers(name):
    lesson = lessons()[name]
    frame = table(lesson, outcomes(name))
    assert frame.height >= frame.width - 1
    cells = [cell for row in frame.rows() for cell in row[1:] if cell]
    assert len(cells) == len(lesson.predicted)
    assert not [cell for cell in cells if cell.startswith("-0.0") and float(cell) == 0.0]


@pytest.mark.parametrize("name", lessons())
def test_the_picture_of_a_lesson_has_the_numbers_of_its_measures(name):
    lesson, values = lessons()[name], outcomes(name)
    spec = pictures.outcome(lesson, values)
    drawn = sorted(value for one in spec["series"] for value in one["data"] if value is not None)
    shown = [(one, value) for one, value in zip(lesson.predicted, values, strict=True) if one.what in lesson.chart]
    assert drawn == sorted(round(value, one.measure.digits) for one, value in shown)
    assert len(drawn) >= 3
    assert pictures.outcome_alt(lesson, values).count(";") == len(drawn) - 1


def test_a_picture_by_the_hour_leaves_no_hour_out():
    lesson = lessons()["1-midday"]
    told = {one.of for one in lesson.predicted if one.what in lesson.chart}
    shown = pictures.outcome(lesson, [0.0] * len(lesson.predicted))["xAxis"]["data"]
    assert shown == [f"{hour:02d}:00" for hour in range(min(told), max(told) + 1)]


@pytest.mark.parametrize("name", lessons())
def test_a_line_by_the_hour_has_no_gap(name):
    """A lesson whose question is about hours tells all of them, from the first to the last: a line that stops says nothing."""
    lesson = lessons()[name]
    for case in lesson.case:
        hours = [one.of for one in lesson.predicted if one.case == case.name and isinstance(one.of, int)]
        assert hours == list(range(hours[0], hours[-1] + 1)) if hours else True
