"""Ask an ASGI application as any client of any address would, without a server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def found(self):
        return json.loads(self.body)


def ask(app, path, *, method="GET", body=b"", headers=None, client="192.168.1.50", host="room.test"):
    """Return the answer to one request; `body` may be a chain of pieces."""
    plain, _, query = path.partition("?")
    pieces = [body] if isinstance(body, bytes) else list(body)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": plain, "raw_path": plain.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in {"host": host, **(headers or {})}.items()],
        "client": (client, 50_000), "server": ("room.test", 80),
    }  # fmt: skip
    sent = []

    async def receive():
        piece = pieces.pop(0) if pieces else b""
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start = sent[0]
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], found, b"".join(message.get("body", b"") for message in sent[1:]))


def connect(app, path="/_stcore/stream", *, headers=None, client="192.168.1.50"):
    """Return the kinds of what an application says to a websocket that wants to be opened."""
    scope = {
        "type": "websocket", "asgi": {"version": "3.0"}, "scheme": "ws", "path": path, "raw_path": path.encode(),
        "query_string": b"", "root_path": "", "client": (client, 50_000), "server": ("room.test", 80), "subprotocols": [],
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
    }  # fmt: skip
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message["type"])

    asyncio.run(app(scope, receive, send))
    return sent
