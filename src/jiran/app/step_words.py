"""What happened in one step of the market, in words, and names and numbers as formulas show them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jiran.app.inspector import DUST_KWH
from jiran.app.outcome import ROUNDING, crossing
from jiran.app.showing import plain
from jiran.market import find
from jiran.words import kwh, price

if TYPE_CHECKING:
    from jiran.app.inspector import RunStep
    from jiran.app.outcome import Outcome


def scarce_words(outcome: Outcome) -> str:
    """Say which side has less, and so how much can be traded at most."""
    offered, wanted = outcome.book.offered_kwh, outcome.book.wanted_kwh
    if not min(offered, wanted):
        return why_nobody_trades(outcome)
    if abs(offered - wanted) < ROUNDING:
        return f"Sellers have as much as buyers want: at most **{outcome.energy(wanted)}** can be traded."
    less = "Buyers want less than sellers have" if wanted < offered else "Sellers have less than buyers want"
    return f"{less}, so at most **{outcome.energy(min(offered, wanted))}** can be traded."


def curve_words(outcome: Outcome) -> list[str]:
    """Say what the curves of supply and demand show."""
    book = outcome.book
    if not min(book.sellers.size, book.buyers.size):
        return [why_nobody_trades(outcome)]
    said = [
        "Sellers stand in a row from the lowest ask, buyers from the highest bid. Each step is one order, as wide as its energy."
    ]
    asks, bids = book.limit_price[book.sellers], book.limit_price[book.buyers]
    if book.flat:
        said.append(
            f"All sellers ask {price(asks[0])} and all buyers bid {price(bids[0])}, so both lines are flat: prices do not "
            "tell the homes apart, only the rule does."
        )
    cross = crossing(book)
    if cross is None:
        return [
            *said,
            f"The highest bid, {price(bids[0])}, is below the lowest ask, {price(asks[0])}: no trade suits both sides.",
        ]
    if book.flat:
        out = "sellers have no more" if book.offered_kwh < book.wanted_kwh else "buyers want no more"
        said.append(f"Any price between the lines suits both sides, up to **{outcome.energy(cross[0])}**, where {out}.")
    else:
        said.append(
            f"The curves cross at **{outcome.energy(cross[0])}**. Left of it a buyer would pay at least what a seller asks, "
            "so a trade suits both; right of it no price does."
        )
    return [*said, _rule_words(outcome, *cross)]


def _rule_words(outcome: Outcome, possible_kwh: float, crossing_price: float) -> str:
    """Say how much the rule traded of what suits both sides, and at what price."""
    rule = plain(outcome.rule_name)
    if not outcome.kwh:
        return f"The rule {rule} trades nothing here."
    if outcome.kwh > possible_kwh + ROUNDING:
        much = f"{outcome.energy(outcome.kwh)}, more than suits everybody: it does not look at bids"
    elif outcome.kwh < possible_kwh - max(ROUNDING, 1e-5 * possible_kwh):
        much = f"only {outcome.energy(outcome.kwh)}"
    else:
        much = f"all of these {outcome.energy(outcome.kwh)}"
    said = f"The rule {rule} trades {much}{_at(outcome)}."
    at = outcome.one_price
    if at is None or outcome.book.flat or abs(at - crossing_price) <= ROUNDING:
        return said
    return (
        f"{said} Where the curves cross the price would be {price(crossing_price)}; this rule has a formula of its own."
    )


def _at(outcome: Outcome) -> str:
    if outcome.one_price is not None:
        return f", at **{price(outcome.one_price)}** for all"
    buyers, sellers = outcome.trades.buyer_price, outcome.trades.seller_price
    spans = [
        price(side.min()) if price(side.min()) == price(side.max()) else f"{price(side.min())} to {price(side.max())}"
        for side in (buyers, sellers)
    ]
    return f": buyers pay **{spans[0]}**, sellers get **{spans[1]}**"


def trade_words(outcome: Outcome, number: int) -> str:
    """Say what a trade, counted from 0, is and what its two homes would have accepted."""
    one, book = outcome.pairs[number], outcome.book
    seller, buyer = (plain(book.names[home]) for home in (one.seller, one.buyer))
    at = (
        f"at **{price(one.buyer_price)}**"
        if abs(one.buyer_price - one.seller_price) < ROUNDING
        else f"; {buyer} pays **{price(one.buyer_price)}**, {seller} gets **{price(one.seller_price)}**"
    )
    deal = f"{seller} sells {outcome.energy(one.kwh)} to {buyer} {at}".replace(" ;", ";")
    limits = f"{buyer} would have paid up to {price(book.limit_price[one.buyer])}, {seller} asked {price(book.limit_price[one.seller])}"
    return f"**Trade {number + 1}:** {deal}. {limits}."


def account_words(outcome: Outcome) -> str:
    """Say where the difference goes between what buyers pay and what sellers get."""
    if not outcome.kwh:
        return ""
    paid, got = float(outcome.trades.paid.sum()), float(outcome.trades.received.sum())
    if abs(outcome.account) < 5e-5:
        return "Buyers pay exactly what sellers get."
    money = f"{plain(outcome.book.currency)} " if outcome.book.currency else ""
    kind = "a surplus" if outcome.account > 0.0 else "a deficit"
    keeps = "which the market account keeps" if outcome.account > 0.0 else "which somebody has to add"
    if outcome.seed is None and find(outcome.rule).reprice is not None:
        keeps = "which the market account evens out when the billing period ends"
    return f"Buyers pay {money}{price(paid)}, sellers get {money}{price(got)}: {kind} of **{price(abs(outcome.account))}**, {keeps}."


def welfare_words(outcome: Outcome) -> str:
    """Say how much of the gain that was possible the rule reached."""
    best, reached = outcome.best.welfare, outcome.efficiency
    money = f"{plain(outcome.book.currency)} " if outcome.book.currency else ""
    if reached is None:
        return "No trade could have gained anything by these bids and asks."
    if outcome.welfare < -ROUNDING:
        return f"A gain of {money}{price(best)} was possible; this rule loses {money}{price(-outcome.welfare)}, for it makes trades that cost more than they are worth."
    return f"Together they gained {money}{price(outcome.welfare)} of the {money}{price(best)} that was possible: **{reached:.0%}**."


def rest_words(flow: dict[str, float]) -> str:
    """Say where surplus went that nobody bought, and where missing energy came from."""
    words = []
    charged, exported = flow["battery_charged_kwh"], flow["grid_export_kwh"]
    drawn, imported = flow["battery_drawn_kwh"], flow["grid_import_kwh"]
    if charged + exported > DUST_KWH:
        parts = {"into the battery": charged, "to the grid": exported}
        words.append(f"Nobody bought {kwh(charged + exported)}: {_split(parts, 'went')}.")
    if drawn + imported > DUST_KWH:
        parts = {"from the battery": drawn, "from the grid": imported}
        words.append(f"Still missing were {kwh(drawn + imported)}: {_split(parts, 'came')}.")
    return " ".join(words) or "Nothing was left over, and nothing was missing."


def _split(parts: dict[str, float], verb: str) -> str:
    """Say how much went where; all of it needs no number."""
    there = {place: value for place, value in parts.items() if value > DUST_KWH}
    if len(there) == 1:
        return f"all of it {verb} **{next(iter(there))}**"
    return f"{verb} " + " and ".join(f"**{kwh(value)}** {place}" for place, value in there.items())


def why_nobody_trades(outcome: Outcome) -> str:
    """Say which side of the market is missing, or that the rule makes no trade."""
    sellers, buyers = outcome.book.sellers.size, outcome.book.buyers.size
    if not sellers or not buyers:
        missing = "buyer" if sellers else "seller" if buyers else "seller and no buyer"
        return f"Nobody trades in this step: there is no {missing}."
    if outcome.rule != "grid-only" and crossing(outcome.book) is None:
        return "Nobody trades: no bid reaches an ask."
    return "The market rule lets nobody trade in this step: the grid serves every home."


def money_words(step: RunStep, currency: str) -> str:
    """Say who ended the step with how much money."""
    names = {"homes": "Homes", "battery": "battery fund", "network": "network", "market": "market", "grid": "grid"}
    moved = {name: step.money[key] for key, name in names.items() if abs(step.money[key]) >= 5e-5}
    if not moved:
        return "Money: only neighbours paid each other."
    digits = 2 if min(map(abs, moved.values())) >= 0.1 else 4
    shares = [f"{name} {'+' if amount > 0 else '−'}{abs(amount):.{digits}f}" for name, amount in moved.items()]
    return f"Money, {plain(currency)}: {', '.join(shares)}."


def tex_name(name: str) -> str:
    """Return a home's name for a formula."""
    return rf"\text{{{tex(name)}}}"


def tex(text: str) -> str:
    """Return text that a formula shows as it is."""
    return re.sub(r"([#$%&_{}])", r"\\\1", re.sub(r"[\\^~]", " ", text))


#: How each rule makes its pairs.
_ORDERS = {
    "index-order": "First come, first served: the first seller on the list sells to the first buyer, until one of the two "
    "has nothing left; then the next one follows.",
    "random-order": "A draw decides anew in each step who comes first; then seller and buyer are paired off in that order.",
    "continuous-double-auction": "Orders arrive by chance; each takes the best waiting orders that fit, and what is left of "
    "it waits.",
    "random-p2p": "Chance decides who meets whom.",
    "muda": "Two groups, drawn by chance, trade each for itself: first one, then the other.",
    "consensus": "All pairs haggle at the same time; these are the ones that agreed.",
} | dict.fromkeys(
    ("uniform-price", "pay-as-bid", "mcafee", "vcg"),
    "The lowest ask meets the highest bid, then the next ones follow, as long as the bid is not below the ask.",
)


def order_words(outcome: Outcome) -> str:
    """Say in a line in which order the rule makes its pairs, or how it shares out the scarce side."""
    offered, wanted = outcome.book.offered_kwh, outcome.book.wanted_kwh
    short, long = ("buyers", "seller") if offered > wanted else ("sellers", "buyer")
    less, most = sorted((offered, wanted))
    match outcome.matching:
        case "pro-rata":
            return (
                f"The {short} are the short side, so every {long} may trade the same share of its order: "
                f"{less:.2f} / {most:.2f} = {less / most:.1%}. Then the pairs are made."
            )
        case "equal-share":
            return (
                f"The {short} are the short side, so every {long} may trade the same number of kWh, "
                "but no more than its own order. Then the pairs are made."
            )
    if outcome.rationed:
        return (
            "The rule first decides how much each home trades; then sellers and buyers are paired off as they stand in "
            "the list."
        )
    return _ORDERS.get(
        outcome.matching or outcome.rule, "These are the trades in the order in which the rule made them."
    )
