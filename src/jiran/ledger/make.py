"""Bring days into a ledger: what is there already stays, what differs becomes a correction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jiran.errors import JiranError
from jiran.ledger import anchors, heads, keys
from jiran.ledger.canonical import encoded
from jiran.ledger.checking import check_anchors, check_heads, check_records
from jiran.ledger.heads import SignedDay
from jiran.ledger.records import Day, day_records
from jiran.ledger.store import Ledger, writing


class Made(NamedTuple):
    """What became of a day.

    Attributes:
        day: Date.
        run: Which run it is in the ledger: 0, or a correction.
        size: How many records it has.
        root: Over its records.
        sha256: Hash of its head.
        is_new: Whether it was added now; else it was there already.
    """

    day: str
    run: int
    size: int
    root: str
    sha256: str
    is_new: bool


def make(days: Iterable[Day], file: Path, private: Ed25519PrivateKey, folder: Path) -> list[Made]:
    """Add days to a ledger, all or none, and keep its last head in the user's folder.

    A day that the ledger holds with the same records is left as it is, so the same run can be made again. With other
    records it is stated anew as the next run, and each record names the head that it replaces.

    Args:
        days: Of one run.
        file: The ledger; a new one is begun if there is none.
        private: Signs the heads.
        folder: Where this user keeps key and last heads.

    Raises:
        JiranError: It cannot be written.
        Tampered: What is there already is not sound: nothing is added to it.
    """
    if file.resolve().parent == folder.resolve():
        raise JiranError(f"{file}: the ledger must not stand beside its private key; choose another folder")
    with writing(file) as ledger:
        before = _checked(ledger, file, private, folder)
        made = [_added(ledger, before, day, private) for day in days]
    anchors.keep(folder, before.birth, file, before.hashes)
    return made


def in_memory(days: Iterable[Day], private: Ed25519PrivateKey) -> list[SignedDay]:
    """Return days as a ledger that stands in no file: first runs, chained and signed.

    Args:
        days: Of one run, each once.
        private: Signs the heads.
    """
    made: list[SignedDay] = []
    before = heads.birth()
    for day in days:
        records = _exact(day, 0, "")
        made.append(_signed(heads.head(*_of(day), 0, records, before), records, private))
        before = heads.digest(made[-1].head)
    return made


@dataclass
class _Known:
    """What a ledger holds so far; grows as days are added."""

    birth: str
    heads: list[dict[str, Any]]
    hashes: list[str]
    days: list[SignedDay]

    def latest(self, market: str, day: str) -> int | None:
        """Return the number of the last run of a day."""
        fitting = (n for n in reversed(range(len(self.heads))) if self.heads[n]["market"] == market)
        return next((n for n in fitting if self.heads[n]["day"] == day), None)

    def replaced(self, number: int) -> str:
        """Return the hash of the head that a day replaces; "" if it is a first run."""
        of = self.heads[number] | {"run": self.heads[number]["run"] - 1}
        names = "market", "day", "run"
        before = (n for n in range(number) if all(self.heads[n][name] == of[name] for name in names))
        return next((self.hashes[n] for n in before), "")


def _checked(ledger: Ledger, file: Path, private: Ed25519PrivateKey, folder: Path) -> _Known:
    """Return what a ledger holds: nothing is added to one that was cut, or that another key signs."""
    if ledger.is_new:
        return _Known(heads.birth(), [], [], [])
    days = ledger.heads()
    found = check_heads(days, keys.public_of(private))
    check_anchors(found, anchors.known(folder, found.birth, file))
    return _Known(found.birth, list(found.heads), list(found.hashes), days)


def _added(ledger: Ledger, known: _Known, day: Day, private: Ed25519PrivateKey) -> Made:
    """Add a day to a ledger, unless its last run is the same."""
    run, replaces = 0, ""
    number = known.latest(day.market, day.day)
    if number is not None:
        last = known.heads[number]
        run, replaces = last["run"] + 1, known.hashes[number]
        named = known.replaced(number)
        there = known.days[number]._replace(records=ledger.records(number))
        check_records(there, last, named or None)  # what it replaces or repeats must be what was signed
        same = heads.head(*_of(day), last["run"], _exact(day, last["run"], named), last["previous"])
        if same == last:
            return Made(day.day, last["run"], last["size"], last["root"], known.hashes[number], is_new=False)
    records = _exact(day, run, replaces)
    head = heads.head(*_of(day), run, records, known.hashes[-1] if known.hashes else known.birth)
    signed = _signed(head, records, private)
    ledger.append(len(known.heads), signed)
    known.days.append(signed._replace(records=()))
    known.heads.append(head)
    known.hashes.append(heads.digest(signed.head))
    return Made(day.day, run, head["size"], head["root"], known.hashes[-1], is_new=True)


def _signed(head: dict[str, Any], records: tuple[bytes, ...], private: Ed25519PrivateKey) -> SignedDay:
    exact = encoded(head)
    return SignedDay(exact, keys.signed(private, exact), keys.key_id(keys.public_of(private)), records)


def _of(day: Day) -> tuple[str, str, str]:
    return day.market, day.currency, day.day


def _exact(day: Day, run: int, replaces: str) -> tuple[bytes, ...]:
    """Return the bytes of a day's records."""
    return tuple(encoded(record) for record in day_records(day, run, replaces))
