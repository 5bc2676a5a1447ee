"""What a plan says of its ranges, and of the prices that were tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.nothing import NOTHING_MONEY
from jiran.report.plan import say
from jiran.sentences import Figures, form
from jiran.words import counted, listed, price

if TYPE_CHECKING:
    from jiran.plan import Found, Planned, Ranges

#: What an assumption that is moved is called, and whether its values are said as shares of what is planned.
SWINGS: dict[str, tuple[str, bool]] = {
    "cost": ("the cost of PV and battery", True),
    "yield": ("the yield of PV", True),
    "discount_rate": ("the discount rate", False),
    "upkeep": ("upkeep", False),
    "degradation": ("how fast PV fades", False),
    "escalation": ("how fast bills rise", False),
}
#: What a price that is tried is called.
TRIED = {"price": "P2P price", "charge": "network charge", "credit": "credit for export"}


def _back(payback: float | None, horizon: int) -> str:
    if payback is None:
        return f"does not come back within {counted(horizon, 'year')}"
    return say.comes_back(payback)


def _case_words(figures: Figures) -> str:
    horizon = figures["years"]
    dear, poor, cheap, good = (say.share(figures[name]) for name in ("dear", "poor", "cheap", "good"))
    return (
        f"With costs at {dear} and a yield at {poor} of what is planned, it {_back(figures['low'], horizon)}; with costs at "
        f"{cheap} and a yield at {good}, it {_back(figures['high'], horizon)}."
    )


@form("plan.case", _case_words)
def case(planned: Planned, ranges: Ranges) -> Figures | None:
    """Say when it comes back in the lowest and the highest case, if anything is invested."""
    if not planned.invested > NOTHING_MONEY:
        return None
    plan = planned.assumptions
    return {
        "low": ranges.low.payback, "high": ranges.high.payback, "years": plan.years,
        "dear": plan.cost_high, "poor": plan.yield_low, "cheap": plan.cost_low, "good": plan.yield_high,
    }  # fmt: skip


def _matters_words(figures: Figures) -> str:
    name, _ = SWINGS[figures["field"]]
    low, high = (say.share(figures[end]) for end in ("low", "high"))
    currency = figures["currency"]
    worth = [say.signed_sum(figures[end], currency) for end in ("npv_low", "npv_high")]
    of = " of what is planned" if SWINGS[figures["field"]][1] else " a year"
    return (
        f"What matters most is {name}: from {low} to {high}{of}, the value of today goes from {worth[0]} to {worth[1]}."
    )


@form("plan.matters", _matters_words)
def matters(planned: Planned, ranges: Ranges) -> Figures | None:
    """Say which assumption moves the value of today most, if any moves it."""
    first = ranges.swings[0]
    if not first.width > NOTHING_MONEY:
        return None
    return {
        "field": first.field, "low": first.low, "high": first.high, "npv_low": first.npv_low, "npv_high": first.npv_high,
        "currency": planned.currency,
    }  # fmt: skip


def _span(low: float, high: float, currency: str) -> str:
    first = price(low, currency)
    return first if low == high else f"{first} to {price(high)}"


def _tried_words(figures: Figures) -> str:
    name, currency = TRIED[figures["field"]], figures["currency"]
    one, count = figures["count"] == 1, f"{figures['count']:,}"
    least, most = price(figures["least"], currency), price(figures["most"])
    ends = f"{count} was tried, {least}" if one else f"{count} were tried, from {least} to {most}"
    if not figures["spans"]:
        none = f"No {name} lets all homes share without a loss and gain together: {ends}"
        if figures["nearest"] is None:
            return f"{none}, and at none of them all together gain."
        worst, together = (say.sum_of(figures[one], currency) for one in ("worst", "together"))
        homes = counted(figures["losers"], "home")
        lose = "loses" if figures["losers"] == 1 else "lose"
        return (
            f"{none}. The loss is least at {price(figures['nearest'], currency)}: {homes} {lose}, at most {worst} a year, while all "
            f"together gain {together}."
        )
    spans = [_span(low, high, currency) for low, high in figures["spans"]]
    return f"Nobody loses by sharing at a {name} of {listed(spans)} per kWh; {ends}."


@form("plan.tried", _tried_words)
def tried(planned: Planned, found: Found) -> Figures | None:
    """Say at which values of a price nobody loses by sharing and all together gain, or that there is none.

    Values next to each other are said as a span.
    """
    if not found.tried:
        return None
    spans: list[tuple[float, float]] = []
    before = False
    good = set(found.good)
    for one in found.tried:
        if one.value in good:
            spans = [*spans[:-1], (spans[-1][0], one.value)] if before else [*spans, (one.value, one.value)]
        before = one.value in good
    return {
        "field": found.field, "spans": spans, "count": len(found.tried), "least": found.tried[0].value,
        "most": found.tried[-1].value, "currency": planned.currency, **_nearest(found),
    }  # fmt: skip


def _nearest(found: Found) -> dict[str, float | None]:
    """Return where the loss is least, who loses how much there, and what all together gain; None each where nothing is lost."""
    one = None if found.good else found.nearest
    if one is None:
        return {"nearest": None, "losers": None, "worst": None, "together": None}
    return {"nearest": one.value, "losers": one.losers, "worst": -one.worst, "together": one.together}
