"""What a run under tariffs takes for granted: months that its ends cut, tariffs and rates that are not known for certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.explain.say import share
from jiran.homes.months import months_of
from jiran.scenario.files import as_data
from jiran.scenario.named import tariffs_of
from jiran.scenario.sharing import rule_of
from jiran.sentences import Figures, form
from jiran.tariffs import find_sharing, find_tariff, held
from jiran.tariffs.identity import STATUSES
from jiran.tariffs.rates import in_force, rate_in
from jiran.words import listed, span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jiran.explain.assumptions import Run
    from jiran.scenario import Scenario
    from jiran.tariffs import Sharing, Tariff

#: Of these nothing is said.
_TRUSTED = ("measured", "published")


def named_tariffs(scenario: Scenario) -> list[Tariff]:
    """Return the tariffs that a scenario names, each once."""
    return [find_tariff(name) for name in dict.fromkeys(name for _, name in tariffs_of(as_data(scenario)))]


def _held(run: Run) -> list[tuple[Tariff, list[str]]]:
    """Return the tariffs that a run is billed by, each once, with the months in which they hold."""
    names, months = dict.fromkeys(name for _, name in tariffs_of(as_data(run.scenario))), months_of(run.timeline).names
    found: dict[str, tuple[Tariff, dict[str, None]]] = {}
    for name in names:
        for tariff, part in held(find_tariff(name), months):
            found.setdefault(tariff.name, (tariff, {}))[1].update(dict.fromkeys(months[part]))
    return [(tariff, sorted(of)) for tariff, of in found.values()]


def _scheme(run: Run) -> Sharing | None:
    """Return the scheme under which neighbours share, if there is one."""
    name = run.scenario.grid.sharing
    return None if name is None else find_sharing(name)


def _documents(run: Run) -> list[tuple[Tariff | Sharing, list[str]]]:
    """Return the tariffs that a run is billed by, and its scheme of sharing, with the months in which they hold."""
    scheme = _scheme(run)
    return [*_held(run), *([] if scheme is None else [(scheme, list(months_of(run.timeline).names))])]


def _span(months: list[str]) -> str:
    """Return the first and the last month."""
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def _month_cut_words(figures: Figures) -> str:
    cut = listed([f"{share(part)} of {month}" for month, part in figures["months"]])
    return (
        f"the run holds {cut}: such a month is billed as that part of a whole one which goes on as it is, so its tier is that "
        "of a whole month"
    )


@form("assumed.month_cut", _month_cut_words)
def month_cut(run: Run) -> Figures | None:
    """Return the months of which the run holds a part alone, and how much of each, if homes are billed by a tariff."""
    if run.scenario.grid.tariff is None:
        return None
    months = months_of(run.timeline)
    cut = [(name, float(part)) for name, part in zip(months.names, months.parts, strict=True) if part < 1.0]
    return {"months": cut} if cut else None


def _within_month_words(figures: Figures) -> str:
    return "; ".join(
        f"{day:%Y-%m} is billed by {name} as a whole, though it holds from {day} on: bills are of whole months"
        for name, day in figures["tariffs"]
    )


@form("assumed.within_month", _within_month_words)
def within_month(run: Run) -> Figures | None:
    """Return the tariffs that begin within a month of which the run holds earlier days too, and the day on which they do."""
    first, last = (run.timeline.local[step].astype(object).date() for step in (0, -1))
    begun = [
        (tariff.name, tariff.valid_from)
        for tariff, months in _held(run)
        if f"{tariff.valid_from:%Y-%m}" in months
        and max(first, tariff.valid_from.replace(day=1)) < tariff.valid_from <= last
    ]
    return {"tariffs": begun} if begun else None


def _status_words(figures: Figures) -> str:
    return "; ".join(f"{name} is {status}: {STATUSES[status]}" for name, status in figures["tariffs"])


@form("assumed.tariff_status", _status_words)
def tariff_status(run: Run) -> Figures | None:
    """Return the tariffs, and the scheme of sharing, that are not known for certain, and how far they can be trusted."""
    doubtful = [(one.name, one.status) for one, _ in _documents(run) if one.status not in _TRUSTED]
    return {"tariffs": doubtful} if doubtful else None


def _not_in_force_words(figures: Figures) -> str:
    return "; ".join(
        f"{name} holds {span(begin, end)}, and is taken for {_span(months)} too"
        for name, begin, end, months in figures["tariffs"]
    )


@form("assumed.not_in_force", _not_in_force_words)
def not_in_force(run: Run) -> Figures | None:
    """Return the tariffs and the scheme that do not hold in some months: from and to when they do, and these months."""
    found = []
    for tariff, held_in in _documents(run):
        begin, end = f"{tariff.valid_from:%Y-%m}", f"{tariff.valid_to:%Y-%m}" if tariff.valid_to else ""
        months = [name for name in held_in if name < begin or name > (end or "9999-99")]
        if months:
            found.append((tariff.name, begin, end, months))
    return {"tariffs": found} if found else None


def _rates_taken_words(figures: Figures) -> str:
    return "; ".join(
        f"the component {component} of {name} is not known for {_span(months)}: {'0' if instead == '0' else f'that of {instead}'} is taken"
        for name, component, instead, months in figures["rates"]
    )


@form("assumed.rates", _rates_taken_words)
def rates_taken(run: Run) -> Figures | None:
    """Return the components whose rate is not known in some months: tariff, component, what is taken instead, these months."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for tariff, months_held in _held(run):
        for month in months_held:
            for name, component in tariff.components.items():
                instead = rate_in(component, month).instead if in_force(component, month) else ""
                if instead:
                    found.setdefault((tariff.name, name, instead), []).append(month)
    return {"rates": [(*key, months) for key, months in found.items()]} if found else None


def _own_rule_words(figures: Figures) -> str:
    return (
        f"{figures['scheme']} divides {figures['allocation']}, and the market rule {figures['rule']} decides here who shares with "
        "whom: bills are those of the scheme all the same"
    )


@form("assumed.sharing_rule", _own_rule_words)
def sharing_rule(run: Run) -> Figures | None:
    """Return the scheme, how it divides and the market rule, if the rule divides otherwise."""
    scheme, market = _scheme(run), run.scenario.market
    if scheme is None or rule_of(scheme) == {"mechanism": market.mechanism} | _of_scheme(market.parameters, scheme):
        return None
    return {"scheme": scheme.name, "allocation": scheme.allocation, "rule": market.mechanism}


def _of_scheme(parameters: Mapping[str, Any], scheme: Sharing) -> dict[str, Any]:
    """Return those parameters of a rule that the scheme decides."""
    return {name: value for name, value in parameters.items() if name in (rule_of(scheme) or {})}


def _longer_steps_words(figures: Figures) -> str:
    return (
        f"{figures['scheme']} divides every {figures['scheme_min']} min, and a step of the run has {figures['step_min']} min: what "
        "homes lack and have to spare at different times of a step counts as shared"
    )


@form("assumed.sharing_step", _longer_steps_words)
def sharing_step(run: Run) -> Figures | None:
    """Return the scheme with its steps and those of the run, if the run's are longer: then more is shared."""
    scheme, step_min = _scheme(run), run.scenario.step_minutes
    if scheme is None or step_min <= scheme.step_minutes:
        return None
    return {"scheme": scheme.name, "scheme_min": scheme.step_minutes, "step_min": step_min}
