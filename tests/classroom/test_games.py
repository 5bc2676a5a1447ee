"""Games of robots: the published efficiency of random bids, and whom a lie would help."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.classroom.cards import DECKS
from jiran.classroom.games import best_lies, book_of, play_games
from jiran.classroom.robots import ROBOTS

SMITH = DECKS["smith-1962"]


@pytest.mark.parametrize("robot", ROBOTS)
@pytest.mark.parametrize("calls", [1, 4])
def test_money_adds_up_and_nobody_who_bids_within_the_card_loses(robot, calls):
    found = play_games(SMITH, "uniform-price", {}, robot=robot, calls=calls, games=20)
    np.testing.assert_allclose(found.paid, found.received)
    assert (found.losers == 0.0).all()
    assert (found.kwh <= 11.0).all()
    assert (found.sellers <= found.gained + 1e-9).all()
    assert (found.gained <= 7.5 + 1e-9).all()


def test_more_calls_find_more():
    found = [
        play_games(SMITH, "uniform-price", {}, robot="zero-intelligence", calls=calls, games=100).efficiency
        for calls in (1, 3, 10, 30)
    ]
    assert found == sorted(found)
    assert found[0] < 0.4
    assert found[-1] > 0.9


def test_one_call_of_honest_robots_is_the_book_itself():
    found = play_games(SMITH, "uniform-price", {})
    net, value = book_of(SMITH)
    assert (found.kwh[0], found.price, found.gained[0]) == (6.0, 2.0, 7.5)
    assert (net.sum(), value.sum()) == (0.0, 44.0)


def test_a_lie_helps_nobody_where_a_rule_is_truthful_and_many_where_each_gets_its_ask():
    assert best_lies(DECKS["textbook"], "vcg", {}, apart=2.5).max() == 0.0
    lies = best_lies(SMITH, "pay-as-bid", {"k": 0.0}, apart=0.125)
    assert (np.count_nonzero(lies), lies.max()) == (14, 1.25)
