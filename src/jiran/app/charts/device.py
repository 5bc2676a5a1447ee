"""A store's day: what it holds, and what a stored kWh is worth against prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran import palette
from jiran.app.charts.lines import drawn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jiran.app.charts.base import Spec

    Array = NDArray[np.float64]


def level(held_kwh: Array, capacity_kwh: float, times: list[str], mark: int) -> Spec:
    """Draw what a store holds at the end of each step.

    Args:
        held_kwh: Shape (step,).
        capacity_kwh: What it can hold.
        times: Label of each step: its end.
        mark: The place of the step that is looked at.
    """
    look = {"color": palette.BATTERY, "areaStyle": {"opacity": 0.15}, "lineStyle": {"width": 2}}
    option = drawn("store-level", [("Holds", held_kwh, look)], times, "kWh", mark=mark)
    option["yAxis"] |= {"min": 0, "max": capacity_kwh}
    return option


def worth(worth: Array, bought: Array, sold: Array, times: list[str], unit: str, mark: int) -> Spec:
    """Draw what another stored kWh is worth after each step beside the grid's prices.

    Args:
        worth: Shape (step,); NaN where there is no plan.
        bought: What the grid takes for a kWh, shape (step,).
        sold: What it gives, the same.
        times: Label of each step: its end.
        unit: Of the prices.
        mark: The place of the step that is looked at.
    """
    lines = [
        ("A stored kWh is worth", worth, {"color": palette.BATTERY, "lineStyle": {"width": 2.5}}),
        # Named by their ends: a price holds until there.
        ("Grid takes", bought, {"color": palette.GRID, "step": "start", "lineStyle": {"width": 1.5}}),
        ("Grid gives", sold, {"color": palette.EXPORT, "step": "start", "lineStyle": {"width": 1.5, "type": "dashed"}}),
    ]
    return drawn("store-worth", lines, times, f"{unit} a kWh", unit, mark=mark)
