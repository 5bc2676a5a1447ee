"""Run the laws on random books and report what breaks, with the smallest book that shows it.

Random testing with shrinking, as QuickCheck does it (Claessen and Hughes 2000, doi:10.1145/351240.351266): many small
books, and for each law that breaks the simplest book that still breaks it. What is not broken here is not proved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from jiran.market.base import Mechanism
from jiran.market.registry import find, mechanisms
from jiran.testing.books import play
from jiran.testing.declared import DECLARED
from jiran.testing.laws import LAWS, Law
from jiran.testing.promises import PROMISES
from jiran.testing.report import Finding, Report
from jiran.testing.search import random_book, smallest
from jiran.testing.trying import as_strange

if TYPE_CHECKING:
    from jiran.testing.books import Book


def check_mechanism(
    rule: Mechanism | str, *, books: int = 2000, seed: int = 0, progress: Callable[[int], None] | None = None
) -> Report:
    """Try to break a market rule on random books.

    Every rule must keep `laws.LAWS`. What it declares is tested as well, of its lots, limits and pairs
    (`declared.DECLARED`) and its promises (`@mechanism(..., properties=...)`), for every value that its parameters may
    take; whether a promise that it does not make would hold is not looked at.

    A book takes about ten calls of the rule, and up to 32 more for each promise to be truthful. A rule that hangs hangs
    the check, which is why the command line uses `own_process`.

    Args:
        rule: A rule, its name, or the path of a file with one.
        books: How many books are tried.
        seed: Of the books: the same seed tries the same books.
        progress: Is called with the number of each book before it is tried, and with the last one while the smallest
            book that breaks a law is looked for.

    Returns:
        A finding for each law; `Report.ok` says whether all are kept.

    Raises:
        MechanismError: The rule is unknown, cannot be loaded, or does not compile.
    """
    rule = find(rule) if isinstance(rule, str) else rule
    rule = as_strange(rule, mechanisms())
    laws = (*LAWS, *DECLARED, *(PROMISES[name] for name in PROMISES if name in rule.properties))
    found: dict[str, Book] = {}
    broken = dict.fromkeys((law.name for law in laws), 0)
    rng = np.random.default_rng(seed)
    tell = progress or (lambda _book: None)
    rule.clear  # noqa: B018  compiled, or refused, before the first book
    for place in range(books):
        tell(place)
        book = random_book(rng, rule)
        outcome = play(rule, book)
        for law in laws:
            if law.check(rule, outcome) is not None:
                broken[law.name] += 1
                if law.name not in found or book.homes < found[law.name].homes:
                    found[law.name] = book
    findings = []
    for law in laws:
        tell(books)
        findings.append(_finding(rule, law, broken[law.name], found.get(law.name)))
    return Report(rule.name, books, seed, tuple(findings))


def _finding(rule: Mechanism, law: Law, broken: int, book: Book | None) -> Finding:
    """Return the finding, with the book made as small as it goes.

    Args:
        rule: The rule.
        law: The law.
        broken: On how many books it was broken.
        book: The one of them with the fewest homes; None if there is none.
    """
    if book is None:
        return Finding(law.name, law.meaning)
    book = smallest(rule, book, lambda other: law.check(rule, play(rule, other)) is not None)
    outcome = play(rule, book)
    fault = law.check(rule, outcome) or "not every time: the rule does not repeat itself"
    return Finding(law.name, law.meaning, broken, outcome, fault)
