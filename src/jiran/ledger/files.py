"""What a file is that somebody wants checked: a ledger, a ledger that was exported, or a receipt."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jiran.errors import JiranError
from jiran.ledger.canonical import decoded, encoded
from jiran.ledger.content import object_of
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import SignedDay
from jiran.ledger.receipt import Receipt, is_receipt
from jiran.ledger.store import Ledger, reading

_SQLITE = b"SQLite format 3\x00"
_DAY = {"head", "signature", "key_id", "records"}


@contextmanager
def opened(file: Path) -> Iterator[Ledger | list[SignedDay] | Receipt]:
    """Open what is to be checked: a ledger, the days of an exported one, or a receipt.

    Raises:
        JiranError: It is none of these.
        Tampered: It is one, and damaged.
    """
    try:
        with file.open("rb") as read:
            start = read.read(len(_SQLITE))
            content = b"" if start == _SQLITE else start + read.read()
    except OSError as error:
        raise JiranError(f"{file}: cannot be read: {error.strerror}") from None
    if not content:
        with reading(file) as ledger:
            yield ledger
        return
    try:
        found = decoded(content)
    except UnicodeDecodeError:
        raise JiranError(f"{file}: is no ledger and no receipt of jiran in UTF-8; let jiran write it with -o") from None
    except ValueError:
        if content.startswith(BOM_UTF8):
            raise JiranError(
                f"{file}: begins with a byte order mark, which no receipt and no ledger of jiran has; let jiran write it with -o"
            ) from None
        if content.lstrip()[:9].lower() == b"<!doctype":
            raise JiranError(
                f"{file}: is a page; one that `receipt` wrote checks itself in a browser, and verify reads its .json"
            ) from None
        raise JiranError(f"{file}: is no ledger and no receipt of jiran") from None
    if is_receipt(found):
        yield found
    elif isinstance(found, dict) and "days" in found:
        yield exported_days(found)
    else:
        raise JiranError(f"{file}: is no ledger and no receipt of jiran")


def exported_text(days: Iterator[SignedDay]) -> Iterator[str]:
    """Yield a whole ledger as one JSON document, a day at a time.

    Raises:
        Tampered: It holds a head or record that is no JSON.
    """
    yield '{"days":['
    for number, day in enumerate(days):
        for content in (day.head, *day.records):
            object_of(content, "what is to be exported")
        records = ",".join(record.decode() for record in day.records)
        signed = f'"key_id":{encoded(day.key_id).decode()},"records":[{records}],"signature":{encoded(day.signature).decode()}'
        yield f'{"," if number else ""}{{"head":{day.head.decode()},{signed}}}'
    yield '],"v":1}'


def exported_days(content: dict[str, Any]) -> list[SignedDay]:
    """Return the days of an exported ledger.

    Raises:
        Tampered: It has not the form of one.
    """
    days = content["days"]
    if (
        content.keys() != {"v", "days"}
        or type(content["v"]) is not int
        or content["v"] != 1
        or not isinstance(days, list)
    ):
        raise Tampered("form", "the exported ledger does not hold exactly v and days, in version 1")
    return [_exported_day(day) for day in days]


def _exported_day(day: Any) -> SignedDay:
    sound = isinstance(day, dict) and day.keys() == _DAY and isinstance(day["records"], list)
    if not sound or not isinstance(day["signature"], str) or not isinstance(day["key_id"], str):
        raise Tampered("form", f"a day of the exported ledger does not hold exactly {', '.join(sorted(_DAY))}")
    try:
        records = tuple(encoded(record) for record in day["records"])
        return SignedDay(encoded(day["head"]), day["signature"], day["key_id"], records)
    except ValueError:
        raise Tampered("form", "a day of the exported ledger holds what is no text") from None
