"""Books with sizes far apart, up to 1e12: every rule keeps the laws of all rules and what it promises."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jiran import clear, mechanisms
from jiran.market import find
from jiran.testing.books import play
from jiran.testing.laws import LAWS
from jiran.testing.promises import PROMISES
from jiran.testing.search import random_book

FAR = 1e12


def far_book(rng, rule):
    """Draw a book of which some orders are up to 1e12 times as large as others, and many are equally large."""
    book = random_book(rng, rule)
    largest = 10.0 ** rng.uniform(0.0, 12.0)
    power = rng.uniform(0.0, 12.0, book.homes) if rng.random() < 0.5 else rng.choice([0.0, 0.5, 12.0], book.homes)
    sizes = np.maximum(largest * rng.choice([1.0, 0.3], book.homes) / 10.0**power, 1e-8)
    parameters = book.parameters | ({"rounds": 200.0} if "rounds" in book.parameters else {})
    return replace(book, net_kwh=np.where(rng.random(book.homes) < 0.5, sizes, -sizes), parameters=parameters)


@pytest.mark.parametrize("name", mechanisms())
def test_every_rule_keeps_its_laws_with_sizes_far_apart(name):
    rule, rng, traded = find(name), np.random.default_rng(7), 0
    kept = [law for law in PROMISES.values() if law.name in rule.properties and "truthful" not in law.name]
    for _ in range(250):
        outcome = play(rule, far_book(rng, rule))
        for law in (*LAWS, *kept):
            assert law.check(rule, outcome) is None, "\n".join([law.name, *outcome.book.lines(), *outcome.lines()])
        traded += outcome.count
    assert traded or name == "grid-only"


@pytest.mark.parametrize(
    ("rule", "net", "limits"),
    [
        ("nash-bargaining", [-7.73611407, 7.73611407, -7.73611407, -7.73611407, 7.73611407, -7.73611407, 4.68946742e9,
                             -4.68946742e9], [0, 0, 1, 1, 0.5, 1.25, -0.25, 0]),
        ("nucleolus", [6.21002291e9, 6.83937615, 2.07000764e10, -6.21002291e9, 2.07000764e10, -2.07000764e10,
                       6.83937615], [0, 0.5, 1.25, 1.25, 0.75, 0.25, 0.25]),
    ],
)  # fmt: skip
def test_books_that_rounding_made_a_rule_exceed(rule, net, limits):
    result = clear(net, rule, import_price=0.5, export_price=0.2, limit_price=limits)
    assert (result.sold <= np.maximum(net, 0.0)).all()
    assert (result.bought <= np.maximum(np.negative(net), 0.0)).all()
    assert result.kwh.sum() > 0.0
