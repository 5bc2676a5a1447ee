"""One step of a market to try a rule on, and what the rule makes of it.

A book is what a rule sees of a step: net energy and limit price of each home, the two grid prices, its parameters and a
generator for lots. `play` calls the rule as `market.clearing.clear` does, but on memory that is watched on all sides:
what a rule changes, leaves unwritten or writes too far is seen.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jiran.errors import JiranError, PluginError, one_line
from jiran.market.book import OrderBook
from jiran.market.booking import FINE, NOBODY, TOO_MUCH, WORDS
from jiran.market.booking import book as booked
from jiran.market.clearing import Clearing
from jiran.market.orders import homes_with_order
from jiran.market.trade import TRADE
from jiran.nothing import NOTHING_KWH
from jiran.words import counted

if TYPE_CHECKING:
    from jiran.market.base import Mechanism

#: Records behind the room that a rule is given: they must stay as they were.
_GUARD = 8


@dataclass(frozen=True)
class Book(OrderBook):
    """An order book to try a rule on; the rule gets the homes of it that have an order.

    A home whose net energy is at most `NOTHING_KWH` on either side has none; it stays in the book, so that places of
    homes and numbers of orders differ, as they do in a run.

    Attributes:
        parameters: The rule's own parameters, complete.
        seed: Of the generator that a rule which draws lots is given.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    seed: int = 0

    @property
    def scale(self) -> float:
        """Money that the book is about, at least 1: rounding is measured against it.

        Sum of all energy, kWh, times the highest price by size: the largest amount that could change hands, in the
        currency. The lower bound keeps tolerances above rounding where the book holds next to nothing.
        """
        highest = np.abs([*self.limit_price, self.import_price, self.export_price]).max()
        return max(1.0, float(np.abs(self.net_kwh).sum() * highest))

    def lines(self) -> list[str]:
        """Return the book as a table: home, side, kWh, price.

        Returns:
            A header, one line a home (a home without an order has the side "-"), and a last line with grid prices,
            parameters and seed: enough to type the book in again, to six digits.
        """
        found = [f"{'home':>6}  {'side':<5}  {'kWh':>10}  {'limit price':>11}"]
        for home, (net, limit) in enumerate(zip(self.net_kwh, self.limit_price, strict=True)):
            side = "-" if abs(net) <= NOTHING_KWH else "sells" if net > 0.0 else "buys"
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
        fault: What is wrong with its trades, a code of `booking`; a run refuses what is not `FINE`.
        problem: The same in words, or "".
    """

    book: Book
    trades: NDArray[np.void]
    count: int
    error: str | None
    changed: tuple[str, ...]
    beyond: bool
    fault: int = FINE
    problem: str = ""

    @property
    def sound(self) -> bool:
        """Whether it wrote trades that a run accepts.

        What adds trades up (`cleared`) and what judges them (`promises`) asks this first.
        """
        return self.error is None and self.fault == FINE

    @cached_property
    def real(self) -> NDArray[np.void]:
        """The trades of more than nothing: those that count in a run.

        A rule may write trades of up to `NOTHING_KWH`; the kernel drops them, so no law is broken by them alone.
        """
        return self.trades[self.trades["kwh"] > NOTHING_KWH]

    @cached_property
    def cleared(self) -> Clearing:
        """The trades with what each home sells, buys, pays and gets; only of an outcome that is `sound`."""
        return Clearing.of(self.trades, self.book.homes)

    def lines(self) -> list[str]:
        """Return what the rule did, one line a trade.

        Returns:
            The error alone if it failed; else its trades in the order in which it wrote them, also those of next to
            nothing.
        """
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
    """Let a rule clear the orders of a book, as a run does.

    The rule runs as a run calls it, compiled unless it is declared as plain Python, so a fault that only the compiler
    brings out is found too. Whatever it raises, SystemExit among it, is its error and not ours.

    Args:
        rule: The rule.
        book: The book; the rule gets copies of its arrays, so it stays as it is.
        room: How many trades there is room for; default: one for each pair of homes. A rule that needs more must return
            how many it would have written, and write none beyond the room.
        fill: Byte that the memory for trades holds before: what a rule does not write must not matter.

    Returns:
        What it did; trades name homes by their place in the book, not by the number of their order.

    Raises:
        MechanismError: The rule does not compile.
    """
    clear = rule.clear
    homes = homes_with_order(book.net_kwh)
    room = book.homes**2 if room is None else room
    memory = np.frombuffer(bytearray([fill]) * (TRADE.itemsize * (room + _GUARD)), TRADE)
    given = book.net_kwh[homes], book.limit_price[homes], rule.numbers(book.parameters)
    kept = [array.tobytes() for array in given]
    net, limit, parameters = given
    count, error = 0, None
    rng = np.random.default_rng(book.seed)
    try:
        count = operator.index(
            clear(net, limit, book.import_price, book.export_price, parameters, rng, memory[:room].view(np.recarray))
        )
    except (Exception, SystemExit) as failure:  # noqa: BLE001  a rule may fail in any way
        error = _why(failure)
    if not 0 <= count <= book.homes**2:
        error = f"returned {count} trades, and there are {book.homes**2} pairs of homes"
    changed = [
        name
        for name, before, after in zip(("net_kwh", "limit_price", "parameters"), kept, given, strict=True)
        if before != after.tobytes()
    ]
    beyond = memory[room:].tobytes() != bytes([fill]) * (TRADE.itemsize * _GUARD)
    trades = memory[: 0 if error else min(count, room)].copy()
    wrong, problem = _wrong(trades, book, homes)
    for side in ("seller", "buyer"):  # numbers of orders become those of homes; a number that is none stays
        known = (trades[side] >= 0) & (trades[side] < homes.size)
        trades[side][known] = homes[trades[side][known]]
    return Outcome(book, trades, count, error, tuple(changed), beyond, wrong, problem)


def _why(failure: BaseException) -> str:
    """Return why a rule failed: its own sentence, or what another program's error says."""
    if isinstance(failure, PluginError):
        return failure.problem
    return f"failed: {failure if isinstance(failure, JiranError) else one_line(failure)}"


def _wrong(trades: NDArray[np.void], book: Book, homes: NDArray[np.int64]) -> tuple[int, str]:
    """Return what a run says of trades that name orders by their number, as a code and in words.

    Args:
        trades: Records of `TRADE`, each with numbers of orders, 0 the first.
        book: The book that they are of.
        homes: The home of each order, shape (order,).

    Returns:
        A code of `market.booking`, and a sentence without its stop; `FINE` and "" if a run would take the trades.
    """
    order_kwh, traded_kwh = book.net_kwh[homes], np.empty(homes.size)
    _, fault, order = booked(order_kwh, trades.copy().view(np.recarray), traded_kwh)
    if fault == FINE:
        return fault, ""
    home = "" if fault == NOBODY else f"home {homes[order]}"
    if fault == TOO_MUCH:
        verb, has = ("sells", "has") if order_kwh[order] > 0.0 else ("buys", "needs")
        return fault, f"{home} {verb} {abs(traded_kwh[order]):.6g} kWh and {has} {abs(order_kwh[order]):.6g} kWh"
    return fault, f"it {WORDS[fault].format(number=order, orders=counted(homes.size, 'order'), home=home)}"
