"""A live street under load, and killed at random moments: `make soak` prints what was lost.

`python tests/live/live_soak.py load [METERS STEPS SPEED]` plays many meters and counts readings; `... kills [NUMBER]` kills service, broker
and a reader with SIGKILL and compares what was settled with a street that was left alone.
"""

# ruff: noqa: T201, S311, S603  it prints its counts, draws moments and not secrets, and starts our own

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))
from brokers import Mosquitto

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
        log = (self.folder / "log.txt").open("ab")
        return subprocess.Popen(call, cwd=self.folder, env=self.env, stdout=log, stderr=log)

    def listening(self, before=0):
        log = self.folder / "log.txt"
        for _ in range(1_200):
            if log.exists() and log.read_bytes().count(b"Listening.") > before:
                return
            time.sleep(0.05)
        raise AssertionError(log.read_text())

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


def kills(number=300, seed=1, speed=7_200, kinds=("service", "service", "broker", "reader")):
    random = Random(seed)
    scenario = ["--set", "step_minutes=15", "--set", "steps=96"]
    lost = killed = rounds = 0
    with tempfile.TemporaryDirectory() as folder:
        right = undisturbed(Path(folder) / "alone", scenario, every=15)
        while killed < number:
            trial = Trial(Path(folder) / f"round{rounds}", scenario, speed=speed, every=15)
            trial.broker.start()
            service, reader, listened = trial.start(trial.live), None, 0
            trial.listening()
            player = trial.start(trial.play)
            while player.poll() is None:
                time.sleep(random.uniform(0.1, 2.5))
                if player.poll() is not None or killed >= number:
                    break
                what = random.choice(kinds)
                if what == "service":
                    service.send_signal(signal.SIGKILL)
                    service.wait()
                    service = trial.start(trial.live)
                elif what == "broker":
                    trial.broker.process.send_signal(signal.SIGKILL)
                    trial.broker.process.wait()
                    trial.broker.start()
                else:
                    if reader is not None:
                        reader.send_signal(signal.SIGKILL)
                        reader.wait()
                    reader = trial.start([sys.executable, "-c", READER])
                killed += 1
            assert player.wait(600) == 0, (trial.folder / "log.txt").read_text()[-2000:]
            if reader is not None:
                reader.send_signal(signal.SIGKILL)
                reader.wait()
            assert ended(service) == 0, (trial.folder / "log.txt").read_text()[-2000:]
            trial.broker.stop()
            found = trial.settled()
            wrong = [name for name in right if found[name] != right[name]]
            if wrong and "JIRAN_KEEP" in os.environ:  # to look at it
                shutil.copytree(trial.folder, Path(os.environ["JIRAN_KEEP"]) / trial.folder.name)
            lost += bool(wrong)
            rounds += 1
            print(
                f"round {rounds}: {killed} kills so far; {'as undisturbed' if not wrong else f'differs in {wrong}'}",
                flush=True,
            )
            del listened
    print(f"{killed} kills in {rounds} rounds: {lost} rounds differ from the undisturbed one")
    return not lost


if __name__ == "__main__":
    what, *numbers = sys.argv[1:] or ["all"]
    given = [int(one) for one in numbers]
    good = {"load": lambda: load(*given), "kills": lambda: kills(*given), "all": lambda: kills() and load()}[what]()
    sys.exit(0 if good else 1)
