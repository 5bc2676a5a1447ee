"""Swap two names of a file system at one instant, where the system can."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_HERE = -100  # AT_FDCWD of Linux: paths start at the current folder
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
#: This kernel or file system cannot; old containers say EPERM to every call that they do not know.
_UNABLE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}


def swap(one: Path, other: Path) -> bool:
    """Swap two folders or files of one file system; False if this system cannot.

    Linux has renameat2(2) since 3.15, macOS renamex_np(2) on APFS.

    Args:
        one: A path that is there.
        other: Another one of the same file system.

    Raises:
        OSError: One of them is not there, or may not be renamed.
    """
    if not sys.platform.startswith(("linux", "darwin")):
        return False
    library: Any = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            code = library.renamex_np(first, second, _EXCHANGE)
        else:
            code = library.renameat2(_HERE, first, _HERE, second, _EXCHANGE)
    except AttributeError:  # a C library without it
        return False
    if code == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNABLE:
        return False
    raise OSError(number, os.strerror(number), os.fspath(other))
