"""The answer of a plan in sentences: whether it pays, what saves how much, for whom, and what is doubtful."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.explain.say import energy
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from jiran.plan.stages import PARTS
from jiran.report.plan import say
from jiran.report.plan.fair import neighbours, spread
from jiran.report.plan.further import case, matters, tried
from jiran.sentences import Figures, Sentence, form, true_ones
from jiran.words import counted, decimals, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.plan import Found, Planned, Ranges


def answer(planned: Planned, ranges: Ranges | None = None, found: Sequence[Found] = ()) -> tuple[Sentence, ...]:
    """Return what a plan says, the answer first.

    Args:
        planned: The plan.
        ranges: How far its figures may be off, if that was worked out.
        found: What was found for prices, if that was looked for.
    """
    further = () if ranges is None else (case(planned, ranges), matters(planned, ranges))
    return true_ones(
        nothing(planned), pays(planned), neighbours(planned), homes(planned), parts(planned), sharing(planned), spread(planned),
        unshared(planned), enough(planned), co2(planned), *further, *(tried(planned, one) for one in found),
    )  # fmt: skip


@form("plan.nothing", lambda _figures: "There is nothing to pay for: no home has PV, and there is no battery.")
def nothing(planned: Planned) -> Figures | None:
    """True where nothing is installed."""
    return None if _has_something(planned) else {}


def _has_something(planned: Planned) -> bool:
    return bool(planned.installed.pv_kwp.any() or planned.installed.battery_kwh.any())


def _pays_words(figures: Figures) -> str:
    currency, payback, npv, homes = (figures[name] for name in ("currency", "payback", "npv", "homes"))
    invested, horizon = say.sum_of(figures["invested"], currency), counted(figures["years"], "year")
    rate, nothing_over = say.share(figures["rate"]), abs(npv) <= NOTHING_MONEY
    off = "better off" if npv > 0.0 else "worse off"
    worth = "no better and no worse off" if nothing_over else f"{say.sum_of(abs(npv), currency)} {off}"
    who, they = "for all homes together", "they are"
    if homes < figures["of"]:
        who = "for the home that invests" if homes == 1 else f"for the {homes:,} homes that invest"
        they = "it is" if homes == 1 else they
    if payback is None:
        missing = say.sum_of(-figures["total"], currency)
        return (
            f"It does not pay {who}: of {invested} that is invested, and what is paid later, {missing} has not come back after "
            f"{horizon}{f', though discounted at {rate} a year, {they} {worth}' if npv > NOTHING_MONEY else ''}."
        )
    if not figures["invested"] > NOTHING_MONEY and nothing_over and not figures["total"] > NOTHING_MONEY:
        return f"It costs nothing and brings nothing {who}: nothing is invested, and over {horizon} nothing is left of what it saves."
    back = say.comes_back(payback)
    if not payback and not figures["invested"]:
        invested = "what is counted as free"
    if npv < -NOTHING_MONEY:
        return (
            f"It pays {who} only without interest: {invested} {back}, but discounted at {rate} a year, {they} {worth} "
            f"after {horizon}."
        )
    return f"It pays {who}: {invested} {back}. Over {horizon}, discounted at {rate} a year, {they} {worth}."


@form("plan.pays", _pays_words)
def pays(planned: Planned) -> Figures | None:
    """Say whether, when and how well what is installed pays for those who pay for it, if anything is."""
    if not _has_something(planned):
        return None
    owners = planned.owners
    return {
        "invested": planned.invested,
        "payback": owners.payback,
        "npv": owners.npv,
        "total": float(owners.flows.sum()),
        "homes": int(planned.payers.sum()),
        "of": len(planned.ids),
        "years": planned.assumptions.years,
        "rate": planned.assumptions.discount_rate,
        "currency": planned.currency,
    }


def _parts_words(figures: Figures) -> str:
    currency = figures["currency"]

    def pays_or_gets(value: float) -> str:
        return f"{'gets' if value < -NOTHING_MONEY else 'pays'} {say.sum_of(abs(value), currency)}"

    saved = [
        f"{say.part(part, value, several=figures['at_home'])} {say.sum_of(abs(value), currency)}"
        for part, value in figures["parts"].items()
    ]
    return (
        f"The street {pays_or_gets(figures['before'])} a year without PV, batteries and sharing, and {pays_or_gets(figures['after'])} as "
        f"planned: {listed(saved)}."
    )


@form("plan.parts", _parts_words)
def parts(planned: Planned) -> Figures | None:
    """Say what a year costs without and with it, and what PV, battery and sharing do to that, if they do anything."""
    found = dict(zip(PARTS, planned.street_parts.tolist(), strict=True))
    told = {part: value for part, value in found.items() if abs(value) > NOTHING_MONEY}
    if not told:
        return None
    before = float(planned.stages.cost[0].sum())
    return {
        "before": before, "after": before - sum(found.values()), "parts": told, "currency": planned.currency,
        "at_home": bool(planned.installed.own_battery_kwh.any()),
    }  # fmt: skip


def _homes_words(figures: Figures) -> str:
    invest, back, first, last = (figures[name] for name in ("invest", "back", "first", "last"))
    horizon = counted(figures["years"], "year")
    if not back:
        who = (
            "The home that pays for it does not get its"
            if invest == 1
            else f"None of the {invest:,} homes that pay for it gets its"
        )
        return f"{who} money back within {horizon}."
    between = f"{decimals(first, 1)} to {say.years(last)}"
    time = say.years(first) if decimals(first, 1) == decimals(last, 1) else between
    time = "from the first year on" if decimals(last, 1) == "0.0" else f"in {time}"
    if back == invest:
        who = (
            "The home that pays for it gets its"
            if invest == 1
            else f"Each of the {invest:,} homes that pay for it gets its"
        )
        return f"{who} money back, {time}."
    verb = "gets its" if back == 1 else "get their"
    return (
        f"{back:,} of {invest:,} homes that pay for it {verb} money back within {horizon}, {time}; the others do not."
    )


@form("plan.homes", _homes_words)
def homes(planned: Planned) -> Figures | None:
    """Say how many of the homes that invest get their money back, and when, if any invests."""
    invests = planned.installed.cost > NOTHING_MONEY
    if not invests.any():
        return None
    times = [one.payback for one, pays_for in zip(planned.homes, invests, strict=True) if pays_for]
    known = [time for time in times if time is not None]
    return {
        "invest": len(times),
        "back": len(known),
        "first": min(known, default=0.0),
        "last": max(known, default=0.0),
        "years": planned.assumptions.years,
    }


def _sharing_words(figures: Figures) -> str:
    currency, losers = figures["currency"], figures["losers"]
    together = figures["together"]
    all_of_them = f"all together {'gain' if together > 0.0 else 'lose'} {say.sum_of(abs(together), currency)} a year"
    if not losers:
        if together > 0.0:
            return f"By sharing nobody loses, and {all_of_them}."
        whole = "all together gain nothing" if not together else all_of_them
        return (
            f"By sharing no home loses, but with the battery's fund {whole}."
            if figures["gainers"] or together
            else "By sharing nobody gains or loses."
        )
    worst = say.sum_of(figures["worst"], currency)
    lose = "loses" if losers == 1 else "lose"
    who = f"{losers:,} of {counted(figures['homes'], 'home')} {lose}, {figures['name']} most: {worst} a year"
    return f"By sharing {who}; {all_of_them}." if together else f"By sharing {who}; all together gain nothing."


@form("plan.sharing", _sharing_words)
def sharing(planned: Planned) -> Figures | None:
    """Say who loses by sharing, if anybody trades."""
    if not planned.stages.traded_kwh > NOTHING_KWH:
        return None
    own, together = planned.parts[-1], float(planned.street_parts[-1])
    worst = int(own.argmin())
    return {
        "losers": int(planned.losers.size),
        "gainers": int((own > NOTHING_MONEY).sum()),
        "homes": own.size,
        "name": planned.ids[worst],
        "worst": max(-float(own[worst]), 0.0),
        "together": together if abs(together) > NOTHING_MONEY else 0.0,
        "currency": planned.currency,
    }


def _unshared_words(figures: Figures) -> str:
    if figures["spare"] is None:
        return "There is nothing to share: no home has more than it uses itself at any time."
    spare = energy(figures["spare"])
    return (
        f"Neighbours share nothing, though they have {spare} to spare a year: under the market rule {figures['rule']}, at these "
        "prices, nobody trades."
    )


@form("plan.unshared", _unshared_words)
def unshared(planned: Planned) -> Figures | None:
    """Say that neighbours share nothing, and what homes have to spare, kWh a year, if there are neighbours."""
    stages = planned.stages
    if stages.traded_kwh > NOTHING_KWH or len(planned.ids) == 1:
        return None
    spare = stages.spare_kwh if stages.spare_kwh > NOTHING_KWH else None
    return {"spare": spare, "rule": planned.result.scenario.market.mechanism}


def _enough_words(figures: Figures) -> str:
    cost, now, currency = figures["cost"], figures["now"], figures["currency"]
    begin = f"Discounted at {say.share(figures['rate'])} a year,"
    if cost is None:
        if figures["free"] < -NOTHING_MONEY:
            with_it = " together with what the batteries cost" if figures["battery"] else ""
            return f"{begin} even PV that costs nothing would not pay{with_it}."
        return f"{begin} even PV that costs nothing would bring nothing."
    return f"{begin} PV may cost up to {say.sum_of(cost, currency)} per kWp for it to pay; {say.sum_of(now, currency)} is counted."


@form("plan.enough", _enough_words)
def enough(planned: Planned) -> Figures | None:
    """Say at which cost PV just pays for those who pay for it, if there is any."""
    if not planned.installed.pv_kwp.any():
        return None
    return {
        "cost": planned.enough_pv_cost, "now": planned.installed.pv_price, "free": planned.worth_if_free,
        "rate": planned.assumptions.discount_rate, "currency": planned.currency,
        "battery": bool(planned.installed.battery_kwh.any()) and planned.installed.battery_price > 0.0,
    }  # fmt: skip


#: Half of the last digit in which emissions are said.
_LEAST_CO2_KG = 50.0


def _co2_words(figures: Figures) -> str:
    less, given = (f"{decimals(figures[name] / 1000.0, 1)} t CO2" for name in ("less", "given"))
    more = f", and up to {given} less for what it gives" if figures["given"] > _LEAST_CO2_KG else ""
    return f"The grid emits {less} a year less for what the street no longer takes{more}."


@form("plan.co2", _co2_words)
def co2(planned: Planned) -> Figures | None:
    """Say what the grid emits less, in kg, if its emissions are known and it is something in tonnes."""
    found = planned.co2_kg
    return {"less": found[0], "given": found[1]} if found is not None and found[0] > _LEAST_CO2_KG else None
