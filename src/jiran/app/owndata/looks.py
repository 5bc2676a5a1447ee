"""How offered files are understood: read once, and kept for all viewers while there is room."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from jiran.app import links, shelf
from jiran.app.memory import Kept
from jiran.app.metered import called
from jiran.errors import DataError, JiranError
from jiran.homes.meter.columns import Columns, columns_of_files
from jiran.homes.meter.look import Look, look_of
from jiran.homes.meter.read import meters
from jiran.homes.meter.street import in_zone
from jiran.homes.meter.week import Week, week_of
from jiran.scenario.paths import files_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.app.owndata.offer import Offer
    from jiran.homes.meter.read import Coverage
    from jiran.scenario import HomeData

#: What is kept for all viewers together, bytes.
_KEPT_BYTES = 100_000_000


@dataclass(frozen=True)
class Seen:
    """How files are understood, or why not.

    Attributes:
        look: How they are understood; None if they are not.
        week: A week of them.
        problem: Why they are not understood, without the name of the file.
        source: The file that is not understood.
    """

    look: Look | None = None
    week: Week | None = None
    problem: str = ""
    source: str = ""


@lru_cache(maxsize=1)
def _kept() -> Kept[Seen]:
    return Kept(_KEPT_BYTES)


@lru_cache(maxsize=1)
def _kept_columns() -> Kept[Columns]:
    return Kept(_KEPT_BYTES)


def seen(offer: Offer, tell: Callable[[float], None]) -> Seen:
    """Return how the files of an offer are understood, from memory or by reading them.

    Args:
        offer: The files, and what is said of them.
        tell: Is told the share that is read, 0..1, and raises to end it.
    """
    key = _key(offer.source, offer.zone)
    found = _kept().get(key)
    if found is None:
        found = _looked_at(offer, tell)
        if not found.source and found.look is None:  # not the file's fault: the next time may be luckier
            return found
        _kept().put(key, found)
        if found.look is not None:  # the scenario will name the files with these keys
            named = offer.source.model_validate(in_zone(found.look.keys, offer.zone))
            _kept().put(_key(named, offer.zone), found)
    return found


def columns(offer: Offer) -> Columns:
    """Return what is known of the columns of an offer's files.

    Raises:
        JiranError: One of them is no table.
    """
    key = _key(offer.source, offer.zone)
    found = _kept_columns().get(key)
    if found is None:
        with links.reading(offer.name):
            found = columns_of_files(offer.source)
        _kept_columns().put(key, found)
    return found


def coverage(source: HomeData, zone: str) -> Coverage | None:
    """Return what files have if they were looked at lately; else None."""
    found = _kept().get(_key(source, zone))
    return None if found is None or found.look is None else found.look.covered


def is_hopeless(offer: Offer) -> str:
    """Return why files are of no use whatever is said of their columns; "" if something can be said.

    What is no table, and a table without a number, cannot be corrected by choosing.
    """
    try:
        found = columns(offer)
    except JiranError as error:
        return shelf.without_paths(str(error))
    if found.problem and not found.could_be_read:
        return f"{offer.name}: {found.problem.partition('; ')[0]}"
    return ""


def _looked_at(offer: Offer, tell: Callable[[float], None]) -> Seen:
    try:
        with links.reading(offer.name):
            found = meters(offer.source, offer.zone, progress=lambda done, of: tell(0.8 * done / of))
            look = look_of(offer.source, found, offer.zone)
            tell(0.95)
            return Seen(look, week_of(found, offer.zone))
    except DataError as error:
        return Seen(problem=shelf.without_paths(error.problem), source=called([error.source]))
    except JiranError as error:
        return Seen(problem=shelf.without_paths(str(error)))


def _key(source: HomeData, zone: str) -> str:
    try:
        paths = [Path(name) for name in files_of(source)]
    except DataError:  # reading them says so
        paths = []
    changed = max((path.stat().st_mtime_ns for path in paths if path.exists()), default=0)
    return f"{zone} {changed} {source.model_dump_json()}"
