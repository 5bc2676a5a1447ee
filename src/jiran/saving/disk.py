"""Bring bytes to the disk: what is synced outlasts a power cut.

A rename is atomic for those who look, but after a power cut a name may stand before its bytes; so bytes come first,
then names.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write_new(path: Path, write: Callable[[BinaryIO], object], mode: int | None = None) -> None:
    """Write a file that is not there yet, down to the disk, with a mode of its own if one is given.

    Args:
        path: Where; the folder is there.
        write: Gets the open file.
        mode: Permissions as of `os.chmod`; None: the system's usual ones.

    Raises:
        FileExistsError: Something stands there.
        OSError: The disk is full, or what else the system says.
    """
    with path.open("xb") as file:
        if mode is not None:
            path.chmod(mode)
        write(file)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk; not every file system can, and Windows does it by itself."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
