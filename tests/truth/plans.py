"""What plans say, worked out from tables of runs and with money written down year by year."""

from __future__ import annotations

import numpy as np

import jiran.report.plan  # noqa: F401  the modules with the forms
import plain_plans
from jiran import JiranError, simulate
from jiran.homes.profiles import Profiles
from jiran.plan import plan, ranges, tries
from jiran.tariffs import Shared, Usage, bill, load_tariff
from truth.books import once
from truth.harness import Claim, oracle

#: Ranges and prices are worked out for every so many of the random runs: they take a dozen runs each.
EVERY, STEPS = 4, 3
USUAL = {"MYR": (3_500.0, 1_600.0)}


@once
def _planned(drawn):
    try:
        return plan(drawn.result)
    except JiranError:
        return None


@once
def _further(drawn):
    planned = _planned(drawn)
    if planned is None or drawn.seed % EVERY or drawn.result.flows.profiles.load_kwh.size > 1_000:
        return None
    try:
        return planned, ranges(planned), tries(planned, STEPS)
    except JiranError:
        return None


def of_plan(drawn):
    planned = _planned(drawn)
    return [] if planned is None else [(planned,)]


def of_ranges(drawn):
    found = _further(drawn)
    return [] if found is None else [found[:2]]


def of_tries(drawn):
    found = _further(drawn)
    return [] if found is None else [(found[0], one) for one in found[2]]


class Street:
    """The same plan, from the run's tables."""

    def __init__(self, result):
        scenario, self.result = result.scenario, result
        self.plan, self.currency, homes = scenario.plan, scenario.currency, result.homes
        days = scenario.steps * scenario.step_minutes / 1440
        self.days, self.factor = days, 1.0 if days in (365, 366) else 365 / days
        usual = USUAL.get(self.currency, (0.0, 0.0))
        given = (self.plan.pv_cost, self.plan.battery_cost)
        self.price = [known if own is None else own for own, known in zip(given, usual, strict=True)]
        self.given = [own is not None for own in given]
        self.kwp = np.array(result.community.pv_kwp)
        self.battery = scenario.battery.capacity_kwh
        self.pv = self.kwp * self.price[0]
        self.each_battery = self.battery / homes.height * self.price[1]
        self.traded = float(result.trades["kwh"].sum()) > 1e-9
        self.fee = 12 * self.plan.member_fee if self.traded else 0.0
        self.before = self.factor * _dark(result).without_p2p.cost
        alone, now = result.without_p2p, result.settlement
        self.with_pv = self.factor * alone.cost_without_battery
        self.with_battery = self.factor * homes["cost_without_p2p"].to_numpy()
        self.now = self.factor * homes["cost"].to_numpy()
        self.fund = [self.factor * one.accounts["battery"] for one in (alone, now)]
        self.saving = float((self.before - self.now).sum()) + self.fund[1]
        self.by_year = self.factor * _by_year(result, _dark(result))

    def parts(self):
        """Return what PV, battery and sharing save."""
        pv = float((self.before - self.with_pv).sum())
        battery = float((self.with_pv - self.with_battery).sum()) + self.fund[0]
        sharing = float((self.with_battery - self.now).sum()) + self.fund[1] - self.fund[0]
        return {"pv": pv, "battery": battery, "sharing": sharing - self.fee * self.now.size}

    def flows(self, plan=None, pv=1.0, battery=1.0, saving=None, everybody=None):
        paying = self.paying if everybody is None else np.ones(self.now.size, bool)
        saved = (self.by_year[paying].sum(axis=0) + self.fund[1]).tolist() if saving is None else saving
        return plain_plans.flows(
            plan or self.plan,
            pv * self.pv.sum(),
            battery * self.each_battery * self.now.size,
            saved,
            self.fee * int(paying.sum()),
        )

    @property
    def paying(self):
        """Return who has something that must be paid for; everybody where nobody has."""
        has = (self.kwp > 0) | (self.battery > 0)
        return has if has.any() else ~has

    @property
    def there(self):
        return bool(self.kwp.any() or self.battery)

    @property
    def largest(self):
        return float(np.abs([self.before, self.now]).sum()) + float(self.pv.sum()) + self.battery * self.price[1]


def _dark(result, part=0.0):
    """Run the same use with a part of the sun, without a battery if it is none."""
    scenario, profiles = result.scenario, result.flows.profiles
    if not part:
        scenario = scenario.model_copy(update={"battery": scenario.battery.model_copy(update={"capacity_kwh": 0.0})})
    return simulate(scenario, profiles=Profiles(part * profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh))


#: No tariff that comes with jiran names a month of this year or a later one.
SILENT_FROM = 2028


def _by_year(result, dark):
    """Return what each home saves in each year that counts, bill by bill, with what tariffs say of that year's months."""
    plan, homes = result.scenario.plan, result.homes.height
    saved = np.tile((dark.without_p2p.cost - result.settlement.cost)[:, None], plan.years)
    billed = result.settlement.bills
    if billed is None:
        given = np.array(result.flows["grid_export_kwh"])
        earned = [sum(p * k for p, k in zip(result.steps["export_price"], row, strict=True)) for row in given.T]
        ends = plan.years if plan.export_years is None else plan.export_years
        saved[:, ends:] -= np.array(earned)[:, None]
        return saved
    first, last = dark.without_p2p.bills, np.zeros(homes, int)
    for place, contract in enumerate(billed.contracts.each):
        last[contract.homes] = place
    bills, silent = (_Bills(billed), _Bills(first)), max(1, SILENT_FROM - result.scenario.start.year)
    paid = [np.array([one.by_home(home, last[home], 0, earns=True) for home in range(homes)]) for one in bills]
    for home in range(homes):
        export = billed.contracts.each[last[home]].tariff.export
        ends = plan.export_years if plan.export_years is not None else export and export.contract_years
        for year in range(plan.years):
            earns, ahead = ends is None or year < ends, min(year, silent)
            if year == 0 and earns:
                continue
            now, before = (
                bills[0].by_home(home, last[home], ahead, earns=earns),
                bills[1].by_home(home, last[home], ahead, earns=True),
            )
            saved[home, year] += before - paid[1][home] - (now - paid[0][home])
    return saved


class _Bills:
    """The bills of a run, one home after the other, in the months of any year."""

    def __init__(self, billed):
        self.billed, self.known = billed, {}

    def by_home(self, home, last, ahead, *, earns):
        """Return what a home pays for all months, `ahead` years later, if its export earns what its tariff gives, or nothing."""
        key = (home, ahead, earns)
        if key not in self.known:
            self.known[key] = self._by_home(home, last, ahead, earns=earns)
        return self.known[key]

    def _by_home(self, home, last, ahead, *, earns):
        contracts, paid, left = self.billed.contracts, 0.0, None
        then = contracts.each[last].tariff
        for contract, used, shared in zip(contracts.each, self.billed.used, self.billed.shared, strict=True):
            if home not in contract.homes:
                continue
            row = contract.homes.tolist().index(home)
            tariff = then if ahead and then.schedule is None else contract.tariff
            if not earns:
                components = {name: one for name, one in tariff.components.items() if one.unit != "exported-kWh"}
                tariff = tariff.model_copy(update={"components": components, "export": None})
            for month, place in enumerate(range(*contract.months.indices(len(contracts.months.names)))):
                name, part = contracts.months.names[place], float(contracts.months.parts[place])
                name = f"{int(name[:4]) + ahead}{name[4:]}"
                of = None
                if contracts.sharing is not None:
                    between = _usage(shared, row, month, 0.0)
                    of = Shared(contracts.sharing, between, float(shared.export_kwh[row, month]))
                one = _usage(used, row, month, float(used.export_kwh[row, month]))
                found = bill(tariff, one, name, part, left, shared=of)
                paid, left = paid + sum(line.amount for line in found.lines), found.carried
        return paid


def _usage(used, row, month, given):
    """Return what one home used in one month."""
    periods = {key: float(kwh[row, month]) for key, kwh in used.by_period.items()}
    demand_kw = float(np.broadcast_to(used.demand_kw, used.import_kwh.shape)[row, month])
    return Usage(float(used.import_kwh[row, month]), given, periods, demand_kw)


def _saving_at(street, part):
    """Return what is saved with another part of the sun, in each year."""
    if part:
        found = _dark(street.result, part)
    else:
        profiles = street.result.flows.profiles
        dark = Profiles(0.0 * profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh)
        found = simulate(street.result.scenario, profiles=dark)
    of_homes = street.factor * _by_year(found, _dark(street.result))[street.paying].sum(axis=0)
    return (of_homes + street.factor * found.settlement.accounts["battery"]).tolist()


@oracle("plan.nothing", of_plan)
def nothing(planned):
    return None if Street(planned.result).there else Claim({}, ("no home has PV, and there is no battery",))


@oracle("plan.pays", of_plan)
def pays(planned):
    street = Street(planned.result)
    if not street.there:
        return None
    flows = street.flows()
    payback, npv = plain_plans.paid_back(flows), plain_plans.worth(flows, street.plan.discount_rate)
    figures = {
        "invested": float(street.pv.sum()) + street.each_battery * street.now.size, "payback": payback, "npv": npv,
        "total": sum(flows), "years": street.plan.years, "rate": street.plan.discount_rate, "currency": street.currency,
        "homes": int(street.paying.sum()), "of": street.now.size,
    }  # fmt: skip
    begins = "It does not pay for" if payback is None else "only without interest" if npv < 0 else "better off"
    whom = "all homes together" if street.paying.all() else "that invest"
    return Claim(figures, pieces=(begins, whom), summed=100 * street.largest)


@oracle("plan.neighbours", of_plan)
def neighbours(planned):
    street = Street(planned.result)
    gain = float((street.with_battery - street.now - street.fee)[~street.paying].sum())
    if not street.there or not street.traded or not abs(gain) > 1e-6:
        return None
    figures = {
        "homes": int((~street.paying).sum()), "gain": gain, "payback": plain_plans.paid_back(street.flows(everybody=True)),
        "years": street.plan.years, "currency": street.currency,
    }  # fmt: skip
    return Claim(figures, pieces=("gain" if gain > 0 else "lose", "not counted in that"), summed=100 * street.largest)


@oracle("plan.spread", of_plan)
def spread(planned):
    street = Street(planned.result)
    own, roofs = sorted((street.with_battery - street.now - street.fee).tolist()), street.kwp > 0
    if not street.traded or len(own) < 2:
        return None
    of_roofs = float((street.with_battery - street.now - street.fee)[roofs].sum())
    told = 0 < roofs.sum() < len(own) and own[0] >= -1e-6 and sum(own) > 1e-6
    half = (own[(len(own) - 1) // 2] + own[len(own) // 2]) / 2
    figures = {
        "homes": len(own), "least": own[0], "middle": half, "most": own[-1], "share": of_roofs / sum(own) if told else None,
        "sellers": int(roofs.sum()), "currency": street.currency,
    }  # fmt: skip
    return Claim(
        figures,
        pieces=("half of them gain at most", *(("with PV",) if told else ())),
        summed=street.largest / max(1e-6, abs(sum(own)) if told else 1.0),
    )


@oracle("plan.unshared", of_plan)
def unshared(planned):
    street, result = Street(planned.result), planned.result
    if street.traded:
        return None
    alone = simulate(result.scenario.model_copy(update={"market": type(result.scenario.market)(mechanism="grid-only")}),
                     profiles=result.flows.profiles)  # fmt: skip
    left = (
        float(alone.homes["grid_export_kwh"].sum() + np.array(alone.flows["battery_charged_kwh"]).sum()) * street.factor
    )
    figures = {"spare": left if left > 1e-9 else None, "rule": result.scenario.market.mechanism}
    return Claim(figures, pieces=("nothing to share" if figures["spare"] is None else "nobody trades",), summed=left)


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
    return Claim(means | {"currency": result.scenario.currency}, pieces=("not by a tariff",))


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


@oracle("plan.parts", of_plan)
def parts(planned):
    street = Street(planned.result)
    found = street.parts()
    told = {part: value for part, value in found.items() if abs(value) > 1e-6}
    if not told:
        return None
    before = float(street.before.sum())
    after = before - sum(found.values())
    names = {"pv": "PV", "battery": "the battery", "sharing": "sharing"}
    pieces = [f"{names[part]} {'saves' if value > 0 else 'costs'}" for part, value in told.items()]
    ends = [f"The street {'gets' if before < 0 else 'pays'}", f"and {'gets' if after < 0 else 'pays'}"]
    figures = {"before": before, "after": after, "parts": told, "currency": street.currency}
    return Claim(figures, pieces=(*pieces, *ends), summed=street.largest)


@oracle("plan.homes", of_plan)
def homes(planned):
    street = Street(planned.result)
    times = [
        plain_plans.paid_back(plain_plans.flows(street.plan, pv, street.each_battery, saved.tolist(), street.fee))
        for pv, saved in zip(street.pv, street.by_year, strict=True)
        if pv + street.each_battery > 1e-6
    ]
    known = [time for time in times if time is not None]
    if not times:
        return None
    figures = {
        "invest": len(times), "back": len(known), "first": min(known, default=0.0), "last": max(known, default=0.0),
        "years": street.plan.years,
    }  # fmt: skip
    return Claim(figures, pieces=("pay for it" if len(times) > 1 else "pays for it",), summed=100 * street.largest)


@oracle("plan.sharing", of_plan)
def sharing(planned):
    street = Street(planned.result)
    if not street.traded:
        return None
    own = street.with_battery - street.now - street.fee
    together = street.parts()["sharing"]
    figures = {
        "losers": int((own < -1e-6).sum()), "homes": own.size, "name": street.result.community.ids[int(own.argmin())],
        "worst": max(0.0, -float(own.min())), "together": together if abs(together) > 1e-6 else 0.0, "currency": street.currency,
    }  # fmt: skip
    sure = (
        ("nobody loses",)
        if not figures["losers"] and together > 1e-6
        else ("nobody gains or loses",)
        if not figures["losers"]
        else (figures["name"],)
    )
    return Claim(figures, pieces=sure, summed=street.largest)


@oracle("plan.enough", of_plan)
def enough(planned):
    street = Street(planned.result)
    if not street.kwp.any():
        return None
    rate = street.plan.discount_rate
    free = plain_plans.worth(street.flows(pv=0.0), rate)
    of_all = plain_plans.worth(plain_plans.flows(street.plan, float(street.kwp.sum()), 0.0, 0.0, 0.0), rate)
    cost = -free / of_all if -free / of_all > 1e-6 else None  # less is the residue of a sum
    words = ("Even PV that costs nothing would not pay.",) if cost is None else ("PV may cost up to",)
    return Claim(
        {"cost": cost, "now": street.price[0], "currency": street.currency}, pieces=words,
        summed=street.largest * max(1.0, 1.0 / abs(of_all)),
    )  # fmt: skip


@oracle("plan.co2", of_plan)
def co2(planned):
    result, street = planned.result, Street(planned.result)
    factor = result.scenario.co2_kg_per_kwh
    if factor is None:
        return None
    dark = _dark(result).without_p2p.home_kwh["grid_import_kwh"].sum()
    less, given = (
        street.factor * factor * float(kwh)
        for kwh in (dark - result.homes["grid_import_kwh"].sum(), result.homes["grid_export_kwh"].sum())
    )
    if not less > 50.0:
        return None
    return Claim({"less": less, "given": given}, numbers=(less / 1000, given / 1000, 2.0))


@oracle("plan.scaled", of_plan)
def scaled(planned):
    street = Street(planned.result)
    if street.days in (365, 366):
        return None
    return Claim({"days": int(street.days), "factor": street.factor}, pieces=("to stand for a year",))


@oracle("plan.usual", of_plan)
def usual(planned):
    street = Street(planned.result)
    there = (bool(street.kwp.any()), street.battery > 0)
    prices = {
        what: price
        for what, price, own, is_there in zip(("pv", "battery"), street.price, street.given, there, strict=True)
        if is_there and not own
    }
    return Claim({"prices": prices, "currency": street.currency}, pieces=("nobody has verified",)) if prices else None


@oracle("plan.case", of_ranges)
def case(planned, _ranges):
    street, plan = Street(planned.result), planned.assumptions
    if not street.pv.sum() + street.each_battery > 1e-6:
        return None
    low, high = (
        plain_plans.paid_back(street.flows(pv=cost, battery=cost, saving=_saving_at(street, part)))
        for cost, part in ((plan.cost_high, plan.yield_low), (plan.cost_low, plan.yield_high))
    )
    figures = {
        "low": low, "high": high, "years": plan.years,
        "dear": plan.cost_high, "poor": plan.yield_low, "cheap": plan.cost_low, "good": plan.yield_high,
    }  # fmt: skip
    return Claim(figures, pieces=("With costs at", "with costs at"), summed=100 * street.largest)


@oracle("plan.matters", of_ranges)
def matters(planned, _ranges):
    street, plan = Street(planned.result), planned.assumptions
    found = {}
    for cost in (plan.cost_low, plan.cost_high):
        found.setdefault("cost", []).append((cost, street.flows(pv=cost, battery=cost), plan))
    for part in (plan.yield_low, plan.yield_high):
        found.setdefault("yield", []).append((part, street.flows(saving=_saving_at(street, part)), plan))
    for field, ends in {
        "discount_rate": (0.04, 0.08), "upkeep": (0.01, 0.02), "degradation": (0.003, 0.009), "escalation": (-0.01, 0.02),
    }.items():  # fmt: skip
        middle = getattr(plan, field)
        for end in (min(middle, ends[0]), max(middle, ends[1])):
            moved = plan.model_copy(update={field: end})
            found.setdefault(field, []).append((end, street.flows(moved), moved))
    swings = {
        field: [(end, plain_plans.worth(flows, of.discount_rate)) for end, flows, of in ends]
        for field, ends in found.items()
    }
    widths = {field: abs(low[1] - high[1]) for field, (low, high) in swings.items()}
    first = max(widths, key=widths.__getitem__)
    if not widths[first] > 1e-6:
        return None
    (low, npv_low), (high, npv_high) = swings[first]
    figures = {
        "field": first,
        "low": low,
        "high": high,
        "npv_low": npv_low,
        "npv_high": npv_high,
        "currency": street.currency,
    }
    return Claim(figures, pieces=("What matters most is",), summed=100 * street.largest)


@oracle("plan.tried", of_tries)
def tried(planned, found):
    """Take the values that were tried as they are, each of which is held against a run of its own in tests/plan."""
    if not found.tried:
        return None
    spans, run = [], []
    for one in found.tried:
        if one.losers == 0 and one.together > 0.005 and one.traded_kwh > 1e-9:
            run.append(one.value)
        elif run:
            spans, run = [*spans, (run[0], run[-1])], []
    spans += [(run[0], run[-1])] if run else []
    figures = {
        "field": found.field, "spans": spans, "count": len(found.tried), "least": found.tried[0].value,
        "most": found.tried[-1].value, "currency": planned.result.scenario.currency,
    }  # fmt: skip
    gaining = [one for one in found.tried if one.together > 0.005 and one.traded_kwh > 1e-9]
    least = [one for one in gaining if one.worst == max(each.worst for each in gaining)]
    best = None if spans or not gaining else max(least, key=lambda one: one.together)
    figures |= {
        "nearest": best and best.value, "losers": best and best.losers, "worst": best and -best.worst,
        "together": best and best.together,
    }  # fmt: skip
    names = {"price": "P2P price", "charge": "network charge", "credit": "credit for export"}
    end = "Nobody loses by sharing" if spans else "The loss is least at" if best else "at none of them"
    return Claim(figures, pieces=(names[found.field], end))
