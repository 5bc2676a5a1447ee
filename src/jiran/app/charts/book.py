"""An order book as a picture: supply and demand as steps, what is traded, one pair, and one home's gain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran import palette
from jiran.app.charts.base import chart, names, short
from jiran.app.outcome import ROUNDING, crossing
from jiran.words import price

if TYPE_CHECKING:
    from jiran.app.book import Array, Book, Homes
    from jiran.app.charts.base import Spec
    from jiran.app.outcome import Outcome

#: Up to this many orders of a side have their home's name beside them.
_MOST_NAMES = 12
#: Homes that are drawn as bars; of more, half as many with the most to sell and with the greatest need.
MOST_BARS = 20
_SIDES = (("Supply", palette.SELLERS), ("Demand", palette.BUYERS))


def orders(book: Book) -> Spec:
    """Draw what each home has to sell upwards, what it needs downwards."""
    homes = shown_homes(book)
    bars = [
        {"value": short(book.net_kwh[home], 3), "itemStyle": {"color": _SIDES[int(book.net_kwh[home] < 0.0)][1]}}
        for home in homes
    ]
    return chart(
        "orders",
        grid={"left": 44, "right": 8, "top": 20, "bottom": 48},
        tooltip={"trigger": "axis", "valueFormatter": "%.2f kWh"},
        xAxis={
            **names([book.names[home] for home in homes]),
            "inverse": False,
            "position": "bottom",
            "axisLabel": {"rotate": 45 if len(homes) > 8 else 0},
        },
        yAxis={"type": "value", "name": "kWh"},
        series=[{"type": "bar", "name": "Has (above 0) or needs", "barMaxWidth": 40, "data": bars}],
    )


def shown_homes(book: Book) -> Homes:
    """Return the homes that are drawn, as they stand in the book, or by their order if there are many."""
    if len(book.names) <= MOST_BARS:
        return np.arange(len(book.names))
    ordered = np.argsort(-book.net_kwh, kind="stable")
    return np.concatenate([ordered[: MOST_BARS // 2], ordered[-MOST_BARS // 2 :]])


def clearing(outcome: Outcome) -> Spec:
    """Draw supply and demand, what the rule traded, and at what price."""
    return _picture(outcome, "clearing", outcome.kwh, [*_prices(outcome), *_points(outcome)])


def pair(outcome: Outcome, number: int) -> Spec:
    """Draw supply and demand with the orders of one trade, counted from 0, and what is traded up to it."""
    one = outcome.pairs[number]
    until = sum(each.kwh for each in outcome.pairs[: number + 1])
    marked = [_order(outcome, home) for home in (one.seller, one.buyer)]
    levels = {round(one.buyer_price, 4), round(one.seller_price, 4)}
    lines = [{"yAxis": level, "label": {"formatter": price(level), "position": "insideStartTop"}} for level in levels]
    marked[0]["markLine"] = _lines(lines, palette.P2P, "solid")
    return _picture(outcome, f"trade-{number + 1}", until, marked)


def home(outcome: Outcome, home: int) -> Spec:
    """Draw supply and demand with the order of one home, and its gain as the area up to its price."""
    series = _prices(outcome)
    if outcome.book.net_kwh[home]:
        series.append(_order(outcome, home) | _gain(outcome, home))
    return _picture(outcome, "home", outcome.kwh, series)


def _picture(outcome: Outcome, name: str, until_kwh: float, series: list[dict[str, Any]]) -> Spec:
    """Return supply and demand with more on top; the axes are the same in all pictures of a book."""
    book = outcome.book
    low, high, step = _range(outcome)
    widest = max(book.offered_kwh, book.wanted_kwh, 1e-6)
    sides = [(side, homes) for side, homes in enumerate((book.sellers, book.buyers)) if homes.size]
    curves = [_curve(book, homes, side) for side, homes in sides]
    ends = [_end(book, homes, side, low if side else high) for side, homes in sides]
    labels = [_names(book, side) for side, _ in sides]
    frame: dict[str, Any] = {"type": "line", "data": [], "silent": True, "markLine": _grid(book)}
    if until_kwh > 0.0:
        frame["markArea"] = _band(until_kwh)
    unit = f"{book.currency} per kWh" if book.currency else "per kWh"
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
            "max": short(widest * 1.2, 4),
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
    name, colour = _SIDES[side]
    return _line(name, colour, points, 2.5)


def _end(book: Book, homes: Homes, side: int, end: float) -> dict[str, Any]:
    """Return the upright at the end of a curve: more there is not, at no price."""
    reach = short(_until(book, homes)[-1], 4)
    points = [[reach, short(book.limit_price[homes[-1]], 4)], [reach, end]]
    line = _line("", _SIDES[side][1], points, 1.5) | {"silent": True}
    line["lineStyle"] = {**line["lineStyle"], "type": "dotted"}
    del line["name"]
    return line


def _line(name: str, colour: str, points: list[list[float]], width: float) -> dict[str, Any]:
    style = {"width": width, "color": colour}
    return {"name": name, "type": "line", "symbol": "none", "color": colour, "lineStyle": style, "data": points, "z": 3}


def _until(book: Book, homes: Homes) -> Array:
    """Return up to where on the axis each order of a side reaches, kWh."""
    reach: Array = np.abs(book.net_kwh[homes]).cumsum()
    return reach


def _place(book: Book, home: int) -> tuple[float, float]:
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
        "type": "scatter", "symbolSize": 6, "color": _SIDES[side][1], "data": dots, "z": 4,
        "label": {"show": shown, "formatter": "{b}", "fontSize": 11}, "labelLayout": {"hideOverlap": True},
        "tooltip": {"formatter": f"{{b}} {'asks' if side == 0 else 'bids'} {{@[1]}} for {{@[2]}} kWh"},
    }  # fmt: skip


def _order(outcome: Outcome, home: int) -> dict[str, Any]:
    """Return a home's order as a thick piece of its curve."""
    book = outcome.book
    start, stop = _place(book, home)
    side, limit = int(book.net_kwh[home] < 0.0), short(book.limit_price[home], 4)
    name = f"{book.names[home]} {'bids' if side else 'asks'} {price(limit)}"
    return _line(name, _SIDES[side][1], [[short(start, 4), limit], [short(stop, 4), limit]], 9) | {
        "z": 6,
        "silent": True,
    }


def _gain(outcome: Outcome, home: int) -> dict[str, Any]:
    """Return the area between a home's limit and its price, as wide as what it traded."""
    kwh = float(outcome.traded_kwh[home])
    if not kwh:
        return {}
    start, limit = _place(outcome.book, home)[0], float(outcome.book.limit_price[home])
    corners = [{"coord": [short(start, 4), limit]}, {"coord": [short(start + kwh, 4), short(outcome.prices[home], 4)]}]
    colour = palette.P2P if outcome.gains[home] >= 0.0 else palette.GRID
    return {"markArea": {"silent": True, "itemStyle": {"color": colour, "opacity": 0.45}, "data": [corners]}}


def _prices(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the price as a line over what is traded; if buyers and sellers have several, as steps in their order."""
    if not outcome.kwh:
        return []
    if outcome.one_price is not None:
        at = short(outcome.one_price, 4)
        return [_line(f"Price {price(at)}", palette.P2P, [[0.0, at], [short(outcome.kwh, 4), at]], 3)]
    lines = []
    for name, homes, style in (
        ("Buyers pay", outcome.book.buyers, "solid"),
        ("Sellers get", outcome.book.sellers, "dashed"),
    ):
        traded = homes[outcome.traded_kwh[homes] > 0.0]
        reach = outcome.traded_kwh[traded].cumsum()
        points = [
            [short(x, 4), short(outcome.prices[each], 4)]
            for each, start, stop in zip(traded, [0.0, *reach[:-1]], reach, strict=True)
            for x in (start, stop)
        ]
        levels = {point[1] for point in points}
        line = _line(f"{name} {price(levels.pop())}" if len(levels) == 1 else name, palette.P2P, points, 3)
        line["lineStyle"] = {**line["lineStyle"], "type": style}
        lines.append(line)
    return lines


def _points(outcome: Outcome) -> list[dict[str, Any]]:
    """Return where the rule cleared, and where the curves cross if that is somewhere else."""
    dot = {"type": "scatter", "z": 7, "silent": True, "color": palette.P2P}
    cleared = outcome.kwh if outcome.kwh and outcome.one_price is not None else None
    points: list[dict[str, Any]] = []
    if cleared is not None:
        where = [short(cleared, 4), short(outcome.one_price or 0.0, 4)]
        points.append(dot | {"name": "Cleared here", "symbol": "diamond", "symbolSize": 15, "data": [where]})
    cross = crossing(outcome.book)
    if cross is not None and not outcome.book.flat:
        low, high = sorted((cross[1], outcome.one_price if outcome.one_price is not None else math.inf))
        if cleared is None or abs(cross[0] - cleared) > ROUNDING or high - low > ROUNDING:
            style = {"color": "transparent", "borderColor": palette.LOAD, "borderWidth": 2.5}
            where = [short(cross[0], 4), short(cross[1], 4)]
            points.append(
                dot
                | {"name": "Curves cross", "symbolSize": 14, "itemStyle": style, "color": palette.LOAD, "data": [where]}
            )
    return points


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
    return _lines(lines, palette.GRID, "dashed") | {"z": 1}


def _lines(data: list[dict[str, Any]], colour: str, style: str) -> dict[str, Any]:
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
    return round(bottom * step, 10), round(top * step, 10), step


def orders_alt(book: Book) -> str:
    """Say what `orders` shows."""
    return (
        f"What each home has to sell or needs: {book.sellers.size} sellers with {book.offered_kwh:.2f} kWh, "
        f"{book.buyers.size} buyers who want {book.wanted_kwh:.2f} kWh."
    )


def curves_alt(outcome: Outcome) -> str:
    """Say what the pictures of supply and demand show."""
    book = outcome.book
    sides = [
        f"{noun} from {price(book.limit_price[homes[0]])} to {price(book.limit_price[homes[-1]])}"
        for noun, homes in (("supply", book.sellers), ("demand", book.buyers))
        if homes.size
    ]
    at = "" if outcome.one_price is None else f" at {price(outcome.one_price)}"
    return f"Steps of {' and '.join(sides) or 'an empty book'}; traded are {outcome.energy(outcome.kwh)}{at}."
