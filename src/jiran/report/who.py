"""A comparison of rules in plain sentences: who gains most under which, who loses, and what the market keeps.

Rules whose gains are paid from outside, or decided by a place in a list, are never called the best for somebody
(`measure.counted_cases`), and a sentence says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.market import find
from jiran.nothing import CENT, SEEN
from jiran.report.measure import (
    counted_cases,
    highest,
    kind_homes,
    means,
    named,
    often,
    paying_their_way,
    saving_of,
    times_best,
)
from jiran.report.reasons import where_lost
from jiran.sentences import form
from jiran.words import KIND_NAMES, counted, listed, money

if TYPE_CHECKING:
    from jiran.judge.comparison import Comparison
    from jiran.sentences import Figures

#: Evenness that differs by less is the same.
_AS_EVEN = 1e-5
#: Rules whose losers are told one by one.
_MOST_TOLD = 3


def _even_words(figures: Figures) -> str:
    if figures["all"]:
        return "All share the saving equally evenly."
    best, currency = figures["best"], figures["currency"]
    low, high = figures["low"], figures["high"]
    each = f"every home saves {money(low, currency)}"
    if high - low > 2 * CENT:
        each = f"a home saves between {money(low, currency)} and {money(high, currency)}"
    among = "Of the rules under which nobody loses, " if figures["some_lose"] else ""
    text = (
        f"{named(best)} share{'s' * (len(best) == 1)} most evenly{often(figures['times'], figures['seeds'])}: {each}."
    )
    return f"{among}{text}"


@form("compare.even", _even_words)
def even(comparison: Comparison) -> Figures | None:
    """True where nobody loses in any seed under several rules that save something: which shares the saving most evenly.

    Returns:
        The best, the smallest and largest saving of a home under the first of them, in the currency, and in how many
        seeds they are the best.
    """
    saving, jain = means(comparison, "saving"), means(comparison, "saving_jain")
    counted_ones = counted_cases(comparison)
    evenness = {
        case: jain[case]
        for case in jain
        if saving[case] > CENT and case in counted_ones and _nobody_loses(comparison, case)
    }
    homes = len(next(iter(comparison.samples.values()))[0].homes)
    if len(evenness) < 2 or homes == 1:
        return None
    best = highest(evenness, _AS_EVEN)
    low, high = (means(comparison, f"home_saving_{end}")[best[0]] for end in ("worst", "best"))
    values = {case: comparison.values(case, "saving_jain") for case in evenness}
    return {
        "best": best,
        "all": len(best) == len(evenness),
        "low": low,
        "high": high,
        "times": times_best(best, values, _AS_EVEN),
        "seeds": len(comparison.seeds),
        "some_lose": any(not _nobody_loses(comparison, case) for case in comparison.cases),
        "currency": comparison.currency,
    }


def _nobody_loses(comparison: Comparison, case: str) -> bool:
    """Tell whether under a rule no home pays more than without trading, in any seed."""
    return not np.nansum(comparison.values(case, "homes_worse_off"))


def _worst_words(figures: Figures) -> str:
    amount = money(abs(figures["amount"]), figures["currency"])
    what = (
        "The smallest saving of any home is largest"
        if figures["amount"] >= 0.0
        else "What the home that is worst off loses is least"
    )
    return f"{what} under {named(figures['best'])}{often(figures['times'], figures['seeds'])}: {amount}."


@form("compare.worst", _worst_words)
def worst(comparison: Comparison) -> Figures | None:
    """True where several rules differ in what the home saves that gains least: under which it is most.

    Returns:
        The largest smallest saving, in the currency, below 0 where somebody loses under every rule.
    """
    cases = counted_cases(comparison)
    found = {case: value for case, value in means(comparison, "home_saving_worst").items() if case in cases}
    if len(found) < 2:
        return None
    best = highest(found, CENT)
    if len(best) == len(found) or abs(found[best[0]]) <= CENT:
        return None
    values = {case: comparison.values(case, "home_saving_worst") for case in found}
    return {
        "best": best,
        "amount": max(found.values()),
        "times": times_best(best, values, CENT),
        "seeds": len(comparison.seeds),
        "currency": comparison.currency,
    }


def _kinds_words(figures: Figures) -> str:
    parts = []
    for group in figures["groups"]:
        kinds = listed([kind_homes(kind) for kind in group["kinds"]])
        amounts = "; ".join(
            f"{money(amount, figures['currency'])}{'' if homes == 1 else ' on average'}{often(times, figures['seeds'])}"
            for amount, homes, times in zip(group["amounts"], group["homes"], group["times"], strict=True)
        )
        best = group["best"]
        why = {
            "": "",
            "sellers": ", where sellers get most for a kWh",
            "buyers": ", where buyers pay least for a kWh",
        }[group["because"]]
        who = f"Of the rules that count, {kinds}" if group["outdone"] else f"{kinds[0].upper()}{kinds[1:]}"
        parts.append(f"{who} gain most under {named(best)} ({amounts}){why}.")
    return " ".join(parts)


@form("compare.kinds", _kinds_words)
def kinds(comparison: Comparison) -> Figures | None:
    """True where homes of a kind gain most under a few of several rules: those rules, by how much, and a price that says why.

    Returns:
        Groups of kinds with the same best rules; amounts are means over homes and seeds, in the currency. A group is
        outdone if homes of a kind gain more under a rule that is not counted.
    """
    cases = counted_cases(comparison)
    if len(cases) < 2:
        return None
    groups: dict[tuple[str, ...], dict[str, list[object]]] = {}
    kind_of_home = next(iter(comparison.samples.values()))[0].kinds
    for kind in (kind for kind in KIND_NAMES if kind in kind_of_home):
        saving = {case: saving_of(comparison, case, kind) for case in cases}
        mean = {case: float(values.mean()) for case, values in saving.items()}
        best = highest(mean, CENT)
        if mean[best[0]] > CENT and len(best) <= _MOST_TOLD and len(best) < len(cases):
            group = groups.setdefault(tuple(best), {"kinds": [], "amounts": [], "homes": [], "times": [], "more": []})
            group["kinds"].append(kind)
            group["amounts"].append(mean[best[0]])
            group["homes"].append(kind_of_home.count(kind))
            group["times"].append(times_best(best, saving, CENT))
            others = (saving_of(comparison, case, kind).mean() for case in comparison.cases if case not in cases)
            group["more"].append(any(other > mean[best[0]] + CENT for other in others))
    if not groups:
        return None
    found = [
        {
            "best": list(best),
            "because": _because(comparison, best, {str(kind) for kind in group["kinds"]}),
            "outdone": any(group.pop("more")),
            **group,
        }
        for best, group in groups.items()
    ]
    return {"groups": found, "seeds": len(comparison.seeds), "currency": comparison.currency}


def _because(comparison: Comparison, best: tuple[str, ...], of_kinds: set[str]) -> str:
    """Return the side whose price is the best under exactly these rules, of all that are compared; "" if there is none.

    Args:
        comparison: The comparison.
        best: The rules in question.
        of_kinds: Kinds of homes for which they are the best.
    """
    paid, received = (means(comparison, figure) for figure in ("price_paid", "price_received"))
    if not all(case in paid for case in best):
        return ""
    dearest, cheapest = max(received.values()) - SEEN, min(paid.values()) + SEEN
    if of_kinds <= {"solar", "hybrid"} and {case for case in received if received[case] >= dearest} == set(best):
        return "sellers"
    if of_kinds <= {"ev", "hybrid", "normal"} and {case for case in paid if paid[case] <= cheapest} == set(best):
        return "buyers"
    return ""


@form("compare.nobody_loses", lambda _: "No home pays more than without trading.")
def nobody_loses(comparison: Comparison) -> Figures | None:
    """True where under no rule, in no seed, any home pays more than without trading."""
    return {} if all(_nobody_loses(comparison, case) for case in comparison.cases) else None


def _losers_words(figures: Figures) -> str:
    homes, losing, worst_of = figures["homes"], figures["losing"], figures["worst"]

    def how_many(case: str) -> str:
        number = losing[case]
        whole = abs(number - round(number)) < SEEN
        return f"{f'{number:.0f}' if whole else f'on average {number:.2g}'} of {counted(homes, 'home')}"

    def how_much(case: str) -> str:
        who = "the worst off" if figures["seeds"] == 1 else "the worst off of all seeds"
        return f"({who} pays {money(-worst_of[case], figures['currency'], _digits(worst_of[case]))} more)"

    where = f"; there {figures['where']}" if figures["where"] else ""
    cases = list(losing)
    if len(cases) <= _MOST_TOLD:
        return f"Some pay more than without trading: {listed([f'{how_many(case)} under {case} {how_much(case)}' for case in cases])}{where}."
    most = cases[0]
    return f"Under {len(cases)} rules some pay more than without trading, most homes under {most}: {how_many(most)} {how_much(most)}{where}."


def _digits(amount: float) -> int:
    """Return digits that show an amount which is not nothing.

    Args:
        amount: In the currency.
    """
    return 2 if abs(amount) >= CENT else 6


@form("compare.losers", _losers_words)
def losers(comparison: Comparison) -> Figures | None:
    """True where under some rule homes pay more than without trading: how many, and how much more the worst off pays.

    Returns:
        Mean number of losing homes by rule, the most first, and what the worst off of all seeds saves (below 0).
    """
    homes = len(next(iter(comparison.samples.values()))[0].homes)
    share = means(comparison, "homes_worse_off")
    losing = sorted((case for case, value in share.items() if value > 0.0), key=lambda case: -share[case])
    if not losing:
        return None
    named_ones = losing if len(losing) <= _MOST_TOLD else losing[:1]
    reasons = {where_lost(comparison, case) for case in named_ones}
    worst_of = {case: float(np.min([sample.saving.min() for sample in comparison.samples[case]])) for case in losing}
    return {
        "homes": homes,
        "losing": {case: share[case] * homes for case in losing},
        "worst": worst_of,
        "where": reasons.pop() if len(reasons) == 1 else "",
        "seeds": len(comparison.seeds),
        "currency": comparison.currency,
    }


def _money_span(figures: Figures) -> str:
    """Return the least and the most of some amounts in words."""
    amounts = sorted(figures["amounts"])
    return " to ".join(dict.fromkeys(money(amount, figures["currency"]) for amount in (amounts[0], amounts[-1])))


def _kept_words(figures: Figures) -> str:
    cases = figures["cases"]
    alike = " (prices there are those of bids, and every bid is the grid's price)" if figures["at_tariff"] else ""
    return (
        f"{named(cases)} leave{'s' * (len(cases) == 1)} {_money_span(figures)} with the market, because buyers pay more there "
        f"than sellers get{alike}."
    )


@form("compare.kept", _kept_words)
def kept(comparison: Comparison) -> Figures | None:
    """True where money stays with the market under some rules.

    Returns:
        What stays with the market, means over the seeds, in the currency.
    """
    surplus = {case: value for case, value in means(comparison, "market_surplus").items() if value > CENT}
    if not surplus:
        return None
    by_bids = all(find(comparison.cases[case].market.mechanism).needs_bids for case in surplus)
    tariff = next(iter(comparison.cases.values())).bids_grid_prices
    return {
        "cases": list(surplus),
        "amounts": list(surplus.values()),
        "at_tariff": by_bids and tariff,
        "currency": comparison.currency,
    }


def _outside_words(figures: Figures) -> str:
    cases = figures["cases"]
    return (
        f"{named(cases)} need{'s' * (len(cases) == 1)} {_money_span(figures)} from outside, because sellers get more there than "
        f"buyers pay, and {'is' if len(cases) == 1 else 'are'} not counted among the best."
    )


@form("compare.outside", _outside_words)
def from_outside(comparison: Comparison) -> Figures | None:
    """True where the market pays more than it takes under some rules.

    Returns:
        What must come from outside, in the currency, above 0.
    """
    surplus = means(comparison, "market_surplus")
    paying = paying_their_way(comparison)
    cases = [case for case in surplus if case not in paying]
    if not cases:
        return None
    return {"cases": cases, "amounts": [-surplus[case] for case in cases], "currency": comparison.currency}


def _alike_words(figures: Figures) -> str:
    cases = figures["cases"]
    one = len(cases) == 1
    return (
        f"{named(cases)} {'works' if one else 'work'} by bids, and all homes bid the grid's price: the place in the list, or a "
        f"draw, decides who trades. So {'it is' if one else 'they are'} shown, but not among those that are said to be best "
        "for somebody."
    )


@form("compare.alike", _alike_words)
def alike(comparison: Comparison) -> Figures | None:
    """True where rules that work by bids find only the tariff: the order of the list decides who gains."""
    cases = [case for case, scenario in comparison.cases.items() if scenario.bids_alike]
    return {"cases": cases} if cases else None
