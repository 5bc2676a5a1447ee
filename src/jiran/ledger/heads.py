"""The head of a day: its root, and the hash of the head before it, so that no day can be changed alone."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from jiran.ledger import tree

#: The fields of a head and their types.
FIELDS: dict[str, type] = {
    "v": int, "kind": str, "market": str, "currency": str, "day": str, "run": int, "size": int, "root": str, "previous": str,
}  # fmt: skip

#: A hash as it is written.
HASH = re.compile(r"[0-9a-f]{64}")

#: What the first head of a ledger has in place of a hash: the ledger's own number, drawn by lot.
BIRTH = re.compile(r"[0-9a-f]{32}")


class SignedDay(NamedTuple):
    """A day as it is kept: the exact bytes of head and records.

    Attributes:
        head: RFC 8785 bytes.
        signature: Ed25519 over the head, 128 hexadecimal digits.
        key_id: Which key signed.
        records: RFC 8785 bytes, in the order of their `n`.
    """

    head: bytes
    signature: str
    key_id: str
    records: tuple[bytes, ...]


def birth() -> str:
    """Return a number for a new ledger."""
    return secrets.token_hex(16)


def head(market: str, currency: str, day: str, run: int, records: Sequence[bytes], previous: str) -> dict[str, Any]:
    """Return the head of a day.

    Args:
        market: Name of the market.
        currency: Of the amounts.
        day: Date.
        run: 0, or which correction of this day.
        records: RFC 8785 bytes.
        previous: Hash of the head before it in the ledger; of the first one the ledger's own number.
    """
    return {
        "v": 1, "kind": "day", "market": market, "currency": currency, "day": day, "run": run,
        "size": len(records), "root": tree.root(records).hex(), "previous": previous,
    }  # fmt: skip


def digest(head_bytes: bytes) -> str:
    """Return the hash of a head, which the next head, an anchor and a correction name it by."""
    return sha256(head_bytes).hexdigest()
