"""One home's side of a cleared book, and words that the explanations of several rules share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jiran.app.outcome import ROUNDING, marginal_pair
from jiran.app.showing import plain
from jiran.words import price

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiran.app.book import Book
    from jiran.app.outcome import Outcome, Pair

#: Of more homes only this many are named.
_MOST_NAMES = 3


@dataclass(frozen=True)
class Case:
    """A home with an order, in a cleared book."""

    outcome: Outcome
    home: int

    @property
    def book(self) -> Book:
        """The orders."""
        return self.outcome.book

    @property
    def sells(self) -> bool:
        """Whether the home sells; else it buys."""
        return bool(self.book.net_kwh[self.home] > 0.0)

    @property
    def name(self) -> str:
        """The home as Markdown shows it."""
        return self.named(self.home)

    @property
    def order_kwh(self) -> float:
        """What the home has to sell, or needs."""
        return float(abs(self.book.net_kwh[self.home]))

    @property
    def kwh(self) -> float:
        """What the home traded."""
        return float(self.outcome.traded_kwh[self.home])

    @property
    def price(self) -> float:
        """What it paid, or got, for a kWh on average."""
        return float(self.outcome.prices[self.home])

    @property
    def limit(self) -> float:
        """Its ask, or its bid."""
        return float(self.book.limit_price[self.home])

    @property
    def order(self) -> str:
        """What its limit price is called."""
        return "ask" if self.sells else "bid"

    @property
    def others(self) -> str:
        """What the other side is called."""
        return "buyers" if self.sells else "sellers"

    @property
    def own_side(self) -> str:
        """What its own side is called."""
        return "sellers" if self.sells else "buyers"

    @property
    def pairs(self) -> list[Pair]:
        """Its trades."""
        return self.outcome.trades_of(self.home)

    @property
    def in_part(self) -> bool:
        """Whether it traded some of its order, but not all."""
        return ROUNDING < self.kwh < self.order_kwh - ROUNDING

    def named(self, home: int) -> str:
        """Return a home's name as Markdown shows it."""
        return plain(self.book.names[home])

    def limit_of(self, home: int) -> str:
        """Return a home's limit as text."""
        return price(self.book.limit_price[home])

    def energy(self, kwh: float) -> str:
        """Return energy with the digits of the book."""
        return self.outcome.energy(kwh)

    def accepts(self, at: float) -> bool:
        """Tell whether a price is no worse than the home's limit."""
        return at >= self.limit if self.sells else at <= self.limit


def listed(parts: Iterable[str]) -> str:
    """Return parts as a list in words; of many only the first.

    Example:
        >>> listed(["A", "B"]), listed("ABCDE")
        ('A and B', 'A, B, C and 2 more')
    """
    every = list(parts)
    if len(every) > _MOST_NAMES:
        every = [*every[:_MOST_NAMES], f"{len(every) - _MOST_NAMES} more"]
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"


def marginal(case: Case) -> tuple[int, int]:
    """Return seller and buyer of the last trade worth making; (-1, -1) if no bid reaches an ask."""
    return marginal_pair(case.book) or (-1, -1)


def no_pair(case: Case) -> str:
    """Say that no bid reaches an ask."""
    book = case.book
    return (
        f"No bid reaches an ask: the highest bid is {price(book.limit_price[book.buyers[0]])}, "
        f"the lowest ask {price(book.limit_price[book.sellers[0]])}."
    )


def refused(case: Case, at: float) -> str:
    """Say that a home stays out because of its own limit."""
    return (
        f"{case.name} asks at least {price(case.limit)}, more than {price(at)}: it stays out."
        if case.sells
        else f"{case.name} bids at most {price(case.limit)}, less than {price(at)}: it stays out."
    )


def left_behind(case: Case) -> str:
    """Say why a home that stands too far back in the order of prices trades nothing."""
    book = case.book
    other = book.buyers if case.sells else book.sellers
    open_kwh = np.abs(book.net_kwh[other]) - case.outcome.traded_kwh[other]
    still = other[open_kwh > ROUNDING]
    if not still.size or case.accepts(float(book.limit_price[still[0]])):
        better = "ask less" if case.sells else "bid more"
        return (
            f"The {case.others} are served by {case.own_side} who {better}, or the same and stand earlier in the list: "
            f"none was left for {case.name}."
        )
    best = f"{case.named(still[0])}'s {case.limit_of(still[0])}"
    return (
        f"The highest bid that is left is {best}, below {case.name}'s ask of {price(case.limit)}."
        if case.sells
        else f"The lowest ask that is left is {best}, above {case.name}'s bid of {price(case.limit)}."
    )


def last_in_line(case: Case) -> list[str]:
    """Say why the last one in the order of prices is served in part."""
    if not case.in_part:
        return []
    return [
        (
            f"It is the last of the {case.own_side} that fits, so it trades only what is left: "
            f"{case.energy(case.kwh)} of {case.energy(case.order_kwh)}."
        )
    ]


def scarcity(case: Case, offered_kwh: float, wanted_kwh: float) -> list[str]:
    """Say how the longer side shares out what the shorter has."""
    longer = offered_kwh > wanted_kwh if case.sells else wanted_kwh > offered_kwh
    if not longer or min(offered_kwh, wanted_kwh) <= 0.0:
        return []
    share = min(offered_kwh, wanted_kwh) / max(offered_kwh, wanted_kwh)
    return [
        (
            f"Sellers have {case.energy(offered_kwh)}, buyers want {case.energy(wanted_kwh)}: each of the {case.own_side} "
            f"trades the same share of its order, {share:.0%}."
        )
    ]


def middle(low: float, high: float, share: float) -> str:
    """Return the sum that gives a price between an ask and a bid."""
    at = price(low + share * (high - low))
    if share == 0.5:
        return f"halfway between the ask of {price(low)} and the bid of {price(high)}: {at}"
    return f"{share:g} × bid + {1 - share:g} × ask = {share:g} × {price(high)} + {1 - share:g} × {price(low)} = {at}"
