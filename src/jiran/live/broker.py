"""Both ends of a broker: a service that listens, and meters that are played. Only this file and `address` know MQTT."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, NoReturn

import aiomqtt

from jiran.errors import JiranError
from jiran.live.message import Message
from jiran.live.play import Played
from jiran.live.refusal import why

if TYPE_CHECKING:
    from jiran.live.address import Broker
    from jiran.live.play import Player
    from jiran.live.street import Street
    from jiran.live.times import Pace

#: So many messages are brought to the disk at once.
_BATCH = 500
#: A service that was away first hears what the broker kept for it.
_SETTLE_S = 5.0
#: So many messages at once are taken for what it kept, and it is waited for the end of them.
_BACKLOG = 10
_TICK_S = 1.0
_RETRY_S = (1, 2, 5, 10, 30)

Say = Callable[[str], None]


def clock_topic(street: str) -> str:
    """Return where played meters say what time it is; heard only by a service that is told to."""
    return f"{street}/clock"


async def reach(broker: Broker) -> None:
    """Connect to a broker and leave it.

    Raises:
        JiranError: It cannot be reached, or refuses.
    """
    try:
        async with broker.client(f"jiran-{secrets.token_hex(8)}", keep=False):
            pass
    except aiomqtt.MqttError as error:
        _refused(broker, error)


async def listen(
    broker: Broker, street: Street, now_ms: Callable[[], int] | None, say: Say, *, stop: Callable[[], bool]
) -> None:
    """Listen to meters until a street is over, through every loss of the connection.

    Args:
        broker: Where.
        street: Hears and publishes.
        now_ms: The clock; None: played meters say what time it is.
        say: Gets a line for the operator.
        stop: Is asked now and then whether to end.

    Raises:
        JiranError: The broker cannot be reached at the start, or refuses.
    """
    name = sha256(f"{street.prefix}|{street.calendar.first_ms}|{street.identity}".encode()).hexdigest()[:16]

    def connection() -> aiomqtt.Client:
        there = broker.client(f"jiran-live-{name}", keep=True)
        # aiomqtt has no way to tell the broker later that a message came: only when it is on the disk may it forget it.
        # This must be so before the connection is open: the broker then sends at once what it kept.
        there._client.manual_ack_set(True)  # noqa: FBT003, SLF001
        return there

    async def serve(client: aiomqtt.Client) -> None:
        await _Service(client, street, now_ms, say).run(stop)

    await _through_losses(broker, connection, serve, say, stop, meanwhile=" Meters count on meanwhile.")


async def _through_losses(
    broker: Broker,
    connection: Callable[[], aiomqtt.Client],
    work: Callable[[aiomqtt.Client], Awaitable[None]],
    say: Say,
    over: Callable[[], bool],
    *,
    meanwhile: str = "",
) -> None:
    """Work with a broker until it is over, and connect again after each loss.

    Args:
        broker: Where.
        connection: Makes a connection that is not open yet.
        work: Is done with each that is open.
        say: Gets a line for the user.
        over: Whether nothing is left to do.
        meanwhile: What goes on without a connection, for that line.

    Raises:
        JiranError: The broker cannot be reached the first time, or refuses.
    """
    tried, met = 0, False
    while not over():
        try:
            async with connection() as client:
                met, tried = True, 0
                say(f"Connected to {broker}.")
                await work(client)
        except aiomqtt.MqttError as error:
            if not met:
                _refused(broker, error)
            wait = _RETRY_S[min(tried, len(_RETRY_S) - 1)]
            tried += 1
            say(f"No connection to {broker} ({why(broker, error)}); trying again in {wait} s.{meanwhile}")
            await asyncio.sleep(wait)


class _Service:
    """One connection of a service."""

    def __init__(self, client: aiomqtt.Client, street: Street, now_ms: Callable[[], int] | None, say: Say) -> None:
        self._say = say
        self._client, self._street, self._now_ms = client, street, now_ms
        self._paho = client._client  # noqa: SLF001  see `listen`
        self._subscribed: set[str] = set()

    async def run(self, stop: Callable[[], bool]) -> None:
        await self._subscribe()
        self._say("Listening.")
        if self._now_ms is None:  # what was due when the service was killed
            await self._tick(self._street.played_ms)
        loop = asyncio.get_running_loop()
        ready_s = loop.time() + _SETTLE_S
        messages = self._client.messages
        coming = asyncio.ensure_future(anext(messages))
        try:
            while not stop():
                await asyncio.wait({coming}, timeout=_TICK_S)
                batch: list[aiomqtt.Message] = []
                if coming.done():
                    batch.append(coming.result())
                    while len(messages) and len(batch) < _BATCH:  # what is there already comes to the disk together
                        batch.append(await anext(messages))
                    coming = asyncio.ensure_future(anext(messages))
                is_settled = self._now_ms is None or loop.time() >= ready_s
                if not is_settled and len(batch) >= _BACKLOG:
                    ready_s = loop.time() + _SETTLE_S
                await self._take(batch, is_settled=is_settled)
                if self._now_ms is not None and is_settled:
                    await self._tick(self._now_ms())
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await coming

    async def _take(self, batch: list[aiomqtt.Message], *, is_settled: bool) -> None:
        """Bring messages to the disk, and tell the broker so; a played clock is heard in its place among them."""
        held: list[aiomqtt.Message] = []
        for one in batch:
            topic, payload = str(one.topic), one.payload if isinstance(one.payload, bytes) else b""
            if self._now_ms is None and topic == clock_topic(self._street.prefix):
                await self._done(held)  # what was heard before is forgotten by the broker before time goes on
                self._street.go_on_to(_played_ms(payload))
                await self._done([one])
                await self._tick(self._street.played_ms)
                continue
            held.append(one)
            now_ms = self._street.played_ms if self._now_ms is None else self._now_ms()
            self._street.hear(topic, payload, now_ms, only_dated=one.retain or not is_settled)
        await self._done(held)
        await self._subscribe()

    async def _done(self, held: list[aiomqtt.Message]) -> None:
        self._street.commit()
        for one in held:
            self._paho.ack(one.mid, one.qos)
        held.clear()
        # paho has no event for it, and what is not written when the connection is lost it keeps for ever: the broker sends again.
        while self._paho.want_write() and not self._client._disconnected.done():  # noqa: ASYNC110, SLF001
            await asyncio.sleep(0)

    async def _tick(self, now_ms: int) -> None:
        await _publish(self._client, self._street.tick(now_ms))

    async def _subscribe(self) -> None:
        wanted = set(self._street.ear.subscriptions)
        if self._now_ms is None:
            wanted.add(clock_topic(self._street.prefix))
        new = sorted(wanted - self._subscribed)
        if new:
            await self._client.subscribe([(topic, 1) for topic in new])
        for topic in self._subscribed - wanted:
            await self._client.unsubscribe(topic)
        self._subscribed = wanted


def _played_ms(payload: bytes) -> int | None:
    return int(payload) if re.fullmatch(rb"\d{9,13}", payload) else None


async def play(
    broker: Broker, player: Player, prefix: str, pace: Pace, ends_ms: Iterable[int], say: Say,
) -> int:  # fmt: skip
    """Play meters to a broker; return how many messages were sent.

    Args:
        broker: Where.
        player: What they say.
        prefix: Of the street's topics, where its played clock is.
        pace: How fast.
        ends_ms: Instants after the last reading, which a service needs to close and settle.
        say: Gets a line for the user.

    Raises:
        JiranError: The broker cannot be reached, or refuses.
    """
    tour = _Tour(player, prefix, pace, list(ends_ms))
    name = f"jiran-meters-{sha256(prefix.encode()).hexdigest()[:12]}"
    await _through_losses(broker, lambda: broker.client(name, keep=False), tour.go_on, say, lambda: tour.is_over)
    return tour.sent


class _Tour:
    """Meters that are played through every loss of the connection; as real ones, they say again what they said last."""

    def __init__(self, player: Player, prefix: str, pace: Pace, ends_ms: list[int]) -> None:
        self._player, self._prefix, self._pace = player, prefix, pace
        self._coming = chain(player.played(), (Played(at, ()) for at in ends_ms))
        self._recent: deque[Played] = deque(maxlen=_SAID_AGAIN)
        self._next: Played | None = next(self._coming, None)
        self.sent = 0

    @property
    def is_over(self) -> bool:
        """Whether all is said."""
        return self._next is None

    async def go_on(self, client: aiomqtt.Client) -> None:
        """Say what is left, on a connection that is open."""
        announced = self._player.announced()
        await _publish(client, [_clock(self._prefix, self._player.first_ms), *announced])
        if (
            announced and not self.sent
        ):  # whoever listens must ask for the topics that were announced, before they speak
            await asyncio.sleep(_ANNOUNCED_S)
        for before in self._recent:
            await _publish(client, list(before.messages))
        while self._next is not None:
            if self._next.at_ms <= self._player.last_ms:  # the week in which days are settled passes at once
                await asyncio.sleep(self._pace.wait_s(self._next.at_ms))
            await _publish(client, [_clock(self._prefix, self._next.at_ms), *self._next.messages])
            self.sent += len(self._next.messages)
            self._recent.append(self._next)
            self._next = next(self._coming, None)


#: So many instants are said again after a connection was lost: what a broker held when it broke down is lost.
_SAID_AGAIN = 3
#: Home Assistant's sensors are announced so long before they speak.
_ANNOUNCED_S = 2.0


def _clock(prefix: str, at_ms: int) -> Message:
    return Message(clock_topic(prefix), str(at_ms).encode())


async def _publish(client: aiomqtt.Client, messages: list[Message]) -> None:
    """Publish messages in order, and wait until the broker has them."""
    for first in range(0, len(messages), _BATCH):
        part = messages[first : first + _BATCH]
        await asyncio.gather(*(client.publish(one.topic, one.payload, qos=1, retain=one.retain) for one in part))


def _refused(broker: Broker, error: aiomqtt.MqttError) -> NoReturn:
    raise JiranError(f"broker {broker}: cannot be reached, or refuses: {why(broker, error)}") from None
