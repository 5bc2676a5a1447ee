"""What homes gain by how they bid: the same homes under one market rule, with several bidding strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.explain.say import share
from jiran.market import find
from jiran.nothing import CENT, THIRD_DIGIT
from jiran.report.measure import highest, means, period, when
from jiran.sentences import Sentence, form, true_ones
from jiran.words import kwh, listed, money, percent

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.sentences import Figures


def say(comparison: Comparison) -> tuple[Sentence, ...]:
    """Say what comes of the ways to bid.

    Args:
        comparison: Cases by the name of the strategy, all under one rule.
    """
    return true_ones(saved(comparison), gained(comparison))


def _saved_words(figures: Figures) -> str:
    currency, rule = figures["currency"], figures["rule"]
    most, best = money(figures["most"], currency), listed(figures["best"])
    if not figures["last"]:
        alone = "the homes save" if len(figures["best"]) == 1 else "however they bid, the homes save"
        return f"{when(figures)} {alone} {most} by trading under {rule}."
    least, last = money(figures["least"], currency), listed(figures["last"])
    traded = (
        ""
        if figures["best_kwh"] is None
        else f" ({kwh(figures['best_kwh'])} against {kwh(figures['last_kwh'])} traded)"
    )
    return f"{when(figures)} under {rule} the homes save most by trading with {best}, {most}, and least with {last}, {least}{traded}."


@form("bidding.saved", _saved_words)
def saved(comparison: Comparison) -> Figures | None:
    """True of all ways to bid: with which the homes together save most by trading, and with which least.

    Returns:
        best, last: Names; last is empty where all save the same.
        most, least: What is saved with them, means over the seeds.
        best_kwh, last_kwh: Traded with the first of each; None where there is no last.
        rule: Name of the market rule.
    """
    savings, traded = means(comparison, "saving"), means(comparison, "p2p_kwh")
    first = next(iter(comparison.cases.values()))
    best = highest(savings, CENT)
    least = min(savings.values())
    last = [case for case, value in savings.items() if value <= least + CENT and case not in best]
    return period(comparison) | {
        "currency": comparison.currency, "rule": find(first.market.mechanism).name, "best": best, "last": last,
        "most": max(savings.values()), "least": least,
        "best_kwh": traded[best[0]] if last else None, "last_kwh": traded[last[0]] if last else None,
    }  # fmt: skip


def _gained_words(figures: Figures) -> str:
    text = f"Of what could be gained by what a kWh is worth to each home, {listed(figures['best'])} reach"
    text += f"{'es' * (len(figures['best']) == 1)} most, {share(figures['most'])}"
    least = percent(figures["least"], 1) if figures["least"] < 0.0 else share(figures["least"])
    return f"{text}, and {listed(figures['last'])} least, {least}."


@form("bidding.gained", _gained_words)
def gained(comparison: Comparison) -> Figures | None:
    """True where ways to bid differ in efficiency: which reach most, and which least, of what their own orders could gain.

    Returns:
        Names and shares, means over the seeds.
    """
    reached = means(comparison, "efficiency")
    if len(reached) < 2 or max(reached.values()) < CENT:
        return None
    best, least = highest(reached, THIRD_DIGIT), min(reached.values())
    last = [case for case, value in reached.items() if value <= least + THIRD_DIGIT and case not in best]
    if not last:
        return None
    return {"best": best, "most": max(reached.values()), "last": last, "least": least}
