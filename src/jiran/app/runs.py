"""What a scenario asks for before it is run: what it will need, and whether that is too much here."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from jiran.app.memory import held_bytes
from jiran.errors import JiranError, PluginError
from jiran.scenario import HomeData
from jiran.scenario.beside import files_beside
from jiran.scenario.files import as_data
from jiran.scenario.paths import files_of
from jiran.simulation import estimate
from jiran.simulation.estimate import Need
from jiran.words import data_size, duration

if TYPE_CHECKING:
    from collections.abc import Collection

    from jiran.judge.comparison import Sample
    from jiran.scenario import Scenario

#: Results, comparisons, cleared books and plans that are kept for all viewers together, bytes.
KEPT_RESULTS, KEPT_COMPARISONS, KEPT_OUTCOMES, KEPT_SAMPLES = 1_000_000_000, 100_000_000, 100_000_000, 200_000_000
KEPT_PLANS, KEPT_SWEEPS = 50_000_000, 50_000_000

#: What needs more than this is asked for: it takes others' memory and their processor.
ASKED = Need(300e6, 20.0)
#: What needs more than this is for the command line. All viewers share one process.
MOST = Need(2e9, 3_600.0)


def is_large(need: Need) -> bool:
    """Tell whether something is run only if the viewer says so."""
    return need.memory > ASKED.memory or need.seconds > ASKED.seconds


def refuse_too_large(need: Need, what: str, command: str) -> None:
    """Refuse what is too large for a dashboard that others may use at the same time.

    Args:
        need: What it needs.
        what: What it is, as "this run".
        command: What does the same on the command line.

    Raises:
        JiranError: It is too large.
    """
    free = estimate.available()
    most = MOST.memory if free is None else min(MOST.memory, 0.5 * free)
    if need.memory <= most and need.seconds <= MOST.seconds:
        return
    limits = f"{data_size(most)} and {duration(MOST.seconds)}"
    raise JiranError(
        f"{what} would need {need}; the dashboard runs what needs at most {limits}. Take fewer homes or steps, or use "
        f"the command line: {command}"
    )


def need_of_run(wanted: Scenario) -> Need:
    """Return what a run will need.

    Raises:
        JiranError: Its meter data cannot be read.
    """
    return estimate.of_run(wanted, **_metered(wanted))


def need_of_comparison(cases: Collection[Scenario], seeds: int) -> Need:
    """Return what a comparison will need.

    Raises:
        JiranError: Meter data cannot be read.
    """
    from jiran.judge.comparison.cases import MOST_STEPS  # noqa: PLC0415  loads the comparison, which most pages do not need

    metered = [_metered(case) for case in cases]
    most = {name: max(one.get(name, 0) for one in metered) for name in ("homes", "cells")}
    return estimate.of_comparison(cases, seeds, homes=most["homes"] or None, cells=most["cells"], best_steps=MOST_STEPS)


def _metered(wanted: Scenario) -> dict[str, int]:
    """Return how many homes there are in the meter data of a scenario, and how many cells are read for them."""
    source = wanted.homes.data
    return {} if source is None else _looked_up(source.model_dump_json(), wanted.time_zone, changed_at(wanted))


@lru_cache(maxsize=64)
def _looked_up(data: str, zone: str, changed: int) -> dict[str, int]:  # noqa: ARG001  a changed file is another one
    """Look into files of meter data, named with all that says how they are read, as JSON."""
    from jiran.app.owndata import looks  # noqa: PLC0415  only needed once there is a file
    from jiran.homes.meter.read import describe  # noqa: PLC0415
    from jiran.homes.meter.size import size_of  # noqa: PLC0415

    source = HomeData.model_validate_json(data)
    cells = size_of(source).cells
    refuse_too_large(estimate.of_reading(cells), "reading this meter data", "jiran run SCENARIO.toml")
    covered = looks.coverage(source, zone) or describe(source, zone=zone)
    return {"homes": len(covered.ids), "cells": cells}


def changed_at(wanted: Scenario) -> int:
    """Return when the files that a scenario reads were last changed, ns; 0 if it reads none or they are gone."""
    names = files_beside(as_data(wanted))
    if wanted.homes.data is not None:
        names += files_of(wanted.homes.data)
    return max((path.stat().st_mtime_ns for path in map(Path, names) if path.exists()), default=0)


class Samples(dict[str, "Sample | PluginError"]):
    """Runs of comparisons, shared by all viewers, so that one that was stopped goes on where it was."""

    def make_room(self) -> None:
        """Drop the oldest runs if there are too many; call it before a comparison, which needs all of its own."""
        sizes = {key: held_bytes(run) for key, run in list(self.items()) if not isinstance(run, PluginError)}
        total = sum(sizes.values())
        for key in list(self):
            if total <= KEPT_SAMPLES:
                return
            self.pop(key, None)
            total -= sizes.get(key, 0)
