"""Scenarios as TOML: presets, files, overrides, and a commented starter file.

Three forms of one thing: TOML text, nested data (dictionaries and lists), and the checked scenario. Overrides work on
nested data, so whatever they change is checked with the rest.
"""

from __future__ import annotations

import copy
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import tomli_w

from jiran.documents.check import DEEPEST, check_depth
from jiran.documents.read import read_toml
from jiran.errors import JiranError, ScenarioError, one_of, shortened
from jiran.scenario.check import validate
from jiran.scenario.data import MeteredHome
from jiran.scenario.grid import REPLACED, Grid
from jiran.scenario.homes import HomeGroup, SingleHome
from jiran.scenario.model import WORDS, Scenario
from jiran.scenario.named import TARIFF_KEYS, tables_with_tariff, tariff_files
from jiran.scenario.paths import files_of

#: Tables of a scenario that name a plug-in, and the key that does; it may be a file that ends in .py.
PLUGINS = (("market", "mechanism"), ("bids", "strategy"))
#: Where a policy that was learned may stand, as a file.
_RUN_BY = ("home_battery", "battery")

#: Tables that may name a tariff.
_Named = TypeVar("_Named", Grid, HomeGroup, SingleHome, MeteredHome)

_PRESETS = resources.files("jiran.scenario") / "presets"

#: Table of a preset's file that says what answers its question; it is no part of the scenario.
_ANSWER = "answer"


class Asked(NamedTuple):
    """What answers the question of a preset: figures of its run beside those of the same street changed.

    Attributes:
        figures: Names of figures of a run.
        changes: What is changed, as `load_scenario` takes it.
        instead: The same in words, as in "without the batteries".
    """

    figures: tuple[str, ...]
    changes: dict[str, Any]
    instead: str


@cache
def presets() -> dict[str, str]:
    """Return the ready scenarios: name -> question and description, the paper's first.

    They are read once; a preset that says neither has "".
    """
    names = sorted(_preset_names(), key=lambda name: (name != "paper", name))
    return {name: _about(_read_preset(name)) for name in names}


def _about(data: dict[str, Any]) -> str:
    """Return question and description of scenario data."""
    return " ".join(filter(None, (data.get("question"), data.get("description"))))


def asked(preset: str) -> Asked | None:
    """Return what answers the question of a preset; None: what trading is worth does."""
    said = _preset_data(preset).get(_ANSWER)
    return None if said is None else Asked(tuple(said["figures"]), said["changes"], said["instead"])


def about(scenario: Scenario, *free: str) -> tuple[str, str]:
    """Return question and description of a scenario: nothing where they are those of a preset that was then changed.

    What a preset says of itself may not hold of what was made of it.

    Args:
        scenario: The scenario.
        free: Tables that may be others all the same, as "market" where rules are compared.
    """
    said = scenario.question, scenario.description
    if scenario.name not in _preset_names():
        return said
    preset = _preset(scenario.name)
    if scenario.model_copy(update={name: getattr(preset, name) for name in (*WORDS, *free)}) == preset:
        return said
    question, description = said
    return "" if question == preset.question else question, "" if description == preset.description else description


@cache
def _preset(name: str) -> Scenario:
    return load_scenario(name)


def load_scenario(
    source: str | os.PathLike[str] | Mapping[str, Any], overrides: Mapping[str, Any] | None = None
) -> Scenario:
    """Return a scenario from a preset, a file or nested data, with some values replaced.

    Args:
        source: Name of a preset (see `jiran scenarios`), path of a TOML file, or tables and values as TOML holds them, as
            ``tomllib.loads`` gives them; paths in those start in the current folder.
        overrides: Dotted names and values, as ``{"market.fraction": 0.7, "homes.groups.solar.count": 8}``; an entry
            of a list is named by its number from 0, or by its kind or id where that is unique. A new
            ``market.mechanism`` or ``bids.strategy`` leaves out the old one's parameters, a new ``grid.tariff`` the
            scenario's own prices and currency, a new ``grid.sharing`` its network charge and market rule.

    Raises:
        ScenarioError: There is no such scenario, or a field is not allowed.

    Example:
        >>> import jiran
        >>> jiran.load_scenario("paper", {"market.fraction": 0.7}).market.parameters["fraction"]
        0.7
    """
    if not isinstance(overrides, Mapping | None):
        raise ScenarioError("overrides", overrides, "must be values by dotted name, as {'market.fraction': 0.7}")
    return validate(with_overrides(read_scenario(source), dict(overrides or {})))


def read_scenario(source: str | os.PathLike[str] | Mapping[str, Any]) -> dict[str, Any]:
    """Return a preset, a TOML file or what stands for it as nested data, not yet checked.

    Raises:
        JiranError: There is no such scenario, or it is not TOML.
    """
    if isinstance(source, Mapping):
        return dict(source)
    name = os.fspath(source) if isinstance(source, str | os.PathLike) else None
    if not isinstance(name, str):
        raise ScenarioError(
            "scenario", source, "must be the name of a preset, the path of a .toml file, or its tables and values"
        )
    return _read_file(Path(name)) if name.endswith(".toml") else _read_preset(name)


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
    for field, value in overrides.items():
        _override(data, field, value)
    return data


def _make_room(data: dict[str, Any]) -> None:
    """Leave out what a new tariff replaces: prices per kWh, and the currency, which is the tariff's."""
    data.pop("currency", None)
    if isinstance(data.get("grid"), dict):
        for name in REPLACED:
            data["grid"].pop(name, None)


def to_toml(scenario: Scenario) -> str:
    """Return a scenario as TOML with every value spelled out.

    Reading it gives an equal scenario, also when a later version has other defaults.
    """
    return tomli_w.dumps(as_data(scenario))


def to_toml_anywhere(scenario: Scenario) -> str:
    """Return the same TOML with whole paths: it finds its files from whatever folder it stands in."""
    return tomli_w.dumps(_with_paths(as_data(scenario), Path.cwd()))


def plugin_files(data: dict[str, Any]) -> dict[str, str]:
    """Return the plug-ins of scenario data that are files, by section: programs, which run when they are named.

    Whoever opens a scenario of somebody else asks this before it is checked, because checking runs such a program.
    """
    named = {section: data[section].get(key) for section, key in PLUGINS if isinstance(data.get(section), dict)}
    return {section: name for section, name in named.items() if isinstance(name, str) and name.endswith(".py")}


def files_beside(data: dict[str, Any]) -> list[str]:
    """Return the files that scenario data name besides meter data: programs, weather, policies, tariffs, schemes of sharing.

    Whoever opens a scenario of somebody else asks this before it is checked, because checking reads them.
    """
    weather = weather_file(data)
    beside = [*plugin_files(data).values(), *policy_files(data).values()]
    return [*beside, *([] if weather is None else [weather]), *tariff_files(data)]


def policy_files(data: dict[str, Any]) -> dict[str, str]:
    """Return the policies that scenario data name, by the section of the stores that they run."""
    named = {section: data[section].get("controller") for section in _RUN_BY if isinstance(data.get(section), dict)}
    return {section: name for section, name in named.items() if isinstance(name, str) and name.endswith(".toml")}


def weather_file(data: dict[str, Any]) -> str | None:
    """Return the weather file that scenario data names, or None."""
    solar = data.get("solar")
    name = solar.get("weather") if isinstance(solar, dict) else None
    return name if isinstance(name, str) else None


def input_files(scenario: Scenario) -> list[Path]:
    """Return the files that a run of a scenario reads: meter data, weather, tariffs, and plug-ins that are files.

    Returns:
        Paths as they are named, patterns resolved to what is there now.

    Raises:
        DataError: A pattern fits no file.
    """
    data = scenario.homes.data
    metered = () if data is None else files_of(data)
    return [Path(name) for name in (*metered, *files_beside(as_data(scenario)))]


def as_data(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as plain nested data, as TOML holds it.

    Fields without a value and empty lists of homes are left out, since TOML has no word for nothing.
    """
    data: dict[str, Any] = scenario.model_dump(exclude_none=True)
    data["homes"] = {name: value for name, value in data["homes"].items() if value}
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


def starter() -> str:
    """Return a commented scenario to begin with."""
    return (_PRESETS / "starter.txt").read_text(encoding="utf-8")


def _read_preset(name: str) -> dict[str, Any]:
    """Return a preset as nested data.

    Raises:
        ScenarioError: There is none of this name; the message lists them all.
    """
    if name not in _preset_names():
        known = sorted(_preset_names())
        raise ScenarioError(
            "scenario", name, one_of(known, name, otherwise=", or the path of a file that ends in .toml")
        )
    data = _preset_data(name)
    data.pop(_ANSWER, None)
    return data


def _preset_data(name: str) -> dict[str, Any]:
    return tomllib.loads((_PRESETS / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _preset_names() -> frozenset[str]:
    """Return the names of all presets; a new file in the folder is enough to have one more."""
    return frozenset(entry.name.removesuffix(".toml") for entry in _PRESETS.iterdir() if entry.name.endswith(".toml"))


def _read_file(path: Path) -> dict[str, Any]:
    """Return a TOML file as nested data, with paths that start at its folder.

    Raises:
        JiranError: It cannot be read, is no TOML, or is empty.
    """
    data = read_toml(path, "scenario")
    if not data:
        name = shortened(str(path), 200)
        raise JiranError(f"{name}: is empty; `jiran new {shortened(path.name, 60)}` writes a file to begin with")
    return _with_paths(data, path.parent)


def _with_paths(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Let relative paths in a scenario start at its own folder.

    Args:
        data: Nested data, changed in place; what is of another type than a path is left to the checks.
        folder: Where the file lies.
    """
    homes = data.get("homes")
    source = homes.get("data") if isinstance(homes, dict) else None
    if isinstance(source, dict):
        if isinstance(source.get("path"), str):
            source["path"] = str(folder / source["path"])
        if isinstance(source.get("also"), list | tuple):
            source["also"] = [str(folder / name) if isinstance(name, str) else name for name in source["also"]]
    if (weather := weather_file(data)) is not None:
        data["solar"]["weather"] = str(folder / weather)
    for _, table in tables_with_tariff(data):
        for key in TARIFF_KEYS:
            if isinstance(table.get(key), str) and table[key].endswith(".toml"):
                table[key] = str(folder / table[key])
    files = plugin_files(data)
    for section, key in PLUGINS:
        if section in files:
            data[section][key] = str(folder / files[section])
    data |= {name: {**data[name], "controller": str(folder / file)} for name, file in policy_files(data).items()}
    return data


def _override(data: dict[str, Any], field: str, value: Any) -> None:
    """Replace one value by its dotted name; unknown names are left to the scenario's own checks.

    Raises:
        ScenarioError: The name is too long, or leads through a single value.
    """
    place: Any = data
    *parents, last = field.split(".")
    if len(parents) >= DEEPEST:
        raise ScenarioError(field, value, f"there is no field of this name: none has more than {DEEPEST} parts")
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


def _entry(entries: list[Any], field: str, part: str, value: Any) -> int:
    """Return which entry of a list a part of a dotted name means.

    Raises:
        ScenarioError: It names none of them, or several.
    """
    if part.isdigit() and int(part) < len(entries):
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
