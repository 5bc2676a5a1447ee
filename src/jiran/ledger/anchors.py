"""The last head of each ledger, kept away from it: the user's own folder knows how far a ledger had come.

Chain and signatures cannot tell that the end of a ledger is missing, nor that its operator wrote all of it anew; a hash of
the last head that is kept elsewhere can. This folder is one such place; better ones are in other hands.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from jiran.errors import JiranError, shortened
from jiran.ledger.canonical import decoded, encoded
from jiran.ledger.content import head_of
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import BIRTH, HASH, digest
from jiran.saving import save_file

_FOLDER = "ledgers"


class Anchor(NamedTuple):
    """How far a ledger had come.

    Attributes:
        birth: The ledger's own number; "" if it is not known.
        file: Where it stood.
        days: How many heads it had; 0 if it is not known.
        sha256: Hash of the last of them.
        source: Who says so, for a sentence.
    """

    birth: str
    file: str
    days: int
    sha256: str
    source: str


def keep(folder: Path, birth: str, file: Path, hashes: Sequence[str]) -> None:
    """Keep the last head of a ledger; another ledger that stood in this file before gives its place up.

    Args:
        folder: Of this user.
        birth: The ledger's own number.
        file: Where it stands.
        hashes: Of all its heads.

    Raises:
        JiranError: It cannot be written.
    """
    place = folder / _FOLDER
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise JiranError(f"{place}: cannot be written: {error.strerror}") from None
    path = str(file.resolve())
    for other in _kept(folder):
        if other.file == path and other.birth != birth:
            _write(place, other._replace(file=""))
    _write(place, Anchor(birth, path, len(hashes), hashes[-1], ""))


def _write(place: Path, anchor: Anchor) -> None:
    content = anchor._asdict()
    del content["source"]
    save_file(place / f"{anchor.birth}.json", json.dumps(content, indent=2).encode() + b"\n")


def _kept(folder: Path) -> list[Anchor]:
    """Return what this user's folder knows of all ledgers; a damaged file is an error, for it may hide something."""
    found = []
    for file in sorted((folder / _FOLDER).glob("*.json")):
        try:
            content = decoded(file.read_bytes())
            anchor = Anchor(**content, source=f"this machine ({file})")
            sound = bool(BIRTH.fullmatch(anchor.birth) and HASH.fullmatch(anchor.sha256)) and anchor.days > 0
        except (OSError, TypeError, ValueError):
            sound = False
        if not sound:
            raise JiranError(f"{file}: this stored head of a ledger is damaged; restore it, or move it away")
        found.append(anchor)
    return found


def known(folder: Path, birth: str, file: Path) -> list[Anchor]:
    """Return what this user's folder knows of a ledger, and of the file that it stands in."""
    path = str(file.resolve())
    return [anchor for anchor in _kept(folder) if birth == anchor.birth or path == anchor.file]


def given(text: str) -> Anchor:
    """Return the anchor that a user gives: a hash, or a file that holds a head, such as an old receipt.

    Raises:
        JiranError: It is neither.
    """
    if HASH.fullmatch(text.strip()):
        return Anchor("", "", 0, text.strip(), "--anchor")
    try:
        content = decoded(Path(text).read_bytes())
        head = encoded(content["head"])
        head_of(head)
    except (OSError, ValueError, KeyError, TypeError, Tampered):
        raise JiranError(
            f"--anchor {shortened(text)!r}: an anchor is the hash of a head (64 hexadecimal digits), or a file with a head: "
            "an earlier receipt, or what `jiran ledger head --json` printed"
        ) from None
    return Anchor("", "", 0, digest(head), f"--anchor {Path(text).name}")


def check(anchor: Anchor, birth: str, hashes: Sequence[str]) -> None:
    """Hold a ledger against what was kept elsewhere.

    Args:
        anchor: What was kept.
        birth: The ledger's own number.
        hashes: Of its heads, in order.

    Raises:
        Tampered: The ledger does not hold the head that the anchor names.
    """
    if anchor.birth not in ("", birth):
        raise Tampered("anchor", f"this is another ledger than the one that stood in this file, says {anchor.source}")
    if anchor.days > len(hashes):
        gone = anchor.days - len(hashes)
        raise Tampered(
            "anchor", f"the end is missing: {gone} of {anchor.days} days that were there, says {anchor.source}"
        )
    where = hashes[anchor.days - 1 : anchor.days] if anchor.days else hashes
    if anchor.sha256 not in where:
        raise Tampered(
            "anchor",
            f"the head {anchor.sha256[:16]}... is not in the ledger, which was cut or written anew, says {anchor.source}",
        )
