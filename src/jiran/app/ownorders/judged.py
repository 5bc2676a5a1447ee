"""Every market rule on the same orders: what it traded, at what price, who gained, or why it refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from jiran.classroom.rules import Rule, check_size, class_rules
from jiran.errors import JiranError, PluginError
from jiran.explain.say import several
from jiran.explain.step.outcome import clear_book
from jiran.explain.step.rules import losers
from jiran.market.family import FAMILIES
from jiran.nothing import NOTHING_MONEY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jiran.explain.step.book import Book
    from jiran.explain.step.outcome import Outcome
    from jiran.market import Mechanism


@dataclass(frozen=True)
class Judged:
    """A rule, and what it makes of a book.

    Attributes:
        rule: The rule, with its default parameters.
        outcome: The cleared book; None if the rule refuses it.
        refused: Why it refuses it; "" if it does not.
    """

    rule: Mechanism
    outcome: Outcome | None
    refused: str = ""

    def gain(self, *, sells: bool) -> float | None:
        """Return what sellers, or buyers, gained against their own limit prices; None if the rule refuses the book."""
        if self.outcome is None:
            return None
        side = self.outcome.book.net_kwh > 0.0 if sells else self.outcome.book.net_kwh < 0.0
        gained = float(self.outcome.gains[side].sum())
        return 0.0 if abs(gained) <= NOTHING_MONEY else gained

    @property
    def note(self) -> str:
        """What else is to be said of it, a short phrase; "" if nothing."""
        if self.outcome is None:
            return self.refused
        lose = losers(self.outcome)
        said = (
            several(lose, "order loses", "orders lose") if lose else "",
            "draws lots" if self.outcome.by_chance else "",
        )
        return "; ".join(filter(None, said))


def judge_all(
    book_of: Callable[[Mechanism], Book], seed: int = 0, progress: Callable[[float], None] | None = None
) -> list[Judged]:
    """Clear a book with every rule that a class can play, family by family.

    Args:
        book_of: Returns the book for a rule; it raises a JiranError if the rule needs more than is there.
        seed: Of draws.
        progress: Told the share of rules that are done, 0..1: the first time, each rule compiles for some seconds.
    """
    rules = class_rules()
    order = sorted(rules, key=lambda name: FAMILIES.index(rules[name].family))
    judged: list[Judged] = []
    for name in order:
        if progress is not None:
            progress(len(judged) / len(order))
        judged.append(_judge(name, rules[name], book_of, seed))
    return judged


def _judge(name: str, rule: Mechanism, book_of: Callable[[Mechanism], Book], seed: int) -> Judged:
    if rule.reprice is not None:
        return Judged(rule, None, "has no price before a billing period ends")
    try:
        book = book_of(rule)
        check_size(Rule(name, rule.defaults), len(book.names))
        return Judged(rule, clear_book(book, name, rule.defaults, seed))
    except PluginError as error:
        return Judged(rule, None, error.problem)
    except JiranError as error:
        return Judged(rule, None, str(error))


def table(judged: Sequence[Judged]) -> pl.DataFrame:
    """Return the rules, one a row; numbers of a rule that refuses the book are null."""
    return pl.DataFrame([_row(one) for one in judged], infer_schema_length=None)


def _row(one: Judged) -> dict[str, str | float | None]:
    outcome = one.outcome
    kwh = None if outcome is None else outcome.kwh
    trades = None if outcome is None or not kwh else outcome.trades
    return {
        "rule": one.rule.plain_name,
        "name": one.rule.name,
        "family": one.rule.family.name,
        "kwh": kwh,
        "pay": float(trades.paid.sum()) / kwh if trades is not None and kwh else None,
        "get": float(trades.received.sum()) / kwh if trades is not None and kwh else None,
        "reached": None if outcome is None else outcome.efficiency,
        "buyers": one.gain(sells=False),
        "sellers": one.gain(sells=True),
        "account": None if outcome is None else outcome.account,
        "note": one.note,
    }
