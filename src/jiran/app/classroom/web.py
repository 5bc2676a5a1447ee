"""What phones ask for: one page, their own state, and orders; everything that they send is checked."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from jiran.app.classroom.limits import Buckets, Limits
from jiran.app.classroom.page import HEADERS, PAGE
from jiran.app.classroom.rooms import ROOMS, Rooms
from jiran.classroom.names import number
from jiran.classroom.refused import Reason, RefusedError
from jiran.errors import JiranError

if TYPE_CHECKING:
    from starlette.requests import Request

    from jiran.classroom.room import Room

#: No request of a phone is longer, bytes.
MOST_BYTES = 1_024
_COOKIE = "jiran_seat"
_STATUS = {Reason.STATE: 409, Reason.FULL: 403, Reason.STRANGER: 401, Reason.REMOVED: 410, Reason.OFTEN: 429}


class _AnswerError(Exception):
    """Ends a request with a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


Endpoint = Callable[["Request"], Awaitable[Response]]


def routes(rooms: Rooms = ROOMS, limits: Limits | None = None) -> list[BaseRoute]:
    """Return the routes of the phones, all below /join, where nothing else answers."""
    web = Web(rooms, limits or Limits())
    below = [
        Route("/", web.guarded(web.page)),
        Route("/{code}", web.guarded(web.page)),
        Route("/{code}/state", web.guarded(web.state)),
        Route("/{code}/{what}", web.guarded(web.send), methods=["GET", "POST"]),
    ]
    return [Route("/join", web.guarded(web.page)), Mount("/join", Router(below, redirect_slashes=False))]


class Web:
    """The endpoints, with the rooms that they lead to."""

    def __init__(self, rooms: Rooms, limits: Limits) -> None:
        """Serve these rooms within these limits."""
        self._rooms, self._limits = rooms, limits

    def guarded(self, endpoint: Endpoint) -> Endpoint:
        """Return an endpoint that answers in a sentence whatever is wrong, and not more often than allowed."""

        async def answer(request: Request) -> Response:
            try:
                self._spend(self._limits.requests, _address(request))
                return await endpoint(request)
            except _AnswerError as error:
                return _error(error.status, str(error))
            except RefusedError as error:
                return _error(_STATUS[error.reason], str(error))
            except JiranError as error:
                return _error(422, str(error))

        return answer

    async def page(self, request: Request) -> Response:
        """Return the page of phones; the same one asks for the code if there is none."""
        code = request.path_params.get("code")
        found = code is None or self._rooms.find(code) is not None
        if not found:
            self._spend(self._limits.wrong, _address(request))
        return Response(PAGE, 200 if found else 404, HEADERS, "text/html")

    async def state(self, request: Request) -> Response:
        """Return what a phone shows; nothing (204) if that is what it shows already."""
        room, token = self._room(request), _token(request)
        if not token:  # a new phone; no error, which browsers would put on record
            return JSONResponse({"phase": "outside"}, headers={"cache-control": "no-store"})
        self._spend(self._limits.phone, token)
        shown = request.query_params.get("v", "")
        version = int(shown) if shown.isascii() and shown.isdecimal() and len(shown) < 12 else None
        return await self._state(room, token, version)

    async def send(self, request: Request) -> Response:
        """Take what a player sends: a name to join, a seat code to come back, an order or that it is withdrawn, an answer."""
        what = request.path_params["what"]
        sender = {
            "join": self._join, "back": self._back, "order": self._order, "withdraw": self._withdraw, "vote": self._vote,
        }.get(what)  # fmt: skip
        if sender is None or request.method != "POST":
            raise _AnswerError(404, "there is no such page")
        room = self._room(request)
        return await sender(request, room, await _content(request))

    async def _join(self, request: Request, room: Room, content: dict[str, Any]) -> Response:
        self._spend(self._limits.joins, _address(request))
        return self._seated(room, room.join(content.get("name")))

    async def _back(self, request: Request, room: Room, content: dict[str, Any]) -> Response:
        self._spend(self._limits.wrong, _address(request))
        return self._seated(room, room.come_back(content.get("name"), content.get("seat")))

    async def _order(self, request: Request, room: Room, content: dict[str, Any]) -> Response:
        token = _token(request)
        self._spend(self._limits.phone, token)
        price = number("price", content["price"]) if "price" in content else None
        kwh = number("kWh", content["kwh"]) if "kwh" in content else None
        await run_in_threadpool(room.order, token, price, kwh)
        return await self._state(room, token, None)

    async def _withdraw(self, request: Request, room: Room, _content: dict[str, Any]) -> Response:
        token = _token(request)
        self._spend(self._limits.phone, token)
        room.withdraw(token)
        return await self._state(room, token, None)

    async def _vote(self, request: Request, room: Room, content: dict[str, Any]) -> Response:
        token = _token(request)
        self._spend(self._limits.phone, token)
        answer = str(content.get("answer", ""))
        if not (answer.isascii() and answer.isdecimal() and len(answer) < 3):
            raise _AnswerError(422, "answer: must be the place of one of the answers")
        room.vote(token, int(answer))
        return await self._state(room, token, None)

    @staticmethod
    async def _state(room: Room, token: str, version: int | None) -> Response:
        shown = await run_in_threadpool(room.phone, token, version)  # it may have to clear the round
        return (
            Response(status_code=204) if shown is None else JSONResponse(shown, headers={"cache-control": "no-store"})
        )

    @staticmethod
    def _seated(room: Room, token: str) -> Response:
        shown = room.phone(token)
        answer = JSONResponse({**(shown or {}), "token": token}, headers={"cache-control": "no-store"})
        answer.set_cookie(_COOKIE, token, path=f"/join/{room.code}", max_age=86_400, httponly=True, samesite="strict")
        return answer

    def _room(self, request: Request) -> Room:
        room = self._rooms.find(request.path_params["code"])
        if room is None:
            self._spend(self._limits.wrong, _address(request))
            raise _AnswerError(404, "there is no such room: look at the code on the wall")
        return room

    @staticmethod
    def _spend(buckets: Buckets, asker: str) -> None:
        if not buckets.allow(asker):
            raise _AnswerError(429, "too often: wait a moment")


def _error(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status, {"cache-control": "no-store"})


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _token(request: Request) -> str:
    """Return the secret of a phone: its copy if the page has one, else the cookie."""
    return (request.headers.get("x-token") or request.cookies.get(_COOKIE, ""))[:64]


async def _content(request: Request) -> dict[str, Any]:
    """Return what a player sends, with every number as the text that was sent.

    Raises:
        _AnswerError: It does not come from our own page, or is no small JSON object.
    """
    if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host"):
        raise _AnswerError(403, "this did not come from the page of this room")
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise _AnswerError(415, "the content must be JSON")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise _AnswerError(413, f"the content must be at most {MOST_BYTES} bytes")
    try:
        content = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise _AnswerError(400, "the content must be a JSON object")
    return content
