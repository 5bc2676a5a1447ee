"""How the pinned scenario A looks in the panels of the day: dashed lines over what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran import palette
from jiran.app.charts.base import GHOST, Spec, ghost_end, ghost_line
from jiran.app.charts.day_points import GHOST_PREFIX, Points, stored_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

#: In panels of bars the ends of these bars were there in A: a bar's column, and the column where it ended.
_ENDS = {
    "grid_import_kwh": "met_kwh",  # where the part of the grid began
    "grid_export_kwh": "kept_kwh",
    "ev_kwh": "demand_kwh",
    "trades": "trades",
}
#: Over bars and under lines.
_OVER_BARS = 2.5
#: What the tooltip says of A: column, name and colour.
_SAID = (
    ("demand_kwh", "Demand", palette.LOAD),
    ("grid_import_kwh", "Grid", palette.GRID),
    ("generation_kwh", "Solar generation", palette.SOLAR),
    ("soc_kwh", "Stored at the end", palette.BATTERY),
    ("traded_kwh", "Traded", palette.P2P),
    ("p2p_price", "Price between neighbours", palette.P2P),
)


def of_panel(series: Iterable[Spec], shown: Points, before: Points | None) -> list[Spec]:
    """Return A's lines for a panel: of each line, and of the bars whose ends say most."""
    ghosts = []
    for one in series:
        is_bar = one["type"] == "bar"
        column = str(one.get("encode", {}).get("y", ""))
        of_a = GHOST_PREFIX + (_ENDS.get(column, "") if is_bar else column)
        if "data" in one and before is not None and f"{GHOST_PREFIX}soc_kwh" in shown.frame.columns:
            ghosts.append(ghost_line(one, data=stored_ms(before)))
        elif of_a in shown.frame.columns and (is_bar or one["lineStyle"]["width"]):
            draw = ghost_end if is_bar else ghost_line
            ghosts.append(draw(one, step="middle", encode={"x": "when", "y": of_a}))
    return [ghost | {"tooltip": {"show": False}, "z": _OVER_BARS} for ghost in ghosts]


def in_tooltip(shown: Points) -> list[tuple[str, str, str]]:
    """Return what the tooltip says of A: column of A, name, and colour."""
    return [
        (f"{GHOST_PREFIX}{column}", f"{GHOST}: {name}", colour)
        for column, name, colour in _SAID
        if f"{GHOST_PREFIX}{column}" in shown.frame.columns
    ]


def most_stored(shown: Points) -> float:
    """Return what A's battery held at most, kWh; 0 if it held the same as the one that is shown."""
    column = f"{GHOST_PREFIX}soc_high"
    return float(shown.frame[column].max() or 0.0) if column in shown.frame.columns else 0.0  # type: ignore[arg-type]  # a number
