"""Clear one step by hand, without a scenario."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jiran.errors import JiranError, MechanismError, ScenarioError, one_line
from jiran.market.base import DEFAULT_RULE
from jiran.market.booking import FINE, NOBODY, TOO_MUCH, WORDS, add_up, book_all, finite
from jiran.market.effort import LONG_S, too_much
from jiran.market.lots import generator
from jiran.market.orders import Homes, Vector, count_orders, homes_with_order
from jiran.market.pause import PLAIN
from jiran.market.registry import find
from jiran.market.trade import TRADE
from jiran.nothing import LAST_DIGITS
from jiran.watching import Progress, watch
from jiran.words import counted

if TYPE_CHECKING:
    import polars as pl

    from jiran.market.base import Mechanism


#: What a trade is, column by column.
_COLUMNS = ("seller", "buyer", "kwh", "buyer_price", "seller_price")

#: Says that all participants have an order.
_NOBODY = np.empty(0, np.int64)
#: Of rules that divide by no keys.
_NO_KEYS = np.empty(0)

#: A market of fewer orders is cleared in a moment by every rule whose work grows as the orders do.
_MANY = 20_000


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

    @classmethod
    def of(cls, trades: NDArray[np.void], participants: int) -> Clearing:
        """Return trades, and what they add up to.

        Args:
            trades: Records of `market.trade.TRADE` that `booking.book` has nothing against, prices as they are to be added.
            participants: How many there are.
        """
        trades = trades.view(np.recarray)
        sums = np.zeros((4, participants))
        add_up(trades, *sums)
        return cls(*(np.array(trades[name]) for name in _COLUMNS), *sums)

    @property
    def traded(self) -> NDArray[np.float64]:
        """Energy traded by each participant, kWh >= 0, whichever side it is on."""
        return self.sold + self.bought

    def gains(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each participant gained by its trades, shape (participant,).

        Args:
            value: What a kWh is worth to each participant, per kWh, shape (participant,).
        """
        gained: NDArray[np.float64] = self.received - self.sold * value + self.bought * value - self.paid
        return gained

    def to_frame(self) -> pl.DataFrame:
        """Return the trades as a polars frame, one row a trade.

        Columns are those of `_COLUMNS`; participants are called by their number, prices are per kWh.
        """
        import polars as pl  # noqa: PLC0415  only this method needs it

        return pl.DataFrame({name: getattr(self, name) for name in _COLUMNS})


def clear(
    net_kwh: ArrayLike,
    mechanism: str = DEFAULT_RULE,
    *,
    import_price: float,
    export_price: float,
    limit_price: ArrayLike | None = None,
    keys: ArrayLike | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    **parameters: Any,
) -> Clearing:
    """Clear one step with a mechanism.

    Args:
        net_kwh: Surplus (> 0, sells) or deficit (< 0, buys) of each participant, kWh, shape (participant,). Of
            `jiran.nothing.NOTHING_KWH` or less it is rounding and no order: nothing depends on who has it.
        mechanism: A name from `jiran.mechanisms`, or the path of a file with a rule.
        import_price: What the grid takes for a kWh.
        export_price: What the grid gives for a kWh.
        limit_price: A buyer's highest and a seller's lowest price per kWh; default: the grid's prices.
        keys: Fixed sharing key of each participant, at least 0 and in all at most 1, for a rule that divides by them; default: all
            who have an order have the same.
        seed: For rules that draw lots.
        progress: Is called ten times a second with the share that is done, 0..1, if it takes so long; an exception that
            it raises stops the clearing. Ctrl-C does so anyhow.
        **parameters: The rule's own parameters, by name.

    Raises:
        ScenarioError: An argument is not a finite number, or a parameter is not allowed.
        MechanismError: The rule is unknown, is not for so many orders, or traded more than there is.

    Example:
        Table I of the paper gives Table II:

        >>> import jiran
        >>> table = jiran.clear([1.91, -1.14, -1.93, -0.31, -1.96], import_price=0.5625, export_price=0.2)
        >>> [(int(s), int(b), round(float(k), 2)) for s, b, k in zip(table.seller, table.buyer, table.kwh)]
        [(0, 1, 1.14), (0, 2, 0.77)]
    """
    rule = find(mechanism)
    net = _finite("net_kwh", net_kwh)
    prices = _price("import_price", import_price), _price("export_price", export_price)
    limit = np.where(net < 0.0, *prices) if limit_price is None else _finite("limit_price", limit_price)
    if limit.shape != net.shape:
        raise ScenarioError("limit_price", len(limit), f"must have one price for each of the {net.size} participants")
    values = rule.values(parameters) if parameters else rule.defaults
    problem = None if rule.needs is None else too_much(rule, net.size, values)
    if problem is not None:
        raise MechanismError(rule.name, problem)
    homes = None if count_orders(net) == net.size else homes_with_order(net)
    own = _NO_KEYS if keys is None else _keys(rule, net.size, keys)
    return _clear(rule, net, limit, prices, values, seed, progress, homes, own)


def _keys(rule: Mechanism, participants: int, keys: ArrayLike) -> Vector:
    """Return the fixed sharing keys of all participants, shape (participant,), of a rule that has some.

    Raises:
        ScenarioError: They are no keys, or the rule has none.
    """
    if not rule.keyed:
        raise ScenarioError("keys", keys, f"must be left out: {rule.name} does not divide by fixed keys")
    found = _finite("keys", keys)
    if found.shape != (participants,) or found.min(initial=0.0) < 0.0 or found.sum() > 1.0 + LAST_DIGITS:
        raise ScenarioError("keys", keys, f"must be {participants} numbers of at least 0, and in all at most 1")
    return found


def _price(name: str, value: float) -> float:
    """Return a finite price; what is no plain number takes the longer way."""
    return value if type(value) is float and isfinite(value) else float(_finite(name, [value])[0])


def _finite(name: str, values: ArrayLike) -> Vector:
    """Return the numbers as an array of our own, which a rule may have.

    Args:
        name: Of the argument, for the message.
        values: Anything that a caller gave.

    Raises:
        ScenarioError: They are no numbers, not in one row, or not finite.
    """
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ScenarioError(name, values, "must be numbers") from None
    if array.ndim != 1 or not finite(array):
        bad = array[~np.isfinite(array)][0] if array.ndim == 1 else values
        raise ScenarioError(name, bad, "must be finite numbers in one row")
    return array


def _clear(
    rule: Mechanism,
    net: Vector,
    limit: Vector,
    prices: tuple[float, float],
    values: dict[str, float | str],
    seed: int,
    progress: Progress | None,
    homes: Homes | None,
    keys: Vector,
) -> Clearing:
    """Let a rule clear the orders of some homes (None: all have one), check its trades and add them up.

    Args:
        rule: The rule.
        net: The orders of all participants, kWh, shape (participant,).
        limit: Their limit prices per kWh, the same.
        prices: The grid's import and export price per kWh.
        values: The rule's parameters, complete.
        seed: Of its draws.
        progress: As in `clear`.
        homes: The participants with an order, shape (order,).
        keys: Fixed keys of all participants, or of none.
    """
    order_kwh, bids = (net, limit) if homes is None else (net[homes], limit[homes])
    own = keys if homes is None or not keys.size else keys[homes]
    trades = _run(rule, order_kwh, bids, prices, values, seed, progress, own) if order_kwh.size else np.zeros(0, TRADE)
    traded, sold, bought, paid, received = np.zeros((5, net.size))
    kept, fault, order = book_all(
        order_kwh, trades, _NOBODY if homes is None else homes, traded[: order_kwh.size], sold, bought, paid, received
    )
    if fault != FINE:
        raise MechanismError(rule.name, _words(fault, order, net, traded, homes))
    trades = trades[:kept]
    return Clearing(
        trades["seller"].copy(), trades["buyer"].copy(), trades["kwh"].copy(),
        trades["buyer_price"].copy(), trades["seller_price"].copy(), sold, bought, paid, received,
    )  # fmt: skip


def _words(fault: int, order: int, net: Vector, traded: Vector, homes: Homes | None) -> str:
    """Say what is wrong with a rule's trades.

    Args:
        fault: A code of `booking`.
        order: The order in question.
        net: The orders of all participants, kWh, shape (participant,).
        traded: What each order traded, kWh, shape (order,).
        homes: The participants with an order; None: all.
    """
    home = order if homes is None or fault == NOBODY else int(homes[order])
    words = WORDS[fault].format(
        number=order, orders=counted(net.size if homes is None else homes.size, "order"), home=f"participant {home}"
    )
    if fault == TOO_MUCH:
        words += f": {abs(traded[order]):g} kWh of {abs(net[home]):g} kWh"
    return words


def _run(
    rule: Mechanism,
    net: Vector,
    limit: Vector,
    prices: tuple[float, float],
    values: dict[str, float | str],
    seed: int,
    progress: Progress | None,
    keys: Vector,
) -> Any:
    """Return the trades of a rule, by numbers of orders.

    There is room for as many trades as participants. A rule that asks for more is run again, as in a simulation. What
    may take long, and compiled code that is not of jiran, is watched; plain Python hears Ctrl-C by itself.
    """
    room, parameters = net.size, rule.numbers(values)
    if keys.size:
        parameters = np.concatenate([parameters, keys])
    quick = rule.trusted and rule.needs is None and room < _MANY
    long = not quick and rule.compiled and not (rule.trusted and rule.effort(room, values).seconds < LONG_S)
    report = (progress or _silent) if long else None
    while True:
        trades = np.zeros(room, TRADE)
        # A compiled rule reads fields as attributes anyhow; plain Python needs a recarray for that.
        shown = trades if rule.compiled and not PLAIN else trades.view(np.recarray)
        # What is watched may be left alone, and must not share the random numbers that a thread keeps.
        rng = generator(seed, compiled=rule.compiled and not long)
        # The rule gets a copy: what it is checked against must not be its to change.
        count = _count(rule, report, (net.copy(), limit, *prices, parameters, rng, shown))
        if 0 <= count <= room:
            return shown[:count]
        if not room < count <= net.size**2:
            raise MechanismError(rule.name, f"returns {count} trades, and there are {net.size**2} pairs of homes")
        room = net.size**2


def _silent(_done: float) -> None:
    """Listen to no progress."""


def _count(rule: Mechanism, report: Progress | None, arguments: tuple[Any, ...]) -> int:
    """Let a rule clear, watched if there is a report, and return how many trades it says it wrote.

    Args:
        rule: The rule.
        report: Is called now and then with the share that is done; None: not watched.
        arguments: As every rule takes them.

    Raises:
        MechanismError: The rule failed; what `report` raised is passed on as it is.
    """
    try:
        if report is None:
            return operator.index(rule.clear(*arguments))
        return operator.index(watch(partial(rule.clear, *arguments), partial(_told, report)))
    except _ReportError as raised:
        raise raised.error from raised.error.__cause__
    except MechanismError:  # it cannot do this, and says so
        raise
    except JiranError as error:
        raise MechanismError(rule.name, str(error)) from error
    except (Exception, SystemExit) as error:
        raise MechanismError(rule.name, f"failed: {one_line(error)}") from error


class _ReportError(Exception):
    """What the caller's progress function raised, which is no fault of the rule."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


def _told(report: Progress, done: float) -> None:
    try:
        report(done)
    except BaseException as error:
        raise _ReportError(error) from error
