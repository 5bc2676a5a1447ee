"""Who trades with whom: pairs of homes, or of kinds, as a ring, a grid of cells and bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jiran import palette
from jiran.app.charts.base import MOST_HOMES, amounts, chart, kinds_there, names, room, short
from jiran.engine.energy import traders
from jiran.money.prices import paid_for
from jiran.words import KIND_NAMES

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec, Window
    from jiran.result.result import Result

#: Up to this many pairs of homes a sum has a place for each.
_MOST_PLACES = 4_000_000
#: Ribbons of a ring; more than these cannot be told apart.
MOST_RIBBONS = 60
#: Pairs that are drawn as bars.
MOST_PAIRS = 20
#: Palest cell, and numbers that can be read on all cells.
_PALE, _INK = "#D5EDE5", "#0B2A20"
#: Up to this many buyers the cells of the grid have room for their number.
_ROOM_FOR_NUMBERS = 8


def pair_totals(result: Result, window: Window) -> pl.DataFrame:
    """Return what each pair of homes traded in a window: seller, buyer, their kinds, kwh, paid; greatest first."""
    trades = result.flows.trades_between(window.first, window.last)
    homes = len(result.traders)
    total = _sums(trades["seller"].astype(np.int64) * homes + trades["buyer"], trades, homes**2)
    total = total.sort("kwh", "pair", descending=[True, False])
    of_all = traders(result.community.kinds, battery=result.flows.street_bids)
    ids, kinds = (pl.Series(values, dtype=pl.String) for values in (result.traders, of_all))
    seller, buyer = total["pair"] // homes, total["pair"] % homes
    return total.with_columns(
        seller=ids.gather(seller),
        buyer=ids.gather(buyer),
        seller_kind=kinds.gather(seller),
        buyer_kind=kinds.gather(buyer),
    ).drop("pair")


def _sums(pair: NDArray[np.int64], trades: NDArray[np.void], pairs: int) -> pl.DataFrame:
    """Sum energy and money by pair; where there is a place for every pair, without sorting."""
    paid = paid_for(trades)
    if pairs > _MOST_PLACES:
        frame = pl.DataFrame({"pair": pair, "kwh": trades["kwh"], "paid": paid})
        return frame.group_by("pair").agg(pl.col("kwh", "paid").sum())
    traded = np.flatnonzero(np.bincount(pair, minlength=1))
    sums = {name: np.bincount(pair, values, 1)[traded] for name, values in (("kwh", trades["kwh"]), ("paid", paid))}
    return pl.DataFrame({"pair": traded, **sums})


def by_kind(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return pairs of homes summed to pairs of kinds, with the kinds' names as seller and buyer."""
    summed = pairs.group_by("seller_kind", "buyer_kind").agg(pl.col("kwh", "paid").sum()).sort("kwh", descending=True)
    sides = [f"{side}_kind" for side in ("seller", "buyer")]
    return summed.with_columns(
        pl.col(name).replace_strict(KIND_NAMES, default=pl.first()).alias(name.removesuffix("_kind")) for name in sides
    )


def ring(pairs: pl.DataFrame, column: str, unit: str) -> Spec:
    """Draw who sells to whom as a ring: a ribbon starts in the seller's colour and is as wide as its amount."""
    sides = [pairs.select(name=pl.col(side), kind=pl.col(f"{side}_kind")) for side in ("seller", "buyer")]
    nodes = pl.concat(sides).unique("name", maintain_order=True)
    kinds = kinds_there(nodes["kind"])
    homes = [{"name": name, "itemStyle": {"color": palette.KINDS[kind]}} for name, kind in nodes.iter_rows()]
    return chart(
        "who-trades-with-whom",
        legend={"top": 0, "selectedMode": False, "data": [KIND_NAMES[kind] for kind in kinds]},
        tooltip={"valueFormatter": f"%.2f {unit}"},
        series=[
            {
                "type": "chord",
                "center": ["50%", "54%"],
                "radius": ["68%", "74%"],
                "padAngle": 2,
                "minAngle": 2,
                "label": {"show": True, "distance": 4},
                "lineStyle": {"color": "source", "opacity": 0.45},
                "emphasis": {"focus": "adjacency"},
                "data": homes,
                "links": [
                    {"source": seller, "target": buyer, "value": short(value, 3)}
                    for seller, buyer, value in pairs.select("seller", "buyer", column).iter_rows()
                ],
            },
            _key(kinds),
        ],
    )


def _key(kinds: list[str]) -> dict[str, object]:
    """Give the legend a colour for each kind: a pie without any size."""
    slices = [{"name": KIND_NAMES[kind], "value": 0, "itemStyle": {"color": palette.KINDS[kind]}} for kind in kinds]
    return {"type": "pie", "radius": 0, "silent": True, "label": {"show": False}, "data": slices}


def cells(result: Result, pairs: pl.DataFrame, column: str, unit: str) -> Spec:
    """Draw sellers down, buyers across, and each pair's amount as a cell."""
    sellers, buyers = (_in_order(result, pairs[side]) for side in ("seller", "buyer"))
    row, place = ({name: at for at, name in enumerate(homes)} for homes in (sellers, buyers))
    data = [
        {"value": [place[buyer], row[seller], short(value)], "label": {"formatter": f"{value:,.2f}"}}
        for seller, buyer, value in pairs.select("seller", "buyer", column).iter_rows()
    ]
    label = {"show": len(buyers) <= _ROOM_FOR_NUMBERS, "fontSize": 11, "color": _INK}
    return chart(
        "sellers-and-buyers",
        grid=room(top=28, bottom=64, right=12),
        tooltip={"valueFormatter": f"%.2f {unit}"},
        xAxis={**names(buyers), "inverse": False, "name": "Buyer", "nameLocation": "middle", "nameGap": 30},
        yAxis=names(sellers, name="Seller", nameLocation="start"),
        visualMap=_scale(max(pairs[column], default=1.0), unit),
        series=[{"type": "heatmap", "name": "Traded", "data": data, "label": label}],
    )


def _scale(highest: float, unit: str) -> dict[str, object]:
    return {
        "min": 0,
        "max": highest or 1.0,
        "orient": "horizontal",
        "left": "center",
        "bottom": 0,
        "itemHeight": 90,
        "itemWidth": 12,
        "precision": 2,
        "text": [f"{highest:,.2f} {unit}", "0"],
        "inRange": {"color": [_PALE, palette.P2P]},
    }


def _in_order(result: Result, homes: pl.Series) -> list[str]:
    """Return the names that occur, in the order of the community."""
    present = set(homes)
    return [name for name in result.traders if name in present]


def top_pairs(pairs: pl.DataFrame, column: str, unit: str) -> Spec:
    """Draw the pairs that trade most as bars in the seller's colour."""
    top = pairs.top_k(MOST_PAIRS, by=column)
    kinds = kinds_there(top["seller_kind"])
    labels = [f"{seller} → {buyer}" for seller, buyer in top.select("seller", "buyer").iter_rows()]
    return chart(
        "top-pairs",
        legend={"top": 0, "selectedMode": False},
        grid=room(top=32, right=56),
        tooltip={"valueFormatter": f"%.2f {unit}"},
        xAxis=amounts(unit, axisLabel={"hideOverlap": True}),
        yAxis=names(labels),
        series=[
            {
                "name": KIND_NAMES[kind],
                "type": "bar",
                "stack": "pair",
                "color": palette.KINDS[kind],
                "data": [
                    short(value) if of == kind else None for of, value in top.select("seller_kind", column).iter_rows()
                ],
            }
            for kind in kinds
        ],
    )


def drawn_one_by_one(result: Result) -> bool:
    """Tell whether there are few enough homes to draw each of them."""
    return result.community.size <= MOST_HOMES
