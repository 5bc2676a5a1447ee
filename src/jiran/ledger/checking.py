"""Check a whole ledger: nothing in it is believed but what a key from outside has signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from jiran.ledger import anchors, tree
from jiran.ledger.anchors import Anchor
from jiran.ledger.content import check_day, head_of, record_of
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import BIRTH, SignedDay, digest
from jiran.ledger.keys import is_signed, key_id


@dataclass(frozen=True)
class Checked:
    """What a sound ledger holds.

    Attributes:
        birth: Its own number.
        heads: In order.
        hashes: Of the heads.
        records: How many there are.
    """

    birth: str
    heads: tuple[dict[str, Any], ...]
    hashes: tuple[str, ...]
    records: int


def check_signature(head: bytes, signature: str, key: str, trusted: str, what: str) -> None:
    """Hold a signature against the key that is trusted.

    Raises:
        Tampered: It is another key's, or of other bytes.
    """
    if key != key_id(trusted):
        raise Tampered("signature", f"{what} is signed by the key {key!r}, and the trusted one is {key_id(trusted)}")
    if not is_signed(trusted, head, signature):
        raise Tampered("signature", f"{what} is not as it was signed: the signature does not fit")


class Followed(NamedTuple):
    """A day whose head is signed and follows the one before it.

    Attributes:
        day: The day.
        head: Its head.
        sha256: Hash of its head.
        replaces: Hash of the head of the run before it; None if it is the first run of its day.
    """

    day: SignedDay
    head: dict[str, Any]
    sha256: str
    replaces: str | None


def followed(days: Iterable[SignedDay], trusted: str) -> Iterator[Followed]:
    """Yield each day after its signature and its place in the chain were checked; its records are not looked at.

    Raises:
        Tampered: A head was changed, removed, added or moved.
    """
    before = ""
    latest: dict[tuple[str, str], Followed] = {}
    for day in days:
        head = head_of(day.head)
        what = f"{head['day']} of {head['market']}, run {head['run']},"
        check_signature(day.head, day.signature, day.key_id, trusted, what)
        if before and head["previous"] != before:
            raise Tampered(
                "chain", f"{what} does not follow the day before it in the ledger: a day was removed, added or moved"
            )
        if not before and not BIRTH.fullmatch(head["previous"]):
            raise Tampered("chain", f"{what} is not the first day of this ledger: its beginning is missing")
        last = latest.get((head["market"], head["day"]))
        if head["run"] != (last.head["run"] + 1 if last else 0):
            raise Tampered("chain", f"{what} does not follow the run before it")
        before = digest(day.head)
        found = Followed(day, head, before, last.sha256 if last else None)
        yield found
        latest[head["market"], head["day"]] = found._replace(day=day._replace(records=()))


def check_heads(days: Iterable[SignedDay], trusted: str) -> Checked:
    """Check signatures and chain of a ledger; that its end is there `check_anchors` says.

    Args:
        days: All days in order; their records are not looked at.
        trusted: Public key.

    Raises:
        Tampered: Something was changed, removed, added or moved.
    """
    return _checked(followed(days, trusted))


def check_ledger(days: Iterable[SignedDay], trusted: str) -> Checked:
    """Check all of a ledger, every record too.

    Args:
        days: All days in order, with their records.
        trusted: Public key.

    Raises:
        Tampered: Something was changed, removed, added, moved or given another date.
    """
    return _checked(_with_records(followed(days, trusted)))


def _with_records(days: Iterable[Followed]) -> Iterator[Followed]:
    for one in days:
        check_records(one.day, one.head, one.replaces)
        yield one


def _checked(days: Iterable[Followed]) -> Checked:
    found = [(one.head, one.sha256) for one in days]
    if not found:
        raise Tampered("anchor", "the ledger holds no day: all was removed")
    heads, hashes = zip(*found, strict=True)
    return Checked(heads[0]["previous"], heads, hashes, sum(head["size"] for head in heads))


def check_anchors(ledger: Checked, stored: Iterable[Anchor]) -> None:
    """Hold a ledger against what was kept elsewhere.

    Raises:
        Tampered: Its end is missing, or it was written anew.
    """
    for anchor in stored:
        anchors.check(anchor, ledger.birth, ledger.hashes)


def check_records(day: SignedDay, head: dict[str, Any], replaces: str | None) -> None:
    """Hold the records of a day against its head.

    Args:
        day: The day.
        head: Its head, whose signature was checked.
        replaces: Hash of the head of the run before it, if there is one.

    Raises:
        Tampered: They are not those that were signed, or say something that cannot be.
    """
    what = f"{head['day']} of {head['market']}, run {head['run']}"
    if len(day.records) != head["size"]:
        raise Tampered("records", f"{what} has {len(day.records)} records, and {head['size']} were signed")
    if tree.root(day.records).hex() != head["root"]:
        raise Tampered(
            "records", f"the records of {what} are not those that were signed: one was changed, removed, added or moved"
        )
    check_day(head, [record_of(record, head, n, replaces) for n, record in enumerate(day.records)])
