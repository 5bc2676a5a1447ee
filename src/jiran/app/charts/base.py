"""What all charts share: the window of time they show, and the parts of a specification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from jiran.result import Result

Spec = dict[str, Any]

#: A browser gets at most this many points a series; longer windows are shown in coarser bins.
MOST_POINTS = 500


@dataclass(frozen=True)
class Window:
    """The steps first <= step < last that a page shows."""

    first: int
    last: int


def binned_steps(result: Result, window: Window) -> tuple[pl.DataFrame, float]:
    """Return `result.steps` of a window in at most `MOST_POINTS` rows, and the length of a row in hours.

    Energy and trades are sums over a row's steps, `soc_kwh` is the state at the row's end, prices are means (the P2P
    price weighted by energy), `time` is the start.
    """
    frame = result.steps.slice(window.first, window.last - window.first)
    size = -(-frame.height // MOST_POINTS)
    step_h = result.timeline.step_h
    if size == 1:
        return frame, step_h
    energy = [name for name in frame.columns if name.endswith("_kwh") and name != "soc_kwh"]
    binned = (
        frame.group_by(pl.int_range(pl.len()) // size, maintain_order=True)
        .agg(
            pl.col("step", "time").first(),
            pl.col(*energy, "trades").sum(),
            pl.col("soc_kwh").last(),
            pl.col("import_price", "export_price").mean(),
            p2p_price=(pl.col("p2p_price") * pl.col("p2p_kwh")).sum()
            / pl.col("p2p_kwh").filter(pl.col("p2p_price").is_not_null()).sum(),
        )
        .with_columns(pl.col("p2p_price").fill_nan(None))
    )
    return binned.select(frame.columns), step_h * size


def time_labels(frame: pl.DataFrame, *, days: bool) -> list[str]:
    """Return the axis labels of a frame's times: "08:00", or "21 Mar 08:00" when there are several days."""
    return frame["time"].dt.strftime("%-d %b %H:%M" if days else "%H:%M").to_list()


def rounded(values: pl.Series, digits: int = 3) -> list[float | None]:
    """Return values short enough to send."""
    return values.round(digits).to_list()
