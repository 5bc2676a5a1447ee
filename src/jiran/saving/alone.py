"""One process at a time writes into a folder that is filled little by little."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jiran.errors import JiranError

fcntl: Any
msvcrt: Any
try:
    import fcntl
except ImportError:  # Windows, which has no locks on folders, and locks a part of a file instead
    fcntl = None
    import msvcrt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What is locked where a folder cannot be; it stays, as whoever removed it could remove that of another process.
_DOOR = ".jiran-lock"
#: What the system says where another process holds the lock.
_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder; the system lets go of it when this process ends, however it ends.

    Where a file system knows no locks, nobody is kept out.

    Args:
        folder: It is there.

    Raises:
        JiranError: Another process is at work in it.
    """
    door = os.open(folder / _DOOR, os.O_RDWR | os.O_CREAT) if fcntl is None else os.open(folder, os.O_RDONLY)
    try:
        try:
            _lock(door)
        except OSError as error:
            if error.errno in _HELD:
                raise JiranError(
                    f"{folder}: another process is at work in it; wait for its end, or name another folder"
                ) from error
        yield
    finally:
        os.close(door)


def _lock(door: int) -> None:
    """Lock what is open, or say at once that another process did.

    Raises:
        OSError: It did, or there are no locks here.
    """
    if fcntl is None:
        msvcrt.locking(door, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
