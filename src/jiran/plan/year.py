"""A run taken for a year: how often its days fit into one, or why it cannot be taken so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jiran.errors import ScenarioError

if TYPE_CHECKING:
    from jiran.scenario import Scenario

DAYS_OF_YEAR = 365


class Year(NamedTuple):
    """How a run stands for a year.

    Attributes:
        days: Of the run, whole ones.
        factor: By what its sums are multiplied; 1 for a run of 365 or 366 days.
    """

    days: int
    factor: float

    @property
    def is_whole(self) -> bool:
        """Whether the run is a year, and nothing is scaled."""
        return self.factor == 1.0


def year_of(scenario: Scenario) -> Year:
    """Return how a scenario's run stands for a year.

    Raises:
        ScenarioError: It has no whole days: nights without their days are no part of a year.

    Example:
        >>> import jiran
        >>> year_of(jiran.load_scenario("paper"))
        Year(days=1, factor=365.0)
    """
    days, rest = divmod(scenario.steps * scenario.step_minutes, 24 * 60)
    if rest or not days:
        allowed = f"must make whole days for a plan, {24 * 60 // scenario.step_minutes} steps each: a year is the best"
        raise ScenarioError("steps", scenario.steps, allowed)
    return Year(days, 1.0 if days in (DAYS_OF_YEAR, DAYS_OF_YEAR + 1) else DAYS_OF_YEAR / days)
