"""The phones' page and what it asks for, from phones as they are and from hostile ones."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from asking import ask
from jiran.app.classroom.limits import Limits
from jiran.app.classroom.page import PAGE
from jiran.app.classroom.rooms import Rooms
from jiran.app.classroom.web import MOST_BYTES, routes
from jiran.classroom.cards import DECKS
from jiran.classroom.lessons.plans import plan_of
from jiran.classroom.room import MOST_ORDERS, Room
from jiran.classroom.rules import chosen


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class School:
    """A room that is served, with the clock of its limits."""

    def __init__(self, most=100):
        self.clock, self.rooms = Clock(), Rooms()
        self.room = Room(DECKS["smith-1962"], most=most, clock=self.clock)
        self.room.choose(chosen("uniform-price"), seconds=None, robot=None)
        self.rooms.open(self.room)
        self.app = Starlette(routes=routes(self.rooms, Limits(self.clock)))

    def get(self, what="", token=None, **more):
        headers = {} if token is None else {"x-token": token}
        return ask(self.app, f"/join/{self.room.code}{what}", headers=headers, **more)

    def post(self, what, content, token=None, headers=None, **more):
        sent = {"origin": "http://room.test", "content-type": "application/json"}
        sent |= ({} if token is None else {"x-token": token}) | (headers or {})
        body = content if isinstance(content, bytes | list) else json.dumps(content).encode()
        return ask(self.app, f"/join/{self.room.code}/{what}", method="POST", body=body, headers=sent, **more)

    def player(self, name="Aminah"):
        return self.post("join", {"name": name}).found["token"]


@pytest.fixture
def school():
    return School()


def test_the_page_is_light_and_asks_for_nothing_else(school):
    answer = school.get()
    assert answer.status == 200
    assert len(answer.body) < 10_240
    assert b"http" not in answer.body
    assert b"innerHTML" not in answer.body
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    for kind in ("style=", "onclick", "<img", '<link rel="stylesheet'):
        assert kind not in PAGE


def test_a_code_is_found_however_it_is_written_and_no_other_is(school):
    assert ask(school.app, f"/join/{school.room.code.lower()}").status == 200
    assert ask(school.app, "/join").status == 200
    for code in ("ABCDE", "0000", "%E2%98%83", school.room.code + "x"):
        assert ask(school.app, f"/join/{code}").status == 404


def test_a_player_joins_plays_and_reads_what_came_of_it(school):
    first, second = school.player("Aminah"), school.player("Ben")
    before = school.get("/state", first).found
    assert (before["name"], before["phase"]) == ("Aminah", "lobby")
    assert school.get(f"/state?v={before['v']}", first).status == 204
    assert school.post("order", {"price": "1"}, first).status == 409  # no round is open
    school.room.open()
    now = school.get(f"/state?v={before['v']}", first).found
    assert (now["phase"], now["plays"], now["order"]) == ("open", True, None)
    sent = school.post("order", {"price": "1,80", "kwh": "1"}, first)
    assert sent.found["order"] == ["1.80", "1 kWh"]
    assert school.post("withdraw", {}, first).found["order"] is None
    assert school.post("withdraw", {}, first).status == 409
    school.post("order", {"price": 1.8}, first)  # a number is taken as it is written
    done = school.post("order", {"price": "0.5"}, second).found
    assert done["phase"] == "results"
    assert done["result"].startswith(("You bought", "You sold", "You did not"))
    orders = school.room.wall().rounds[0].places
    assert [(place.price, place.kwh) for place in orders] == [(1.8, 1.0), (0.5, 1.0)]


def test_a_phone_is_known_by_its_cookie_or_by_its_copy(school):
    joined = school.post("join", {"name": "Aminah"})
    cookie = joined.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", f"Path=/join/{school.room.code}"):
        assert part in cookie
    carried = {"cookie": cookie.partition(";")[0]}
    assert ask(school.app, f"/join/{school.room.code}/state", headers=carried).found["name"] == "Aminah"
    assert school.get("/state", joined.found["token"]).found["name"] == "Aminah"
    assert school.get("/state").found == {"phase": "outside"}
    assert school.get("/state", "no such token").status == 401


def test_who_has_lost_the_phone_comes_back_with_the_seat_code(school):
    token = school.player()
    code = school.get("/state", token).found["code"]
    back = school.post("back", {"name": "aminah", "seat": code}).found["token"]
    assert school.get("/state", back).found["name"] == "Aminah"
    assert school.get("/state", token).status == 401


def test_who_is_removed_is_told_so(school):
    token = school.player()
    school.room.remove("p1")
    answer = school.get("/state", token)
    assert (answer.status, answer.found["error"]) == (410, "the lecturer has removed you from this room")


@pytest.mark.parametrize("text", [
    "1e308", "nan", "Infinity", "9" * 400, "१", "1_0", "", "4.01", "-0.01", None, True, [], {}, "<b>1</b>",
])  # fmt: skip
def test_a_price_that_is_none_is_refused_in_a_sentence(school, text):
    token = school.player()
    school.room.open()
    answer = school.post("order", {"price": text}, token)
    assert answer.status == 422
    assert answer.found["error"].startswith("price")
    assert school.room.wall().sent == 0


@pytest.mark.parametrize("raw", [b'{"price": NaN}', b'{"price": 1e999}', b'{"price": -Infinity}'])
def test_numbers_that_json_does_not_have_are_refused(school, raw):
    token = school.player()
    school.room.open()
    assert school.post("order", raw, token).status == 422


@pytest.mark.parametrize("kwh", ["0", "-1", "1000000000", "1.000001"])
def test_nobody_sends_more_than_the_card_says(school, kwh):
    token = school.player()
    school.room.open()
    assert school.post("order", {"price": "1", "kwh": kwh}, token).status == 422


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"x" * 2_000_000, 413), ([b"x" * 600, b"x" * 600], 413), (b"[" * 1_000, 400), (b"\xff\xfe", 400), (b"", 400),
        (b"[]", 400), (b"null", 400), (b'"name"', 400), (b'{"name"', 400), (b"{}", 422),
    ],
)  # fmt: skip
def test_what_is_no_small_json_object_is_refused(school, raw, status):
    assert school.post("join", raw).status == status
    assert school.room.wall().people == ()


def test_the_largest_content_is_taken(school):
    content = json.dumps({"name": "Aminah", "more": ""}).encode()
    assert school.post("join", content.replace(b'""', b'"' + b"x" * (MOST_BYTES - len(content)) + b'"')).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403), ({"origin": ""}, 403), ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 415), ({"content-type": "application/x-www-form-urlencoded"}, 415),
    ],
)  # fmt: skip
def test_other_pages_cannot_send_for_a_player(school, headers, status):
    token = school.player()
    school.room.open()
    assert school.post("order", {"price": "1"}, token, headers=headers).status == status
    assert school.room.wall().sent == 0


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202eevil", "=1+1", "x" * 500])
def test_a_name_that_could_harm_is_made_harmless(school, name):
    school.post("join", {"name": name})
    (kept,) = (person.name for person in school.room.wall().people)
    assert len(kept) <= 20
    assert "\u202e" not in kept
    assert not kept.startswith("=")


@pytest.mark.parametrize("name", [None, True, 5, [], {}, "", "\u200f"])
def test_what_is_no_name_is_refused(school, name):
    answer = school.post("join", {"name": name})
    assert answer.status == (200 if name == 5 else 422)  # a number is taken as it is written


def test_a_vote_is_counted_and_what_is_none_is_refused(school):
    token, _ = school.player(), school.player("Ben")
    assert school.post("vote", {"answer": 0}, token).status == 409  # no question is open
    school.room.follow(plan_of("3-battery"))
    school.room.ask()
    for wrong in ("", "x", "-1", "3", 999, None, True, [], "\u0967", "0" * 400):
        assert school.post("vote", {"answer": wrong}, token).status == 422
    assert school.room.wall().course.votes == ()
    assert school.post("vote", {"answer": 1}, token).found["voted"] == 1
    assert school.post("vote", {"answer": "2"}, token).found["voted"] == 2
    assert school.room.wall().course.counts == (0, 0, 1)


def test_ten_thousand_orders_of_one_phone_are_not_heard(school):
    token, _ = school.player("Mallory"), school.player("Ben")
    school.room.open()
    statuses = [school.post("order", {"price": "1"}, token).status for _ in range(200)]
    assert statuses.count(200) <= MOST_ORDERS
    assert set(statuses) == {200, 429}
    assert school.get("/state", school.player("Chong")).status == 200


def test_codes_cannot_be_tried_out(school):
    statuses = [ask(school.app, f"/join/{number:04}").status for number in range(500)]
    assert statuses.count(404) <= 61
    assert ask(school.app, "/join/0000/state").status == 429
    assert school.get().status == 200  # the class next to the guesser plays on


def test_a_thousand_false_players_fill_no_more_than_the_room():
    school = School(most=30)
    statuses = [school.post("join", {"name": f"x{number}"}).status for number in range(1_000)]
    assert statuses.count(200) == 30
    assert len(school.room.wall().people) == 30
    school.room.lock(locked=True)
    school.clock.now += 1_000.0
    assert school.post("join", {"name": "one more"}).status == 403


def test_a_phone_that_asks_all_the_time_has_to_wait(school):
    token = school.player()
    statuses = [school.get("/state", token).status for _ in range(100)]
    assert statuses.count(429) >= 50
    school.clock.now += 5.0
    assert school.get("/state", token).status == 200


def test_only_known_words_are_heard(school):
    for what in ("close", "open", "reveal", "_room", "state", ""):
        assert school.post(what, {}, school.player()).status in (404, 405)
    assert school.get("/order").status == 404


@settings(max_examples=100, deadline=None)
@given(
    what=st.sampled_from(["join", "back", "order", "withdraw", "state", "x"]),
    content=st.one_of(
        st.binary(max_size=2_000),
        st.dictionaries(
            st.sampled_from(["name", "seat", "price", "kwh", "x"]),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
            ),
        ).map(lambda found: json.dumps(found).encode()),
    ),
    token=st.one_of(st.none(), st.text(st.characters(max_codepoint=126, min_codepoint=33), max_size=80)),
)
def test_whatever_is_sent_is_answered_with_a_sentence(what, content, token):
    school = School()
    answer = school.post(what, content, token)
    assert answer.status < 500
    if answer.status not in {200, 405}:
        assert len(answer.found["error"]) > 10
