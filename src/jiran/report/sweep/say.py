"""The answers of a sweep in sentences: how far it is, what a key does, what matters most, where nobody loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.explain.say import share
from jiran.report.figures import form as form_of
from jiran.result.figures import KPIS
from jiran.scenario.labels import read_as
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import counted, in_currency, listed, typed

if TYPE_CHECKING:
    from jiran.judge.sweep.answers import Answers

#: What is told of faults, at most so many kinds.
_MOST_FAULTS = 3


def say(found: Answers) -> tuple[Sentence, ...]:
    """Return what a sweep says, how far it is first."""
    by_key = (course(found, keys[0]) for keys in found.tables if len(keys) == 1)
    return true_ones(done(found), *by_key, matters(found), unharmed(found), choices(found), faults(found))


def value(one: Any) -> str:
    """Return a value of a key as text.

    Example:
        >>> value(0.1), value(20), value(True), value("vcg")
        ('0.1', '20', 'true', 'vcg')
    """
    if isinstance(one, bool):
        return str(one).lower()
    return typed(one) if isinstance(one, int | float) else str(one)


def name_of(key: str, currency: str) -> str:
    """Return what a key is called, with the key itself behind it; chance is the seed's.

    Example:
        >>> name_of("battery.capacity_kwh", "MYR"), name_of("seed", "MYR"), name_of("homes.groups.solar.count", "MYR")
        ('Community battery, kWh (battery.capacity_kwh)', 'chance, the seed', 'homes.groups.solar.count')
    """
    if key == "seed":
        return "chance, the seed"
    words = read_as(key, currency)
    return key if words == key else f"{words} ({key})"


def _done_words(figures: Figures) -> str:
    points, there = figures["points"], figures["done"]
    if there == points:
        return "Its one point is done." if points == 1 else f"All {points:,} points are done."
    return f"{there:,} of {counted(points, 'point')} {'is' if there == 1 else 'are'} done."


@form("sweep.done", _done_words)
def done(found: Answers) -> Figures | None:
    """Say how far a sweep is; always true."""
    return {"points": found.totals.points, "done": found.totals.done}


def written(one: float, figure: str, currency: str) -> str:
    """Return a value of a figure with its unit, as it stands in a sentence.

    Example:
        >>> written(-1.5, "saving", "MYR"), written(0.25, "saving_share", "MYR"), written(2.0, "p2p_kwh", "MYR")
        ('-MYR 1.50', '25.0%', '2.00 kWh')
    """
    form = form_of(figure, currency)
    number_of, unit = form.write(one), form.unit
    if unit.startswith(currency):
        return in_currency(number_of, currency) + unit.removeprefix(currency).replace("/", " per ")
    return f"{number_of}{'' if unit in ('%', '') else ' '}{unit}"


def _course_words(figures: Figures) -> str:
    low, high = (f"{figures[f'{end}_mean']} at {figures[f'{end}_value']}" for end in ("low", "high"))
    return f"{figures['figure']}, mean: from {low} to {high}, by {name_of(figures['key'], figures['currency'])}."


@form("sweep.course", _course_words)
def course(found: Answers, key: str) -> Figures | None:
    """Say with which value of a key a figure is lowest and highest, if that can be seen where it is written."""
    table = found.tables[(key,)].sort("mean", maintain_order=True)
    if table.height < 2:
        return None
    (low, low_mean), (high, high_mean) = (table.select(key, "mean").row(place) for place in (0, -1))
    ends = [written(mean, found.figure, found.currency) for mean in (low_mean, high_mean)]
    if ends[0] == ends[1]:
        return None
    return {
        "key": key, "figure": KPIS[found.figure].label, "low_value": value(low), "low_mean": ends[0],
        "high_value": value(high), "high_mean": ends[1], "currency": found.currency,
    }  # fmt: skip


def _matters_words(figures: Figures) -> str:
    parts = [f"{name_of(key, figures['currency'])}: {share(alone)}" for key, alone in figures["weights"]]
    return f"Differences between points come from {listed(parts)}, each counted by itself."


@form("sweep.matters", _matters_words)
def matters(found: Answers) -> Figures | None:
    """Say how much of what differs comes from which key, if that is known and there are two sources at least."""
    weights = tuple((one.key, one.alone) for one in found.weights)
    return {"weights": weights, "currency": found.currency} if len(weights) > 1 else None


def _unharmed_words(figures: Figures) -> str:
    points, trading, nobody = (figures[name] for name in ("points", "trading", "nobody"))
    if not trading:
        return "Nobody trades in any of the points that came out."
    where = "In each point" if trading == points else f"In {trading:,} of {counted(points, 'point')}"
    if nobody == trading:
        return f"{where} homes trade, and none of them loses by it."
    return f"{where} homes trade, and in {nobody:,} of these none of them loses by it."


@form("sweep.unharmed", _unharmed_words)
def unharmed(found: Answers) -> Figures | None:
    """Say in how many points sharing harms nobody, if anything came out."""
    return found.unharmed._asdict() if found.unharmed.points else None


def _choices_words(figures: Figures) -> str:
    both = "both in what all pay and in what the home saves that gains least"
    if figures["choices"] == 1:
        return f"One choice of {figures['all']:,} is the best {both}: {listed(list(figures['first']))}."
    return f"{figures['choices']:,} of {figures['all']:,} choices are beaten by no other {both}."


@form("sweep.choices", _choices_words)
def choices(found: Answers) -> Figures | None:
    """Say how many choices are beaten by no other, if there are several to choose from."""
    if found.choices < 2 or found.frontier.is_empty():
        return None
    first = found.frontier.row(0, named=True)
    return {
        "choices": found.frontier.height,
        "all": found.choices,
        "first": tuple(f"{key} {value(first[key])}" for key in found.keys),
    }


def _faults_words(figures: Figures) -> str:
    kinds = figures["faults"]
    told = "; ".join(f"{many:,} because {fault}" for fault, many in kinds[:_MOST_FAULTS])
    more = f"; and {counted(len(kinds) - _MOST_FAULTS, 'other reason')}" if len(kinds) > _MOST_FAULTS else ""
    return f"{counted(sum(many for _, many in kinds), 'point')} could not be run: {told}{more}."


@form("sweep.faults", _faults_words)
def faults(found: Answers) -> Figures | None:
    """Say how many points could not be run, and why, if there are any."""
    return {"faults": found.totals.faults} if found.totals.faults else None
