"""What a reader of a plan must know before its figures are used: what is assumed, what ends, what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.tariffs import named_tariffs, tariff_status
from jiran.explain.where import apart
from jiran.report.plan import say
from jiran.scenario.places import places
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.tariffs.ahead import changes, years_later
from jiran.words import counted, decimals, listed, price

if TYPE_CHECKING:
    import datetime as dt

    from jiran.plan import Planned

#: Yields up to so far outside those of the places that come with jiran are those of a place.
_NEAR = 0.1


def doubts(planned: Planned) -> tuple[Sentence, ...]:
    """Return what a reader must know before the figures are used, what moves them most first."""
    run = planned.result
    return true_ones(
        sun(planned), flat(planned), apart(run), tariff_status(run), otherwise(planned), expires(planned), scaled(planned),
        usual(planned),
    )  # fmt: skip


def warnings(planned: Planned) -> tuple[str, ...]:
    """Return all that must be known, what a plan's run says too, each once."""
    return tuple(dict.fromkeys((*map(str, doubts(planned)), *planned.result.warnings)))


def _sun_words(figures: Figures) -> str:
    return (
        f"The sun is the half sine of the paper, not that of a place: a kWp generates {figures['kwh']:,.0f} kWh a year here, and "
        f"{figures['least']:,.0f} to {figures['most']:,.0f} kWh at the places that come with jiran, so solar.place should be chosen"
    )


@form("plan.sun", _sun_words)
def sun(planned: Planned) -> Figures | None:
    """Say what a kWp generates under the half sine, if that is no place's: more than a tenth outside of what places have."""
    scenario, kwp = planned.result.scenario, float(planned.installed.pv_kwp.sum())
    if scenario.solar.model != "sine" or scenario.homes.data is not None or not kwp > 0.0:
        return None
    kwh = planned.stages.generation_kwh / kwp
    yields = [place.yield_kwh for place in places().values()]
    least, most = min(yields), max(yields)
    if (1.0 - _NEAR) * least <= kwh <= (1.0 + _NEAR) * most:
        return None
    return {"kwh": kwh, "least": least, "most": most}


def _flat_words(figures: Figures) -> str:
    taken, given = (price(figures[name], figures["currency"]) for name in ("import_price", "export_price"))
    return (
        f"Bills are made with prices per kWh, on average {taken} for import and {given} for export, not by a tariff: tiers, rebates "
        "and taxes, which change what a kWh is worth, are not in it, so grid.tariff should be chosen"
    )


@form("plan.flat", _flat_words)
def flat(planned: Planned) -> Figures | None:
    """Say that no tariff is counted, and the mean prices instead, if there is none."""
    result = planned.result
    if result.scenario.grid.tariff is not None:
        return None
    prices = result.prices
    return {
        "import_price": float(prices.grid_import.mean()), "export_price": float(prices.grid_export.mean()),
        "currency": planned.currency,
    }  # fmt: skip


def _otherwise_words(figures: Figures) -> str:
    alike: dict[tuple[str, ...], list[str]] = {}
    for label, title, *what in figures["changes"]:
        alike.setdefault((label, *what), []).append(title)
    return "; ".join(_change_words(label, listed(titles), *what) for (label, *what), titles in alike.items())


#: What is said of each kind of change.
_CHANGES = {
    "unknown": "{label} of {titles} is not known after {month}: {instead} is taken in later years",
    "begins": "{label} of {titles} has a new rate from {month} on: it is counted from then on",
    "starts": "{label} of {titles} begins with {month}: it is counted from then on",
    "ends": "{label} of {titles} ends with {month}: it is counted until then, and not in the years after",
    "apart": "{label} of {titles} is charged from {month} to {instead}, in none of the months of the run: it is not counted",
    "follows": "from {month} on {instead} takes the place of {titles}: it is counted from then on",
    "kept": (
        "from {month} on {instead} takes the place of {titles}, but its periods were not metered in the run: {titles} is counted in "
        "later years too"
    ),
}


def _change_words(label: str, titles: str, what: str, month: str, instead: str) -> str:
    taken = ("0" if instead == "0" else f"that of {instead}") if what == "unknown" else instead
    return _CHANGES[what].format(label=label, titles=titles, month=month, instead=taken)


@form("plan.otherwise", _otherwise_words)
def otherwise(planned: Planned) -> Figures | None:
    """Say what of the tariffs is otherwise in later years than in the first, if anything is, each as `ahead.Change` has it."""
    billed = planned.result.settlement.bills
    if billed is None:
        return None
    months, years = billed.contracts.months.names, planned.assumptions.years
    found = [
        tuple(one)
        for contract in billed.contracts.each
        for one in changes(contract.tariff, months[contract.months], years, contract.named)
    ]
    return {"changes": list(dict.fromkeys(found))} if found else None


def _expires_words(figures: Figures) -> str:
    ends: dict[dt.date, list[str]] = {}
    for title, until in figures["tariffs"]:
        ends.setdefault(until, []).append(title)
    told = [
        f"{listed(titles)} {'holds' if len(titles) == 1 else 'hold'} until {until.day} {until:%B %Y}"
        for until, titles in ends.items()
    ]
    return f"{listed(told)}: what follows is not known, and the same is taken until {figures['last']}"


@form("plan.expires", _expires_words)
def expires(planned: Planned) -> Figures | None:
    """Say which tariffs end before the last year that counts, as far as is known, if any does."""
    first = f"{planned.result.scenario.start:%Y-%m}"
    last = years_later(first, planned.assumptions.years)
    found = [
        (one.title, one.valid_to)
        for one in named_tariffs(planned.result.scenario)
        if one.valid_to is not None and f"{one.valid_to:%Y-%m}" < last
    ]
    return {"tariffs": found, "last": last[:4]} if found else None


def _scaled_words(figures: Figures) -> str:
    return (
        f"The run has {counted(figures['days'], 'day')}, and its amounts are multiplied by {decimals(figures['factor'], 2)} to stand for a "
        "year: seasons, and what bills carry from month to month, are left out"
    )


@form("plan.scaled", _scaled_words)
def scaled(planned: Planned) -> Figures | None:
    """Say that the run is no year, if it is none."""
    year = planned.year
    return None if year.is_whole else {"days": year.days, "factor": year.factor}


def _usual_words(figures: Figures) -> str:
    named = {"pv": "per kWp of PV", "battery": "per kWh of battery"}
    told = [f"{say.sum_of(value, figures['currency'])} {named[what]}" for what, value in figures["prices"].items()]
    return f"{listed(told)} {'is a default' if len(told) == 1 else 'are defaults'} that nobody has verified: ask for an offer"


@form("plan.usual", _usual_words)
def usual(planned: Planned) -> Figures | None:
    """Say which costs are defaults, if any of those that count is."""
    own = planned.installed
    prices = {
        what: value
        for what, value, is_usual, there in (
            ("pv", own.pv_price, own.is_usual[0], own.pv_kwp),
            ("battery", own.battery_price, own.is_usual[1], own.battery_kwh),
        )
        if is_usual and np.any(there)
    }
    return {"prices": prices, "currency": planned.currency} if prices else None
