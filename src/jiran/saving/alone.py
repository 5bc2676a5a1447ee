"""One process at a time writes into a folder that is filled little by little."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from jiran.errors import JiranError

try:
    import fcntl
except ImportError:  # Windows, which has no locks on folders
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder; the system lets go of it when this process ends, however it ends.

    Where a file system knows no locks, nobody is kept out.

    Args:
        folder: It is there.

    Raises:
        JiranError: Another process is at work in it.
    """
    if fcntl is None:
        yield
        return
    door = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise JiranError(
                    f"{folder}: another process is at work in it; wait for its end, or name another folder"
                ) from error
        yield
    finally:
        os.close(door)
