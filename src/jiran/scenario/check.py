"""From nested data to a scenario, or to one sentence that says what is wrong."""

from __future__ import annotations

from typing import Any

from jiran.documents.check import checked
from jiran.errors import ScenarioError
from jiran.scenario.model import Scenario


def validate(data: dict[str, Any]) -> Scenario:
    """Return the scenario that a nested dictionary describes.

    Raises:
        ScenarioError: A field is unknown, missing or has a value that is not allowed.
    """
    return checked(Scenario, data, ScenarioError, "scenario")
