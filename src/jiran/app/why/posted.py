"""Why: rules whose price does not depend on what homes bid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.app.why.base import refused, scarcity
from jiran.words import price

if TYPE_CHECKING:
    from jiran.app.why.base import Case


def grid_only(case: Case) -> list[str]:
    """Nobody trades."""
    side = "takes its surplus" if case.sells else "supplies it"
    return [
        f"Under this rule neighbours do not trade. The grid {side} at {price(case.book.outside_price(case.home))} per kWh."
    ]


def grid_fraction(case: Case) -> list[str]:
    """Explain the rule of the paper."""
    alpha, grid = float(case.outcome.parameters["fraction"]), case.book.import_price
    fixed = (
        f"The rule fixes the price beforehand, as a share α of the grid's price: {alpha:g} × {price(grid)} = "
        f"{price(alpha * grid)}. Nothing that a home bids changes it."
    )
    return [fixed, *_turn(case)]


def _turn(case: Case) -> list[str]:
    """Say why a home traded as much as it did."""
    book, matching = case.book, case.outcome.matching
    if matching == "pro-rata":
        return scarcity(case, book.offered_kwh, book.wanted_kwh)
    if matching == "equal-share":
        longer = (book.offered_kwh > book.wanted_kwh) == case.sells
        cut = f"Each of the {case.own_side} may trade the same number of kWh, but no more than its own order."
        return [f"{cut} {case.name} trades {case.energy(case.kwh)}."] if longer else []
    queue = "A draw decides who comes first" if matching == "random-order" else "First come, first served"
    if case.in_part:
        return [
            (
                f"{queue}: the {case.others} ran out at {case.name}'s turn, after {case.energy(case.kwh)} of "
                f"{case.energy(case.order_kwh)}."
            )
        ]
    if not case.kwh:
        return [f"{queue}: the {case.others} had nothing left when {case.name}'s turn came."]
    return [f"{queue}: {case.name} had its turn before the {case.others} ran out, so all of its order is traded."]


def mid_market_rate(case: Case) -> list[str]:
    """Explain the middle of the grid's prices."""
    low, high = case.book.export_price, case.book.import_price
    if low > high:
        return ["The grid gives more than it takes, so there is no price in the middle that suits both sides."]
    at = low + 0.5 * (high - low)
    said = (
        f"Everyone trades at the middle of the grid's two prices: ({price(high)} + {price(low)}) / 2 = {price(at)}. "
        "The gain over the grid is the same for both sides."
    )
    return [said, *_accepted(case, at)]


def supply_demand_ratio(case: Case) -> list[str]:
    """Explain the price that falls with supply."""
    book = case.book
    low, high = book.export_price, book.import_price
    if not 0.0 <= low <= high:
        return ["The rule needs an export price between 0 and the import price; here it trades nothing."]
    ratio = book.offered_kwh / book.wanted_kwh
    at = low if ratio > 1.0 or low == 0.0 else low * high / ((high - low) * ratio + low)
    have = (
        f"The price falls as supply grows against demand. Here r = {case.energy(book.offered_kwh)} / "
        f"{case.energy(book.wanted_kwh)} = {ratio:.2f}."
    )
    if ratio >= 1.0:
        so = (
            f"There is enough for all (r is 1 or more), so the price is as low as the grid's export price: {price(at)}."
        )
    elif low == 0.0:
        so = "The grid gives nothing for a kWh, so the price is 0 too."
    else:
        so = (
            f"So the price is {price(low)} × {price(high)} / (({price(high)} − {price(low)}) × {ratio:.2f} + {price(low)}) "
            f"= {price(at)}: between the grid's two prices."
        )
    return [have, so, *_accepted(case, at)]


def _accepted(case: Case, at: float) -> list[str]:
    """Say who takes a price, and how it is shared out among them."""
    if not case.accepts(at):
        return [refused(case, at)]
    net, limit = case.book.net_kwh, case.book.limit_price
    takes = np.where(net > 0.0, limit <= at, limit >= at)
    offered = float(net[takes & (net > 0.0)].sum())
    wanted = float(-net[takes & (net < 0.0)].sum())
    if not case.kwh:
        return [f"None of the {case.others} accepts {price(at)}, so {case.name} finds nobody to trade with."]
    return scarcity(case, offered, wanted)


def bill_sharing(case: Case) -> list[str]:
    """Explain the price that is only known at the end."""
    does = "gets one price for each kWh it gave" if case.sells else "pays one price for each kWh it took"
    if case.kwh and case.price != 0.0:
        return [
            (
                f"The price was set at the end of the billing period, when the bill with the grid was shared out: {case.name} "
                f"{does}, {price(case.price)}, in every step and the same as all other {case.own_side}."
            )
        ]
    return [
        (
            "Within a step the energy moves at a price of 0. At the end of the billing period the bill with the grid is "
            f"shared out: then {case.name} {does}, the same as all other {case.own_side}."
        )
    ]
