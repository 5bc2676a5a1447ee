"""What changed against a run that was kept as A, in the same currency.

Totals are held against each other only where both runs have as many homes and days; elsewhere what a home pays a day
is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.saving import home_saving
from jiran.explain.say import amount, several
from jiran.nothing import NOTHING_MONEY
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import counted, time_of_day

if TYPE_CHECKING:
    from jiran.result.result import Result

_HOURS_A_DAY = 24.0


def against(result: Result, before: Result) -> tuple[Sentence, ...]:
    """Return what homes pay more or less than in A, and how many more or fewer pay more by trading.

    Args:
        result: The run that is shown.
        before: The run that was kept as A.
    """
    return true_ones(bills(result, before), worse(result, before))


def homes_and_days(result: Result) -> tuple[int, float]:
    """Return how many homes a run has and how many days of 24 hours it takes; totals of runs that differ say little.

    Returns:
        Number of homes, and days as a number with its fraction.
    """
    return result.community.size, result.timeline.steps * result.timeline.step_h / _HOURS_A_DAY


def worse_off(result: Result) -> int:
    """Return how many homes pay more than they would without trading.

    Less than `NOTHING_MONEY` is rounding and no loss.
    """
    return int((home_saving(result) < -NOTHING_MONEY).sum())


def _bills_words(figures: Figures) -> str:
    who, verb, per = ("the homes", "pay", " in all") if figures["alike"] else ("a home", "pays", " a day")
    change = figures["change"]
    if not change:
        return f"Against A {who} {verb} the same{per}."
    return f"Against A {who} {verb} {amount(abs(change), figures['currency'])} {'more' if change > 0 else 'less'}{per}."


@form("against.bills", _bills_words)
def bills(result: Result, before: Result) -> Figures | None:
    """Say what homes pay more or less than in A; of a home and a day where the runs differ in homes or days.

    Returns:
        alike: Whether amounts are of all homes and the whole run; else they are of a home and a day.
        change: More (> 0) or less (< 0) than in A, in the currency; 0 for rounding.
        currency: Of both; runs in two currencies are not compared.
    """
    if result.scenario.currency != before.scenario.currency:
        return None
    alike = homes_and_days(result) == homes_and_days(before)
    now, then = (
        float(run.settlement.cost.sum()) / (1.0 if alike else math.prod(homes_and_days(run)))
        for run in (result, before)
    )
    change = now - then if abs(now - then) > NOTHING_MONEY else 0.0
    return {"alike": alike, "change": change, "currency": result.scenario.currency}


def _worse_words(figures: Figures) -> str:
    now, then = figures["now"], figures["then"]
    if figures["homes"] != figures["homes_of_a"]:
        return (
            f"By trading {now:,} of {several(figures['homes'], 'home pays', 'homes pay')} more than without, in A {then:,} "
            f"of {figures['homes_of_a']:,}."
        )
    more = several(abs(now - then), "home", "homes")
    verb = "pays" if abs(now - then) == 1 else "pay"
    return f"{more} {'more' if now > then else 'fewer'} than in A {verb} more by trading than without it."


@form("against.worse", _worse_words)
def worse(result: Result, before: Result) -> Figures | None:
    """Say how many homes pay more by trading, if that is not as in A.

    Returns:
        now: Homes that pay more than without trading, in this run.
        then: The same in A.
        homes: All homes of this run.
        homes_of_a: All homes of A.
    """
    now, then = worse_off(result), worse_off(before)
    homes, homes_of_a = result.community.size, before.community.size
    if (now == then and homes == homes_of_a) or now == then == 0:
        return None
    return {"now": now, "then": then, "homes": homes, "homes_of_a": homes_of_a}


def _not_comparable_words(figures: Figures) -> str:
    of_a, this = figures["of_a"], figures["this"]
    return {
        "step": lambda: f"A's steps are {counted(of_a, 'minute')} long, these {this:,}",
        "steps": lambda: f"A has {counted(of_a, 'step')}, this has {this:,}",
        "zone": lambda: f"A is in the time zone {of_a}, this in {this}",
        "start": lambda: f"A starts on {of_a}, this on {this}",
        "currency": lambda: f"A is in {of_a}, this in {this}",
    }[figures["what"]]()


@form("against.apart", _not_comparable_words)
def not_comparable(before: Result, result: Result) -> Figures | None:
    """Say why what happened in A cannot be laid over another run step by step, if it cannot; without a full stop.

    Returns:
        what: The first thing that differs: step, steps, start, zone or currency.
        of_a: How it is in A.
        this: How it is in this run; both in the form in which they are said.
    """
    a, b = before.scenario, result.scenario
    pairs = (
        ("step", a.step_minutes, b.step_minutes),
        ("steps", before.timeline.steps, result.timeline.steps),
        ("start", *(_moment(run) for run in (before, result))),
        ("zone", a.time_zone, b.time_zone) if not _same_clock(before, result) else ("zone", "", ""),
        ("currency", a.currency, b.currency),
    )
    return next(({"what": what, "of_a": of_a, "this": this} for what, of_a, this in pairs if of_a != this), None)


def _moment(result: Result) -> str:
    """Return when a run starts on its own wall, "21 Mar 2026 at 00:00"."""
    start = result.timeline.local[0].astype(object)
    return f"{start:%-d %b %Y} at {time_of_day(start)}"


def _same_clock(one: Result, other: Result) -> bool:
    """Tell whether two runs have the same instants, by the world's clock and by that on the wall."""
    left, right = one.timeline, other.timeline
    return bool(np.array_equal(left.utc_s, right.utc_s) and np.array_equal(left.local_s, right.local_s))
