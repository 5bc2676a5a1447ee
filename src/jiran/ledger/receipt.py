"""A receipt: what one home needs to prove its day, and nothing of its neighbours but their trades with it."""

from __future__ import annotations

from typing import Any

from jiran.errors import JiranError, shortened
from jiran.ledger import tree
from jiran.ledger.canonical import encoded
from jiran.ledger.checking import check_signature
from jiran.ledger.content import head_of, record_of
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import HASH, SignedDay
from jiran.ledger.records import Record, totals
from jiran.ledger.store import Ledger

Receipt = dict[str, Any]

#: The fields of a receipt, and of one of its records.
FIELDS = ("v", "home", "day", "records", "head", "signature", "key_id")
_PROOF = ("record", "index", "path")


def receipt(home: str, day: SignedDay) -> Receipt | None:
    """Return the receipt of a home for a day; None if the day does not know the home."""
    head = head_of(day.head)
    records = [record_of(record, head, n) for n, record in enumerate(day.records)]
    if not any(record["kind"] == "total" and record["home"] == home for record in records):
        return None
    hashes = tree.levels(day.records)
    own = [
        {"record": record, "index": n, "path": [hashed.hex() for hashed in tree.path(hashes, n)]}
        for n, record in enumerate(records)
        if home in _homes(record)
    ]
    return {
        "v": 1, "home": home, "day": head["day"], "records": own,
        "head": head, "signature": day.signature, "key_id": day.key_id,
    }  # fmt: skip


def receipt_of(ledger: Ledger, home: str, day: str | None, market: str | None = None) -> Receipt:
    """Return the receipt of a home from a ledger: of the last run of a day, by default of the last day that knows the home.

    Args:
        ledger: Holds the days of one market or several.
        home: Its name.
        day: Which day; None for the last.
        market: Of which market; None for any: of two on one day the one that came in last.

    Raises:
        JiranError: No such day knows the home.
    """
    days = ledger.heads()
    heads = [head_of(one.head) for one in days]
    markets = sorted({head["market"] for head in heads})
    if market is not None and market not in markets:
        raise JiranError(f"--market {shortened(market)!r}: the ledger holds {shortened(', '.join(markets))}")
    places = [number for number, head in enumerate(heads) if market in (None, head["market"])]
    dates = {number: heads[number]["day"] for number in places}
    for number in sorted(places, key=lambda number: (dates[number], number), reverse=True):
        if day in (None, dates[number]):
            found = receipt(home, days[number]._replace(records=ledger.records(number)))
            if found is not None:
                return found
    if day is not None and day not in dates.values():
        there = f"{min(dates.values())} to {max(dates.values())}" if dates else "no day"
        raise JiranError(f"--day {shortened(day)}: the ledger holds {there}, and no such day")
    raise JiranError(f"{shortened(home)!r}: the ledger knows no such home{f' on {day}' if day else ''}")


def receipt_text(content: Receipt) -> str:
    """Return a receipt as one line of text."""
    return encoded(content).decode()


def is_receipt(content: Any) -> bool:
    """Tell whether something that was read is meant as a receipt, whole or not."""
    return isinstance(content, dict) and len(content.keys() & set(FIELDS)) >= 3 and "days" not in content


def check_receipt(content: Receipt, trusted: str) -> None:
    """Check a receipt with nothing but itself and a public key.

    Its records are those of the signed day, each at its place; they are all that the day holds of this home, because the
    home's signed total counts and sums them.

    Args:
        content: What was read.
        trusted: Public key.

    Raises:
        Tampered: Anything in it is not as it was signed.
    """
    if content.keys() != set(FIELDS) or content["v"] != 1 or type(content["v"]) is not int:
        raise Tampered("form", f"the receipt does not hold exactly {', '.join(FIELDS)} in version 1")
    head, home = _checked_head(content, trusted), content["home"]
    if type(home) is not str or not isinstance(content["records"], list):
        raise Tampered("form", "the receipt names no home, or holds no list of records")
    found: list[Record] = []
    last = -1
    for proof in content["records"]:
        record = _proved(proof, head)
        if record["n"] <= last or home not in _homes(record):
            raise Tampered(
                "content", f"record {record['n']} is not of {shortened(home)!r}, or stands twice or not in order"
            )
        last = record["n"]
        found.append(record)
    *trades, total = found or [{}]
    if total.get("kind") != "total" or any(trade["kind"] != "trade" for trade in trades):
        raise Tampered(
            "content", f"the receipt does not end with the total of {shortened(home)!r}: a record is missing"
        )
    others = {home: None} | {one: None for trade in trades for one in _homes(trade)}
    if not totals(others, trades)[0].items() <= total.items():
        raise Tampered("content", "the trades do not come to the signed total: a record is missing")


def _checked_head(content: Receipt, trusted: str) -> dict[str, Any]:
    """Return the head of a receipt after its signature was checked."""
    if not isinstance(content["signature"], str) or not isinstance(content["key_id"], str):
        raise Tampered("form", "signature and key_id of a receipt are texts")
    try:
        exact = encoded(content["head"])
    except ValueError:
        raise Tampered("form", "the head of the receipt has not the form of a head") from None
    head = head_of(exact)
    check_signature(exact, content["signature"], content["key_id"], trusted, f"the receipt of {head['day']}")
    if content["day"] != head["day"]:
        raise Tampered("content", f"the receipt is of {head['day']}, and says {shortened(str(content['day']))!r}")
    return head


def _proved(proof: Any, head: dict[str, Any]) -> Record:
    """Return a record after its path was followed up to the signed root."""
    sound = isinstance(proof, dict) and proof.keys() == set(_PROOF) and type(proof["index"]) is int
    if not sound or not isinstance(proof["path"], list):
        raise Tampered("form", f"a record of the receipt does not hold exactly {', '.join(_PROOF)}")
    if not all(isinstance(hashed, str) and HASH.fullmatch(hashed) for hashed in proof["path"]):
        raise Tampered("form", "a path of the receipt holds something else than hashes of 64 hexadecimal digits")
    try:
        exact = encoded(proof["record"])
    except ValueError:
        raise Tampered("form", "a record of the receipt has not the form of a record") from None
    root = tree.climbed(exact, proof["index"], head["size"], [bytes.fromhex(hashed) for hashed in proof["path"]])
    if root is None or root.hex() != head["root"]:
        raise Tampered("records", f"record {proof['index']} of the receipt is not among those that were signed")
    return record_of(exact, head, proof["index"])


def _homes(record: Record) -> tuple[str, ...]:
    """Return whose record it is."""
    if record["kind"] == "trade":
        return record["seller"], record["buyer"]
    return (record["home"],) if record["kind"] == "total" else ()
