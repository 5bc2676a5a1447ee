"""The committed contract keeps heads and books steps, and refuses replay, gaps, sums that are not zero, and strangers."""

# ruff: noqa: S311  draws cases and not secrets

from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest
from contract import HERE, compiled

from jiran.errors import JiranError
from jiran.ledger.canonical import decoded
from jiran.ledger.chain import calls
from jiran.ledger.chain.anchoring import anchor, deployed, settle, stored
from jiran.ledger.chain.node import Account
from jiran.ledger.chain.settling import Settlements
from jiran.ledger.checking import check_anchors, check_ledger
from jiran.ledger.faults import Tampered
from random_days import TRUSTED
from tampering import ledger_of, random_case

HEADS = ["11" * 32, "22" * 32, "33" * 32]


@pytest.fixture
def operator(node):
    return Account(node)


@pytest.fixture
def stranger(node):
    return Account(node, node.ask("eth_accounts")[1])


@pytest.fixture
def street(node, operator):
    """The address of a new contract."""
    return deployed(node, operator)


def kept(node, street):
    """All that the contract holds, of some days and accounts."""
    read = lambda function, *numbers: node.read(street, calls.call(function, *numbers))  # noqa: E731
    signed = [read("balances(uint256)", account) for account in range(4)]
    return (
        read("days()"),
        read("steps()"),
        [read("heads(uint256)", day) for day in range(4)],
        [number - 2**256 if number >= 2**255 else number for number in signed],
    )


def refused(node, street, sender, data, why):
    """The contract says why it refuses, and holds what it held."""
    before = kept(node, street)
    with pytest.raises(JiranError, match=why):
        node.sent(sender, data, street)
    assert kept(node, street) == before


def test_the_committed_bytes_are_those_of_the_committed_source():
    assert json.loads((HERE / "contract.json").read_text(encoding="utf-8")) == compiled()


def test_the_operator_of_a_contract_is_who_made_it(node, street, operator):
    assert node.read(street, calls.call("OPERATOR()")) == int(operator.address, 16)
    assert kept(node, street) == (0, 0, [0, 0, 0, 0], [0, 0, 0, 0])


def test_heads_are_kept_in_order_and_only_by_the_operator(node, street, operator, stranger):
    refused(node, street, stranger, calls.anchor(0, HEADS[0], "0"), "stranger")
    refused(node, street, operator, calls.anchor(1, HEADS[0], "0"), "replay or gap")
    refused(node, street, operator, calls.anchor(0, "0", "0"), "no head")
    node.sent(operator, calls.anchor(0, HEADS[0], "0"), street)
    for head in HEADS[:2]:
        refused(node, street, operator, calls.anchor(0, head, "0"), "replay or gap")
    refused(node, street, operator, calls.anchor(2, HEADS[2], HEADS[1]), "replay or gap")
    refused(node, street, operator, calls.anchor(1, HEADS[1], HEADS[2]), "not chained")
    refused(node, street, stranger, calls.anchor(1, HEADS[1], HEADS[0]), "stranger")
    node.sent(operator, calls.anchor(1, HEADS[1], HEADS[0]), street)
    assert kept(node, street) == (2, 0, [int(HEADS[0], 16), int(HEADS[1], 16), 0, 0], [0, 0, 0, 0])


def test_steps_are_booked_once_in_order_and_come_to_zero(node, street, operator, stranger):
    refused(node, street, stranger, calls.settle(0, [0, 5, -5]), "stranger")
    refused(node, street, operator, calls.settle(1, [0, 5, -5]), "replay or gap")
    for net in ([0, 5, -4], [1], [0, 5, -6], [2**255 - 1, 2**255 - 1, 2]):
        refused(node, street, operator, calls.settle(0, net), "not zero|refuses")
    node.sent(operator, calls.settle(0, [2, 5, -7]), street)
    refused(node, street, operator, calls.settle(0, [2, 5, -7]), "replay or gap")
    refused(node, street, operator, calls.settle(2, [2, 5, -7]), "replay or gap")
    node.sent(operator, calls.settle(1, [0, -6, 0, 6]), street)
    node.sent(operator, calls.settle(2, []), street)
    assert kept(node, street) == (0, 3, [0, 0, 0, 0], [2, -1, -7, 6])


def test_a_street_of_many_homes_fits_and_one_home_too_many_does_not(node, street, operator):
    net = [0] * (calls.MOST_ACCOUNTS - 2) + [3, -3]
    refused(node, street, operator, calls.settle(0, [0, *net]), "refuses|refused")
    node.sent(operator, calls.settle(0, net), street)
    assert node.read(street, calls.call("balances(uint256)", calls.MOST_ACCOUNTS - 1)) == 2**256 - 3


@pytest.mark.parametrize("seed", range(4))
def test_a_ledger_is_anchored_settled_and_found_again(node, street, operator, seed):
    case = random_case(Random(seed))
    checked = check_ledger(case.days, TRUSTED)
    with pytest.raises(Tampered, match="keeps no head yet"):
        stored(node, street)
    assert anchor(checked.hashes[:1], node, street, operator).days == 1
    assert anchor(checked.hashes, node, street, operator).days == len(case.days) - 1
    assert anchor(checked.hashes, node, street, operator) == (0, 0, 0)
    check_anchors(checked, stored(node, street))
    sent = settle(case.days, node, street, operator)
    assert settle(case.days, node, street, operator) == (0, 0, 0)
    assert sent.steps == node.read(street, calls.call("steps()"))
    assert balances(node, street, case) == owed(case)


def balances(node, street, case):
    """What the contract says of each home, and of the operator."""
    known = Settlements()
    for day in case.days:
        list(known.of_day(decoded(day.head), [decoded(record) for record in day.records]))
    accounts = {("", ""): 0} | known.accounts
    found = {of: node.read(street, calls.call("balances(uint256)", number)) for of, number in accounts.items()}
    return {of: number - 2**256 if number >= 2**255 else number for of, number in found.items()}


def owed(case):
    """What the last run of each day owes each home, by its signed totals; the operator gets what is left."""
    last = {(day.market, day.day): made for day, made in zip(case.plan, case.days, strict=True)}
    found = Counter()
    for made in last.values():
        for record in map(decoded, made.records):
            if record["kind"] == "total":
                found[record["market"], record["home"]] += record["earns_millionths"] - record["owes_millionths"]
    return dict(found) | {("", ""): -sum(found.values())}


def test_a_ledger_that_its_operator_writes_anew_is_found(node, street, operator):
    case = random_case(Random(7))
    checked = check_ledger(case.days, TRUSTED)
    anchor(checked.hashes, node, street, operator)
    anew = check_ledger(ledger_of(case.plan, birth="f" * 32), TRUSTED)
    cut = check_ledger(case.days[:-1], TRUSTED)
    for other in (anew, cut):
        with pytest.raises(Tampered) as found:
            check_anchors(other, stored(node, street))
        assert found.value.by == "anchor"
        with pytest.raises(Tampered, match="does not hold the last"):
            anchor(other.hashes, node, street, operator)


def test_an_account_that_the_node_does_not_hold_is_said(node):
    with pytest.raises(JiranError, match="does not hold the key of the account 0x00"):
        Account(node, f"0x{'00' * 20}")
