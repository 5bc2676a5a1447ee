"""The answer to a scenario's question in one line: who gains and who loses, why little is traded, or what trading is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.nothing_traded import count_steps, nothing_traded
from jiran.explain.saving import home_saving, saving
from jiran.explain.say import amount, share
from jiran.nothing import NOTHING_MONEY
from jiran.result.figures import KPIS
from jiran.sentences import Figures, Sentence, form
from jiran.words import KIND_NAMES, begun, decimals, listed, money

if TYPE_CHECKING:
    from jiran.result.result import Result
    from jiran.scenario.files import Asked

#: A smaller share of use that is traded is little.
LITTLE = 0.05


def answer(result: Result, instead: Result | None = None, asked: Asked | None = None) -> Sentence | None:
    """Return the sentence that answers what a run was asked; None if nothing can be said of it.

    Args:
        result: The run.
        instead: The run of the same street changed, if the question is about that.
        asked: What was changed, and which figures tell.
    """
    if instead is not None and asked is not None:
        return changed(result, instead, asked.figures, asked.instead)
    return by_kind(result) or all_alike(result) or saving(result) or nothing_traded(result, 0, result.timeline.steps)


def _changed_words(figures: Figures) -> str:
    def told(values: list[float]) -> list[str]:
        return [
            money(value, figures["currency"]) if unit == "money" else f"{decimals(value, 1)} {unit}"
            for value, unit in zip(values, figures["units"], strict=True)
        ]

    here, there = told(figures["here"]), told(figures["there"])
    labels = [begun(figures["labels"][0]), *(label[0].lower() + label[1:] for label in figures["labels"][1:])]
    first = listed([f"{label} is {value}" for label, value in zip(labels, here, strict=True)])
    rest = "the same" if here == there else listed(there)
    return f"{first}; {figures['instead']}, {'it' if len(here) == 1 else 'they'} would be {rest}."


@form("answer.changed", _changed_words)
def changed(result: Result, other: Result, names: tuple[str, ...], instead: str) -> Figures | None:
    """Say what figures are, and what they are in a run of the same street changed, if all of them are defined.

    Args:
        result: The run.
        other: The run of the street changed.
        names: Which figures: amounts of money, energy or power.
        instead: What was changed, in words, as in "without the batteries".
    """
    here, there = ([run.kpis[name] for name in names] for run in (result, other))
    if None in (*here, *there):
        return None
    return {
        "labels": [KPIS[name].label for name in names], "units": [KPIS[name].form.unit for name in names],
        "here": here, "there": there, "instead": instead, "currency": result.scenario.currency,
    }  # fmt: skip


def _by_kind_words(figures: Figures) -> str:
    def side(sign: int) -> str:
        kinds = [kind for kind, saved in figures["kinds"].items() if sign * saved > 0.0]
        total = sum(abs(figures["kinds"][kind]) for kind in kinds)
        return f"{listed([KIND_NAMES[kind] for kind in kinds])} homes {'gain' if sign > 0 else 'lose'} {amount(total, figures['currency'])}"

    return f"{side(1)} by trading, and {side(-1)}."


@form("answer.by_kind", _by_kind_words)
def by_kind(result: Result) -> Figures | None:
    """Say which kinds of homes gain and which lose by trading, each kind together, if some gain and some lose."""
    saved, kinds = home_saving(result), np.array(result.community.kinds)
    sums = {kind: float(saved[kinds == kind].sum()) for kind in KIND_NAMES}
    told = {kind: total for kind, total in sums.items() if abs(total) > NOTHING_MONEY}
    if not told or min(told.values()) > 0.0 or max(told.values()) < 0.0:
        return None
    return {"kinds": told, "currency": result.scenario.currency}


def _all_alike_words(figures: Figures) -> str:
    steps = f"the {figures['spare']:,} steps" if figures["spare"] > 1 else "the one step"
    return (
        f"In {figures['alone']:,} of {steps} in which a home has energy to spare nobody is short of it: "
        f"neighbours trade {share(figures['share'])} of what they use."
    )


@form("answer.all_alike", _all_alike_words)
def all_alike(result: Result) -> Figures | None:
    """Say in how many steps with energy to spare nobody is short, if these are most of them and little is traded."""
    traded = result.kpis["p2p_share"]
    if not traded or traded >= LITTLE:
        return None
    steps = count_steps(result, 0, result.timeline.steps)
    alone = steps.spare - steps.both
    return {"spare": steps.spare, "alone": alone, "share": traded} if 2 * alone > steps.spare else None
