"""The bytes of a call to the contract (Solidity's contract ABI): words of 32 bytes behind four that name the function."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

#: How many accounts one settlement can book, as the contract says.
MOST_ACCOUNTS = 1024


@cache
def contract() -> dict[str, Any]:
    """Return what the compiler made of the contract: compiler, evm_version, abi, methods and bytecode."""
    text = (files("jiran.ledger.chain") / "contract.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def word(number: int) -> bytes:
    """Return a whole number as a word; one below 0 as its complement of two."""
    return (number % 2**256).to_bytes(32, "big")


def call(function: str, *numbers: int) -> bytes:
    """Return a call of a function that takes nothing but words.

    Args:
        function: With its types: ``heads(uint256)``.
        numbers: Its arguments; a hash is a number too.
    """
    return bytes.fromhex(contract()["methods"][function][2:]) + b"".join(map(word, numbers))


def anchor(day: int, head: str, previous: str) -> bytes:
    """Return the call that keeps the head of a day.

    Args:
        day: Number of the day in the ledger, from 0.
        head: Its hash.
        previous: Hash of the head before it; of the first one anything.
    """
    return call("anchor(uint256,bytes32,bytes32)", day, int(head, 16), int(previous, 16))


def settle(step: int, net: Sequence[int]) -> bytes:
    """Return the call that books a step.

    Args:
        step: Its number in the ledger, from 0.
        net: What each account is owed less what it owes, millionths; together 0.
    """
    return call("settle(uint256,int256[])", step, 64, len(net), *net)
