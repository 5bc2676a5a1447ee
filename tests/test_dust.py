"""Rounding dust is no order: who has next to nothing to trade changes nobody's trades, prices or bills.

The law is tried on every rule that is installed, with parameters over their whole range, and with every strategy.
"""

from __future__ import annotations

import numpy as np
import pytest

from jiran import clear, mechanisms, simulate
from jiran.bids import strategies
from jiran.market import find
from jiran.market.welfare import highest_welfare
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.testing.search import random_book
from strategies import changed, profiles, small

#: What counts as nothing: rounding, the bound itself, zeros of both signs, the smallest number there is.
DUST = (0.0, -0.0, 5e-324, -5.6e-17, 5.6e-17, 1e-12, -1e-12, NOTHING_KWH, -NOTHING_KWH)
#: Rules of which another draw could give other trades of five orders.
LOTS = [name for name, rule in mechanisms().items() if rule.by_chance(5, rule.defaults)]


def with_dust(array, places, values):
    return np.insert(np.asarray(array, dtype=float), places, values)


def same(one, other, homes):
    """Tell whether two clearings give these homes the same, to the last bit."""
    for name in ("seller", "buyer"):
        if homes[getattr(one, name)].tolist() != getattr(other, name).tolist():
            return False
    numbers = ("kwh", "buyer_price", "seller_price")
    totals = ("sold", "bought", "paid", "received")
    return all(getattr(one, name).tolist() == getattr(other, name).tolist() for name in numbers) and all(
        getattr(one, name).tolist() == getattr(other, name)[homes].tolist() for name in totals
    )


@pytest.mark.parametrize("rule", mechanisms())
def test_dust_in_a_book_changes_nothing_for_anybody(rule):
    rng, traded = np.random.default_rng(5), 0
    for _ in range(40):
        book = random_book(rng, find(rule))
        places = rng.integers(0, book.homes + 1, int(rng.integers(1, 4)))
        dust, limits = rng.choice(DUST, places.size), rng.uniform(-0.2, 1.2, places.size)
        given = {"import_price": book.import_price, "export_price": book.export_price, "seed": book.seed}
        plain = clear(book.net_kwh, rule, limit_price=book.limit_price, **given, **book.parameters)
        dusty = clear(
            with_dust(book.net_kwh, places, dust), rule,
            limit_price=with_dust(book.limit_price, places, limits), **given, **book.parameters,
        )  # fmt: skip
        homes = np.flatnonzero(with_dust(np.ones(book.homes), places, 0.0))
        assert same(plain, dusty, homes), book.lines()
        assert not np.delete(dusty.sold + dusty.bought, homes).any()
        assert (plain.kwh > NOTHING_KWH).all()
        traded += plain.kwh.size
    assert traded or rule == "grid-only"


def street(rng, homes, steps):
    """Return surpluses and deficits of a few steps, some of them nothing, shape (step, home)."""
    net = rng.uniform(-2.0, 2.0, (steps, homes)) * rng.choice([1.0, 1.0, 0.0], (steps, homes))
    net[rng.random(steps) < 0.2] = -1.0  # nobody sells
    return net


#: By fixed keys a member who needs nothing in a step has its part all the same.
UNKEYED = [name for name, rule in mechanisms().items() if not rule.keyed]


@pytest.mark.parametrize("strategy", strategies())
@pytest.mark.parametrize("rule", UNKEYED)
def test_a_home_of_dust_changes_no_trade_and_no_bill_of_a_run(rule, strategy):
    rng = np.random.default_rng(11)
    fields = {
        "market": {"mechanism": rule}, "bids": {"strategy": strategy}, "grid__network_charge": 0.02,
        "battery__capacity_kwh": 3.0, "battery__fund_share": "use",
    }  # fmt: skip
    net = street(rng, 5, 30)
    plain = simulate(small(5, 30, **fields), profiles=profiles(net))
    for place in (0, 2, 5):
        ids = [f"H{home + 1}" for home in range(5)]
        ids.insert(place, "dust")
        wanted = changed(small(6, 30, **fields), homes={"single": [{"id": name, "kind": "normal"} for name in ids]})
        dusty = simulate(wanted, profiles=profiles(np.insert(net, place, rng.choice(DUST, 30), axis=1)))
        homes = np.delete(np.arange(6), place)
        assert dusty.flows.trades["kwh"].tolist() == plain.flows.trades["kwh"].tolist()
        for name in ("buyer_price", "seller_price"):
            # A price made of a bill holds the cost of the dust itself; all others are the same to the last bit.
            rounding = 1e-9 if find(rule).reprice else 0.0
            assert dusty.flows.trades[name] == pytest.approx(plain.flows.trades[name], rel=0.0, abs=rounding)
        for name in ("seller", "buyer"):
            assert dusty.flows.trades[name].tolist() == homes[plain.flows.trades[name]].tolist()
        assert dusty.settlement.cost[homes] == pytest.approx(plain.settlement.cost, abs=NOTHING_MONEY)
        assert dusty.settlement.cost[place] == pytest.approx(0.0, abs=NOTHING_MONEY)
        assert dusty.settlement.trades.tolist() == plain.settlement.trades.tolist()


def test_the_residue_of_a_sum_sets_no_price():
    book = {"import_price": 0.5, "export_price": 0.2, "limit_price": [0.2, 0.5, 0.25]}
    assert clear([2, -1, 0.3 - (0.1 + 0.1 + 0.1)], "mcafee", **book).kwh.tolist() == [1.0]
    assert highest_welfare([2, -1, -NOTHING_KWH], book["limit_price"]).volume_kwh == 1.0


@pytest.mark.parametrize("rule", LOTS)
def test_who_has_nothing_draws_no_lot(rule):
    net, limits = [1.0, -1.0, 2.0, -2.0, 1.5], [0.2, 0.5, 0.25, 0.45, 0.3]
    seen = set()
    for seed in range(20):
        result = clear(net, rule, import_price=0.5, export_price=0.2, limit_price=limits, seed=seed)
        again = clear([0.0, *net], rule, import_price=0.5, export_price=0.2, limit_price=[0.3, *limits], seed=seed)
        assert (again.seller - 1).tolist() == result.seller.tolist()
        seen.add(tuple(result.seller.tolist()))
    assert len(seen) > 1  # lots matter here


@pytest.mark.parametrize("rule", mechanisms())
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_dust_is_absolute_in_scaled_books_too(rule, scale):
    net = scale * np.array([3.0, 1.0, -2.0, -1.5])
    book = {"import_price": 0.5, "export_price": 0.2}
    plain = clear(net, rule, limit_price=[0.2, 0.25, 0.5, 0.45], **book)
    dusty = clear([*net, 1e-9, -1e-9], rule, limit_price=[0.2, 0.25, 0.5, 0.45, 0.0, 0.6], **book)
    assert same(plain, dusty, np.arange(4))


def test_an_order_of_more_than_nothing_is_one():
    result = clear([1.0, -2.0 * NOTHING_KWH], "uniform-price", import_price=0.5, export_price=0.2)
    assert result.bought.tolist() == [0.0, 2.0 * NOTHING_KWH]


def test_a_trade_of_nothing_that_a_rule_writes_is_no_trade(tmp_path):
    file = tmp_path / "crumbs.py"
    file.write_text(
        "from jiran.market import mechanism\nfrom jiran.market.matching import record\n"
        "@mechanism('crumbs', compiled=False)\n"
        "def crumbs(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
        "    count = record(trades, 0, 0, 1, 1e-9, 99.0, 99.0)\n"
        "    count = record(trades, count, 0, 1, 0.5, 0.3, 0.3)\n"
        "    return record(trades, count, 0, 1, 0.0, 99.0, 99.0)\n"
    )
    result = clear([1.0, -1.0, 0.0], str(file), import_price=0.5, export_price=0.2)
    assert (result.kwh.tolist(), result.buyer_price.tolist()) == ([0.5], [0.3])
    done = simulate(small(3, 1, market={"mechanism": str(file)}), profiles=profiles([[1.0, -1.0, 0.0]]))
    assert done.flows.trades["kwh"].tolist() == [0.5]


def test_dust_does_not_turn_the_battery_round():
    """With as much left to sell as to buy the battery gives; a grain of dust on one side must not make it take."""
    fields = {
        "market": {"mechanism": "grid-only"}, "battery__capacity_kwh": 4.0, "battery__charge_kw": 4.0,
        "battery__discharge_kw": 4.0, "battery__start_soc": 0.5, "battery__fund_share": "keep",
    }  # fmt: skip
    plain = simulate(small(2, 1, **fields), profiles=profiles([[1.0, -1.0]]))
    dusty = simulate(small(3, 1, **fields), profiles=profiles([[1.0, -1.0, 1e-10]]))
    assert dusty.settlement.cost[:2] == pytest.approx(plain.settlement.cost, abs=NOTHING_MONEY)
