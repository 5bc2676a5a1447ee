"""Shelly of the first generation, EM and 3EM: a number a topic, and no time."""

from __future__ import annotations

from jiran.live.dialects.dialect import Dialect, heard
from jiran.live.message import Counters, Heard, Hearing, Message
from jiran.live.values import text_of, value, written

_REGISTERS = {"total": "import", "total_returned": "export"}


def _parse(levels: dict[str, str], payload: bytes, hearing: Hearing) -> list[Heard]:
    if levels["phase"] not in ("0", "1", "2") or levels["quantity"] not in _REGISTERS:
        return []
    name = f"{_REGISTERS[levels['quantity']]}_{levels['phase']}"
    return heard(levels["device"], hearing.arrived_ms, **{name: value(text_of(payload), "Wh")})


def _produce(shown: Counters) -> list[Message]:
    start = f"shellies/{shown.device}/emeter/0"
    return [
        Message(f"{start}/total", written(shown.import_value, "Wh", 1).encode()),
        Message(f"{start}/total_returned", written(shown.export_value, "Wh", 1).encode()),
    ]


DIALECT = Dialect(
    name="shelly-gen1",
    source="Shelly EM, 3EM",
    topics=("shellies/{device}/emeter/{phase}/{quantity}",),
    resolution=100,
    registers=("import_0", "export_0"),
    more=("import_1", "import_2", "export_1", "export_2"),
    dated=False,
    parse=_parse,
    produce=_produce,
    remark="name all phases of a 3EM: registers = import_0 to import_2 and export_0 to export_2",
)
