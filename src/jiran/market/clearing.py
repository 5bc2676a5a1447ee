"""Clear one step by hand, without a scenario."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jiran.errors import JiranError, MechanismError, ScenarioError, one_line
from jiran.market.booking import NOBODY, NOT_A_NUMBER, TOO_MUCH, book, finite
from jiran.market.lots import generator
from jiran.market.matching import Vector
from jiran.market.registry import find
from jiran.market.trade import TRADE

if TYPE_CHECKING:
    import polars as pl

    from jiran.market.base import Mechanism


@dataclass(frozen=True)
class Clearing:
    """The trades of one step as arrays, one entry a trade, and the totals of each participant.

    Attributes:
        seller: Index of the seller, shape (trade,).
        buyer: Index of the buyer, shape (trade,).
        kwh: Energy of the trade, kWh.
        buyer_price: What the buyer pays per kWh.
        seller_price: What the seller receives per kWh.
        sold: Energy sold by each participant, kWh, shape (participant,).
        bought: Energy bought by each participant, kWh.
        paid: Money paid by each participant.
        received: Money received by each participant.
    """

    seller: NDArray[np.int32]
    buyer: NDArray[np.int32]
    kwh: NDArray[np.float64]
    buyer_price: NDArray[np.float64]
    seller_price: NDArray[np.float64]
    sold: NDArray[np.float64]
    bought: NDArray[np.float64]
    paid: NDArray[np.float64]
    received: NDArray[np.float64]

    def to_frame(self) -> pl.DataFrame:
        """Return the trades as a polars frame, one row a trade."""
        import polars as pl  # noqa: PLC0415  only this method needs it

        columns = ("seller", "buyer", "kwh", "buyer_price", "seller_price")
        return pl.DataFrame({name: getattr(self, name) for name in columns})


def clear(
    net_kwh: ArrayLike,
    mechanism: str = "grid-fraction",
    *,
    import_price: float,
    export_price: float,
    limit_price: ArrayLike | None = None,
    seed: int = 0,
    **parameters: Any,
) -> Clearing:
    """Clear one step with a mechanism.

    Args:
        net_kwh: Surplus (> 0, sells) or deficit (< 0, buys) of each participant, kWh, shape (participant,).
        mechanism: A name from `jiran.mechanisms`, or the path of a file with a rule.
        import_price: What the grid takes for a kWh.
        export_price: What the grid gives for a kWh.
        limit_price: A buyer's highest and a seller's lowest price per kWh; default: the grid's prices.
        seed: For rules that draw lots.
        **parameters: The rule's own parameters, by name.

    Raises:
        ScenarioError: An argument is not a finite number, or a parameter is not allowed.
        MechanismError: The rule is unknown, or traded more than there is.

    Example:
        Table I of the paper gives Table II:

        >>> import jiran
        >>> table = jiran.clear([1.91, -1.14, -1.93, -0.31, -1.96], import_price=0.5625, export_price=0.2)
        >>> [(int(s), int(b), round(float(k), 2)) for s, b, k in zip(table.seller, table.buyer, table.kwh)]
        [(0, 1, 1.14), (0, 2, 0.77)]
    """
    rule = find(mechanism)
    net = _finite("net_kwh", net_kwh)
    prices = _finite("import_price", [import_price])[0], _finite("export_price", [export_price])[0]
    limit = np.where(net < 0.0, *prices) if limit_price is None else _finite("limit_price", limit_price)
    if limit.shape != net.shape:
        raise ScenarioError("limit_price", len(limit), f"must have one price for each of the {net.size} participants")
    values = rule.numbers(rule.values(parameters))
    return _add_up(rule, net, _run(rule, net, limit, prices, values, seed))


def _finite(name: str, values: ArrayLike) -> Vector:
    """Return the numbers as an array of our own, which a rule may have."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ScenarioError(name, values, "must be numbers") from None
    if array.ndim != 1 or not finite(array):
        bad = array[~np.isfinite(array)][0] if array.ndim == 1 else values
        raise ScenarioError(name, bad, "must be finite numbers in one row")
    return array


def _run(rule: Mechanism, net: Vector, limit: Vector, prices: tuple[float, float], values: Vector, seed: int) -> Any:
    """Return the trades of a rule.

    There is room for as many trades as participants. A rule that asks for more is run again, as in a simulation.
    """
    room = net.size
    while True:
        trades = np.zeros(room, TRADE)
        # A compiled rule reads fields as attributes anyhow; plain Python needs a recarray for that.
        shown = trades if rule.compiled else trades.view(np.recarray)
        try:
            # The rule gets a copy: what it is checked against must not be its to change.
            rng = generator(seed, compiled=rule.compiled)
            count = operator.index(rule.clear(net.copy(), limit, *prices, values, rng, shown))
        except MechanismError:  # it cannot do this, and says so
            raise
        except JiranError as error:
            raise MechanismError(rule.name, str(error)) from error
        except Exception as error:
            raise MechanismError(rule.name, f"failed: {one_line(error)}") from error
        if 0 <= count <= room:
            return trades[:count]
        pairs = int(np.count_nonzero(net > 0.0) * np.count_nonzero(net < 0.0))
        if not room < count <= pairs:
            raise MechanismError(rule.name, f"returns {count} trades, more than there are pairs of seller and buyer")
        room = pairs


def _add_up(rule: Mechanism, net: Vector, trades: Any) -> Clearing:
    """Add up the trades and refuse those that break an order."""
    sold, bought, paid, received = [np.zeros(net.size) for _ in range(4)]
    fault, home = book(net, trades, sold, bought, paid, received)
    if fault == NOBODY:
        raise MechanismError(rule.name, f"names a participant that is not one of the {net.size}")
    if fault == NOT_A_NUMBER:
        raise MechanismError(rule.name, "writes a trade whose energy or price is not a usable number")
    if fault == TOO_MUCH:
        raise MechanismError(
            rule.name,
            f"trades {max(sold[home], bought[home]):g} kWh for participant {home}, whose net energy is {net[home]:g} kWh",
        )
    return Clearing(
        trades["seller"].copy(),
        trades["buyer"].copy(),
        trades["kwh"].copy(),
        trades["buyer_price"].copy(),
        trades["seller_price"].copy(),
        sold,
        bought,
        paid,
        received,
    )
