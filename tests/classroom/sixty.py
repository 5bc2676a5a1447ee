"""Play a class of many phones over real connections, hold each round to `jiran.clear`, and say how long phones wait.

`make class` plays 60 phones and ten rounds; the suite plays a few. Each phone is a thread with a kept connection: it polls
as the page does (every half second while a round is open, else every second), thinks for a while, and sends an order.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import numpy as np
import uvicorn
from starlette.applications import Starlette

import jiran
from jiran.app.classroom.rooms import Rooms
from jiran.app.classroom.web import routes
from jiran.app.serve import listen
from jiran.classroom.cards import DECKS
from jiran.classroom.phase import Phase
from jiran.classroom.room import Room
from jiran.classroom.rules import chosen

RULES = ("uniform-price", "pay-as-bid", "vcg", "trade-reduction", "mid-market-rate")


@dataclass
class Seen:
    """What phones measured, in seconds, and how many answers they had."""

    requests: list[float] = field(default_factory=list)
    results: list[float] = field(default_factory=list)  # from the clearing to the result on the phone
    statuses: dict[int, int] = field(default_factory=dict)


class Phone(threading.Thread):
    """One phone, until the game has ended."""

    def __init__(self, port, code, number, seen):
        super().__init__(daemon=True)
        self.port, self.code, self.number, self.seen = port, code, number, seen
        self.state, self.read_s = {}, {}  # what it shows, and when it showed the result of which round
        self.rng = random.Random(number)  # noqa: S311 - no secret
        self.token, self.version, self.sent = "", "", 0
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.fault = None

    def ask(self, method, what, content=None):
        """Return status and answer; a connection that the server closed is opened again, as a browser does."""
        headers = {"x-token": self.token, "origin": f"http://127.0.0.1:{self.port}", "content-type": "application/json"}
        body = None if content is None else json.dumps(content)
        for last in (False, True):
            try:
                start = time.monotonic()
                self.connection.request(method, f"/join/{self.code}/{what}", body, headers)
                answer = self.connection.getresponse()
                found = answer.read()
                break
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                if last:
                    raise
        self.seen.requests.append(time.monotonic() - start)
        self.seen.statuses[answer.status] = self.seen.statuses.get(answer.status, 0) + 1
        return answer.status, json.loads(found) if found else None

    def run(self):
        try:
            _, joined = self.ask("POST", "join", {"name": f"Player {self.number}"})
            self.token = joined["token"]
            while self.turn():
                pass
        except Exception as error:  # noqa: BLE001 - told by the main thread
            self.fault = error

    def turn(self):
        """Look once; send an order if a round is open; return False when the game has ended."""
        status, now = self.ask("GET", f"state?v={self.version}")
        if status == 200:
            self.look(now)
        if self.state["phase"] == "open" and self.state["plays"] and self.sent < self.state["round"]:
            time.sleep(self.rng.uniform(0.0, 1.5))
            self.sent = self.state["round"]
            self.order()
        time.sleep(0.5 if self.state["phase"] == "open" else 1.0)
        return self.state["phase"] != "ended"

    def order(self):
        value, (low, high) = float(self.state["value"]), self.state["range"]
        end = high if self.state["sells"] else low
        price = value + 0.2 * self.rng.random() * (end - value)
        status, now = self.ask("POST", "order", {"price": f"{price:.4f}", "kwh": "1"})
        if status == 200:
            self.look(now)

    def look(self, now):
        """Show what came, and remember when a result was first seen."""
        self.state, self.version = now, now["v"]
        if now["phase"] == "results":
            self.read_s.setdefault(now["round"], time.monotonic())


def serve(rooms):
    """Start the phones' routes on a free port, as the dashboard serves them; return the port and the server."""
    socket = listen("127.0.0.1", 0)
    app = Starlette(routes=routes(rooms))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1))
    threading.Thread(target=server.run, args=([socket],), daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return socket.getsockname()[1], server


def play(phones: int, rounds: int) -> tuple[Seen, Room]:
    """Play a game; return what the phones measured, and the room.

    Raises:
        AssertionError: A phone failed, or a round is not what `jiran.clear` makes of its orders.
    """
    rooms, room = Rooms(), Room(DECKS["smith-1962"])
    rooms.open(room)
    port, server = serve(rooms)
    command = [sys.executable, __file__, "--phones-of", f"{room.code}:{port}", str(phones)]
    there = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    wait_for(lambda: len(room.wall().people) == phones)
    cleared_s = {}
    for number in range(1, rounds + 1):
        room.choose(chosen(RULES[number % len(RULES)]), seconds=30.0, robot="careful")
        room.open()
        wait_for(lambda: room.wall().phase is Phase.RESULTS)
        cleared_s[str(number)] = time.monotonic()
        hold(room.wall().rounds[-1])
        time.sleep(2.0)  # they read it
    room.end()
    told = json.loads(there.communicate(timeout=60)[0])
    server.should_exit = True
    results = [max(0.0, at - cleared_s[number]) for read_s in told["read_s"] for number, at in read_s.items()]
    return Seen(told["requests"], results, told["statuses"]), room


def phones_of(place: str, phones: int) -> None:
    """Be the phones of a room, in a process of their own, and print what they measured as JSON."""
    code, port = place.split(":")
    seen = Seen()
    there = [Phone(int(port), code, number, seen) for number in range(phones)]
    for phone in there:
        phone.start()
    for phone in there:
        phone.join()
    faults = [repr(phone.fault) for phone in there if phone.fault is not None]
    if faults:
        raise SystemExit(faults[0])
    told = {"requests": seen.requests, "statuses": seen.statuses, "read_s": [phone.read_s for phone in there]}
    sys.stdout.write(json.dumps(told))


def wait_for(there, seconds=40.0):
    """Return when something is so."""
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def hold(one):
    """Hold a round to `jiran.clear` on the same orders."""
    book, trades = one.outcome.book, one.outcome.trades
    again = jiran.clear(
        book.net_kwh, one.rule, import_price=book.import_price, export_price=book.export_price,
        limit_price=book.limit_price, seed=one.number, **one.outcome.parameters,
    )  # fmt: skip
    for name in ("seller", "buyer", "kwh", "buyer_price", "seller_price"):
        np.testing.assert_array_equal(getattr(trades, name), getattr(again, name))


def main() -> int:
    """Play as many as asked, and print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("phones", type=int, nargs="?", default=60)
    parser.add_argument("rounds", type=int, nargs="?", default=10)
    parser.add_argument("--phones-of", metavar="CODE:PORT", help="be the phones of a room")
    given = parser.parse_args()
    if given.phones_of:
        phones_of(given.phones_of, given.phones)
        return 0
    seen, room = play(given.phones, given.rounds)
    told = [
        f"{given.phones} phones, {len(room.wall().rounds)} rounds, {len(seen.requests)} requests, answers {seen.statuses}",
        f"request: {in_ms(seen.requests)}",
        f"result on the phone after the clearing: {in_ms(seen.results)} ({len(seen.results)} seen)",
    ]
    sys.stdout.write("\n".join([*told, ""]))
    slow = np.percentile(seen.results, 95) > 1.0 or max(seen.results) > 2.0
    return int(slow or len(seen.results) < given.phones * given.rounds)


def in_ms(seconds):
    """Return the middle, the 95th percentile and the most of times."""
    middle, most = np.percentile(seconds, (50, 95)) * 1000.0
    return f"p50 {middle:.1f} ms, p95 {most:.1f} ms, most {1000.0 * max(seconds):.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
