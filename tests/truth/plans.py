"""What plans say, worked out from tables of runs and with money written down year by year."""

from __future__ import annotations

import numpy as np

import jiran.report.plan  # noqa: F401  the modules with the forms
import plain_plans
from jiran import JiranError, simulate
from jiran.homes.profiles import Profiles
from jiran.plan import plan, ranges, tries
from jiran.tariffs import Shared, Usage, bill
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
        self.lost = self.factor * _earned(result)

    def parts(self):
        """Return what PV, battery and sharing save."""
        pv = float((self.before - self.with_pv).sum())
        battery = float((self.with_pv - self.with_battery).sum()) + self.fund[0]
        sharing = float((self.with_battery - self.now).sum()) + self.fund[1] - self.fund[0]
        return {"pv": pv, "battery": battery, "sharing": sharing - self.fee * self.now.size}

    def flows(self, plan=None, pv=1.0, battery=1.0, saving=None):
        saved, later = (self.saving, self.saving - float(self.lost.sum())) if saving is None else saving
        return plain_plans.flows(
            plan or self.plan,
            pv * self.pv.sum(),
            battery * self.each_battery * self.now.size,
            saved,
            self.fee * self.now.size,
            later,
        )

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


def _earned(result):
    """Return what each home would pay more if export earned nothing: step by step, or bill by bill."""
    billed = result.settlement.bills
    if billed is None:
        given = np.array(result.flows["grid_export_kwh"])
        return np.array([sum(p * k for p, k in zip(result.steps["export_price"], row, strict=True)) for row in given.T])
    months, lost = billed.contracts.months, np.zeros(result.homes.height)
    scheme = billed.contracts.sharing
    for contract, used, shared, found in zip(
        billed.contracts.each, billed.used, billed.shared, billed.each, strict=True
    ):
        names, parts = months.names[contract.months], months.parts[contract.months]
        components = {name: one for name, one in contract.tariff.components.items() if one.unit != "exported-kWh"}
        bare = contract.tariff.model_copy(update={"components": components, "export": None})
        for row, home in enumerate(contract.homes):
            for month, (name, part) in enumerate(zip(names, parts, strict=True)):
                periods = {key: float(kwh[row, month]) for key, kwh in used.by_period.items()}
                one = Usage(float(used.import_kwh[row, month]), 0.0, periods, float(used.demand_kw[row, month]))
                bought = {key: float(kwh[row, month]) for key, kwh in shared.by_period.items()}
                more_kw = float(np.broadcast_to(shared.demand_kw, shared.import_kwh.shape)[row, month])
                between = Usage(float(shared.import_kwh[row, month]), 0.0, bought, more_kw)
                of = None if scheme is None else Shared(scheme, between, float(shared.export_kwh[row, month]))
                lines = bill(bare, one, name, float(part), shared=of).lines
                lost[home] += sum(line.amount for line in lines) - found.amount[:, row, month].sum()
    return lost


def _saving_at(street, part):
    """Return what is saved with another part of the sun, with what export earns and without."""
    if part:
        found = _dark(street.result, part)
    else:
        profiles = street.result.flows.profiles
        dark = Profiles(0.0 * profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh)
        found = simulate(street.result.scenario, profiles=dark)
    saved = float(street.before.sum()) + street.factor * (
        found.settlement.accounts["battery"] - float(found.settlement.cost.sum())
    )
    return saved, saved - street.factor * float(_earned(found).sum())


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
    }  # fmt: skip
    begins = "It does not pay: of" if payback is None else "It pays only without interest" if npv < 0 else "It pays: "
    return Claim(figures, pieces=(begins,), summed=100 * street.largest)


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
        plain_plans.paid_back(
            plain_plans.flows(street.plan, pv, street.each_battery, before - now, street.fee, before - now - lost)
        )
        for pv, before, now, lost in zip(street.pv, street.before, street.now, street.lost, strict=True)
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
        if one.losers == 0 and one.together > 0.005:
            run.append(one.value)
        elif run:
            spans, run = [*spans, (run[0], run[-1])], []
    spans += [(run[0], run[-1])] if run else []
    figures = {
        "field": found.field, "spans": spans, "count": len(found.tried), "least": found.tried[0].value,
        "most": found.tried[-1].value, "currency": planned.result.scenario.currency,
    }  # fmt: skip
    names = {"price": "P2P price", "charge": "network charge", "credit": "credit for export"}
    return Claim(figures, pieces=(names[found.field], "Nobody loses by sharing" if spans else "without a loss"))
