"""What is compared: one scenario under several market rules, or with homes that bid in several ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jiran.bids import find as find_strategy
from jiran.explain.assumptions import HOURS, assumptions
from jiran.explain.warnings import net_metered
from jiran.homes.timeline import Timeline, timeline
from jiran.market import find, mechanisms
from jiran.market.base import BASELINE
from jiran.scenario import Bids, Market, made
from jiran.sentences import true_ones
from jiran.simulation import estimate

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jiran.judge.comparison.table import Sample
    from jiran.scenario import Scenario
    from jiran.sentences import Sentence
    from jiran.simulation.estimate import Need

#: The optimum is worked out for runs of at most this many steps: a year by the hour.
MOST_STEPS = 9_000


def by_rule(scenario: Scenario, rules: list[str] | None = None) -> dict[str, Scenario]:
    """Return a scenario under several market rules, by the rule's name.

    Args:
        scenario: What to run. Its own rule keeps its parameters, the others have their defaults.
        rules: Names or files; default: every installed rule that trades, and the scenario's own.

    Raises:
        PluginError: There is no such rule.
    """
    own_rule = made(scenario).market.mechanism
    names = [name for name in {**mechanisms(), own_rule: None} if name != BASELINE] if rules is None else rules
    found = {}
    for name in names:
        market = scenario.market if name == own_rule else Market(mechanism=name)
        found[find(name).name] = scenario.model_copy(update={"market": market})
    return found


def by_strategy(scenario: Scenario, strategies: list[str], rule: str | None = None) -> dict[str, Scenario]:
    """Return a scenario in which homes bid in several ways, by the strategy's name.

    Args:
        scenario: What to run. Its own strategy and rule keep their parameters, others have their defaults.
        strategies: Names or files.
        rule: The market rule of all of them; default: the scenario's own.

    Raises:
        PluginError: There is no such strategy or rule.
    """
    own, market = scenario.bids.strategy, scenario.market
    if rule is not None and rule != market.mechanism:
        market = Market(mechanism=rule)
    found = {}
    for name in strategies:
        bids = scenario.bids if name == own else Bids(strategy=name)
        found[find_strategy(name).name] = scenario.model_copy(update={"market": market, "bids": bids})
    return found


def need_of(cases: Collection[Scenario], seeds: int) -> Need:
    """Return what a comparison of so many seeds will need.

    Raises:
        DataError: Meter data cannot be read.
    """
    metered = [estimate.metered(case) for case in cases]
    homes = max((homes or 0 for homes, _ in metered), default=0) or None
    cells = max((cells for _, cells in metered), default=0)
    return estimate.of_comparison(cases, seeds, homes=homes, cells=cells, best_steps=MOST_STEPS)


def notes(cases: Mapping[str, Scenario], samples: Mapping[str, tuple[Sample, ...]]) -> list[str]:
    """Say what limits the comparison.

    Args:
        cases: Scenarios by name.
        samples: Their runs.
    """
    alike = [name for name, case in cases.items() if case.bids_alike]
    found = []
    if alike:
        found.append(
            f"{', '.join(alike)}: work{'s' if len(alike) == 1 else ''} by bids, but all homes bid the tariff and are alike; "
            "bids.strategy = truthful gives each home a value of its own"
        )
    seeds = {name: case.seed for name, case in cases.items()}
    if len(set(seeds.values())) > 1:
        first_seeds = ", ".join(f"{name} from {seed}" for name, seed in seeds.items())
        found.append(f"the cases have seeds of their own ({first_seeds}), so they differ by chance too")
    longest = max(case.steps for case in cases.values())
    if longest > MOST_STEPS:
        found.append(f"the optimum is worked out for runs of at most {MOST_STEPS:,} steps, this one has {longest:,}")
    hidden = {name: net_metered(runs[0].net_metered, len(runs[0].homes)) for name, runs in samples.items()}
    return [*found, *_by_case({name: true_ones(sentence) for name, sentence in hidden.items()}), *_assumed(cases)]


class _Begin(NamedTuple):
    """A scenario with its first steps, which are all that its assumptions depend on."""

    scenario: Scenario
    timeline: Timeline


def _assumed(cases: Mapping[str, Scenario]) -> list[str]:
    """Say what cases take for granted."""
    begins = {
        name: timeline(case.model_copy(update={"steps": min(case.steps, HOURS + 1)})) for name, case in cases.items()
    }
    return _by_case({name: assumptions(_Begin(case, begins[name])) for name, case in cases.items()})


def _by_case(sentences: Mapping[str, tuple[Sentence, ...]]) -> list[str]:
    """Return sentences of cases: once if they are said of all, else with the names of those that they are said of.

    Args:
        sentences: Of each case, by its name.
    """
    cases_by_sentence: dict[str, list[str]] = {}
    for name, of_case in sentences.items():
        for sentence in of_case:
            cases_by_sentence.setdefault(str(sentence), []).append(name)
    return [
        sentence if len(names) == len(sentences) else f"{', '.join(names)}: {sentence}"
        for sentence, names in cases_by_sentence.items()
    ]
