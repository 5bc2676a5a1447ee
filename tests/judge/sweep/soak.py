"""Kill or end a sweep at random moments, its client or a worker, by both engines, and count what is lost: `make soak` prints the counts.

`python tests/judge/sweep/soak.py 100` takes minutes. Each sweep is killed once or more, started again until it ends, and then
held against one that nobody touched.
"""

# ruff: noqa: T201, S311, S603  it prints its counts, draws moments and not secrets, and starts our own

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random

import polars as pl

import jiran
from processes import children

VARY, SEEDS = {"market.fraction": [0.5, 0.6, 0.7], "battery.capacity_kwh": [0, 20]}, 60
CLIENT = f"""
import sys
import jiran
import jiran.judge.sweep.run as running
running._HERE_S, running._BATCH_S = 0.0, 0.03
if __name__ == "__main__":
    jiran.sweep("paper", {VARY!r}, seeds={SEEDS}, folder=sys.argv[1], workers=2, dask=sys.argv[2] or None)
"""


class Cluster:
    """A scheduler of Dask and two workers, which come again when they are killed."""

    def __init__(self, stack, where):
        self.stack, self.file = stack, where / "scheduler.json"
        self.start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self.workers = [self.worker() for _ in range(2)]

    def start(self, program, *options):
        words = [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", str(self.file), *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running = self.stack.enter_context(subprocess.Popen(words, **quiet))
        self.stack.callback(running.kill)
        return running

    def worker(self):
        place = ("--local-directory", str(self.file.parent))
        return self.start("dask_worker", "--no-nanny", "--no-dashboard", "--nthreads", "1", *place)

    @property
    def address(self):
        import json  # noqa: PLC0415

        while not self.file.exists():
            time.sleep(0.05)
        return json.loads(self.file.read_text(encoding="utf-8"))["address"]


def killed_once(script, folder, whom, rng, cluster):
    """Start the client, kill or end it or a worker at a random moment, and start it again until it ends by itself."""
    command = [sys.executable, str(script), str(folder), cluster.address if cluster else ""]
    for _ in range(20):
        running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        how = rng.choice([signal.SIGKILL, signal.SIGTERM])
        if whom is not None:
            time.sleep(rng.uniform(1.0, 4.0))
            if whom == "client":
                running.send_signal(how)
            elif cluster:
                cluster.workers[0].send_signal(how)
                cluster.workers = [cluster.workers[1], cluster.worker()]
            elif kin := children(running.pid):
                os.kill(rng.choice(kin), how)
        whom = None  # once is enough
        if running.wait() == 0:
            return True
    return False


def wrong(rows, right):
    """Say what of a sweep is lost or different; None if nothing is."""
    if rows is None:
        return "it did not end in 20 starts"
    if rows.equals(right):
        return None
    faults = rows["fault"].drop_nulls().unique().to_list() if "fault" in rows.columns else []
    there = rows["key"].is_in(right["key"].implode()).sum()
    return f"{rows.height} rows, {there} of {right.height} points, faults {faults}"


def main(times):
    """Print the counts; return 1 if anything was lost."""
    rng, lost = Random(), 0
    right = jiran.sweep("paper", VARY, seeds=SEEDS, workers=1).table.sort("key")
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        script = Path(scratch) / "client.py"
        script.write_text(CLIENT, encoding="utf-8")
        for engine in ("processes", "dask"):
            cluster = Cluster(stack, Path(scratch)) if engine == "dask" else None
            for whom in ("client", "worker"):
                bad = 0
                for turn in range(times):
                    folder = Path(scratch) / f"{engine}-{whom}-{turn}"
                    ended = killed_once(script, folder, whom, rng, cluster)
                    rows = pl.scan_parquet(folder / "parts" / "*.parquet").collect().sort("key") if ended else None
                    if said := wrong(rows, right):
                        print(f"{engine}, {whom}, sweep {turn}: {said}", flush=True)
                        bad += 1
                print(
                    f"{engine}: {times} sweeps, a {whom} killed or ended at a random moment: {bad} lost or different",
                    flush=True,
                )
                lost += bad
    return bool(lost)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 25))
