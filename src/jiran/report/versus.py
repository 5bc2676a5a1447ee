"""Two scenarios, A and B: in which fields they differ, and what B changes, in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from jiran.report.answer import kind_homes, saving_of
from jiran.report.figures import CENT
from jiran.scenario.files import as_data, shareable
from jiran.words import KIND_NAMES, listed, money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jiran.comparison import Comparison
    from jiran.scenario import Scenario


def is_pair(comparison: Comparison) -> bool:
    """Tell whether two scenarios are compared, and not one under several rules."""
    return list(comparison.cases) == ["A", "B"]


class Change(NamedTuple):
    """A field in which two scenarios differ, by its dotted name, and both values as a scenario file has them."""

    field: str
    a: str
    b: str


def changes(a: Scenario, b: Scenario) -> list[Change]:
    """Return the fields in which two scenarios differ, but for their names; of a file only the name is told.

    Example:
        >>> import jiran
        >>> a, b = (jiran.load_scenario("paper", {"battery.capacity_kwh": kwh}) for kwh in (20, 40))
        >>> changes(a, b)
        [Change(field='battery.capacity_kwh', a='20.0', b='40.0')]
    """
    left, right = (dict(_flat(as_data(one))) for one in (a, b))
    told, other = (dict(_flat(as_data(shareable(one)))) for one in (a, b))
    fields = [field for field in dict.fromkeys((*left, *right)) if field not in ("name", "description")]
    return [
        Change(field, _said(told.get(field)), _said(other.get(field)))
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
    if value is None:
        return "–"
    return f"{len(value)} values" if isinstance(value, list | tuple) else str(value)


def versus(comparison: Comparison, a: str = "A", b: str = "B") -> tuple[str, ...]:
    """Return what B changes against A, a sentence each; the texts are plain."""
    even = _even(comparison, a, b)
    if comparison.cases[a].currency != comparison.cases[b].currency:
        return tuple(
            part for part in (f"{a} and {b} count in different currencies: amounts cannot be compared.", even) if part
        )
    return tuple(part for part in (_cost(comparison, a, b), _kinds(comparison, a, b), even) if part)


def _cost(comparison: Comparison, a: str, b: str) -> str:
    """Say what all homes pay more or less, and whether chance could turn it round."""
    change = comparison.values(b, "cost") - comparison.values(a, "cost")
    typical, seeds = float(change.mean()), change.size
    if abs(typical) < CENT:
        return f"All homes together pay the same in {a} and {b}."
    said = f"All homes together pay {money(abs(typical), comparison.currency)} {'less' if typical < 0 else 'more'} in {b} than in {a}"
    if seeds == 1:
        return f"{said}."
    same = int((np.sign(change) == np.sign(typical)).sum())
    sure = f"and so it is in each of the {seeds} seeds" if same == seeds else f"but only in {same} of {seeds} seeds"
    return f"{said} on average, {sure}."


def _kinds(comparison: Comparison, a: str, b: str) -> str:
    """Say what trading saves a home of each kind more or less."""
    there = [set(comparison.samples[case][0].kinds) for case in (a, b)]
    change = {
        kind: float((saving_of(comparison, b, kind) - saving_of(comparison, a, kind)).mean())
        for kind in KIND_NAMES
        if all(kind in kinds for kinds in there)
    }
    told = [
        f"{kind_homes(kind)} {money(abs(value), comparison.currency)} {'more' if value > 0.0 else 'less'}"
        for kind, value in change.items()
        if abs(value) >= CENT
    ]
    return f"In {b} trading saves {listed(told)}, each." if told else ""


def _even(comparison: Comparison, a: str, b: str) -> str:
    """Say which of the two shares the saving more evenly."""
    one, other = (comparison.mean(case, "saving_jain") for case in (a, b))
    if one is None or other is None or abs(one - other) < CENT:
        return ""
    more = a if one > other else b
    return f"What trading saves is shared more evenly in {more}: evenness {one:.2f} in {a}, {other:.2f} in {b}."
