"""What is heard of the expected meters, whatever comes in: never an exception, never a reading that was not said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from jiran.live.dialects import DIALECTS, home_assistant
from jiran.live.message import LONGEST_PAYLOAD, LONGEST_TOPIC, Heard, Hearing
from jiran.live.meters import Meter

_HOUR_MS = 3_600_000


class Ear:
    """Listens to messages for a street.

    Attributes:
        counts: How many messages and readings were not taken, by reason.
        announced: Descriptions of sensors that are listened to, by topic: a service that starts again needs them first.
    """

    def __init__(self, meters: Mapping[str, Meter], zone: str, most_an_hour: int) -> None:
        """Keep who is expected.

        Args:
            meters: All, by their keys.
            zone: IANA zone of times without an offset.
            most_an_hour: Readings that one meter may send in an hour.
        """
        self.counts: Counter[str] = Counter()
        self.announced: dict[str, bytes] = {}
        self._zone, self._most_an_hour = zone, most_an_hour
        self._homes = {
            (kind, meter.device): meter
            for meter in meters.values()
            for kind in ((meter.dialect,) if meter.dialect else tuple(DIALECTS))
        }
        self.dialects = tuple(name for name in DIALECTS if any(kind == name for kind, _ in self._homes))
        self._devices = {
            name: frozenset(device for kind, device in self._homes if kind == name) for name in self.dialects
        }
        self._memory: dict[str, dict[object, object]] = {name: {} for name in self.dialects}
        self._sensors = {
            name: (meter.device, side) for meter in meters.values() for name, side in meter.sensors.items()
        }
        self._sent: Counter[str] = Counter()
        self._hour = 0

    @property
    def subscriptions(self) -> list[str]:
        """What to ask a broker for, at this moment: announced sensors add topics of their own."""
        fixed = [topic for name in self.dialects for topic in DIALECTS[name].subscriptions]
        return fixed + sorted(self._announced())

    def hear(self, topic: str, payload: bytes, arrived_ms: int) -> list[tuple[str, str, Heard]]:
        """Return meter, dialect and reading of all that a message says of expected meters."""
        if len(topic) > LONGEST_TOPIC or len(payload) > LONGEST_PAYLOAD:
            self.counts["too long"] += 1
            return []
        found = [one for name in self.dialects for one in self._heard(name, topic, payload, arrived_ms)]
        if not found:
            self.counts["nothing heard"] += 1
        return [one for one in found if self._allowed(one[0], arrived_ms)]

    def _heard(self, name: str, topic: str, payload: bytes, arrived_ms: int) -> list[tuple[str, str, Heard]]:
        levels = DIALECTS[name].fits(topic)
        memory = self._memory[name]
        if levels is None and name == home_assistant.DIALECT.name and home_assistant.speaks_on(topic, memory):
            levels = {"state": topic}
        if levels is None or ("device" in levels and levels["device"] not in self._devices[name]):
            return []
        hearing = Hearing(arrived_ms, self._zone, self._devices[name], self._sensors, memory)
        is_description = home_assistant.is_description(levels)
        before = home_assistant.described(levels, memory) if is_description else None
        found = [(self._homes[name, one.device], one) for one in DIALECTS[name].parse(levels, payload, hearing)]
        if is_description and (after := home_assistant.described(levels, memory)) is not before:
            if after is None:
                self.announced.pop(topic, None)
            elif payload:  # one that is not understood changes nothing
                self.announced[topic] = payload
        return [(meter.key, name, one) for meter, one in found if one.register in meter.expected(name)]

    def _announced(self) -> set[str]:
        return home_assistant.topics(self._memory.get(home_assistant.DIALECT.name, {}))

    def _allowed(self, meter: str, arrived_ms: int) -> bool:
        """Tell whether a meter may say more in this hour."""
        hour = arrived_ms // _HOUR_MS
        if hour != self._hour:
            self._hour = hour
            self._sent.clear()
        self._sent[meter] += 1
        if self._sent[meter] > self._most_an_hour:
            self.counts["too many"] += 1
            return False
        return True
