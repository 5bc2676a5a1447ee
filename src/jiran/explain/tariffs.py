"""What a run under tariffs takes for granted: months that its ends cut, tariffs and rates that are not known for certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.explain.say import share
from jiran.homes.months import months_of
from jiran.scenario.files import as_data
from jiran.scenario.named import tariffs_of
from jiran.sentences import Figures, form
from jiran.tariffs import find_tariff
from jiran.tariffs.identity import STATUSES
from jiran.tariffs.rates import in_force, rate_in
from jiran.words import listed

if TYPE_CHECKING:
    from jiran.explain.assumptions import Run
    from jiran.scenario import Scenario
    from jiran.tariffs import Tariff

#: Of these nothing is said.
_TRUSTED = ("measured", "published")


def named_tariffs(scenario: Scenario) -> list[Tariff]:
    """Return the tariffs that a scenario names, each once."""
    return [find_tariff(name) for name in dict.fromkeys(name for _, name in tariffs_of(as_data(scenario)))]


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


def _status_words(figures: Figures) -> str:
    return "; ".join(f"{name} is {status}: {STATUSES[status]}" for name, status in figures["tariffs"])


@form("assumed.tariff_status", _status_words)
def tariff_status(run: Run) -> Figures | None:
    """Return the tariffs that are not known for certain, and how far they can be trusted."""
    doubtful = [(one.name, one.status) for one in named_tariffs(run.scenario) if one.status not in _TRUSTED]
    return {"tariffs": doubtful} if doubtful else None


def _not_in_force_words(figures: Figures) -> str:
    return "; ".join(
        f"{name} holds from {begin} to {end or 'today'}, and is taken for {_span(months)} too"
        for name, begin, end, months in figures["tariffs"]
    )


@form("assumed.not_in_force", _not_in_force_words)
def not_in_force(run: Run) -> Figures | None:
    """Return the tariffs that do not hold in some months of the run: from and to when they do, and these months."""
    found = []
    for tariff in named_tariffs(run.scenario):
        begin, end = f"{tariff.valid_from:%Y-%m}", f"{tariff.valid_to:%Y-%m}" if tariff.valid_to else ""
        months = [name for name in months_of(run.timeline).names if name < begin or name > (end or "9999-99")]
        if months:
            found.append((tariff.name, begin, end, months))
    return {"tariffs": found} if found else None


def _rates_taken_words(figures: Figures) -> str:
    return "; ".join(
        f"{component} of {name} is not known for {_span(months)}: {'0' if instead == '0' else f'that of {instead}'} is taken"
        for name, component, instead, months in figures["rates"]
    )


@form("assumed.rates", _rates_taken_words)
def rates_taken(run: Run) -> Figures | None:
    """Return the components whose rate is not known in some months: tariff, component, what is taken instead, these months."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for tariff in named_tariffs(run.scenario):
        for month in months_of(run.timeline).names:
            for name, component in tariff.components.items():
                instead = rate_in(component, month).instead if in_force(component, month) else ""
                if instead:
                    found.setdefault((tariff.name, name, instead), []).append(month)
    return {"rates": [(*key, months) for key, months in found.items()]} if found else None
