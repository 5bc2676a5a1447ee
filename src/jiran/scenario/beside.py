"""The files that a scenario names: which they are, where they start, and what of their names may be passed on.

Meter data, which may be a pattern of many, are found in `paths`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jiran.scenario.named import TARIFF_KEYS, tables_with_tariff, tariff_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.scenario.data import MeteredHome
    from jiran.scenario.grid import Grid
    from jiran.scenario.homes import HomeGroup, SingleHome
    from jiran.scenario.model import Scenario

#: Tables of a scenario that name a plug-in, and the key that does; it may be a file that ends in .py.
PLUGINS = (("market", "mechanism"), ("bids", "strategy"))
#: Where a policy that was learned may stand, as a file.
_RUN_BY = ("home_battery", "battery")

#: Tables that may name a tariff.
_Named = TypeVar("_Named", "Grid", "HomeGroup", "SingleHome", "MeteredHome")


def plugin_files(data: dict[str, Any]) -> dict[str, str]:
    """Return the plug-ins of scenario data that are files, by section: programs, which run when they are named.

    Whoever opens a scenario of somebody else asks this before it is checked, because checking runs such a program.
    """
    named = {section: data[section].get(key) for section, key in PLUGINS if isinstance(data.get(section), dict)}
    return {section: name for section, name in named.items() if isinstance(name, str) and name.endswith(".py")}


def policy_files(data: dict[str, Any]) -> dict[str, str]:
    """Return the policies that scenario data name, by the section of the stores that they run."""
    named = {section: data[section].get("controller") for section in _RUN_BY if isinstance(data.get(section), dict)}
    return {section: name for section, name in named.items() if isinstance(name, str) and name.endswith(".toml")}


def weather_file(data: dict[str, Any]) -> str | None:
    """Return the weather file that scenario data names, or None."""
    solar = data.get("solar")
    name = solar.get("weather") if isinstance(solar, dict) else None
    return name if isinstance(name, str) else None


def files_beside(data: dict[str, Any]) -> list[str]:
    """Return the files that scenario data name besides meter data: programs, weather, policies, tariffs, schemes of sharing.

    Whoever opens a scenario of somebody else asks this before it is checked, because checking reads them.
    """
    weather = weather_file(data)
    beside = [*plugin_files(data).values(), *policy_files(data).values()]
    return [*beside, *([] if weather is None else [weather]), *tariff_files(data)]


def with_paths(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Let relative paths in a scenario start at its own folder.

    Args:
        data: Nested data, changed in place; what is of another type than a path is left to the checks.
        folder: Where the file lies.
    """
    return _with_files(data, lambda name: str(folder / name))


def with_names(data: dict[str, Any]) -> dict[str, Any]:
    """Leave of each file that a scenario names its name alone, so that it is the same wherever the files lie.

    Args:
        data: Nested data, changed in place.
    """
    return _with_files(data, lambda name: Path(name).name)


def _with_files(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Change the name of each file that scenario data name, in place."""
    homes = data.get("homes")
    source = homes.get("data") if isinstance(homes, dict) else None
    if isinstance(source, dict):
        if isinstance(source.get("path"), str):
            source["path"] = change(source["path"])
        if isinstance(source.get("also"), list | tuple):
            source["also"] = [change(name) if isinstance(name, str) else name for name in source["also"]]
    if (weather := weather_file(data)) is not None:
        data["solar"]["weather"] = change(weather)
    for _, table in tables_with_tariff(data):
        for key in TARIFF_KEYS:
            if isinstance(table.get(key), str) and table[key].endswith(".toml"):
                table[key] = change(table[key])
    files = plugin_files(data)
    for section, key in PLUGINS:
        if section in files:
            data[section][key] = change(files[section])
    data |= {name: {**data[name], "controller": change(file)} for name, file in policy_files(data).items()}
    return data


def shareable(scenario: Scenario) -> Scenario:
    """Return a scenario that may be passed on: of files on this machine only the name is told.

    Returns:
        The same scenario for the eye; it can be run again only where files of these names lie beside it.
    """
    homes = scenario.homes
    changed: dict[str, Any] = {
        "grid": _told(scenario.grid).model_copy(update={"sharing": _file_alone(scenario.grid.sharing)}),
        "homes": homes.model_copy(
            update={"groups": tuple(map(_told, homes.groups)), "single": tuple(map(_told, homes.single))}
        ),
    }
    if homes.data is not None:
        source = homes.data
        names: dict[str, Any] = {"path": Path(source.path).name, "also": tuple(Path(name).name for name in source.also)}
        if source.all is not None:
            names["all"] = _told(source.all)
        if isinstance(source.home, dict):
            names["home"] = {home: _told(one) for home, one in source.home.items()}
        changed["homes"] = homes.model_copy(update={"data": source.model_copy(update=names)})
    if scenario.solar.weather is not None:
        changed["solar"] = scenario.solar.model_copy(update={"weather": Path(scenario.solar.weather).name})
    for section, key in PLUGINS:
        chosen = getattr(scenario, section)
        name = getattr(chosen, key)
        if name.endswith(".py"):
            changed[section] = chosen.model_copy(update={key: Path(name).name})
    for section in _RUN_BY:
        asked = getattr(scenario, section)
        changed[section] = asked.model_copy(update={"controller": _file_alone(asked.controller)})
    return scenario.model_copy(update=changed)


def _told(table: _Named) -> _Named:
    """Return a table that may name a tariff without the folder of its file."""
    return table.model_copy(update={"tariff": _file_alone(table.tariff)})


def _file_alone(name: str | None) -> str | None:
    """Return the name of a tariff or scheme; of a file without its folder."""
    return Path(name).name if name is not None and name.endswith(".toml") else name
