"""A day of trades as exact records: whole millionths of a kWh and of the currency, and closing lines that end at zero.

Each kind of record is declared once, in `FIELDS`. All carry the day's market and run, and their own place `n` in the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, NamedTuple

from jiran.errors import JiranError
from jiran.ledger.canonical import LARGEST

Record = dict[str, Any]

#: Millionths in one.
MILLION = 1_000_000

_AMOUNTS = {"kwh_millionths": int, "paid_millionths": int, "received_millionths": int}
_SUMS = dict.fromkeys(
    ("trades", "bought_kwh_millionths", "sold_kwh_millionths", "owes_millionths", "earns_millionths"), int
)
_ALL = {"v": int, "kind": str, "market": str, "run": int, "n": int}

#: The fields of each kind of record and their types, in the order in which kinds stand in a day. A run above 0 adds `replaces`.
FIELDS: dict[str, dict[str, type]] = {
    "trade": _ALL | {"step": str, "minutes": int, "seller": str, "buyer": str} | _AMOUNTS,
    "total": _ALL | {"day": str, "home": str} | _SUMS,
    "charges": _ALL | {"day": str} | _AMOUNTS,
    "rounding": _ALL | {"day": str} | _AMOUNTS,
}


class Trade(NamedTuple):
    """One trade of a settled run.

    Attributes:
        step: Start of its step by the clock on the wall, with the offset from UTC: `2026-03-21T07:00:00+08:00`.
        seller: Home.
        buyer: Home.
        kwh: Energy.
        paid: By the buyer, in the currency.
        received: By the seller; the rest went to network and market.
    """

    step: str
    seller: str
    buyer: str
    kwh: float
    paid: float
    received: float


@dataclass(frozen=True)
class Day:
    """What is to become a day of the ledger.

    Attributes:
        market: Name of the run's scenario.
        currency: Of its amounts.
        day: Date by the clock on the wall, `2026-03-21`.
        minutes: Length of a step, min.
        homes: All homes, also those that did not trade.
        trades: In the order of the run.
    """

    market: str
    currency: str
    day: str
    minutes: int
    homes: tuple[str, ...]
    trades: tuple[Trade, ...]


def millionths(amount: float) -> int:
    """Return an amount as a whole number of millionths, a half to the even one.

    Raises:
        JiranError: It is above 9 thousand millions, which no reader of JSON keeps exactly.

    Example:
        >>> millionths(3.4720004), millionths(-0.0000015)
        (3472000, -2)
    """
    scaled = amount * MILLION
    if not abs(scaled) <= LARGEST:
        raise JiranError(f"{amount}: an amount in the ledger must be a number below {LARGEST / MILLION:,.0f}")
    return round(scaled)


def day_records(day: Day, run: int = 0, replaces: str = "") -> list[Record]:
    """Return the records of a day: its trades, what they come to for each home, and what closes the day.

    Over trades, `charges` and `rounding`, what is paid is what is received, to the last millionth; and each sum is the
    exact sum of the run, rounded once.

    Args:
        day: The day.
        run: 0, or which correction this is.
        replaces: Hash of the head of the run that it corrects.
    """
    trades = [
        {"kind": "trade", "step": one.step, "minutes": day.minutes, "seller": one.seller, "buyer": one.buyer}
        | _amounts(millionths(one.kwh), millionths(one.paid), millionths(one.received))
        for one in day.trades
    ]
    closing = [one | {"day": day.day} for one in totals(day.homes, trades)] + _closing(day, trades)
    shared = {"v": 1, "market": day.market, "run": run} | ({"replaces": replaces} if run else {})
    return [shared | record | {"n": n} for n, record in enumerate(trades + closing)]


def totals(homes: Iterable[str], trades: Iterable[Record]) -> list[Record]:
    """Return what a day's trades come to for each home: what it owes for what it bought, earns for what it sold.

    Raises:
        KeyError: A home of a trade is not among the homes.
    """
    nothing = dict.fromkeys(_SUMS, 0)
    found: dict[str, Record] = {home: {"kind": "total", "home": home} | nothing for home in homes}
    for trade in trades:
        buyer, seller = found[trade["buyer"]], found[trade["seller"]]
        buyer["trades"] += 1
        seller["trades"] += 1
        buyer["bought_kwh_millionths"] += trade["kwh_millionths"]
        buyer["owes_millionths"] += trade["paid_millionths"]
        seller["sold_kwh_millionths"] += trade["kwh_millionths"]
        seller["earns_millionths"] += trade["received_millionths"]
    return list(found.values())


def added(records: Iterable[Record], field: str) -> int:
    """Return the sum of a field over records."""
    return sum(record[field] for record in records)


def _closing(day: Day, trades: Sequence[Record]) -> list[Record]:
    """Return what network and market kept of the day, if anything, and what rounding each trade by itself left over."""
    kwh = millionths(fsum(trade.kwh for trade in day.trades))
    paid = millionths(fsum(trade.paid for trade in day.trades))
    received = millionths(fsum(trade.received for trade in day.trades))
    charges = {"kind": "charges", "day": day.day} | _amounts(0, 0, paid - received)
    rounding = {"kind": "rounding", "day": day.day} | _amounts(
        kwh - added(trades, "kwh_millionths"),
        paid - added(trades, "paid_millionths"),
        received - added(trades, "received_millionths"),
    )
    return [rounding] if paid == received else [charges, rounding]


def _amounts(kwh: int, paid: int, received: int) -> Record:
    return dict(zip(_AMOUNTS, (kwh, paid, received), strict=True))
