"""Where uploaded meter data lies: in a folder of the dashboard's own, each file under the hash of its content.

Nobody can name another file by such a hash, and nobody can guess the hash of data that they do not have. What was
uploaded more than a day ago is swept away.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
from pathlib import Path

from jiran.errors import JiranError

#: Uploads are kept for a day.
KEPT_S = 86_400
#: How a scenario in a link names uploaded data: the hash of its content, and what the file was called.
_NAMED = re.compile(r"upload:([0-9a-f]{64})/([^/\\\x00-\x1f]{1,100})")
_LONGEST_NAME = 100
_FOLDER = "jiran-uploads-"
#: The way to such a file, as it stands in other programs' messages.
_WHERE = re.compile(rf"[^\s\"'=]*{_FOLDER}\w+[/\\][0-9a-f]{{64}}[/\\]")


def folder() -> Path:
    """Return the folder of uploads, which nobody else on this machine can look into.

    Raises:
        JiranError: It cannot be made, or is somebody else's.
    """
    own = Path(tempfile.gettempdir()).resolve() / f"{_FOLDER}{getattr(os, 'getuid', lambda: 'user')()}"
    try:
        own.mkdir(mode=0o700, exist_ok=True)
        found = own.lstat()
        if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
            raise JiranError("the folder of uploads belongs to somebody else on this machine: nothing can be uploaded")
        own.chmod(0o700)
    except OSError as error:
        raise JiranError(f"uploads cannot be kept on this machine: {error.strerror}") from error
    return own


def put(name: str, content: bytes) -> Path:
    """Keep a file, and return where it is.

    Raises:
        JiranError: It cannot be written.
    """
    sweep()
    place = folder() / hashlib.sha256(content).hexdigest()
    path = place / safe_name(name)
    fresh = place / f".{os.getpid()}-{time.monotonic_ns()}"
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        if not path.exists():
            fresh.write_bytes(content)
            fresh.replace(path)
        os.utime(place)
    except OSError as error:
        raise JiranError(f"uploads cannot be kept on this machine: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
    return path


def remove(path: Path) -> None:
    """Remove a file that turned out to be of no use."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        path.parent.rmdir()


def sweep() -> None:
    """Remove what was uploaded more than a day ago."""
    oldest_s = time.time() - KEPT_S
    with contextlib.suppress(OSError):
        for place in folder().iterdir():
            if place.lstat().st_mtime < oldest_s:
                shutil.rmtree(place, ignore_errors=True)


def named(path: str) -> str | None:
    """Return how a link names a file of the folder; None for any other file."""
    place = Path(path)
    name = f"upload:{place.parent.name}/{place.name}"
    return name if place.parent.parent == folder() and _NAMED.fullmatch(name) else None


def found(name: str) -> Path | None:
    """Return the file that a link names, None if it does not name an upload.

    Raises:
        JiranError: The upload is not there any more.
    """
    match = _NAMED.fullmatch(name)
    if match is None:
        return None
    sweep()
    path = folder() / match[1] / match[2]
    if match[2] in (".", "..") or path.is_symlink() or not path.is_file():
        raise JiranError(
            f"the meter data {match[2]} is not here any more: uploads are kept for a day, so upload the file again"
        )
    return path


def without_paths(text: str) -> str:
    """Return text in which a file of the folder is called what its owner called it."""
    return _WHERE.sub("", text)


def safe_name(name: str) -> str:
    """Return a name that any file system takes, with the same ending: at most 100 bytes, no signs that steer."""
    plain = (
        re.sub(r"[/\\:*?\"<>|\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", " ", name).strip(" .")
        or "upload"
    )
    stem, dot, ending = plain.rpartition(".")
    end = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
    start = (stem if end else plain).encode()[: _LONGEST_NAME - len(end.encode())].decode(errors="ignore")
    return (start.strip() or "upload") + end
