"""What must be known before a plan's figures are used."""

from __future__ import annotations

from jiran.tariffs import load_tariff
from truth.harness import Claim, oracle
from truth.plans.street import Street, of_plan

#: What a kWp gives in a year at the places that come with jiran, least and most.
YIELDS = (1187.0, 1405.0)


@oracle("plan.sun", of_plan)
def sun(planned):
    street, scenario = Street(planned.result), planned.result.scenario
    if scenario.solar.model == "site" or not street.kwp.sum() > 0:
        return None
    kwh = float(planned.result.homes["generation_kwh"].sum()) * street.factor / float(street.kwp.sum())
    if 0.9 * YIELDS[0] <= kwh <= 1.1 * YIELDS[1]:
        return None
    return Claim({"kwh": kwh, "least": YIELDS[0], "most": YIELDS[1]}, pieces=("half sine of the paper",))


@oracle("plan.flat", of_plan)
def flat(planned):
    result = planned.result
    if result.scenario.grid.tariff is not None:
        return None
    means = {name: float(result.steps[name].mean()) for name in ("import_price", "export_price")}
    currency = result.scenario.currency
    taken, given = (f"{'-' * (mean < 0.0)}{currency}" for mean in means.values())
    return Claim(
        means | {"currency": currency}, pieces=(f"on average {taken} ", f" for import and {given} ", "not by a tariff")
    )


def _tables(result):
    """Yield title, file and first months of each tariff that a home is billed by, once."""
    billed, seen = result.settlement.bills, set()
    for contract in billed.contracts.each if billed is not None else ():
        months = billed.contracts.months.names[contract.months]
        if (contract.tariff.title, months) not in seen:
            seen.add((contract.tariff.title, months))
            yield contract.tariff, months


def _later(month, years):
    return f"{int(month[:4]) + years}{month[4:]}"


@oracle("plan.otherwise", of_plan)
def otherwise(planned):
    found, years = [], planned.assumptions.years
    for tariff, months in _tables(planned.result):
        end = _later(months[-1], years - 1)
        for name, component in tariff.model_dump(mode="json")["components"].items():
            label = component["label"] or component["kind"]
            starts, last = component["first_month"] or "0000-00", component["last_month"] or "9999-99"
            held = [month for month in months if component["active"] and starts <= month <= last]
            if held and last < end:
                found.append((label, tariff.title, "ends", last, ""))
            news = [
                one
                for one in (component["first_month"], *(component["since"] or {}))
                if one and months[-1] < one <= end
            ]
            found += [(label, tariff.title, "begins", one, "") for one in news if component["active"]]
            known = sorted(component["months"] or {})
            if known and set(known) & set(held) and known[-1] < end:
                taken = "0" if component["unknown_months"] == "zero" else known[-1]
                found.append((label, tariff.title, "unknown", known[-1], taken))
            assert name
    found = list(dict.fromkeys(found))
    if not found:
        return None
    return Claim(
        {"changes": found},
        tuple(part for one in found for part in one if part and part not in ("ends", "begins", "unknown")),
    )


@oracle("plan.expires", of_plan)
def expires(planned):
    scenario, years = planned.result.scenario, planned.assumptions.years
    if scenario.grid.tariff is None:
        return None
    homes = [one.tariff for one in (*scenario.homes.groups, *scenario.homes.single)]
    if scenario.homes.data is not None:
        homes = [one.tariff for one in (scenario.homes.data.all, *scenario.homes.data.home.values())]
    last = f"{scenario.start.year + years:04d}-{scenario.start.month:02d}"
    found = []
    for name in dict.fromkeys(name for name in (*homes, scenario.grid.tariff) if name):
        until = load_tariff(name).valid_to
        if until is not None and f"{until.year:04d}-{until.month:02d}" < last:
            found.append((load_tariff(name).title, until))
    if not found:
        return None
    figures = {"tariffs": sorted(found), "last": last[:4]}
    return Claim(
        figures, (*(f"{until.day} {until:%B %Y}" for _, until in found), *(title for title, _ in found), last[:4])
    )


@oracle("plan.scaled", of_plan)
def scaled(planned):
    street = Street(planned.result)
    if street.days in (365, 366):
        return None
    return Claim({"days": int(street.days), "factor": street.factor}, pieces=("to stand for a year",))


@oracle("plan.usual", of_plan)
def usual(planned):
    street = Street(planned.result)
    there = (bool(street.kwp.any()), bool(street.batteries.any()) or bool(street.own.any()) or street.shared > 0)
    prices = {
        what: price
        for what, price, own, is_there in zip(("pv", "battery"), street.price, street.given, there, strict=True)
        if is_there and not own
    }
    return Claim({"prices": prices, "currency": street.currency}, pieces=("nobody has verified",)) if prices else None
