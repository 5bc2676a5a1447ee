"""A comparison of rules in plain sentences: which is best for whom, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.bids import find as find_strategy
from jiran.market import find
from jiran.report.figures import CENT, NEARLY_ALL
from jiran.report.reasons import no_gain, why_lost
from jiran.timeline import timeline
from jiran.words import KIND_NAMES, counted, listed, money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiran.comparison import Comparison

Array = NDArray[np.float64]

#: More rules than this are counted and not named.
_MOST_NAMED = 3
#: Evenness that differs by less is the same.
_AS_EVEN = 1e-5
#: Prices that differ by less are the same.
_AS_DEAR = 1e-6
#: Efficiency that differs by less is the same.
_AS_EFFICIENT = 0.0005


def answer(comparison: Comparison) -> tuple[str, ...]:
    """Return what a comparison of rules says, a sentence each: how much is reached, who gains, who loses.

    The texts are plain: no markup, and names stand in them as they are.
    """
    if not any(np.nansum(comparison.values(case, "p2p_kwh")) for case in comparison.cases):
        return (f"{_when(comparison)} nobody trades with a neighbour under any of these rules, so no bill changes.",)
    parts = (
        _reached(comparison), _worth(comparison), _even(comparison), _kinds(comparison), _alike(comparison),
        _losers(comparison), _market(comparison),
    )  # fmt: skip
    return tuple(part for part in parts if part)


def _when(comparison: Comparison) -> str:
    """Say what time the figures are of."""
    days = int(timeline(next(iter(comparison.cases.values()))).day[-1]) + 1
    when = "On this day" if days == 1 else f"In these {days:,} days"
    seeds = len(comparison.seeds)
    return when if seeds == 1 else f"{when}, as a mean of {seeds} seeds,"


def _means(comparison: Comparison, figure: str) -> dict[str, float]:
    """Return a figure of each case for which it is defined."""
    found = {case: comparison.mean(case, figure) for case in comparison.cases}
    return {case: value for case, value in found.items() if value is not None}


def _reached(comparison: Comparison) -> str:
    """Say which rules reach what is possible, and why others do not."""
    reached = _means(comparison, "optimum_share")
    if no_gain(comparison):
        return (
            f"{_when(comparison)} nothing can be gained by trading, because the grid gives as much for a kWh as it takes: "
            "what one home gains, another loses."
        )
    if not reached:
        return ""
    full = [case for case, share in reached.items() if share >= NEARLY_ALL]
    rest = sorted((case for case in reached if case not in full), key=lambda case: reached[case])
    of_what = "of what the homes could save at the grid"
    if not full:
        return f"{_when(comparison)} no rule reaches all {of_what}: {_span(rest, reached)}."
    if not rest:
        who = {1: "the rule reaches", 2: "both rules reach"}.get(len(full), f"all {len(full)} rules reach")
        return f"{_when(comparison)} {who} 100% {of_what}; it only matters who gets the saving."
    few = ("", "one", "two", "three")
    but = few[len(rest)] if len(rest) < len(few) else str(len(rest))
    who = f"all but {but} of the {len(reached)} rules" if len(rest) < len(full) else _named(full)
    energy = _means(comparison, "p2p_kwh")
    less = "trade less and " if max(energy[case] for case in rest) < min(energy[case] for case in full) else ""
    less = less.replace("trade", "trades") if len(rest) == 1 else less
    others = _named(rest) if len(rest) <= _MOST_NAMED else f"the other {len(rest)} rules"
    verb = "reaches" if len(full) == 1 and who == full[0] else "reach"
    return f"{_when(comparison)} {who} {verb} 100% {of_what}; {others} {less}{_span(rest, reached)}."


def _worth(comparison: Comparison) -> str:
    """Say how good the rules are by what energy is worth to the homes, if that differs from home to home."""
    if find_strategy(next(iter(comparison.cases.values())).bids.strategy).at_tariff:
        return ""
    share = _means(comparison, "efficiency")
    if len(share) < 2 or max(share.values()) < CENT:
        return ""
    best = _highest(share, _AS_EFFICIENT)
    start = "Measured by what a kWh is worth to each home itself,"
    who = listed(best) if len(best) <= 2 * _MOST_NAMED else f"{len(best)} rules"
    text = f"{start} {who} reach{'es' * (len(best) == 1)} {share[best[0]]:.0%} of what can be gained"
    rest = sorted((case for case in share if case not in best), key=lambda case: share[case])
    if not rest:
        return f"{text}."
    last = [case for case in rest if share[case] <= share[rest[0]] + _AS_EFFICIENT]
    lowest, deaf = share[last[0]], all(_trades_all(comparison, case) for case in last)
    why = (
        f", because {'it trades' if len(last) == 1 else 'they trade'} all, whatever it is worth to whom" if deaf else ""
    )
    if lowest < 0.0:
        return f"{text}; under {_named(last)} more is lost than gained ({lowest:.0%}){why}."
    return f"{text}; {_named(last)} only {lowest:.0%}{why}."


def _trades_all(comparison: Comparison, case: str) -> bool:
    """Tell whether a rule that does not work by bids trades as much as any."""
    energy = _means(comparison, "p2p_kwh")
    by_bids = find(comparison.cases[case].market.mechanism).needs_bids
    return not by_bids and energy[case] >= max(energy.values()) - CENT


def _span(cases: list[str], share: Mapping[str, float]) -> str:
    """Say what cases, the lowest first, reach."""
    ends = dict.fromkeys(f"{share[case]:.1%}" for case in (cases[0], cases[-1]))
    return f"{'reaches' if len(cases) == 1 else 'reach'} {' to '.join(ends)}"


def _even(comparison: Comparison) -> str:
    """Say which rule shares the saving most evenly, and how far the homes lie apart."""
    saving = _means(comparison, "saving")
    jain = {case: value for case, value in _means(comparison, "saving_jain").items() if saving[case] > CENT}
    jain = {case: value for case, value in jain.items() if case in _counted(comparison)}
    if len(jain) < 2:
        return ""
    best = _highest(jain, _AS_EVEN)
    if len(best) == len(jain):
        return "All share the saving equally evenly."
    low, high = (comparison.mean(best[0], f"home_saving_{end}") or 0.0 for end in ("worst", "best"))
    each = f"every home saves {money(low, comparison.currency)}"
    if high - low > 2 * CENT:
        each = f"a home saves between {money(low, comparison.currency)} and {money(high, comparison.currency)}"
    values = {case: np.nan_to_num(comparison.values(case, "saving_jain"), nan=-np.inf) for case in jain}
    return f"{_named(best)} share{'s' * (len(best) == 1)} most evenly{_often(best, values, _AS_EVEN)}: {each}."


def _kinds(comparison: Comparison) -> str:
    """Say under which rule a home of each kind gains most."""
    cases = _counted(comparison)
    if len(cases) < 2:
        return ""
    gains: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    kinds = next(iter(comparison.samples.values()))[0].kinds
    for kind in (kind for kind in KIND_NAMES if kind in kinds):
        saving = {case: saving_of(comparison, case, kind) for case in cases}
        means = {case: float(values.mean()) for case, values in saving.items()}
        best = _highest(means, CENT)
        if means[best[0]] > CENT and len(best) <= _MOST_NAMED:
            amount = f"{money(means[best[0]], comparison.currency)} each{_often(best, saving, CENT)}"
            gains.setdefault(tuple(best), []).append((kind, amount))
    said = [
        f"{listed([kind_homes(kind) for kind, _ in group])}{'' if place else ' gain most'} under {listed(list(best))} "
        f"({'; '.join(amount for _, amount in group)}){_because(comparison, cases, best, [kind for kind, _ in group])}"
        for place, (best, group) in enumerate(gains.items())
    ]
    text = listed(said)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _because(comparison: Comparison, cases: list[str], best: tuple[str, ...], kinds: list[str]) -> str:
    """Say by the price why homes of some kinds gain most under some rules; "" if others have the same price, or a better."""
    paid, received = (_means(comparison, figure) for figure in ("price_paid", "price_received"))
    if not all(case in paid for case in best):
        return ""
    known = [case for case in cases if case in paid]
    dearest = max(received[case] for case in known) - _AS_DEAR
    if set(kinds) <= {"solar", "hybrid"} and {case for case in known if received[case] >= dearest} == set(best):
        return " because sellers get most there"
    cheapest = min(paid[case] for case in known) + _AS_DEAR
    if set(kinds) <= {"ev", "hybrid", "normal"} and {case for case in known if paid[case] <= cheapest} == set(best):
        return " because buyers pay least there"
    return ""


def kind_homes(kind: str) -> str:
    """Return what homes of a kind are called inside a sentence.

    Example:
        >>> kind_homes("hybrid"), kind_homes("ev")
        ('solar + EV homes', 'EV homes')
    """
    name = KIND_NAMES[kind]
    return f"{name if name.isupper() else name[0].lower() + name[1:]} homes"


def _losers(comparison: Comparison) -> str:
    """Say under which rules homes pay more than without trading."""
    homes = len(next(iter(comparison.samples.values()))[0].homes)
    share = _means(comparison, "homes_worse_off")
    losing = sorted((case for case, value in share.items() if value > 0.0), key=lambda case: -share[case])
    if not losing:
        return "No home pays more than without trading."

    def who(case: str) -> str:
        number = share[case] * homes
        whole = abs(number - round(number)) < 1e-6
        return f"{f'{number:.0f}' if whole else f'on average {number:.1f}'} of {counted(homes, 'home')} under {case}"

    reasons = {why_lost(comparison, case) for case in (losing if len(losing) <= _MOST_NAMED else losing[:1])}
    why = reasons.pop() if len(reasons) == 1 else ""
    why = f", because {why}" if why else ""
    if len(losing) <= _MOST_NAMED:
        return f"Some pay more than without trading: {listed([who(case) for case in losing])}{why}."
    return f"Under {len(losing)} rules some pay more than without trading, most often {who(losing[0])}{why}."


def _market(comparison: Comparison) -> str:
    """Say which rules leave money with the market, or need some."""
    surplus = _means(comparison, "market_surplus")
    parts = []
    kept = "with the market, because buyers pay more there than sellers get"
    if find_strategy(next(iter(comparison.cases.values())).bids.strategy).at_tariff:
        kept += " (prices there are those of bids, and every bid is the grid's price)"
    for sign, verb, where in ((1.0, "leave", kept), (-1.0, "need", "from outside")):
        cases = [case for case, value in surplus.items() if sign * value > CENT]
        if cases:
            amounts = sorted(abs(surplus[case]) for case in cases)
            span = dict.fromkeys(money(amount, comparison.currency) for amount in (amounts[0], amounts[-1]))
            parts.append(f"{_named(cases)} {verb}{'s' * (len(cases) == 1)} {' to '.join(span)} {where}")
    short = len(comparison.cases) - len(_paying_their_way(comparison))
    if short:
        parts[-1] += f" and {'is' if short == 1 else 'are'} not counted among the best"
    return f"{'; '.join(parts)}." if parts else ""


def _alike(comparison: Comparison) -> str:
    """Say which rules are left out of who gains most, because the order of the list decides that."""
    cases = [case for case, scenario in comparison.cases.items() if scenario.bids_alike]
    if not cases:
        return ""
    does = "works by bids and is" if len(cases) == 1 else "work by bids and are"
    return (
        f"{_named(cases)} {does} not compared by who gains: all homes bid the grid's price, so their place in the list, or a "
        "draw, decides who trades. Let homes bid what energy is worth to them (truthful)."
    )


def _counted(comparison: Comparison) -> list[str]:
    """Return the cases that can be the best for somebody: their gains are not paid from outside, nor by place in a list."""
    return [case for case in _paying_their_way(comparison) if not comparison.cases[case].bids_alike]


def _paying_their_way(comparison: Comparison) -> list[str]:
    """Return the cases whose gains are not paid from outside."""
    return [case for case, value in _means(comparison, "market_surplus").items() if value >= -CENT]


def _named(cases: list[str]) -> str:
    """Name rules, or count them if they are many."""
    return listed(cases) if len(cases) <= _MOST_NAMED else f"{len(cases)} rules"


def _highest(values: Mapping[str, float], tolerance: float) -> list[str]:
    """Return the cases with the highest value, and those that are as good."""
    top = max(values.values())
    return [case for case, value in values.items() if value >= top - tolerance]


def _often(best: list[str], values: Mapping[str, Array], tolerance: float) -> str:
    """Say in how many seeds one of the best is the best; nothing if there is one seed."""
    top = np.max(list(values.values()), axis=0)
    first = np.any([values[case] >= top - tolerance for case in best], axis=0)
    if first.size == 1:
        return ""
    return f", in all {first.size} seeds" if first.all() else f", in {first.sum()} of {first.size} seeds"


def saving_of(comparison: Comparison, case: str, kind: str) -> Array:
    """Return the mean saving of the homes of a kind in a case, shape (seed,)."""
    samples = comparison.samples[case]
    of_kind = np.array(samples[0].kinds) == kind
    return np.array([sample.saving[of_kind].mean() for sample in samples])
