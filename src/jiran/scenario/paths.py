"""Which files hold the meter data of a scenario: names, and patterns that name several."""

from __future__ import annotations

import glob
import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from jiran.errors import DataError

if TYPE_CHECKING:
    from jiran.scenario.data import HomeData

_MOST_FILES = 20_000


def files_of(source: HomeData, folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of all files, those of a pattern in natural order.

    Args:
        source: What the scenario says of files.
        folder: Where relative names and patterns start; None: the working directory.

    Returns:
        Names as they can be opened from the folder, each once, in the order in which they are named.

    Raises:
        DataError: A pattern fits no file, or too many.
    """
    found: list[str] = []
    for name in source.names:
        if not is_pattern(name, folder):
            found.append(name)
            continue
        fitting = sorted(glob.glob(name, root_dir=folder), key=natural)  # noqa: PTH207  the pattern may be absolute
        fitting = [one for one in fitting if ((folder or Path()) / one).is_file()]
        if not fitting:
            raise DataError(name, "no file fits this pattern")
        found += fitting
    found = list(dict.fromkeys(found))
    if len(found) > _MOST_FILES:
        raise DataError(source.path, f"names {len(found):,} files; at most {_MOST_FILES:,} can be read")
    return tuple(found)


def is_pattern(name: str, folder: Path | None = None) -> bool:
    """Tell whether a name is a pattern and not itself the name of a file.

    A file may be called "meters[1].csv"; if it is there, it is meant.
    """
    try:
        exists = ((folder or Path()) / name).exists()
    except (OSError, ValueError):
        exists = False
    return glob.has_magic(name) and not exists


def home_of_file(name: str) -> str:
    """Return the id of the home of a file that names none: the file's name without its ending.

    Example:
        >>> home_of_file("meters/House 12.csv"), home_of_file(".csv")
        ('House 12', '.csv')
    """
    return PurePath(name).stem[:60] or "home"


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts H2 before H10.

    Example:
        >>> sorted(["H10", "H2", "School", "10"], key=natural)
        ['10', 'H2', 'H10', 'School']
    """
    parts = re.split(r"([0-9]+)", name)
    return [(0, int(part), part) if part[:1] in "0123456789" and part else (1, 0, part) for part in parts]
