"""Why a file cannot be written, in one sentence."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jiran.errors import JiranError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@contextmanager
def told(target: Path) -> Iterator[None]:
    """Turn what the system refuses into a sentence about the target.

    Args:
        target: As the user calls it.

    Raises:
        JiranError: It cannot be written, with the system's reason.
    """
    try:
        yield
    except JiranError:
        raise
    except Exception as error:
        reason = _reason(error)
        if reason is None:
            raise
        raise JiranError(f"{target}: cannot be written: {reason}") from error


def _reason(error: Exception) -> str | None:
    """Return the system's reason; libraries written in Rust tell its number in their text alone."""
    number = re.search(r"\(os error (\d+)\)", str(error))
    if number:
        return os.strerror(int(number[1]))
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error) if isinstance(error, ValueError | RuntimeError) else None  # a NUL in a name, links in a circle


def whole_path(target: Path) -> Path:
    """Return the path behind all symbolic links; it need not be there.

    Raises:
        JiranError: The links lead in a circle, or no file can be called so.
    """
    with told(target):
        path = target.resolve()
        if path.is_symlink():  # behind all links there is none, unless they lead in a circle
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        path.exists()  # says if the name is too long
        return path


def refuse_closed(target: Path, path: Path) -> None:
    """Refuse a place that is not ours to write to.

    Args:
        target: As the user calls it, for the sentence.
        path: The target behind its links.

    Raises:
        JiranError: It is read-only, or the folder that it is to stand in is, or that is no folder.
    """
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise JiranError(f"{target} is not written: it is read-only")
    above = next(folder for folder in path.parents if folder.exists())
    if not above.is_dir():
        raise JiranError(f"{target}: cannot be written: a file is in the way, {above}")
    if not os.access(above, os.W_OK | os.X_OK):
        raise JiranError(f"{target}: cannot be written: the folder {above} is read-only")


def refuse_inputs(target: Path, path: Path, inputs: Iterable[Path]) -> None:
    """Refuse to overwrite what the run reads, however it is called: links of both kinds, upper and lower case.

    Args:
        target: As the user calls it, for the sentence.
        path: The target behind its links: a file, or a folder whose files count too.
        inputs: Files that the run reads.

    Raises:
        JiranError: One of them would be overwritten or removed.
    """
    if not path.exists():
        return
    targets = {_identity(place) for place in (path, *(path.iterdir() if path.is_dir() else ())) if place.exists()}
    for file in inputs:
        whole = file.resolve()
        if any(_identity(place) in targets for place in (whole, *whole.parents) if place.exists()):
            raise JiranError(f"{target} is not written: this run reads {file}; choose another name")


def _identity(path: Path) -> tuple[int, int]:
    """Return what is the same for all names of a file."""
    about = path.stat()
    return about.st_dev, about.st_ino
