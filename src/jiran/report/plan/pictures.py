"""The two pictures of a plan as SVG: what has come back by each year, and how far each assumption moves the value of today."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from jiran import palette
from jiran.report.plan import lines, say
from jiran.report.plan.further import SWINGS
from jiran.report.svg import element, label, straight

if TYPE_CHECKING:
    from collections.abc import Callable

    from jiran.plan import Planned, Ranges
    from jiran.plan.finance import Outlook
    from jiran.plan.ranges import Swing

_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 680.0, 92.0, 16.0, 30.0, 34.0
_HEIGHT, _ROW = 250.0, 30.0
_NAME = 230.0


def course(planned: Planned, ranges: Ranges | None = None) -> str:
    """Return bars of what has come back by the end of each year, with the lowest and the highest case as lines.

    Args:
        planned: The plan.
        ranges: The cases, if they were worked out.
    """
    total = np.cumsum(planned.owners.flows)
    cases: dict[str, Outlook] = {} if ranges is None else {"lowest": ranges.low, "highest": ranges.high}
    sums = {name: np.cumsum(one.flows) for name, one in cases.items()}
    at, ticks = _upwards(np.concatenate([total, *sums.values()]))
    step = (_WIDTH - _LEFT - _RIGHT) / total.size
    parts = [label(f"Come back so far, {planned.currency}", _LEFT - 84, 14)]
    for tick in ticks:
        y = at(tick)
        parts += [straight((_LEFT, y), (_WIDTH - _RIGHT, y)), label(f"{tick:,.0f}", _LEFT - 6, y + 4, "end")]
    for year, value in enumerate(total.tolist()):
        y, zero = at(value), at(0.0)
        colour = palette.P2P if value >= 0.0 else palette.GRID
        title = element("title", f"Year {year}: {say.signed_sum(value, planned.currency)}")
        parts.append(
            element(
                "rect",
                title,
                x=_LEFT + year * step + 0.12 * step,
                width=0.76 * step,
                y=min(y, zero),
                height=abs(y - zero),
                fill=colour,
            )
        )
        if year % max(1, round(total.size / 11)) == 0:
            parts.append(label(str(year), _LEFT + (year + 0.5) * step, _HEIGHT - _BOTTOM + 16, "middle"))
    for name, values in sums.items():
        points = " ".join(
            f"{_LEFT + (year + 0.5) * step:.1f},{at(value):.1f}" for year, value in enumerate(values.tolist())
        )
        parts.append(
            element("polyline", element("title", f"The {name} case"), points=points, class_="case", fill="none")
        )
    parts += [
        straight((_LEFT, at(0.0)), (_WIDTH - _RIGHT, at(0.0)), "zero"),
        label("year", _WIDTH - _RIGHT, _HEIGHT - 4, "end"),
    ]
    dashed = "; dashed: the lowest and the highest case" if sums else ""
    return _svg(parts, _HEIGHT, f"What has come back of the investment by the end of each year{dashed}.")


def legend(planned: Planned, ranges: Ranges | None = None) -> str:
    """Return what the bars and lines of the years stand for."""
    spots = [
        f'<span class="spot" style="background:{colour}"></span> {escape(words)}'
        for colour, words in ((palette.GRID, "not yet come back"), (palette.P2P, "come back, and more"))
    ]
    cases = [] if ranges is None else ['<span class="dash"></span> the lowest and the highest case']
    return f'<p class="soft legend">{escape(str(lines.course(planned)))}: {", ".join([*spots, *cases])}.</p>'


def _upwards(values: np.ndarray) -> tuple[Callable[[float], float], list[float]]:
    """Return what turns amounts into pixels from the top, and the amounts of a few lines."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    tick = _tick(high - low)
    ticks = [place * tick for place in range(int(np.floor(low / tick)), int(np.ceil(high / tick)) + 1)]
    span = (ticks[-1] - ticks[0]) or 1.0

    def at(value: float) -> float:
        return _TOP + (ticks[-1] - value) / span * (_HEIGHT - _TOP - _BOTTOM)

    return at, ticks


def _tick(span: float) -> float:
    """Return a round distance of lines of which about five fit into a span."""
    if not span > 0.0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(span / 5.0))
    return float(next(power * of for of in (1.0, 2.0, 5.0, 10.0) if power * of >= span / 5.0))


def tornado(planned: Planned, ranges: Ranges) -> str:
    """Return a bar for each assumption, from the value of today at its lowest to that at its highest."""
    swings = [one for one in ranges.swings if one.width > 0.0]
    if not swings:
        return ""
    ends = [value for one in swings for value in (one.npv_low, one.npv_high)] + [planned.owners.npv]
    low, high = min(ends), max(ends)
    room = _WIDTH - _NAME - 2.0 * 62.0

    def at(value: float) -> float:
        return _NAME + 62.0 + (value - low) / (high - low) * room

    parts, height = [], 34.0 + _ROW * len(swings)
    for place, one in enumerate(swings):
        parts += _swing(planned, one, 26.0 + _ROW * place, at)
    middle = at(planned.owners.npv)
    parts += [
        straight((middle, 20.0), (middle, height - 8.0), "zero"),
        label(f"as planned: {say.signed_sum(planned.owners.npv, planned.currency)}", middle, 13.0, "middle"),
    ]
    return _svg(parts, height, "How far each assumption moves the value of today, the one that matters most on top.")


def _swing(planned: Planned, one: Swing, y: float, at: Callable[[float], float]) -> list[str]:
    """Return the bar of an assumption, in two colours on the sides of its lowest and its highest value."""
    middle, name = planned.owners.npv, SWINGS[one.field][0]
    parts = [label(f"{name[0].upper()}{name[1:]}: {say.share(one.low)} to {say.share(one.high)}", 0.0, y + 12.0)]
    for value, colour in ((one.npv_low, palette.SOLAR), (one.npv_high, palette.BATTERY)):
        left, right = sorted((at(value), at(middle)))
        parts.append(element("rect", x=left, width=right - left, y=y, height=_ROW - 14.0, fill=colour))
    for value, anchor, aside in (
        (min(one.npv_low, one.npv_high), "end", -5.0),
        (max(one.npv_low, one.npv_high), "start", 5.0),
    ):
        parts.append(label(f"{value + 0.0:,.0f}", at(value) + aside, y + 12.0, anchor))
    return parts


def _svg(parts: list[str], height: float, alt: str) -> str:
    return element(
        "svg", *parts, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH:g} {height:g}", role="img", aria_label=alt,
        style=f"max-width:{_WIDTH:g}px",
    )  # fmt: skip
