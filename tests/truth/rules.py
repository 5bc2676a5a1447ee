"""What is true of several rules on the same orders, worked out from their trades one by one."""

from __future__ import annotations

import math

import numpy as np

import jiran.explain.step.rules  # noqa: F401  the module with the forms
from jiran.errors import JiranError
from jiran.explain.step.outcome import clear_book
from jiran.market import find, mechanisms
from order_books import optimum
from truth.books import once, own_book
from truth.harness import Claim, oracle


@once
def _side_by_side(drawn):
    book = own_book(drawn.rng)
    found = []
    for name in drawn.rng.permutation(sorted(mechanisms()))[:6]:
        try:
            found.append(clear_book(book, str(name), find(str(name)).defaults, int(drawn.rng.integers(9))))
        except JiranError:
            continue
    return [found, found[:1], []]


def side_by_side(drawn):
    """Yield the outcomes of some rules on one random book, of one rule, and of none."""
    for outcomes in _side_by_side(drawn):
        yield (outcomes,)


def gained(outcome):
    """Return what each home gained against its own limit, trade by trade."""
    gain = np.zeros(len(outcome.book.names))
    trades, limit = outcome.trades, outcome.book.limit_price
    for place, kwh in enumerate(trades.kwh):
        seller, buyer = trades.seller[place], trades.buyer[place]
        gain[seller] += kwh * (trades.seller_price[place] - limit[seller])
        gain[buyer] += kwh * (limit[buyer] - trades.buyer_price[place])
    return gain


@oracle("rules.most", side_by_side)
def most(outcomes):
    if not outcomes:
        return None
    book = outcomes[0].book
    _, best = optimum([(kwh, limit) for kwh, limit in zip(book.net_kwh, book.limit_price, strict=True) if kwh])
    if best <= 1e-6:
        return None
    reach = 0
    for outcome in outcomes:
        kept = math.fsum(outcome.trades.paid) - math.fsum(outcome.trades.received)
        reach += math.isclose(math.fsum(gained(outcome)) + kept, best, rel_tol=1e-9, abs_tol=1e-9)
    return Claim({"most": float(best), "reach": reach, "rules": len(outcomes)})


@oracle("rules.lose", side_by_side)
def lose(outcomes):
    names = [outcome.rule for outcome in outcomes if (gained(outcome) < -1e-6).any()]
    return Claim({"rules": names}, tuple(names)) if names else None
