"""DSMR-reader, a Dutch P1 port on MQTT: a value a topic, two tariffs, delivered = to the home."""

from __future__ import annotations

from typing import Any

from jiran.live.dialects.dialect import Dialect, heard
from jiran.live.message import Counters, Heard, Hearing, Message
from jiran.live.values import decoded, iso_ms, text_of, utc_text, value, within, written

_REGISTERS = {
    "electricity_delivered_1": "import_1",
    "electricity_delivered_2": "import_2",
    "electricity_returned_1": "export_1",
    "electricity_returned_2": "export_2",
}


def _parse(levels: dict[str, str], payload: bytes, hearing: Hearing) -> list[Heard]:
    device = levels["device"]
    if device not in hearing.devices:
        return []
    if "field" not in levels:
        return _whole(device, decoded(payload), hearing)
    field = levels["field"]
    if field == "timestamp":
        # The values that follow are of this telegram; one that cannot be read makes them undated, and so nothing.
        hearing.memory[device] = iso_ms(text_of(payload), hearing.zone, hearing.arrived_ms)
        return []
    if field not in _REGISTERS:
        return []
    return heard(device, hearing.memory.get(device), **{_REGISTERS[field]: value(text_of(payload))})


def _whole(device: str, telegram: Any, hearing: Hearing) -> list[Heard]:
    """Return the counters of a telegram that comes in one message."""
    at_ms = iso_ms(within(telegram, "timestamp"), hearing.zone, hearing.arrived_ms)
    return heard(device, at_ms, **{name: value(within(telegram, field)) for field, name in _REGISTERS.items()})


def _produce(shown: Counters) -> list[Message]:
    start = f"{shown.device}/reading"
    # The second tariff keeps what is odd of the counter, so that both are needed.
    parts = {"delivered": shown.import_value, "returned": shown.export_value}
    values = [
        Message(f"{start}/electricity_{name}_{tariff}", written(part, "kWh", 3).encode())
        for name, whole in parts.items()
        for tariff, part in ((1, whole - _low(whole)), (2, _low(whole)))
    ]
    return [Message(f"{start}/timestamp", utc_text(shown.at_ms).encode()), *values]


def _low(whole: int) -> int:
    return whole // 3_000 * 1_000


DIALECT = Dialect(
    name="dsmr-reader",
    source="DSMR-reader (P1 port)",
    topics=("{device}/reading/{field}", "{device}/json"),
    resolution=1_000,
    registers=("import_1", "import_2", "export_1", "export_2"),
    dated=True,
    parse=_parse,
    produce=_produce,
    remark="change the topics' prefix from dsmr to a name of each home; publish timestamp before the values, or all as JSON in one message",
)
