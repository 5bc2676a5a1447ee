"""Decks: the two classic experiments as published, and the homes of a step of a run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiran
from jiran.classroom.cards import DECKS, Card, of_step
from jiran.classroom.robots import ROBOTS
from jiran.classroom.rounds import Place, play
from jiran.errors import JiranError
from jiran.explain.step.book import Book
from jiran.explain.step.outcome import outcome_of_run


def truthful(deck, rule="uniform-price", **parameters):
    """Return the round in which everybody sends what the card says."""
    places = tuple(Place(f"{number}", card, price=card.value, kwh=card.kwh) for number, card in enumerate(deck.cards))
    return play(1, deck, places, rule, parameters)


@pytest.mark.parametrize(
    ("name", "price", "kwh", "gain"),
    [("smith-1962", 2.0, 6.0, 7.5), ("smith-1962-more-demand", 2.25, 7.0, 10.5), ("holt-1996", 6.0, 5.0, 20.0)],
)
def test_a_deck_clears_as_published(name, price, kwh, gain):
    one = truthful(DECKS[name])
    assert (one.price, one.outcome.kwh) == (price, kwh)
    assert one.gained == one.best == pytest.approx(gain)
    assert one.efficiency == pytest.approx(1.0)


def test_rules_that_look_at_no_bids_let_all_trade_and_half_of_them_lose():
    one = truthful(DECKS["smith-1962"], "grid-fraction", fraction=0.5)
    assert one.outcome.kwh == 11.0
    assert one.efficiency == pytest.approx(0.0, abs=1e-9)
    assert one.profit.min() < -1.0


@pytest.mark.parametrize("name", DECKS)
def test_every_value_can_be_bid_and_sides_take_turns(name):
    deck = DECKS[name]
    assert all(deck.low < card.value < deck.high for card in deck.cards)
    dealt = deck.dealt(np.random.default_rng(3))
    assert sorted(dealt, key=repr) == sorted(deck.cards, key=repr)
    assert [card.sells for card in dealt] == [False, True] * (len(dealt) // 2)
    assert dealt != deck.dealt(np.random.default_rng(4))


def test_the_homes_of_a_step_become_cards():
    result = jiran.simulate(jiran.load_scenario("paper"))
    book = outcome_of_run(result, 7).book
    deck = of_step(book, "07:00")
    assert len(deck.cards) == np.count_nonzero(np.abs(book.net_kwh) >= 0.01)
    assert (deck.low, deck.high, deck.currency) == (0.2, 0.5625, "MYR")
    first = deck.cards[0]
    assert first == Card(sells=True, value=0.2, kwh=0.69)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=8))
def test_no_card_says_more_than_the_home_has(net):
    book = Book(np.array(net), np.where(np.array(net) > 0, 0.2, 0.5), 0.5, 0.2, tuple("ABCDEFGH"[: len(net)]))
    orders = [kwh for kwh in net if abs(kwh) >= 0.01 - 1e-9]
    if not min(orders, default=0.0) < 0.0 < max(orders, default=0.0):
        with pytest.raises(JiranError, match="only one side"):
            of_step(book, "a step")
        return
    deck = of_step(book, "a step")
    assert len(deck.cards) == len(orders)
    for card, kwh in zip(deck.cards, orders, strict=True):
        assert abs(kwh) - 0.01 <= card.kwh <= abs(kwh) + 1e-9
        assert round(card.kwh, 2) == card.kwh


@given(st.sampled_from(sorted(ROBOTS)), st.booleans(), st.floats(0, 4), st.integers(0, 99))
def test_no_robot_bids_itself_into_a_loss(kind, sells, value, seed):
    bid = ROBOTS[kind](Card(sells=sells, value=value), 0.0, 4.0, np.random.default_rng(seed))
    assert 0.0 <= bid <= 4.0
    assert bid >= value if sells else bid <= value
    assert kind != "truthful" or bid == value
