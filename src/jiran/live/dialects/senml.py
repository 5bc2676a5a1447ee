"""SenML (RFC 8428) with units of RFC 8798: jiran's own way, and that of many gateways."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from jiran.live.dialects.dialect import Dialect, heard
from jiran.live.message import Counters, Heard, Hearing, Message
from jiran.live.values import decoded, epoch_ms, value, written

_MOST = 100
#: Below this a time is relative to now (RFC 8428, section 4.5.3).
_RELATIVE = 2**28
#: RFC 8428, and with units of RFC 8798 (RFC 9100).
_VERSIONS = (10, 26)
#: How a name ends.
_NAMED = re.compile(r"(?:^|[-:./_])(import|export)$")
#: Digits before the point of the largest number that is added.
_LARGEST = 20


def _parse(levels: dict[str, str], payload: bytes, hearing: Hearing) -> list[Heard]:
    content = decoded(payload)
    if not isinstance(content, list) or len(content) > _MOST or not all(_is_understood(one) for one in content):
        return []
    found, base = [], {"bt": 0, "bn": "", "bu": "", "bv": 0}
    for record in content:
        base |= {name: record[name] for name in base if name in record}
        found += _record(levels["device"], record, base, hearing)
    return found


def _is_understood(record: Any) -> bool:
    """Tell whether a record is of a version, and without anything that must be understood and is not (RFC 8428, section 4.4)."""
    if not isinstance(record, dict) or any(name.endswith("_") for name in record):
        return False
    version = record.get("bver", _VERSIONS[0])
    return (
        isinstance(version, int) and not isinstance(version, bool) and (version < _VERSIONS[0] or version in _VERSIONS)
    )


def _record(device: str, record: dict[str, Any], base: dict[str, Any], hearing: Hearing) -> list[Heard]:
    name, unit = record.get("n", ""), record.get("u", base["bu"])
    if not isinstance(name, str) or not isinstance(base["bn"], str) or not isinstance(unit, str):
        return []
    named = _NAMED.search(base["bn"] + name)
    if named is None:
        return []
    shown = value(_sum(base["bv"], record.get("v")), unit)
    return heard(device, _time(base["bt"], record.get("t", 0), hearing.arrived_ms), **{named[1]: shown})


def _sum(base: Any, own: Any) -> Decimal | None:
    """Return a value with what all are counted from; None where one is no number, or far from what a counter shows."""
    parts = [part for part in (base, own) if isinstance(part, int | Decimal) and not isinstance(part, bool)]
    exact = [Decimal(part) for part in parts if not part or Decimal(part).adjusted() <= _LARGEST]
    return sum(exact, Decimal(0)) if len(exact) == 2 else None


def _time(base: Any, own: Any, arrived_ms: int) -> int | None:
    for part in (base, own):
        if isinstance(part, bool) or not isinstance(part, int | Decimal) or (part and Decimal(part).adjusted() > 11):
            return None
    seconds = Decimal(base) + Decimal(own)
    if seconds >= _RELATIVE:
        return epoch_ms(seconds)
    return arrived_ms + int(seconds * 1_000) if -86_400 <= seconds <= 0 else None


def _produce(shown: Counters) -> list[Message]:
    taken, given = written(shown.import_value, "kWh", 6), written(shown.export_value, "kWh", 6)
    time = f"{shown.at_ms // 1_000}.{shown.at_ms % 1_000:03d}"
    text = f'[{{"bn":"{_name(shown.device)}:","bt":{time},"bu":"kWh","n":"import","v":{taken}}},{{"n":"export","v":{given}}}]'
    return [Message(f"jiran/senml/{shown.device}", text.encode())]


def _name(device: str) -> str:
    return "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in device)


DIALECT = Dialect(
    name="senml",
    source="SenML, RFC 8428",
    topics=("jiran/senml/{device}",),
    resolution=1,
    registers=("import", "export"),
    dated=True,
    parse=_parse,
    produce=_produce,
    remark="names end in import or export; units J, Wh, kWh or MWh",
)
