"""The pictures of a comparison as SVG: no script, no font and no colour that only one theme can show."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran import palette
from jiran.report.labels import LINE, Label, apart, beside
from jiran.report.points import (
    ACROSS,
    UP,
    ends_of,
    families,
    family,
    gains,
    grid_prices,
    limits,
    lines,
    named,
    span,
    spots,
    start,
    tick,
    value,
)

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison

Array = NDArray[np.float64]
At = Callable[[float, float], tuple[float, float]]

_DASHES = ("", "7 4", "2 3")


def _tag(name: str, *inside: str, **attributes: object) -> str:
    """Return an element; the names of attributes have _ for -, and what is inside is markup already."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"' for key, value in attributes.items()
    )
    return f"<{name}{said}>{''.join(inside)}</{name}>" if inside else f"<{name}{said}/>"


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def _text(words: str, x: float, y: float, anchor: str = "start", **more: object) -> str:
    return _tag("text", escape(words), x=x, y=y, text_anchor=anchor, **more)


def _line(x1: float, y1: float, x2: float, y2: float, **more: object) -> str:
    return _tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **({"class_": "line"} | more))


def _picture(width: float, height: float, alt: str, *inside: str) -> str:
    return _tag(
        "svg",
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=alt,
        style=f"max-width:{width:g}px",
    )


def scatter(comparison: Comparison, across: str = "optimum_share", up: str = "saving_jain") -> str:
    """Draw each rule by how much of what is possible it reaches and how evenly it shares; "" if that is undefined."""
    groups, _ = spots(comparison, across, up)
    if not groups:
        return ""
    width, height, left, top, bottom = 720.0, 430.0, 46.0, 60.0, 46.0
    (low, high), first = limits(groups, up), start(groups)

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            left + (x - first) / (102.0 - first) * (width - left - 12.0),
            height - bottom - (y - low) / (high - low) * (height - top - bottom),
        )

    parts = [*_legend(comparison)]
    for mark in np.linspace(low, high, 6):
        (_, y), (end, _) = at(first, mark), at(102.0, mark)
        parts += [_line(left, y, end, y), _text(f"{mark:g}", left - 6, y + 4, "end")]
    for mark in np.arange(first, 100.1, tick(first)):
        x, y = at(mark, low)
        parts += [_line(x, y, x, y + 4), _text(f"{mark:g}", x, y + 17, "middle")]
    x, y = at(100.0, high)
    parts.append(_line(x, y, *at(100.0, low), class_="mean"))
    parts += [
        _text(UP[up].replace("money", comparison.currency), left - 36, top - 12),
        _text(ACROSS[across], (left + width) / 2, height - 8, "middle"),
    ]
    parts += _crosses(comparison, across, up, at)
    labels = []
    for spot in groups:
        x, y = at(spot.x, spot.y)
        between = min(11.0, 40.0 / len(spot.cases))
        half = between * (len(spot.cases) - 1) / 2
        labels.append(Label(named(spot.cases), x - left, y - top, half + 11))
        for place, case in enumerate(spot.cases):
            kin = family(comparison.cases[case])
            move = f"translate({x - half + between * place:.1f} {y:.1f}) scale(0.65)"
            parts.append(_tag("path", _tag("title", escape(case)), d=kin.mark, fill=kin.colour, transform=move))
    for label, stand in zip(labels, beside(labels, width - left, height - top - bottom), strict=True):
        x = left + label.x + stand.side * stand.away
        parts.append(_text(label.text, x, top + stand.y + 4, "end" if stand.side < 0 else "start"))
    told = "; ".join(f"{', '.join(spot.cases)}: {spot.x:.1f} and {spot.y:.2f}" for spot in reversed(groups))
    return _picture(width, height, f"{ACROSS[across]} and {UP[up]} of each rule. {told}", *parts)


def _legend(comparison: Comparison) -> list[str]:
    """Return the families that are there, with their marks, from left to right on top."""
    there = {family(scenario) for scenario in comparison.cases.values()}
    parts, x = [], 16.0
    for kin in (kin for kin in families() if kin in there):
        parts.append(_tag("path", d=kin.mark, fill=kin.colour, transform=f"translate({x:.1f} 14) scale(0.65)"))
        parts.append(_text(kin.name, x + 11, 18))
        x += 36 + 6.2 * len(kin.name)
    return parts


def _crosses(comparison: Comparison, across: str, up: str, at: At) -> list[str]:
    """Return the bands of both figures over the seeds."""
    if len(comparison.seeds) == 1:
        return []
    parts = []
    for row in comparison.table((across, up)).iter_rows(named=True):
        if row[across] is None or row[up] is None:
            continue
        x, y = value(across, row[across]), value(up, row[up])
        ends = [value(across, row[f"{across}_{end}"]) for end in ("low", "high")]
        parts.append(_line(*at(ends[0], y), *at(ends[1], y), class_="cross"))
        ends = [value(up, row[f"{up}_{end}"]) for end in ("low", "high")]
        parts.append(_line(*at(x, ends[0]), *at(x, ends[1]), class_="cross"))
    return parts


def gain(comparison: Comparison, kind: str) -> str:
    """Draw what a home of a kind saves under each rule as bars, best rule on top."""
    ordered = gains(comparison)[kind]
    width, left, right, row = 350.0, 160.0, 44.0, 18.0
    height = row * len(ordered) + 30.0
    low = min(0.0, *(min(one.saving, one.low or 0.0) for one in ordered))
    high = max(0.0, *(max(one.saving, one.high or 0.0) for one in ordered))
    scale = (width - left - right) / max(high - low, 1e-9)

    def at(amount: float) -> float:
        return left + (amount - low) * scale

    parts = []
    for place, one in enumerate(ordered):
        y = row * place + 4.0
        bar = {"x": at(min(0.0, one.saving)), "width": abs(one.saving) * scale, "y": y, "height": row - 6}
        parts += [_text(one.case, left - 8, y + 10, "end"), _tag("rect", fill=palette.KINDS[kind], **bar)]
        end = max(one.saving, 0.0)
        if one.low is not None and one.high is not None:
            parts.append(_line(at(one.low), y + 6, at(one.high), y + 6, class_="band"))
            parts += [_line(at(stop), y + 2, at(stop), y + 10, class_="band") for stop in (one.low, one.high)]
            end = max(end, one.high)
        parts.append(_text(f"{round(one.saving, 2) + 0.0:.2f}", at(end) + 5, y + 10))
    parts.append(_line(at(0.0), 0.0, at(0.0), row * len(ordered), class_="zero"))
    parts.append(_text(f"Saving of a home, {comparison.currency}", left, height - 8))
    told = ", ".join(f"{one.case} {one.saving:.2f}" for one in ordered)
    return _picture(width, height, f"Saving of a home in {comparison.currency}: {told}", *parts)


def prices(comparison: Comparison, side: str) -> str:
    """Draw prices through a mean day between the grid's two; "" if nobody trades.

    Args:
        comparison: The comparison.
        side: "buyer_price" or "seller_price".
    """
    found = lines(comparison, side)
    if not found:
        return ""
    hours, ends = ends_of(comparison, found)
    width, height, left, right, top, bottom = 720.0, 360.0, 46.0, 190.0, 26.0, 26.0
    low, high = span([line for _, line in ends])
    count = hours.stop - hours.start
    slot = (width - left - right) / count

    def at(hour: float, price: float) -> tuple[float, float]:
        return left + slot * (hour + 0.5), height - bottom - (price - low) / (high - low) * (height - top - bottom)

    parts = [_text(f"{comparison.currency}/kWh", left - 36, 12)]
    for mark in np.linspace(low, high, 5):
        y = at(0, mark)[1]
        parts += [_line(left, y, width - right, y), _text(f"{mark:.3g}", left - 6, y + 4, "end")]
    for hour in range(0, count, max(1, count // 8)):
        parts.append(_text(f"{hours.start + hour:02d}:00", at(hour, low)[0], height - 8, "middle"))
    parts += _window(grid_prices(comparison), hours, slot, at)
    used: dict[str, int] = {}
    for line in found:
        kin = family(comparison.cases[line.cases[0]])
        dash = _DASHES[used.get(kin.name, 0) % len(_DASHES)]
        used[kin.name] = used.get(kin.name, 0) + 1
        points = [at(hour, price) for hour, price in enumerate(line.prices[hours]) if not np.isnan(price)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        title = _tag("title", escape(", ".join(line.cases)))
        style = {"stroke": kin.colour, "stroke_width": 2, "fill": "none", "stroke_dasharray": dash or "none"}
        parts.append(_tag("polyline", title, points=path, **style))
        parts += [
            _tag("path", d=kin.mark, fill=kin.colour, transform=f"translate({x:.1f} {y:.1f}) scale(0.4)")
            for x, y in points
        ]
    last = [int(np.flatnonzero(~np.isnan(line))[-1]) for _, line in ends]
    places = [at(hour, float(line[hour])) for (_, line), hour in zip(ends, last, strict=True)]
    stands = apart([y for _, y in places], LINE, top, height - bottom + 8)
    for (name, _), (x, y), stand in zip(ends, places, stands, strict=True):
        parts.append(_line(x + 6, y, width - right + 12, stand, class_="lead"))
        parts.append(_text(name, width - right + 15, stand + 4))
    told = "; ".join(
        f"{', '.join(line.cases)} {np.nanmin(line.prices):.4f} to {np.nanmax(line.prices):.4f}" for line in found
    )
    return _picture(width, height, f"Prices through a mean day, {comparison.currency}/kWh: {told}", *parts)


def _window(grid: tuple[Array, Array], hours: slice, slot: float, at: At) -> list[str]:
    """Return the area between the grid's prices, an hour a bar."""
    parts = []
    for hour, (given, taken) in enumerate(zip(*(side[hours] for side in grid), strict=True)):
        if not (np.isnan(given) or np.isnan(taken)):
            (x, bottom), (_, top) = at(hour, min(given, taken)), at(hour, max(given, taken))
            parts.append(_tag("rect", x=x - slot / 2, width=slot, y=top, height=bottom - top, class_="window"))
    return parts
