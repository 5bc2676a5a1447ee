"""An order book as pictures: each home's energy; and over supply and demand the price, a pair, or a home's gain."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran import palette
from jiran.app.charts.base import chart, names, short
from jiran.app.charts.curves import SIDES, level_lines, picture, place_of, stroke
from jiran.explain.step.outcome import crossing, same
from jiran.words import price

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.app.charts.base import Spec
    from jiran.explain.step.book import Book
    from jiran.explain.step.outcome import Outcome
    from jiran.market.book import Homes

#: Homes that are drawn as bars; of more, half as many with the most to sell and with the greatest need.
MOST_BARS = 20


def orders(book: Book) -> Spec:
    """Draw what each home has to sell upwards, what it needs downwards."""
    homes = shown_homes(book)
    bars = [
        {"value": short(book.net_kwh[home], 3), "itemStyle": {"color": SIDES[int(book.net_kwh[home] < 0.0)][1]}}
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


def clearing(outcome: Outcome, write: Callable[[float], str] = price) -> Spec:
    """Draw supply and demand, what the rule traded, and at what price.

    Args:
        outcome: A cleared book.
        write: Writes a price.
    """
    return picture(outcome, "clearing", outcome.kwh, [*_prices(outcome, write), *_points(outcome)])


def pair(outcome: Outcome, number: int) -> Spec:
    """Draw supply and demand with the orders of one trade, counted from 0, and what is traded up to it."""
    one = outcome.pairs[number]
    until = sum(each.kwh for each in outcome.pairs[: number + 1])
    marked = [_order(outcome, home) for home in (one.seller, one.buyer)]
    levels = {round(one.seller_price, 4): "seller gets", round(one.buyer_price, 4): "buyer pays"}
    highest = max(levels)
    lines = [  # beyond the lines, so that two that are close can both be read
        {
            "yAxis": level,
            "label": {
                "formatter": price(level) if len(levels) == 1 else f"{who} {price(level)}",
                "position": f"insideEnd{'Top' if level == highest else 'Bottom'}",
            },
        }
        for level, who in levels.items()
    ]
    marked[0]["markLine"] = level_lines(lines, palette.P2P, "solid")
    return picture(outcome, f"trade-{number + 1}", until, marked)


def home(outcome: Outcome, home: int) -> Spec:
    """Draw supply and demand with the order of one home, and its gain as the area up to its price."""
    series = _prices(outcome)
    if outcome.book.net_kwh[home]:
        series.append(_order(outcome, home) | _gain(outcome, home))
    return picture(outcome, "home", outcome.kwh, series)


def _order(outcome: Outcome, home: int) -> dict[str, Any]:
    """Return a home's order as a thick piece of its curve."""
    book = outcome.book
    start, stop = place_of(book, home)
    side, limit = int(book.net_kwh[home] < 0.0), short(book.limit_price[home], 4)
    name = f"{book.names[home]} {'bids' if side else 'asks'} {price(limit)}"
    return stroke(name, SIDES[side][1], [[short(start, 4), limit], [short(stop, 4), limit]], 9) | {
        "z": 6,
        "silent": True,
    }


def _gain(outcome: Outcome, home: int) -> dict[str, Any]:
    """Return the area between a home's limit and its price, as wide as what it traded."""
    kwh = float(outcome.traded_kwh[home])
    if not kwh:
        return {}
    start, limit = place_of(outcome.book, home)[0], float(outcome.book.limit_price[home])
    corners = [{"coord": [short(start, 4), limit]}, {"coord": [short(start + kwh, 4), short(outcome.prices[home], 4)]}]
    colour = palette.P2P if outcome.gains[home] >= 0.0 else palette.GRID
    return {"markArea": {"silent": True, "itemStyle": {"color": colour, "opacity": 0.45}, "data": [corners]}}


def _prices(outcome: Outcome, write: Callable[[float], str] = price) -> list[dict[str, Any]]:
    """Return the price as a line over what is traded; if buyers and sellers have several, as steps in their order."""
    if not outcome.kwh:
        return []
    if outcome.one_price is not None:
        at = short(outcome.one_price, 4)
        return [stroke(f"Price {write(at)}", palette.P2P, [[0.0, at], [short(outcome.kwh, 4), at]], 3)]
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
        line = stroke(f"{name} {write(levels.pop())}" if len(levels) == 1 else name, palette.P2P, points, 3)
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
        at = math.inf if outcome.one_price is None else outcome.one_price
        if cleared is None or not same(cross[0], cleared) or not same(cross[1], at):
            style = {"color": "transparent", "borderColor": palette.LOAD, "borderWidth": 2.5}
            where = [short(cross[0], 4), short(cross[1], 4)]
            points.append(
                dot
                | {"name": "Curves cross", "symbolSize": 14, "itemStyle": style, "color": palette.LOAD, "data": [where]}
            )
    return points


def orders_alt(book: Book) -> str:
    """Say what `orders` shows."""
    return (
        f"What each home has to sell or needs: {book.sellers.size} sellers with {book.offered_kwh:,.2f} kWh, "
        f"{book.buyers.size} buyers who want {book.wanted_kwh:,.2f} kWh."
    )
