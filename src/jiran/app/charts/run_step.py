"""One step of the market as pictures: what each home has left, and what came in and went out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from jiran import palette
from jiran.app.charts.base import amounts, chart, names, short
from jiran.explain.say import energy
from jiran.explain.step.run_step import RunStep
from jiran.explain.step.run_step import in_and_out as in_and_out_parts
from jiran.nothing import NOTHING_KWH
from jiran.sentences import Figures, form

if TYPE_CHECKING:
    from jiran.app.charts.base import Spec

#: Homes that are drawn; of more, half as many with the most to spare and with the greatest need.
MOST_BARS = 20


def shown_orders(step: RunStep) -> pl.DataFrame:
    """Return the homes that are drawn, in the order of the community, or of their balance if there are many."""
    orders = pl.DataFrame(step.orders)
    if orders.height > MOST_BARS:
        ordered = orders.sort("balance_kwh", descending=True)
        orders = pl.concat([ordered.head(MOST_BARS // 2), ordered.tail(MOST_BARS // 2)])
    return orders


def balances(step: RunStep) -> Spec:
    """Draw each home's generation upwards, its demand downwards, and the balance B = G - L as a mark.

    Of a home of which only import and export are known, its export is drawn upwards or its import downwards.
    """
    orders = shown_orders(step)
    known = orders.select(pl.col(pl.Float64).fill_nan(0.0))
    net_metered = orders["balance_kwh"] * orders["net_metered"].cast(pl.Float64)
    parts = {
        "Sun": (known["generation_kwh"], palette.SOLAR),
        "Own EV": (known["ev_supplied_kwh"], palette.EV),
        "From the own battery": (known["battery_given_kwh"], palette.HOME_BATTERY),
        "Export": (net_metered.clip(lower_bound=0.0), palette.EXPORT),
        "Household": (-known["load_kwh"], palette.LOAD),
        "EV charging": (-known["ev_kwh"], palette.EV),
        "Into the own battery": (-known["battery_charged_kwh"], palette.HOME_BATTERY),
        "Import": (net_metered.clip(upper_bound=0.0), palette.IMPORT),
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
        grid={"left": 44, "right": 8, "top": 62, "bottom": 48},
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


def _balances_words(figures: Figures) -> str:
    text = f"Energy of each home, {figures['label']}: {figures['most']} has the highest balance with {_signed(figures['highest'])}"
    return f"{text}, {figures['least']} the lowest with {_signed(figures['lowest'])}."


def _signed(value: float) -> str:
    return energy(value) if value >= 0.0 else f"-{energy(-value)}"


@form("step.balances", _balances_words)
def balances_words(step: RunStep) -> Figures:
    """Say which home has most to spare and which lacks most: always."""
    balance = step.orders["balance_kwh"]
    most, least = (int((sign * balance >= (sign * balance).max() - NOTHING_KWH).argmax()) for sign in (1.0, -1.0))
    homes = step.orders["home"]
    figures = {"label": step.label, "most": homes[most], "least": homes[least]}
    return figures | {"highest": float(balance[most]), "lowest": float(balance[least])}


def balances_alt(step: RunStep) -> str:
    """Say what `balances` shows."""
    return str(balances_words(step))


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
        if value > NOTHING_KWH
    ]
    return chart(
        f"in-and-out-{step.step}",
        legend={"top": 0},
        grid={"left": 40, "right": 16, "top": 56, "bottom": 46},
        tooltip={"trigger": "item", "valueFormatter": "%.2f kWh"},
        xAxis=amounts("kWh", axisLabel={"hideOverlap": True}),
        yAxis={"type": "category", "data": ["In", "Out"], "inverse": True, "axisTick": {"show": False}},
        series=series,
    )


def _in_and_out_words(figures: Figures) -> str:
    parts = [f"{name} {energy(kwh)}" for name, kwh in figures["parts"]]
    return f"Energy in and out of the community, {figures['label']}: {', '.join(parts) or 'none'}."


@form("step.in_and_out", _in_and_out_words)
def in_and_out_words(step: RunStep) -> Figures:
    """Say what came into the community and what went out of it: always."""
    parts = tuple((name, kwh) for name, _, kwh, _ in in_and_out_parts(step) if kwh > NOTHING_KWH)
    return {"label": step.label, "parts": parts}


def in_and_out_alt(step: RunStep) -> str:
    """Say what `in_and_out` shows."""
    return str(in_and_out_words(step))
