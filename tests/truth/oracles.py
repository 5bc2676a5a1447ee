"""All oracles: importing this module brings every form and its oracle in."""

from __future__ import annotations

import importlib

#: Modules with oracles; one line each.
NAMES = ("truth.steps", "truth.reasons_of_prices", "truth.comparing")
MODULES = [importlib.import_module(name) for name in NAMES]
