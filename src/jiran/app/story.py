"""What a run says in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from jiran.app.showing import plain
from jiran.words import counted, kwh

if TYPE_CHECKING:
    from jiran.result import Result


def story(result: Result) -> str:
    """Return two or three sentences about who sold, what the evening lived from, and what it saved."""
    return " ".join(sentence for sentence in (_selling(result), _battery(result), _saving(result)) if sentence)


def _selling(result: Result) -> str:
    """Say who sold how much, and when most."""
    sold = result.settlement.home_kwh["p2p_sold_kwh"]
    days = _days(result)
    if not sold.sum() > 0.0:
        if result.settlement.home_kwh["generation_kwh"].sum() > 0.0:
            return "Nobody sold to a neighbour."
        has_roofs = any(kind in ("solar", "hybrid") for kind in result.community.kinds)
        return "No sun shone in this time." if has_roofs else "No home has a roof to sell from."
    generates = result.settlement.home_kwh["generation_kwh"] > 0.0
    lent = result.settlement.home_kwh["ev_lent_kwh"].sum()
    roofs = int(generates.sum())
    who = f"The {counted(roofs, 'solar roof')}" if roofs else ""
    if lent > 0.0:
        cars = f"{counted(int((result.settlement.home_kwh['ev_lent_kwh'] > 0).sum()), 'car')}"
        who = f"{who} and {cars}" if who else f"The {cars}"
    p2p = result.settlement.step_kwh["p2p_sold_kwh"]
    by_hour = np.bincount(result.timeline.hour.astype(int), p2p, minlength=24)
    per = "" if days <= 1 else f" in {days:.0f} days"
    return f"**{who} sold {kwh(sold.sum())} to neighbours{per}**, most of it around {int(by_hour.argmax()):02d}:00."


def _battery(result: Result) -> str:
    """Say what the battery did for the evening."""
    flow = result.settlement.step_kwh
    capacity = result.scenario.battery.capacity_kwh
    drawn = flow["battery_drawn_kwh"]
    if capacity <= 0.0:
        evening = result.timeline.hour >= 18
        share = flow["grid_import_kwh"][evening].sum() / max(_demand(result)[evening].sum(), 1e-9)
        return f"There is no battery: {share:.0%} of the evening came from the grid."
    if drawn.sum() <= 1e-6:
        return "The battery gave nothing."
    days = _days(result)
    if days > 1:
        return f"The battery carried {kwh(drawn.sum() / days)} a day from the sunny hours into the evening."
    steps = np.flatnonzero(drawn > 1e-6)
    first, end = (
        result.timeline.local[steps[0]],
        result.timeline.local[steps[-1]] + np.timedelta64(result.scenario.step_minutes, "m"),
    )
    emptied = result.flows.outputs.soc_kwh[steps[-1]] <= result.scenario.battery.min_soc * capacity + 1e-6
    then = ", then it was empty" if emptied else ""
    return f"From {_clock(first)} to {_clock(end)} the battery helped out{then}."


def _saving(result: Result) -> str:
    """Say what trading saved, and whether anybody loses."""
    kpis, currency = result.kpis, plain(result.scenario.currency)
    saving = kpis["saving"] or 0.0
    homes = result.community.size
    verb = "saved" if saving > 0 else "cost"
    sentence = f"Trading {verb} the {counted(homes, 'home')} **{currency} {abs(saving):,.2f}**"
    if abs(saving) < 0.005:
        sentence = "Trading saved nothing in all"
    worse = worse_off(result)
    if worse:
        link = "but" if saving > -0.005 else "and"
        return f"{sentence}, {link} {counted(worse, 'home')} {'pays' if worse == 1 else 'pay'} more than without it."
    return f"{sentence}, and nobody pays more than without it."


def against(result: Result, before: Result) -> str:
    """Say in a sentence what changed against A, in the same currency: what homes pay, and how many are worse off.

    Where the runs differ in homes or in days, what is said of bills is of one home on a mean day.
    """
    alike, currency = homes_and_days(result) == homes_and_days(before), plain(result.scenario.currency)
    now, then = (
        float(run.kpis["cost"] or 0.0) / (1.0 if alike else math.prod(homes_and_days(run))) for run in (result, before)
    )
    who, verb, per = ("the homes", "pay", "") if alike else ("a home", "pays", " a day")
    change = now - then
    how = f"**{currency} {abs(change):,.2f} {'more' if change > 0 else 'less'}**{per}"
    if abs(change) < 0.005:
        how = f"**the same**{per}"
    return f"Against A {who} {verb} {how}{_worse_than(result, before)}."


def _worse_than(result: Result, before: Result) -> str:
    """Say how many homes more or fewer than in A are worse off by trading."""
    now, then = worse_off(result), worse_off(before)
    if now == then == 0:
        return ""
    if result.community.size != before.community.size:
        return (
            f"; {now} of {result.community.size:,} are worse off by trading, in A {then} of {before.community.size:,}"
        )
    if now == then:
        return ""
    more = "more" if now > then else "fewer"
    return f"; {counted(abs(now - then), 'home')} {more} {'is' if abs(now - then) == 1 else 'are'} worse off"


def homes_and_days(result: Result) -> tuple[int, float]:
    """Return how many homes a run has, and how many days; totals of runs that are not alike in both say little."""
    return result.community.size, _days(result)


def worse_off(result: Result) -> int:
    """Return how many homes pay more than they would without trading."""
    return round((result.kpis["homes_worse_off"] or 0.0) * result.community.size)


def _demand(result: Result) -> np.typing.NDArray[np.float64]:
    kwh = result.settlement.step_kwh
    return kwh["load_kwh"] + kwh["ev_kwh"]


def _days(result: Result) -> float:
    return result.timeline.steps * result.timeline.step_h / 24.0


def _clock(instant: np.datetime64) -> str:
    return str(instant.astype("datetime64[m]"))[-5:]
