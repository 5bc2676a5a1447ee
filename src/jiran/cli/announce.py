"""What is said before a run: that it does not fit into this machine, or that it takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.cli.printing import console
from jiran.errors import JiranError
from jiran.judge.comparison.cases import MOST_STEPS
from jiran.simulation import estimate

if TYPE_CHECKING:
    from collections.abc import Collection

    from jiran.scenario import Scenario
    from jiran.simulation.estimate import Need

#: What takes longer is announced.
_LONG_S = 20.0
#: Meter data with fewer columns has a row for each reading, and does not tell before it is read how many homes it has.
_WIDE = 5


def announce_run(scenario: Scenario) -> None:
    """Refuse a run that does not fit into the memory of this machine, and announce one that takes long.

    Raises:
        JiranError: It does not fit, or its meter data cannot be read.
    """
    homes, cells = _metered(scenario)
    _announce(estimate.of_run(scenario, homes=homes, cells=cells), "this run")


def announce_comparison(cases: Collection[Scenario], seeds: int) -> None:
    """Do the same for a comparison.

    Raises:
        JiranError: It does not fit, or meter data cannot be read.
    """
    metered = [_metered(case) for case in cases]
    homes = max((homes or 0 for homes, _ in metered), default=0) or None
    cells = max((cells for _, cells in metered), default=0)
    _announce(estimate.of_comparison(cases, seeds, homes=homes, cells=cells, best_steps=MOST_STEPS), "this comparison")


def _announce(need: Need, what: str) -> None:
    too_large = estimate.refusal(need, estimate.available(), what)
    if too_large is not None:
        raise JiranError(too_large)
    if need.seconds >= _LONG_S:
        console(stderr=True).print(f"{what.capitalize()} needs {need}.", soft_wrap=True, style="dim")


def _metered(scenario: Scenario) -> tuple[int | None, int]:
    """Return how many homes a scenario's meter data may have, if there is any, and how many cells are read."""
    if scenario.homes.data is None:
        return None, 0
    from jiran.homes.meter.size import size_of  # noqa: PLC0415  only needed once there is a file

    size = size_of(scenario.homes.data)
    return max(size.columns - 1, 1) if size.columns >= _WIDE else 1, size.cells
