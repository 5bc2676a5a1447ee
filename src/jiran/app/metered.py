"""The files that scenario data read their homes from: which, and other names for them. The data need not be checked yet."""

from __future__ import annotations

import copy
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def names_of_files(data: dict[str, Any]) -> list[str] | None:
    """Return the names of the files of meter data; None if there are none, or they are no names."""
    homes = data.get("homes")
    metered = homes.get("data") if isinstance(homes, dict) else None
    if not isinstance(metered, dict) or not isinstance(metered.get("also", []), list | tuple):
        return None
    names = [metered.get("path"), *metered.get("also", [])]
    return names if all(isinstance(name, str) for name in names) else None


def reading_from(data: dict[str, Any], names: Sequence[str | None]) -> dict[str, Any]:
    """Return scenario data that read their homes from other files."""
    data = copy.deepcopy(data)
    metered = data["homes"]["data"]
    metered["path"] = names[0]
    metered.pop("also", None)
    if len(names) > 1:
        metered["also"] = list(names[1:])
    return data


def called(files: Sequence[str]) -> str:
    """Return what homes of files are called: by the first of them; "" if there are none.

    Example:
        >>> called(["/a/H1.csv", "/b/H2.csv", "/c/H3.csv"])
        'H1.csv and 2 more'
    """
    name = PurePath(files[0]).name if files else ""
    return f"{name} and {len(files) - 1:,} more" if len(files) > 1 else name
