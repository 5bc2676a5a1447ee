"""Why: two groups drawn by chance, each of which trades at the price that would clear the other.

MUDA (Segal-Halevi, Hassidim and Aumann 2018): a home's bid moves the price of the other group alone, so it cannot gain
by a false one. The draw of a run is not kept, so a step of a run is told without its groups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.step.outcome import same
from jiran.explain.why.base import listed, order_name, reasoning, refused, sides
from jiran.market.rules.truthful import competitive_price
from jiran.market.trade import TRADE
from jiran.nothing import NOTHING_KWH
from jiran.sentences import form, true_ones
from jiran.words import price

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jiran.explain.why.base import Case
    from jiran.sentences import Figures, Sentence


@reasoning("two-groups")
def muda(case: Case) -> tuple[Sentence, ...]:
    """Explain the price that the other half sets."""
    if case.outcome.seed is None:
        return true_ones(two_groups(case), in_its_group(case))
    at = group_price(case)
    return true_ones(
        two_groups(case), drew_group(case), refused(case, at), nobody_in_group(case), pushed_out(case)
    )  # fmt: skip


@form(
    "why.two_groups",
    lambda _: (
        "Chance splits the homes into two groups, and each group trades at the price that would clear the other: so no home "
        "can move its own price."
    ),
)
def two_groups(case: Case) -> Figures | None:
    """True of every book: how the rule works."""
    return {} if case.order_kwh else None


@form(
    "why.in_its_group",
    lambda figures: (
        f"{figures['home']} trades nothing in its group."
        if figures["price"] is None
        else f"In {figures['home']}'s group its price is {price(figures['price'])}."
    ),
)
def in_its_group(case: Case) -> Figures | None:
    """True of a run's step, whose draw is not known here: the home's price, None without a trade.

    Returns:
        price: Per kWh, on average over its trades.
    """
    return case.figures(price=case.price if case.kwh else None) if case.outcome.seed is None else None


def group(case: Case) -> NDArray[np.bool_]:
    """Return who drew the same group as the home, itself included, shape (home,); of a book with a known draw.

    Only homes with an order draw: the others are in no group.

    The first draw of the rule's generator is repeated, which a book that was cleared with a seed allows.
    """
    orders = np.abs(case.book.net_kwh) > NOTHING_KWH
    first = np.zeros(orders.size, np.bool_)
    first[orders] = np.random.default_rng(case.outcome.seed).random(int(orders.sum())) < 0.5
    mine: NDArray[np.bool_] = orders & (first == first[case.home])
    return mine


def group_price(case: Case) -> float:
    """Return the price that would clear the other group.

    Per kWh; where the other group has one side or none, it follows from the grid's prices.
    """
    book = case.book
    room = np.zeros(book.net_kwh.size**2, TRADE).view(np.recarray)
    other = np.where(group(case), 0.0, book.net_kwh)
    return float(competitive_price(other, book.limit_price, book.import_price, book.export_price, room))


def _drew_words(figures: Figures) -> str:
    drew = f"the same group as {listed(figures['mates'])}" if figures["mates"] else "a group of its own"
    clears = "has nobody, so the price follows from the grid's two" if figures["empty"] else "alone would clear at"
    at = (
        f": {price(figures['price'])}" if figures["empty"] else f" {price(figures['price'])}, so that is the price here"
    )
    return f"{figures['home']} drew {drew}. The other group {clears}{at}."


@form("why.drew", _drew_words)
def drew_group(case: Case) -> Figures | None:
    """True of a book that was cleared with a known draw: who is in the home's group, and at what price it trades.

    Returns:
        mates: Names of the others with an order in its group.
        price: At which the other group alone would clear, per kWh.
        empty: Whether the other group has no order.
    """
    if case.outcome.seed is None:
        return None
    mine, net = group(case), case.book.net_kwh
    mates = [case.named(int(home)) for home in np.flatnonzero(mine & (net != 0.0)) if home != case.home]
    return case.figures(mates=mates, price=group_price(case), empty=not (~mine & (net != 0.0)).any())


def _nobody_words(figures: Figures) -> str:
    own, others = sides(figures["sells"])
    if figures["served"]:
        return (
            f"Those {others} of its group who accept it trade with {own} of better {order_name(figures['sells'])}s, or of the "
            f"same and earlier in the list: none was left for {figures['home']}."
        )
    return f"None of the {others} of its group accepts it, so {figures['home']} has nobody to trade with."


@form("why.nobody_in_group", _nobody_words)
def nobody_in_group(case: Case) -> Figures | None:
    """True of a home that accepts its group's price and trades nothing.

    Returns:
        served: Whether somebody on the other side of its group accepts the price, and trades with others.
    """
    if case.outcome.seed is None or case.kwh:
        return None
    at, mine, net, limit = group_price(case), group(case), case.book.net_kwh, case.book.limit_price
    if not case.accepts(at):
        return None
    accepting = mine & ((net < 0.0) & (limit >= at) if case.sells else (net > 0.0) & (limit <= at))
    return case.figures(served=bool(accepting.any()))


@form(
    "why.pushed_out",
    lambda figures: (
        f"At that price the group's {'sellers have more than its buyers want' if figures['sells'] else 'buyers want more than its sellers have'}"
        f", so {figures['home']} has the price of those whom it pushes out, {price(figures['price'])}."
    ),
)
def pushed_out(case: Case) -> Figures | None:
    """True of a home on the longer side of its group, whose price is worse than the group's.

    Returns:
        price: Its own, per kWh: the limit of those whom it pushes out.
    """
    if case.outcome.seed is None or not case.kwh or same(case.price, group_price(case)):
        return None
    return case.figures(price=case.price)
