"""The price from round to round on the wall: its axis does not jump, and words lie beside it."""

from __future__ import annotations

import pytest

from jiran.app.charts import rounds
from jiran.classroom.cards import DECKS
from jiran.classroom.room import Room
from jiran.classroom.rules import chosen
from jiran.classroom.words import amount


@pytest.fixture(scope="module")
def played():
    room = Room(DECKS["smith-1962"])
    room.join("Aminah")
    for _ in range(3):
        room.open()
        room.close()
    return room.wall().rounds


def test_the_axis_of_prices_stays_from_round_to_round(played):
    axes = [rounds.prices(played[:count], None)["yAxis"] for count in (1, 2, 3)]
    assert len({(axis["min"], axis["max"]) for axis in axes}) == 1
    limits = played[0].true_book.limit_price
    assert axes[0]["min"] <= limits.min()
    assert axes[0]["max"] >= limits.max()


def test_a_price_has_the_digits_that_it_has_on_phones(played):
    [series] = rounds.prices(played, None)["series"]
    assert [point["label"]["formatter"] for point in series["data"]] == [amount(one.price) for one in played]
    room = Room(DECKS["smith-1962"])
    room.join("Aminah")
    room.choose(chosen("mid-market-rate"), seconds=None, robot="careful")
    room.open()
    room.close()
    drawn = rounds.bids(room.wall().rounds[-1])
    assert "Price 2.00" in [one.get("name") for one in drawn["series"]]
    assert "Price 2.00" in [one["name"] for one in drawn["legend"]["data"]]


def test_letters_for_a_projector_leave_room_for_the_axis_and_a_second_line_of_the_legend(played):
    for spec in (rounds.prices(played, None), rounds.bids(played[0])):
        large = rounds.larger(spec, rounds.LETTERS)
        # Numbers of one digit are half as wide as they are high; the axis' name turned on its side is as wide as it is high.
        assert large["grid"]["left"] + rounds.LETTERS / 2 >= large["yAxis"]["nameGap"]
        assert large["grid"]["top"] >= spec["grid"]["top"] + ("legend" in spec) * rounds.LETTERS


def test_where_the_true_curves_cross_is_a_line_on_the_chart_and_a_number_in_words(played):
    crossed = rounds.crossed_at(played[-1])
    [series] = rounds.prices(played, crossed)["series"]
    [level] = series["markLine"]["data"]
    assert level["yAxis"] == pytest.approx(crossed, abs=1e-4)
    assert not level["label"]["show"]
    assert "markLine" not in rounds.prices(played, None)["series"][0]
    assert "true curves cross at" in rounds.prices_alt(played, crossed)
    assert "cross" not in rounds.prices_alt(played, None)
