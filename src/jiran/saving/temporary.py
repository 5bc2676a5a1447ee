"""Names for what is being written: unique, known by their process, and swept away once that is dead.

The name says who made it, so that a run that starts later can tell a draft in use from one that was left behind, also
by another machine that shares the folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from jiran.saving.own import remove

#: `new` is being written; `old-...` was moved aside for a moment, and names its place by a hash.
_NAME = re.compile(r"\.jiran-(?:new|old-(?P<place>[0-9a-f]{8}))-(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]{12}")
#: What a process of another machine or container left is swept after a day: whether it lives cannot be told from here.
_FOREIGN_S = 86_400

#: What this process has begun and not ended.
_begun: dict[Path, Path | None] = {}


def begin(folder: Path, aside_of: Path | None = None) -> Path:
    """Return a name in a folder for what is being written, or for a target that is moved aside; `end` must follow.

    Nothing is made yet.

    Args:
        folder: The parent of the target, so that the last step is a rename within one file system.
        aside_of: The target that is moved aside; None for what is being written.
    """
    kind = "new" if aside_of is None else f"old-{_short(aside_of.name)}"
    path = folder / f".jiran-{kind}-{_host()}-{os.getpid()}-{secrets.token_hex(6)}"
    _begun[path] = aside_of
    return path


def end(path: Path) -> None:
    """Remove what is left under a name; what was moved aside goes back if its place is empty.

    It may be called twice, and for what was never made.
    """
    aside_of = _begun.get(path)
    _clear(path, aside_of)
    _begun.pop(path, None)


def give_up() -> None:
    """End everything that was begun: the process is about to go."""
    for path in list(_begun):
        end(path)


def sweep(target: Path) -> None:
    """Remove what dead processes left in the folder of a target, and put back what one of them moved aside of it.

    What cannot be removed stays: a leftover is no reason not to save.
    """
    with suppress(OSError):
        for entry in os.scandir(target.parent):
            found = _NAME.fullmatch(entry.name)
            if found is None:
                continue
            with suppress(OSError):
                about = entry.stat(follow_symlinks=False)
                ours = not hasattr(os, "geteuid") or about.st_uid == os.geteuid()
                if ours and _is_dead(found["host"], int(found["pid"]), about.st_mtime):
                    if found["place"] is None:
                        _clear(Path(entry.path), None)
                    elif found["place"] == _short(target.name):
                        _clear(Path(entry.path), target)


def _clear(path: Path, aside_of: Path | None) -> None:
    """Remove what stands under a temporary name, unless it belongs into an empty place."""
    with suppress(OSError):
        if aside_of is not None and not os.path.lexists(aside_of):
            path.rename(aside_of)
        elif path.is_dir() and not path.is_symlink():
            remove(path)
        else:
            path.unlink(missing_ok=True)


def _is_dead(host: str, pid: int, changed_s: float) -> bool:
    """Tell whether the process that made a name is gone.

    Args:
        host: Which machine or container it ran on, as `_host` says.
        pid: Its number there.
        changed_s: When what it left was last changed, s since 1970.
    """
    if os.name != "posix" or host != _host():
        return time.time() - changed_s > _FOREIGN_S
    try:
        os.kill(pid, 0)  # sends nothing: asks whether it is there
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


@cache
def _host() -> str:
    """Return what tells apart the machines and containers that may see one folder: process numbers count within one."""
    try:
        space = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116  no file to be opened
    except OSError:
        space = 0
    return _short(f"{socket.gethostname()} {space}")


def _short(text: str) -> str:
    """Return eight hexadecimal digits that stand for a text."""
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:8]
