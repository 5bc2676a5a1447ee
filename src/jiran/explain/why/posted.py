"""Why: rules whose price does not depend on what homes bid.

A posted price leaves only one question open, how scarce energy is shared out; it is answered by the same sentences as
elsewhere (`base.scarcity`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.again import more_digits
from jiran.explain.step.outcome import energy, same
from jiran.explain.why.base import reasoning, refused, scarcity, sides
from jiran.sentences import form, true_ones
from jiran.words import number, price

if TYPE_CHECKING:
    from jiran.explain.why.base import Case
    from jiran.sentences import Figures, Sentence


@reasoning("no-market")
def grid_only(case: Case) -> tuple[Sentence, ...]:
    """Nobody trades."""
    return true_ones(no_market(case))


@form(
    "why.no_market",
    lambda figures: (
        f"Under this rule neighbours do not trade. The grid {'gives' if figures['sells'] else 'asks'} "
        f"{price(figures['grid'])} per kWh."
    ),
)
def no_market(case: Case) -> Figures | None:
    """True where nobody trades: what the grid's price is.

    Returns:
        sells: Whether the home sells.
        grid: What the grid gives, or takes, per kWh.
    """
    if case.outcome.kwh:
        return None
    return {"sells": case.sells, "grid": case.book.outside_price(case.home)}


@reasoning("share-of-grid-price")
def grid_fraction(case: Case) -> tuple[Sentence, ...]:
    """Explain the rule of the paper."""
    matching, book = case.outcome.pairing.matching, case.book
    return true_ones(
        fraction(case),
        scarcity(case, book.offered_kwh, book.wanted_kwh) if matching == "pro-rata" else None,
        equal_share(case) if matching == "equal-share" else None,
        turn(case) if matching in ("index-order", "random-order") else None,
    )


def _fraction_words(figures: Figures) -> str:
    alpha, grid, at = figures["alpha"], figures["grid"], figures["price"]
    digits = 4 + more_digits(lambda value: alpha * value, [(grid, 4)], at)
    return (
        f"The rule fixes the price beforehand, as a share α of the grid's price: {number(alpha)} × {price(grid, digits=digits)} = "
        f"{price(at)}. Nothing that a home bids changes it."
    )


@form("why.fraction", _fraction_words)
def fraction(case: Case) -> Figures | None:
    """True where all trades are at the fraction of the grid's price.

    Price = alpha * import price: Lit et al., section IV.B.

    Returns:
        alpha: The fraction.
        grid: Import price of the step, per kWh.
        price: Per kWh.
    """
    alpha, grid = float(case.outcome.parameters["fraction"]), case.book.import_price
    return {"alpha": alpha, "grid": grid, "price": alpha * grid}


@form(
    "why.equal_share",
    lambda figures: (
        f"Each of the {sides(figures['sells'])[0]} may trade the same number of kWh, but no more than its own order. "
        f"{figures['home']} trades {energy(figures['kwh'], figures['digits'])}."
    ),
)
def equal_share(case: Case) -> Figures | None:
    """True of a home on the longer side, where it is shared out by number.

    Returns:
        kwh: What it trades, kWh.
        digits: Digits of energy in this book.
    """
    book = case.book
    even = same(book.offered_kwh, book.wanted_kwh)
    if even or (book.offered_kwh > book.wanted_kwh) != case.sells or not case.kwh:
        return None
    return case.figures(kwh=case.kwh, digits=case.outcome.digits)


def _turn_words(figures: Figures) -> str:
    queue = "A draw decides who comes first" if figures["drawn"] else "First come, first served"
    others, name = sides(figures["sells"])[1], figures["home"]
    kwh, order = (energy(figures[one], figures["digits"]) for one in ("kwh", "order_kwh"))
    if figures["part"] == "some":
        return f"{queue}: the {others} ran out at {name}'s turn, after {kwh} of {order}."
    if figures["part"] == "none":
        return f"{queue}: the {others} had nothing left when {name}'s turn came."
    if figures["enough"]:
        why = (
            "The buyers take all that the sellers have"
            if figures["sells"]
            else "The sellers have enough for all buyers"
        )
        return f"{why}, so all of {name}'s order is traded, whoever comes first."
    return f"{queue}: {name} had its turn before the {others} ran out, so all of its order is traded."


@form("why.turn", _turn_words)
def turn(case: Case) -> Figures | None:
    """True where orders are served one after the other: whether the home's turn came in time.

    Returns:
        drawn: Whether a draw decides the order; else the list does.
        part: "some", "all" or "none" of its order is traded.
        enough: Whether the other side has as much as all orders of its own side together.
        kwh: What is traded, kWh.
        order_kwh: What it had or needed, kWh.
        digits: Digits of energy in this book.
    """
    book = case.book
    own, other = (book.offered_kwh, book.wanted_kwh) if case.sells else (book.wanted_kwh, book.offered_kwh)
    return case.figures(
        drawn=case.outcome.by_chance,
        enough=other > own or same(other, own),
        part="some" if case.in_part else "all" if case.kwh else "none",
        kwh=case.kwh,
        order_kwh=case.order_kwh,
        digits=case.outcome.digits,
    )


@reasoning("middle-of-grid-prices")
def mid_market_rate(case: Case) -> tuple[Sentence, ...]:
    """Explain the middle of the grid's prices."""
    low, high = case.book.export_price, case.book.import_price
    if low > high:
        return true_ones(no_middle(case))
    return true_ones(middle_rate(case), *_accepted(case, low + 0.5 * (high - low)))


@form(
    "why.no_middle",
    lambda figures: (
        f"The grid gives {price(figures['export'])}, more than it takes, {price(figures['import'])}: no price in the middle "
        "suits both sides, so nobody trades."
    ),
)
def no_middle(case: Case) -> Figures | None:
    """True where the grid gives more than it takes, and nobody trades.

    Returns:
        export: What the grid gives, per kWh.
        import: What it takes.
    """
    low, high = case.book.export_price, case.book.import_price
    return {"export": low, "import": high} if low > high and not case.outcome.kwh else None


def _middle_words(figures: Figures) -> str:
    low, high, at = figures["export"], figures["import"], figures["price"]
    digits = 4 + more_digits(lambda p, q: (p + q) / 2.0, [(high, 4), (low, 4)], at)
    text = f"The price is the middle of the grid's two: ({price(high, digits=digits)} + {price(low, digits=digits)}) / 2 = {price(at)}."
    if figures["charge"]:
        return f"{text} The network's {price(figures['charge'])} per kWh comes on top for buyers."
    return f"{text} So a kWh gains the same against the grid on both sides, {price(at - low)}."


@form("why.middle", _middle_words)
def middle_rate(case: Case) -> Figures | None:
    """True where the grid takes at least what it gives: the price in the middle.

    Returns:
        export: What the grid gives, per kWh.
        import: What it takes.
        price: Their middle.
        charge: What a buyer pays the network on top.
    """
    low, high = case.book.export_price, case.book.import_price
    if low > high:
        return None
    return {"export": low, "import": high, "price": low + 0.5 * (high - low), "charge": case.book.network_charge}


@reasoning("supply-against-demand")
def supply_demand_ratio(case: Case) -> tuple[Sentence, ...]:
    """Explain the price that falls with supply."""
    at = ratio_price(case)
    return true_ones(no_ratio(case)) if at is None else true_ones(ratio(case), *_accepted(case, at))


def ratio_price(case: Case) -> float | None:
    """Return the price by supply and demand; None if the grid's prices do not allow it.

    With r = offered / wanted: price = export * import / ((import - export) * r + export) for r <= 1, else the export
    price (Liu et al. 2017, doi:10.1109/TPWRS.2017.2649558).
    """
    low, high, book = case.book.export_price, case.book.import_price, case.book
    if not 0.0 <= low <= high:
        return None
    ratio = book.offered_kwh / book.wanted_kwh
    at = low if ratio > 1.0 or low == 0.0 else low * high / ((high - low) * ratio + low)
    return min(max(at, low), high)


@form(
    "why.no_ratio",
    lambda figures: (
        f"The rule needs an export price between 0 and the import price; here they are {price(figures['export'])} and "
        f"{price(figures['import'])}, so nobody trades."
    ),
)
def no_ratio(case: Case) -> Figures | None:
    """True where the grid's prices leave no price by supply and demand, and nobody trades.

    Returns:
        export: What the grid gives, per kWh.
        import: What it takes.
    """
    if ratio_price(case) is not None or case.outcome.kwh:
        return None
    return {"export": case.book.export_price, "import": case.book.import_price}


def _ratio_words(figures: Figures) -> str:
    low, high, ratio, digits = figures["export"], figures["import"], figures["ratio"], figures["digits"]
    offered, wanted = figures["offered_kwh"], figures["wanted_kwh"]
    digits += more_digits(lambda p, q: p / q, [(offered, digits), (wanted, digits)], ratio)
    have = (
        f"The price falls as supply grows against demand. Here r = {energy(offered, digits)} / {energy(wanted, digits)} = "
        f"{price(ratio)}."
    )
    if ratio >= 1.0 or same(ratio, 1.0):
        return (
            f"{have} There is enough for all (r is 1 or more), so the price is the grid's export price: {price(low)}."
        )
    if low == 0.0:
        return f"{have} The grid gives nothing for a kWh, so the price is 0 too."
    parts = [(low, 4), (high, 4), (ratio, 4)]
    digits = 4 + more_digits(lambda p, q, r: p * q / ((q - p) * r + p), parts, figures["price"])
    least, most, part = (price(one, digits=digits) for one, _ in parts)
    return f"{have} So the price is {least} × {most} / (({most} − {least}) × {part} + {least}) = {price(figures['price'])}."


@form("why.ratio", _ratio_words)
def ratio(case: Case) -> Figures | None:
    """True where the grid's prices allow a price by supply and demand.

    Returns:
        offered_kwh: What all sellers have, kWh.
        wanted_kwh: What all buyers want, kWh.
        ratio: The first over the second.
        export: What the grid gives, per kWh.
        import: What it takes.
        price: Per kWh.
        digits: Digits of energy in this book.
    """
    at, book = ratio_price(case), case.book
    if at is None:
        return None
    return {
        "offered_kwh": book.offered_kwh,
        "wanted_kwh": book.wanted_kwh,
        "ratio": book.offered_kwh / book.wanted_kwh,
        "export": book.export_price,
        "import": book.import_price,
        "price": at,
        "digits": case.outcome.digits,
    }


def _accepted(case: Case, at: float) -> tuple[Sentence, ...]:
    """Say who takes a price, and how it is shared out among them.

    Args:
        case: The home.
        at: The price, per kWh; only orders that accept it take part.
    """
    net, limit = case.book.net_kwh, case.book.limit_price
    takes = np.where(net > 0.0, limit <= at, limit >= at)
    offered = float(net[takes & (net > 0.0)].sum())
    wanted = float(-net[takes & (net < 0.0)].sum())
    return true_ones(
        refused(case, at),
        nobody_accepts(case, at),
        scarcity(case, offered, wanted) if case.kwh else None,
    )


@form(
    "why.nobody_accepts",
    lambda figures: (
        f"None of the {sides(figures['sells'])[1]} accepts {price(figures['at'])}, so {figures['home']} finds nobody to "
        "trade with."
    ),
)
def nobody_accepts(case: Case, at: float) -> Figures | None:
    """True of a home that accepts a price which nobody on the other side accepts.

    Args:
        case: The home.
        at: The price, per kWh.
    """
    other = case.book.limit_price[case.other_homes]
    taken = bool((other >= at).any() if case.sells else (other <= at).any())
    return None if taken or not case.accepts(at) else case.figures(at=at)


@reasoning("bill-of-all")
def bill_sharing(case: Case) -> tuple[Sentence, ...]:
    """Explain the price that is only known at the end."""
    return true_ones(billed(case), billed_later(case))


def _billed_words(figures: Figures) -> str:
    does = ("gets", "gave, to neighbours, battery and grid") if figures["sells"] else ("pays", "took, from neighbours, battery and grid")  # fmt: skip
    return (
        "The price was set at the end of the billing period, when the bill with battery and grid was shared out: "
        f"{figures['home']} {does[0]} one price for each kWh that it {does[1]} alike, {price(figures['price'])}, the same as "
        f"all other {sides(figures['sells'])[0]}."
    )


@form("why.billed", _billed_words)
def billed(case: Case) -> Figures | None:
    """True of a run's trade: its price was set when its billing period was over, and is that of its whole side.

    Returns:
        price: Its own at the end, per kWh.
    """
    return case.figures(price=case.price) if case.outcome.seed is None and case.kwh else None


@form(
    "why.billed_later",
    lambda figures: (
        "Within a step the energy moves at a price of 0. At the end of the billing period the bill with battery and grid is "
        f"shared out: then {figures['home']} {'gets' if figures['sells'] else 'pays'} one price for each kWh that it "
        f"{'gave' if figures['sells'] else 'took'}, the same as all other {sides(figures['sells'])[0]}."
    ),
)
def billed_later(case: Case) -> Figures | None:
    """True of a step that is cleared by itself: the price is 0.

    Returns:
        Nothing but the home and its side: the price is not known yet.
    """
    return case.figures() if case.outcome.seed is not None or not case.kwh else None
