"""A plug-in that ends the program with os._exit fails as one that calls exit() does: with a sentence, and exit code 2."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

_really = os._exit
#: Files of plug-ins from outside, and the process that loaded them: what they fork ends as it likes.
_files: set[str] = set()
_process = 0


def hold(file: str) -> None:
    """Let os._exit, called by code of this file in this process, raise SystemExit from now on.

    Args:
        file: The file, as its code objects name it.
    """
    global _process  # noqa: PLW0603  os._exit is one for all of the process
    _files.add(file)
    _process = os.getpid()
    os._exit = _exit


def _exit(status: int = 0) -> NoReturn:
    """End the process, unless a plug-in asks: whoever ran it then says so, and nobody takes its end for a finished run.

    Args:
        status: Exit code.

    Raises:
        SystemExit: A plug-in calls it.
    """
    if os.getpid() == _process and sys._getframe(1).f_code.co_filename in _files:  # noqa: SLF001  who asks
        raise SystemExit(status)
    _really(status)
