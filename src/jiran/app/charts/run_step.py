"""One step of the market as pictures: what each home has left, and what came in and went out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from jiran import palette
from jiran.app.charts.base import chart, names, short
from jiran.app.inspector import DUST_KWH, RunStep
from jiran.words import kwh

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec

#: Homes that are drawn; of more, half as many with the most to spare and with the greatest need.
MOST_BARS = 20


def shown_orders(step: RunStep) -> pl.DataFrame:
    """Return the homes that are drawn, in the order of the community, or of their balance if there are many."""
    orders = step.orders
    if orders.height > MOST_BARS:
        ordered = orders.sort("balance_kwh", descending=True)
        orders = pl.concat([ordered.head(MOST_BARS // 2), ordered.tail(MOST_BARS // 2)])
    return orders


def balances(step: RunStep) -> Spec:
    """Draw each home's generation upwards, its demand downwards, and the balance B = G - L as a mark."""
    orders = shown_orders(step)
    parts = {
        "Sun": (orders["generation_kwh"], palette.SOLAR),
        "Own EV": (orders["ev_supplied_kwh"], palette.EV),
        "Household": (-orders["load_kwh"], palette.LOAD),
        "EV charging": (-orders["ev_kwh"], palette.EV),
    }
    style = {"type": "bar", "stack": "home", "barMaxWidth": 28}
    series = [
        {"name": name, "color": colour, "data": [short(value, 3) for value in values], **style}
        for name, (values, colour) in parts.items()
        if values.abs().sum() > 0.0
    ]
    return chart(
        f"balances-{step.step}",
        legend={"top": 0},
        grid={"left": 44, "right": 8, "top": 44, "bottom": 48},
        tooltip={"trigger": "axis", "valueFormatter": "%.2f kWh"},
        xAxis={
            **names(orders["home"].to_list()),
            "inverse": False,
            "position": "bottom",
            "axisLabel": {"rotate": 45 if orders.height > 12 else 0},
        },
        yAxis={"type": "value", "name": "kWh"},
        series=[*series, _marks(orders)],
    )


def _marks(orders: pl.DataFrame) -> dict[str, object]:
    """Return the balances as diamonds that stand out in light and dark."""
    return {
        "name": "Balance B",
        "type": "scatter",
        "symbol": "diamond",
        "symbolSize": 11,
        "color": "#FFFFFF",
        "itemStyle": {"borderColor": "#1E2A2F", "borderWidth": 1.5},
        "data": [short(value, 3) for value in orders["balance_kwh"]],
        "z": 5,
    }


def balances_alt(step: RunStep) -> str:
    """Say what `balances` shows."""
    orders = step.orders
    most = orders.row(int(orders["balance_kwh"].arg_max() or 0), named=True)
    least = orders.row(int(orders["balance_kwh"].arg_min() or 0), named=True)
    return (
        f"Energy of each home, {step.label}: {most['home']} has the highest balance with "
        f"{kwh(most['balance_kwh'])}, {least['home']} the lowest with {kwh(least['balance_kwh'])}."
    )


def in_and_out(step: RunStep) -> Spec:
    """Draw what came into the community and what went out as two bars of the same length."""
    series = [
        {
            "name": name,
            "type": "bar",
            "stack": "all",
            "barWidth": 34,
            "color": colour,
            "data": [short(value, 3) if side == place else 0 for place in range(2)],
        }
        for name, side, value, colour in in_and_out_parts(step)
        if value > DUST_KWH
    ]
    return chart(
        f"in-and-out-{step.step}",
        legend={"top": 0},
        grid={"left": 40, "right": 16, "top": 56, "bottom": 46},
        tooltip={"trigger": "item", "valueFormatter": "%.2f kWh"},
        xAxis={"type": "value", "axisLabel": {"formatter": "{value} kWh", "hideOverlap": True}},
        yAxis={"type": "category", "data": ["In", "Out"], "inverse": True, "axisTick": {"show": False}},
        series=series,
    )


def in_and_out_parts(step: RunStep) -> list[tuple[str, int, float, str]]:
    """Return name, side (0 = in, 1 = out), kWh and colour of all that crosses the homes' border."""
    flow = step.energy
    return [
        ("Sun", 0, flow["generation_kwh"], palette.SOLAR),
        ("From EVs", 0, flow["ev_supplied_kwh"], palette.EV),
        ("From the battery", 0, flow["battery_drawn_kwh"], palette.BATTERY),
        ("From the grid", 0, flow["grid_import_kwh"], palette.GRID),
        ("Households", 1, flow["load_kwh"], palette.LOAD),
        ("EV charging", 1, flow["ev_kwh"], palette.EV),
        ("To the battery", 1, flow["battery_charged_kwh"], palette.BATTERY),
        ("To the grid", 1, flow["grid_export_kwh"], palette.GRID),
    ]


def in_and_out_alt(step: RunStep) -> str:
    """Say what `in_and_out` shows."""
    words = [f"{name} {kwh(value)}" for name, _, value, _ in in_and_out_parts(step) if value > DUST_KWH]
    return f"Energy in and out of the community, {step.label}: {', '.join(words) or 'none'}."
