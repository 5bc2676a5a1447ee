"""What a round says to players, to the wall and to a spreadsheet."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.classroom.cards import Card, Deck
from jiran.classroom.export import rows
from jiran.classroom.rounds import Place, play
from jiran.classroom.views import earned, standings
from jiran.classroom.words import amount, instruction, verdict, why

BUYS, SELLS, DEAR = Card(sells=False, value=3.0), Card(sells=True, value=1.0, kwh=2.0), Card(sells=True, value=2.5)
DECK = Deck("by hand", (BUYS, SELLS, DEAR), 0.0, 4.0)


def by_hand(number=1, bid=2.0, ask=1.0, kwh=2.0):
    """Return a round of Aminah, who buys, and Ben, who sells, while the dear seller is a robot."""
    places = (
        Place("B1", BUYS, "p1", "Aminah", robot=False, price=bid, kwh=1.0),
        Place("S1", SELLS, "p2", "Ben", robot=False, price=ask, kwh=kwh),
        Place("S2", DEAR, price=2.5, kwh=1.0),
    )
    return play(number, DECK, places, "uniform-price", {"k": 0.5})


def test_a_round_by_hand():
    one = by_hand()  # the bid of 2.00 meets the ask of 1.00: 1 kWh at 1.50
    assert one.price == 1.5
    np.testing.assert_allclose(one.profit, [1.5, 0.5, 0.0])
    assert (one.gained, one.best, one.efficiency) == (2.0, 2.0, 1.0)
    # True curves: 2 kWh at 1.00 and 1 kWh at 2.50 meet 1 kWh at 3.00; the price is 1.00, for one of Ben's two is left.
    np.testing.assert_allclose(one.could_earn, [2.0, 0.0, 0.0])


def test_what_players_read():
    one = by_hand()
    assert str(verdict(one, 0)) == "You bought 1 kWh at 1.50 and earned 1.50."
    assert str(verdict(one, 1)) == "You sold 1 kWh of 2 kWh at 1.50 and earned 0.50."
    assert str(verdict(one, 2)) == "You did not trade, so you earned 0."
    assert "halfway between" in " ".join(why(one, 0))


def test_a_loss_and_nothing_are_told_as_such():
    loss = by_hand(bid=4.0, ask=4.0, kwh=1.0)  # the robot's 2.50 comes first, at 3.25
    assert str(verdict(loss, 0)) == "You bought 1 kWh at 3.25 and lost 0.25."
    none = by_hand(kwh=0.0)
    assert str(verdict(none, 1)) == "You sent no order, so you earned 0."
    assert why(none, 1) == []


def test_nobody_trades_has_no_price():
    one = by_hand(bid=0.5)
    assert (one.price, one.efficiency, one.outcome.kwh) == (None, 0.0, 0.0)


def test_the_instruction_has_at_most_45_words_and_names_the_card():
    for card in (BUYS, SELLS):
        for asks_price in (True, False):
            text = str(instruction(card, asks_price))
            assert len(text.split()) <= 45
            assert amount(card.value) in text
            assert ("sell" in text.split()[1]) is card.sells
            assert ("price you would" in text) is asks_price


def test_standings_are_by_the_share_of_what_the_card_could_earn():
    rounds = (by_hand(), by_hand(2, bid=3.0))
    assert earned(rounds, "p1") == pytest.approx(1.5 + 1.0)
    (first,) = standings(rounds)  # Ben's card could earn nothing, and is in no list
    assert (first.name, first.earned, first.could_earn, first.share) == ("Aminah", 2.5, 4.0, 0.625)


def test_rows_for_a_spreadsheet_have_all_seats_and_names_only_if_wanted():
    table = rows((by_hand(), by_hand(2)))
    assert [(row["round"], row["seat"], row["player"], row["played_by"]) for row in table[:3]] == [
        (1, "B1", "Aminah", "player"), (1, "S1", "Ben", "player"), (1, "S2", "", "robot"),
    ]  # fmt: skip
    assert sum(row["profit"] for row in table) == pytest.approx(4.0)
    assert table[2]["price"] is None
    nameless = rows((by_hand(),), names=False)
    assert [row["player"] for row in nameless] == ["Player 1", "Player 2", ""]
    assert "Aminah" not in str(nameless)
