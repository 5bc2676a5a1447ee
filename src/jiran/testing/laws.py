"""The laws that every market rule must keep; each returns what is wrong, in one sentence, or None.

They are what the kernel relies on, so each has a counterpart there: trades are checked in `market.booking`, lots and
inputs decide whether a run can be repeated to the byte, and room decides whether a log that is full can be made larger
and the step run again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from jiran.market.booking import ITSELF, NOBODY, NOT_A_NUMBER, TOO_MUCH, UNWRITTEN, WRONG_SIDE
from jiran.nothing import NOTHING_KWH
from jiran.testing.books import Outcome, play

if TYPE_CHECKING:
    from jiran.market.base import Mechanism

#: Gets the rule and what it made of a book, which holds the book.
Check = Callable[["Mechanism", Outcome], str | None]


class Law(NamedTuple):
    """A law's name, what it says, and its check.

    Attributes:
        name: One or two words, unique among all laws, declarations and promises.
        meaning: What it says, as a sentence without capital and stop: what a report prints behind the name.
        check: Returns what is wrong with an outcome, a sentence without its stop; None if nothing is, or if this
            outcome cannot tell.
    """

    name: str
    meaning: str
    check: Check


def _runs(_rule: Mechanism, outcome: Outcome) -> str | None:
    """Return why the rule failed: it raised, ended the program, or returned what is no count of trades."""
    return outcome.error


def _real(_rule: Mechanism, outcome: Outcome) -> str | None:
    """Return which trade is between homes that are not there or are one, or has a number that is not finite.

    A place that was counted and never written is one of these: `play` fills the memory beforehand.
    """
    return outcome.problem if outcome.fault in (NOBODY, UNWRITTEN, ITSELF, NOT_A_NUMBER) else None


def _orders(_rule: Mechanism, outcome: Outcome) -> str | None:
    """Return who sells without a surplus or more than its surplus, or buys so; rounding is forgiven as in a run."""
    return outcome.problem if outcome.fault in (WRONG_SIDE, TOO_MUCH) else None


def _one_side(_rule: Mechanism, outcome: Outcome) -> str | None:
    """Return how many trades stand in a book of sellers alone, of buyers alone, or of nobody."""
    net = outcome.book.net_kwh
    if (net > NOTHING_KWH).any() and (net < -NOTHING_KWH).any():
        return None
    return f"{outcome.count} trades, and there is no pair of a seller and a buyer" if outcome.count else None


def _repeats(rule: Mechanism, outcome: Outcome) -> str | None:
    """Return what differs the second time, to the byte; the memory for trades then holds 0xFF instead of 0 before.

    So a rule that reads what it has not written, or leaves a field of a record open, is found out as well.
    """
    again = play(rule, outcome.book, fill=0xFF)
    if outcome.error is None and again.trades.tobytes() != outcome.trades.tobytes():
        return f"the same book and seed give other trades the second time: {' '.join(again.lines()[1:])}"
    return None


def _inputs(_rule: Mechanism, outcome: Outcome) -> str | None:
    """Return which arrays the rule changed in place: the kernel hands out its own, without a copy."""
    return f"changes {' and '.join(outcome.changed)} in place" if outcome.changed else None


def _room(rule: Mechanism, outcome: Outcome) -> str | None:
    """Return how the rule misbehaves with room for one trade a home, fewer than it may want to write.

    The kernel begins with little room, reads the count, makes room and calls again. So the count must be that of all
    trades, however many fitted, and nothing may be written behind the room.
    """
    if outcome.error is not None:
        return None
    tight = play(rule, outcome.book, room=outcome.book.homes)
    if outcome.beyond or tight.beyond:
        return "writes behind the room for trades that it is given"
    if tight.error is not None:
        return f"with room for {outcome.book.homes} trades it {tight.error}"
    if tight.count != outcome.count:
        return f"with room for {outcome.book.homes} trades it returns {tight.count}, with more room {outcome.count}"
    return None


#: What every rule must keep, whatever it promises.
LAWS = (
    Law("runs", "it fails on no book and returns how many trades it wrote", _runs),
    Law("real trades", "a trade is between two homes of the book, its energy and prices are finite numbers", _real),
    Law("orders", "no home sells more than it has or buys more than it needs", _orders),
    Law("two sides", "without a seller or without a buyer there is no trade", _one_side),
    Law("repeatable", "the same book and seed give the same trades", _repeats),
    Law("inputs", "net_kwh, limit_price and parameters are left as they are", _inputs),
    Law("room", "it writes no more trades than there is room for, and counts the rest", _room),
)
