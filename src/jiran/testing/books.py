"""One step of a market to try a rule on, and what the rule makes of it."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jiran.errors import JiranError, one_line
from jiran.market.trade import TRADE

if TYPE_CHECKING:
    from jiran.market.base import Mechanism

Array = NDArray[np.float64]

#: Records behind the room that a rule is given: they must stay as they were.
_GUARD = 8


@dataclass(frozen=True)
class Book:
    """What a rule gets in one step.

    Attributes:
        net_kwh: Surplus (> 0, sells) or deficit (< 0, buys) of each home, kWh.
        limit_price: A buyer's highest and a seller's lowest price per kWh.
        import_price: What the grid takes for a kWh.
        export_price: What the grid gives for a kWh.
        parameters: The rule's own parameters, complete.
        seed: For rules that draw lots.
    """

    net_kwh: Array
    limit_price: Array
    import_price: float
    export_price: float
    parameters: dict[str, Any] = field(default_factory=dict)
    seed: int = 0

    @property
    def homes(self) -> int:
        """Number of homes."""
        return self.net_kwh.size

    @property
    def scale(self) -> float:
        """Money that the book is about, at least 1: rounding is measured against it."""
        highest = np.abs([*self.limit_price, self.import_price, self.export_price]).max()
        return max(1.0, float(np.abs(self.net_kwh).sum() * highest))

    def lines(self) -> list[str]:
        """Return the book as a table: home, side, kWh, price."""
        found = [f"{'home':>6}  {'side':<5}  {'kWh':>10}  {'limit price':>11}"]
        for home, (net, limit) in enumerate(zip(self.net_kwh, self.limit_price, strict=True)):
            side = "sells" if net > 0.0 else "buys" if net < 0.0 else "-"
            found.append(f"{home:>6}  {side:<5}  {abs(net):>10.6g}  {limit:>11.6g}")
        given = "".join(f", {name} = {value}" for name, value in self.parameters.items())
        found.append(
            f"  import price {self.import_price:g}, export price {self.export_price:g}{given}, seed {self.seed}"
        )
        return found


@dataclass(frozen=True)
class Outcome:
    """What a rule made of a book.

    Attributes:
        book: The book.
        trades: What it wrote, records of `TRADE`; empty if it failed.
        count: How many trades it said it wrote.
        error: Why it failed, or None.
        changed: Names of arguments that it changed in place.
        beyond: Whether it wrote behind the room that it had.
    """

    book: Book
    trades: NDArray[np.void]
    count: int
    error: str | None
    changed: tuple[str, ...]
    beyond: bool

    @cached_property
    def sound(self) -> bool:
        """Whether every trade is between two homes of the book, with finite numbers and no negative energy."""
        return self.error is None and not any(self.unsound(trade) for trade in self.trades)

    def unsound(self, trade: np.void) -> str | None:
        """Return what is wrong with a trade by itself, or None."""
        homes, seller, buyer = self.book.homes, trade["seller"], trade["buyer"]
        if not (0 <= seller < homes and 0 <= buyer < homes):
            return f"home {seller if not 0 <= seller < homes else buyer} is not one of the {homes}"
        if seller == buyer:
            return f"home {seller} trades with itself"
        if not trade["kwh"] >= 0.0 or not np.isfinite(trade["kwh"]):
            return f"{trade['kwh']} kWh are traded"
        if not (np.isfinite(trade["buyer_price"]) and np.isfinite(trade["seller_price"])):
            return f"a price is {trade['buyer_price']} for the buyer and {trade['seller_price']} for the seller"
        return None

    def total(self, side: str, per_kwh: Array | float = 1.0) -> Array:
        """Return the energy that each home trades on a side, kWh, or money if there is an amount per kWh."""
        weight = self.trades["kwh"] * per_kwh
        return np.bincount(self.trades[side], weight, minlength=self.book.homes).astype(np.float64)

    def gain(self, home: int, value: float) -> float:
        """Return what trading is worth to a home that values a kWh so much."""
        bought, sold = self.trades["buyer"] == home, self.trades["seller"] == home
        buys = self.trades["kwh"] * (value - self.trades["buyer_price"])
        sells = self.trades["kwh"] * (self.trades["seller_price"] - value)
        return float(buys[bought].sum() + sells[sold].sum())

    def lines(self) -> list[str]:
        """Return what the rule did, one line a trade."""
        if self.error is not None:
            return [f"  The rule {self.error}"]
        if not self.trades.size:
            return ["  The rule traded nothing."]
        return ["  The rule traded:"] + [
            f"    home {trade['seller']} to home {trade['buyer']}: {trade['kwh']:.6g} kWh, the buyer pays "
            f"{trade['buyer_price']:.6g}, the seller gets {trade['seller_price']:.6g}"
            for trade in self.trades
        ]


def play(rule: Mechanism, book: Book, *, room: int | None = None, fill: int = 0) -> Outcome:
    """Let a rule clear a book.

    Args:
        rule: The rule.
        book: The book.
        room: How many trades there is room for; default: one for each pair of homes.
        fill: Byte that the memory for trades holds before: what a rule does not write must not matter.

    Raises:
        MechanismError: The rule does not compile.
    """
    clear = rule.clear
    room = book.homes**2 if room is None else room
    memory = np.frombuffer(bytearray([fill]) * (TRADE.itemsize * (room + _GUARD)), TRADE)
    given = book.net_kwh.copy(), book.limit_price.copy(), rule.numbers(book.parameters)
    kept = [array.tobytes() for array in given]
    net, limit, parameters = given
    count, error = 0, None
    rng = np.random.default_rng(book.seed)
    try:
        count = operator.index(
            clear(net, limit, book.import_price, book.export_price, parameters, rng, memory[:room].view(np.recarray))
        )
    except Exception as fault:  # noqa: BLE001  a rule may fail in any way
        error = f"failed: {str(fault) if isinstance(fault, JiranError) else one_line(fault)}"
    if not 0 <= count <= book.homes**2:
        error = f"returned {count} trades, and there are {book.homes**2} pairs of homes"
    changed = [
        name
        for name, before, after in zip(("net_kwh", "limit_price", "parameters"), kept, given, strict=True)
        if before != after.tobytes()
    ]
    beyond = memory[room:].tobytes() != bytes([fill]) * (TRADE.itemsize * _GUARD)
    trades = memory[: 0 if error else min(count, room)]
    return Outcome(book, trades, count, error, tuple(changed), beyond)
