"""The maker of the documentation's tables, which stands beside the pages."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

_FILE = Path(__file__).parents[1] / "docs" / "tables.py"
_SPEC = importlib.util.spec_from_file_location("documentation_tables", _FILE)
assert _SPEC
assert _SPEC.loader
tables = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = tables
_SPEC.loader.exec_module(tables)


def table_of(section):
    """Return the cells of the first table of a text, without its two head lines."""
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[0].splitlines()[2:]]
