"""What all charts share: the window of time they show, and the parts of a specification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

Spec = dict[str, Any]

#: A browser gets at most this many points a series; longer windows are shown in coarser bins.
MOST_POINTS = 500


@dataclass(frozen=True)
class Window:
    """The steps first <= step < last that a page shows."""

    first: int
    last: int


def time_labels(frame: pl.DataFrame, *, days: bool) -> list[str]:
    """Return the axis labels of a frame's times: "08:00", or "21 Mar 08:00" when there are several days."""
    return frame["time"].dt.strftime("%-d %b %H:%M" if days else "%H:%M").to_list()


def rounded(values: pl.Series, digits: int = 3) -> list[float | None]:
    """Return values short enough to send."""
    return values.round(digits).to_list()
