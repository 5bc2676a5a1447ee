"""The data of the flow map: one day of a run, small enough to send whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jiran.app.charts.base import MOST_HOMES
from jiran.app.charts.blocks import Block, drawn
from jiran.engine.flows import FLOWS, METERED, Flow, given_out, taken_in, traded_kwh
from jiran.explain.times import period
from jiran.homes.solar import half_sine
from jiran.money.prices import paid_for
from jiran.scenario.sun import site_of

if TYPE_CHECKING:
    from jiran.app.charts.base import Window
    from jiran.result.result import Result

Array = NDArray[np.float64]

#: Entries times steps that are sent; finer runs are shown in coarser steps. A day by the quarter hour, as markets clear, is whole.
_MOST_POINTS = MOST_HOMES * 96
#: EVs give to homes and, as trades, to neighbours: neither crosses the border of a home a second time.
_SENT = tuple(flow for name, flow in FLOWS.items() if name != "ev_supplied_kwh")


def flow_data(result: Result, window: Window, wanted: Block | None = None) -> dict[str, Any]:
    """Return what `components.flow_map` plays: homes, flows, trades, battery and prices of a window.

    Args:
        result: The run.
        window: Its steps to play.
        wanted: The block of homes, or the one home, that a big street opens for; None: all blocks are closed.
    """
    group, entries = _entries(result, wanted)
    size = steps_together(result, window)
    starts = np.arange(window.first, window.last, size)
    ends = np.minimum(starts + size, window.last)
    return {
        "currency": result.scenario.currency,
        "step_minutes": result.scenario.step_minutes * size,
        "labels": [period(result.timeline, int(a), int(b) - 1, dated=True) for a, b in zip(starts, ends, strict=True)],
        "sun": _short(_sun(result, starts, ends), 2),
        "homes": entries,
        "flows": [_flow(result, flow, starts, ends, group) for flow in _SENT],
        **_at_meters(result, starts, ends, group),
        **_of_battery(result, starts, ends),
        "trades": _trades(result, starts, ends, group),
        **_summed(result, starts, ends),
        "soc": _short(result.flows.outputs.soc_kwh[ends - 1], 2),
        "capacity_kwh": result.scenario.battery.capacity_kwh,
        "p2p_price": _p2p_price(result, starts, ends),
    }


def steps_together(result: Result, window: Window) -> int:
    """Return how many steps of a window are played as one."""
    entries = min(result.community.size, MOST_HOMES)
    return max(1, -(-(window.last - window.first) * entries // _MOST_POINTS))


def _entries(result: Result, wanted: Block | None) -> tuple[NDArray[np.int64], list[dict[str, Any]]]:
    """Return which entry each home belongs to, and the entries: homes, and of a big street blocks of homes."""
    blocks = drawn(result.community.size, wanted)
    group = np.repeat(np.arange(len(blocks)), [block.size for block in blocks])
    return group, [_entry(result, block) for block in blocks]


def _entry(result: Result, block: Block) -> dict[str, Any]:
    """Return a home, or a block by the names of its first and last home: of one kind, or mixed."""
    ids, kinds = (column[block.first : block.last] for column in (result.community.ids, result.community.kinds))
    if block.size == 1:
        return {"id": ids[0], "kind": kinds[0]}
    return {
        "id": f"{ids[0]} to {ids[-1]}",
        "kind": kinds[0] if len(set(kinds)) == 1 else "mixed",
        "count": block.size,
        "block": block.text,
    }


def _flow(
    result: Result, flow: Flow, starts: NDArray[np.int64], ends: NDArray[np.int64], group: NDArray[np.int64]
) -> dict[str, Any]:
    """Return a flow as it is declared, with its kWh, unless it is sent as trades, and its price, if money is drawn."""
    sent: dict[str, Any] = {
        "name": flow.name.removesuffix("_kwh"), "label": flow.label, "colour": flow.colour, "sign": flow.sign,
        "partner": "p2p" if flow.account == "homes" else flow.account,
    }  # fmt: skip
    if flow.at_meter:
        sent["left_out"] = True
    if flow.account != "homes":
        sent["kwh"] = _by_entry(result, (flow.name,), starts, ends, group)
    if flow.account == "grid":  # what the battery pays and gets is the homes' own money
        sent["price"] = _short(getattr(result.prices, flow.price)[starts], 4)
    return sent


def _by_entry(
    result: Result, names: tuple[str, ...], starts: NDArray[np.int64], ends: NDArray[np.int64], group: NDArray[np.int64]
) -> list[list[float] | None]:
    """Return the sum of flows as a list of entries, each a list of steps, or None where it is not known."""
    first, last = int(starts[0]), int(ends[-1])
    by_entry = np.zeros((int(group.max()) + 1, starts.size))
    for name in names:
        summed = np.add.reduceat(result.flows.between(name, first, last), starts - first, axis=0)
        np.add.at(by_entry, group, summed.T)
    return [None if np.isnan(row).any() else _short(row, 3) for row in by_entry]


def _at_meters(
    result: Result, starts: NDArray[np.int64], ends: NDArray[np.int64], group: NDArray[np.int64]
) -> dict[str, list[list[float] | None]]:
    """Return what homes took in and gave out, if what is behind their meters is not known of all."""
    if not result.community.net_metered.any():
        return {}
    sides = {
        side: tuple(flow.name for flow in METERED if flow.source is (side == "taken")) for side in ("taken", "given")
    }
    return {side: _by_entry(result, names, starts, ends, group) for side, names in sides.items()}


def _of_battery(result: Result, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> dict[str, Any]:
    """Return what the community battery itself took from the grid and gave to it, kWh by step, if it ever does."""
    kwh, cut = result.settlement.step_kwh, slice(int(starts[0]), int(ends[-1]))
    sides = {"taken": kwh["battery_import_kwh"][cut], "given": kwh["battery_export_kwh"][cut]}
    if not any(side.any() for side in sides.values()):
        return {}
    return {
        "battery_grid": {name: _short(np.add.reduceat(side, starts - starts[0]), 3) for name, side in sides.items()}
    }


def _trades(
    result: Result, starts: NDArray[np.int64], ends: NDArray[np.int64], group: NDArray[np.int64]
) -> dict[str, list[Any]]:
    """Return the trades between entries, one a pair and step; the community battery, if it bids, stands behind the entries."""
    begin, until = result.flows.traded_from, result.flows.outputs.trades_until
    trades = result.flows.trades_between(int(starts[0]), int(ends[-1]))
    step = np.repeat(np.arange(starts.size), until[ends - 1] - begin[starts])
    place = np.append(group, group.max() + 1)
    entries = int(place[-1]) + 1
    key = (step * entries + place[trades["seller"]]) * entries + place[trades["buyer"]]
    pairs, pair = np.unique(key, return_inverse=True)
    kwh = np.bincount(pair, trades["kwh"], minlength=pairs.size)
    amount = np.bincount(pair, paid_for(trades), minlength=pairs.size)
    return {
        "step": (pairs // entries**2).tolist(),
        "seller": (pairs // entries % entries).tolist(),
        "buyer": (pairs % entries).tolist(),
        "kwh": _short(kwh, 5),
        "amount": _short(amount, 5),
    }


def _summed(result: Result, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> dict[str, dict[str, list[float]]]:
    """Return what the street did in each step, and what neighbours traded and paid so far, summed before it is rounded.

    So a figure over the map is that of every table and sentence, however many homes and trades there are.
    """
    first, last = int(starts[0]), int(ends[-1])
    kwh = {name: values[first:last] for name, values in result.settlement.step_kwh.items()}
    trades, step = result.flows.trades_between(first, last), result.flows.step_of_trades(first, last) - first
    traded, paid = (np.bincount(step, values, minlength=last - first) for values in (trades["kwh"], paid_for(trades)))
    imported = kwh["grid_import_kwh"] + kwh["battery_import_kwh"]
    if result.community.net_metered.any():
        up, down = given_out(kwh), taken_in(kwh)
    else:
        up, down = kwh["generation_kwh"], kwh["load_kwh"] + kwh["ev_kwh"]
    of_steps = {
        "up": up, "down": down, "traded": traded, "paid": paid, "imported": imported,
        "bought": imported * result.prices.grid_import[first:last],
    }  # fmt: skip
    so_far = {"kwh": traded.cumsum()[ends - 1 - first], "amount": paid.cumsum()[ends - 1 - first]}
    return {
        "sums": {name: _short(np.add.reduceat(values, starts - first), 6) for name, values in of_steps.items()},
        "so_far": {name: _short(values, 6) for name, values in so_far.items()},
    }


def _p2p_price(result: Result, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> list[float | None]:
    first, last = int(starts[0]), int(ends[-1])
    kwh = traded_kwh(result.settlement.step_kwh)[first:last]
    paid = np.nan_to_num(result.settlement.p2p_price[first:last]) * kwh
    kwh, paid = (np.add.reduceat(values, starts - first) for values in (kwh, paid))
    return [
        round(float(amount / energy), 4) if energy > 0.0 else None for amount, energy in zip(paid, kwh, strict=True)
    ]


def _sun(result: Result, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Array:
    """Return how bright it is, 0..1: by the roofs' output, or by the sun's model if there are none, or it is not known."""
    generation = result.settlement.step_kwh["generation_kwh"]
    first = int(starts[0])
    if not generation.max() > 0.0:
        return _without_roofs(result, starts)
    mean: Array = np.add.reduceat(generation[first : int(ends[-1])], starts - first) / (ends - starts)
    brightness: Array = mean / generation.max()
    return brightness


def _without_roofs(result: Result, starts: NDArray[np.int64]) -> Array:
    """Return how bright a clear sky is when steps begin, 0..1: by the clock, or by the sun over the place."""
    solar, timeline = result.scenario.solar, result.timeline
    if (
        solar.model != "site" or solar.weather is not None
    ):  # a weather file knows its place, and is not read for a picture
        return half_sine(timeline.hour[starts])
    from jiran.homes.sun.position import sun_at  # noqa: PLC0415  loads pvlib, which takes seconds

    site = site_of(solar, timeline.zone)
    return sun_at(timeline.utc_s[starts], site.latitude, site.longitude).height


def _short(values: NDArray[Any], digits: int) -> list[float]:
    rounded: list[float] = np.round(values, digits).tolist()
    return [int(value) if value == int(value) else value for value in rounded]
