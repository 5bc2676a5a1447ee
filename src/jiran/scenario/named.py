"""Where a scenario names tariffs: for all homes, for groups, for single homes and for those of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: Keys under which a table names a tariff or a scheme of sharing, or a file of one.
TARIFF_KEYS = ("tariff", "sharing")


def tables_with_tariff(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each table of scenario data that names a tariff, with its dotted name, that of the grid first.

    Args:
        data: A scenario as nested data, which need not be one that is allowed.
    """
    for name, table in _tables(data):
        if isinstance(table, dict) and isinstance(table.get("tariff"), str):
            yield name, table


def tariffs_of(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each tariff that scenario data names, with the dotted name of the field."""
    return [(f"{name}.tariff", table["tariff"]) for name, table in tables_with_tariff(data)]


def tariff_files(data: Any) -> Iterator[str]:
    """Yield each file of a tariff or a scheme of sharing that nested data name, wherever it stands in them."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in TARIFF_KEYS and isinstance(value, str) and value.endswith(".toml"):
                yield value
            else:
                yield from tariff_files(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from tariff_files(value)


def _tables(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every table that may name a tariff."""
    yield "grid", data.get("grid")
    homes = data.get("homes")
    if not isinstance(homes, dict):
        return
    for key in ("groups", "single"):
        entries = homes.get(key)
        for place, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
            yield f"homes.{key}.{place}", entry
    source = homes.get("data")
    if isinstance(source, dict):
        yield "homes.data.all", source.get("all")
        own = source.get("home")
        for name, entry in own.items() if isinstance(own, dict) else ():
            yield f"homes.data.home.{name}", entry
