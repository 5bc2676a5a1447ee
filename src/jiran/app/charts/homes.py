"""What all homes pay and save: bills, savings by kind, and how evenly the savings are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from jiran import palette
from jiran.app.charts.base import (
    GHOST,
    GHOST_OPACITY,
    MOST_HOMES,
    amounts,
    chart,
    ghost_key,
    ghost_line,
    ghost_marks,
    ghost_strokes,
    in_format,
    kinds_there,
    names,
    room,
    short,
)
from jiran.nothing import CENT, NOTHING_MONEY
from jiran.words import KIND_NAMES

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec

#: Of a big community this many homes are drawn from either end.
_ENDS = 10
#: A curve needs no more points than this.
_MOST_POINTS = 200
_WORSE = "Worse off"


def shown_bills(homes: pl.DataFrame) -> pl.DataFrame:
    """Return the homes whose bills are drawn, by saving: all, or the ten that save most and least."""
    ordered = homes.sort("saving", "id", descending=[True, False])
    if homes.height <= MOST_HOMES:
        return ordered
    return pl.concat([ordered.head(_ENDS), ordered.tail(_ENDS)])


def bills(homes: pl.DataFrame, currency: str, of_a: pl.DataFrame | None = None) -> Spec:
    """Draw each home's bill three times: with the grid alone, without and with P2P; and as it was in A, if given."""
    shown = shown_bills(homes)
    series = [_change(shown), *_before(shown), *_after(shown), *_worse_off(shown), *_bills_of_a(shown, of_a)]
    return chart(
        "bills",
        legend={"top": 0, "data": [_key(str(entry["name"])) for entry in series[1:]]},
        grid=room(top=58),
        tooltip={"trigger": "item"},
        xAxis=amounts(f"Bill, {currency} (below 0: earns)"),
        yAxis=names(shown["id"].to_list()),
        series=series,
    )


def _change(shown: pl.DataFrame) -> dict[str, object]:
    """Return the lines from each home's bill without P2P to its bill with it."""
    ends: list[list[float | str | None]] = []
    for home, before, after in shown.select("id", "cost_without_p2p", "cost").iter_rows():
        ends += [[short(before), home], [short(after), home], [None, home]]
    style = {"color": palette.LOAD, "width": 2, "opacity": 0.6}
    return {"name": "change", "type": "line", "data": ends, "symbol": "none", "silent": True, "lineStyle": style}


def _before(shown: pl.DataFrame) -> list[dict[str, object]]:
    """Return the bills with the grid alone as strokes, and those without P2P as hollow circles."""
    hollow = {"itemStyle": {"color": "transparent", "borderColor": palette.LOAD, "borderWidth": 2}}
    return [
        _points("Grid alone", "rect", [3, 13], shown.select("cost_grid_only", "id"), palette.GRID),
        {**_points("Without P2P", "circle", 9, shown.select("cost_without_p2p", "id"), palette.LOAD), **hollow},
    ]


def _after(shown: pl.DataFrame) -> list[dict[str, object]]:
    """Return the bills with P2P of homes that are not worse off, as circles in their kind's colour."""
    good = shown.filter(pl.col("saving") >= -NOTHING_MONEY)
    return [
        _points(KIND_NAMES[kind], "circle", 13, good.filter(pl.col("kind") == kind)["cost", "id"], palette.KINDS[kind])
        for kind in kinds_there(good["kind"])
    ]


def _points(name: str, symbol: str, size: object, frame: pl.DataFrame, colour: str) -> dict[str, object]:
    return {
        "name": name,
        "type": "scatter",
        "symbol": symbol,
        "symbolSize": size,
        "color": colour,
        "selectedMode": "single",
        "tooltip": {"formatter": "{b}<br>{a}: {@[0]}"},
        "data": [{"name": home, "value": [short(cost), home]} for cost, home in frame.iter_rows()],
    }


def _worse_off(shown: pl.DataFrame) -> list[dict[str, object]]:
    """Return the homes that pay more with P2P than without: a triangle in the kind's colour, and a word."""
    worse = shown.filter(pl.col("saving") < -NOTHING_MONEY)
    if worse.is_empty():
        return []
    points = _points(_WORSE, "triangle", 15, worse.select("cost", "id"), palette.LOAD)
    data = [
        {"name": home, "value": [short(cost), home], "itemStyle": {"color": palette.KINDS[kind]}}
        for home, cost, kind in worse.select("id", "cost", "kind").iter_rows()
    ]
    label = {"show": True, "position": "right", "formatter": "worse off", "fontSize": 10}
    return [{**points, "data": data, "label": label}]


def _key(name: str) -> object:
    return ghost_key("diamond") if name == GHOST else name


def _bills_of_a(shown: pl.DataFrame, of_a: pl.DataFrame | None) -> list[dict[str, object]]:
    """Return the bills of A that differ, of the homes that A has too, as hollow diamonds."""
    if of_a is None:
        return []
    both = shown.with_row_index("place").join(of_a.select("id", "kind", before="cost"), on=["id", "kind"])
    other = both.filter((pl.col("before") - pl.col("cost")).abs() >= CENT)
    marks = [
        (cost, place, home, palette.KINDS[kind])
        for cost, place, home, kind in other.select("before", "place", "id", "kind").iter_rows()
    ]
    return [ghost_marks(marks, "diamond", 10)] if marks else []


def picked(selection: list[dict[str, object]], spec: Spec) -> str | None:
    """Return the home that was clicked in `bills`."""
    for group in selection:
        data = spec["series"][group["series_index"]]["data"]
        for place in group["data_indices"]:  # type: ignore[attr-defined]
            if place < len(data) and isinstance(data[place], dict):
                return str(data[place]["name"])
    return None


def saving_by_kind(homes: pl.DataFrame) -> pl.DataFrame:
    """Return the mean saving of a home of each kind, and how many there are."""
    kinds = kinds_there(homes["kind"])
    summed = homes.group_by("kind").agg(
        pl.len().alias("homes"), pl.col("saving").mean(), pl.col("saving").sum().alias("total")
    )
    return pl.DataFrame({"kind": kinds}, schema={"kind": pl.String}).join(summed, on="kind", maintain_order="left")


def kinds(homes: pl.DataFrame, currency: str, of_a: pl.DataFrame | None = None) -> Spec:
    """Draw the mean saving of a home of each kind as bars, with a mark at what it was in A, if given."""
    summed = saving_by_kind(homes)
    labels = [
        f"{KIND_NAMES[kind]}\n{count} home{'' if count == 1 else 's'}"
        for kind, count in summed.select("kind", "homes").iter_rows()
    ]
    data = [
        {
            "value": short(saving),
            "itemStyle": {"color": palette.KINDS[kind]},
            "label": {"formatter": f"{saving:,.2f}"},
        }
        for kind, saving in summed.select("kind", "saving").iter_rows()
    ]
    return chart(
        "saving-by-kind",
        grid=room(top=8, right=60),
        tooltip={"valueFormatter": f"%.2f {in_format(currency)}"},
        xAxis=amounts(f"Saving of a home, {currency}"),
        yAxis=names(labels, axisLabel={"lineHeight": 15}),
        series=[
            {
                "name": "Saving",
                "type": "bar",
                "barMaxWidth": 30,
                "data": data,
                "label": {"show": True, "position": "right"},
            },
            *_kinds_of_a(summed["kind"].to_list(), of_a),
        ],
    )


def _kinds_of_a(present: list[str], of_a: pl.DataFrame | None) -> list[dict[str, object]]:
    """Return a mark at the mean saving of each kind in A."""
    if of_a is None:
        return []
    marks = [
        (saving, present.index(kind), KIND_NAMES[kind])
        for kind, saving in saving_by_kind(of_a).select("kind", "saving").iter_rows()
        if kind in present
    ]
    return [ghost_strokes(marks, 38)]


def spread(homes: pl.DataFrame, currency: str, of_a: pl.DataFrame | None = None) -> Spec:
    """Draw how the savings of the homes of each kind are spread: a box from the first to the third quarter."""
    present = kinds_there(homes["kind"])
    series = [{"name": "Saving", "type": "boxplot", "data": _boxes(homes, present), "boxWidth": [12, 30]}]
    if of_a is not None:
        style = {"color": "transparent", "borderType": "dashed", "borderWidth": 1.5, "opacity": GHOST_OPACITY}
        hollow = [box and box | {"itemStyle": box["itemStyle"] | style} for box in _boxes(of_a, present)]
        series.append({"name": GHOST, "type": "boxplot", "data": hollow, "boxWidth": [8, 14]})
    return chart(
        "spread-of-savings",
        grid=room(top=8),
        tooltip={"trigger": "item", "valueFormatter": f"%.2f {in_format(currency)}"},
        xAxis=amounts(f"Saving of a home, {currency}"),
        yAxis=names([KIND_NAMES[kind] for kind in present]),
        series=series,
    )


def _boxes(homes: pl.DataFrame, present: list[str]) -> list[Spec]:
    """Return a box for each kind, an empty one for a kind that has no homes."""
    boxes: list[Spec] = []
    for kind in present:
        saving = homes.filter(pl.col("kind") == kind)["saving"].to_numpy()
        values = [short(value) for value in np.percentile(saving, [0, 25, 50, 75, 100])] if saving.size else []
        colour = palette.KINDS[kind]
        boxes.append({"value": values, "itemStyle": {"color": colour + "66", "borderColor": colour, "borderWidth": 2}})
    return boxes


def lorenz(homes: pl.DataFrame) -> tuple[list[float], list[float]] | None:
    """Return shares of homes and of the saving, homes that save least first; None if nothing is saved in all."""
    saving = np.sort(homes["saving"].to_numpy())
    if saving.sum() <= NOTHING_MONEY:
        return None
    share = np.concatenate([[0.0], np.cumsum(saving) / saving.sum()])
    at = np.unique(np.linspace(0, saving.size, min(saving.size, _MOST_POINTS) + 1).round().astype(int))
    return [short(place / saving.size, 4) for place in at], [short(value, 4) for value in share[at]]


def lorenz_curve(homes: pl.DataFrame, of_a: pl.DataFrame | None = None) -> Spec:
    """Draw the Lorenz curve of the savings against the diagonal, on which all save the same; and A's, if given."""
    points = _lorenz_points(homes)
    before = [] if of_a is None else _lorenz_points(of_a)
    lowest = min((y for _, y in (*points, *before)), default=0.0)
    percent = {"formatter": "{value}%"}
    equal = {"name": "All the same", "type": "line", "color": palette.LOAD, "showSymbol": False}
    curve = {
        "name": "Share of the saving", "type": "line", "color": palette.P2P, "symbolSize": 6,
        "showSymbol": len(points) <= MOST_HOMES + 1,
    }  # fmt: skip
    return chart(
        "lorenz",
        legend={"top": 0, "data": [equal["name"], curve["name"], *([ghost_key()] if before else [])]},
        grid=room(top=36, right=20),
        tooltip={"trigger": "axis", "valueFormatter": "%.1f%%"},
        xAxis={
            "type": "value",
            "max": 100,
            "name": "Share of homes, smallest savings first",
            "nameLocation": "middle",
            "nameGap": 28,
            "axisLabel": percent,
        },
        yAxis={"type": "value", "axisLabel": percent} | ({"max": 100} if lowest >= 0.0 else {}),
        series=[
            {**equal, "lineStyle": {"type": "dotted"}, "data": [[0, 0], [100, 100]]},
            {**curve, "areaStyle": {"opacity": 0.15}, "data": points},
            *([ghost_line(curve, data=before)] if before else []),
        ],
    )


def _lorenz_points(homes: pl.DataFrame) -> list[list[float]]:
    x, y = lorenz(homes) or ([], [])
    return [[short(100 * a, 1), short(100 * b, 1)] for a, b in zip(x, y, strict=True)]
