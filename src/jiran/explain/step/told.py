"""One step of a run, told: what the orders were, what the rule made of them, and why homes got their prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jiran.errors import ScenarioError
from jiran.explain.step import money, words
from jiran.explain.step.outcome import outcome_of_run
from jiran.explain.step.run_step import RunStep, take_apart
from jiran.explain.why import compare, explain, headline
from jiran.sentences import Sentence, true_ones

if TYPE_CHECKING:
    from collections.abc import Container

    from jiran.explain.step.outcome import Outcome
    from jiran.result.result import Result


class Told(NamedTuple):
    """What there is to say of a step.

    Attributes:
        step: The step, taken apart.
        outcome: Its orders, and what the rule made of them; prices without the network charge.
        market: Sentences about all: how much could be traded, what was, how, and what it is worth.
        homes: Of each home that was asked about: its number, and why it got its price, or traded nothing.
        rest: Sentences about what neighbours left: battery, grid, and that nothing is lost.
    """

    step: RunStep
    outcome: Outcome
    market: tuple[Sentence, ...]
    homes: dict[int, tuple[Sentence, ...]]
    rest: tuple[Sentence, ...]


def tell(result: Result, step: int, home: str | None = None, most: int | None = None) -> Told:
    """Say what happened in a step.

    Args:
        result: The run.
        step: Which step, from 0.
        home: Name of the one home to explain; default: all that traded.
        most: Explain no more homes than these, the first ones; default: all.

    Raises:
        ScenarioError: There is no such step or home.
    """
    if not 0 <= step < result.timeline.steps:
        raise ScenarioError("step", step, f"must be from 0 to {result.timeline.steps - 1}, the steps of this run")
    outcome, taken = outcome_of_run(result, step), take_apart(result, step)
    traded = [index for index, kwh in enumerate(outcome.traded_kwh) if kwh > 0.0]
    asked = traded[:most] if home is None else [_home(result, home)]
    return Told(
        taken,
        outcome,
        _of_market(outcome),
        {index: (headline(outcome, index), *explain(outcome, index), *compare(outcome, index)) for index in asked},
        true_ones(money.rest(taken.energy), money.money(taken, result.scenario.currency), money.even(taken)),
    )


def _home(result: Result, name: str) -> int:
    """Return the number of the home of this name, or of the community battery if it bids.

    Raises:
        ScenarioError: There is none; the message names the first ten.
    """
    names = list(result.traders)
    if name not in names:
        some = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
        raise ScenarioError("home", name, f"must be the name of a home of this run: {some}")
    return names.index(name)


def _of_market(outcome: Outcome) -> tuple[Sentence, ...]:
    """Return what is said of all trades together; how curves are drawn belongs to a picture."""
    curves = (sentence for sentence in words.curve_words(outcome) if sentence.form != words.row.name)
    return true_ones(
        words.scarce(outcome), *curves, words.order_words(outcome), money.gain(outcome), money.account(outcome)
    )


def trades(outcome: Outcome, homes: Container[int] | None = None) -> list[Sentence]:
    """Return a sentence for each trade in the order made; only for trades of some homes, if they are given.

    Args:
        outcome: The cleared book.
        homes: Numbers of homes; None: all trades.
    """
    numbers = (
        number
        for number, pair in enumerate(outcome.pairs)
        if homes is None or pair.seller in homes or pair.buyer in homes
    )
    return list(true_ones(*(money.trade(outcome, number) for number in numbers)))
