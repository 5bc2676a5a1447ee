"""Find mechanisms: those of this package, of installed packages, and of a file."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from jiran.errors import MechanismError, one_line
from jiran.market.base import Mechanism

if TYPE_CHECKING:
    from types import ModuleType

_GROUP = "jiran.mechanisms"


@cache
def mechanisms() -> dict[str, Mechanism]:
    """Return every mechanism that is installed, by name.

    Each module of this package is looked through, so a new file is enough to add a rule.
    """
    package = importlib.import_module("jiran.market")
    found = [
        rule
        for module in pkgutil.iter_modules(package.__path__, "jiran.market.")
        for rule in _rules(importlib.import_module(module.name))
    ]
    for entry in entry_points(group=_GROUP):
        rule = entry.load()
        if not isinstance(rule, Mechanism):
            raise MechanismError(entry.name, f"entry point {entry.value} is not a function decorated with @mechanism")
        found.append(replace(rule, trusted=False))
    return {rule.name: rule for rule in sorted(found, key=lambda rule: rule.name)}


def find(name: str) -> Mechanism:
    """Return the mechanism of this name, or the one that a Python file defines.

    Args:
        name: A name from `mechanisms`, or a path that ends in ``.py``. A file is a program: load only your own.

    Raises:
        MechanismError: There is no such mechanism, or the file does not hold exactly one.
    """
    if name.endswith(".py"):
        path = Path(name).resolve()
        if not path.is_file():
            raise MechanismError(name, "there is no such file")
        return _load_file(name, path, path.stat().st_mtime_ns)
    known = mechanisms()
    if name not in known:
        raise MechanismError(name, f"unknown; choose one of {', '.join(known)}, or a file that ends in .py")
    return known[name]


@cache
def _load_file(name: str, path: Path, _changed_ns: int) -> Mechanism:
    """Run the file and return its one mechanism; the time of change is part of the cache's key."""
    spec = importlib.util.spec_from_file_location(f"jiran_rule_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise MechanismError(name, "cannot be read as a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise MechanismError(name, f"is not valid Python: {error.msg} (line {error.lineno})") from error
    except Exception as error:
        raise MechanismError(name, f"cannot be loaded: {one_line(error)}") from error
    rules = [rule for rule in _rules(module) if rule.function.__module__ == module.__name__]
    if len(rules) != 1:
        raise MechanismError(name, f"must define one function decorated with @mechanism, has {len(rules)}")
    return replace(rules[0], trusted=False)


def _rules(module: ModuleType) -> list[Mechanism]:
    return [value for value in vars(module).values() if isinstance(value, Mechanism)]
