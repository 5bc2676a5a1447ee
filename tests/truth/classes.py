"""What is true of a class that trades, worked out from what was sent and from the trades one by one."""

from __future__ import annotations

import math
from dataclasses import replace

import jiran.classroom.words  # noqa: F401  the module with the forms
from jiran.classroom.cards import DECKS
from jiran.classroom.course import Course
from jiran.classroom.lessons import lessons
from jiran.classroom.lessons.plans import plan_of
from jiran.classroom.room import Room
from jiran.classroom.rounds import Place, play
from jiran.classroom.rules import class_rules
from jiran.errors import JiranError
from jiran.market import find
from truth.books import once
from truth.harness import Claim, oracle

#: The end of a number, as it is written with two digits or, if it has more, with up to four.
_TWO = 5e-5


@once
def _rounds(drawn):
    """Play two rounds with random orders: some send nothing, or less than their card allows."""
    rng, found = drawn.rng, []
    for number in (1, 2):
        deck = DECKS[str(rng.choice(sorted(DECKS)))]
        rule = str(rng.choice(sorted(class_rules())))
        places = tuple(
            Place(
                f"{'S' if card.sells else 'B'}{place}", card, player=f"p{place}", name="x", robot=False,
                price=round(rng.uniform(deck.low, deck.high), int(rng.choice([2, 6]))),
                kwh=card.kwh * float(rng.choice([0.0, 0.5, 1.0], p=[0.2, 0.2, 0.6])),
            )
            for place, card in enumerate(deck.cards)
        )  # fmt: skip
        try:
            found.append(play(number, deck, places, rule, find(rule).defaults))
        except JiranError:
            continue
    return found


def rounds(drawn):
    """Yield rounds."""
    for one in _rounds(drawn):
        yield (one,)


def seats(drawn):
    """Yield some seats of each round."""
    for one in _rounds(drawn):
        for seat in drawn.rng.permutation(len(one.places))[:6]:
            yield one, int(seat)


def cards(drawn):
    """Yield some cards of ready decks, with and without a price to send."""
    for deck in DECKS.values():
        yield deck.cards[int(drawn.rng.integers(len(deck.cards)))], bool(drawn.rng.integers(2))


@once
def _walls(drawn):
    """Do random things in a room, and look at the wall after each."""
    rng, clock = drawn.rng, [0.0]
    room = Room(DECKS["holt-1996"], clock=lambda: clock[0])
    room.follow(plan_of(str(rng.choice(["3-battery", "6-smith-1962"]))))
    tokens, found = [], [room.wall()]
    for _ in range(25):
        act = str(rng.choice(["join", "open", "order", "order", "close", "ask", "vote", "wait", "end"], p=[0.2, 0.15, 0.1, 0.1, 0.1, 0.1, 0.15, 0.08, 0.02]))  # fmt: skip
        token = str(rng.choice(tokens)) if tokens else ""
        clock[0] += float(rng.uniform(0.0, 30.0)) if act == "wait" else 0.0
        try:
            {
                "join": lambda: tokens.append(room.join(f"P{len(tokens)}")), "open": room.open, "close": room.close,
                "ask": room.ask, "end": room.end, "wait": room.wall, "vote": lambda: room.vote(token, 0),  # noqa: B023
                "order": lambda: room.order(token, 2.0),  # noqa: B023
            }[act]()  # fmt: skip
        except JiranError:
            continue
        found.append(room.wall())
    return found


def walls(drawn):
    """Yield a room at several moments."""
    for wall in _walls(drawn):
        yield (wall,)


def guesses(drawn):
    """Yield a lesson with random votes, seen or not, and some player."""
    rng = drawn.rng
    for name in rng.choice(sorted(lessons()), 2):
        plan = plan_of(str(name))
        votes = tuple((f"p{player}", int(rng.integers(len(plan.answers)))) for player in range(3))
        course = Course(plan, votes, asked=True)
        yield replace(course, seen=bool(rng.integers(2))), f"p{rng.integers(4)}"


def money(value):
    """Write play money: two digits, or as many as it has up to four."""
    if math.isclose(value, round(value, 2), abs_tol=_TWO, rel_tol=0.0):
        return f"{value:,.2f}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def energy(kwh):
    return f"{kwh:.2f}".rstrip("0").rstrip(".") + " kWh" if kwh >= 0.005 else "less than 0.01 kWh"


@oracle("class.card", cards)
def card(one, asks_price):
    kwh, value = one.kwh, one.value
    side = (
        (f"You sell up to {energy(kwh)}. A kWh costs you {money(value)}.", "Send the lowest price you would take.")
        if one.sells
        else (f"You buy up to {energy(kwh)}. A kWh is worth {money(value)} to you.", "Send the highest price you would pay.")
    )  # fmt: skip
    send = side[1] if asks_price else "send only how many kWh."
    figures = {"sells": one.sells, "kwh": kwh, "value": value, "asks_price": asks_price}
    return Claim(figures, (side[0], send, "No trade earns 0."))


@oracle("class.verdict", seats)
def verdict(one, seat):
    place, trades = one.places[seat], one.outcome.trades
    mine = trades.seller == seat if place.card.sells else trades.buyer == seat
    prices = trades.seller_price if place.card.sells else trades.buyer_price
    kwh, paid = math.fsum(trades.kwh[mine]), math.fsum(trades.kwh[mine] * prices[mine])
    earned = (1.0 if place.card.sells else -1.0) * (paid - kwh * place.card.value)
    earned = 0.0 if abs(earned) <= 1e-6 else earned
    figures = {
        "sells": place.card.sells, "sent_kwh": place.kwh, "kwh": kwh, "price": paid / kwh if kwh else None, "earned": earned,
    }  # fmt: skip
    if not place.kwh:
        return Claim(figures, ("You sent no order, so you earned 0.",))
    if not kwh:
        return Claim(figures, ("You did not trade, so you earned 0.",))
    assert kwh <= place.kwh * (1.0 + 1e-9), "more was traded than sent"
    does = "sold" if place.card.sells else "bought"
    all_of_it = math.isclose(kwh, place.kwh, rel_tol=1e-9)
    much = energy(kwh) if all_of_it else f"{energy(kwh)} of {energy(place.kwh)}"
    # Written digits hang on the last bits of a sum, so the amounts are held as figures, and the words around them here.
    said = f"You {does} {much} at "
    ends = "earned 0." if not earned else "lost" if earned < 0.0 else "earned"
    return Claim(figures, pieces=(said, f" and {ends}"), numbers=(0.01,) if "less than" in much else ())


@oracle("class.cleared", rounds)
def cleared(one):
    rule = find(one.rule)
    orders = sum(1 for place in one.places if place.kwh)
    lots = rule.by_chance(orders, one.outcome.parameters)
    words = (f"Round {one.number} was cleared by {one.rule} ({rule.plain_name}).",)
    if lots:
        words += (f"It draws lots; round {one.number} has the seed {one.number}.",)
    return Claim({"number": one.number, "rule": one.rule, "lots": lots}, words)


@oracle("class.status", walls)
def status(wall):
    people, phase = len(wall.people), wall.phase.value
    sent = sum(1 for person in wall.people if person.has_sent)
    number = len(wall.rounds) + (phase == "open")
    playing = wall.playing
    if phase == "asking":
        sent, playing = len({player for player, _ in wall.course.votes}), people
        assert sent <= people, "more have answered than are there"
    elif phase != "open":
        assert sent == playing == 0, "somebody plays in no round"
    words = {
        "lobby": (f"{people} player joined",) if people == 1 else (f"{people} players joined",) if people else ("0 players joined",),
        "asking": (f"{sent} of {playing} answered",),
        "open": (f"Round {number}: {sent} of {playing} sent", *([] if wall.left_s is None else [f"{wall.left_s:.0f} s left"])),
        "results": (f"Round {number} is over",),
        "ended": ("The game has ended",),
    }[phase]  # fmt: skip
    figures = {
        "phase": phase, "number": number, "players": people, "sent": sent, "playing": playing, "left_s": wall.left_s,
    }  # fmt: skip
    return Claim(figures, words)


@oracle("class.guess", guesses)
def guess(course, player):
    if not course.seen:
        return None
    answers = course.plan.answers
    said = next((answers[answer] for one, answer in course.votes if one == player), None)
    right = answers[lessons()[course.plan.name].right - 1]
    words = f"Right is: {right}." if said != right else f"You predicted well: {right}."
    if said not in (None, right):
        words = f"You predicted: {said}. {words}"
    return Claim({"said": said, "right": right}, (words,))
