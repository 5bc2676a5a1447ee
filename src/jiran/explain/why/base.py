"""One home's side of a cleared book, and sentences that the explanations of several rules share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.again import more_digits
from jiran.explain.step.outcome import energy, marginal_pair, same
from jiran.nothing import NOTHING_KWH
from jiran.sentences import form
from jiran.words import number, price

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jiran.explain.step.book import Book
    from jiran.explain.step.outcome import Outcome, Pair
    from jiran.market.book import Array, Homes
    from jiran.sentences import Figures, Sentence

    Explanation = Callable[["Case"], tuple[Sentence, ...]]

#: What explains a home's price, by the line of reasoning that a rule declares.
REASONINGS: dict[str, Callable[[Case], tuple[Sentence, ...]]] = {}


def reasoning(name: str) -> Callable[[Explanation], Explanation]:
    """Make a function the explanation of all rules that declare this line of reasoning.

    Args:
        name: As `@mechanism(..., reasoning=...)` has it; used once.
    """

    def keep(explanation: Explanation) -> Explanation:
        REASONINGS[name] = explanation
        return explanation

    return keep


#: Of more homes only this many are named.
MOST_NAMES = 3


@dataclass(frozen=True)
class Case:
    """A home with an order, in a cleared book.

    Prices are as the rule sees them, without network charge; energies are kWh, at least 0.

    Attributes:
        outcome: The book, the rule, and the trades.
        home: Number of the home.
    """

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
        """The home's name."""
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
        """What it paid, or got, for a kWh on average.

        NaN if it did not trade.
        """
        return float(self.outcome.prices[self.home])

    @property
    def limit(self) -> float:
        """Its ask, or its bid."""
        return float(self.book.limit_price[self.home])

    @property
    def others(self) -> str:
        """What the other side is called."""
        return "buyers" if self.sells else "sellers"

    @property
    def own_side(self) -> str:
        """What its own side is called."""
        return "sellers" if self.sells else "buyers"

    @property
    def other_homes(self) -> Homes:
        """The homes of the other side, best price first."""
        return self.book.buyers if self.sells else self.book.sellers

    @property
    def pairs(self) -> list[Pair]:
        """Its trades."""
        return self.outcome.trades_of(self.home)

    @property
    def in_part(self) -> bool:
        """Whether it traded some of its order, but not all.

        A rest that is rounding does not count.
        """
        return self.kwh > 0.0 and not same(self.kwh, self.order_kwh)

    def named(self, home: int) -> str:
        """Return a home's name."""
        return self.book.names[home]

    def limit_of(self, home: int) -> float:
        """Return a home's limit."""
        return float(self.book.limit_price[home])

    def accepts(self, at: float) -> bool:
        """Tell whether a price is no worse than the home's limit.

        Args:
            at: A price per kWh; equal to the limit is accepted.
        """
        return at >= self.limit if self.sells else at <= self.limit

    def left(self) -> Array:
        """Return what is open of each order after the trades, kWh, shape (home,); rounding is nothing."""
        left = np.abs(self.book.net_kwh) - self.outcome.traded_kwh
        return np.where(left > NOTHING_KWH * (1.0 + np.abs(self.book.net_kwh)), left, 0.0)

    def figures(self, **more: object) -> dict[str, object]:
        """Return the figures that most sentences need, and more.

        Args:
            **more: What the sentence needs besides the home's name and side.
        """
        return {"home": self.name, "sells": self.sells, **more}


def listed(parts: Iterable[str]) -> str:
    """Return parts as a list in words; of many only the first.

    Example:
        >>> listed(["A", "B"]), listed("ABCDE")
        ('A and B', 'A, B, C and 2 more')
    """
    every = list(parts)
    if len(every) > MOST_NAMES:
        every = [*every[:MOST_NAMES], f"{len(every) - MOST_NAMES} more"]
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"


def sides(sells: bool) -> tuple[str, str]:  # noqa: FBT001  a figure of every sentence
    """Return what a home's own side and the other side are called."""
    return ("sellers", "buyers") if sells else ("buyers", "sellers")


def order_name(sells: bool) -> str:  # noqa: FBT001
    """Return what a home's limit price is called."""
    return "ask" if sells else "bid"


def marginal(case: Case) -> tuple[int, int]:
    """Return seller and buyer of the last trade worth making; (-1, -1) if no bid reaches an ask."""
    return marginal_pair(case.book) or (-1, -1)


@form(
    "why.no_pair",
    lambda said: (
        f"No bid reaches an ask: the highest bid is {price(said['bid'])}, the lowest ask {price(said['ask'])}."
    ),
)
def no_pair(case: Case) -> Figures | None:
    """True where no bid reaches an ask.

    Both sides of the market have orders where this is asked.

    Returns:
        bid: The highest bid.
        ask: The lowest ask.
    """
    book = case.book
    bid, ask = case.limit_of(book.buyers[0]), case.limit_of(book.sellers[0])
    return {"bid": bid, "ask": ask} if bid < ask else None


def _refused_words(said: Figures) -> str:
    if said["sells"]:
        return f"{said['home']} asks at least {price(said['limit'])}, more than {price(said['at'])}: it stays out."
    return f"{said['home']} bids at most {price(said['limit'])}, less than {price(said['at'])}: it stays out."


@form("why.refused", _refused_words)
def refused(case: Case, at: float) -> Figures | None:
    """True of a home whose limit does not allow a price, and that does not trade.

    Args:
        case: The home.
        at: The price that all would have, per kWh.

    Returns:
        limit: Its ask or bid.
        at: The price.
    """
    return None if case.accepts(at) or case.kwh else case.figures(limit=case.limit, at=at)


def _left_behind_words(said: Figures) -> str:
    own, others = sides(said["sells"])
    if said["best"] is None:
        better = "ask less" if said["sells"] else "bid more"
        return (
            f"The {others} are served by {own} who {better}, or the same and stand earlier in the list: none was left for "
            f"{said['home']}."
        )
    most, below = ("highest bid", "below") if said["sells"] else ("lowest ask", "above")
    return (
        f"The {most} that is left is {said['whose']}'s {price(said['best'])}, {below} {said['home']}'s "
        f"{order_name(said['sells'])} of {price(said['limit'])}."
    )


@form("why.left_behind", _left_behind_words)
def left_behind(case: Case) -> Figures | None:
    """True of a home that trades nothing where best meets best: no partner was left, or none whose limit fits.

    Returns:
        limit: Its ask or bid.
        best: The best limit that is left on the other side; None if none is left, or if it would fit.
        whose: Name of the home that it is of, likewise.
    """
    if case.kwh:
        return None
    still = case.other_homes[case.left()[case.other_homes] > 0.0]
    fits = not still.size or case.accepts(case.limit_of(still[0]))
    return case.figures(
        limit=case.limit,
        best=None if fits else case.limit_of(still[0]),
        whose=None if fits else case.named(int(still[0])),
    )


@form(
    "why.last_in_line",
    lambda said: (
        f"It is the last of the {sides(said['sells'])[0]} that fits, so it trades only what is left: "
        f"{energy(said['kwh'], said['digits'])} of {energy(said['order_kwh'], said['digits'])}."
    ),
)
def last_in_line(case: Case) -> Figures | None:
    """True of a home that trades a part of its order where best meets best.

    Returns:
        sells: Whether the home sells.
        kwh: What it trades, kWh.
        order_kwh: What it had or needed, kWh.
        digits: Digits of energy in this book.
    """
    if not case.in_part:
        return None
    return {"sells": case.sells, "kwh": case.kwh, "order_kwh": case.order_kwh, "digits": case.outcome.digits}


def _scarcity_words(said: Figures) -> str:
    share = said["share"]
    return (
        f"Sellers have {energy(said['offered_kwh'], said['digits'])}, buyers want {energy(said['wanted_kwh'], said['digits'])}: "
        f"each of the {sides(said['sells'])[0]} trades the same share of its order, {share:.{1 if share > 0.1 else 3}%}."
    )


@form("why.scarcity", _scarcity_words)
def scarcity(case: Case, offered_kwh: float, wanted_kwh: float) -> Figures | None:
    """True of a home on the longer side of orders that are served pro rata.

    Args:
        case: The home.
        offered_kwh: Of the orders that take part.
        wanted_kwh: Of the orders that take part.

    Returns:
        sells: Whether the home sells.
        offered_kwh: As given.
        wanted_kwh: As given.
        share: Of its order that it trades, 0..1.
        digits: Digits of energy in this book.
    """
    longer = offered_kwh > wanted_kwh if case.sells else wanted_kwh > offered_kwh
    if not longer or same(offered_kwh, wanted_kwh) or min(offered_kwh, wanted_kwh) <= 0.0 or not case.kwh:
        return None
    return {
        "sells": case.sells,
        "offered_kwh": offered_kwh,
        "wanted_kwh": wanted_kwh,
        "share": case.kwh / case.order_kwh,
        "digits": case.outcome.digits,
    }


def middle(low: float, high: float, share: float, at: float) -> str:
    """Return the sum that gives a price between an ask and a bid.

    Args:
        low: The ask.
        high: The bid.
        share: Weight of the bid, 0..1.
        at: The price that comes out.

    Example:
        >>> middle(0.2, 0.3, 0.5, 0.25)
        'halfway between the ask of 0.20 and the bid of 0.30: 0.25'
    """
    if low == high:
        return f"that of both, {price(at)}"
    digits = 4 + more_digits(lambda ask, bid: ask + share * (bid - ask), [(low, 4), (high, 4)], at)
    ask, bid = price(low, digits=digits), price(high, digits=digits)
    if share == 0.5:
        return f"halfway between the ask of {ask} and the bid of {bid}: {price(at)}"
    return f"{number(share)} × bid + {number(1.0 - share)} × ask = {number(share)} × {bid} + {number(1.0 - share)} × {ask} = {price(at)}"
