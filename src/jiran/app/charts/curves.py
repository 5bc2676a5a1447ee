"""Supply and demand as steps on the same axes: what more is drawn goes on top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran import palette
from jiran.app.charts.base import chart, short
from jiran.nothing import SEEN
from jiran.words import price

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec
    from jiran.explain.step.book import Book
    from jiran.explain.step.outcome import Outcome
    from jiran.market.book import Array, Homes

#: Names and colours of both sides: sellers, buyers.
SIDES = (("Supply", palette.SELLERS), ("Demand", palette.BUYERS))
#: Up to this many orders of a side have their home's name beside them.
_MOST_NAMES = 12
#: How far the axis goes beyond the longer side: room for what the grid's lines are called.
_ROOM = 1.3


def picture(outcome: Outcome, name: str, until_kwh: float, series: list[dict[str, Any]]) -> Spec:
    """Return supply and demand with more on top; the axes are the same in all pictures of a book."""
    book = outcome.book
    low, high, step = _range(outcome)
    widest = max(book.offered_kwh, book.wanted_kwh, SEEN)
    sides = [(side, homes) for side, homes in enumerate((book.sellers, book.buyers)) if homes.size]
    curves = [_curve(book, homes, side) for side, homes in sides]
    ends = [_end(book, homes, side, low if side else high) for side, homes in sides]
    labels = [_names(book, side) for side, _ in sides]
    frame: dict[str, Any] = {"type": "line", "data": [], "silent": True, "markLine": _grid(book)}
    if until_kwh > 0.0:
        frame["markArea"] = _band(until_kwh)
    unit = f"{book.currency}/kWh" if book.currency else "per kWh"
    return chart(
        name,
        legend={
            "top": 0,
            "selectedMode": False,
            "data": [_legend(each) for each in [*curves, *series] if "name" in each],
        },
        grid={"left": 30, "right": 20, "top": 52, "bottom": 46, "containLabel": True},
        tooltip={"trigger": "item"},
        xAxis={
            "type": "value",
            "name": "kWh",
            "nameLocation": "middle",
            "nameGap": 26,
            "min": 0.0,
            "max": short(widest * _ROOM, 4),
            "axisLabel": {"showMaxLabel": False, "hideOverlap": True},
            "splitLine": {"show": False},
        },
        yAxis={
            "type": "value",
            "name": unit,
            "nameLocation": "middle",
            "nameGap": 40,
            "min": low,
            "max": high,
            "interval": step,
        },
        series=[frame, *curves, *ends, *labels, *series],
    )


def _legend(series: dict[str, Any]) -> dict[str, Any]:
    """Return a legend's entry; a line has no dot on it."""
    return {"name": series["name"]} | ({"itemStyle": {"opacity": 0}} if series["type"] == "line" else {})


def _curve(book: Book, homes: Homes, side: int) -> dict[str, Any]:
    """Return one side of the book as steps: each order as wide as its energy, at its limit price."""
    reach = _until(book, homes)
    points = [
        [short(x, 4), short(book.limit_price[each], 4)]
        for each, start, stop in zip(homes, [0.0, *reach[:-1]], reach, strict=True)
        for x in (start, stop)
    ]
    name, colour = SIDES[side]
    return stroke(name, colour, points, 2.5)


def _end(book: Book, homes: Homes, side: int, end: float) -> dict[str, Any]:
    """Return the upright at the end of a curve: more there is not, at no price."""
    reach = short(_until(book, homes)[-1], 4)
    points = [[reach, short(book.limit_price[homes[-1]], 4)], [reach, end]]
    line = stroke("", SIDES[side][1], points, 1.5) | {"silent": True}
    line["lineStyle"] = {**line["lineStyle"], "type": "dotted"}
    del line["name"]
    return line


def stroke(name: str, colour: str, points: list[list[float]], width: float) -> dict[str, Any]:
    """Return a line without marks through points, in front of the grid's lines."""
    style = {"width": width, "color": colour}
    return {"name": name, "type": "line", "symbol": "none", "color": colour, "lineStyle": style, "data": points, "z": 3}


def _until(book: Book, homes: Homes) -> Array:
    """Return up to where on the axis each order of a side reaches, kWh."""
    reach: Array = np.abs(book.net_kwh[homes]).cumsum()
    return reach


def place_of(book: Book, home: int) -> tuple[float, float]:
    """Return where on the axis a home's order begins and ends."""
    side = book.sellers if book.net_kwh[home] > 0.0 else book.buyers
    place = int(np.flatnonzero(side == home)[0])
    stop = float(_until(book, side)[place])
    return stop - float(abs(book.net_kwh[home])), stop


def _names(book: Book, side: int) -> dict[str, Any]:
    """Return a dot for each order of a side that says whose it is; away from the other curve."""
    homes, rivals = (book.sellers, book.buyers) if side == 0 else (book.buyers, book.sellers)
    reach, facing = _until(book, homes), _until(book, rivals)
    dots = []
    for each, stop in zip(homes, reach, strict=True):
        middle = float(stop - abs(book.net_kwh[each]) / 2.0)
        place = int(np.searchsorted(facing, middle))
        rival = book.limit_price[rivals[place]] if place < rivals.size else None
        above = (rival is None and side == 0) or (rival is not None and book.limit_price[each] > rival)
        if rival is not None and book.limit_price[each] == rival:
            above = side == 1
        value = [short(middle, 4), short(book.limit_price[each], 4), short(abs(book.net_kwh[each]), 4)]
        dots.append({"name": book.names[each], "value": value, "label": {"position": "top" if above else "bottom"}})
    shown = len(dots) <= _MOST_NAMES
    return {
        "type": "scatter", "symbolSize": 6, "color": SIDES[side][1], "data": dots, "z": 4,
        "label": {"show": shown, "formatter": "{b}", "fontSize": 11}, "labelLayout": {"hideOverlap": True},
        "tooltip": {"formatter": f"{{b}} {'asks' if side == 0 else 'bids'} {{@[1]}} for {{@[2]}} kWh"},
    }  # fmt: skip


def _band(until_kwh: float) -> dict[str, Any]:
    """Return the shading of what is traded."""
    return {
        "silent": True,
        "itemStyle": {"color": palette.P2P, "opacity": 0.13},
        "data": [[{"xAxis": 0.0}, {"xAxis": short(until_kwh, 4)}]],
    }


def _grid(book: Book) -> dict[str, Any]:
    """Return the grid's two prices as lines."""
    both = (
        (f"grid asks {price(book.import_price)}", book.import_price),
        (f"grid gives {price(book.export_price)}", book.export_price),
    )
    lines = [
        {
            "yAxis": short(level, 4),
            "label": {"formatter": words, "position": f"insideEnd{'Bottom' if place else 'Top'}"},
        }
        for place, (words, level) in enumerate(both)
    ]
    return level_lines(lines, palette.GRID, "dashed") | {"z": 1}


def level_lines(data: list[dict[str, Any]], colour: str, style: str) -> dict[str, Any]:
    """Return level lines; without a precision of its own a line would stand at a rounded price."""
    line, label = {"color": colour, "type": style, "width": 1.2}, {"color": colour, "fontSize": 11}
    return {"silent": True, "symbol": "none", "precision": 6, "lineStyle": line, "label": label, "data": data}


def _range(outcome: Outcome) -> tuple[float, float, float]:
    """Return round ends of the price axis, with some room around all prices, and the distance of its labels."""
    book, trades = outcome.book, outcome.trades
    levels = np.concatenate([book.limit_price[book.net_kwh != 0.0], trades.buyer_price, trades.seller_price])
    grid = np.array([book.import_price, book.export_price])
    if levels.size:  # a grid's price far from all bids and asks would press them flat
        room = 1.5 * max(float(np.ptp(levels)), 0.2 * float(np.abs(levels).max()))
        grid = grid[(grid >= levels.min() - room) & (grid <= levels.max() + room)]
    levels = np.concatenate([levels, grid])
    low, high = float(levels.min()), float(levels.max())
    span = max(high - low, abs(high) * 0.1, 0.01)
    step = 10.0 ** math.floor(math.log10(span))
    step = next(step * size for size in (0.1, 0.2, 0.5, 1.0, 2.0) if span / (step * size) <= 8.0)
    bottom, top = (math.floor(low / step - 0.4), math.ceil(high / step + 0.4))
    if low >= 0.0:
        bottom = max(bottom, 0)
    return round(bottom * step, 10), round(top * step, 10), round(step, 10)


def alt(outcome: Outcome) -> str:
    """Say what the pictures of supply and demand show."""
    book = outcome.book
    sides = [
        f"{noun} from {price(book.limit_price[homes[0]])} to {price(book.limit_price[homes[-1]])}"
        for noun, homes in (("supply", book.sellers), ("demand", book.buyers))
        if homes.size
    ]
    at = "" if outcome.one_price is None else f" at {price(outcome.one_price)}"
    return f"Steps of {' and '.join(sides) or 'an empty book'}; traded are {outcome.energy(outcome.kwh)}{at}."
