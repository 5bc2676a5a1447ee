"""A ledger's file that a viewer opens: what it holds, who signed it, what this machine kept of it, and what a check finds."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from jiran.errors import JiranError
from jiran.ledger import anchors, keys
from jiran.ledger.checking import check_anchors, check_ledger
from jiran.ledger.content import head_of
from jiran.ledger.faults import Tampered
from jiran.ledger.files import opened as opened_file
from jiran.ledger.heads import SignedDay, digest
from jiran.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Opened:
    """What was found.

    Attributes:
        days: Of the ledger, without their records; none if they cannot be read.
        fault: Whether something is wrong.
        said: What was found, in one sentence.
        trusted: Which public key was trusted.
        anchored: What was kept elsewhere.
    """

    days: list[SignedDay]
    fault: bool
    said: str
    trusted: str
    anchored: str


def opened(content: bytes, key: str) -> Opened:
    """Read and check a ledger, in a place of its own that is gone afterwards.

    Args:
        content: Of the file.
        key: Public key that is trusted; "" for this machine's own.

    Raises:
        JiranError: It is no ledger, or there is no key to trust.
    """
    public, trusted = _trusted(key)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger"
        file.write_bytes(content)
        try:
            return _checked(file, public, trusted)
        except JiranError as error:
            raise JiranError(str(error).replace(str(file), "the file")) from None


def _trusted(key: str) -> tuple[str, str]:
    if key.strip():
        public = keys.pasted_key(key)
        return public, f"the key {keys.key_id(public)}, as given"
    private = keys.operator_key(_folder())
    if private is None:
        raise JiranError(
            "this machine has no key of its own: paste the public key that the ledger's operator published"
        )
    public = keys.public_of(private)
    return public, f"this machine's own key, {keys.key_id(public)}"


def _folder() -> Path:
    return Path(typer.get_app_dir("jiran"))


def _checked(file: Path, public: str, trusted: str) -> Opened:
    days: list[SignedDay] = []
    try:
        with opened_file(file) as found:
            if isinstance(found, dict):
                raise JiranError("the file is a receipt: check it above")
            listed = found if isinstance(found, list) else found.heads()
            days = [day._replace(records=()) for day in listed]
            checked = check_ledger(found if isinstance(found, list) else found.days(), public)
            kept = anchors.known(_folder(), checked.birth, file)
            check_anchors(checked, kept)
    except Tampered as fault:
        return Opened(
            _readable(days),
            fault=True,
            said=f"Not sound: {fault} (found by: {fault.by}).",
            trusted=trusted,
            anchored="",
        )
    said = f"Sound: {counted(len(checked.heads), 'day')}, {counted(checked.records, 'record')}, as they were signed."
    last = f"This machine had kept the head of day {kept[0].days}, and the ledger holds it." if kept else ""
    none = "No head of it was kept on this machine: whether its end is missing cannot be seen here."
    return Opened(days, fault=False, said=said, trusted=trusted, anchored=last or none)


def _readable(days: Sequence[SignedDay]) -> list[SignedDay]:
    """Return the days if each head can be read."""
    try:
        rows(days)
    except Tampered:
        return []
    return list(days)


def rows(days: Sequence[SignedDay]) -> list[tuple[str, str, int, int, str, str, str, str]]:
    """Return of each day: date, market, run, records, root, previous hash, hash of the head, key.

    Raises:
        Tampered: A head cannot be read.
    """
    heads = [(head_of(day.head), day) for day in days]
    return [
        (
            head["day"], head["market"], head["run"], head["size"], head["root"], head["previous"], digest(day.head),
            day.key_id,
        )
        for head, day in heads
    ]  # fmt: skip
