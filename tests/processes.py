"""The processes of this machine, as Linux tells of them; and those of a test, which do not outlive its patience."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path

#: So long is listened to what a process says, s.
PATIENCE_S = 300.0


@contextmanager
def heard(process):
    """Kill a process that is listened to for too long: then it says no more, and who listens goes on."""
    timer = threading.Timer(PATIENCE_S, process.kill)
    timer.start()
    try:
        yield process
    finally:
        timer.cancel()


def children(pid):
    """Return the processes that descend from one."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        kin = [child for child, parent in parents.items() if parent == one]
        found += kin
        todo += kin
    return found
