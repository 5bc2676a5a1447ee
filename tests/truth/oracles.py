"""All oracles: importing this module brings every form and its oracle in."""

from __future__ import annotations

import importlib

#: Modules with oracles; one line each.
NAMES = (
    "truth.run", "truth.assumed", "truth.battery", "truth.day", "truth.homes", "truth.against", "truth.paper", "truth.data",
    "truth.steps", "truth.reasons_of_prices", "truth.comparing", "truth.answers", "truth.rules", "truth.classes",
    "truth.bills", "truth.peaks", "truth.limits", "truth.plans", "truth.sweeps", "truth.lives", "truth.controllers", "truth.devices",
    "truth.ways", "truth.credit",
)  # fmt: skip
MODULES = [importlib.import_module(name) for name in NAMES]
