"""Rules side by side: reach against evenness, who gains, and the price through the day."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran import palette
from jiran.app.charts.base import amounts, chart, in_format, in_template, names, room, short
from jiran.report.figures import form
from jiran.report.labels import Label, apart, beside
from jiran.report.points import (
    ACROSS,
    UP,
    ends_of,
    families,
    family,
    gains,
    limits,
    lines,
    named,
    span,
    spots,
    start,
    tick,
    value,
)
from jiran.words import KIND_NAMES, money

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.judge.comparison import Comparison
    from jiran.market.family import Family
    from jiran.report.points import Gain, Spot

    Spec = dict[str, Any]

#: Width of a mark, how far marks of one point lie apart, and how wide all of them are at the most, pixels.
_MARK, _APART, _WIDEST = 13, 10, 40
#: Heights of charts and the room above and below their axes, pixels; the width is a guess for where names stand.
_SCATTER_WIDTH = 620.0
SCATTER_HEIGHT, _SCATTER_TOP, _SCATTER_BOTTOM = 460, 70, 50
PRICES_HEIGHT, _PRICES_TOP, _PRICES_BOTTOM = 440, 30, 30
#: Width of a letter of a name beside a line, more or less, pixels.
_LETTER = 5.7
#: A series of texts at places.
_TEXT = {"type": "scatter", "symbolSize": 1, "silent": True, "clip": False, "itemStyle": {"color": "transparent"}}
_DASHES = ("solid", "dashed", "dotted")
_GREY = "#7F8C9B"
#: Parts of a side: as many at the most if a round number allows it, else as many.
_MOST_PARTS = (6, 12)
SIDES = {"buyer_price": "Buyers pay", "seller_price": "Sellers get"}


def scatter(comparison: Comparison, across: str, up: str) -> Spec:
    """Draw each rule by how much of what is possible it reaches and how evenly it shares."""
    groups, _ = spots(comparison, across, up)
    marks: dict[Family, list[dict[str, Any]]] = {}
    for spot in groups:
        for place, case in enumerate(spot.cases):
            offset = (place - (len(spot.cases) - 1) / 2) * _between(spot)
            point = {"name": case, "value": [short(spot.x, 2), short(spot.y, 3)], "symbolOffset": [short(offset, 1), 0]}
            marks.setdefault(family(comparison.cases[case]), []).append(point)
    there = [kind for kind in families() if kind in marks]
    series = [_marks(kind, marks[kind]) for kind in there]
    name_x, name_y = side_names(comparison, across, up)
    shown = f"{in_template(name_x)}: {{@[0]}}<br>{in_template(name_y)}: {{@[1]}}"
    for entry in series:
        entry["tooltip"] = {"formatter": f"<b>{{b}}</b><br>{shown}"}
    (low, high), first = limits(groups, up), start(groups)
    return chart(
        "rules",
        legend={
            "top": 0,
            "data": [kind.name for kind in there],
            "itemWidth": 13,
            "itemHeight": 13,
            "selectedMode": False,
        },
        grid={"left": 44, "right": 28, "top": _SCATTER_TOP, "bottom": _SCATTER_BOTTOM},
        tooltip={"trigger": "item", "confine": True},
        xAxis=amounts(name_x, min=first, max=102, interval=tick(first), axisLabel={"showMaxLabel": False}),
        yAxis={"type": "value", "name": name_y, "nameTextStyle": {"align": "left"}, "min": low, "max": high}
        | {"interval": _interval(low, high)},
        series=[*_bands(comparison, across, up), *series, _names(groups, low, high)],
    )


def side_names(comparison: Comparison, across: str, up: str) -> tuple[str, str]:
    """Return what the two sides of the scatter are called, with their units."""
    return ACROSS[across], UP[up].replace("money", comparison.currency)


def _interval(low: float, high: float) -> float:
    """Return how far the marks of a side lie apart: a round number, few of which make either end.

    Example:
        >>> _interval(-1.0, 1.0), _interval(-5.0, 3.0), _interval(0.0, 100.0)
        (0.5, 1.0, 20.0)
    """
    power = math.floor(math.log10(high - low)) - 1
    rounds = [round(digit * 10.0**more, 6) for more in range(power, power + 3) for digit in (1, 2, 5)]
    whole = [step for step in rounds if all(abs(end / step - round(end / step)) < 1e-6 for end in (low, high))]
    return next((step for most in _MOST_PARTS for step in whole if high - low < (most + 0.5) * step), high - low)


def _between(spot: Spot) -> float:
    """Return how far marks of one point lie apart, pixels."""
    return min(_APART, _WIDEST / len(spot.cases))


def _marks(kind: Family, points: list[dict[str, Any]]) -> dict[str, Any]:
    edge = {"color": kind.colour, "borderColor": "#fff", "borderWidth": 0.5}
    return {
        "name": kind.name,
        "type": "scatter",
        "symbol": f"path://{kind.mark}",
        "symbolSize": _MARK,
        "itemStyle": edge,
        "color": kind.colour,
        "data": points,
        "clip": False,
    }


def _names(groups: list[Spot], low: float, high: float) -> dict[str, Any]:
    """Return a series of texts beside the points, moved apart where they would lie over each other."""
    tall, first = SCATTER_HEIGHT - _SCATTER_TOP - _SCATTER_BOTTOM, start(groups)
    labels = [
        Label(
            named(spot.cases),
            (spot.x - first) / (102.0 - first) * _SCATTER_WIDTH,
            (high - spot.y) / (high - low) * tall,
            _between(spot) * (len(spot.cases) - 1) / 2 + _MARK / 2 + 3,
        )
        for spot in groups
    ]
    texts = []
    for spot, label, place in zip(groups, labels, beside(labels, _SCATTER_WIDTH, tall), strict=True):
        stand = high - place.y / tall * (high - low)
        side = {"position": "left" if place.side < 0 else "right", "distance": short(place.away, 1)}
        texts.append({"name": label.text, "value": [short(spot.x, 2), short(stand, 4)], "label": side})
    return {
        **_TEXT,
        "name": "names",
        "label": {"show": True, "formatter": "{b}", "fontSize": 11},
        "data": texts,
        "markLine": {
            "silent": True,
            "symbol": "none",
            "lineStyle": {"color": _GREY, "type": "dashed"},
            "label": {"show": False},
            "data": [{"xAxis": 100}],
        },
    }


def _bands(comparison: Comparison, across: str, up: str) -> list[dict[str, Any]]:
    """Return a cross for each rule: the bands of both figures over the seeds."""
    if len(comparison.seeds) == 1:
        return []
    ends: list[list[float | None]] = []
    for row in comparison.table((across, up)).iter_rows(named=True):
        if row[across] is None or row[up] is None:
            continue
        x, y = value(across, row[across]), value(up, row[up])
        sides = ("low", "high")
        ends += [[short(value(across, row[f"{across}_{side}"])), short(y, 3)] for side in sides]
        ends.append([None, None])
        ends += [[short(x), short(value(up, row[f"{up}_{side}"]), 3)] for side in sides]
        ends.append([None, None])
    style = {"color": _GREY, "width": 1, "opacity": 0.4}
    return [{"name": "bands", "type": "line", "symbol": "none", "silent": True, "lineStyle": style, "data": ends}]


def scatter_alt(comparison: Comparison, across: str, up: str) -> str:
    """Say what `scatter` shows."""
    groups, without = spots(comparison, across, up)
    name_x, name_y = (text.replace("money", comparison.currency) for text in (ACROSS[across], UP[up]))
    told = "; ".join(f"{', '.join(spot.cases)}: {spot.x:.1f} and {spot.y:.2f}" for spot in reversed(groups))
    rest = f" Not drawn: {', '.join(without)}." if without else ""
    return f"Market rules by two figures. {name_x}, and {name_y}. {told}.{rest}"


def kind(comparison: Comparison, wanted: str) -> Spec:
    """Draw what a home of a kind saves under each rule as bars, best rule on top."""
    ordered = gains(comparison)[wanted]
    currency = comparison.currency
    bars = [short(gain.saving) for gain in ordered]
    ends = [max(gain.saving, gain.high or 0.0, 0.0) for gain in ordered]
    texts = [
        {"value": [short(end), gain.case], "name": f"{short(gain.saving):.2f}"}
        for end, gain in zip(ends, ordered, strict=True)
    ]
    label = {"show": True, "position": "right", "formatter": "{b}", "fontSize": 11, "distance": 4}
    bar = {
        "name": "Saving",
        "type": "bar",
        "barMaxWidth": 12,
        "color": palette.KINDS[wanted],
        "data": bars,
        "tooltip": {"valueFormatter": f"%.2f {in_format(currency)}"},
    }
    zero = {"silent": True, "symbol": "none", "label": {"show": False}, "data": [{"xAxis": 0}]}
    bar["markLine"] = {**zero, "lineStyle": {"color": _GREY, "type": "solid", "width": 1}}
    return chart(
        f"saving-{wanted}",
        grid=room(top=4, right=44, bottom=40),
        tooltip={"trigger": "item"},
        xAxis=amounts(f"Saving of a home, {currency}", splitNumber=4),
        yAxis=names([gain.case for gain in ordered], axisLabel={"fontSize": 11, "interval": 0}),
        series=[bar, *_error_bars(ordered), {**_TEXT, "name": "numbers", "label": label, "data": texts}],
    )


def _error_bars(ordered: list[Gain]) -> list[dict[str, Any]]:
    """Return the bands over the seeds as strokes with a stop at each end."""
    if not ordered or ordered[0].low is None:
        return []
    ends: list[list[float | str | None]] = []
    for gain in ordered:
        ends += [[short(gain.low or 0.0), gain.case], [short(gain.high or 0.0), gain.case], [None, gain.case]]
    style = {"color": _GREY, "width": 1.5}
    return [
        {"name": "band", "type": "line", "data": ends, "symbol": "rect", "symbolSize": [1.5, 8], "silent": True}
        | {"lineStyle": style, "itemStyle": {"color": _GREY}}
    ]


def kind_alt(comparison: Comparison, wanted: str) -> str:
    """Say what `kind` shows."""
    told = ", ".join(f"{gain.case} {money(gain.saving, comparison.currency)}" for gain in gains(comparison)[wanted])
    return f"What a home of the kind {KIND_NAMES[wanted]} saves by trading under each rule, best first: {told}."


def prices(comparison: Comparison, side: str) -> Spec:
    """Draw what buyers pay or sellers get through a mean day, between the grid's two prices."""
    found = lines(comparison, side)
    hours, ends = ends_of(comparison, found)
    used: dict[str, int] = {}
    series = []
    for line in found:
        kin = family(comparison.cases[line.cases[0]])
        dash = _DASHES[used.get(kin.name, 0) % len(_DASHES)]
        used[kin.name] = used.get(kin.name, 0) + 1
        series.append(
            {
                "name": ", ".join(line.cases),
                "type": "line",
                "color": kin.colour,
                "symbol": f"path://{kin.mark}",
                "symbolSize": 8,
                "lineStyle": {"width": 2, "type": dash},
                "emphasis": {"focus": "series"},
                "data": _sent(line.prices[hours]),
            }
        )
    currency = comparison.currency
    labels = [f"{hour:02d}:00" for hour in range(24)][hours]
    low, high = span([prices for _, prices in ends])
    return chart(
        f"prices-{side.partition('_')[0]}",
        grid={
            "left": 44,
            "right": 18 + _LETTER * max(len(name) for name, _ in ends),
            "top": _PRICES_TOP,
            "bottom": _PRICES_BOTTOM,
        },
        tooltip={
            "trigger": "axis",
            "order": "valueDesc",
            "valueFormatter": f"%.4f {in_format(currency)}/kWh",
            "confine": True,
        },
        xAxis={"type": "category", "data": [*labels, ""], "axisTick": {"show": False}} | {"axisLabel": {"margin": 12}},
        yAxis={"type": "value", "min": low, "max": high, "name": f"{currency}/kWh", "nameTextStyle": {"align": "left"}},
        series=[*_window(*(prices for _, prices in ends[-2:])), *series, *_ends(ends, low, high)],
    )


def _sent(prices: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(price) else short(price, 4) for price in prices]


def _ends(ends: list[tuple[str, NDArray[np.float64]]], low: float, high: float) -> list[dict[str, Any]]:
    """Return the names of the lines, right of where they end, and strokes that lead to them."""
    tall = PRICES_HEIGHT - _PRICES_TOP - _PRICES_BOTTOM
    last = [int(np.flatnonzero(~np.isnan(prices))[-1]) for _, prices in ends]
    prices = [float(line[place]) for (_, line), place in zip(ends, last, strict=True)]
    stands = apart(prices, 13.0 / tall * (high - low), low, high)
    slot = ends[0][1].size
    strokes: list[list[float | None]] = []
    texts = []
    for (name, _), place, price, stand in zip(ends, last, prices, stands, strict=True):
        strokes += [[place, short(price, 4)], [slot, short(stand, 4)], [slot, None]]
        texts.append({"name": name, "value": [slot, short(stand, 4)]})
    quiet = {"symbol": "none", "silent": True, "lineStyle": {"color": _GREY, "width": 1, "opacity": 0.5}}
    label = {"show": True, "position": "right", "formatter": "{b}", "fontSize": 11, "distance": 3}
    hidden = {"tooltip": {"show": False}}
    return [
        {"name": "leaders", "type": "line", "data": strokes, **quiet, **hidden},
        {**_TEXT, **hidden, "name": "names", "data": texts, "label": label},
    ]


def _window(given: NDArray[np.float64], taken: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Return the grid's two prices as steps, and between them the window in which both sides gain."""
    style = {"type": "line", "step": "middle", "symbol": "none", "color": _GREY, "lineStyle": {"width": 1}}
    found: list[dict[str, Any]] = [
        {"name": "grid gives", **style, "data": _sent(given)},
        {"name": "grid takes", **style, "data": _sent(taken)},
    ]
    if np.nanmin(taken - given) >= 0.0 and np.nanmin(given) >= 0.0:  # bands are stacked, which needs that
        quiet = {"type": "line", "step": "middle", "symbol": "none", "silent": True, "stack": "window", "color": _GREY}
        quiet |= {"lineStyle": {"width": 0}, "tooltip": {"show": False}}
        found.insert(0, {"name": "floor", **quiet, "data": _sent(given)})
        found.insert(1, {"name": "window", **quiet, "data": _sent(taken - given), "areaStyle": {"opacity": 0.12}})
    return found


def prices_alt(comparison: Comparison, side: str) -> str:
    """Say what `prices` shows."""
    written = form("price_paid", comparison.currency)
    told = "; ".join(
        f"{', '.join(line.cases)} {written.write(np.nanmin(line.prices))} to {written.write(np.nanmax(line.prices))}"
        for line in lines(comparison, side)
    )
    return f"{SIDES[side]} through a mean day under each rule, {written.unit}: {told or 'nobody trades'}."
