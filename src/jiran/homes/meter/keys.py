"""The keys that pin how files of meter data were read: with them nothing is guessed.

A scenario with these keys gives the same numbers when a later version guesses better, and says to a reader what was
assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.homes.meter.meaning import IGNORE, NET
from jiran.homes.meter.unpivot import TIME, VALUE
from jiran.homes.meter.vocabulary import UNITS

if TYPE_CHECKING:
    from jiran.homes.meter.read import Meters
    from jiran.homes.meter.readings import Readings
    from jiran.scenario import HomeData


def pinned(source: HomeData, found: Meters) -> dict[str, Any]:
    """Return the table [homes.data] that reads files as they were read.

    Args:
        source: What the scenario said of them.
        found: What they turned out to be.

    Returns:
        Keys and values of `HomeData`, ready to be written as TOML. What files have not in common is not pinned, since a
        key holds for all of them; `time_column` becomes an entry of `columns`.
    """
    keys: dict[str, Any] = {"path": source.path, **source.model_dump(exclude_defaults=True, exclude_none=True)}
    keys.pop("time_column", None)
    for key, values in _shared_keys(found).items():
        if len(values) == 1:  # files that differ are understood one by one
            keys[key] = values.pop()
    columns: dict[str, str] = {}
    words: dict[str, str] = {}
    for one in found.files:
        columns |= _columns(one)
        words |= _words(one)
    keys["columns"] = columns
    if words:
        keys["quantities"] = words
    return keys


def _shared_keys(found: Meters) -> dict[str, set[Any]]:
    """Return the keys that say how times and layouts are read, with the values that files have."""
    return {
        "layout": {one.meaning.layout for one in found.files},
        "time_zone": {one.zone for one in found.files},
        "time_label": {"end" if one.meaning.ends else "start" for one in found.files},
        "day_first": {not one.meaning.month_first for one in found.files},
        "repeated_hour": {one.repeated_hour for one in found.files if one.repeated_hour},
    }


def _columns(one: Readings) -> dict[str, str]:
    """Return what each column of a file was read as.

    Columns of net energy are called so and not import and export, which they became; the name of a home stands in each
    where it was found.
    """
    channels = {channel.name: channel for channel in reversed(one.channels)}
    columns = {name: text for name, text in one.meaning.columns.items() if name not in (TIME, VALUE)}
    for column in one.meaning.values:
        channel = channels.get(column.name)
        if column.name == VALUE or not column.said.quantity or channel is None:
            continue
        net = column.said.quantity == NET
        columns[column.name] = (
            f"{column.said} {'' if column.said.unit else channel.said.unit}".strip() if net else str(channel.said)
        )
    return {name: _without_unit(one, text) for name, text in columns.items()}


def _words(one: Readings) -> dict[str, str]:
    """Return what each word of a file's column of quantities was read as.

    {} for a file without such a column. A word that gave several units has that of its first.
    """
    if one.meaning.quantity is None:
        return {}
    channels = {channel.name: channel for channel in reversed(one.channels)}
    return {
        word: IGNORE if said.quantity == IGNORE else _without_unit(one, str(channels[word].said if word in channels else said))
        for word, said in one.meaning.words.items()
    }  # fmt: skip


def _without_unit(one: Readings, text: str) -> str:
    """Return a meaning without its unit, where each row says its own.

    Example: "import kWh register" becomes "import register".
    """
    if one.meaning.unit is None:
        return text
    return " ".join(part for part in text.split() if part not in UNITS)
