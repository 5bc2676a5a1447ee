"""Scenarios as TOML: presets, files, and a commented starter file.

Three forms of one thing: TOML text, nested data (dictionaries and lists), and the checked scenario.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import tomli_w

from jiran.documents.read import read_toml
from jiran.errors import JiranError, ScenarioError, one_of, shortened
from jiran.scenario.beside import files_beside, with_paths
from jiran.scenario.check import validate
from jiran.scenario.model import WORDS, Scenario
from jiran.scenario.overrides import with_overrides
from jiran.scenario.paths import files_of

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


#: The preset that is the paper's street; it stands first, and its pictures have the numbers that they have there.
PAPER = "paper"


@cache
def presets() -> dict[str, str]:
    """Return the ready scenarios: name -> question and description, the paper's first.

    They are read once; a preset that says neither has "".
    """
    names = sorted(_preset_names(), key=lambda name: (name != PAPER, name))
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


def to_toml(scenario: Scenario) -> str:
    """Return a scenario as TOML with every value spelled out.

    Reading it gives an equal scenario, also when a later version has other defaults.
    """
    return tomli_w.dumps(as_data(scenario))


def to_toml_anywhere(scenario: Scenario) -> str:
    """Return the same TOML with whole paths: it finds its files from whatever folder it stands in."""
    return tomli_w.dumps(with_paths(as_data(scenario), Path.cwd()))


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
    return with_paths(data, path.parent)
