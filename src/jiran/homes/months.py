"""The calendar months of a run, of which its ends may cut the first and the last."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiran.homes.timeline import Timeline


@dataclass(frozen=True)
class Months:
    """Months in a row; a step belongs to the month in which it begins, on the wall clock.

    Attributes:
        names: As "2025-07", shape (month,).
        begins: First step of each month, and the number of all steps, shape (month + 1,).
        parts: How much of each month lies in the run, above 0 to 1, shape (month,).
    """

    names: tuple[str, ...]
    begins: NDArray[np.int64]
    parts: NDArray[np.float64]

    @property
    def of_step(self) -> NDArray[np.int64]:
        """Place of each step's month, shape (step,)."""
        return np.repeat(np.arange(len(self.names)), np.diff(self.begins))

    def steps(self) -> Iterator[slice]:
        """Yield the steps of each month."""
        for first, last in pairwise(self.begins.tolist()):
            yield slice(first, last)


def months_of(timeline: Timeline) -> Months:
    """Return the months of a run."""
    month = np.maximum.accumulate(timeline.local.astype("datetime64[M]"))  # clocks set back at midnight begin none anew
    begins = np.flatnonzero(np.diff(month, prepend=month[:1] - 1))
    found = month[begins]
    begins = np.append(begins, timeline.steps)
    zone = ZoneInfo(timeline.zone)
    midnights = np.append(found, found[-1] + 1).astype("datetime64[s]").tolist()
    whole_s = np.diff([midnight.replace(tzinfo=zone).timestamp() for midnight in midnights])
    parts = np.diff(begins) * (60.0 * timeline.step_minutes) / whole_s
    return Months(tuple(map(str, found)), begins, np.minimum(parts, 1.0))
