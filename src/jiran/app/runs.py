"""Finished runs, kept for all viewers while there is room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from jiran.errors import PluginError
from jiran.scenario.files import as_data, plugin_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiran.comparison import Sample
    from jiran.result import Result
    from jiran.scenario import Scenario

#: Results that are kept: as many as have this many home-steps together (about 2 GB at the most).
_KEPT_HOME_STEPS = 40_000_000

#: Samples of comparisons that are kept: as many as have this many homes together (about 100 MB).
_KEPT_SAMPLED_HOMES = 4_000_000


class Runs:
    """Finished runs by scenario, shared by all viewers; the oldest go when there are too many home-steps."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Result] = OrderedDict()

    @property
    def is_empty(self) -> bool:
        """Whether nothing has run yet."""
        return not self._kept

    def get(self, key: str) -> Result | None:
        """Return a run, which then counts as the newest."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, result: Result) -> None:
        """Keep a run, and drop the oldest if there are too many."""
        with self._lock:
            self._kept[key] = result
            while len(self._kept) > 1 and sum(self._sizes()) > _KEPT_HOME_STEPS:
                self._kept.popitem(last=False)

    def _sizes(self) -> Iterator[int]:
        return (kept.community.size * kept.timeline.steps for kept in self._kept.values())


def fit_together(*wanted: Scenario) -> bool:
    """Tell whether runs can be kept at the same time, so that none pushes out the other."""
    return sum(map(home_steps, wanted)) <= _KEPT_HOME_STEPS


def home_steps(wanted: Scenario) -> int:
    """Return how large a modelled run will be."""
    return max(wanted.homes.modelled, 1) * wanted.steps


def changed_at(wanted: Scenario) -> int:
    """Return when the files that a scenario reads were last changed, ns; 0 if it reads none or they are gone."""
    names = list(plugin_files(as_data(wanted)).values())
    if wanted.homes.data is not None:
        names.append(wanted.homes.data.path)
    return max((path.stat().st_mtime_ns for path in map(Path, names) if path.exists()), default=0)


class Samples(dict[str, "Sample | PluginError"]):
    """Runs of comparisons, shared by all viewers, so that one that was stopped goes on where it was."""

    def make_room(self) -> None:
        """Drop the oldest runs if there are too many; call it before a comparison, which needs all of its own."""
        homes = sum(len(run.homes) for run in list(self.values()) if not isinstance(run, PluginError))
        for key in list(self):
            if homes <= _KEPT_SAMPLED_HOMES:
                return
            run = self.pop(key, None)
            homes -= 0 if run is None or isinstance(run, PluginError) else len(run.homes)
