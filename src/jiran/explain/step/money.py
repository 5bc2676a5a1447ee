"""One step of the market in money, in words: a trade, who gained how much, and what became of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.engine.flows import FLOWS, traded_kwh
from jiran.explain.step.outcome import energy, same
from jiran.explain.step.run_step import in_and_out
from jiran.nothing import LAST_DIGITS, NOTHING_KWH, NOTHING_MONEY
from jiran.sentences import form
from jiran.words import amount, listed, percent, price

if TYPE_CHECKING:
    from jiran.explain.step.outcome import Outcome
    from jiran.explain.step.run_step import RunStep
    from jiran.sentences import Figures


def _trade_words(figures: Figures) -> str:
    seller, buyer = figures["seller"], figures["buyer"]
    deal = f"{seller} sells {energy(figures['kwh'], figures['digits'])} to {buyer}"
    if same(figures["buyer_price"], figures["seller_price"]):
        deal += f" at {price(figures['buyer_price'])}"
    else:
        deal += f"; {buyer} pays {price(figures['buyer_price'])}, {seller} gets {price(figures['seller_price'])}"
    limits = f"{buyer} would have paid up to {price(figures['bid'])}, {seller} asked {price(figures['ask'])}"
    return f"Trade {figures['number']}: {deal}. {limits}."


@form("step.trade", _trade_words)
def trade(outcome: Outcome, number: int) -> Figures | None:
    """True of each trade, counted from 0: who, how much, at what price, and what both would have accepted.

    Args:
        outcome: The cleared book.
        number: Of the trade, in the order made.

    Returns:
        number: The same from 1.
        seller: Name of the home that sells.
        buyer: Name of the home that buys.
        kwh: Energy, kWh.
        buyer_price: Per kWh, without network charge.
        seller_price: Per kWh.
        bid: The buyer's limit.
        ask: The seller's limit.
        digits: Digits of energy in this book.
    """
    one, book = outcome.pairs[number], outcome.book
    return {
        "number": number + 1,
        "seller": book.names[one.seller],
        "buyer": book.names[one.buyer],
        "kwh": one.kwh,
        "buyer_price": one.buyer_price,
        "seller_price": one.seller_price,
        "bid": float(book.limit_price[one.buyer]),
        "ask": float(book.limit_price[one.seller]),
        "digits": outcome.digits,
    }


#: Amounts of an hour, as the figures of a sentence name them.
_AMOUNTS = ("paid", "got", "possible", "worth", "homes", "kept")


def _sum(figures: Figures, value: float) -> str:
    """Return an amount with its currency, if the book has one, and with the digits of those beside it."""
    return amount(value, figures["currency"], [figures[name] for name in _AMOUNTS if name in figures])


def _account_words(figures: Figures) -> str:
    paid, got, kept = figures["paid"], figures["got"], figures["kept"]
    if not kept:
        return f"Buyers pay what sellers get, {_sum(figures, paid)}."
    kind = "a surplus" if kept > 0.0 else "a deficit"
    if figures["later"]:
        where = "which the market account evens out when the billing period ends"
    else:
        where = "which the market account keeps" if kept > 0.0 else "which must come from outside"
    return f"Buyers pay {_sum(figures, paid)}, sellers get {_sum(figures, got)}: {kind} of {_sum(figures, abs(kept))}, {where}."


@form("step.account", _account_words)
def account(outcome: Outcome) -> Figures | None:
    """True where something is traded: what buyers pay for it, what sellers get, and where the difference goes.

    Returns:
        paid: What buyers pay, without network charge.
        got: What sellers get.
        kept: The difference, 0 for rounding; below 0 it comes from outside.
        later: Whether prices are set at the end of a billing period.
        currency: Of the book, or "".
    """
    if not outcome.kwh:
        return None
    return {
        "paid": float(outcome.trades.paid.sum()),
        "got": float(outcome.trades.received.sum()),
        "kept": outcome.account,
        "later": _later(outcome),
        "currency": outcome.book.currency,
    }


def _later(outcome: Outcome) -> bool:
    """Tell whether these are trades of a run whose rule sets its prices at the end of a billing period."""
    return outcome.seed is None and outcome.mechanism.reprice is not None


def _gain_words(figures: Figures) -> str:
    possible, worth = figures["possible"], figures["worth"]
    if not possible:
        start = "No trade could gain anything by these bids and asks"
    else:
        start = f"These bids and asks allow a gain of {_sum(figures, possible)}"
    if not figures["kwh"]:
        return f"{start}; nothing is traded." if not possible else f"{start}, and nothing of it is made."
    if worth < 0.0:
        made = f"the trades lose {_sum(figures, -worth)}, for kWh go to homes to which they are worth less than to those who give them"
    elif not worth:
        made = "the trades gain nothing"
    elif not possible:
        made = f"the trades gain {_sum(figures, worth)}"
    else:
        made = f"the trades make {_sum(figures, worth)} of it, {_percent(worth / possible)}"
    return f"{start}; {made}. {_who_has_it(figures)}"


def _percent(share: float) -> str:
    """Return a share as a percentage; what is not all is not written as all, and what is something not as nothing."""
    text = percent(share)
    return percent(share, 2) if (text == "100%" and not same(share, 1.0)) or (text == "0%" and share) else text


def _who_has_it(figures: Figures) -> str:
    """Say what of the worth of the trades homes and market have."""
    worth, homes, kept = figures["worth"], figures["homes"], figures["kept"]
    if not kept and worth:
        return f"The homes have all of this {'gain' if worth > 0.0 else 'loss'}; nothing stays with the market."
    if not kept:
        return "Some homes gain what others lose." if figures["move"] == "both" else "No home gains and none loses."
    have = (
        f"{'gain' if homes > 0.0 else 'lose'} {_sum(figures, abs(homes))} together"
        if homes
        else "gain nothing together"
    )
    left = _sum(figures, abs(kept))
    if figures["later"]:
        return (
            f"Until the billing period ends the homes {have}, and the market {'has' if kept > 0.0 else 'lacks'} {left}."
        )
    if kept > 0.0:
        return f"The homes {have}, and the market keeps {left}."
    return f"The homes {have}, and {left} comes from outside."


@form("step.gain", _gain_words)
def gain(outcome: Outcome) -> Figures | None:
    """True where there are sellers and buyers: what trades could gain by the limits, what they do, and who has it.

    What the trades are worth is what the homes gain, each by its own limit, and what the market keeps.

    Returns:
        possible: The highest welfare by these limits, an amount.
        worth: That of the trades, below 0 where they destroy it.
        homes: What the homes have of it.
        kept: What the market has of it.
        kwh: Energy traded, kWh.
        move: "both" where some gain and some lose.
        later: Whether prices are set at the end of a billing period.
        currency: Of the book, or "".
    """
    if not min(outcome.book.sellers.size, outcome.book.buyers.size):
        return None
    scale = NOTHING_MONEY + LAST_DIGITS * float(abs(outcome.trades.kwh * outcome.trades.buyer_price).sum())

    def some(value: float) -> float:
        return 0.0 if abs(value) <= scale else float(value)

    return {
        "possible": some(outcome.best.welfare),
        "worth": some(outcome.welfare),
        "homes": some(float(outcome.gains.sum())),
        "kept": outcome.account,
        "kwh": outcome.kwh,
        "move": "both" if (outcome.gains > scale).any() and (outcome.gains < -scale).any() else "one",
        "later": _later(outcome),
        "currency": outcome.book.currency,
    }


def _rest_words(figures: Figures) -> str:
    words = []
    for name, what, verb in (("left", "found no buyer", "went"), ("missing", "were still missing", "came")):
        parts = figures[name]
        each = [
            f"{energy(value, 2)} {verb if not place else ''} {where}".replace("  ", " ")
            for place, (where, value) in enumerate(parts.items())
        ]
        if len(parts) == 1:
            words.append(f"{energy(sum(parts.values()), 2)} {what} and {verb} {next(iter(parts))}.")
        elif parts:
            words.append(f"{energy(sum(parts.values()), 2)} {what}: {listed(each)}.")
    return " ".join(words) or "Nothing was left over, and nothing was missing."


@form("step.rest", _rest_words)
def rest(flow: dict[str, float]) -> Figures | None:
    """True of every step: where surplus went that nobody bought, and where missing energy came from.

    Args:
        flow: The flows of all homes in the step by name, kWh.

    Returns:
        left: Where surplus went, and kWh.
        missing: Where energy came from, and kWh; flows of nothing are not there.
    """

    def flowing(**parts: str) -> dict[str, float]:
        return {place: flow[name] for name, place in parts.items() if flow[name] > NOTHING_KWH}

    return {
        "left": flowing(
            battery_charged_kwh="into the battery",
            grid_export_kwh="to the grid",
            curtailed_kwh="nowhere, as the street may give no more",
        ),
        "missing": flowing(battery_drawn_kwh="from the battery", grid_import_kwh="from the grid"),
    }


#: Of those who can have money in a step, whom sentences call by another name.
_NAMES = {"battery": "battery fund"}


def _money_words(figures: Figures) -> str:
    moved = figures["moved"]
    if not moved:
        return "Money: only neighbours paid each other." if figures["traded"] else "Money: nobody paid anybody."
    shares = [
        f"{name} {'+' if got > 0 else '−'}{amount(abs(got), beside=moved.values())}" for name, got in moved.items()
    ]
    return f"Money, {figures['currency']}: {', '.join(shares)}."


@form("step.money", _money_words)
def money(step: RunStep, currency: str) -> Figures | None:
    """True of every step: who ended it with how much money, above 0 more than before.

    Args:
        step: The step, taken apart.
        currency: Of the run.

    Returns:
        moved: Who has more (> 0) or less than before, an amount; who is even is not there.
        traded: Whether neighbours traded.
        currency: Of the run.
    """
    return {
        "moved": {_NAMES.get(name, name): got for name, got in step.money.items() if abs(got) > NOTHING_MONEY},
        "traded": traded_kwh(step.energy) > NOTHING_KWH,
        "currency": currency,
    }


def _even_words(figures: Figures) -> str:
    left_out = f", {energy(figures['left_out_kwh'], 2)} of it left out by roofs" if figures["left_out_kwh"] else ""
    return (
        f"Energy: {energy(figures['in_kwh'], 2)} came in, and as much went out{left_out}: no kWh is lost. "
        "Money: what all paid and got adds up to zero."
    )


@form("step.even", _even_words)
def even(step: RunStep) -> Figures | None:
    """True where what came in is what went out, and the money of all sums to zero.

    It is worked out from the parts that are shown, not from the check that every run makes, so it proves the picture
    too.

    Returns:
        in_kwh: What came in, kWh.
        left_out_kwh: What of it roofs left out, where they are known; 0 if that is nothing.
    """
    parts = in_and_out(step)
    came, went = (sum(part.kwh for part in parts if part.side == side) for side in (0, 1))
    off = abs(sum(step.money.values()))
    turnover = sum(map(abs, step.money.values()))
    if not same(came, went) or off > NOTHING_MONEY + LAST_DIGITS * turnover:
        return None
    left_out = sum(part.kwh for part in parts if part.name == FLOWS["curtailed_kwh"].street)
    return {"in_kwh": came, "left_out_kwh": left_out if left_out > NOTHING_KWH else 0.0}
