"""Random books, and the smallest book that still shows a fault."""

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
    from jiran.market.base import Mechanism, Parameter

_MOST_HOMES = 12
#: Nothing, as much as just counts as nothing, and a little that does count.
_TINY_KWH = (1e-12, NOTHING_KWH, 2.0 * NOTHING_KWH, 1e-6)


def random_book(rng: np.random.Generator, rule: Mechanism) -> Book:
    """Draw a book: few homes or many, ties, one side only, prices that do not cross, nothing and next to nothing."""
    homes = int(rng.choice([rng.integers(0, 6), rng.integers(0, _MOST_HOMES + 1)]))
    import_price, export_price = _tariff(rng)
    net_kwh = _sides(rng, homes) * _energy(rng, homes)
    limit_price = _limits(rng, net_kwh, import_price, export_price)
    parameters = {
        name: parameter.default if rng.random() < 0.5 else _value(rng, parameter)
        for name, parameter in rule.parameters.items()
    }
    return Book(net_kwh, limit_price, import_price, export_price, parameters, int(rng.integers(0, 1000)))


def _tariff(rng: np.random.Generator) -> tuple[float, float]:
    """Draw an import price and an export price that is not above it."""
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
    """Draw how much each home has or needs, kWh >= 0."""
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
    """Draw limit prices: the grid's own, within the tariff, on a coarse grid with ties, not crossing, or anything."""
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
    """Draw an allowed value of a parameter; whole numbers stay whole."""
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
    """Return a book that is as simple as can be found and still broken: fewer homes, rounder numbers."""
    while True:
        size = _size(rule, book)
        for simpler in _simpler(rule, book):
            if _size(rule, simpler) < size and broken(simpler):
                book = simpler
                break
        else:
            return book


def _size(rule: Mechanism, book: Book) -> tuple[int, int]:
    numbers = [*book.net_kwh, *book.limit_price, book.import_price, book.export_price, book.seed]
    digits = sum(len(f"{abs(number):.15g}") + (abs(number) > 1.0) for number in numbers)
    return book.homes, digits + sum(book.parameters[name] != own.default for name, own in rule.parameters.items())


def _simpler(rule: Mechanism, book: Book) -> Iterator[Book]:
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
    other = array.copy()
    other[place] = value + 0.0
    return other
