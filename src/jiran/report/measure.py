"""What the sentences of a comparison share: means of figures, who is best, how often, and how cases are named."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jiran.nothing import CENT
from jiran.words import KIND_NAMES, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jiran.judge.comparison import Comparison
    from jiran.sentences import Figures

Array = NDArray[np.float64]

#: More rules than this are counted and not named.
MOST_NAMED = 3


def period(comparison: Comparison) -> dict[str, object]:
    """Return how long the runs of the first case are, and how many there are of each case: figures of many sentences."""
    first = next(iter(comparison.cases.values()))
    minutes = first.steps * first.step_minutes
    midnight = first.start.time() == dt.time()
    return {"minutes": minutes, "from_midnight": midnight, "seeds": len(comparison.seeds)}


def when(figures: Figures) -> str:
    """Say what time figures are of.

    Example:
        >>> when({"minutes": 1440, "from_midnight": True, "seeds": 1}), when({"minutes": 90, "from_midnight": True, "seeds": 3})
        ('On this day', 'In these 90 minutes, as a mean of 3 seeds,')
    """
    minutes, seeds = figures["minutes"], figures["seeds"]
    days, hours = minutes / 1440, minutes / 60
    if days == 1 and figures["from_midnight"]:
        length = "On this day"
    elif days.is_integer() and days > 1:
        length = f"In these {days:,.0f} days"
    elif hours.is_integer():
        length = "In this hour" if hours == 1 else f"In these {hours:,.0f} hours"
    else:
        length = "In this minute" if minutes == 1 else f"In these {minutes:,} minutes"
    return length if seeds == 1 else f"{length}, as a mean of {seeds} seeds,"


def means(comparison: Comparison, figure: str) -> dict[str, float]:
    """Return a figure of each case for which it is defined in every seed, its mean.

    Args:
        comparison: The comparison.
        figure: Name of a figure of `FIGURES`.

    Returns:
        Case -> mean over the seeds, in the figure's own unit (shares are 0..1); cases without it are left out.
    """
    found = {case: comparison.values(case, figure) for case in comparison.cases}
    return {case: float(values.mean()) for case, values in found.items() if not np.isnan(values).any()}


def highest(values: Mapping[str, float], tolerance: float) -> list[str]:
    """Return the cases with the highest value, and those that are as good.

    Args:
        values: Case -> value; at least one.
        tolerance: Values that differ by no more than this are as good as each other.
    """
    top = max(values.values())
    return [case for case, value in values.items() if value >= top - tolerance]


def times_best(best: Sequence[str], values: Mapping[str, Array], tolerance: float) -> int:
    """Return in how many seeds one of the best is the best.

    Args:
        best: The cases in question.
        values: Of all cases, shape (seed,).
        tolerance: A value that is below the highest by no more than this is the best too.
    """
    top = np.max(list(values.values()), axis=0)
    return int(np.any([values[case] >= top - tolerance for case in best], axis=0).sum())


def often(times: int, seeds: int) -> str:
    """Say in how many seeds something is so; nothing if there is one seed.

    Args:
        times: In how many.
        seeds: Of how many.

    Example:
        >>> often(1, 1), often(3, 3), often(2, 3)
        ('', ', in all 3 seeds', ', in 2 of 3 seeds')
    """
    if seeds == 1:
        return ""
    if times == seeds:
        return ", in both seeds" if seeds == 2 else f", in all {seeds} seeds"
    return f", in {times} of {seeds} seeds"


def named(cases: Sequence[str], many: int = MOST_NAMED) -> str:
    """Name rules, or count them if they are many.

    Args:
        cases: Names of the rules.
        many: So many are still named.
    """
    return listed(list(cases)) if len(cases) <= many else f"{len(cases)} rules"


def kind_homes(kind: str) -> str:
    """Return what homes of a kind are called inside a sentence.

    Example:
        >>> kind_homes("hybrid"), kind_homes("ev")
        ('solar + EV homes', 'EV homes')
    """
    name = KIND_NAMES[kind]
    return f"{name if name.isupper() else name[0].lower() + name[1:]} homes"


def saving_of(comparison: Comparison, case: str, kind: str) -> Array:
    """Return the mean saving of the homes of a kind in a case, shape (seed,).

    Args:
        comparison: The comparison.
        case: Name of a case in it.
        kind: A kind of homes that the community has.
    """
    return np.array([sample.saving[np.array(sample.kinds) == kind].mean() for sample in comparison.samples[case]])


def paying_their_way(comparison: Comparison) -> list[str]:
    """Return the cases whose gains are not paid from outside."""
    return [case for case, value in means(comparison, "market_surplus").items() if value >= -CENT]


def counted_cases(comparison: Comparison) -> list[str]:
    """Return the cases that can be the best for somebody: their gains are not paid from outside, nor by place in a list."""
    return [case for case in paying_their_way(comparison) if not comparison.cases[case].bids_alike]
