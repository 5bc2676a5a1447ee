"""What the records of a day must say for themselves, whoever signed them: form, day, closing lines, corrections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jiran.ledger import heads
from jiran.ledger.canonical import decoded, encoded
from jiran.ledger.faults import Tampered
from jiran.ledger.records import FIELDS, Record, added, totals

_ORDER = list(FIELDS)


def head_of(content: bytes) -> dict[str, Any]:
    """Return a head from its bytes.

    Raises:
        Tampered: They are no head, or not in the one form.
    """
    head = object_of(content, "a head")
    if not _has_form(head, heads.FIELDS) or head["v"] != 1 or head["kind"] != "day" or head["run"] < 0:
        raise Tampered("form", "a head has not the form of a head")
    return head


def record_of(content: bytes, head: dict[str, Any], place: int, replaces: str | None = None) -> Record:
    """Return a record from its bytes, if it says of itself what its head says of it.

    Args:
        content: RFC 8785 bytes.
        head: Of its day.
        place: Where it stands in its day.
        replaces: Hash of the head that a correction must name; None if the ledger is not at hand.

    Raises:
        Tampered: It is of another day, market or run, stands elsewhere, corrects something else, or no such trade can be.
    """
    where = f"record {place} of {head['day']}"
    record = object_of(content, where)
    kind = record.get("kind")
    fields = FIELDS.get(kind, {}) if isinstance(kind, str) else {}
    if fields and head["run"]:
        fields = fields | {"replaces": str}
    if not fields or not _has_form(record, fields) or record["v"] != 1:
        raise Tampered("form", f"{where} has not the form of a record")
    if (record["market"], record["run"], day_of(record)) != (head["market"], head["run"], head["day"]):
        raise Tampered(
            "content", f"{where} says that it is of {day_of(record)}, {record['market']}, run {record['run']}"
        )
    if record["kind"] == "trade" and (record["kwh_millionths"] < 0 or record["seller"] == record["buyer"]):
        raise Tampered("content", f"{where} is a trade of less than nothing, or of a home with itself")
    if record["n"] != place:
        raise Tampered("content", f"{where} says that it is record {record['n']}")
    if head["run"] and (not heads.HASH.fullmatch(record["replaces"]) or replaces not in (None, record["replaces"])):
        raise Tampered("content", f"{where} replaces something else than the run before it")
    return record


def day_of(record: Record) -> str:
    """Return the date of a record: that of its step by the clock on the wall, or its own."""
    day: str = record["step"][:10] if record["kind"] == "trade" else record["day"]
    return day


def check_day(head: dict[str, Any], records: Sequence[Record]) -> None:
    """Hold the closing lines of a day against its trades.

    Raises:
        Tampered: Records are not in order, a home's total is not the sum of its trades, or the day does not end at zero.
    """
    day = head["day"]
    kinds = [record["kind"] for record in records]
    places = [_ORDER.index(kind) for kind in kinds]
    if places != sorted(places) or kinds.count("charges") > 1 or kinds.count("rounding") != 1:
        raise Tampered("content", f"the records of {day} are not trades, totals and closing lines, in this order")
    trades, stated = ([one for one in records if one["kind"] == kind] for kind in ("trade", "total"))
    steps = [trade["step"] for trade in trades]
    if len({one["home"] for one in stated}) < len(stated) or not _are_totals(stated, trades):
        raise Tampered("content", f"the totals of {day} are not the sums of its trades")
    _check_closing(day, [record for record in records if record["kind"] != "total"], len(steps))


def _are_totals(stated: Sequence[Record], trades: Sequence[Record]) -> bool:
    try:
        expected = totals((one["home"] for one in stated), trades)
    except KeyError:  # a home that trades has no total
        return False
    return all(total.items() <= one.items() for total, one in zip(expected, stated, strict=True))


def _check_closing(day: str, records: Sequence[Record], trades: int) -> None:
    """Hold the closing lines against the trades: the sum is zero, and rounding is no more than rounding can be."""
    gap = added(records, "paid_millionths") - added(records, "received_millionths")
    if gap:
        raise Tampered("content", f"{day} does not end at zero: {gap} millionths are paid to nobody")
    rounding = records[-1]
    most = (trades + 1) // 2 + 1  # half a millionth a trade and one half for the sum, and the residue of floats
    if any(abs(rounding[field]) > most for field in ("kwh_millionths", "paid_millionths", "received_millionths")):
        raise Tampered("content", f"the rounding of {day} is more than rounding {trades} trades can leave")


def object_of(content: bytes, what: str) -> dict[str, Any]:
    """Return an object from bytes in the one form.

    Raises:
        Tampered: They are something else.
    """
    try:
        found = decoded(content)
        if isinstance(found, dict) and encoded(found) == content:
            return found
    except ValueError:
        pass
    raise Tampered("form", f"{what} is not JSON in the one form of RFC 8785")


def _has_form(content: dict[str, Any], fields: dict[str, type]) -> bool:
    """Tell whether an object has these fields and no other; true and false are no numbers."""
    return content.keys() == fields.keys() and all(type(content[name]) is kind for name, kind in fields.items())
