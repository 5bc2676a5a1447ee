"""A room in any order of calls: the phase goes only as drawn, nobody trades beyond an order, and no money is lost."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import jiran
from jiran.classroom.cards import DECKS
from jiran.classroom.lessons.plans import plan_of
from jiran.classroom.phase import Phase
from jiran.classroom.refused import Reason, RefusedError
from jiran.classroom.robots import ROBOTS
from jiran.classroom.room import MOST_ORDERS, Room
from jiran.classroom.rules import chosen, class_rules
from jiran.classroom.seats import AWAY_S
from jiran.errors import JiranError, ScenarioError

DECK = DECKS["smith-1962"]
#: Where a call may lead, from each phase; staying where it is is always allowed.
LEADS = {
    Phase.LOBBY: {Phase.OPEN, Phase.RESULTS, Phase.ASKING, Phase.ENDED},  # to the results at once if only robots play
    Phase.ASKING: {Phase.LOBBY, Phase.RESULTS, Phase.ENDED},
    Phase.OPEN: {Phase.RESULTS, Phase.LOBBY, Phase.ENDED},
    Phase.RESULTS: {Phase.OPEN, Phase.ASKING, Phase.ENDED},
    Phase.ENDED: set(),
}
QUICK = ["uniform-price", "pay-as-bid", "vcg", "mcafee", "muda", "random-p2p", "grid-fraction", "nash-bargaining"]


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def room(clock):
    return Room(DECK, clock=clock)


def played(room, **seconds_and_robot):
    room.choose(chosen("uniform-price"), **{"seconds": None, "robot": None} | seconds_and_robot)
    room.open()


class AnyOrder(RuleBasedStateMachine):
    """Calls of everybody in any order, right ones and wrong ones."""

    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.room = Room(DECK, most=6, clock=self.clock)
        self.tokens: list[str] = []
        self.before = self.room.wall()

    def attempt(self, call, *given, **named):
        """Call; return what it gives, or None if the room says no."""
        with contextlib.suppress(JiranError):
            return call(*given, **named)

    @rule(name=st.sampled_from(["Aminah", "aminah", "Ben", "", "=", None, 5, "x" * 300]))
    def join(self, name):
        token = self.attempt(self.room.join, name)
        if token is not None:
            assert self.before.phase is not Phase.ENDED
            assert not self.before.locked
            self.tokens.append(token)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), price=st.one_of(st.none(), st.floats(-1, 5)), kwh=st.one_of(st.none(), st.floats(-1, 2)))
    def order(self, data, price, kwh):
        self.attempt(self.room.order, data.draw(st.sampled_from(self.tokens)), price, kwh)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def withdraw(self, data):
        self.attempt(self.room.withdraw, data.draw(st.sampled_from(self.tokens)))

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def look(self, data):
        token = data.draw(st.sampled_from(self.tokens))
        shown = self.attempt(self.room.phone, token)
        if shown is not None:
            assert self.room.phone(token, shown["v"]) is None
            secrets = [one for one in self.tokens if one in str(shown)]
            assert not secrets

    @rule()
    def open(self):
        self.attempt(self.room.open)

    @rule()
    def close(self):
        self.attempt(self.room.close)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), answer=st.integers(-1, 3))
    def vote(self, data, answer):
        before = self.room.wall()
        voted = self.attempt(
            lambda *given: self.room.vote(*given) or True, data.draw(st.sampled_from(self.tokens)), answer
        )
        assert not voted or (before.phase is Phase.ASKING and 0 <= answer < 3)

    @rule(plan=st.sampled_from([None, plan_of("6-smith-1962"), plan_of("4-truthful")]))
    def follow(self, plan):
        self.attempt(self.room.follow, plan)

    @rule(call=st.sampled_from(["cancel", "reveal", "ask", "close_question", "see"]))
    def other(self, call):
        self.attempt(getattr(self.room, call))

    @rule(locked=st.booleans())
    def lock(self, locked):
        self.room.lock(locked=locked)

    @rule(player=st.sampled_from(["p1", "p2", "p3", "p9"]))
    def remove(self, player):
        self.attempt(self.room.remove, player)
        assert player not in {person.id for person in self.room.wall().people}

    @rule(deck=st.sampled_from(sorted(DECKS)))
    def deal(self, deck):
        self.attempt(self.room.deal, DECKS[deck])

    @rule(
        name=st.sampled_from(QUICK),
        seconds=st.one_of(st.none(), st.floats(5, 60)),
        robot=st.sampled_from([None, *ROBOTS, "clever"]),
    )
    def choose(self, name, seconds, robot):
        self.attempt(self.room.choose, chosen(name), seconds=seconds, robot=robot)

    @rule(seconds=st.floats(0, 40))
    def wait(self, seconds):
        self.clock.now += seconds

    @rule(sure=st.integers(0, 9))
    def end(self, sure):
        if sure == 0:
            self.room.end()

    @invariant()
    def goes_as_drawn(self):
        now = self.room.wall()
        assert now.phase is self.before.phase or now.phase in LEADS[self.before.phase]
        assert now.version >= self.before.version
        if (now.phase, now.people, now.rounds) != (self.before.phase, self.before.people, self.before.rounds):
            same_people = [(one.id, one.name) for one in now.people] == [
                (one.id, one.name) for one in self.before.people
            ]
            assert now.version > self.before.version or (same_people and now.rounds == self.before.rounds)
        known = len(self.before.rounds)
        assert now.rounds[:known] == self.before.rounds
        for one in now.rounds[known:]:
            holds(one)
        self.before = now

    @invariant()
    def counts_each_answer_once(self):
        course = self.room.wall().course
        if course is not None:
            people = {person.id for person in self.room.wall().people}
            assert {player for player, _ in course.votes} <= people
            assert sum(course.counts) == len(course.votes) <= len(people)
            assert 0 <= course.played <= len(course.plan.turns)

    @invariant()
    def has_a_seat_for_everybody(self):
        people = self.room.wall().people
        assert len({one.name.casefold() for one in people}) == len(people) <= 6


def holds(one):
    """Hold a round to the laws of all markets, and to `jiran.clear` on the same orders."""
    trades, book = one.outcome.trades, one.outcome.book
    assert (trades.sold <= np.maximum(book.net_kwh, 0.0) + 1e-9).all()
    assert (trades.bought <= np.maximum(-book.net_kwh, 0.0) + 1e-9).all()
    assert trades.sold.sum() == pytest.approx(trades.bought.sum())
    for place, net, price in zip(one.places, book.net_kwh, book.limit_price, strict=True):
        assert abs(net) <= place.card.kwh
        assert net == 0.0 or (net > 0.0) == place.card.sells
        assert book.export_price <= price <= book.import_price
    # What all earn by their cards, and what the market account keeps, is what the trades are worth.
    assert one.profit.sum() + trades.paid.sum() - trades.received.sum() == pytest.approx(one.gained, abs=1e-9)
    assert one.gained <= one.best + 1e-9
    again = jiran.clear(
        book.net_kwh, one.rule, import_price=book.import_price, export_price=book.export_price,
        limit_price=book.limit_price, seed=one.number, **one.outcome.parameters,
    )  # fmt: skip
    for name in ("seller", "buyer", "kwh", "buyer_price", "seller_price", "paid", "received"):
        np.testing.assert_array_equal(getattr(trades, name), getattr(again, name))


AnyOrder.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestAnyOrder = AnyOrder.TestCase


@pytest.mark.parametrize("name", class_rules())
def test_every_rule_plays_a_round_of_robots(room, name):
    if class_rules()[name].most_traders is not None:
        room.choose(chosen(name), seconds=None, robot="careful")
        with pytest.raises(JiranError, match="at most 16 orders"):
            room.open()
        return
    room.choose(chosen(name), seconds=None, robot="truthful")
    room.open()
    assert room.wall().phase is Phase.RESULTS
    holds(room.wall().rounds[0])


def test_a_round_ends_when_all_have_sent(room):
    tokens = [room.join(name) for name in ("Aminah", "Ben")]
    played(room)
    room.order(tokens[0], 1.0)
    assert room.wall().phase is Phase.OPEN
    room.order(tokens[1], 1.0)
    assert room.wall().phase is Phase.RESULTS


def test_a_round_ends_when_its_time_is_over_and_nobody_has_to_ask(room, clock):
    token = room.join("Aminah")
    played(room, seconds=60.0)
    clock.now += 59.9
    assert room.phone(token)["left"] == pytest.approx(0.1)
    clock.now += 0.2
    assert room.phone(token)["phase"] == "results"
    assert room.phone(token)["result"] == "You sent no order, so you earned 0."


def test_an_order_counts_only_in_time(room, clock):
    token = room.join("Aminah")
    played(room, seconds=60.0)
    clock.now += 60.0
    with pytest.raises(RefusedError, match="the round is over"):
        room.order(token, 1.0)
    assert room.wall().rounds[0].places[0].kwh == 0.0


def test_who_is_away_is_played_by_a_robot_and_gets_the_profit(room, clock):
    tokens = [room.join(name) for name in ("Aminah", "Ben")]
    clock.now += AWAY_S + 1.0
    room.phone(tokens[0])
    played(room, robot="truthful")
    assert room.wall().playing == 1
    with pytest.raises(RefusedError, match="from the next round on"):
        room.order(tokens[1], 1.0)
    room.close()
    last = room.wall().rounds[-1]
    seat = last.seat_of("p2")
    assert last.places[seat].robot
    assert room.phone(tokens[1])["by_robot"]
    assert room.phone(tokens[1])["total"] == f"{last.profit[seat]:.2f}"


def test_a_latecomer_waits_for_the_next_round_and_takes_the_seat_of_a_robot(room):
    first = room.join("Aminah")
    played(room, robot="careful")
    late = room.join("Ben")
    assert not room.phone(late)["plays"]
    room.order(first, 1.0)
    seats = len(room.wall().rounds[0].places)
    room.open()
    assert room.phone(late)["plays"]
    room.close()
    assert len(room.wall().rounds[1].places) == seats


def test_more_players_than_cards_get_cards_of_a_second_deck(clock):
    room = Room(DECK, clock=clock)
    for number in range(len(DECK.cards) + 1):
        room.join(f"Player {number}")
    played(room, robot="careful")
    room.close()
    labels = [place.label for place in room.wall().rounds[0].places]
    assert len(labels) == len(set(labels)) == 2 * len(DECK.cards)


def test_the_lock_and_the_size_keep_strangers_out(clock):
    room = Room(DECK, most=2, clock=clock)
    room.lock(locked=True)
    with pytest.raises(RefusedError, match="locked"):
        room.join("Aminah")
    room.lock(locked=False)
    for name in ("Aminah", "Ben"):
        room.join(name)
    with pytest.raises(RefusedError, match="full: it has 2 players") as refused:
        room.join("Chong")
    assert refused.value.reason is Reason.FULL


def test_who_is_removed_is_gone_with_their_order_and_cannot_come_back(room):
    tokens = [room.join(name) for name in ("Aminah", "Ben", "Chong")]
    code = room.phone(tokens[0])["code"]
    played(room)
    room.order(tokens[0], 1.0)
    room.remove("p1")
    assert room.wall().sent == 0
    with pytest.raises(RefusedError, match="removed you") as refused:
        room.phone(tokens[0])
    assert refused.value.reason is Reason.REMOVED
    with pytest.raises(RefusedError, match="nobody here has this name"):
        room.come_back("Aminah", code)
    room.close()
    assert {place.player for place in room.wall().rounds[0].places} == {"p2", "p3"}


def test_a_lost_phone_comes_back_by_its_seat_code_and_the_old_one_is_out(room):
    token = room.join("Aminah")
    before = room.phone(token)
    back = room.come_back("AMINAH", before["code"])
    assert {**room.phone(back), "v": 0} == {**before, "v": 0}
    with pytest.raises(RefusedError, match="join again"):
        room.phone(token)


def test_seat_codes_cannot_be_tried_out(room):
    token = room.join("Aminah")
    right = room.phone(token)["code"]
    wrong = next(code for code in ("0000", "0001") if code != right)
    for _ in range(5):
        with pytest.raises(RefusedError, match="nobody here has this name"):
            room.come_back("Aminah", wrong)
    with pytest.raises(RefusedError, match="too many wrong") as refused:
        room.come_back("Aminah", right)
    assert refused.value.reason is Reason.OFTEN


@pytest.mark.parametrize(("price", "kwh", "what"), [
    (None, 1.0, "price: must be from 0 to 4"), (4.01, 1.0, "price = 4.01"), (-0.1, 1.0, "price = -0.1"),
    (float("nan"), 1.0, "price = nan"), (1.0, 0.0, "kWh = 0.0"), (1.0, 1.01, "at most 1"), (1.0, float("nan"), "kWh"),
])  # fmt: skip
def test_an_order_is_within_the_card_and_the_prices(room, price, kwh, what):
    token = room.join("Aminah")
    played(room)
    with pytest.raises(ScenarioError, match=what):
        room.order(token, price, kwh)


def test_only_so_many_orders_of_a_round_are_heard(room):
    token, _ = room.join("Aminah"), room.join("Ben")
    played(room)
    for _ in range(MOST_ORDERS):
        room.order(token, 1.0)
    with pytest.raises(RefusedError, match="only 40 orders"):
        room.order(token, 1.0)


def test_a_rule_that_looks_at_no_bids_asks_for_energy_alone(room):
    token = room.join("Aminah")
    room.choose(chosen("grid-fraction"), seconds=None, robot=None)
    room.open()
    shown = room.phone(token)
    assert not shown["asks_price"]
    assert "send only how many kWh" in shown["says"]
    room.order(token, None, 0.5)
    assert room.wall().rounds[0].places[0].kwh == 0.5


def test_a_round_that_the_rule_cannot_clear_stays_open_and_says_why(room, monkeypatch):
    token = room.join("Aminah")
    played(room, seconds=5.0)

    def fails(*_given):
        raise JiranError("this rule has its reasons")

    monkeypatch.setattr("jiran.classroom.table.play", fails)
    with pytest.raises(JiranError, match="its reasons"):
        room.close()
    assert (room.wall().phase, room.wall().problem) == (Phase.OPEN, "this rule has its reasons")
    assert room.wall().left_s is None
    assert room.phone(token)["phase"] == "open"
    room.cancel()
    assert (room.wall().phase, room.wall().problem) == (Phase.LOBBY, "")


def test_a_room_takes_no_rule_from_a_file_and_none_that_trades_nothing():
    for name in ("my_rule.py", "grid-only", "no-such"):
        with pytest.raises(ScenarioError, match="must be one of"):
            chosen(name)


def test_the_true_curves_wait_for_the_lecturer(room):
    with pytest.raises(RefusedError, match="the first round is not open yet"):
        room.reveal()
    room.open()
    assert not room.wall().revealed
    room.reveal()
    assert room.wall().revealed
    room.open()
    assert not room.wall().revealed


def test_an_ended_game_can_be_read_and_no_more(room):
    token = room.join("Aminah")
    room.end()
    assert room.phone(token)["phase"] == "ended"
    for call in (room.open, lambda: room.join("Ben"), lambda: room.order(token, 1.0), lambda: room.deal(DECK)):
        with pytest.raises(RefusedError, match="the game has ended"):
            call()


@pytest.mark.parametrize("deck", sorted(DECKS))
@pytest.mark.parametrize("robot", sorted(ROBOTS))
def test_robots_bid_with_the_digits_of_a_player_and_never_at_a_loss(deck, robot):
    room = Room(DECKS[deck])
    played(room, robot=robot)
    for place in room.wall().rounds[-1].places:
        assert place.price == round(place.price, 2)
        assert room.wall().deck.low <= place.price <= room.wall().deck.high
        assert place.price >= place.card.value if place.card.sells else place.price <= place.card.value
