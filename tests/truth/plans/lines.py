"""The lines of a plan, a name and what it comes to, of which the page and the dashboard show setting and figures."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

import plain_plans
from jiran import mechanisms
from jiran.tariffs import find_sharing, load_tariff
from truth.assumed.places import SKIES
from truth.harness import Claim, oracle
from truth.plans.street import Street, of_plan


def whom(street):
    """Return the figures of who pays, and the words for them."""
    homes, of = int(street.paying.sum()), street.now.size
    words = "all homes" if homes == of else "the home that invests" if homes == 1 else f"{homes:,} homes that invest"
    return {"homes": homes, "of": of}, words


@oracle("plan.ran", of_plan)
def ran(planned):
    scenario = planned.result.scenario
    start = f"{scenario.start:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    figures = {
        "homes": planned.result.homes.height,
        "days": scenario.steps * scenario.step_minutes // 1440,
        "start": start,
    }
    return Claim(figures, (f"{figures['homes']:,} home", f"{figures['days']:,} day", start))


@oracle("plan.course", of_plan)
def course(planned):
    figures, words = whom(Street(planned.result))
    return Claim(figures, (words, "not discounted"))


@oracle("plan.place", of_plan)
def place(planned):
    scenario = planned.result.scenario
    solar = scenario.solar
    if solar.model == "sine":
        told = "none: the sun of the paper"
    elif solar.weather is not None:
        told = "that of the weather file"
    elif solar.latitude is not None:
        told = f"latitude {solar.latitude:g}, longitude {solar.longitude:g}"
    else:
        names = [name for name, where in SKIES.items() if where[3] == scenario.time_zone]
        told = names[0] if solar.place is None else solar.place.replace("-", " ").title()
    return Claim({"place": told}, (f"Place: {told}",))


@oracle("plan.tariff", of_plan)
def tariff(planned):
    scenario = planned.result.scenario
    own = [one.tariff for one in (*scenario.homes.groups, *scenario.homes.single)]
    said = [load_tariff(name).title for name in dict.fromkeys((scenario.grid.tariff, *own)) if name]
    return Claim({"tariffs": said}, tuple(said) or ("Tariff: prices per kWh",))


@oracle("plan.rule", of_plan)
def rule(planned):
    name = planned.result.scenario.market.mechanism
    title = next(one.title for one in mechanisms().values() if one.name == name)
    return Claim({"rule": title}, (f"Market rule: {title}",))


@oracle("plan.scheme", of_plan)
def scheme(planned):
    name = planned.result.scenario.grid.sharing
    return None if name is None else Claim({"scheme": find_sharing(name).title}, (find_sharing(name).title,))


@oracle("plan.paid", of_plan)
def paid(planned):
    trades, currency = planned.result.trades, planned.result.scenario.currency
    trades = trades.filter(trades["buyer"].cast(pl.String) != "community battery")  # what homes pay
    kwh = float(trades["kwh"].sum())
    a_kwh = float(trades["paid"].sum()) / kwh if kwh > 1e-9 else None
    pieces = ("nobody trades",) if a_kwh is None else (f"for a kWh: {currency}" if a_kwh >= 0 else currency,)
    return Claim({"price": a_kwh, "currency": currency}, pieces=pieces)


@oracle("plan.pv", of_plan)
def pv(planned):
    kwp = Street(planned.result).kwp
    figures = {"kwp": float(kwp.sum()), "roofs": int((kwp > 0).sum())}
    return Claim(figures, pieces=("kWp on",) if figures["roofs"] else ("PV: none",))


@oracle("plan.battery", of_plan)
def battery(planned):
    kwh = Street(planned.result).shared
    return Claim({"kwh": kwh}, pieces=("Community battery",)) if kwh > 0 else None


@oracle("plan.at_home", of_plan)
def at_home(planned):
    homes = planned.result.scenario.homes
    kwh = [one.battery_kwh or 0.0 for one in homes.groups for _ in range(one.count)]
    kwh += [one.battery_kwh or 0.0 for one in homes.single]
    found = {"kwh": sum(kwh), "homes": sum(one > 0 for one in kwh)}
    return Claim(found, pieces=("Batteries in homes",)) if found["homes"] else None


@oracle("plan.earns", of_plan)
def earns(planned):
    result, street = planned.result, Street(planned.result)
    years, given, found = street.plan.years, street.plan.export_years, set()
    billed = result.settlement.bills
    exported = np.array(result.flows["grid_export_kwh"])
    earned = (exported * result.steps["export_price"].to_numpy()[:, None]).sum(axis=0)
    for home in np.flatnonzero((street.kwp > 0) & (exported.sum(axis=0) > 1e-9)):
        lasts = given
        if billed is not None:
            contract = [one for one in billed.contracts.each if home in one.homes][-1]
            export = contract.named.export
            lasts = given if given is not None else export and export.contract_years
            earned[home] = street.earned(home)
        if abs(earned[home]) * (street.factor if billed is None else 1.0) <= 1e-6:  # of a year
            lasts = 0
        found.add(None if lasts is None or lasts >= years else float(lasts))
    if not found:
        return None
    said = sorted(one for one in found if one is not None) + [None] * (None in found)
    words = [f"{'all ' * (years > 1)}{years}" if one is None else f"{one:g}" for one in said]
    end = "1 year" if words == ["1"] else f"{words[-1]} years"
    nothing = ("it earns nothing",) if said == [0.0] else ()
    return Claim({"years": said, "of": years}, (" or ".join(words), end, *nothing))


@oracle("plan.invested", of_plan)
def invested(planned):
    street = Street(planned.result)
    amount = float(street.pv.sum() + street.batteries.sum())
    figures = {"invested": amount, "there": street.there, "currency": street.currency}
    return Claim(figures, pieces=(street.currency,) if street.there else ("Investment: none",))


@oracle("plan.bills", of_plan)
def bills(planned):
    street = Street(planned.result)
    figures = {"bills": float(street.now.sum()), "currency": street.currency}
    return None if street.there else Claim(figures, pieces=("All bills, a year",), summed=street.largest)


@oracle("plan.fall", of_plan)
def fall(planned):
    street = Street(planned.result)
    first = float(street.by_year[:, 0].sum()) + street.fund[1] - street.fee * street.now.size
    figures = {"saving": first, "currency": street.currency}
    return Claim(figures, pieces=("All bills fall",), summed=street.largest) if street.there else None


@oracle("plan.back", of_plan)
def back(planned):
    street = Street(planned.result)
    figures, words = whom(street)
    invested = float(street.pv.sum() + street.batteries.sum())
    figures |= {"payback": plain_plans.paid_back(street.flows()), "invested": invested}
    when = figures["payback"]
    free = "from the first year on" if invested > 1e-6 else "nothing was paid"
    end = "never" if when is None else free if when == 0 else "less than a month" if when < 0.05 else "years"
    return Claim(figures, pieces=(words, end), summed=100 * street.largest) if street.there else None


@oracle("plan.worth", of_plan)
def worth(planned):
    street = Street(planned.result)
    figures, words = whom(street)
    rate = street.plan.discount_rate
    figures |= {"npv": plain_plans.worth(street.flows(), rate), "rate": rate, "currency": street.currency}
    return Claim(figures, pieces=(words,), summed=100 * street.largest) if street.there else None


@oracle("plan.return", of_plan)
def rate_of_return(planned):
    """Take the rate as it is said and ask whether it is one; where none is said, look for one on a fine grid."""
    street = Street(planned.result)
    if not street.there:
        return None
    flows, said = street.flows(), planned.owners.irr
    size = sum(map(abs, flows))
    if said is not None and said > 10.0:
        assert plain_plans.worth(flows, 10.0) > 0.0 > flows[0]
        return Claim({"rate": said, "more_than": 10.0}, pieces=("more than 1,000%",))
    if said is not None:
        assert abs(plain_plans.worth(flows, said)) <= 1e-6 * max(size, plain_plans.worth(map(abs, flows), said))
    elif flows[0] < -1e-9 * size:
        values = [plain_plans.worth(flows, rate) for rate in np.linspace(-0.6, 3.0, 400)]
        assert not any(low < -1e-9 * size and high > 1e-9 * size for low, high in pairwise(values))
        assert not any(low > 1e-9 * size and high < -1e-9 * size for low, high in pairwise(values))
    return Claim({"rate": said, "more_than": None}, pieces=("none",) if said is None else ("%",))


@oracle("plan.lcoe", of_plan)
def lcoe(planned):
    result, street = planned.result, Street(planned.result)
    if not street.there:
        return None
    plan, a_year = street.plan, street.factor * float(result.homes["generation_kwh"].sum())
    cash = plan.model_copy(update={"loan_share": 0.0})  # a kWh costs what PV costs, whoever lends the money
    paid_out = plain_plans.flows(cash, float(street.pv.sum()), 0.0, 0.0, 0.0)
    kwh = [0.0] + [a_year * (1 - plan.degradation) ** year for year in range(plan.years)]
    energy = plain_plans.worth(kwh, plan.discount_rate)
    cost = -plain_plans.worth(paid_out, plan.discount_rate) / energy if energy > 0 else None
    return Claim({"cost": cost, "currency": street.currency}, pieces=("–",) if cost is None else (street.currency,))
