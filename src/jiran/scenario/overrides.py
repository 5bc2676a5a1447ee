"""Values of a scenario replaced by dotted names, as `--set market.fraction=0.7` gives them.

It works on nested data, before the checks, so whatever a value changes is checked with the rest.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from jiran.documents.check import DEEPEST, check_depth
from jiran.errors import ScenarioError, shortened
from jiran.scenario.beside import PLUGINS
from jiran.scenario.grid import REPLACED


def with_overrides(data: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    """Return scenario data with some values replaced by their dotted names (see `load_scenario`).

    Args:
        data: As TOML holds it; stays as it is.
        overrides: Dotted names and values. A table that is not there yet is made.

    Returns:
        New nested data, not yet checked.

    Raises:
        ScenarioError: A name leads through a single value, to no entry of a list, or deeper than a scenario goes.
    """
    check_depth(data, ScenarioError, "scenario")
    data = copy.deepcopy(data)
    if overrides.get("grid.tariff") is not None:
        _make_room(data)
    if overrides.get("grid.sharing") is not None:
        data.pop("market", None)
        if isinstance(data.get("grid"), dict):
            data["grid"].pop("network_charge", None)
    for section, key in PLUGINS:
        given = data.get(section)
        if f"{section}.{key}" in overrides and isinstance(given, dict):
            data[section] = {} if overrides[f"{section}.{key}"] != given.get(key) else given
    check_once(data, overrides)
    for field, value in overrides.items():
        _override(data, field, value)
    return data


def _make_room(data: dict[str, Any]) -> None:
    """Leave out what a new tariff replaces: prices per kWh, and the currency, which is the tariff's."""
    data.pop("currency", None)
    if isinstance(data.get("grid"), dict):
        for name in REPLACED:
            data["grid"].pop(name, None)


def _override(data: dict[str, Any], field: str, value: Any) -> None:
    """Replace one value by its dotted name; unknown names are left to the scenario's own checks.

    Raises:
        ScenarioError: The name is too long, or leads through a single value.
    """
    place: Any = data
    *parents, last = field.split(".")
    if len(parents) >= DEEPEST:
        raise ScenarioError(field, value, f"there is no field of this name: none has more than {DEEPEST} parts")
    if not all(part.strip() for part in (*parents, last)):
        raise ScenarioError(repr(field), value, "there is no field of this name: it needs a key on each side of a dot")
    for part in parents:
        if not isinstance(place, list | dict):
            break
        key: Any = _entry(place, field, part, value) if isinstance(place, list) else part
        found = place[key] if isinstance(place, list) else place.setdefault(part, {})
        if isinstance(found, tuple):  # of a scenario's own data; TOML has lists
            place[key] = found = list(found)
        place = found
    if isinstance(place, list):
        place[_entry(place, field, last, value)] = value
    elif isinstance(place, dict):
        place[last] = value
    else:
        raise ScenarioError(
            field, value, f"there is no field of this name: {shortened('.'.join(parents), 80)} is a single value"
        )


def check_once(data: dict[str, Any], fields: Iterable[str]) -> None:
    """Refuse two names of one field, as a group of homes has them: by its place and by its kind.

    Args:
        data: Nested data of a scenario.
        fields: Dotted names.

    Raises:
        ScenarioError: Two mean the same field.
    """
    meant: dict[str, str] = {}
    for field in fields:
        with suppress(ScenarioError):  # what no entry is called is told where it is replaced
            if (other := meant.setdefault(field_meant(data, field), field)) != field:
                break
    else:
        return
    raise ScenarioError(field, ..., f"is the same field as {other}; give it once")


def field_meant(data: dict[str, Any], field: str) -> str:
    """Return the name of a field with the place in the list of each entry that is named otherwise, as `homes.groups.solar.count`.

    Args:
        data: Nested data of a scenario.
        field: Dotted name.

    Raises:
        ScenarioError: It names no entry of a list, or several.

    Example:
        >>> field_meant({"homes": {"groups": [{"kind": "ev"}, {"kind": "solar"}]}}, "homes.groups.solar.count")
        'homes.groups.1.count'
    """
    place: Any = data
    parts: list[str] = []
    for part in field.split("."):
        is_list = isinstance(place, list | tuple)
        key: Any = _entry(place, field, part, ...) if is_list else part
        parts.append(str(key))
        place = place.get(key) if isinstance(place, dict) else place[key] if is_list else None
    return ".".join(parts)


def is_place(part: str, entries: int) -> bool:
    """Tell whether a part of a dotted name is the number of an entry; ² is a digit and no number, and 5,000 digits are no entry.

    Args:
        part: Between two dots.
        entries: How many there are.
    """
    return part.isascii() and part.isdigit() and len(part) <= len(str(entries)) and int(part) < entries


def _entry(entries: list[Any] | tuple[Any, ...], field: str, part: str, value: Any) -> int:
    """Return which entry of a list a part of a dotted name means.

    Raises:
        ScenarioError: It names none of them, or several.
    """
    if is_place(part, len(entries)):
        return int(part)
    named = [
        i for i, entry in enumerate(entries) if isinstance(entry, dict) and part in (entry.get("kind"), entry.get("id"))
    ]
    if len(named) != 1:
        raise ScenarioError(
            field,
            value,
            f"{shortened(repr(part), 80)} names {len(named)} entries of the list; use a number from 0 to {len(entries) - 1}",
        )
    return named[0]
