"""Tariffs as files: those that come with jiran, and those of users, which are the same; with values replaced or left out.

A file may extend another one, which may be one that comes with jiran: it says only what it changes. Components are
merged key by key, sources and notes are added, all else is replaced.
"""

from __future__ import annotations

import copy
import os
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from jiran.documents.check import check_depth, checked
from jiran.documents.read import read_toml
from jiran.errors import JiranError, TariffError, one_of, shortened
from jiran.tariffs.community import Sharing
from jiran.tariffs.identity import Identity
from jiran.tariffs.model import RATES, Tariff

_HERE = resources.files("jiran.tariffs")
_GRID, _SHARING = _HERE / "grid", _HERE / "sharing"

#: Lists that a file adds to those of the tariff that it extends.
_ADDED = ("sources", "notes")
#: Tables of which a file says only the keys that differ.
_TABLES = ("export", "schedule")
#: What a file that extends another one says for itself: it is another tariff.
_OWN = ("name", "title", "status", "follows")

Kind = TypeVar("Kind", bound=Identity)


@cache
def tariffs() -> dict[str, Tariff]:
    """Return the tariffs that come with jiran, by name.

    All of them are read and checked at the first call.
    """
    return {name: find_tariff(name) for name in _names(_GRID)}


@cache
def sharing() -> dict[str, Sharing]:
    """Return the schemes of sharing that come with jiran, by name."""
    return {name: find_sharing(name) for name in _names(_SHARING)}


def is_sharing(name: str) -> bool:
    """Tell whether a scheme of sharing of this name comes with jiran."""
    return name in _names(_SHARING)


def find_tariff(source: str) -> Tariff:
    """Return a tariff by its name, the same object each time, or from its file as it is now.

    Raises:
        JiranError: There is no such tariff, or a field is not allowed.
    """
    return load_tariff(source) if source.endswith(".toml") else _ready_tariff(source)


@cache
def _ready_tariff(name: str) -> Tariff:
    return load_tariff(name)


def load_tariff(
    source: str | os.PathLike[str], changes: dict[str, Any] | None = None, without: Iterable[str] = ()
) -> Tariff:
    """Return a tariff, with some values replaced and some components left out.

    Args:
        source: Name of a tariff (see `jiran tariffs`), or path of a TOML file.
        changes: Dotted names and values, as ``{"components.sst.rate": 0.06}``; a new rate replaces rates by month or period.
        without: Ids of components that are left out, also where others are a share of them.

    Raises:
        JiranError: There is no such tariff, or a field is not allowed.

    Example:
        >>> load_tariff("sg-sp-domestic", {"components.energy.rate": 0.2774}, ["gst"]).components["energy"].rate
        0.2774
    """
    name = os.fspath(source)
    return _in_file(name, lambda: _load(name, changes or {}, without))


def _load(source: str, changes: dict[str, Any], without: Iterable[str]) -> Tariff:
    """Return a tariff; arguments as `load_tariff`."""
    data = _read(source, ())
    for field, value in changes.items():
        _replace(data, field, value)
    for name in without:
        _leave_out(data, name)
    return checked(Tariff, data, TariffError, "tariff")


def find_sharing(source: str | os.PathLike[str]) -> Sharing:
    """Return a scheme of sharing by its name, the same object each time, or from a TOML file as it is now.

    Args:
        source: Name of a scheme (see `jiran tariffs`), or path of a TOML file.

    Raises:
        JiranError: There is no such scheme, or a field is not allowed.
    """
    name = os.fspath(source)
    if not name.endswith(".toml"):
        return _ready_sharing(name)
    return _in_file(name, lambda: checked(Sharing, read_toml(Path(name), "scheme"), TariffError, "scheme"))


@cache
def _ready_sharing(name: str) -> Sharing:
    return checked(Sharing, _ready(_SHARING, name, "scheme"), TariffError, "scheme")


def _in_file(source: str, read: Callable[[], Kind]) -> Kind:
    """Return what is read; of a file of a user, with the file named in what is wrong with it.

    Raises:
        JiranError: It cannot be used.
    """
    try:
        return read()
    except TariffError as error:
        raise (error.in_file(source) if source.endswith(".toml") else error) from None


def _names(folder: Traversable) -> tuple[str, ...]:
    """Return the names of the files in a folder, sorted."""
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def _ready(folder: Traversable, name: str, kind: str) -> dict[str, Any]:
    """Return a file that comes with jiran as nested data.

    Raises:
        TariffError: There is none of this name; the message lists them all.
    """
    known = _names(folder)
    if name not in known:
        allowed = one_of(known, name, otherwise=", or the path of a file that ends in .toml")
        raise TariffError(kind, name, f"{_of_the_other_kind(folder, name)}{allowed}")
    return tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))


def _of_the_other_kind(folder: Traversable, name: str) -> str:
    """Return what is said of a name in the other folder: tariffs and schemes of sharing are easily taken for each other."""
    if folder is _GRID and name in _names(_SHARING):
        return "is a scheme of sharing, which grid.sharing names beside a tariff; a tariff "
    if folder is _SHARING and name in _names(_GRID):
        return "is a tariff, which grid.tariff names; a scheme of sharing "
    return ""


def _read(source: str, seen: tuple[str, ...]) -> dict[str, Any]:
    """Return the data of a tariff, with those of the tariff that it extends.

    Args:
        source: Name or path.
        seen: Files that lead here, so that a circle is found.

    Raises:
        JiranError: It cannot be read, or it extends itself.
    """
    if source in seen:
        raise TariffError("extends", source, "must not lead back to the file itself")
    data = read_toml(Path(source), "tariff") if source.endswith(".toml") else _ready(_GRID, source, "tariff")
    check_depth(data, TariffError, "tariff")
    if isinstance(data.get("follows"), str) and data["follows"].endswith(".toml"):
        data["follows"] = str(Path(source).parent / data["follows"])
    base = data.pop("extends", None)
    if base is None:
        return data
    if not isinstance(base, str):
        raise TariffError("extends", base, "must be the name of a tariff, or the path of a file that ends in .toml")
    path = str(Path(source).parent / base) if base.endswith(".toml") else base
    return _extended(_read(path, (*seen, source)), data)


def _extended(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return a tariff with what another file changes of it."""
    data = {key: value for key, value in base.items() if key not in _OWN} | copy.deepcopy(own)
    for key in _ADDED:
        if isinstance(own.get(key, []), list) and isinstance(base.get(key, []), list):
            data[key] = [*own.get(key, []), *base.get(key, [])]
    for table in _TABLES:
        if isinstance(base.get(table), dict) and isinstance(own.get(table), dict):
            data[table] = copy.deepcopy(base[table] | own[table])
    components, changed = copy.deepcopy(base.get("components")), own.get("components", {})
    if isinstance(components, dict) and isinstance(changed, dict):
        data["components"] = components
        for name, values in changed.items():
            if isinstance(values, dict) and isinstance(components.get(name), dict):
                for key, value in values.items():
                    _set(components[name], key, value)
            else:
                components[name] = values
    return data


def _set(component: dict[str, Any], key: str, value: Any) -> None:
    """Replace one value of a component; one way to say the rate replaces the others."""
    if key in RATES:
        for other in RATES:
            component.pop(other, None)
    component[key] = value


def _replace(data: dict[str, Any], field: str, value: Any) -> None:
    """Replace one value by its dotted name.

    Raises:
        TariffError: There is no such component, or no such table.
    """
    parts = field.split(".")
    if parts[0] == "components" and len(parts) == 3:
        components = _components(data)
        if parts[1] not in components:
            raise TariffError(field, value, f"there is no such component; there are {', '.join(components)}")
        _set(components[parts[1]], parts[2], value)
    elif parts[0] == "export" and len(parts) == 2 and isinstance(data.get("export"), dict):
        data["export"][parts[1]] = value
    else:
        raise TariffError(field, value, "must be components.ID.KEY, or export.KEY of a tariff with export")


def _leave_out(data: dict[str, Any], name: str) -> None:
    """Leave out a component, and wherever another table names it.

    What was a share of nothing but this goes too.

    Raises:
        TariffError: There is no such component, or no other.
    """
    components = _components(data)
    if name not in components:
        raise TariffError("without", name, f"there is no such component; there are {', '.join(components)}")
    del components[name]
    if not components:
        raise TariffError("without", name, "is the only component")
    for other in [other for other, table in components.items() if table.get("base") == [name]]:
        _leave_out(data, other)  # a share of nothing
    for table in (*components.values(), data.get("export") or {}):
        for key in ("base", "cancels", "claws_back"):
            if isinstance(table, dict) and isinstance(table.get(key), list):
                table[key] = [one for one in table[key] if one != name]


def _components(data: dict[str, Any]) -> dict[str, Any]:
    """Return the components of a tariff that is not checked yet.

    Raises:
        JiranError: They are no tables.
    """
    components = data.get("components")
    if not isinstance(components, dict) or not all(isinstance(table, dict) for table in components.values()):
        raise JiranError(f"components: must be tables, as [components.energy], not {shortened(repr(components), 80)}")
    return components
