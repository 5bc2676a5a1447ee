"""What the package imports it declares, and does not leave to those who bring it by chance."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]


def imported():
    """Return the top-level names of all libraries that a file of the package imports."""
    names = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module)
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"jiran"}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {normal(re.match(r"[\w.-]+", one)[0]) for one in project["dependencies"]}


def of_extras():
    """Return the libraries that a user may add, which are imported only where they are asked for."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    return {
        normal(re.match(r"[\w.-]+", one)[0])
        for name, extra in extras.items()
        if name not in {"dev", "data"}
        for one in extra
    }


def test_every_library_that_is_imported_is_declared():
    extras = of_extras()
    found = {name for name in imported() if normal(name) not in extras}
    assert {"numpy", "polars", "pyarrow"} <= found
    brought_by = packages_distributions()
    assert not {name for name in found if not {normal(one) for one in brought_by[name]} & declared()}


def test_every_dependency_is_pinned():
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {normal(name) for name in re.findall(r"^([\w.-]+)==", pins, re.MULTILINE)}
    assert declared() | of_extras() <= pinned
