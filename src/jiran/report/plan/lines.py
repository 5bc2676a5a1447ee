"""The lines of a plan, a name and what it comes to: what the street is, and the few figures that a council asks for first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jiran.explain.tariffs import named_tariffs
from jiran.market import find as find_rule
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.report.plan import say
from jiran.scenario.sun import site_of
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.tariffs import find_sharing
from jiran.words import counted, decimals, listed, moment, number, price

if TYPE_CHECKING:
    from jiran.plan import Planned

NEVER, FIRST, UNPAID = "never", "from the first year on", "nothing was paid"


def setting(planned: Planned) -> dict[str, str]:
    """Return what the street is: where, under which tariff and rule, with what on its roofs."""
    return _by_name(
        place(planned), tariff(planned), rule(planned), scheme(planned), paid(planned), pv(planned), battery(planned),
        at_home(planned), earns(planned),
    )  # fmt: skip


def tiles(planned: Planned) -> dict[str, str]:
    """Return the figures that a council asks for first: of the bills of all, and of those who pay for it."""
    return _by_name(
        invested(planned), bills(planned), fall(planned), back(planned), worth(planned), rate_of_return(planned), lcoe(planned)
    )  # fmt: skip


def _by_name(*lines: Sentence | None) -> dict[str, str]:
    """Return lines by their names; a name holds no colon."""
    split = (line.text.partition(": ") for line in true_ones(*lines))
    return {name: value for name, _, value in split}


def _whom(figures: Figures) -> str:
    if figures["homes"] == figures["of"]:
        return "all homes"
    return "the home that invests" if figures["homes"] == 1 else f"the {figures['homes']:,} homes that invest"


def _payers(planned: Planned) -> dict[str, int]:
    return {"homes": int(planned.payers.sum()), "of": len(planned.ids)}


def who_pays(planned: Planned) -> str:
    """Return who pays for what is installed, in few words."""
    return _whom(_payers(planned))


@form(
    "plan.ran", lambda said: f"{counted(said['homes'], 'home')}, {counted(said['days'], 'day')} from {said['start']}."
)
def ran(planned: Planned) -> Figures | None:
    """Say how many homes were run for how long; always true."""
    scenario = planned.result.scenario
    return {"homes": len(planned.ids), "days": planned.year.days, "start": moment(scenario.start)}


@form(
    "plan.course",
    lambda said: f"Investment and savings of {_whom(said)}, by the end of each year, not discounted",
)
def course(planned: Planned) -> Figures | None:
    """Say whose flows the bars of the years are; always true."""
    return _payers(planned)


@form("plan.place", lambda said: f"Place: {said['place']}")
def place(planned: Planned) -> Figures | None:
    """Say where the sun shines, or by which meters the homes are known."""
    scenario = planned.result.scenario
    solar = scenario.solar
    if scenario.homes.data is not None:
        return {"place": f"metered homes, {scenario.time_zone}"}
    if solar.model == "sine":
        return {"place": "none: the sun of the paper"}
    site = site_of(solar, scenario.time_zone) if solar.weather is None else None
    if site is None:
        return {"place": "that of the weather file"}
    if solar.latitude is None and site.table is not None:
        return {"place": site.table.title}
    return {"place": f"latitude {site.latitude:g}, longitude {site.longitude:g}"}


@form("plan.tariff", lambda said: f"Tariff: {listed(said['tariffs']) or 'prices per kWh'}")
def tariff(planned: Planned) -> Figures | None:
    """Name the tariffs of homes, or say that there are prices instead."""
    return {"tariffs": [one.title for one in named_tariffs(planned.result.scenario)]}


@form("plan.rule", lambda said: f"Market rule: {said['rule']}")
def rule(planned: Planned) -> Figures | None:
    """Name the market rule; always true."""
    return {"rule": find_rule(planned.result.scenario.market.mechanism).title}


@form("plan.scheme", lambda said: f"Scheme of sharing: {said['scheme']}")
def scheme(planned: Planned) -> Figures | None:
    """Name the scheme of sharing, if there is one."""
    name = planned.result.scenario.grid.sharing
    return None if name is None else {"scheme": find_sharing(name).title}


def _paid_words(figures: Figures) -> str:
    a_kwh = figures["price"]
    return f"Paid to neighbours for a kWh: {'nobody trades' if a_kwh is None else price(a_kwh, figures['currency'])}"


@form("plan.paid", _paid_words)
def paid(planned: Planned) -> Figures | None:
    """Say what homes pay for a kWh of neighbours on average; None if nobody trades."""
    kwh = float(planned.result.settlement.home_kwh["p2p_bought_kwh"].sum())
    amount = float(planned.result.settlement.paid.sum())
    return {"price": amount / kwh if kwh > NOTHING_KWH else None, "currency": planned.currency}


def _pv_words(figures: Figures) -> str:
    if not figures["roofs"]:
        return "PV: none"
    return f"PV: {decimals(figures['kwp'], 1)} kWp on {counted(figures['roofs'], 'home')}"


@form("plan.pv", _pv_words)
def pv(planned: Planned) -> Figures | None:
    """Say how much PV there is on how many homes."""
    kwp = planned.installed.pv_kwp
    return {"kwp": float(kwp.sum()), "roofs": int((kwp > 0.0).sum())}


@form("plan.battery", lambda said: f"Community battery: {decimals(said['kwh'], 1)} kWh")
def battery(planned: Planned) -> Figures | None:
    """Say how large the community's battery is, if there is one."""
    kwh = float(planned.installed.shared_battery_kwh.sum())
    return {"kwh": kwh} if kwh > 0.0 else None


@form(
    "plan.at_home",
    lambda said: f"Batteries in homes: {decimals(said['kwh'], 1)} kWh in {counted(said['homes'], 'home')}",
)
def at_home(planned: Planned) -> Figures | None:
    """Say how large the batteries of homes are, if there are any."""
    own = planned.installed.own_battery_kwh
    return {"kwh": float(own.sum()), "homes": int((own > 0.0).sum())} if own.any() else None


def _earns_words(figures: Figures) -> str:
    said, nothing = lasting(figures), figures["years"] == [0.0]
    return f"Export earns for: {said} year{'s' * (said != '1')}{': it earns nothing' * nothing}"


def lasting(figures: Figures) -> str:
    """Return for how many years export earns, of the figures of `earns`."""
    whole = f"all {figures['of']}" if figures["of"] > 1 else "1"
    return " or ".join(whole if one is None else number(one) for one in figures["years"])


@form("plan.earns", _earns_words)
def earns(planned: Planned) -> Figures | None:
    """Say for how many years export earns anything, if a roof has something to export.

    Returns:
        years: What is so for some such roof, the shortest first; None: until the end, last.
        of: How many years count.
    """
    exports = planned.result.flows["grid_export_kwh"].sum(axis=0) > NOTHING_KWH
    roofs = np.flatnonzero((planned.installed.pv_kwp > 0.0) & exports)
    if not roofs.size:
        return None
    given, years = planned.assumptions.export_years, planned.assumptions.years
    lasts = planned.stages.contract_years[roofs] if given is None else np.full(roofs.size, float(given))
    while_earning, ended = planned.stages.later[:, :, roofs]
    for_nothing = ~(np.abs(while_earning - ended) > NOTHING_MONEY).any(axis=0)
    known = np.unique(np.where(for_nothing, 0.0, np.where(lasts < years, lasts, np.inf)))
    return {"years": [float(one) if np.isfinite(one) else None for one in known], "of": years}


@form(
    "plan.invested",
    lambda said: f"Investment: {say.sum_of(said['invested'], said['currency']) if said['there'] else 'none'}",
)
def invested(planned: Planned) -> Figures | None:
    """Say what is invested in all; always true."""
    there = bool(planned.installed.has_some.any())
    return {"invested": planned.invested, "there": there, "currency": planned.currency}


@form("plan.bills", lambda said: f"All bills, a year: {say.signed_sum(said['bills'], said['currency'])}")
def bills(planned: Planned) -> Figures | None:
    """Say what all homes pay a year, if nothing is installed."""
    if planned.installed.has_some.any():
        return None
    return {"bills": float(planned.stages.cost[-1].sum()), "currency": planned.currency}


@form("plan.fall", lambda said: f"All bills fall, first year: {say.signed_sum(said['saving'], said['currency'])}")
def fall(planned: Planned) -> Figures | None:
    """Say what all homes and the battery's fund save in the first year, if something is installed.

    That is what they save in the run, unless the plan says that export earns nothing from the first year on.
    """
    if not planned.installed.has_some.any():
        return None
    everybody = np.ones(len(planned.ids), np.bool_)
    first = float(planned.stages.together_by_year(planned.assumptions, everybody)[0])
    return {"saving": first - planned.fee * everybody.size, "currency": planned.currency}


def paid_back(payback: float | None, *, is_invested: bool) -> str:
    """Return when what was paid has come back, or why there is no such time."""
    if payback is None:
        return NEVER
    return say.years(payback) if payback else FIRST if is_invested else UNPAID


def _back_words(figures: Figures) -> str:
    when = paid_back(figures["payback"], is_invested=figures["invested"] > NOTHING_MONEY)
    return f"Paid back to {_whom(figures)}: {when}"


@form("plan.back", _back_words)
def back(planned: Planned) -> Figures | None:
    """Say when what is paid has come back to those who pay it, if something is installed; None: never."""
    if not planned.installed.has_some.any():
        return None
    return _payers(planned) | {"payback": planned.owners.payback, "invested": planned.invested}


def _worth_words(figures: Figures) -> str:
    return f"Worth today to {_whom(figures)}, at {say.share(figures['rate'])}: {say.signed_sum(figures['npv'], figures['currency'])}"


@form("plan.worth", _worth_words)
def worth(planned: Planned) -> Figures | None:
    """Say what it is worth today to those who pay for it, if something is installed."""
    if not planned.installed.has_some.any():
        return None
    rate = planned.assumptions.discount_rate
    return _payers(planned) | {"npv": planned.owners.npv, "rate": rate, "currency": planned.currency}


# Of a return above it, as where a grant pays for nearly all, no reader learns more by its digits.
_BEYOND = 10.0


def _return_words(figures: Figures) -> str:
    rate, most = figures["rate"], figures["more_than"]
    said = "none" if rate is None else say.share(rate) if most is None else f"more than {say.share(most)}"
    return f"Their return a year: {said}"


@form("plan.return", _return_words)
def rate_of_return(planned: Planned) -> Figures | None:
    """Say at which discount rate it is worth nothing to those who pay for it, if something is installed.

    Returns:
        rate: That rate; None: at none.
        more_than: What is said instead of a rate that nobody would read; None else.
    """
    if not planned.installed.has_some.any():
        return None
    rate = planned.owners.irr
    return {"rate": rate, "more_than": _BEYOND if rate is not None and rate > _BEYOND else None}


@form(
    "plan.lcoe",
    lambda said: f"A kWh of PV costs: {'–' if said['cost'] is None else price(said['cost'], said['currency'])}",
)
def lcoe(planned: Planned) -> Figures | None:
    """Say what a kWh of PV costs over its life, if something is installed; None without PV."""
    if not planned.installed.has_some.any():
        return None
    return {"cost": planned.lcoe, "currency": planned.currency}
