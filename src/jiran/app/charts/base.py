"""What all charts share: the window of time they show, and the parts of a specification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from jiran.app import palette

if TYPE_CHECKING:
    from collections.abc import Iterable

Spec = dict[str, Any]

#: A browser gets at most this many points a series; longer windows are shown in coarser bins.
MOST_POINTS = 500

#: Homes that are drawn one by one; of more, kinds and the extremes are shown.
MOST_HOMES = 40


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


def chart(file_name: str, **option: Any) -> dict[str, Any]:
    """Return a specification that does not move, with a button that saves it as a picture."""
    save = {"name": f"jiran-{file_name}", "title": "Save as PNG", "pixelRatio": 2}
    toolbox = {"right": 0, "bottom": 0, "itemSize": 13, "feature": {"saveAsImage": save}}
    return {"animation": False, "toolbox": toolbox, **option}


def room(*, top: int, bottom: int = 44, right: int = 24) -> dict[str, Any]:
    """Return the place of the axes: what is given around them, and room for their labels."""
    return {"left": 8, "right": right, "top": top, "bottom": bottom, "containLabel": True}


def amounts(name: str, **more: Any) -> dict[str, Any]:
    """Return an axis of numbers with its name in the middle."""
    return {"type": "value", "name": name, "nameLocation": "middle", "nameGap": 28, **more}


def names(labels: list[str], **more: Any) -> dict[str, Any]:
    """Return an axis of names, the first on top, that stands aside even if bars go to both sides."""
    line = {"onZero": False, "show": False}
    return {"type": "category", "data": labels, "inverse": True, "axisTick": {"show": False}, "axisLine": line, **more}


def kinds_there(kinds: Iterable[str]) -> list[str]:
    """Return the kinds that occur, in the order of the palette."""
    found = set(kinds)
    return [kind for kind in palette.KINDS if kind in found]


def short(value: float, digits: int = 2) -> float:
    """Return a number short enough to send."""
    return round(float(value), digits) + 0.0
