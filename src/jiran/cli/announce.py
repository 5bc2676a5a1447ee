"""What is said before a run: that it does not fit into this machine, or that it takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.cli.printing import console
from jiran.judge.comparison.cases import need_of
from jiran.simulation import estimate

if TYPE_CHECKING:
    from collections.abc import Collection

    from jiran.scenario import Scenario
    from jiran.simulation.estimate import Need

#: What takes longer is announced.
_LONG_S = 20.0


def announce_run(scenario: Scenario) -> None:
    """Refuse a run that does not fit into the memory of this machine, and announce one that takes long.

    Raises:
        JiranError: It does not fit, or its meter data cannot be read.
    """
    homes, cells = estimate.metered(scenario)
    _announce(estimate.of_run(scenario, homes=homes, cells=cells), "this run")


def announce_comparison(cases: Collection[Scenario], seeds: int) -> None:
    """Do the same for a comparison.

    Raises:
        JiranError: It does not fit, or meter data cannot be read.
    """
    _announce(need_of(cases, seeds), "this comparison")


def _announce(need: Need, what: str) -> None:
    estimate.refuse(need, what)
    if need.seconds >= _LONG_S:
        console(stderr=True).print(f"{what.capitalize()} needs {need}.", soft_wrap=True, style="dim")
