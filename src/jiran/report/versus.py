"""Two scenarios, A and B: in which fields they differ, and what B changes, in plain sentences.

Whatever differs between two scenarios is a cause: nothing is said of why. First come the sentences that limit the
others (currency, length, homes, seeds), then what all pay, then who.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jiran.nothing import CENT, LAST_DIGITS, NOTHING_MONEY
from jiran.report.measure import kind_homes, saving_of
from jiran.scenario import WORDS
from jiran.scenario.beside import shareable
from jiran.scenario.files import as_data
from jiran.sentences import Sentence, form, true_ones
from jiran.words import KIND_NAMES, counted, decimals, listed, money, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiran.judge.comparison import Comparison
    from jiran.scenario import Scenario
    from jiran.sentences import Figures


def is_pair(comparison: Comparison) -> bool:
    """Tell whether two scenarios are compared, and not one under several rules."""
    return list(comparison.cases) == ["A", "B"]


class Change(NamedTuple):
    """A field in which two scenarios differ, by its dotted name, and both values as a scenario file has them.

    Attributes:
        field: As "battery.capacity_kwh".
        a: The value in A, "–" where there is none.
        b: The value in B.
    """

    field: str
    a: str
    b: str


def changes(a: Scenario, b: Scenario) -> list[Change]:
    """Return the fields in which two scenarios differ, but for their names; of a file only the name is told.

    Args:
        a: The one before.
        b: The one after.

    Example:
        >>> import jiran
        >>> a, b = (jiran.load_scenario("paper", {"battery.capacity_kwh": kwh}) for kwh in (20, 40))
        >>> changes(a, b)
        [Change(field='battery.capacity_kwh', a='20.0', b='40.0')]
    """
    left, right = (dict(_flat(as_data(one))) for one in (a, b))
    values_of_a, values_of_b = (dict(_flat(as_data(shareable(one)))) for one in (a, b))
    fields = [field for field in dict.fromkeys((*left, *right)) if field not in WORDS]
    return [
        Change(field, _said(values_of_a.get(field)), _said(values_of_b.get(field)))
        for field in fields
        if left.get(field) != right.get(field)
    ]


def _flat(data: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested data by their dotted names; a list of numbers is one value."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _flat(value, f"{name}.{key}" if name else key)
    elif isinstance(data, list | tuple) and any(isinstance(entry, dict) for entry in data):
        for place, value in enumerate(data):
            yield from _flat(value, f"{name}.{place}")
    else:
        yield name, data


def _said(value: Any) -> str:
    """Return a value of a field as text."""
    if value is None:
        return "–"
    return f"{len(value)} values" if isinstance(value, list | tuple) else str(value)


def versus(comparison: Comparison) -> tuple[str, ...]:
    """Return what B changes against A, a sentence each; the texts are plain.

    Args:
        comparison: Of the cases "A" and "B".
    """
    return tuple(sentence.text for sentence in sentences(comparison))


def sentences(comparison: Comparison) -> tuple[Sentence, ...]:
    """Return the same as sentences with their figures."""
    return true_ones(
        currencies(comparison), lengths(comparison), homes(comparison), draws(comparison), cost(comparison),
        kinds(comparison), worst(comparison), losers(comparison), even(comparison),
    )  # fmt: skip


@form(
    "versus.currencies",
    lambda figures: f"A counts in {figures['a']}, B in {figures['b']}: amounts cannot be compared.",
)
def currencies(comparison: Comparison) -> Figures | None:
    """True where the two count in different currencies: nothing is said of amounts then."""
    a, b = (comparison.cases[case].currency for case in ("A", "B"))
    return {"a": a, "b": b} if a != b else None


@form(
    "versus.lengths",
    lambda figures: (
        f"A runs for {_length(figures['a'])}, B for {_length(figures['b'])}: amounts are those of the whole run of each."
    ),
)
def lengths(comparison: Comparison) -> Figures | None:
    """True where one runs longer than the other.

    Returns:
        Minutes.
    """
    a, b = (comparison.cases[case].steps * comparison.cases[case].step_minutes for case in ("A", "B"))
    return {"a": a, "b": b} if a != b else None


def _length(minutes: int) -> str:
    """Return a length of time in the largest unit that has no rest.

    Example:
        >>> _length(2880), _length(60), _length(90)
        ('2 days', '1 hour', '90 minutes')
    """
    for unit, long in (("day", 1440), ("hour", 60)):
        if minutes % long == 0:
            return counted(minutes // long, unit)
    return counted(minutes, "minute")


@form(
    "versus.homes",
    lambda figures: (
        f"A has {counted(figures['a'], 'home')}, B {figures['b']:,}: amounts are those of all homes of each."
    ),
)
def homes(comparison: Comparison) -> Figures | None:
    """True where the two have different numbers of homes."""
    a, b = (len(comparison.samples[case][0].homes) for case in ("A", "B"))
    return {"a": a, "b": b} if a != b else None


@form(
    "versus.draws",
    lambda figures: (
        f"A is drawn with seed {figures['a']}, B with seed {figures['b']}: what differs may differ by chance."
        if figures["seeds"] == 1
        else f"A is drawn with {figures['seeds']} seeds from {figures['a']} on, B from {figures['b']} on: what differs may "
        "differ by chance."
    ),
)
def draws(comparison: Comparison) -> Figures | None:
    """True where the two have different seeds.

    Returns:
        First seed of each.
    """
    a, b = (comparison.cases[case].seed for case in ("A", "B"))
    return {"a": a, "b": b, "seeds": len(comparison.seeds)} if a != b else None


def _comparable(comparison: Comparison) -> bool:
    """Tell whether amounts of A and B may be held against each other."""
    return currencies(comparison) is None


def _cost_words(figures: Figures) -> str:
    typical, seeds = figures["change"], figures["seeds"]
    if not figures["differs"]:
        return f"All homes together pay the same in A and B{' in each seed' if seeds > 1 else ''}."
    if abs(typical) <= CENT:
        return "All homes together pay the same in A and B, but for less than a cent" + (
            " on average." if seeds > 1 else "."
        )
    text = f"All homes together pay {money(abs(typical), figures['currency'])} {'less' if typical < 0 else 'more'} in B than in A"
    if seeds == 1:
        return f"{text}."
    sure = f"and so it is in each of the {seeds} seeds" if figures["same_way"] == seeds else f"but only in {figures['same_way']} of {seeds} seeds"  # fmt: skip
    return f"{text} on average, {sure}."


@form("versus.cost", _cost_words)
def cost(comparison: Comparison) -> Figures | None:
    """True where both count in one currency: what all homes pay more or less in B, and in how many seeds it is this way.

    Returns:
        B less A: below 0 all pay less in B; in the currency, a mean over the seeds.
    """
    if not _comparable(comparison):
        return None
    change = comparison.values("B", "cost") - comparison.values("A", "cost")
    typical = float(change.mean())
    return {
        "change": typical,
        "differs": bool((np.abs(change) > NOTHING_MONEY).any()),
        "same_way": int((np.sign(change) == np.sign(typical)).sum()),
        "seeds": change.size,
        "currency": comparison.currency,
    }


def _kinds_words(figures: Figures) -> str:
    changes = [
        f"{kind_homes(kind)} {money(abs(value), figures['currency'])} {'more' if value > 0.0 else 'less'}"
        for kind, value in figures["changes"].items()
    ]
    return f"In B trading saves {listed(changes)} than in A, on average a home."


@form("versus.kinds", _kinds_words)
def kinds(comparison: Comparison) -> Figures | None:
    """True where trading saves a home of some kind that both have more or less in B, on average.

    Returns:
        What a home of the kind saves by trading in B less that in A, in the currency; less than a cent is left out.
    """
    if not _comparable(comparison):
        return None
    kinds_of_cases = [set(comparison.samples[case][0].kinds) for case in ("A", "B")]
    change = {
        kind: float(saving_of(comparison, "B", kind).mean() - saving_of(comparison, "A", kind).mean())
        for kind in KIND_NAMES
        if all(kind in kinds for kinds in kinds_of_cases)
    }
    noticed = {kind: value for kind, value in change.items() if abs(value) >= CENT}
    return {"changes": noticed, "currency": comparison.currency} if noticed else None


@form(
    "versus.worst",
    lambda figures: (
        f"The home that gains least by trading {_gains(figures, 'a')} in A and {_gains(figures, 'b')} in B"
        f"{', on average' if figures['seeds'] > 1 else ''}."
    ),
)
def worst(comparison: Comparison) -> Figures | None:
    """True where what trading saves the home that gains least differs by more than a cent.

    Returns:
        Mean over the seeds of the smallest saving, in the currency; it need not be the same home.
    """
    a, b = (float(comparison.values(case, "home_saving_worst").mean()) for case in ("A", "B"))
    if not _comparable(comparison) or abs(a - b) <= CENT:
        return None
    return {"a": a, "b": b, "seeds": len(comparison.seeds), "currency": comparison.currency}


def _gains(figures: Figures, case: str) -> str:
    """Say what the home that gains least saves or loses in a case."""
    value = figures[case]
    if abs(value) < CENT:
        return "saves nothing"
    return f"{'saves' if value > 0.0 else 'loses'} {money(abs(value), figures['currency'])}"


@form(
    "versus.losers",
    lambda figures: (
        f"Of the homes, {_share(figures['a'])} pay more than without trading in A and {_share(figures['b'])} in B."
    ),
)
def losers(comparison: Comparison) -> Figures | None:
    """True where the share of homes that lose by trading differs.

    Returns:
        Shares of the homes, 0..1.
    """
    a, b = (float(comparison.values(case, "homes_worse_off").mean()) for case in ("A", "B"))
    return {"a": a, "b": b} if abs(a - b) > LAST_DIGITS else None


def _share(value: float) -> str:
    """Return a share of the homes in words."""
    return "none" if not value else "all" if value == 1.0 else percent(value, 1)


@form(
    "versus.even",
    lambda figures: (
        f"What trading saves is shared more evenly in {figures['more']}: evenness {decimals(figures['a'], 2)} in A, "
        f"{decimals(figures['b'], 2)} in B (1 = all the same)."
    ),
)
def even(comparison: Comparison) -> Figures | None:
    """True where nobody loses and trading saves something in both, in all seeds, and one shares it more evenly.

    Returns:
        Jain's index of the savings, 1 where all save the same (Jain, Chiu and Hawe 1984, DEC-TR-301).
    """
    found = [comparison.values(case, "saving_jain") for case in ("A", "B")]
    lose = any(comparison.values(case, "homes_worse_off").any() for case in ("A", "B"))
    if lose or any(np.isnan(values).any() for values in found):
        return None
    a, b = (float(values.mean()) for values in found)
    if abs(a - b) < 2 * CENT:
        return None
    return {"a": a, "b": b, "more": "A" if a > b else "B"}
