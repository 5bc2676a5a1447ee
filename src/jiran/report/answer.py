"""A comparison of rules in plain sentences: what is reached, and of what; who gains and who loses is said in `who`.

Each sentence is a function of the comparison that returns its figures, or None where it would not be true; words are
made of figures alone. `tests/truth` works the figures out in another way. Differences below a cent are no difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain import say
from jiran.explain.stored import stores
from jiran.homes.timeline import timeline
from jiran.market import find
from jiran.money.worth import pair_by_step
from jiran.nothing import CENT, LAST_DIGITS, LEAST_SAID_KWH, NOTHING_MONEY, THIRD_DIGIT
from jiran.report import who
from jiran.report.figures import NEARLY_ALL
from jiran.report.measure import MOST_NAMED, highest, means, named, period, when
from jiran.sentences import Sentence, form, true_ones
from jiran.words import kwh, listed, money, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiran.judge.comparison import Comparison
    from jiran.sentences import Figures

#: Energy left at the end that differs by less is written alike.
_AS_FULL_KWH = 0.05
#: Numbers that are said as words.
_FEW = ("", "one", "two", "three")


def answer(comparison: Comparison) -> tuple[str, ...]:
    """Return what a comparison of rules says, a sentence each: how much is reached, who gains, who loses.

    The texts are plain: no markup, and names stand in them as they are.
    """
    return tuple(sentence.text for sentence in sentences(comparison))


def sentences(comparison: Comparison) -> tuple[Sentence, ...]:
    """Return the same as sentences with their figures.

    If nobody trades and no bill changes, only what the battery took is left to say.
    """
    nothing = nobody(comparison)
    if nothing is not None and not nothing.figures["moved"]:
        return true_ones(nothing, below(comparison))
    return true_ones(
        nothing, no_gain(comparison), reached(comparison), saved(comparison), below(comparison), left_over(comparison), worth(comparison),
        who.even(comparison), who.worst(comparison), who.kinds(comparison), who.alike(comparison),
        who.nobody_loses(comparison), who.losers(comparison), who.kept(comparison), who.from_outside(comparison),
    )  # fmt: skip


def _nobody_words(figures: Figures) -> str:
    rules = "this rule" if figures["cases"] == 1 else f"any of these {figures['cases']} rules"
    text = f"{when(figures)} nobody trades with a neighbour under {rules}"
    if figures["moved"]:
        return f"{text}; only {named(figures['moved'])} changes the bills, for it shares them out anew."
    return f"{text}{', for there is one home alone' if figures['homes'] == 1 else ''}, so no bill changes."


@form("compare.nobody", _nobody_words)
def nobody(comparison: Comparison) -> Figures | None:
    """True where no rule trades in any seed; says under which rules bills change all the same.

    One trade in one seed is enough to make it false.
    """
    if any(np.nansum(comparison.values(case, "p2p_kwh")) for case in comparison.cases):
        return None
    moved = [
        case
        for case, samples in comparison.samples.items()
        if any(np.abs(sample.saving).max() > NOTHING_MONEY for sample in samples)
    ]
    homes = len(next(iter(comparison.samples.values()))[0].homes)
    return {**period(comparison), "cases": len(comparison.cases), "moved": moved, "homes": homes}


def _no_gain_words(figures: Figures) -> str:
    charge = " less the network charge" if figures["charge"] else ""
    return (
        f"{when(figures)} nothing can be gained by trading, because the grid gives for a kWh at least what it takes{charge}: "
        "what one home gains, others lose at least."
    )


@form("compare.no_gain", _no_gain_words)
def no_gain(comparison: Comparison) -> Figures | None:
    """True where in every step the grid gives at least what it takes, network charge off, and no rule saves anything.

    Under a tariff a kWh is worth something else to each home, and it is not said.
    """
    first = next(iter(comparison.cases.values()))
    if first.grid.tariff is not None:
        return None
    taken, given = pair_by_step(first, timeline(first))
    saved = max(np.max(comparison.values(case, "saving")) for case in comparison.cases)
    if (taken - first.grid.network_charge - given > NOTHING_MONEY).any() or saved > CENT:
        return None
    return {**period(comparison), "charge": first.grid.network_charge}


def _reached_words(figures: Figures) -> str:
    share, full, under = figures["reached"], figures["full"], figures["under"]
    rest = [case for case in share if case not in full]
    total, missed = len(share) + len(under), [*rest, *under]
    of_what = "of what the homes could save at the grid"
    nothing = f"{named(under)} less than nothing" if under else ""
    if not full:
        if total == 1:
            return f"{when(figures)} the rule reaches {_span(rest, share)} {of_what}."
        but = f", but {nothing}" if under else ""
        return f"{when(figures)} no rule reaches all {of_what}: {'they reach' if len(rest) > 1 else f'{rest[0]} reaches'} {_span(rest, share)}{but}."
    if not missed:
        all_of = {1: "the rule reaches", 2: "both rules reach"}.get(total, f"all {total} rules reach")
        return f"{when(figures)} {all_of} 100% {of_what}{'; it only matters who gets the saving' if total > 1 else ''}."
    but = _FEW[len(missed)] if len(missed) < len(_FEW) else str(len(missed))
    start = f"all but {but} of the {total} rules" if len(missed) < len(full) else named(full)
    verb = "reaches" if len(full) == 1 and start == full[0] else "reach"
    less = ("trades less and " if len(rest) == 1 else "trade less and ") if figures["trade_less"] else ""
    others = named(rest) if len(rest) < len(_FEW) else f"{'other' if under else 'the other'} {len(rest)} rules"
    parts = [f"{others} {less}reach{'es' * (len(rest) == 1)} {_span(rest, share)}"] if rest else []
    parts += [f"{named(under)} reach{'es' * (len(under) == 1)} less than nothing"] if under else []
    return f"{when(figures)} {start} {verb} 100% {of_what}; {' and '.join(parts)}."


def _span(cases: list[str], share: Mapping[str, float]) -> str:
    """Say what cases, the lowest first, reach.

    Args:
        cases: In order of what they reach.
        share: What each reaches, 0..1; below 0 is written as 0.
    """
    return " to ".join(dict.fromkeys(percent(max(0.0, share[case]), 1) for case in (cases[0], cases[-1])))


@form("compare.reached", _reached_words)
def reached(comparison: Comparison) -> Figures | None:
    """True where something can be saved at the grid: which rules reach all of it, and what the others reach.

    By how much a rule reaches less than nothing is left to `below`.

    Returns:
        Shares by case, the lowest first; those that reach all as it is written (`NEARLY_ALL`), those below 0, and
        whether the others trade less energy.
    """
    if no_gain(comparison) is not None:
        return None
    found = means(comparison, "optimum_share")
    share = {case: value for case, value in found.items() if value >= -LAST_DIGITS}
    if not share:
        return None
    ordered = dict(sorted(share.items(), key=lambda item: item[1]))
    full = [case for case, value in share.items() if value >= NEARLY_ALL]
    rest = [case for case in ordered if case not in full]
    energy = means(comparison, "p2p_kwh")
    less = (
        bool(full and rest) and max(energy[case] for case in rest) < min(energy[case] for case in full) - _AS_FULL_KWH
    )
    return {
        **period(comparison),
        "reached": ordered,
        "full": full,
        "under": [case for case in found if case not in share],
        "trade_less": less,
    }


def _saved_words(figures: Figures) -> str:
    low, high = (0.0 if abs(amount) <= CENT else amount for amount in (figures["low"], figures["high"]))
    less, more = (money(abs(amount), figures["currency"]) for amount in (low, high))
    homes = "the home" if figures["homes"] == 1 else "the homes"
    if low == high == 0.0:
        return f"{when(figures)} trading changes nothing of what {homes} pay{'s' * (figures['homes'] == 1)} in all."
    if low >= 0.0:
        return f"{when(figures)} trading saves {homes} {more if less == more else f'{less} to {more}'} in all."
    if high <= 0.0:
        return f"{when(figures)} trading costs {homes} {less if less == more else f'{more} to {less}'} more in all."
    return (
        f"{when(figures)} trading saves {homes} {more} in all under one rule, and costs them {less} more under another."
    )


@form("compare.saved", _saved_words)
def saved(comparison: Comparison) -> Figures | None:
    """True where it is not said what is reached of what the homes could save: what they save in all, least and most.

    Returns:
        Least and most mean saving of all homes together, in the currency.
    """
    if any(one is not None for one in (nobody(comparison), no_gain(comparison), reached(comparison))):
        return None
    saving = means(comparison, "saving").values()
    homes = len(next(iter(comparison.samples.values()))[0].homes)
    return {
        **period(comparison),
        "low": min(saving),
        "high": max(saving),
        "homes": homes,
        "currency": comparison.currency,
    }


def _below_words(figures: Figures) -> str:
    amounts = sorted({money(amount, figures["currency"]): amount for amount in figures["more"].values()}.items(), key=lambda one: one[1])  # fmt: skip
    amount = f"{'up to ' if len(amounts) > 1 else ''}{amounts[-1][0]}"
    rules = "every rule" if MOST_NAMED < len(figures["more"]) == figures["cases"] else named(list(figures["more"]))
    pays = "the home pays" if figures["homes"] == 1 else "the homes pay"
    text = f"Under {rules} {pays} the grid {amount} more than without trading and battery"
    if figures["stored_kwh"] > _AS_FULL_KWH:
        text += f"; what is stored at the end, {kwh(figures['stored_kwh'])} more than at the start, counts as nothing"
    elif figures["charged_kwh"] > _AS_FULL_KWH:
        text += f"; the battery takes {kwh(figures['charged_kwh'])} that the grid would have paid for"
    return f"{text}."


@form("compare.below", _below_words)
def below(comparison: Comparison) -> Figures | None:
    """True where homes without batteries of their own pay the grid more than each alone would: a share below zero.

    Says the least that the battery gained under these rules, or the least that it took if the grid pays for each kWh.

    Returns:
        By case what the homes pay more than each alone, in the currency, a mean over the seeds, and the kWh that
        explain it, 0 where they do not.
    """
    if next(
        iter(comparison.cases.values())
    ).homes.batteries:  # a share of what no battery at all leaves, and homes have theirs
        return None
    more = {}
    for case in means(comparison, "optimum_share"):
        possible = comparison.values(case, "cost_alone") - comparison.values(case, "cost_optimum")
        amount = float((-comparison.values(case, "optimum_share") * possible).mean())
        if amount > CENT:
            more[case] = amount
    if not more:
        return None
    first = next(iter(comparison.cases.values()))
    battery = first.battery
    stored = min(means(comparison, "soc_end_kwh")[case] for case in more) - battery.capacity_kwh * battery.start_soc
    taken = min(means(comparison, "battery_charged_kwh")[case] for case in more)
    # A battery that may buy from the grid does not take only what homes would have sold there.
    paid = not battery.planned and float(pair_by_step(first, timeline(first))[1].min()) > 0.0
    return {
        "more": more,
        "cases": len(comparison.cases),
        "homes": len(next(iter(comparison.samples.values()))[0].homes),
        "currency": comparison.currency,
        "stored_kwh": max(0.0, stored),
        "charged_kwh": taken if paid else 0.0,
    }


def _left_over_words(figures: Figures) -> str:
    most, others = figures["most"], figures["others"]
    less = f"{kwh(figures['least_kwh'])} to {kwh(figures['next_kwh'])}" if figures["next_kwh"] - figures["least_kwh"] > _AS_FULL_KWH else kwh(figures["least_kwh"])  # fmt: skip
    rest = named(others) if len(others) < len(_FEW) else f"the other {len(others)} rules"
    return (
        f"At the end {kwh(figures['most_kwh'])} are left in {listed(figures['stores'])} under {named(most)} and {less} under {rest}; what is left "
        "counts as nothing saved."
    )


@form("compare.left_over", _left_over_words)
def left_over(comparison: Comparison) -> Figures | None:
    """True where more is stored at the end under some rules than under others.

    Returns:
        kWh in all stores at the end, means over the seeds, and what stores there are.
    """
    stored = means(comparison, "stored_end_kwh")
    top, low = max(stored.values()), min(stored.values())
    if top - low <= _AS_FULL_KWH:
        return None
    most, first = highest(stored, _AS_FULL_KWH), next(iter(comparison.cases.values()))
    others = [case for case in stored if case not in most]
    return {
        "most": most,
        "most_kwh": top,
        "others": others,
        "least_kwh": low,
        "next_kwh": max(stored[case] for case in others),
        "stores": stores(
            shared=first.battery.capacity_kwh > 0.0,
            at_home=first.homes.batteries,
            cars=first.homes.cars and (first.ev.supply.enabled or first.ev.planned),
        ),
    }


def _worth_words(figures: Figures) -> str:
    best, last, lowest = figures["best"], figures["last"], figures["lowest"]
    who_best = named(best, 2 * len(_FEW))
    text = (
        f"Measured by what a kWh is worth to each home itself, {who_best} reach{'es' * (len(best) == 1)} "
        f"{say.share(figures['share'])} of what can be gained"
    )
    if not last:
        return f"{text}."
    why = f", because {'it trades' if len(last) == 1 else 'they trade'} all, whatever it is worth to whom" if figures["deaf"] else ""  # fmt: skip
    if lowest < 0.0:
        return f"{text}; under {named(last)} more is lost than gained ({percent(lowest, 1)}){why}."
    return f"{text}; {named(last)} only {say.share(lowest)}{why}."


@form("compare.worth", _worth_words)
def worth(comparison: Comparison) -> Figures | None:
    """True where homes do not all bid the tariff and several rules differ: which reach most by what a kWh is worth to each.

    Returns:
        Shares of the highest welfare, 0..1, below 0 where a rule destroys it; and whether those that reach least trade
        all there is and heed no limits.
    """
    if next(iter(comparison.cases.values())).bids_grid_prices:
        return None
    share = means(comparison, "efficiency")
    if len(share) < 2 or max(share.values()) < CENT:
        return None
    best = highest(share, THIRD_DIGIT)
    rest = {case: value for case, value in share.items() if case not in best}
    lowest = min(rest.values(), default=0.0)
    last = [case for case, value in rest.items() if value <= lowest + THIRD_DIGIT]
    return {
        "best": best,
        "share": max(share.values()),
        "last": last,
        "lowest": lowest,
        "deaf": bool(last) and all(_trades_all(comparison, case) for case in last),
    }


def _trades_all(comparison: Comparison, case: str) -> bool:
    """Tell whether a rule that heeds no limit price trades as much as any.

    Args:
        comparison: The comparison.
        case: Name of a case in it.
    """
    energy = means(comparison, "p2p_kwh")
    heeds = find(comparison.cases[case].market.mechanism).properties & {"individually-rational"}
    return not heeds and energy[case] >= max(energy.values()) - LEAST_SAID_KWH
