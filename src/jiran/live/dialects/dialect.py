"""How a dialect is declared: its topics, what it hears, and how it says the same; both stand side by side in one file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from jiran.live.message import Counters, Heard, Hearing, Message

#: Gets the levels of the topic that its pattern names, the payload, and what is known beside; returns what it heard.
Parse = Callable[[dict[str, str], bytes, Hearing], list[Heard]]
Produce = Callable[[Counters], list[Message]]


def _nothing(_device: str) -> list[Message]:
    return []


@dataclass(frozen=True)
class Dialect:
    """One way in which meters speak.

    Attributes:
        name: As the command line knows it.
        source: Who speaks so.
        topics: Patterns; `{device}` is one level, the meter's own name, and so is every other `{word}`.
        resolution: The least step of its registers, millionths of a kWh.
        registers: Which it has; those that begin alike are added.
        more: Which it may have besides, if an operator names them.
        dated: Whether it says when it was read; else the time of arrival counts.
        parse: Reads a message.
        produce: Says what a meter shows.
        announce: What a meter says once, before all else.
        remark: What its user must know.
    """

    name: str
    source: str
    topics: tuple[str, ...]
    resolution: int
    registers: tuple[str, ...]
    dated: bool
    parse: Parse
    produce: Produce
    announce: Callable[[str], list[Message]] = field(default=_nothing)
    more: tuple[str, ...] = ()
    remark: str = ""

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """What to ask a broker for."""
        return tuple(re.sub(r"\{\w+\}", "+", topic) for topic in self.topics)

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(one))) for one in self.topics)

    def fits(self, topic: str) -> dict[str, str] | None:
        """Return the named levels of a topic, or None if it is none of this dialect's."""
        for pattern in self._patterns:
            found = pattern.fullmatch(topic)
            if found is not None:
                return found.groupdict()
        return None


def heard(device: str, at_ms: int | None, **registers: int | None) -> list[Heard]:
    """Return what was heard of a meter, without what could not be read."""
    if at_ms is None:
        return []
    return [Heard(device, name, at_ms, found) for name, found in registers.items() if found is not None]
