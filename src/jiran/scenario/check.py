"""From nested data to a scenario, or to one sentence that says what is wrong."""

from __future__ import annotations

from typing import Any

from jiran.documents.check import checked
from jiran.errors import ScenarioError
from jiran.scenario.model import Scenario


def made(scenario: object) -> Scenario:
    """Return a scenario as it came, whoever called.

    Raises:
        ScenarioError: It is something else, such as the name of one.
    """
    if isinstance(scenario, Scenario):
        return scenario
    raise ScenarioError("scenario", scenario, "must be a scenario, as jiran.load_scenario gives it")


def validate(data: dict[str, Any]) -> Scenario:
    """Return the scenario that a nested dictionary describes.

    Args:
        data: Tables and values as TOML holds them; what is left out has its default.

    Returns:
        Frozen, with every field within its bounds and all fields consistent with each other.

    Raises:
        ScenarioError: A field is unknown, missing or has a value that is not allowed; of several the first is named.

    Example:
        >>> validate({"name": "two", "homes": {"groups": [{"kind": "solar", "count": 2}]}}).homes.modelled
        2
    """
    return checked(Scenario, data, ScenarioError, "scenario")
