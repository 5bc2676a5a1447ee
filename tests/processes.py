"""The processes of this machine, as Linux tells of them."""

from __future__ import annotations

from pathlib import Path


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
