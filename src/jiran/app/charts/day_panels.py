"""The panels of the run along one time axis: which lines and bars each of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiran import palette
from jiran.app.charts import day_ghosts
from jiran.app.charts.base import Spec
from jiran.app.charts.day_points import GHOST_PREFIX, Points, stored_ms
from jiran.engine.flows import FLOWS
from jiran.scenario.files import PAPER
from jiran.words import number

if TYPE_CHECKING:
    from jiran.result.result import Result


def of_paper(result: Result) -> bool:
    """Tell whether a run is of the paper's street, whichever of its values were changed: only there has a picture the number that it has in the paper."""
    return result.scenario.name == PAPER


def _numbered(result: Result, title: str, number: int) -> str:
    return f"{title} (Fig. {number})" if of_paper(result) else title


@dataclass(frozen=True)
class Panel:
    """One picture on the time axis; `right` asks for a second axis, `most` is the end of the first."""

    title: str
    series: list[Spec]
    right: bool = False
    most: float | None = None

    @property
    def axes(self) -> list[Spec]:
        """The axes of values: left, and right if there is one."""
        axis: Spec = {"type": "value", "splitNumber": 3, "axisLabel": {"fontSize": 11}}
        left = axis | ({"max": self.most, "axisLabel": {"fontSize": 11, "showMaxLabel": False}} if self.most else {})
        return [left, axis | {"splitLine": {"show": False}, "minInterval": 1}] if self.right else [left]


def panels_of(result: Result, shown: Points) -> list[Panel]:
    """Return the panels, top to bottom."""
    unit, battery = shown.unit, _has_battery(result)
    powered, sun, *demand = _at_meters(result, unit) if result.community.net_metered.any() else _behind(result, shown)
    trades = [
        _bar("trades", "Number of trades (right)", f"{palette.LOAD}99") | {"yAxisIndex": 1},
        line("traded_kwh", "Energy, kWh (left)", palette.P2P, 2.5),
    ]
    prices = [
        line("import_price", "From the grid", palette.GRID, 2),
        line("p2p_price", "Between neighbours", palette.P2P, 3),
        line("export_price", "Export", palette.SOLAR, 2),
    ]
    each = shown.each if shown.binned else "step"
    return [
        powered,
        sun,
        *([_battery(result, shown)] if battery else []),
        *([_with_grid(shown.unit)] if result.scenario.battery.planned else []),
        *demand,
        Panel(_numbered(result, f"Trades in each {each}", 6), trades, right=True),
        Panel(f"Prices, {result.scenario.currency}/kWh", prices),
    ]


def _behind(result: Result, shown: Points) -> list[Panel]:
    """Return the panels of what homes used and generated."""
    unit, battery, at_home = shown.unit, _has_battery(result), bool(result.community.battery_kwh.any())
    powered = [
        _bar("own_kwh", "Own roof", palette.OWN_USE),
        _flow("p2p_sold_kwh"),
        *([_flow("battery_drawn_kwh")] if battery else []),
        *([_flow("home_battery_given_kwh")] if at_home else []),
        *([_bar("ev_home_kwh", "Own car", palette.EV)] if result.scenario.ev.supply.enabled else []),
        _flow("grid_import_kwh"),
        line("demand_kwh", "Demand", palette.LOAD, 2.5),
    ]
    sun = [
        _bar("own_kwh", "Used at home", palette.OWN_USE),
        _bar("shared_kwh", "To neighbours", palette.P2P),
        *([_flow("home_battery_charged_kwh", "Stored at home")] if at_home else []),
        *([_flow("battery_charged_kwh", "Stored")] if battery else []),
        _flow("grid_export_kwh", "Exported"),
        *([_flow("curtailed_kwh")] if result.scenario.grid.export_limit_kw is not None else []),
        line("generation_kwh", "Generation", palette.SOLAR, 2.5),
    ]
    demand = [
        _flow("load_kwh", FLOWS["load_kwh"].street),
        *([_flow("ev_kwh", FLOWS["ev_kwh"].street)] if _has_evs(shown) else []),
    ]
    return [
        Panel(f"What powered the homes, {unit}", powered),
        Panel(_numbered(result, f"Solar generation, {unit}", 3), sun),
        Panel(_numbered(result, f"Demand, {unit}", 5), demand),
    ]


def _at_meters(result: Result, unit: str) -> list[Panel]:
    """Return the panels of what homes took in and gave out, where what is behind their meters is not known."""
    battery = _has_battery(result)
    came = [
        _flow("p2p_sold_kwh"),
        *([_flow("battery_drawn_kwh")] if battery else []),
        _flow("grid_import_kwh"),
        line("taken_kwh", "All import", palette.IMPORT, 2.5),
    ]
    went = [
        _bar("p2p_kwh", "To neighbours", palette.P2P),
        *([_flow("battery_charged_kwh", "Stored")] if battery else []),
        _flow("grid_export_kwh", "To the grid"),
        line("given_kwh", "All export", palette.EXPORT, 2.5),
    ]
    return [Panel(f"Import of the homes, {unit}", came), Panel(f"Export of the homes, {unit}", went)]


def _battery(result: Result, shown: Points) -> Panel:
    capacity, blue = result.scenario.battery.capacity_kwh, palette.BATTERY
    highest = max(capacity, day_ghosts.most_stored(shown))
    if shown.unit == "kW":
        level = line("", "At the end of each step", blue, 2.5)
        del level["encode"], level["step"]
        # A second line that is not drawn gives the panel's points a crosshair.
        points = line("soc_kwh", level["name"], blue, 0)
        unseen = {"tooltip": {"show": False}}
        series = [level | {"areaStyle": {"opacity": 0.15}, "data": stored_ms(shown)} | unseen, points | unseen]
    else:
        each = f" of each {shown.each}"
        series = [line("soc_high", f"Highest{each}", blue, 2), line("soc_low", f"Lowest{each}", palette.LOAD, 2)]
    dashed = {"color": blue, "type": "dashed"}
    full = {
        "silent": True,
        "symbol": "none",
        "lineStyle": dashed,
        "data": [{"yAxis": capacity}],
        "label": {"show": False},
    }
    series[0] |= {"markLine": full}
    return Panel(
        _numbered(result, f"Stored in the community battery, of {number(capacity)} kWh", 4), series, most=highest * 1.1
    )


def _with_grid(unit: str) -> Panel:
    """Return the panel of what a battery that a controller runs buys from the grid and sells to it."""
    bars = [
        _bar("battery_import_kwh", "Battery, from the grid", palette.IMPORT),
        _bar("battery_export_kwh", "Battery, to the grid", palette.EXPORT),
    ]
    return Panel(f"Battery and grid, {unit}", bars)


def _has_evs(shown: Points) -> bool:
    """Tell whether an EV charged; A's demand ends on top of the bars of EVs."""
    return float(shown.frame["ev_kwh"].sum()) > 0.0 or f"{GHOST_PREFIX}demand_kwh" in shown.frame.columns


def has_sun(shown: Points) -> bool:
    """Tell whether it is known what was generated."""
    return bool(shown.frame["generation_kwh"].is_not_null().all())


def _has_battery(result: Result) -> bool:
    return result.scenario.battery.capacity_kwh > 0.0


def _flow(name: str, label: str | None = None) -> Spec:
    """Return the bar of a flow, called as it is declared if no label is given."""
    flow = FLOWS[name]
    return _bar(flow.column, label or flow.label, flow.colour)


def _bar(column: str, name: str, colour: str) -> Spec:
    return {
        "type": "bar", "name": name, "color": colour, "barCategoryGap": "10%", "z": 2,
        "encode": {"x": "when", "y": column}, "yAxisIndex": 0,
    }  # fmt: skip


def line(column: str, name: str, colour: str, width: float) -> Spec:
    """Return a line that goes in steps."""
    return {
        "type": "line", "name": name, "color": colour, "step": "middle", "showSymbol": False, "z": 3,
        "lineStyle": {"width": width}, "encode": {"x": "when", "y": column}, "yAxisIndex": 0,
    }  # fmt: skip
