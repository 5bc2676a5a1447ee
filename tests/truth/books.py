"""Order books to prove sentences of the market page on: steps of a random run, and tables as a class would make them."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from pathlib import Path

import numpy as np

import jiran.explain.step.money
import jiran.explain.step.words
import jiran.explain.why  # noqa: F401  the modules with the forms
from jiran.errors import JiranError
from jiran.explain.step.book import Book
from jiran.explain.step.outcome import clear_book, outcome_of_run
from jiran.explain.step.run_step import take_apart
from jiran.explain.why.base import Case
from jiran.market import find, mechanisms

#: A rule from outside the package, which declares nothing.
SOMEBODYS_RULE = Path(__file__).parents[2] / "examples" / "my_rule.py"
#: Steps of larger communities are left out: their books say nothing that smaller ones do not.
MOST_HOMES = 40
LIMITS = ("tenths", "few", "equal", "any", "apart", "negative")
SIZES = ("ones", "tenths", "any", "far apart")


def once(make):
    """Keep what is made of a drawn run with the run, so that each form is asked about the same."""

    @wraps(make)
    def kept(drawn):
        name = f"{make.__module__}.{make.__name__}"
        if name not in drawn.__dict__:
            drawn.__dict__[name] = make(drawn)
        return drawn.__dict__[name]

    return kept


def own_book(rng):
    """Draw a table of orders: 0 to 12 rows, ties, equal limits, one side empty, sizes far apart."""
    rows = int(rng.integers(0, 13))
    sells = rng.random(rows) < rng.choice([0.0, 0.2, 0.5, 0.5, 0.5, 0.8, 1.0])
    sizes = {
        "ones": np.ones(rows),
        "tenths": rng.integers(1, 30, rows) / 10,
        "any": rng.uniform(0.01, 9.0, rows),
        "far apart": 10.0 ** rng.integers(-3, 5, rows),
    }[str(rng.choice(SIZES))]
    limits = {
        "tenths": rng.integers(1, 12, rows) / 20,
        "few": rng.choice([0.3, 0.4], rows),
        "equal": np.full(rows, 0.35) if rng.random() < 0.3 else np.where(sells, 0.2, 0.5),
        "any": rng.uniform(0.0, 1.0, rows),
        "apart": 10.0 ** rng.uniform(-3, 3, rows),
        "negative": rng.integers(-5, 6, rows) / 10,
    }[str(rng.choice(LIMITS))]
    sizes[rng.random(rows) < rng.choice([0.0, 0.0, 0.0, 0.3])] = 0.0  # homes of a run may have no order
    prices = [(0.5, 0.2), (0.0, 0.0), (0.2, 0.5), (120.0, 50.0), (0.4, 0.4), (0.6, -0.1), (0.3, 0.0)][
        int(rng.integers(7))
    ]
    names = tuple(f"{'Seller' if one else 'Buyer'} {chr(65 + place)}" for place, one in enumerate(sells))
    return Book(np.where(sells, sizes, -sizes), limits, *prices, names)


def wide_book(rng):
    """Draw a book of more homes than the Shapley value is worked out for exactly."""
    homes = int(rng.integers(16, 31))
    net = np.where(np.arange(homes) % 2 == 0, 1.0, -1.0) * rng.integers(1, 20, homes) / 10
    limits = np.where(net > 0.0, rng.uniform(0.0, 0.4, homes), rng.uniform(0.3, 1.0, homes)).round(3)
    names = tuple(f"Home {chr(65 + place % 26)}{'x' * (place // 26)}" for place in range(homes))
    return Book(net, limits, 1.0, 0.1, names)


@once
def _outcomes(drawn):
    rng, result = drawn.rng, drawn.result
    found = []
    if result.community.size <= MOST_HOMES:
        steps = rng.choice(result.timeline.steps, min(3, result.timeline.steps), replace=False)
        busy = np.flatnonzero(result.settlement.trades)
        found += [
            outcome_of_run(result, int(step)) for step in {*map(int, steps), *map(int, rng.permutation(busy)[:2])}
        ]
    names = sorted(mechanisms())
    for number in range(3):
        book = wide_book(rng) if number == 2 and drawn.seed % 10 == 0 else own_book(rng)
        for drawn_name in rng.choice(names, 4, replace=False):
            name = "shapley" if len(book.names) > 12 and rng.random() < 0.5 else str(drawn_name)
            parameters = _parameters(rng, name)
            try:
                outcome = clear_book(book, name, parameters, int(rng.integers(100)))
            except JiranError:
                continue
            found.append(outcome)
    if found and rng.random() < 0.3 and found[-1].seed is not None:
        found.append(replace(found[-1], rule=str(SOMEBODYS_RULE)))
    return found


def _parameters(rng, name):
    wanted = {}
    for one, parameter in find(name).parameters.items():
        if rng.random() < 0.5:
            if parameter.choices:
                wanted[one] = str(rng.choice(parameter.choices))
            elif one in ("k", "p_coef"):
                wanted[one] = float(rng.choice([0.0, 0.25, 0.5, 1.0]))
    return find(name).values(wanted)


def outcomes(drawn):
    """Yield cleared books."""
    for outcome in _outcomes(drawn):
        yield (outcome,)


def trades(drawn):
    """Yield cleared books and the number of a trade."""
    for outcome in _outcomes(drawn):
        for number in range(min(len(outcome.pairs), 3)):
            yield outcome, number


@once
def _cases(drawn):
    rng = np.random.default_rng([drawn.seed, 2])
    return [
        Case(outcome, int(home))
        for outcome in _outcomes(drawn)
        for home in rng.permutation(len(outcome.book.names))[:6]
    ]


def cases(*rules, orders=True, both=True):
    """Return what yields homes of books that one of these rules cleared; of all without names.

    Args:
        rules: Names of rules.
        orders: Only homes with an order.
        both: Only books with both sides.
    """

    def subjects(drawn):
        for case in _cases(drawn):
            net = case.book.net_kwh
            if rules and case.outcome.rule not in rules:
                continue
            if (orders and not net[case.home]) or (both and not ((net > 0.0).any() and (net < 0.0).any())):
                continue
            yield (case,)

    return subjects


class Flow(dict):
    """The flows of a step, and where they come from."""

    def __init__(self, result, step):
        self.result, self.at = result, step
        self.step = take_apart(result, step)
        super().__init__(self.step.energy)


@once
def _flows(drawn):
    rng = np.random.default_rng([drawn.seed, 3])
    steps = rng.choice(drawn.result.timeline.steps, min(3, drawn.result.timeline.steps), replace=False)
    return [Flow(drawn.result, int(step)) for step in steps]


def flows(drawn):
    """Yield the flows of some steps of a run."""
    for flow in _flows(drawn):
        yield (flow,)
