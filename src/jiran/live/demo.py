"""A street without a broker: messages of played meters are handed to the same ingest, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from jiran.live.rules import Rules

if TYPE_CHECKING:
    from jiran.live.message import Message
    from jiran.live.play import Player
    from jiran.live.street import Street
    from jiran.live.times import Pace


def run(
    street: Street, player: Player, pace: Pace, rules: Rules | None = None, sleep: Callable[[float], None] = time.sleep,
    until_ms: int | None = None,
) -> Iterator[tuple[int, list[Message]]]:  # fmt: skip
    """Play meters to a street until its last day is final; yield each time that something happened.

    Args:
        street: Listens.
        player: Speaks.
        pace: How fast.
        rules: The street's.
        sleep: Waits so many seconds.
        until_ms: Stop at this instant; default: go on to the end.

    Yields:
        When, and what was published.
    """
    for one in player.announced():
        street.hear(one.topic, one.payload, player.first_ms)
    for at, messages in player.played():
        if until_ms is not None and at > until_ms:
            return
        sleep(pace.wait_s(at))
        for one in messages:
            street.hear(one.topic, one.payload, at)
        yield at, street.tick(at)
    for at in (player.last_ms + (rules or Rules()).grace_ms, *street.settling_ms()):
        if until_ms is None or at <= until_ms:
            yield at, street.tick(at)
