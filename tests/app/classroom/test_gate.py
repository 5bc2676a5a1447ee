"""The gate: what another machine reaches of a shared dashboard, and what this one does."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute

from asking import ask, connect
from jiran.app.classroom.gate import Gate
from jiran.app.classroom.rooms import Rooms
from jiran.app.classroom.web import routes

KEY = "a secret of the lecturer"
STRANGER, HERE = "192.168.1.50", "127.0.0.1"


async def everything(request):
    """Answer any path, as Streamlit does with its own page."""
    return PlainTextResponse(f"the dashboard, {request.url.path}")


async def stream(websocket):
    await websocket.accept()


@pytest.fixture
def app():
    dashboard = [WebSocketRoute("/_stcore/stream", stream), Mount("/", routes=[Route("/{path:path}", everything)])]
    return Starlette(routes=[*routes(Rooms()), *dashboard], middleware=[Middleware(Gate, key=KEY)])


@pytest.mark.parametrize(
    "path", ["/class", "/_stcore/health", "/_stcore/host-config", "/static/main.js", "/joined", "//join", "/class/join", "/media/1.png"]
)  # fmt: skip
def test_a_stranger_reaches_nothing_of_the_dashboard(app, path):
    answer = ask(app, path, client=STRANGER)
    assert (answer.status, b"the dashboard" in answer.body) == (403, False)


def test_a_stranger_reaches_the_page_of_phones_and_is_sent_there(app):
    assert ask(app, "/join", client=STRANGER).status == 200
    start = ask(app, "/", client=STRANGER)
    assert (start.status, start.headers["location"]) == (303, "/join")


@pytest.mark.parametrize(
    "path", ["/join/ABCD", "/join/_stcore/health", "/join/_stcore/stream", "/join/ABCD/state/more", "/join/../class", "/join//class"]
)  # fmt: skip
def test_below_join_nothing_else_answers(app, path):
    answer = ask(app, path, client=STRANGER)
    assert (answer.status, b"the dashboard" in answer.body) == (404, False)


def test_a_stranger_gets_no_websocket(app):
    assert connect(app, client=STRANGER) == ["websocket.close"]
    assert connect(app, "/join/_stcore/stream", client=STRANGER) == ["websocket.close"]


@pytest.mark.parametrize("client", [HERE, "127.0.0.2", "::1", "::ffff:127.0.0.1"])
def test_this_machine_reaches_all(app, client):
    assert ask(app, "/class", client=client).status == 200
    assert connect(app, client=client) == ["websocket.accept"]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_who_comes_through_a_proxy_on_this_machine_is_a_stranger(app, header):
    assert ask(app, "/class", client=HERE, headers={header: HERE}).status == 403
    assert connect(app, client=HERE, headers={header: HERE}) == ["websocket.close"]


@pytest.mark.parametrize("client", ["", "testclient", "10.0.0.1", "::ffff:10.0.0.1"])
def test_an_address_that_says_nothing_is_a_stranger(app, client):
    assert ask(app, "/class", client=client).status == 403


def test_the_key_is_exchanged_for_a_cookie_that_opens_everything(app):
    given = ask(app, f"/class?lecturer={KEY.replace(' ', '%20')}", client=STRANGER)
    assert (given.status, given.headers["location"]) == (303, "/class")
    cookie = given.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    carried = {"cookie": cookie.partition(";")[0]}
    assert ask(app, "/class", client=STRANGER, headers=carried).status == 200
    assert connect(app, client=STRANGER, headers=carried) == ["websocket.accept"]


@pytest.mark.parametrize("key", ["", "wrong", "%00", "%F0%9F%94%91"])
def test_a_wrong_key_opens_nothing(app, key):
    assert ask(app, f"/class?lecturer={key}", client=STRANGER).status == 403
    assert ask(app, "/class", client=STRANGER, headers={"cookie": f"jiran_lecturer={key}"}).status == 403


def test_the_key_leads_to_no_other_server(app):
    given = ask(app, f"//evil.example?lecturer={KEY.replace(' ', '%20')}", client=STRANGER)
    assert given.headers["location"] == "/evil.example"
