"""Read a TOML file that somebody wrote, or say in one sentence why it cannot be read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from jiran.errors import JiranError, shortened

_MAX_BYTES = 5_000_000


def read_toml(path: Path, kind: str) -> dict[str, Any]:
    """Return the content of a TOML file, which may be empty.

    Args:
        path: The file.
        kind: What it should be, for messages, as "scenario".

    Raises:
        JiranError: It is not there, too large, no text or no TOML.
    """
    name = shortened(str(path), 200)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise JiranError(f"{name}: a {kind} is a short text file, this one has {path.stat().st_size / 1e6:.0f} MB")
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin a file with a mark
    except OSError as error:
        raise JiranError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeError as error:
        raise JiranError(f"{name}: is not a text file in UTF-8") from error
    except (ValueError, RecursionError) as error:  # also a number of 5,000 digits, and lists in lists without end
        raise JiranError(f"{name}: is not valid TOML: {shortened(str(error), 200)}") from error
