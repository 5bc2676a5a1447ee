"""Which folder is a result of jiran, and nothing else: only such a folder is replaced or removed.

A manifest alone is no proof: a user may have put a file of theirs into the folder, or changed the scenario. Both are
found here.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
#: What a person takes from a result, changes, and runs again; tables and figures come again by running it.
SCENARIO = "scenario.toml"
#: Every file that a result may hold; a manifest names those that it does hold, with their SHA-256.
RESULT = frozenset(
    {
        MANIFEST, SCENARIO, "trades.parquet", "homes.csv", "steps.csv", "bills.csv", "bill-totals.csv", "devices.parquet",
        "device-totals.csv", "kpis.json", "data-report.txt",
    }
)  # fmt: skip
#: What a file manager leaves in every folder that it has shown.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


def foreign(folder: Path) -> str | None:
    """Return what speaks against replacing a folder, or None: it is empty, or a result of jiran and nothing else.

    The answer holds for one state of the folder: if another run replaced it meanwhile, it is read again.

    Raises:
        OSError: It is not there, or cannot be read.
    """
    while True:
        before = folder.stat()
        found = _foreign(folder)
        if found is None or _same(before, folder.stat()):
            return found
        # Another run has put its own result here meanwhile: what was read is of both.


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    """Tell whether a folder was neither replaced nor given another entry between two looks."""
    return (one.st_ino, one.st_mtime_ns) == (other.st_ino, other.st_mtime_ns)


def _foreign(folder: Path) -> str | None:
    """Return what speaks against it, as `foreign`, from one look; symbolic links are never of jiran."""
    entries = [entry for entry in os.scandir(folder) if entry.name not in _LITTER]
    manifest = read_manifest(folder)
    listed = manifest.get("files")
    files: dict[str, str] = listed if isinstance(listed, dict) else {}
    known = RESULT | set(files)
    for entry in sorted(entries, key=lambda entry: entry.name):
        if entry.name not in known or not entry.is_file(follow_symlinks=False):
            return f"it holds {entry.name!r}, which is not a result of jiran"
    if entries and not manifest:
        return f"it holds {entries[0].name!r}, but no {MANIFEST} that says that jiran wrote it"
    with suppress(FileNotFoundError):
        if files.get(SCENARIO, "") not in ("", sha256(folder / SCENARIO)):
            return f"its {SCENARIO} was changed since jiran wrote it; move it elsewhere first"
    return None


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a result; empty if there is none, or none that jiran wrote."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    ours = isinstance(found, dict) and all(isinstance(found.get(key), str) for key in ("jiran", "digest_sha256"))
    return found if ours else {}


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file's bytes.

    Returns:
        64 hexadecimal digits; the file is read in pieces.
    """
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def remove(folder: Path) -> bool:
    """Remove a draft, or an earlier result; tell whether it is gone. What is not of jiran stays."""
    with suppress(OSError):
        if (folder / MANIFEST).exists() and foreign(folder) is not None:
            return False
        for entry in os.scandir(folder):
            if stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
                Path(entry.path).unlink(missing_ok=True)
        folder.rmdir()
    return not folder.exists()
