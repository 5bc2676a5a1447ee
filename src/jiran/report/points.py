"""What the pictures of a comparison are drawn from: places of rules, families, and prices through the day."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jiran.homes.tariff import price_by_step
from jiran.homes.timeline import timeline
from jiran.market import find
from jiran.market.family import FAMILIES, Family
from jiran.nothing import SEEN, THIRD_DIGIT
from jiran.report.figures import form
from jiran.words import KIND_NAMES

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.scenario import Scenario

Array = NDArray[np.float64]

#: What a scatter can have on its sides: the figure, and what the side is called.
ACROSS = {"optimum_share": "Reached of what is possible, %", "efficiency": "Efficiency of the market, %"}
UP = {
    "saving_jain": "Evenness of savings (Jain), 1 = all the same",
    "homes_worse_off": "Homes that do not lose, %",
    "home_saving_worst": "What the worst home saves, money",
}
#: Points closer than these parts of a side are one point with several names.
_CLOSE = 0.006
#: ... and so are points closer than this, in the units of the side.
_CLOSEST = 1e-4
#: A side is at least this long, in its units: one value alone needs one too.
_SHORTEST = 1e-3
#: Letters that fit beside a line.
LINE_LETTERS = 26


def families() -> list[Family]:
    """Return all families, in the order of a legend."""
    return list(FAMILIES)


def family(scenario: Scenario) -> Family:
    """Return the family of a scenario's market rule.

    Its colour and mark stand for the rule in every picture.
    """
    return find(scenario.market.mechanism).family


class Spot(NamedTuple):
    """A place in the scatter, in the units of its sides, and the rules that are there.

    Attributes:
        x: From left to right.
        y: From the bottom to the top.
        cases: The rules, those that stand lower first.
    """

    x: float
    y: float
    cases: tuple[str, ...]


def value(figure: str, number: float) -> float:
    """Return a figure as the scatter shows it: percent, and homes that do not lose instead of those that do.

    Args:
        figure: A figure of `ACROSS` or `UP`.
        number: Its value in its own unit; shares are 0..1.
    """
    number = 1.0 - number if figure == "homes_worse_off" else number
    return form(figure, "").factor * number


def spots(comparison: Comparison, across: str, up: str) -> tuple[list[Spot], list[str]]:
    """Return the places of the rules by two figures, and the rules for which one of them is undefined.

    Args:
        comparison: The comparison.
        across: A figure of `ACROSS`.
        up: A figure of `UP`.

    Returns:
        The places, the lowest first; rules that are too close to be told from each other share one.
    """
    found: dict[str, tuple[float, float]] = {}
    for case in comparison.cases:
        x, y = comparison.mean(case, across), comparison.mean(case, up)
        if x is not None and y is not None:
            found[case] = value(across, x), value(up, y)
    spread = [float(np.ptp([place[side] for place in found.values()] or [0.0])) for side in (0, 1)]
    near = [max(_CLOSE * size, _CLOSEST) for size in spread]
    groups: list[Spot] = []
    for case, (x, y) in sorted(found.items(), key=lambda item: (item[1][1], item[1][0])):
        for place, spot in enumerate(groups):
            if abs(spot.x - x) <= near[0] and abs(spot.y - y) <= near[1]:
                groups[place] = spot._replace(cases=(*spot.cases, case))
                break
        else:
            groups.append(Spot(x, y, (case,)))
    return groups, [case for case in comparison.cases if case not in found]


def start(groups: list[Spot]) -> float:
    """Return where the scatter begins on the left: below its lowest point, with room for names.

    Args:
        groups: The places, x in per cent.
    """
    lowest = min((spot.x for spot in groups), default=0.0)
    left = lowest - 0.35 * max(100.0 - lowest, 20.0)
    return max(tick(left) * math.floor(left / tick(left)), tick(lowest) * math.floor(min(lowest, 0.0) / tick(lowest)))


def tick(start: float) -> float:
    """Return how far the marks of a side that goes from `start` to 100 % lie apart.

    Args:
        start: Where it begins, per cent.
    """
    return 5.0 if start > 65.0 else 10.0 if start > 0.0 else 20.0


def upward(comparison: Comparison) -> str:
    """Return what a scatter has upwards at first: evenness, or what the worst home saves where evenness means nothing."""
    _, without = spots(comparison, "optimum_share", "saving_jain")
    return "home_saving_worst" if without else "saving_jain"


def limits(groups: list[Spot], up: str) -> tuple[float, float]:
    """Return where the scatter begins and ends upwards, in the units of its side.

    Args:
        groups: The places.
        up: The figure upwards; of shares the whole range is shown.
    """
    if up == "saving_jain":
        return 0.0, 1.0
    return span([np.array([spot.y for spot in groups])]) if up != "homes_worse_off" else (0.0, 100.0)


def span(values: list[Array]) -> tuple[float, float]:
    """Return round numbers below and above all values.

    Args:
        values: Arrays of any shape, NaN where there is nothing; at least one number.

    Returns:
        Where a side begins and ends, both multiples of one power of ten.

    Example:
        >>> span([np.array([0.21, 0.56])])
        (0.2, 0.6)
    """
    low, high = float(np.nanmin(np.concatenate(values))), float(np.nanmax(np.concatenate(values)))
    step = 10.0 ** np.floor(np.log10(max(high - low, _SHORTEST)))
    below, above = np.floor(low / step + SEEN), np.ceil(high / step - SEEN)
    above = max(above, below + 1.0)  # one value alone needs a side of some length too
    return round(float(step * below), 6), round(float(step * above), 6)


class Gain(NamedTuple):
    """What a home of a kind saves under a rule: the mean, and the ends of the band if there are several seeds.

    Attributes:
        case: Name of the rule.
        saving: Mean over the homes and seeds, in the currency.
        low: Lower end of the band over the seeds; None with one seed.
        high: Its upper end.
    """

    case: str
    saving: float
    low: float | None
    high: float | None


def gains(comparison: Comparison) -> dict[str, list[Gain]]:
    """Return what a home of each kind saves under each rule, best rule first.

    A mean is over all homes of the kind and all seeds, in the currency; rules that differ by less than a thousandth are
    in the order of their names.
    """
    found: dict[str, list[Gain]] = {}
    for row in comparison.kinds().iter_rows(named=True):
        gain = Gain(row["case"], row["saving"], row.get("saving_low"), row.get("saving_high"))
        found.setdefault(row["kind"], []).append(gain)
    return {
        kind: sorted(found[kind], key=lambda gain: (-round(gain.saving, 3), gain.case))
        for kind in KIND_NAMES
        if kind in found
    }


class Line(NamedTuple):
    """Prices by hour of the day, NaN without trades, and the rules that have them.

    Attributes:
        prices: Per kWh, shape (24,) by hour of the day.
        cases: Names of the rules.
    """

    prices: Array
    cases: tuple[str, ...]


def lines(comparison: Comparison, side: str) -> list[Line]:
    """Return the prices that buyers pay or sellers get; rules with the same prices are one line.

    Args:
        comparison: The comparison.
        side: "buyer_price" or "seller_price".
    """
    groups: list[Line] = []
    hours = comparison.hours()
    for case in comparison.cases:
        prices = hours.filter(hours["case"] == case)[side].to_numpy().astype(np.float64)
        if np.isnan(prices).all():
            continue
        for place, line in enumerate(groups):
            if np.allclose(line.prices, prices, rtol=0.0, atol=THIRD_DIGIT, equal_nan=True):
                groups[place] = line._replace(cases=(*line.cases, case))
                break
        else:
            groups.append(Line(prices, (case,)))
    return groups


def ends_of(comparison: Comparison, found: list[Line]) -> tuple[slice, list[tuple[str, Array]]]:
    """Return the hours with trades, and every line in them with its name, the grid's two prices last.

    Args:
        comparison: The comparison.
        found: The lines, prices of shape (24,).

    Returns:
        Where the hours begin and end, and the lines, prices of shape (hour,).
    """
    traded = np.flatnonzero(~np.isnan([line.prices for line in found]).all(axis=0))
    hours = slice(int(traded[0]), int(traded[-1]) + 1)
    given, taken = grid_prices(comparison)
    ends = [(named(line.cases, LINE_LETTERS), line.prices[hours]) for line in found]
    return hours, [*ends, ("grid gives", given[hours]), ("grid takes", taken[hours])]


def named(cases: tuple[str, ...], letters: int = 60) -> str:
    """Return the names of rules that share a place: as many as fit into so many letters, and how many more there are.

    Args:
        cases: Names of the rules, at least one.
        letters: Room for so many; one name is always said.

    Example:
        >>> named(("a", "b")), named(("mid-market-rate", "pay-as-bid", "uniform-price"), 30)
        ('a, b', 'mid-market-rate and 2 more')
    """
    for count in range(len(cases), 1, -1):
        text = _first(cases, count)
        if len(text) <= letters:
            return text
    return _first(cases, 1)


def _first(cases: tuple[str, ...], count: int) -> str:
    """Return the first so many names, and how many more there are.

    Args:
        cases: At least so many names.
        count: How many are said.
    """
    text = ", ".join(cases[:count])
    return text if count == len(cases) else f"{text} and {len(cases) - count} more"


def grid_prices(comparison: Comparison, case: str = "") -> tuple[Array, Array]:
    """Return what the grid gives and takes by hour of the day, a mean; NaN for hours that are not in the run.

    Args:
        comparison: The comparison.
        case: Whose grid; default: the first case's.
    """
    scenario = comparison.cases[case] if case else next(iter(comparison.cases.values()))
    steps = timeline(scenario)
    hour = steps.hour.astype(int)
    count = np.bincount(hour, minlength=24)
    with np.errstate(invalid="ignore"):
        given, taken = (
            np.bincount(hour, price_by_step(price, steps), 24) / count
            for price in (scenario.grid.export_price, scenario.grid.import_price)
        )
    return given, taken
