"""The tables of a plan, each as headings and rows of text: on the page, in the dashboard and in the terminal alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jiran.plan.tries import DIGITS
from jiran.report.plan import lines
from jiran.scenario import Plan
from jiran.scenario.plan import LABELS
from jiran.words import KIND_NAMES, decimals, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.plan import Found, Planned
    from jiran.plan.finance import Outlook


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
    return lines.NEVER if outlook.payback is None else decimals(outlook.payback, 1)


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


def assumptions(planned: Planned) -> Shown:
    """Return every assumption with its value, unit and meaning; costs as they are counted."""
    given = planned.assumptions.model_dump() | {
        "pv_cost": planned.installed.pv_price, "battery_cost": planned.installed.battery_price,
    }  # fmt: skip
    said = lines.earns(planned)
    rows: list[tuple[str, ...]] = []
    for name, field in Plan.model_fields.items():
        of_contracts = "–" if said is None else lines.lasting(said.figures)
        value = of_contracts if given[name] is None else number(float(given[name]))
        rows.append((LABELS[name].format(currency=planned.currency), value, str(field.description), f"plan.{name}"))
    return Shown(("Assumption", "Value", "What it is", "In the scenario's file"), rows)


def tried(found: Sequence[Found]) -> Shown:
    """Return every price that was tried and what sharing came to."""
    from jiran.report.plan.further import TRIED  # noqa: PLC0415  forms and tables name the same things

    rows: list[tuple[str, ...]] = [
        (TRIED[one.field], decimals(each.value, DIGITS), str(each.losers), whole(each.worst), whole(each.together))
        for one in found
        for each in one.tried
    ]
    return Shown(("What was tried", "per kWh", "Homes that lose", "The worst gets a year", "All together a year"), rows)
