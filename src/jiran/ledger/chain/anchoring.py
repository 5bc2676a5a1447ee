"""Bring a contract up to date with a ledger, and a ledger in front of a contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jiran.errors import JiranError, shortened
from jiran.ledger.anchors import Anchor
from jiran.ledger.canonical import decoded
from jiran.ledger.chain import calls
from jiran.ledger.chain.node import Node, Sender
from jiran.ledger.chain.settling import Settlements
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import SignedDay

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class Sent(NamedTuple):
    """What was sent to a contract.

    Attributes:
        days: How many heads.
        steps: How many settlements.
        gas: That both took.
    """

    days: int
    steps: int
    gas: int


def address(text: str) -> str:
    """Return the address of a contract that a user gives.

    Raises:
        JiranError: It is none.
    """
    if not _ADDRESS.fullmatch(text):
        raise JiranError(f"--contract {shortened(text)!r}: an address is 0x and 40 hexadecimal digits")
    return text


def deployed(node: Node, sender: Sender) -> str:
    """Put a new contract on the chain, whose operator is the sender, and return its address."""
    receipt = node.sent(sender, bytes.fromhex(calls.contract()["bytecode"][2:]))
    return address(str(receipt.get("contractAddress")))


def stored(node: Node, contract: str) -> list[Anchor]:
    """Return the last head that a contract keeps, as an anchor to hold a ledger against.

    Raises:
        JiranError: The node cannot say.
        Tampered: The contract keeps none: it cannot vouch for a ledger.
    """
    days = node.read(contract, calls.call("days()"))
    if days == 0:
        raise Tampered("anchor", f"the contract {contract} keeps no head yet")
    head = node.read(contract, calls.call("heads(uint256)", days - 1))
    return [Anchor("", "", days, f"{head:064x}", f"the contract {contract}")]


def anchor(hashes: Sequence[str], node: Node, contract: str, sender: Sender) -> Sent:
    """Send the heads of a ledger that a contract does not keep yet.

    Args:
        hashes: Of all heads of a ledger that was checked.
        node: Of the chain.
        contract: Its address.
        sender: The contract's operator.

    Raises:
        JiranError: The node or the contract refuses.
        Tampered: The contract keeps heads of another ledger, or the end of this one is missing.
    """
    days = node.read(contract, calls.call("days()"))
    if days > len(hashes) or (
        days and node.read(contract, calls.call("heads(uint256)", days - 1)) != int(hashes[days - 1], 16)
    ):
        raise Tampered(
            "anchor", f"the ledger does not hold the last of the {days} heads that the contract {contract} keeps"
        )
    gas = 0
    for day in range(days, len(hashes)):
        receipt = node.sent(sender, calls.anchor(day, hashes[day], hashes[day - 1] if day else "0"), contract)
        gas += int(receipt["gasUsed"], 16)
    return Sent(len(hashes) - days, 0, gas)


def settle(days: Iterable[SignedDay], node: Node, contract: str, sender: Sender) -> Sent:
    """Send the settlements of a ledger that a contract has not booked yet: one transaction a step with trades.

    Args:
        days: Of a ledger that was checked, with their records.
        node: Of the chain.
        contract: Its address.
        sender: The contract's operator.

    Raises:
        JiranError: The node or the contract refuses.
    """
    booked = node.read(contract, calls.call("steps()"))
    known, number, gas = Settlements(), 0, 0
    for day in days:
        for net in known.of_day(decoded(day.head), [decoded(record) for record in day.records]):
            if number >= booked:
                gas += int(node.sent(sender, calls.settle(number, net), contract)["gasUsed"], 16)
            number += 1
    return Sent(0, max(number - booked, 0), gas)
