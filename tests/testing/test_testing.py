"""The conformance suite: deliberately wrong rules are caught with a small book, right ones pass."""
# ruff: noqa: ARG001  a rule takes what the signature gives

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import jiran
from jiran.cli import cli
from jiran.errors import MechanismError
from jiran.market import find
from jiran.market.base import PROPERTIES
from jiran.market.matching import match_in_order, pair, pro_rata, record, shuffled, totals
from jiran.market.pairing import AFTERWARDS, BEST_FIRST
from jiran.testing import Book, check_mechanism, play
from jiran.testing.promises import PROMISES
from jiran.testing.search import random_book

EXAMPLE = Path(__file__).parents[2] / "examples" / "my_rule.py"
BOOKS = 150

#: name -> (what must be found broken, the rule)
WRONG = {}


def wrong(*laws, **declared):
    """Keep a rule that breaks these laws and no others."""

    def decorate(function):
        name = function.__name__.replace("_", "-")
        WRONG[name] = (set(laws), jiran.mechanism(name, compiled=False, **declared)(function))
        return function

    return decorate


def merit(net, limit):
    """Return sellers, cheapest first, and buyers, dearest first."""
    order = np.argsort(limit, kind="stable")
    return [int(h) for h in order if net[h] > 0], [int(h) for h in order[::-1] if net[h] < 0]


def walk(net, limit, trades, sellers, buyers, crossing=True, energy=min):
    """Trade in the given order at the mean of the limits, by the given energy of a pair."""
    left, count = np.abs(net), 0
    while sellers and buyers and (not crossing or limit[buyers[0]] >= limit[sellers[0]]):
        seller, buyer = sellers[0], buyers[0]
        price = (limit[seller] + limit[buyer]) / 2
        kwh = energy(left[seller], left[buyer])
        count = record(trades, count, seller, buyer, kwh, price, price)
        left[seller] -= min(left[seller], kwh)
        left[buyer] -= min(left[buyer], kwh)
        sellers, buyers = ([h for h in side if left[h] > 0.0] for side in (sellers, buyers))
    return count


def right_auction(net, limit, imp, exp, parameters, rng, trades):
    """Clear in merit order at the mean of the pair's limits."""
    return walk(net, limit, trades, *merit(net, limit))


# --- clearing faults that other simulators have ---


@wrong("orders", properties=("individually-rational",))
def above_the_order(net, limit, imp, exp, parameters, rng, trades):
    """Clear the whole of the seller's lot although the buyer wants less (HAMLET)."""
    return walk(net, limit, trades, *merit(net, limit), energy=max)


@wrong("efficient", properties=("efficient", "individually-rational"))
def loses_identical_orders(net, limit, imp, exp, parameters, rng, trades):
    """Keep one of several orders with the same energy and price (lemlab)."""
    sellers, buyers = merit(net, limit)
    one = {(net[home], limit[home]): home for home in (*sellers, *buyers)}.values()
    return walk(net, limit, trades, [h for h in sellers if h in one], [h for h in buyers if h in one])


@wrong("efficient", properties=("efficient",))
def loses_the_partial_order(net, limit, imp, exp, parameters, rng, trades):
    """Take whole orders only: the marginal one, which could be served in part, is lost (gsy-e, pay as clear)."""
    sellers, buyers = merit(net, limit)
    count = 0
    while sellers and buyers and limit[buyers[0]] >= limit[sellers[0]] and net[sellers[0]] == -net[buyers[0]]:
        seller, buyer = sellers.pop(0), buyers.pop(0)
        count = record(trades, count, seller, buyer, net[seller], limit[buyer], limit[buyer])
    return count


@wrong("orders", "two sides")
def creates_energy(net, limit, imp, exp, parameters, rng, trades):
    """Let the first home sell to every buyer, whatever it has (simply)."""
    count = 0
    for buyer in range(1, net.size):
        if net[buyer] < 0.0:
            count = record(trades, count, 0, buyer, -net[buyer], imp, imp)
    return count


@wrong("efficient", properties=("efficient", "individually-rational", "budget-balanced"))
def dearest_first(net, limit, imp, exp, parameters, rng, trades):
    """Serve the dearest ask first: much volume, little welfare (gsy-e, pay as bid)."""
    sellers, buyers = merit(net, limit)
    sellers = [seller for seller in sellers[::-1] if buyers and limit[seller] <= limit[buyers[0]]]
    return walk(net, limit, trades, sellers, buyers)


# --- declarations that are not true ---


@wrong("lots")
def draws_in_secret(net, limit, imp, exp, parameters, rng, trades):
    """Serve the homes in an order that is drawn, and say nothing of it."""
    return match_in_order(net, shuffled(net.size, rng), imp, imp, trades)


@wrong("limits", heeds_limits=False)
def heeds_in_secret(net, limit, imp, exp, parameters, rng, trades):
    """Clear by limit prices, and say that they do not matter."""
    return walk(net, limit, trades, *merit(net, limit))


@wrong("pairs", pairing=BEST_FIRST)
def says_best_first(net, limit, imp, exp, parameters, rng, trades):
    """Serve the homes as they stand in the list, and say that the best come first."""
    return match_in_order(net, np.arange(net.size), imp, imp, trades)


@wrong("pairs", pairing=AFTERWARDS)
def says_afterwards(net, limit, imp, exp, parameters, rng, trades):
    """Pair best with best, and say that pairs are made in the order of the list."""
    return walk(net, limit, trades, *merit(net, limit))


@wrong("pairs", pairing=AFTERWARDS)
def trades_in_halves(net, limit, imp, exp, parameters, rng, trades):
    """Decide how much each home trades and then split each pair in two."""
    offered_kwh, wanted_kwh = totals(net)
    volume_kwh = min(offered_kwh, wanted_kwh)
    if volume_kwh <= 0.0:
        return 0
    room = np.zeros(2 * net.size, trades.dtype).view(np.recarray)
    found = pair(pro_rata(net, volume_kwh / offered_kwh, volume_kwh / wanted_kwh), imp, imp, room)
    count = 0
    for one in room[:found]:
        for _ in range(2):
            count = record(trades, count, one.seller, one.buyer, one.kwh / 2, imp, imp)
    return count


# --- other faults ---


@wrong("individually-rational", properties=("individually-rational",))
def outside_the_limits(net, limit, imp, exp, parameters, rng, trades):
    """Trade all at the import price, whatever the limits are."""
    return match_in_order(net, np.arange(net.size), imp, imp, trades)


@wrong("real trades")
def trades_with_itself(net, limit, imp, exp, parameters, rng, trades):
    """Let each seller buy its own energy."""
    sellers, buyers = merit(net, limit)
    return record(trades, 0, sellers[0], sellers[0], net[sellers[0]], imp, imp) if sellers and buyers else 0


@wrong("real trades")
def names_a_stranger(net, limit, imp, exp, parameters, rng, trades):
    """Name a buyer who is not there."""
    return record(trades, 0, 0, net.size, net[0], imp, imp) if totals(net)[0] * totals(net)[1] > 0.0 else 0


@wrong("real trades")
def divides_by_nothing(net, limit, imp, exp, parameters, rng, trades):
    """Price at a ratio of what may be zero."""
    with np.errstate(all="ignore"):
        price = np.float64(exp) / (imp - exp)
    return match_in_order(net, np.arange(net.size), price, price, trades)


@wrong("repeatable")
def throws_dice(net, limit, imp, exp, parameters, rng, trades):
    """Draw lots from elsewhere than rng."""
    price = exp + random.random() * 0.1  # noqa: S311
    return match_in_order(net, np.arange(net.size), price, price, trades)


CALLS = itertools.count()


@wrong("repeatable")
def remembers(net, limit, imp, exp, parameters, rng, trades):
    """Trade at every second call only."""
    return match_in_order(net, np.arange(net.size), imp, imp, trades) if next(CALLS) % 2 else 0


@wrong("repeatable")
def leaves_a_price_out(net, limit, imp, exp, parameters, rng, trades):
    """Leave the seller's price as it stood there before."""
    sellers, buyers = np.flatnonzero(net > 0), np.flatnonzero(net < 0)
    if not sellers.size or not buyers.size:
        return 0
    trade = trades[0]
    trade.seller, trade.buyer, trade.buyer_price = sellers[0], buyers[0], imp
    trade.kwh = min(net[sellers[0]], -net[buyers[0]])
    return 1


@wrong("inputs")
def changes_its_input(net, limit, imp, exp, parameters, rng, trades):
    """Use up net_kwh itself."""
    count = match_in_order(net, np.arange(net.size), imp, imp, trades)
    net[:] = 0.0
    return count


@wrong("room")
def writes_all_pairs(net, limit, imp, exp, parameters, rng, trades):
    """Write a trade for each pair without asking for room."""
    sellers, buyers = np.flatnonzero(net > 0), np.flatnonzero(net < 0)
    pairs = list(itertools.product(sellers, buyers))
    for place, (seller, buyer) in enumerate(pairs):
        kwh = min(net[seller] / len(buyers), -net[buyer] / len(sellers))
        trades[place] = (seller, buyer, kwh, imp, imp)
    return len(pairs)


@wrong("runs")
def fails_on_an_empty_book(net, limit, imp, exp, parameters, rng, trades):
    """Look for the largest seller where nobody is."""
    net.max()
    return 0


@wrong("runs")
def returns_nothing(net, limit, imp, exp, parameters, rng, trades):
    """Forget to return the count."""


@wrong("budget-balanced", "no-deficit", properties=("budget-balanced", "no-deficit"))
def pays_out_of_nowhere(net, limit, imp, exp, parameters, rng, trades):
    """Charge the export price and pay the import price."""
    return match_in_order(net, np.arange(net.size), exp, imp, trades)


@wrong("truthful", "truthful-quantity", properties=("efficient", "truthful", "truthful-quantity"))
def one_price_from_the_margin(net, limit, imp, exp, parameters, rng, trades):
    """Clear all at the mean of the marginal bid and ask: who sets the price gains by shading it, or by holding back."""
    count = walk(net, limit, trades, *merit(net, limit))
    if count:
        price = (limit[trades[count - 1].seller] + limit[trades[count - 1].buyer]) / 2
        for place in range(count):
            trades[place].buyer_price = trades[place].seller_price = price
    return count


@wrong("anonymous", properties=("anonymous",))
def first_come(net, limit, imp, exp, parameters, rng, trades):
    """Serve homes as they stand in the list."""
    return match_in_order(net, np.arange(net.size), imp, imp, trades)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_is_caught_with_a_small_book(name):
    laws, rule = WRONG[name]
    report = check_mechanism(rule, books=BOOKS)
    assert not report.ok
    assert set(report.broken) == laws
    for law, finding in report.broken.items():
        # A rule writes more trades than there are homes from two sellers and three buyers on.
        assert finding.outcome.book.homes <= (5 if law == "room" else 4)
        assert finding.broken > 0
        assert finding.fault in str(report)
        assert f"{law} is broken by this book:" in str(report)


RIGHT = jiran.mechanism(
    "right",
    pairing=BEST_FIRST,
    properties=("budget-balanced", "no-deficit", "individually-rational", "efficient", "anonymous"),
    compiled=False,
)(right_auction)


def test_a_right_rule_passes():
    report = check_mechanism(RIGHT, books=BOOKS)
    assert report.ok, str(report)
    assert {"orders", "efficient", "anonymous"} <= {finding.law for finding in report.findings}
    assert str(report).count("\n") == len(report.findings)


@pytest.mark.parametrize("name", jiran.mechanisms())
def test_every_rule_of_jiran_passes(name):
    report = check_mechanism(name, books=100)
    assert report.ok, str(report)


def test_every_property_has_a_test():
    assert set(PROMISES) == set(PROPERTIES)


def test_the_smallest_book_of_an_order_that_is_exceeded():
    report = check_mechanism(WRONG["above-the-order"][1], books=BOOKS)
    finding = report.broken["orders"]
    book = finding.outcome.book
    assert book.homes == 2
    assert sorted(np.sign(book.net_kwh)) == [-1, 1]
    assert sorted(abs(book.net_kwh)) == [1.0, 2.0]
    assert book.lines()[0].split() == ["home", "side", "kWh", "limit", "price"]
    assert any(" to home " in line for line in finding.lines())


def test_the_same_seed_finds_the_same():
    rule = WRONG["dearest-first"][1]
    assert str(check_mechanism(rule, books=60, seed=3)) == str(check_mechanism(rule, books=60, seed=3))


def test_a_lie_that_pays_is_told():
    report = check_mechanism(WRONG["one-price-from-the-margin"][1], books=BOOKS)
    assert "gains" in report.broken["truthful"].fault
    assert "instead of the truth" in report.broken["truthful"].fault


def test_random_books_hold_the_hard_cases():
    rng, rule = np.random.default_rng(0), find("grid-fraction")
    books = [random_book(rng, rule) for _ in range(1000)]
    nets = [book.net_kwh for book in books]
    assert {net.size for net in nets} == set(range(13))
    assert any(net.size > 1 and (net > 0).all() for net in nets)
    assert any(net.size > 1 and (net < 0).all() for net in nets)
    assert any((net == 0).any() for net in nets)
    assert any(((abs(net) > 0) & (abs(net) < 1e-8)).any() for net in nets)
    assert any(book.import_price == book.export_price for book in books)
    assert all(book.import_price >= book.export_price for book in books)
    assert any(book.homes > 2 and np.unique(book.limit_price).size == 1 for book in books)
    assert any(np.unique(book.limit_price).size < book.homes for book in books)
    assert any(
        (book.net_kwh > 0).any()
        and (book.net_kwh < 0).any()
        and book.limit_price[book.net_kwh > 0].min() > book.limit_price[book.net_kwh < 0].max()
        for book in books
    )
    assert {book.parameters["matching"] for book in books} == set(find("grid-fraction").parameters["matching"].choices)
    assert all(0.0 < book.parameters["fraction"] < 1.0 for book in books)


def test_play_shows_what_a_rule_did():
    book = Book(np.array([1.0, -2.0]), np.array([0.2, 0.5]), 0.5, 0.2, find("grid-fraction").values({}))
    outcome = play(find("grid-fraction"), book)
    assert outcome.count == 1
    assert outcome.cleared.bought.tolist() == [0.0, 1.0]
    assert outcome.cleared.gains(book.limit_price) == pytest.approx([0.2, 0.1])


def test_a_rule_from_a_file_is_checked_with_its_parameters():
    report = check_mechanism(str(EXAMPLE), books=50)
    assert report.ok, str(report)


# --- the command ---


def call(*arguments):
    return CliRunner().invoke(cli, ["check", *map(str, arguments)])


def test_check_prints_a_line_a_law_and_exits_with_0():
    done = call(EXAMPLE, "--books", 50)
    assert done.exit_code == 0, done.output
    assert "50 random books" in done.stdout
    assert "broken" not in done.stdout
    assert "ok      orders" in done.stdout


BAD = '''
import jiran

@jiran.mechanism("twice", compiled=False)
def twice(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):
    """Trade twice what there is."""
    if net_kwh.size > 1 and net_kwh[0] > 0 and net_kwh[1] < 0:
        trades[0] = (0, 1, 2 * net_kwh[0], import_price, import_price)
        return 1
    return 0
'''


def test_check_exits_with_1_if_a_law_is_broken(tmp_path):
    (tmp_path / "twice.py").write_text(BAD, encoding="utf-8")
    done = call(tmp_path / "twice.py", "--books", 100)
    assert done.exit_code == 1
    assert "orders is broken by this book:" in done.stdout
    assert "home 0 sells 2 kWh and has 1 kWh" in done.stdout


@pytest.mark.parametrize("text", ["import jiran\n", "def broken(:\n", None])
def test_check_exits_with_2_if_there_is_no_rule(tmp_path, text):
    file = tmp_path / "rule.py"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    done = call(file)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("jiran: market rule")


def test_an_unknown_name_is_refused():
    with pytest.raises(MechanismError, match="unknown"):
        check_mechanism("no-such-rule")
