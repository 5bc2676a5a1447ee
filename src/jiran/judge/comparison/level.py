"""What makes the figures of several cases comparable: one optimum for all, and no index where it means nothing.

Cases that share homes, weather and tariff are held against one optimum: the best that any of them allows.

The optimum of a run with EVs that lend takes their charging and supplying as the run had it, and that of a battery ends
as full as the run's, so a rule that trades less is held against less. Side by side all have the lowest of these costs: energy
that a run leaves over in battery and cars then counts as nothing reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.judge.comparison.table import EVENNESS
from jiran.nothing import NOTHING_MONEY
from jiran.scenario import WORDS, Bids, Market

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiran.judge.comparison.table import Sample
    from jiran.scenario import Scenario

Figures = dict[str, float | None]

#: Figures that are held against the optimum, and what each counts from.
_REFERENCE = {"optimum_share": "cost_alone", "value_index": "cost_grid_only"}


def level(cases: Mapping[str, Scenario], samples: Mapping[str, tuple[Sample, ...]]) -> dict[str, tuple[Sample, ...]]:
    """Return the samples with figures that are held against the best optimum of the cases that share a setting.

    Args:
        cases: Scenarios by name.
        samples: Their runs, one a seed.
    """
    samples = {name: _with_meaning(runs) for name, runs in samples.items()}
    alike: dict[str, list[str]] = {}
    for name, case in cases.items():
        setting = case.model_copy(update={"market": Market(), "bids": Bids()})
        alike.setdefault(setting.model_dump_json(exclude=set(WORDS)), []).append(name)
    found = {}
    for names in alike.values():
        costs = [
            [samples[name][place].figures["cost_optimum"] for name in names] for place in range(len(samples[names[0]]))
        ]
        best = [min((cost for cost in row if cost is not None), default=None) for row in costs]
        for name in names:
            found[name] = tuple(
                sample if cost is None else sample._replace(figures=_against(sample.figures, cost))
                for sample, cost in zip(samples[name], best, strict=True)
            )
    return {name: found[name] for name in cases}


def _with_meaning(runs: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Return the runs of a case without the indices of evenness if a home loses in one of them: then they mean nothing.

    A mean over the other seeds would be one over those in which nobody loses.
    """
    whole = all(run.figures["saving_jain"] is not None and not run.figures["homes_worse_off"] for run in runs)
    empty: Figures = {} if whole else dict.fromkeys(EVENNESS)
    return tuple(run._replace(figures=run.figures | empty) for run in runs)


def _against(figures: Figures, cost: float) -> Figures:
    """Return figures with another optimum."""
    own = figures["cost_optimum"]
    new: Figures = {"cost_optimum": cost}
    for name, reference in _REFERENCE.items():
        value, alone = figures[name], figures[reference]
        if value is not None and alone is not None and own is not None and alone - own > NOTHING_MONEY:
            new[name] = value * (alone - own) / (alone - cost)
    before, after, overall = figures["value_index"], new.get("value_index"), figures["overall_index"]
    # The mean of six indices, of which this is one.
    if before is not None and after is not None and overall is not None:
        new["overall_index"] = overall + (after - before) / 6.0
    return figures | new
