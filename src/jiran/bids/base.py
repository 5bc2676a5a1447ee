"""What a bidding strategy is: its signature, its memory, and how it is compiled.

A strategy bids for all homes in ONE step, before the market clears::

    def bids(net_kwh, floor_price, cap_price, traits, parameters, rng, memory, value_price, limit_price) -> None

net_kwh      surplus (> 0, sells) or deficit (< 0, buys) of each home, kWh, shape (home,): of the homes that have an order
             in this step; rounding dust is none, and who has no order does not bid
floor_price  what the grid gives for a kWh: no home sells for less; cap_price what it takes, less the network charge:
             no home pays more
traits       two numbers of each home, drawn once from U(0, 1) by the scenario's seed, shape (home, 2)
parameters   the strategy's own parameters as numbers (a choice is its index)
rng          numpy.random.Generator, seeded by the scenario, of its own: the market rule draws from another one
memory       what each home remembers, shape (home, MEMORY); in the columns LAST_* stands how the last step in which it had
             an order ended for it, those from OWN on are the strategy's; all 0 at first. It is part of a run's state, in and out
value_price  to fill in: what a kWh is worth to each home, a buyer's highest and a seller's lowest price
limit_price  to fill in: what the home bids or asks; a rule sees only this

Both are filled with the tariff before: floor_price for sellers, cap_price for buyers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from jiran.errors import PluginError, StrategyError
from jiran.plugins.plugin import Parameter, Plugin

Bids = Callable[..., None]

#: Columns of the memory: the home's net energy, its bid, what it traded (sold > 0) in the last step, and the mean price
#: of all trades of the last step that had any. Then the strategy's own.
LAST_NET_KWH, LAST_LIMIT, LAST_TRADED_KWH, MARKET_PRICE, OWN = range(5)
MEMORY = 12

#: The strategy of a scenario that names none.
DEFAULT_STRATEGY = "price-taker"


@dataclass(frozen=True)
class Strategy(Plugin):
    """A bidding strategy with its name and parameters; the scenario's table [bids] names it.

    Attributes:
        at_tariff: Whether all homes bid the tariff; their limit prices are then not kept for each home and step.
        learns: Whether it uses `memory`.
    """

    section: ClassVar[str] = "bids"
    fault: ClassVar[type[PluginError]] = StrategyError

    at_tariff: bool = False
    learns: bool = False

    @property
    def signature(self) -> Any:
        """The signature of `bids.signature`."""
        from jiran.bids.signature import SIGNATURE  # noqa: PLC0415  loads numba

        return SIGNATURE


def strategy(
    name: str,
    *,
    plain_name: str = "",
    compiled: bool = True,
    draws_lots: bool = False,
    at_tariff: bool = False,
    learns: bool = False,
    **parameters: Parameter,
) -> Callable[[Bids], Strategy]:
    """Make a function into a bidding strategy.

    Args:
        name: How scenarios call it, lower case with hyphens.
        plain_name: What people call it; default: the name without hyphens.
        compiled: False runs the whole simulation in plain Python, for strategies that need any library.
        draws_lots: True if it draws from `rng`: the homes' own traits are drawn beforehand.
        at_tariff: True if all homes bid the tariff.
        learns: True if it uses `memory`.
        **parameters: The strategy's own parameters, which it gets as an array in this order.
    """

    def decorate(function: Bids) -> Strategy:
        return Strategy(
            name, function, parameters, compiled, plain_name=plain_name, draws_lots=draws_lots, at_tariff=at_tariff,
            learns=learns,
        )  # fmt: skip

    return decorate
