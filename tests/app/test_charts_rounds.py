"""The price from round to round on the wall: its axis does not jump, and words lie beside it."""

from __future__ import annotations

import pytest

from jiran.app.charts import rounds
from jiran.classroom.cards import DECKS
from jiran.classroom.room import Room


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


def test_where_the_true_curves_cross_is_a_line_on_the_chart_and_a_number_in_words(played):
    crossed = rounds.crossed_at(played[-1])
    [series] = rounds.prices(played, crossed)["series"]
    [level] = series["markLine"]["data"]
    assert level["yAxis"] == pytest.approx(crossed, abs=1e-4)
    assert not level["label"]["show"]
    assert "markLine" not in rounds.prices(played, None)["series"][0]
    assert "true curves cross at" in rounds.prices_alt(played, crossed)
    assert "cross" not in rounds.prices_alt(played, None)
