"""What a market mechanism is: its signature, its parameters, and how it is compiled.

A mechanism clears ONE step::

    def rule(net_kwh, limit_price, import_price, export_price, parameters, rng, trades) -> int

net_kwh       surplus (> 0, sells) or deficit (< 0, buys) of each participant, kWh, shape (home,): of the homes that have
              an order in this step, numbered from 0; rounding dust is none (`market.orders`)
limit_price   a buyer's highest and a seller's lowest acceptable price per kWh, shape (home,)
import_price  what the grid takes for a kWh, export_price what it gives
parameters    the rule's own parameters as numbers, in the order of their declaration (a choice is its index)
rng           numpy.random.Generator, seeded by the scenario, for rules that draw lots
trades        records (seller, buyer, kwh, buyer_price, seller_price) to fill from the front: there is room for as
              many trades as there are homes; `matching.record` writes them safely and asks for more room if need be

and returns how many trades it wrote. Prices are per kWh; what the buyer pays above what the seller gets goes to
the market account. The kernel checks every trade against the surplus and deficit that are there.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from jiran.errors import MechanismError, PluginError
from jiran.market.effort import Effort, Values
from jiran.market.family import OWN, Family
from jiran.market.pairing import AS_MADE, Cleared, Pairing, PairingOf
from jiran.plugins.plugin import DrawsLots, Parameter, Plugin

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Rule = Callable[..., int]

__all__ = [
    "BASELINE", "DEFAULT_RULE", "PROPERTIES", "Effort", "Formula", "Mechanism", "Parameter", "Period", "Reprice", "Rule",
    "Values", "mechanism",
]  # fmt: skip

#: The rule of a scenario that names none, and the one that lets nobody trade: what a run without a market is.
DEFAULT_RULE, BASELINE = "grid-fraction", "grid-only"


class Period(NamedTuple):
    """What each home did in one billing period, arrays of shape (home,), kWh and money >= 0 but for odd prices.

    "Rest" is what the market left: battery and grid take and give it.
    """

    bought_kwh: Array  # from neighbours
    sold_kwh: Array  # to neighbours
    rest_bought_kwh: Array
    rest_sold_kwh: Array
    rest_paid: Array
    rest_received: Array


#: From a billing period to what a kWh costs and earns each home in it, wherever it came from and went.
Reprice = Callable[[Period], tuple["Array", "Array"]]


class Formula(NamedTuple):
    r"""The price of a trade as a formula, in LaTeX.

    All rules write P_\text{grid} and P_\text{export} for the grid's prices; S and D for all that is offered and wanted; a_i
    and b_j for the limit prices of a trade's seller and buyer, m instead of i and j for the last pair worth making in the
    order of prices; e for what a home trades. What else a rule needs it says in its own formula or docstring.

    Attributes:
        symbols: Right side of P_P2P = ...: what a buyer pays, and what a seller gets if `seller_symbols` does not say.
        numbers: The same with the numbers of a step, and what it comes to, per kWh; from complete parameters, the grid's
            import price and its export price. None where these numbers do not tell it.
        seller_symbols: What a seller gets, where that is another price.
    """

    symbols: str
    numbers: Callable[[Values, float, float], tuple[str, float]] | None = None
    seller_symbols: str = ""


#: What a mechanism may promise; `jiran.testing.check_mechanism` tries to break each promise.
PROPERTIES = {
    "budget-balanced": "what buyers pay is what sellers receive",
    "no-deficit": "buyers pay at least what sellers receive (weak budget balance)",
    "individually-rational": "no trade above the buyer's or below the seller's limit price",
    "efficient": "the welfare, by limit prices, is the highest possible",
    "truthful": "no participant gains by a limit price that is not its own value",
    "truthful-quantity": "no participant gains by stating less energy than it has or needs, at any price",
    "anonymous": "with limit prices that all differ, the order of the homes in the list changes nothing",
}


@dataclass(frozen=True)
class Mechanism(Plugin):
    """A market rule: its function, its name and parameters, and all that others need to know of it.

    Attributes:
        family: Rules that work alike; pictures and legends show it.
        properties: What the rule promises, names of `PROPERTIES`.
        needs_bids: Whether it works by limit prices: without bids of their own, all homes are alike to it.
        heeds_limits: Whether limit prices may change what it does; if not, it takes every order at its own price.
        pairing: How it makes its pairs, or what tells it of a cleared book.
        reasoning: The line of reasoning by which `explain.why` says why a home got its price; "": the general one.
        formula: The price of its trades, where a formula says it.
        telling: Whether it is one of those that differ most: what a comparison shows at first.
        textbook: Whether it is the one that a class with orders of its own begins with.
        all_pairs: Whether it often writes a trade for every pair of seller and buyer: then it has room for all at once.
        keyed: Whether members have fixed keys: its parameters are then followed by the key of each order, which add up to 1 over
            all homes; without keys by none.
        divides: Ways in which schemes of sharing divide that are its own, with the parameters that each needs.
        most_traders: How many homes may trade in a step, for rules that refuse more; None: as many as there are.
        needs: How the work of a step grows with the number of orders and the rule's parameters; None: as they are sorted.
        reprice: For rules that set prices at the end of a billing period; settlement calls it.
    """

    section: ClassVar[str] = "market"
    fault: ClassVar[type[PluginError]] = MechanismError

    family: Family = OWN
    properties: frozenset[str] = frozenset()
    needs_bids: bool = False
    heeds_limits: bool = True
    pairing: Pairing | PairingOf = AS_MADE
    reasoning: str = ""
    formula: Formula | None = None
    telling: bool = False
    textbook: bool = False
    all_pairs: bool = False
    keyed: bool = False
    divides: Mapping[str, Values] = field(default_factory=dict)
    reprice: Reprice | None = None
    most_traders: int | None = None
    needs: Callable[[int, Values], Effort] | None = None

    def __post_init__(self) -> None:
        """Refuse a property that nobody knows."""
        super().__post_init__()
        unknown = set(self.properties) - set(PROPERTIES)
        if unknown:
            raise MechanismError(self.name, f"declares {min(unknown)!r}; known properties: {', '.join(PROPERTIES)}")

    def pairing_of(self, cleared: Cleared) -> Pairing:
        """Return how the pairs of a cleared book were made.

        Args:
            cleared: The book and what each home traded, as a run, `jiran.clear` or a test found it.
        """
        return self.pairing if isinstance(self.pairing, Pairing) else self.pairing(cleared)

    def effort(self, orders: int, values: Values) -> Effort:
        """Return about what one step needs at most, given the number of orders and complete parameters.

        Args:
            orders: How many homes have an order.
            values: Complete parameters.

        Returns:
            What the rule declares; of one that declares nothing, a microsecond and 500 bytes an order.
        """
        return Effort(1e-6 * orders, 500.0 * orders) if self.needs is None else self.needs(orders, values)

    @property
    def among_homes(self) -> bool:
        """Whether homes alone take part: it divides by their fixed keys, or by what they used in a billing period."""
        return self.keyed or self.reprice is not None

    @property
    def signature(self) -> Any:
        """The signature of `market.signature`."""
        from jiran.market.signature import SIGNATURE  # noqa: PLC0415  loads numba

        return SIGNATURE

    @property
    def clear(self) -> Rule:
        """The function as the kernel calls it.

        A rule of plain Python is called through a check of what it returns, since no signature does that for it.

        Raises:
            MechanismError: It does not compile.
        """
        return self.code if self.compiled else partial(_number_of_trades, self)


def _number_of_trades(rule: Mechanism, *arguments: Any) -> int:
    """Call a rule in plain Python.

    Raises:
        MechanismError: It returns something that is no whole number.
    """
    count = rule.code(*arguments)
    try:
        return operator.index(count)
    except TypeError:
        problem = f"must return the number of trades that it wrote, and returned {count!r}"
        raise MechanismError(rule.name, problem) from None


def mechanism(
    name: str,
    *,
    plain_name: str = "",
    family: Family = OWN,
    properties: tuple[str, ...] = (),
    compiled: bool = True,
    draws_lots: bool | DrawsLots = False,
    needs_bids: bool = False,
    heeds_limits: bool = True,
    pairing: Pairing | PairingOf = AS_MADE,
    reasoning: str = "",
    formula: Formula | None = None,
    telling: bool = False,
    textbook: bool = False,
    all_pairs: bool = False,
    keyed: bool = False,
    divides: Mapping[str, Values] | None = None,
    reprice: Reprice | None = None,
    most_traders: int | None = None,
    needs: Callable[[int, Values], Effort] | None = None,
    **parameters: Parameter,
) -> Callable[[Rule], Mechanism]:
    """Make a function into a market mechanism, and say of it what others need to know.

    The first line of its docstring says what it does.

    Args:
        name: How scenarios and the command line call it, lower case with hyphens.
        plain_name: What people call it; default: the name without hyphens.
        family: Rules that work alike, of `market.family`.
        properties: What the rule promises, names of `PROPERTIES`.
        compiled: False runs the whole simulation in plain Python, for rules that need any library.
        draws_lots: Whether another draw of `rng` could give other trades, or a function of the number of orders and the
            parameters that tells it.
        needs_bids: True for a rule that works by limit prices, as auctions do.
        heeds_limits: False for a rule that takes every order at its own price, whatever its limit.
        pairing: How it makes its pairs, of `market.pairing`, or a function of a cleared book that tells it.
        reasoning: The line of reasoning in `explain.why` that tells why a home got its price; default: the general one.
        formula: The price of its trades, where a formula says it.
        telling: True for one of those rules that differ most.
        textbook: True for the rule that a class begins with.
        all_pairs: True for a rule that often writes more trades than there are homes; others are run again if they do.
        keyed: True for a rule that divides by fixed keys of members, which it finds behind its parameters.
        divides: How schemes of sharing divide (`tariffs.community.ALLOCATIONS`) where it does the same, each with the parameters that
            it needs for it.
        reprice: What each home pays and gets per kWh at the end of a billing period, instead of step by step.
        most_traders: How many homes may trade in a step, for rules that refuse more.
        needs: How much time and memory a step needs, for rules whose work grows faster than the number of orders: they
            are refused before they start where that is hopeless, and can be stopped within a step.
        **parameters: The rule's own parameters, which it gets as an array in this order.
    """
    declared: dict[str, Any] = {
        "plain_name": plain_name, "draws_lots": draws_lots, "family": family, "properties": frozenset(properties),
        "needs_bids": needs_bids, "heeds_limits": heeds_limits, "pairing": pairing, "reasoning": reasoning,
        "formula": formula, "telling": telling, "textbook": textbook, "all_pairs": all_pairs, "keyed": keyed, "divides": divides or {}, "reprice": reprice,
        "most_traders": most_traders, "needs": needs,
    }  # fmt: skip

    def decorate(function: Rule) -> Mechanism:
        return Mechanism(name, function, parameters, compiled, **declared)

    return decorate
