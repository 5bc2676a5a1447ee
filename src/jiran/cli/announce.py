"""What is said before a run: that it does not fit into this machine, or that it takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.cli.printing import console
from jiran.judge.comparison.cases import need_of
from jiran.scenario.silent import given, why_silent
from jiran.simulation import estimate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from jiran.scenario import Scenario
    from jiran.simulation.estimate import Need

#: Of more scenarios some are asked.
_MOST_ASKED = 50
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


def announce_silent(names: Iterable[str], scenarios: Sequence[Scenario], *, told: bool = False) -> None:
    """Say which fields that were asked for say nothing in any of the scenarios.

    Args:
        names: Dotted names, as options give them.
        scenarios: What is run.
        told: Whether a run's warnings tell those that differ from their default.
    """
    some = scenarios[:: max(1, len(scenarios) // _MOST_ASKED)]
    warned = {name for name in given(some[0]) if not name.startswith("plan.")} if told and some else set()
    for name in names:
        if name in warned or not some:
            continue
        reasons = [why_silent(one, name) for one in some]
        if all(reasons):
            console(stderr=True).print(
                f"Warning: {name} says nothing, for {reasons[0]}.", style="yellow", soft_wrap=True
            )


def _announce(need: Need, what: str) -> None:
    estimate.refuse(need, what)
    if need.seconds >= _LONG_S:
        console(stderr=True).print(f"{what.capitalize()} needs {need}.", soft_wrap=True, style="dim")
