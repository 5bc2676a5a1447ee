"""What meters and street send each other, and what is heard in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: Longer topics and payloads are not read at all.
LONGEST_TOPIC, LONGEST_PAYLOAD = 256, 16_384


class Message(NamedTuple):
    """One message of a broker.

    Attributes:
        topic: Where it is published.
        payload: Its bytes.
        retain: Whether the broker keeps it for who comes later.
    """

    topic: str
    payload: bytes
    retain: bool = False


class Heard(NamedTuple):
    """One register of one meter at one instant.

    Attributes:
        device: What the meter calls itself.
        register: `import`, `export`, or a part of one such as `import_1`; parts are added.
        at_ms: When it was read, milliseconds since 1970-01-01 UTC.
        value: What the counter showed, millionths of a kWh.
    """

    device: str
    register: str
    at_ms: int
    value: int


@dataclass
class Hearing:
    """What a parser knows beside topic and payload.

    Attributes:
        arrived_ms: When the message came, milliseconds since 1970-01-01 UTC.
        zone: IANA zone of times without an offset.
        devices: Names of the meters that are expected; others are not listened to.
        sensors: Device and register of sensors whose names do not tell them.
        memory: What a dialect keeps between messages; holds entries of expected meters alone.
    """

    arrived_ms: int
    zone: str
    devices: frozenset[str]
    sensors: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    memory: dict[Any, Any] = field(default_factory=dict)


class Counters(NamedTuple):
    """What a meter shows at an instant, for producers.

    Attributes:
        device: What the meter calls itself.
        at_ms: By its own clock, milliseconds since 1970-01-01 UTC.
        import_value: Taken from the grid, millionths of a kWh.
        export_value: Given to the grid, millionths of a kWh.
        zone: IANA zone in which it writes times without an offset.
    """

    device: str
    at_ms: int
    import_value: int
    export_value: int
    zone: str
