"""Several rules on the same orders, in words: what all could gain, who reaches it, and where somebody loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.say import several
from jiran.explain.step.outcome import same
from jiran.market import find
from jiran.nothing import LAST_DIGITS, NOTHING_MONEY
from jiran.sentences import form
from jiran.words import amount, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.explain.step.outcome import Outcome
    from jiran.sentences import Figures


def losers(outcome: Outcome) -> int:
    """Return how many orders were traded at a price beyond their own limit."""
    money = np.abs(outcome.trades.paid) + np.abs(outcome.trades.received)
    return int((outcome.gains < -NOTHING_MONEY - LAST_DIGITS * money).sum())


def _most_words(figures: Figures) -> str:
    reach = several(figures["reach"], "rule reaches", "rules reach")
    return (
        f"By their limit prices these orders could gain {amount(figures['most'])} together; "
        f"{reach} that, of {figures['rules']} that clear them."
    )


@form("rules.most", _most_words)
def most(outcomes: Sequence[Outcome]) -> Figures | None:
    """True where something can be gained, of outcomes of one and the same book."""
    if not outcomes or outcomes[0].best.welfare <= NOTHING_MONEY or not _one_book(outcomes):
        return None
    reach = sum(same(outcome.welfare, outcome.best.welfare) for outcome in outcomes)
    return {"most": outcomes[0].best.welfare, "reach": reach, "rules": len(outcomes)}


def _lose_words(figures: Figures) -> str:
    named = [f"{find(name).plain_name} ({name})" for name in figures["rules"]]
    return f"With {listed(named)} somebody trades at a price beyond their own limit, and loses by it."


@form("rules.lose", _lose_words)
def lose(outcomes: Sequence[Outcome]) -> Figures | None:
    """True if some rule lets somebody trade at a price beyond their own limit."""
    found = [outcome.rule_name for outcome in outcomes if losers(outcome)]
    return {"rules": found} if found else None


def _one_book(outcomes: Sequence[Outcome]) -> bool:
    first = outcomes[0].book
    return all(np.array_equal(one.book.limit_price, first.limit_price) for one in outcomes)
