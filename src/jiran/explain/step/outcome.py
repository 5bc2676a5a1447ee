"""What a market rule made of an order book: trades in the order they were made, prices, and who gained how much."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jiran.explain.step.book import Book, book_of_step
from jiran.explain.step.run_step import trades_of
from jiran.market import Clearing, clear, find
from jiran.market.book import Array
from jiran.market.merit import merit_trades
from jiran.market.pairing import Cleared, Pairing
from jiran.market.welfare import Best, efficiency, highest_welfare, surplus, welfare
from jiran.nothing import LAST_DIGITS, NOTHING_KWH, NOTHING_MONEY, RESIDUE

if TYPE_CHECKING:
    from jiran.market import Mechanism
    from jiran.result.result import Result
    from jiran.watching import Progress

#: Digits after the point that show the least energy that is something.
_MOST_DIGITS = 9


class Pair(NamedTuple):
    """One trade, with what its two homes could trade before and after it; prices without the network charge.

    Attributes:
        seller: Number of the home.
        buyer: Number of the home.
        kwh: Energy, kWh.
        buyer_price: Per kWh.
        seller_price: Per kWh.
        offered_kwh: What the seller could still sell before, kWh.
        wanted_kwh: What the buyer could still buy before, kWh.
    """

    seller: int
    buyer: int
    kwh: float
    buyer_price: float
    seller_price: float
    offered_kwh: float
    wanted_kwh: float

    @property
    def offered_left_kwh(self) -> float:
        """What the seller still has to sell."""
        return _left(self.offered_kwh, self.kwh)

    @property
    def wanted_left_kwh(self) -> float:
        """What the buyer still needs."""
        return _left(self.wanted_kwh, self.kwh)


@dataclass(frozen=True)
class Outcome:
    """A book, the rule that cleared it, and the trades.

    Attributes:
        book: The orders.
        rule: Name of the rule, or the path of a file with one.
        parameters: Its parameters, complete.
        trades: What it traded; prices without the network charge.
        seed: Of the rule's draws; None if they are the run's own.
    """

    book: Book
    rule: str
    trades: Clearing
    parameters: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None

    @property
    def rule_name(self) -> str:
        """The rule's name; of a file with a rule, the file's."""
        return PurePath(self.rule).name

    @property
    def kwh(self) -> float:
        """Energy traded, kWh."""
        return float(self.trades.kwh.sum())

    @cached_property
    def traded_kwh(self) -> Array:
        """What each home traded, kWh >= 0, shape (home,)."""
        return self.trades.traded

    @cached_property
    def prices(self) -> Array:
        """What each home paid, or got, for a kWh on average; NaN for homes that did not trade.

        Shape (home,), weighted by energy, without the network charge.
        """
        money = np.where(self.book.net_kwh > 0.0, self.trades.received, self.trades.paid)
        with np.errstate(invalid="ignore", divide="ignore"):
            prices: Array = np.where(self.traded_kwh > 0.0, money / self.traded_kwh, np.nan)
        return prices

    @cached_property
    def one_price(self) -> float | None:
        """The price of all trades, if there is one.

        None if buyers and sellers, or any two trades, differ.
        """
        both = np.concatenate([self.trades.buyer_price, self.trades.seller_price])
        if not both.size or not same(float(both.min()), float(both.max())):
            return None
        return float(both[0])

    @cached_property
    def gains(self) -> Array:
        """What each home gained against its own limit price, shape (home,).

        In money: kWh times the distance of price and limit; below 0 beyond the limit.
        """
        return self.trades.gains(self.book.limit_price)

    @cached_property
    def grid_gains(self) -> Array:
        """What each home gained against the grid, network charge paid, shape (home,)."""
        book = self.book
        buys = book.import_price - book.network_charge
        return self.trades.gains(np.where(book.net_kwh < 0.0, buys, book.export_price))

    @property
    def account(self) -> float:
        """What buyers paid above what sellers got: the market account; 0 if it is nothing.

        In money; below 0 sellers got more than buyers paid.
        """
        kept = surplus(self.trades)
        turnover = float(np.abs(self.trades.paid).sum() + np.abs(self.trades.received).sum())
        return 0.0 if abs(kept) <= NOTHING_MONEY + LAST_DIGITS * turnover else kept

    @cached_property
    def best(self) -> Best:
        """The highest gain that any rule could reach, by limit prices."""
        return highest_welfare(self.book.net_kwh, self.book.limit_price)

    @cached_property
    def welfare(self) -> float:
        """What all gained together, by limit prices, whoever got it."""
        return welfare(self.trades, self.book.limit_price)

    @cached_property
    def efficiency(self) -> float | None:
        """The share of the highest gain that was reached; None if there was nothing to gain.

        0..1, below 0 where trades destroy welfare.
        """
        return efficiency(self.trades, self.book.net_kwh, self.book.limit_price)

    @cached_property
    def mechanism(self) -> Mechanism:
        """The rule itself, with what it declares."""
        return find(self.rule)

    @cached_property
    def pairing(self) -> Pairing:
        """How the rule made these pairs."""
        cleared = Cleared(self.book.net_kwh, self.book.limit_price, self.traded_kwh, self.parameters)
        return self.mechanism.pairing_of(cleared)

    @property
    def by_chance(self) -> bool:
        """Whether another draw could give other trades."""
        return self.mechanism.by_chance(int(np.count_nonzero(self.book.net_kwh)), self.parameters)

    @cached_property
    def pairs(self) -> list[Pair]:
        """The trades in the order made, with what seller and buyer could trade before and after each."""
        left = self.traded_kwh.copy() if self.pairing.afterwards else np.abs(self.book.net_kwh)
        pairs = []
        columns = (self.trades.seller, self.trades.buyer, self.trades.kwh, self.trades.buyer_price)
        for seller, buyer, kwh, paid, got in zip(*columns, self.trades.seller_price, strict=True):
            pair = Pair(
                int(seller), int(buyer), float(kwh), float(paid), float(got), float(left[seller]), float(left[buyer])
            )
            left[seller], left[buyer] = pair.offered_left_kwh, pair.wanted_left_kwh
            pairs.append(pair)
        return pairs

    @cached_property
    def digits(self) -> int:
        """The fewest digits that tell the orders and trades of the book apart."""
        amounts = np.concatenate([np.abs(self.book.net_kwh), self.trades.kwh])
        largest = float(amounts.max()) if amounts.size else 1.0
        most = 2 if largest >= 1.0 else 3 if largest >= 0.1 else 4
        exact = (
            digits for digits in range(most) if np.abs(amounts - amounts.round(digits)).max(initial=0.0) < NOTHING_KWH
        )
        return next(exact, most)

    @cached_property
    def column_digits(self) -> int:
        """The digits of a column of orders or trades: `digits`, or as many as the smallest takes to be more than zero."""
        amounts = np.concatenate([np.abs(self.book.net_kwh), self.trades.kwh, self.traded_kwh])
        return _digits_of(float(amounts[amounts > NOTHING_KWH].min(initial=1.0)), self.digits)

    def energy(self, kwh: float) -> str:
        """Return an amount of energy with the digits of this book.

        Args:
            kwh: Any amount, also one below 0.
        """
        return energy(kwh, self.digits)

    def traded_beyond_limit(self, home: int) -> float:
        """Return by how much a home's price is worse than its own limit, 0 if it is not.

        Args:
            home: Its number.

        Returns:
            Per kWh, on average over its trades.
        """
        if not self.traded_kwh[home] > 0.0 or same(float(self.prices[home]), float(self.book.limit_price[home])):
            return 0.0
        return max(0.0, -float(self.gains[home]) / float(self.traded_kwh[home]))

    def trades_of(self, home: int) -> list[Pair]:
        """Return the trades of a home."""
        return [pair for pair in self.pairs if home in (pair.seller, pair.buyer)]


def same(one: float, other: float) -> bool:
    """Tell whether two prices, or two amounts of energy, are the same but for the last digits.

    Example:
        >>> same(0.3, 0.1 + 0.2), same(0.3, 0.3001)
        (True, False)
    """
    return math.isclose(one, other, rel_tol=LAST_DIGITS, abs_tol=NOTHING_KWH)


def energy(kwh: float, digits: int) -> str:
    """Return an amount of energy with so many digits, or as many as it takes to be more than zero.

    Example:
        >>> energy(1.25, 1), energy(0.0004, 2), energy(0.0, 0)
        ('1.2 kWh', '0.0004 kWh', '0 kWh')
    """
    return f"{kwh:,.{_digits_of(abs(kwh), digits)}f} kWh"


def _digits_of(kwh: float, digits: int) -> int:
    """Return so many digits, or as many as an amount takes to be more than zero."""
    while digits < _MOST_DIGITS and NOTHING_KWH < kwh < 0.5 * 10.0**-digits:
        digits += 1
    return digits


def clear_book(
    book: Book, rule: str, parameters: dict[str, Any], seed: int = 0, progress: Progress | None = None
) -> Outcome:
    """Clear a book with a rule.

    Args:
        book: The orders.
        rule: Name of the rule, or the path of a file with one.
        parameters: The rule's own, complete.
        seed: Of its draws.
        progress: Is called with the share that is done; an exception that it raises stops the clearing.

    Returns:
        The trades of the rule's own draw with this seed; the same book, rule and seed give the same.

    Raises:
        JiranError: The rule cannot clear this book.
    """
    trades = clear(
        book.net_kwh,
        rule,
        import_price=book.import_price,
        export_price=book.export_price,
        limit_price=book.limit_price,
        seed=seed,
        progress=progress,
        **parameters,
    )
    return Outcome(book, rule, trades, parameters, seed)


def outcome_of_run(result: Result, step: int) -> Outcome:
    """Return a step of a run as the run's own rule cleared it.

    Args:
        result: The run.
        step: Which step, from 0.
    """
    book, trades = book_of_step(result, step), trades_of(result, step)
    # A run's prices hold the network charge; without it a price of 0 stays 0 in spite of rounding.
    price = trades["buyer_price"] - book.network_charge
    price[np.abs(price) <= RESIDUE * book.network_charge] = 0.0
    trades = trades.copy()
    trades["buyer_price"] = price
    market = result.scenario.market
    return Outcome(book, market.mechanism, Clearing.of(trades, book.homes), dict(market.parameters))


def marginal_pair(book: Book) -> tuple[int, int] | None:
    """Return seller and buyer of the last trade worth making in the order of prices, or None if there is none.

    Walking down bids and up asks, it is where the two curves cross (merit order).
    """
    walk = merit_trades(book.net_kwh, book.limit_price)
    return (int(walk["seller"][-1]), int(walk["buyer"][-1])) if walk.size else None


def crossing(book: Book) -> tuple[float, float] | None:
    """Return energy and price at which supply meets demand, or None if no bid reaches an ask.

    Where many prices would do, it is the middle of them.

    kWh, and a price per kWh.
    """
    found = crossing_prices(book)
    return None if found is None else (found[0], (found[1] + found[2]) / 2.0)


def crossing_prices(book: Book) -> tuple[float, float, float] | None:
    """Return the energy at which supply meets demand, and the lowest and highest price that do it; None without.

    Any price between the two clears the market, which is what a uniform price may choose from.
    """
    walk = merit_trades(book.net_kwh, book.limit_price)
    if not walk.size:
        return None
    limit, open_kwh = book.limit_price, np.abs(book.net_kwh) - Clearing.of(walk, book.homes).traded
    left = open_kwh > NOTHING_KWH + LAST_DIGITS * np.abs(book.net_kwh)
    unsold, unmet = (side[left[side]] for side in (book.sellers, book.buyers))
    # No lower than what a seller that sells asks and a buyer that wants more bids; and the mirror image.
    low = max([limit[walk["seller"][-1]], *limit[unmet[:1]]])
    high = min([limit[walk["buyer"][-1]], *limit[unsold[:1]]])
    return float(walk["kwh"].sum()), float(low), float(high)


def _left(of_kwh: float, kwh: float) -> float:
    """Return what is left of an amount, kWh; a rest of rounding is 0."""
    return 0.0 if same(of_kwh, kwh) else of_kwh - kwh
