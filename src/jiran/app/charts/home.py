"""One home's day and bill, and the roles of homes through the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran import palette
from jiran.app.bills import bill_steps
from jiran.app.charts.base import (
    GHOST,
    MOST_HOMES,
    amounts,
    chart,
    ghost_strokes,
    kinds_there,
    mark_line,
    names,
    room,
    short,
)
from jiran.engine.flows import METERED, SOURCES, USES
from jiran.explain.say import energy
from jiran.nothing import CENT, LEAST_SAID_KWH, NOTHING_KWH, THIRD_DIGIT
from jiran.sentences import Figures, form
from jiran.words import KIND_NAMES, money, settled, time_of_day

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec, Window
    from jiran.engine.flows import Flow
    from jiran.result.result import Result

Array = NDArray[np.float64]

#: Selling is the green of P2P, buying a purple opposite to it; told apart with any kind of colour vision.
_SELLS_RGB, _BUYS_RGB = "0,158,115", "123,82,171"
#: Shades of each of the two. Between the palest of one and the other lies a grey of neither, so the step is small.
_SHADES = 100
_STRIPES = ["rgba(127,140,155,0.07)", "rgba(127,140,155,0.03)"]
#: Bars of a day.
_MOST_BARS = 96
#: Of a big community, the homes that trade most are drawn.
_MOST_ROWS = 20


def roles(result: Result, by_hour: Array) -> Spec:
    """Draw who sells (green) and who buys (purple) at which hour; homes down, hours across.

    Args:
        result: For the homes.
        by_hour: What `bills.sold_by_hour` returns.
    """
    labels, rows = role_rows(result, by_hour)
    data = [
        [hour, row, short(value, 3)]
        for row, values in enumerate(rows)
        for hour, value in enumerate(values)
        if abs(value) >= THIRD_DIGIT
    ]
    most = max((abs(entry[2]) for entry in data), default=1.0)
    return chart(
        "roles",
        grid=room(top=8, bottom=84, right=12),
        tooltip={"valueFormatter": "%+.2f kWh"},
        xAxis={"type": "category", "data": [f"{hour:02d}:00" for hour in range(24)], "axisTick": {"show": False}}
        | {"splitArea": {"show": True, "areaStyle": {"color": _STRIPES}}},
        yAxis=names(labels),
        visualMap=_both_ways(most),
        series=[{"name": "Sells (+) or buys (−)", "type": "heatmap", "data": data}],
    )


def _both_ways(most: float) -> dict[str, object]:
    """Return a scale from purple to green whose colours grow paler towards 0, but never lose their hue."""
    strength = [round(0.15 + 0.85 * (step / _SHADES) ** 0.7, 3) for step in range(_SHADES + 1)]
    colours = [
        *(f"rgba({_BUYS_RGB},{alpha})" for alpha in reversed(strength)),
        *(f"rgba({_SELLS_RGB},{alpha})" for alpha in strength),
    ]
    place = {"orient": "horizontal", "left": "center", "bottom": 8, "itemHeight": 150, "itemWidth": 12}
    text = [f"sells {most:,.2f} kWh", f"buys {most:,.2f} kWh"]
    shown = {"inRange": {"color": colours}, "controller": {"outOfRange": {"color": "transparent"}}}
    return {"min": -most, "max": most, "precision": 2, "text": text, **shown, **place}


def role_rows(result: Result, by_hour: Array) -> tuple[list[str], Array]:
    """Return names and kWh by hour: every home, or a mean home of each kind and the homes that trade most."""
    by_home = by_hour.T
    ids, kinds = result.community.ids, np.array(result.community.kinds)
    if len(ids) <= MOST_HOMES:
        return list(ids), by_home
    present = kinds_there(kinds)
    means = [by_home[kinds == kind].mean(axis=0) for kind in present]
    most = np.sort(np.argsort(-np.abs(by_home).sum(axis=1), kind="stable")[:_MOST_ROWS])
    labels = [f"Mean {KIND_NAMES[kind]}" for kind in present] + [ids[home] for home in most]
    return labels, np.vstack([*means, by_home[most]])


def day_parts(result: Result, at: int, window: Window) -> tuple[list[str], list[tuple[str, str, Array]], int]:
    """Return times, and name, colour and kWh (sources > 0, uses < 0) of each part of a home's day; and minutes.

    What is behind the meter of a home of which only import and export are known is no part.
    """
    size = -(-(window.last - window.first) // _MOST_BARS)
    starts = np.arange(0, window.last - window.first, size)
    parts = []
    for flow in _flows_of(result, at):
        values = result.flows.of_home(flow.name, at, window.first, window.last)
        parts.append((_partner(result, flow), flow.colour, flow.sign * np.add.reduceat(values, starts)))
    times = [time_of_day(instant) for instant in result.timeline.local[window.first + starts].astype(object)]
    return times, parts, size * result.timeline.step_minutes


def _partner(result: Result, flow: Flow) -> str:
    """Return who is at the other end of a flow; in a market in which the community battery bids, that is in the list of trades."""
    return "Market" if flow.account == "homes" and result.flows.street_bids else flow.label


def _flows_of(result: Result, home: int) -> tuple[Flow, ...]:
    """Return the flows of a home that are known."""
    every = (*SOURCES, *USES)
    if not result.community.net_metered[home]:
        return every
    return tuple(flow for flow in every if flow in METERED and not flow.at_meter)


def day(result: Result, home: str, window: Window, step: int | None = None) -> Spec:
    """Draw where a home's energy came from (up) and went (down); a step is marked, if given."""
    times, parts, minutes = day_parts(result, result.community.ids.index(home), window)
    series: list[Spec] = [
        {
            "name": name,
            "type": "bar",
            "stack": "day",
            "barCategoryGap": "12%",
            "color": colour,
            "data": [short(value, 3) for value in values],
        }
        for name, colour, values in parts
        if np.abs(values).sum() > NOTHING_KWH
    ]
    if step is not None and series:
        series[0]["markLine"] = mark_line((step - window.first) * result.timeline.step_minutes // minutes)
    every = "hour" if minutes == 60 else f"{minutes} min"
    return chart(
        f"day-of-{home}",
        legend={"top": 0},
        grid={"left": 44, "right": 10, "top": 62, "bottom": 30},
        tooltip={"trigger": "axis", "valueFormatter": "%.2f kWh"},
        xAxis={"type": "category", "data": times, "axisTick": {"show": False}, "axisLine": {"onZero": True}}
        | {"axisLabel": {"hideOverlap": True}, "position": "bottom", "axisLine": {"onZero": False, "show": False}},
        yAxis={"type": "value", "name": f"kWh per {every}", "nameTextStyle": {"align": "left"}},
        series=series,
    )


def _day_words(figures: Figures) -> str:
    came, went = (", ".join(f"{name} {energy(kwh)}" for name, kwh in figures[side]) for side in ("came", "went"))
    if figures["net_metered"]:
        return f"Import of {figures['home']}: {came or 'nothing'}; its export: {went or 'nothing'}."
    return f"Energy of {figures['home']}: from {came or 'nowhere'}; to {went or 'nowhere'}."


@form("home.day_chart", _day_words)
def day_words(result: Result, home: int, first: int, last: int) -> Figures:
    """Say where a home's energy came from and went to in the steps first <= step < last, or its import and export: always."""
    sums = [
        (_partner(result, flow), flow.sign, float(result.flows.of_home(flow.name, home, first, last).sum()))
        for flow in _flows_of(result, home)
    ]
    came, went = (
        tuple((name, kwh) for name, side, kwh in sums if side == sign and settled(kwh) >= LEAST_SAID_KWH)
        for sign in (1, -1)
    )
    net_metered = bool(result.community.net_metered[home])
    return {"home": result.community.ids[home], "net_metered": net_metered, "came": came, "went": went}


def is_change(amount: float) -> bool:
    """Tell whether a change of the bill is drawn and said: it does not read as 0.00."""
    return settled(abs(amount)) >= CENT


def bars(steps: list[tuple[str, float]]) -> list[tuple[str, float, float, float]]:
    """Return name, amount, lower and upper end of each bar of the bill; changes below half a cent are left out."""
    at, found = 0.0, []
    for place, (name, amount) in enumerate(steps):
        whole = place in (0, len(steps) - 1)
        start, at = (0.0, amount) if whole else (at, at + amount)
        if whole or is_change(amount):
            found.append((name, amount, min(start, at), max(start, at)))
    return found


def waterfall(steps: list[tuple[str, float]], currency: str, of_a: float | None = None) -> Spec:
    """Draw how the bill with the grid alone becomes the bill now: bars that start where the last one ended.

    Args:
        steps: What `bills.bill_steps` returns.
        currency: For the axis.
        of_a: The home's bill in A, which is marked in the last row.
    """
    shown = bars(steps)
    hidden, up, down = [], [], []
    labels: list[dict[str, object]] = []
    for name, amount, low, high in shown:
        style = {"color": _colour(name)}
        hidden.append(short(low if low > 0.0 else min(high, 0.0), 4))
        up.append({"value": short(max(high, 0.0) - max(low, 0.0), 4), "itemStyle": style})
        down.append({"value": short(min(low, 0.0) - min(high, 0.0), 4), "itemStyle": style})
        whole = len(labels) in (0, len(shown) - 1)
        text = f"{amount + 0.0:,.2f}" if whole else f"{amount:+,.2f}"
        labels.append({"value": [short(high, 4), len(labels)], "label": {"formatter": text}})
    if of_a is not None:
        labels[-1]["label"] = {"formatter": f"{shown[-1][1] + 0.0:,.2f}\n{GHOST} {of_a + 0.0:,.2f}", "lineHeight": 14}
    point = {"type": "scatter", "symbolSize": 1, "color": "transparent", "silent": True}
    bar = {"type": "bar", "stack": "bill", "barWidth": "62%", "silent": True}
    return chart(
        "bill",
        grid=room(top=8, right=64),
        xAxis=amounts(f"Bill, {currency} (below 0: earns)"),
        yAxis=names([name for name, *_ in shown]),
        series=[
            {**bar, "data": hidden, "itemStyle": {"color": "transparent"}},
            {**bar, "data": up},
            {**bar, "data": down},
            {**point, "label": {"show": True, "position": "right"}, "data": labels},
            *([] if of_a is None else [{**ghost_strokes([(of_a, len(shown) - 1, "Now")], 30), "silent": True}]),
        ],
    )


def _colour(name: str) -> str:
    """Return the colour of the partner that a step of the bill is about."""
    words = {
        "neighbours": palette.P2P,
        "market": palette.P2P,
        "attery": palette.BATTERY,
        "rid alone": palette.LOAD,
        "rid": palette.GRID,
    }
    return next((colour for word, colour in words.items() if word in name), palette.LOAD)


def _bill_words(figures: Figures) -> str:
    currency = figures["currency"]
    changes = [f"{name} {money(amount, currency)}" for name, amount in figures["changes"]]
    return (
        f"Bill of {figures['home']}: {money(figures['alone'], currency)} with the grid alone; changes: "
        f"{', '.join(changes) or 'none'}; now {money(figures['now'], currency)}."
    )


@form("home.bill_chart", _bill_words)
def bill_words(result: Result, home: int) -> Figures:
    """Say what changes a home's bill from the one with the grid alone to the one it has: always."""
    steps = bill_steps(result, result.community.ids[home])
    return {
        "home": result.community.ids[home],
        "alone": steps[0][1],
        "changes": tuple((name, amount) for name, amount in steps[1:-1] if is_change(amount)),
        "now": steps[-1][1],
        "currency": result.scenario.currency,
    }
