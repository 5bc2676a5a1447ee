"""The current scenario as a few lines of Python and as a command: what a reader copies to get the same run elsewhere."""

from __future__ import annotations

import json
import pprint
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

import tomli_w

from jiran.app.shelf import safe_name
from jiran.errors import JiranError
from jiran.scenario.files import as_data, load_scenario, presets

if TYPE_CHECKING:
    from jiran.scenario import Scenario


class Source(NamedTuple):
    """What a scenario is loaded from, by name, and the changes on top, by dotted name."""

    name: str
    changes: dict[str, Any]


def source(scenario: Scenario, preset: str | None, changes: dict[str, Any]) -> Source:
    """Return what a scenario can be loaded from: its preset and changes if they give it, else the file of it.

    Args:
        scenario: The scenario.
        preset: The preset that it started from, or None.
        changes: On top of the preset, by dotted name.
    """
    if preset in presets() and all(value is not None for value in changes.values()):
        try:
            if _without_empty(load_scenario(preset, changes)) == _without_empty(scenario):
                return Source(preset, changes)
        except JiranError:  # a group of homes that the dashboard has added has no like in the preset
            pass
    return Source(toml_name(scenario), {})


def toml_name(scenario: Scenario) -> str:
    """Return what the file of a scenario is called."""
    return safe_name(f"jiran-{scenario.name}.toml")


def as_python(found: Source) -> str:
    """Return Python that runs a scenario and prints what it cost.

    Example:
        >>> print(as_python(Source("paper", {"seed": 7})))
        import jiran
        <BLANKLINE>
        scenario = jiran.load_scenario("paper", {"seed": 7})
        result = jiran.simulate(scenario)
        print(result.kpis)
        print(result.trades)
    """
    changes = ""
    if found.changes:
        # As JSON has them strings are in double quotes, as in the rest; true, false and lists are written by Python.
        lines = [f"{json.dumps(name)}: {_literal(value)}" for name, value in found.changes.items()]
        changes = f", {{{lines[0]}}}" if len(lines) == 1 else ", {\n    " + ",\n    ".join(lines) + ",\n}"
    return "\n".join(
        (
            "import jiran",
            "",
            f"scenario = jiran.load_scenario({_literal(found.name)}{changes})",
            "result = jiran.simulate(scenario)",
            "print(result.kpis)",
            "print(result.trades)",
        )
    )


def as_command(found: Source) -> str:
    """Return the command that runs a scenario, for the shell of Linux and macOS.

    Example:
        >>> print(as_command(Source("paper", {"market.fraction": 0.7, "name": "my street"})))
        jiran run paper --set market.fraction=0.7 --set 'name="my street"'
    """
    given = [f"{name}={_toml(value)}" for name, value in found.changes.items()]
    return shlex.join(["jiran", "run", found.name, *(word for text in given for word in ("--set", text))])


def _without_empty(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario's data without groups of no homes, which change nothing."""
    data = as_data(scenario)
    groups = [group for group in data["homes"].get("groups", ()) if group["count"]]
    return data | {"homes": data["homes"] | {"groups": groups}}


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else pprint.pformat(value, width=100)


def _toml(value: Any) -> str:
    """Return a value in one line of TOML."""
    text = tomli_w.dumps({"value": value}).partition("=")[2].strip()
    return " ".join(text.split()) if isinstance(value, list | tuple) else text
