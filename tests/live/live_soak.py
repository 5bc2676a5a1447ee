"""A live street under load, and killed at random moments: `make soak` prints what was lost.

`python tests/live/live_soak.py load [METERS STEPS SPEED]` plays many meters and counts readings; `... kills [NUMBER]` kills service, broker,
dashboard and a reader with SIGKILL and compares what was settled with a street that was left alone.
"""

# ruff: noqa: T201, S311, S603  it prints its counts, draws moments and not secrets, and starts our own

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))
from brokers import Mosquitto
from dashboards import DashboardProcess

CALL = [sys.executable, "-m", "jiran"]
#: Saved after each change: what it has taken in it still has after it was killed.
DURABLE = "allow_anonymous true\nautosave_on_changes true"
READER = "import pathlib, time\nfrom jiran.live.store import looked_at\nwhile True:\n    with looked_at(pathlib.Path('jiran-live')) as store:\n        store.shown(), store.totals()\n    time.sleep(0.02)\n"


class Trial:
    """A street in a folder of its own, played over a broker of its own."""

    def __init__(self, folder, scenario, *, speed, every, dialect="senml", extra=DURABLE):
        self.folder, self.speed = folder, speed
        folder.mkdir()
        (folder / "broker").mkdir()
        self.broker = Mosquitto(folder / "broker", extra)
        self.env = os.environ | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
        there = ["--broker", f"127.0.0.1:{self.broker.port}", *scenario]
        self.live = [*CALL, "live", "paper", "--played", *there]
        self.play = [
            *CALL,
            "meters",
            "simulate",
            "paper",
            "--speed",
            str(speed),
            "--every",
            str(every),
            "--dialect",
            dialect,
            *there,
        ]

    def start(self, call):
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(call, cwd=self.folder, env=self.env, stdout=log, stderr=log)

    def listening(self, before=0):
        log = self.folder / "log.txt"
        for _ in range(6_000):  # the first one may have to compile
            if log.exists() and log.read_bytes().count(b"Listening.") > before:
                return
            time.sleep(0.05)
        raise AssertionError(log.read_text())

    def log(self):
        """Return what service and meters said last."""
        return (self.folder / "log.txt").read_text()[-2000:]

    def is_near_the_end(self):
        """Whether the played clock is in the last quarter of the first day or beyond it."""
        with contextlib.closing(sqlite3.connect(self.folder / "jiran-live" / "live.sqlite", timeout=60)) as store:
            about = dict(store.execute("SELECT name, value FROM about"))
        return int(about.get("played_ms", 0)) > int(about["first_ms"]) + 18 * 3_600_000

    def settled(self):
        """Return what was settled: registers by run, what homes are shown, and the roots of the ledger's days."""
        with contextlib.closing(sqlite3.connect(self.folder / "jiran-live" / "live.sqlite")) as store:
            registers = store.execute("SELECT * FROM intervals WHERE run >= 0 ORDER BY run, step_ms, home").fetchall()
            shown = store.execute("SELECT * FROM shown ORDER BY home").fetchall()
            (readings,) = store.execute("SELECT count(*) FROM readings").fetchone()
            (conflicts,) = store.execute("SELECT count(*) FROM conflicts").fetchone()
        with contextlib.closing(sqlite3.connect(self.folder / "jiran-live" / "jiran-ledger.sqlite")) as ledger:
            heads = [json.loads(head) for (head,) in ledger.execute("SELECT head FROM days ORDER BY n")]
        return {"registers": registers, "shown": shown, "readings": readings, "conflicts": conflicts,
                "days": [(head["day"], head["run"], head["root"]) for head in heads]}  # fmt: skip


def ended(process, within_s=600):
    """Return how a process ended; None if it did not in time, and then it is killed."""
    try:
        return process.wait(within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def undisturbed(folder, scenario, *, every):
    trial = Trial(folder, scenario, speed=0, every=every)
    trial.broker.start()
    service = trial.start(trial.live)
    trial.listening()
    assert trial.start(trial.play).wait(600) == 0
    assert service.wait(600) == 0
    trial.broker.stop()
    return trial.settled()


def load(meters=1_000, steps=96, speed=60):
    scenario = ["--set", "step_minutes=15", "--set", f"steps={steps}", "--set", f"homes.groups.solar.count={meters // 2}",
                "--set", f"homes.groups.ev.count={meters - meters // 2}", "--set", "homes.groups.hybrid.count=0", "--set", "homes.groups.normal.count=0"]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder) / "load", scenario, speed=speed, every=15, extra="allow_anonymous true")
        trial.broker.start()
        service = trial.start(trial.live)
        trial.listening()
        begun = time.monotonic()
        assert trial.start(trial.play).wait() == 0, (trial.folder / "log.txt").read_text()[-2000:]
        played = time.monotonic() - begun
        assert service.wait() == 0
        done = time.monotonic() - begun
        trial.broker.stop()
        found = trial.settled()
    expected = meters * (steps + 1) * 2
    print(f"{meters} meters x {steps} steps at {speed}x: {found['readings']} of {expected} readings, {found['conflicts']} conflicts;"
          f" played in {played:.0f} s, settled {done - played:.0f} s later, CPU of both {sum(os.times()[2:4]):.0f} s")  # fmt: skip
    return found["readings"] == expected and not found["conflicts"]


class Watcher:
    """The dashboard, and a visitor who opens its page of the street again and again until it is killed."""

    def __init__(self, trial):
        self._dashboard, self._killed, self.seen = DashboardProcess(trial.folder, trial.env), False, 0
        self._visitor = threading.Thread(target=self._visit, daemon=True)
        self._visitor.start()

    def _visit(self):
        try:
            self._dashboard.wait_until_healthy()
            while not self._killed:
                self.seen += b"Meters heard" in self.page()
        except Exception:
            if not self._killed:
                raise

    def page(self):
        return self._dashboard.visit("data", "part=live")

    def kill(self):
        self._killed = True
        self._dashboard.kill()
        self._visitor.join(60)


class Reader:
    """A process that reads the store again and again."""

    def __init__(self, trial):
        self._process = trial.start([sys.executable, "-c", READER])

    def kill(self):
        self._process.kill()
        self._process.wait()


class Service:
    """The service; it goes on where it ended."""

    def __init__(self, trial):
        self.process = trial.start(trial.live)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Broker:
    """The broker of a trial."""

    def __init__(self, trial):
        self._broker = trial.broker.start()

    def kill(self):
        self._broker.kill()


#: What is killed, as often as it stands here.
KINDS = {"service": Service, "broker": Broker, "reader": Reader, "dashboard": Watcher}
OFTEN = ("service", "service", "broker", "reader", "dashboard")


def order(random):
    """Yield what to kill: all in random order, again and again."""
    while True:
        yield from random.sample(OFTEN, len(OFTEN))


def killed_round(trial, number, random, whom):
    """Play a street and kill its parts up to so many times; return how often each was, and how many pages were seen."""
    counts, seen = Counter(), 0
    running = {kind: KINDS[kind](trial) for kind in ("broker", "service")}
    trial.listening()
    running |= {kind: KINDS[kind](trial) for kind in ("reader", "dashboard")}
    player = trial.start(trial.play)
    while player.poll() is None and counts.total() < number:
        time.sleep(random.uniform(0.1, 2.5))
        kind = next(whom)
        # What a broker confirmed last may be lost with it, and meters that have ended say nothing again.
        if player.poll() is not None or (kind == "broker" and trial.is_near_the_end()):
            continue
        running[kind].kill()
        seen += getattr(running[kind], "seen", 0)
        running[kind] = KINDS[kind](trial)
        counts[kind] += 1
    assert ended(player) == 0, trial.log()
    assert ended(running["service"].process) == 0, trial.log()
    assert b"run 1 (final)" in running["dashboard"].page(), "the dashboard does not show what was settled"
    for one in running.values():
        one.kill()
    return counts, seen + running["dashboard"].seen


def kills(number=300, seed=1, speed=7_200):
    random, killed, seen = Random(seed), Counter(), 0
    scenario = ["--set", "step_minutes=15", "--set", "steps=96"]
    lost = rounds = 0
    with tempfile.TemporaryDirectory() as folder:
        right = undisturbed(Path(folder) / "alone", scenario, every=15)
        whom = order(random)
        while killed.total() < number:
            trial = Trial(Path(folder) / f"round{rounds}", scenario, speed=speed, every=15)
            counts, pages = killed_round(trial, number - killed.total(), random, whom)
            killed, seen, rounds = killed + counts, seen + pages, rounds + 1
            found = trial.settled()
            wrong = [name for name in right if found[name] != right[name]]
            if wrong and "JIRAN_KEEP" in os.environ:  # to look at it
                shutil.copytree(trial.folder, Path(os.environ["JIRAN_KEEP"]) / trial.folder.name)
            lost += bool(wrong)
            outcome = f"differs in {wrong}" if wrong else "as undisturbed"
            print(
                f"round {rounds}: {killed.total()} kills so far, {seen} pages of the dashboard; {outcome}", flush=True
            )
    print(f"{killed.total()} kills in {rounds} rounds, {dict(killed)}: {lost} rounds differ from the undisturbed one")
    return not lost and set(killed) == set(OFTEN)


if __name__ == "__main__":
    what, *numbers = sys.argv[1:] or ["all"]
    given = [int(one) for one in numbers]
    good = {"load": lambda: load(*given), "kills": lambda: kills(*given), "all": lambda: kills() and load()}[what]()
    sys.exit(0 if good else 1)
