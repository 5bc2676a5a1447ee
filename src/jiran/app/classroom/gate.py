"""The gate of a shared dashboard: other machines get the phones' page and nothing else, unless they bring the key."""

from __future__ import annotations

import ipaddress
import secrets
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

#: What a proxy says of whom it speaks for: then the other end of the line tells nothing.
_PROXY = ("forwarded", "x-forwarded-for", "x-real-ip")
_COOKIE = "jiran_lecturer"
_REFUSED = "Only the lecturer's machine may open this page. Players join at /join."


class Gate:
    """ASGI middleware around the whole server."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        """Keep the gate.

        Args:
            app: What stands behind it.
            key: Opens everything to another machine: given once as `?lecturer=KEY`, it becomes a cookie.
        """
        self._app, self._key = app, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return what to answer to a request that may not go in; None for one that may."""
        if scope["type"] not in ("http", "websocket"):
            return None
        asked = HTTPConnection(scope)
        if is_local(asked) or self._is_key(asked.cookies.get(_COOKIE)):
            return None
        if scope["type"] == "http":
            path = asked.url.path
            if path == "/join" or path.startswith("/join/"):
                return None
            if self._is_key(asked.query_params.get("lecturer")):
                return self._let_in(path)
            if path == "/":
                return RedirectResponse("/join", 303)
        return PlainTextResponse(_REFUSED, 403)

    def _is_key(self, given: str | None) -> bool:
        return given is not None and secrets.compare_digest(given.encode(), self._key.encode())

    def _let_in(self, path: str) -> Response:
        answer = RedirectResponse(f"/{path.lstrip('/')}", 303)  # without the key in the address
        answer.set_cookie(_COOKIE, self._key, httponly=True, samesite="strict")
        return answer


def is_local(asked: HTTPConnection) -> bool:
    """Tell whether a request comes from this machine, and not through a proxy on it."""
    if asked.client is None or any(name in asked.headers for name in _PROXY):
        return False
    try:
        address = ipaddress.ip_address(asked.client.host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
