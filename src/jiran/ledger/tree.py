"""A hash over many records, and the short proof that one of them is among them: the tree of RFC 9162, section 2.1.

Levels are made upwards in pairs, and what has no partner goes up as it is: the same tree as the RFC's, which splits from
above at the largest power of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

#: All hashes of a tree: its leaves, then level by level up to the root, which stands alone in the last.
Levels = list[list[bytes]]


def leaf(record: bytes) -> bytes:
    """Return the hash of a record; the byte in front keeps it apart from the hash of two others."""
    return sha256(b"\x00" + record).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two hashes."""
    return sha256(b"\x01" + left + right).digest()


def levels(records: Sequence[bytes]) -> Levels:
    """Return all hashes over one record or more."""
    made = [[leaf(record) for record in records]]
    while len(made[-1]) > 1:
        below = made[-1]
        pairs = [node(below[index], below[index + 1]) for index in range(0, len(below) - 1, 2)]
        made.append(pairs + below[len(pairs) * 2 :])
    return made


def root(records: Sequence[bytes]) -> bytes:
    """Return the hash over records; that of none is the hash of nothing."""
    return levels(records)[-1][0] if records else sha256().digest()


def path(tree: Levels, index: int) -> list[bytes]:
    """Return the hashes beside the way from a record up to the root."""
    found = []
    for level in tree[:-1]:
        if index ^ 1 < len(level):
            found.append(level[index ^ 1])
        index >>= 1
    return found


def climbed(record: bytes, index: int, size: int, beside: Sequence[bytes]) -> bytes | None:
    """Return the root that a path leads to, or None if no tree of this size has such a path (RFC 9162, 2.1.3.2).

    Args:
        record: What is proved.
        index: Its place among the records, from 0.
        size: How many records there are.
        beside: The path, from the leaf up.
    """
    if not 0 <= index < size:
        return None
    here, last, found = index, size - 1, leaf(record)
    for hashed in beside:
        if last == 0:
            return None
        if here & 1 or here == last:
            found = node(hashed, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node(found, hashed)
        here, last = here >> 1, last >> 1
    return found if last == 0 else None
