"""Random books, and the smallest book that still shows a fault.

Many books are ugly on purpose: faults of rules sit where prices tie, sides are empty, curves do not cross, or an order
holds just as much as counts as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.errors import ScenarioError
from jiran.market.book import Array
from jiran.nothing import NOTHING_KWH
from jiran.testing.books import Book

if TYPE_CHECKING:
    from jiran.market.base import Mechanism
    from jiran.plugins.plugin import Parameter, Plugin

_MOST_HOMES = 12
#: Nothing, as much as just counts as nothing, and a little that does count.
_TINY_KWH = (1e-12, NOTHING_KWH, 2.0 * NOTHING_KWH, 1e-6)


def random_book(rng: np.random.Generator, rule: Mechanism) -> Book:
    """Draw a book: few homes or many, ties, one side only, prices that do not cross, nothing and next to nothing.

    Args:
        rng: Where all draws come from; the same state gives the same book.
        rule: Whose parameters are drawn, each with even odds its default or any allowed value.

    Returns:
        0 to 12 homes; energy up to 5 kWh, at times 1e4; prices mostly 0..1 per kWh, some below 0.
    """
    homes = int(rng.choice([rng.integers(0, 6), rng.integers(0, _MOST_HOMES + 1)]))
    import_price, export_price = _tariff(rng)
    net_kwh = _sides(rng, homes) * _energy(rng, homes)
    limit_price = _limits(rng, net_kwh, import_price, export_price)
    parameters = random_values(rng, rule)
    return Book(net_kwh, limit_price, import_price, export_price, parameters, int(rng.integers(0, 1000)))


def random_values(rng: np.random.Generator, plugin: Plugin) -> dict[str, Any]:
    """Draw a plug-in's parameters, each with even odds its default or any allowed value."""
    return {
        name: parameter.default if rng.random() < 0.5 else _value(rng, parameter)
        for name, parameter in plugin.parameters.items()
    }


def _tariff(rng: np.random.Generator) -> tuple[float, float]:
    """Draw an import price and an export price that is not above it.

    Half of the books have the tariff of the paper (0.5625 and 0.2 per kWh). Among the others are equal prices, an
    export price of 0 and one below 0, as on sunny days in some markets.
    """
    kind = rng.random()
    if kind < 0.5:
        return 0.5625, 0.2
    high, low = sorted(rng.uniform(0.0, 1.0, 2).round(2), reverse=True)
    if kind < 0.6:
        return float(high), float(high)
    if kind < 0.7:
        return float(high), 0.0
    if kind < 0.75:
        return float(high), -float(low)
    return float(high), float(low)


def _sides(rng: np.random.Generator, homes: int) -> Array:
    """Draw who sells (1) and who buys (-1); now and then nobody does the one or the other."""
    sellers = rng.choice([0.5, 0.5, 0.5, 0.2, 0.8, 0.0, 1.0], p=[0.25, 0.25, 0.2, 0.1, 0.1, 0.05, 0.05])
    return np.where(rng.random(homes) < sellers, 1.0, -1.0)


def _energy(rng: np.random.Generator, homes: int) -> Array:
    """Draw how much each home has or needs, kWh >= 0.

    Equal amounts, whole kWh, tenths, anything, or a mixture with amounts around `NOTHING_KWH`: just less, just as much,
    twice as much.
    """
    kind = rng.integers(0, 6)
    if kind == 0:
        return np.ones(homes)
    if kind == 1:
        return rng.integers(0, 5, homes).astype(np.float64)
    energy: Array = rng.uniform(0.0, 5.0, homes)
    if kind == 2:
        energy = energy.round(1)
    elif kind == 3:
        odd = rng.random(homes) < 0.4
        energy[odd] = rng.choice([0.0, *_TINY_KWH, 1e4], int(odd.sum()))
    return energy


def _limits(rng: np.random.Generator, net_kwh: Array, import_price: float, export_price: float) -> Array:
    """Draw limit prices: the grid's own, within the tariff, on a coarse grid with ties, not crossing, or anything.

    Args:
        rng: Where draws come from.
        net_kwh: Who sells (> 0) and who buys (< 0), shape (home,).
        import_price: Per kWh.
        export_price: Per kWh, at most the import price.

    Returns:
        Limit prices, shape (home,); they may cross, tie, or lie outside of the tariff.
    """
    homes, kind = net_kwh.size, rng.integers(0, 7)
    low, width = export_price, import_price - export_price
    if kind == 0:
        return np.where(net_kwh < 0.0, import_price - rng.choice([0.0, 0.05, 0.3]), export_price)
    if kind == 1:
        return np.full(homes, rng.choice([import_price, export_price, low + width / 2]))
    if kind == 2:
        return low + width * rng.integers(0, 5, homes) / 4
    if kind == 3:
        return low + width * (rng.random(homes) + np.where(net_kwh < 0.0, 0.0, 1.0)) / 2
    if kind == 4:
        return rng.uniform(-0.2, 1.2, homes).round(2)
    limits: Array = rng.uniform(low, import_price, homes)
    return limits


def _value(rng: np.random.Generator, parameter: Parameter) -> Any:
    """Draw an allowed value of a parameter; whole numbers stay whole.

    A parameter with both bounds less than 100 apart takes a bound or anything between; another half, once or twice its
    default. What is then not allowed, as a bound that is excluded, falls back to the default.
    """
    if parameter.choices:
        return str(rng.choice(parameter.choices))
    default = float(parameter.default)
    low = next((bound for bound in (parameter.ge, parameter.gt) if bound is not None), None)
    high = next((bound for bound in (parameter.le, parameter.lt) if bound is not None), None)
    if low is None or high is None or high - low > 100.0:
        drawn = default * rng.choice([0.5, 1.0, 2.0])
    else:
        drawn = rng.choice([low, high, rng.uniform(low, high)])
    value = round(drawn) if isinstance(parameter.default, int) else float(drawn)
    try:
        parameter.number("", value)
    except ScenarioError:
        return parameter.default
    return value


def smallest(rule: Mechanism, book: Book, broken: Callable[[Book], bool]) -> Book:
    """Return a book that is as simple as can be found and still broken: fewer homes, rounder numbers.

    Greedy: the first simpler book that is still broken is taken, and the search begins again from it. Each is strictly
    smaller by `_size`, so it ends.

    Args:
        rule: The rule.
        book: A book that is broken.
        broken: Tells whether a book is; a rule that does not repeat itself may say now this, now that.
    """
    while True:
        size = _size(rule, book)
        for simpler in _simpler(rule, book):
            if _size(rule, simpler) < size and broken(simpler):
                book = simpler
                break
        else:
            return book


def _size(rule: Mechanism, book: Book) -> tuple[int, int]:
    """Return what makes a book hard to read: homes first, then digits and parameters that are not their defaults."""
    numbers = [*book.net_kwh, *book.limit_price, book.import_price, book.export_price, book.seed]
    digits = sum(len(f"{abs(number):.15g}") + (abs(number) > 1.0) for number in numbers)
    return book.homes, digits + sum(book.parameters[name] != own.default for name, own in rule.parameters.items())


def _simpler(rule: Mechanism, book: Book) -> Iterator[Book]:
    """Yield books that are simpler in one respect, the greatest step first.

    A home less, seed 0, a parameter at its default, a plain tariff, rounder numbers; then for each home energy of 1 or
    2 kWh, rounder energy, a rounder limit price, or that of another home.
    """
    for home in range(book.homes):
        yield replace(book, net_kwh=np.delete(book.net_kwh, home), limit_price=np.delete(book.limit_price, home))
    yield replace(book, seed=0)
    for name, parameter in rule.parameters.items():
        yield replace(book, parameters=book.parameters | {name: parameter.default})
    yield replace(book, import_price=1.0, export_price=0.0)
    for digits in (0, 1, 2, 3):
        prices = round(book.import_price, digits), round(book.export_price, digits)
        yield replace(book, import_price=prices[0], export_price=prices[1])
        yield replace(book, limit_price=book.limit_price.round(digits))
        yield replace(book, net_kwh=book.net_kwh.round(digits))
    for home in range(book.homes):
        side = np.sign(book.net_kwh[home])
        for net in (side, 2.0 * side, *(book.net_kwh[home].round(digits) for digits in (0, 1, 2))):
            yield replace(book, net_kwh=_with(book.net_kwh, home, net))
        for limit in (*(book.limit_price[home].round(digits) for digits in (0, 1, 2)), *book.limit_price):
            yield replace(book, limit_price=_with(book.limit_price, home, limit))


def _with(array: Array, place: int, value: float) -> Array:
    """Return a copy with another value at a place; adding 0.0 makes a -0.0, which would print as such, a plain 0."""
    other = array.copy()
    other[place] = value + 0.0
    return other
