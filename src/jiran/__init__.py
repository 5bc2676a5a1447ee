"""Simulate, price and settle electricity that neighbours sell to each other.

scenario = jiran.load_scenario("paper")
result = jiran.simulate(scenario)
result.trades, result.homes, result.steps, result.kpis
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from jiran.errors import JiranError
    from jiran.judge.comparison import by_rule, by_strategy, compare
    from jiran.judge.sweep.run import sweep
    from jiran.market import Parameter, clear, mechanism, mechanisms
    from jiran.result.result import Result
    from jiran.scenario import Scenario
    from jiran.scenario.files import load_scenario, presets
    from jiran.simulation.run import simulate

# Names are loaded when first used: `import jiran` and `jiran --help` need neither numba nor polars.
_HOMES = {
    "JiranError": "jiran.errors",
    "Parameter": "jiran.market",
    "Result": "jiran.result.result",
    "Scenario": "jiran.scenario",
    "by_rule": "jiran.judge.comparison",
    "by_strategy": "jiran.judge.comparison",
    "clear": "jiran.market",
    "compare": "jiran.judge.comparison",
    "load_scenario": "jiran.scenario.files",
    "mechanism": "jiran.market",
    "mechanisms": "jiran.market",
    "presets": "jiran.scenario.files",
    "simulate": "jiran.simulation.run",
    "sweep": "jiran.judge.sweep.run",
}

__all__ = [
    "JiranError",
    "Parameter",
    "Result",
    "Scenario",
    "by_rule",
    "by_strategy",
    "clear",
    "compare",
    "load_scenario",
    "mechanism",
    "mechanisms",
    "presets",
    "simulate",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    import importlib  # noqa: PLC0415  part of loading lazily

    if name not in _HOMES:
        raise AttributeError(f"module 'jiran' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
