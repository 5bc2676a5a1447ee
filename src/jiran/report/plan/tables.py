"""The tables of a plan, each as headings and rows of text: on the page, in the dashboard and in the terminal alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jiran.explain.tariffs import named_tariffs
from jiran.market import find as find_rule
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.report.plan import say
from jiran.scenario import Plan
from jiran.scenario.plan import LABELS
from jiran.scenario.sun import site_of
from jiran.tariffs import find_sharing
from jiran.words import KIND_NAMES, counted, decimals, listed, number, price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.plan import Found, Planned
    from jiran.plan.finance import Outlook
    from jiran.scenario import Scenario

_NEVER = "never"


class Shown(NamedTuple):
    """A table.

    Attributes:
        head: Its headings.
        rows: Its cells, text.
    """

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


def whole(value: float) -> str:
    """Return an amount without a currency, without cents."""
    return decimals(value, 0)


def payback(outlook: Outlook, *, invests: bool = True) -> str:
    """Return when what was paid has come back; a dash for who pays nothing."""
    if not invests:
        return "–"
    return _NEVER if outlook.payback is None else decimals(outlook.payback, 1)


def who_pays(planned: Planned) -> str:
    """Return who pays for what is installed, in few words."""
    paying = int(planned.payers.sum())
    if paying == len(planned.ids):
        return "all homes"
    return "the home that invests" if paying == 1 else f"the {paying:,} homes that invest"


def tiles(planned: Planned) -> dict[str, str]:
    """Return the few figures that a council asks for first: of the bills of all, and of those who pay for it."""
    owners, currency = planned.owners, planned.currency
    who = who_pays(planned)
    if not planned.installed.has_some.any():
        return {
            "Investment": "none",
            "All bills, a year": say.signed_sum(float(planned.stages.cost[-1].sum()), currency),
        }
    return {
        "Investment": say.sum_of(planned.invested, currency),
        "All bills fall, first year": say.signed_sum(float(planned.street_parts.sum()), currency),
        f"Paid back to {who}": _NEVER if owners.payback is None else say.years(owners.payback),
        f"Worth today to {who}, at {say.share(planned.assumptions.discount_rate)}": say.signed_sum(
            owners.npv, currency
        ),
        "Their return a year": "none" if owners.irr is None else say.share(owners.irr),
        "A kWh of PV costs": "–" if planned.lcoe is None else price(planned.lcoe, currency),
    }


def _money(planned: Planned) -> dict[str, np.ndarray]:
    """Return amounts of each home by heading, shape (home,); the battery's only where there is one."""
    before, (pv, battery, sharing) = planned.stages.cost[0], planned.parts
    after = before - planned.parts.sum(axis=0)
    by_battery = {"By battery": battery} if planned.installed.battery_kwh.any() else {}
    found = {"Invests": planned.installed.cost, "Pays before": before, "Pays after": after, "By PV": pv}
    return found | by_battery | {"By sharing": sharing}


def by_kind(planned: Planned) -> Shown:
    """Return means of the homes of each kind, a year."""
    kinds, money = np.array(planned.result.community.kinds), _money(planned)
    rows: list[tuple[str, ...]] = []
    for kind in [kind for kind in KIND_NAMES if kind in kinds]:
        places = np.flatnonzero(kinds == kind)
        invests = [bool(planned.installed.cost[place] > 0.0) for place in places]
        back = sum(planned.homes[place].payback is not None for place, one in zip(places, invests, strict=True) if one)
        means = [whole(float(values[places].mean())) for values in money.values()]
        losers = int(np.isin(places, planned.losers).sum())
        rows.append(
            (
                KIND_NAMES[kind],
                str(places.size),
                *means,
                f"{back} of {sum(invests)}" if any(invests) else "–",
                str(losers),
            )
        )
    return Shown(("Homes", "Number", *money, "Get it back", "Lose by sharing"), rows)


def by_home(planned: Planned) -> Shown:
    """Return each home's year and what it comes to."""
    money = _money(planned)
    rows: list[tuple[str, ...]] = [
        (
            name,
            decimals(float(planned.installed.pv_kwp[home]), 1),
            *(whole(float(values[home])) for values in money.values()),
            payback(planned.homes[home], invests=bool(planned.installed.cost[home] > 0.0)),
            whole(planned.homes[home].npv),
        )
        for home, name in enumerate(planned.ids)
    ]
    return Shown(("Home", "kWp", *money, "Payback", "Worth today"), rows)


def by_year(planned: Planned) -> Shown:
    """Return the cash flow of those who pay for it by year."""
    flows, rate = planned.owners.flows, planned.assumptions.discount_rate
    total, today = np.cumsum(flows), np.cumsum(flows / (1.0 + rate) ** np.arange(flows.size))
    rows: list[tuple[str, ...]] = [
        (str(year), *(whole(float(values[year])) for values in (flows, total, today))) for year in range(flows.size)
    ]
    return Shown(("Year", "Got less paid", "Sum so far", "Sum, each year at its worth today"), rows)


def export_years(planned: Planned) -> str:
    """Return how long export earns, in years, as the scenario or the contracts of those who have a roof say; "0": never anything."""
    given, roofs = planned.assumptions.export_years, planned.installed.pv_kwp > 0.0
    while_earning, ended = planned.stages.later[:, :, roofs]
    exports = planned.stages.export_kwh > NOTHING_KWH
    if given is None and exports and not (np.abs(while_earning - ended) > NOTHING_MONEY).any():
        return "0"
    lasts = planned.stages.contract_years[roofs] if given is None else np.array([given], np.float64)
    said = [number(one) if np.isfinite(one) else f"all {planned.assumptions.years}" for one in np.unique(lasts)]
    return " or ".join(said) or "–"


def setting(planned: Planned) -> dict[str, str]:
    """Return what the street is: where, under which tariff and rule, with what on its roofs."""
    result, scenario = planned.result, planned.result.scenario
    paid, sold = float(result.settlement.paid.sum()), planned.stages.traded_kwh / planned.year.factor
    kwp, battery = float(planned.installed.pv_kwp.sum()), float(planned.installed.battery_kwh.sum())
    roofs = int((planned.installed.pv_kwp > 0.0).sum())
    scheme, lasts = scenario.grid.sharing, export_years(planned)
    return {
        "Place": _place(scenario),
        "Tariff": listed([one.title for one in named_tariffs(scenario)]) or "prices per kWh",
        "Market rule": find_rule(scenario.market.mechanism).title,
        **({} if scheme is None else {"Scheme of sharing": find_sharing(scheme).title}),
        "Paid to neighbours for a kWh": price(paid / sold, planned.currency) if sold > NOTHING_KWH else "nobody trades",
        "PV": f"{decimals(kwp, 1)} kWp on {counted(roofs, 'home')}" if roofs else "none",
        **({"Community battery": f"{decimals(battery, 1)} kWh"} if battery else {}),
        "Export earns for": f"{lasts} years{': it earns nothing' if lasts == '0' else ''}" if roofs else "–",
    }  # fmt: skip


def _place(scenario: Scenario) -> str:
    """Return where the sun shines, or by which meters the homes are known."""
    solar = scenario.solar
    if scenario.homes.data is not None:
        return f"metered homes, {scenario.time_zone}"
    if solar.model == "sine":
        return "none: the sun of the paper"
    site = site_of(solar, scenario.time_zone) if solar.weather is None else None
    if site is None:
        return "that of the weather file"
    if solar.latitude is None and site.table is not None:
        return site.table.title
    return f"latitude {site.latitude:g}, longitude {site.longitude:g}"


def assumptions(planned: Planned) -> Shown:
    """Return every assumption with its value, unit and meaning; costs as they are counted."""
    given = planned.assumptions.model_dump() | {
        "pv_cost": planned.installed.pv_price, "battery_cost": planned.installed.battery_price,
    }  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for name, field in Plan.model_fields.items():
        value = export_years(planned) if name == "export_years" else number(float(given[name]))
        rows.append((LABELS[name].format(currency=planned.currency), value, str(field.description), f"plan.{name}"))
    return Shown(("Assumption", "Value", "What it is", "In the scenario's file"), rows)


def tried(found: Sequence[Found]) -> Shown:
    """Return every price that was tried and what sharing came to."""
    from jiran.report.plan.further import TRIED  # noqa: PLC0415  forms and tables name the same things

    rows: list[tuple[str, ...]] = [
        (TRIED[one.field], price(each.value), str(each.losers), whole(each.worst), whole(each.together))
        for one in found
        for each in one.tried
    ]
    return Shown(("What was tried", "per kWh", "Homes that lose", "The worst gets a year", "All together a year"), rows)
