"""What the room says: what a card means, what became of an order, where the room is, and who predicted what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.classroom.phase import Phase
from jiran.explain.why import explain
from jiran.market import find
from jiran.nothing import NOTHING_MONEY
from jiran.sentences import form
from jiran.words import counted, price

if TYPE_CHECKING:
    from jiran.classroom.cards import Card
    from jiran.classroom.course import Course
    from jiran.classroom.rounds import Round
    from jiran.classroom.views import Wall
    from jiran.sentences import Figures

#: Less than this would be written as no energy, kWh.
_LEAST_KWH = 0.005


def _card_words(figures: Figures) -> str:
    value = amount(figures["value"])
    does, worth = ("sell", f"costs you {value}") if figures["sells"] else ("buy", f"is worth {value} to you")
    most = "lowest price you would take" if figures["sells"] else "highest price you would pay"
    send = (
        f"Send the {most}. Nobody sees which number is yours."
        if figures["asks_price"]
        else "This rule sets the price by itself: send only how many kWh."
    )
    return (
        f"You {does} up to {energy(figures['kwh'])}. A kWh {worth}. You earn the difference between that and the price. "
        f"{send} No trade earns 0."
    )


@form("class.card", _card_words)
def instruction(card: Card, asks_price: bool) -> Figures:  # noqa: FBT001  a form's subject has no names
    """True of each card: what may be traded, what it is worth, and what is to be sent."""
    return {"sells": card.sells, "kwh": card.kwh, "value": card.value, "asks_price": asks_price}


def _verdict_words(figures: Figures) -> str:
    if not figures["sent_kwh"]:
        return "You sent no order, so you earned 0."
    if not figures["kwh"]:
        return "You did not trade, so you earned 0."
    earned, part = figures["earned"], figures["kwh"] < figures["sent_kwh"] * (1.0 - 1e-9)
    what = f"{'lost' if earned < 0.0 else 'earned'} {amount(abs(earned)) if earned else '0'}"
    does = "sold" if figures["sells"] else "bought"
    of = f" of {energy(figures['sent_kwh'])}" if part else ""
    return f"You {does} {energy(figures['kwh'])}{of} at {amount(figures['price'])} and {what}."


@form("class.verdict", _verdict_words)
def verdict(one: Round, seat: int) -> Figures:
    """True of each seat of a round: what it sent, what was traded at what price on average, and what it earned by its card."""
    place, kwh, earned = one.places[seat], float(one.outcome.traded_kwh[seat]), float(one.profit[seat])
    return {
        "sells": place.card.sells,
        "sent_kwh": place.kwh,
        "kwh": kwh,
        "price": float(one.outcome.prices[seat]) if kwh else None,
        "earned": 0.0 if abs(earned) <= NOTHING_MONEY else earned,
    }


def _cleared_words(figures: Figures) -> str:
    number = figures["number"]
    lots = f" It draws lots; round {number} has the seed {number}." if figures["lots"] else ""
    return f"Round {number} was cleared by {figures['rule']} ({find(figures['rule']).plain_name}).{lots}"


@form("class.cleared", _cleared_words)
def cleared(one: Round) -> Figures:
    """True of each round: the rule that cleared it, and whether another draw could have given other trades."""
    return {"number": one.number, "rule": one.rule, "lots": one.outcome.by_chance}


def _status_words(figures: Figures) -> str:
    number, left = figures["number"], figures["left_s"]
    sent = f"{figures['sent']} of {figures['playing']}"
    return {
        Phase.LOBBY.value: f"{counted(figures['players'], 'player')} joined",
        Phase.ASKING.value: f"Predict first: {sent} answered",
        Phase.OPEN.value: f"Round {number}: {sent} sent" + ("" if left is None else f", {left:.0f} s left"),
        Phase.RESULTS.value: f"Round {number} is over",
        Phase.ENDED.value: "The game has ended",
    }[figures["phase"]]


@form("class.status", _status_words)
def status(wall: Wall) -> Figures:
    """True of each moment of a room: its phase, who is there, who has sent or answered, and the time that is left."""
    asking = wall.phase is Phase.ASKING
    votes = 0 if wall.course is None else len(wall.course.votes)
    return {
        "phase": wall.phase.value,
        "number": wall.number,
        "players": len(wall.people),
        "sent": votes if asking else wall.sent,
        "playing": len(wall.people) if asking else wall.playing,
        "left_s": wall.left_s,
    }


def _guess_words(figures: Figures) -> str:
    if figures["said"] is None:
        return f"Right is: {figures['right']}."
    if figures["said"] == figures["right"]:
        return f"You predicted well: {figures['right']}."
    return f"You predicted: {figures['said']}. Right is: {figures['right']}."


@form("class.guess", _guess_words)
def guessed(course: Course, player: str) -> Figures | None:
    """True once the answer of a lesson was shown: what a player predicted, and what is right."""
    if not course.seen:
        return None
    said, answers = course.vote_of(player), course.plan.answers
    return {"said": None if said is None else answers[said], "right": answers[course.plan.right]}


def why(one: Round, seat: int) -> list[str]:
    """Say why a seat got its price, or why it did not trade; nothing for a seat without an order."""
    return [str(sentence) for sentence in explain(one.outcome, seat)] if one.places[seat].kwh else []


def amount(value: float) -> str:
    """Return play money with two digits, or with more if it has them.

    Example:
        >>> amount(2.5), amount(0.5625)
        ('2.50', '0.5625')
    """
    return f"{value:,.2f}" if abs(value - round(value, 2)) < 5e-5 else price(value)


def energy(kwh: float) -> str:
    """Return an amount of energy with at most two digits.

    Example:
        >>> energy(1.0), energy(0.25), energy(0.001)
        ('1 kWh', '0.25 kWh', 'less than 0.01 kWh')
    """
    if 0.0 < kwh < _LEAST_KWH:
        return "less than 0.01 kWh"
    return f"{f'{kwh:.2f}'.rstrip('0').rstrip('.')} kWh"
