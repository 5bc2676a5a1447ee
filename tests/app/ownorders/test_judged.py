"""All rules on the same orders: what each made of them is what `jiran.clear` makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import jiran
from jiran.app.charts import rules as charts
from jiran.app.ownorders.judged import judge_all, table
from jiran.explain.step.book import Book
from jiran.explain.step.rules import losers
from jiran.market.family import FAMILIES
from order_books import BOOK, EXPORT, IMPORT
from textbook import EXAMPLE, read

#: All on one worker: two would compile all rules at the same time.
pytestmark = pytest.mark.xdist_group("every rule")


@pytest.fixture(scope="module")
def textbook():
    return {one.rule.name: one for one in judge_all(lambda _: read(EXAMPLE))}


def test_the_numbers_of_the_textbook(textbook):
    rows = {row["name"]: row for row in table(list(textbook.values())).iter_rows(named=True)}
    told = ("kwh", "pay", "get", "reached", "buyers", "sellers", "account")
    assert [rows["vcg"][name] for name in told] == [2.0, 85.0, 90.0, 1.0, 20.0, 15.0, -10.0]
    assert [rows["trade-reduction"][name] for name in told] == [1.0, 90.0, 85.0, 0.8, 10.0, 5.0, 5.0]
    assert rows["grid-fraction"]["note"] == "6 orders lose"
    assert rows["bill-sharing"]["kwh"] is None
    assert "billing period" in rows["bill-sharing"]["note"]
    assert rows["random-p2p"]["note"] == "draws lots"


def test_families_stand_together_in_the_order_of_the_legend(textbook):
    places = [FAMILIES.index(one.rule.family) for one in textbook.values()]
    assert places == sorted(places)


def test_what_a_rule_gives_is_shared_without_a_rest(textbook):
    spec = charts.gains(list(textbook.values()))
    for one, *parts in zip(textbook.values(), *(series["data"] for series in spec["series"]), strict=True):
        if one.outcome is not None:
            assert sum(parts) == pytest.approx(one.outcome.welfare, abs=1e-3)


@given(BOOK.filter(len))
def test_every_rule_is_what_clear_makes_of_the_same_orders(orders):
    net, limit = np.array(orders).T
    book = Book(net, limit, IMPORT, EXPORT, tuple(f"H{place}" for place in range(len(orders))))
    for one in judge_all(lambda _: book, seed=3):
        if one.outcome is None:
            assert one.refused
            continue
        again = jiran.clear(
            book.net_kwh, one.rule.name, import_price=book.import_price, export_price=book.export_price,
            limit_price=book.limit_price, seed=3,
        )  # fmt: skip
        np.testing.assert_array_equal(again.traded, one.outcome.traded_kwh)
        money = np.where(book.net_kwh > 0.0, again.received, -again.paid)
        gained = money - np.sign(book.net_kwh) * again.traded * book.limit_price
        assert one.gain(sells=True) + one.gain(sells=False) == pytest.approx(
            gained.sum(), abs=3e-6
        )  # a side's 1e-6 is nothing
        assert np.count_nonzero(gained < -1.01e-6) <= losers(one.outcome) <= np.count_nonzero(gained < -0.99e-6)
