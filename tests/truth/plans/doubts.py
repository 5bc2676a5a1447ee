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
    """Yield each tariff that a home is billed by, its first months, and the one that homes have in the end, once."""
    billed, seen = result.settlement.bills, set()
    for contract in billed.contracts.each if billed is not None else ():
        months = billed.contracts.months.names[contract.months]
        if (contract.tariff.title, months, contract.named.title) not in seen:
            seen.add((contract.tariff.title, months, contract.named.title))
            yield contract.tariff, months, contract.named


def _later(month, years):
    return f"{int(month[:4]) + years}{month[4:]}"


@oracle("plan.otherwise", of_plan)
def otherwise(planned):
    found, years = [], planned.assumptions.years
    for tariff, months, named in _tables(planned.result):
        later = [_later(month, ahead) for ahead in range(1, years) for month in months]
        begin = str(named.valid_from)[:7]
        follows = named.name != tariff.name and any(month >= begin for month in later)
        if follows:
            kept = "kept" if named.schedule else "follows"
            found.append(("", tariff.title, kept, begin, named.title))
        one, first = (named, ()) if follows and not named.schedule else (tariff, months)
        for component in one.model_dump(mode="json")["components"].values():
            label = component["label"] or component["kind"]
            if component["active"]:
                found += [(label, one.title, *what) for what in _of_component(component, list(first), later)]
    found = list(dict.fromkeys(found))
    if not found:
        return None
    kinds = ("ends", "starts", "begins", "apart", "unknown", "follows", "kept")
    return Claim({"changes": found}, tuple(part for one in found for part in one if part and part not in kinds))


def _of_component(component, first, later):
    """Yield what is otherwise, from the month whose rate each month has: "" where it has none."""
    starts, last = component["first_month"], component["last_month"]
    charged = {month: (starts or "0000") <= month <= (last or "9999") for month in (*first, *later)}
    least, most = min(charged), max(charged)
    if not any(charged.values()):
        if starts and last and least < starts <= last < most:
            yield "apart", starts, last
    else:
        if starts and least < starts:
            yield "starts", starts, ""
        if last and last < most:
            yield "ends", last, ""
    yield from _of_rates(component, first, [month for month in later if charged[month]], charged)


def _of_rates(component, first, held, charged):
    """Yield new rates, and the last that is known."""
    table = component["months"]
    if first and held:
        yield from (("begins", one, "") for one in component["since"] or () if min(first) < one <= max(held))
    if not table or not held:
        return

    def rate_of(month):
        before = [one for one in sorted(table) if one <= month]
        if month in table or component["unknown_months"] == "zero":
            return month if month in table else ""
        return before[-1] if before else min(table)

    before = max((rate_of(month) for month in first), default="")
    if first and max(map(rate_of, held)) > before:
        yield "begins", min(one for one in table if one > before), ""
    known = [month for month in charged if charged[month] and rate_of(month)]
    if max(held) > max(table) and (known or not first):
        yield "unknown", max(table), "0" if component["unknown_months"] == "zero" else max(table)


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
