"""The street of a plan once more, from the run's tables: what it pays without anything, and what each year saves."""

from __future__ import annotations

import numpy as np

import plain_plans
from jiran import JiranError, simulate
from jiran.homes.profiles import Profiles
from jiran.plan import plan
from jiran.tariffs import Shared, Usage, bill, find_tariff
from truth.books import once

USUAL = {"MYR": (3_500.0, 1_600.0)}


@once
def planned_of(drawn):
    try:
        return plan(drawn.result)
    except JiranError:
        return None


def of_plan(drawn):
    planned = planned_of(drawn)
    return [] if planned is None else [(planned,)]


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
        self.shared, self.own = scenario.battery.capacity_kwh, np.array(result.community.battery_kwh)
        self.pv = self.kwp * self.price[0]
        self.batteries = (self.own + self.shared / homes.height) * self.price[1]
        self.traded = float(result.trades["kwh"].sum()) > 1e-9
        self.fee = 12 * self.plan.member_fee if self.traded else 0.0
        self.before = self.factor * dark(result).without_p2p.cost
        alone, now = result.without_p2p, result.settlement
        bright = dark(result, 1.0).without_p2p.cost if self.own.any() else alone.cost_without_battery
        self.with_pv = self.factor * bright
        self.with_battery = self.factor * homes["cost_without_p2p"].to_numpy()
        self.now = self.factor * homes["cost"].to_numpy()
        self.fund = [self.factor * one.accounts["battery"] for one in (alone, now)]
        self.saving = float((self.before - self.now).sum()) + self.fund[1]
        self.by_year = self.factor * by_year(result, dark(result))

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
            battery * float(self.batteries.sum()),
            saved,
            self.fee * int(paying.sum()),
        )

    def earned(self, home):
        """Return the most that a home's bills of any year differ by what its export earns."""
        billed = self.result.settlement.bills
        last = max(place for place, one in enumerate(billed.contracts.each) if home in one.homes)
        bills, silent = _Bills(billed), max(1, SILENT_FROM - self.result.scenario.start.year)
        return max(
            abs(bills.by_home(home, last, ahead, earns=False) - bills.by_home(home, last, ahead, earns=True))
            for ahead in range(silent + 1)
        )

    @property
    def paying(self):
        """Return who has something that must be paid for; everybody where nobody has."""
        has = (self.kwp > 0) | (self.own > 0) | (self.shared > 0)
        return has if has.any() else ~has

    @property
    def there(self):
        return bool(self.kwp.any() or self.own.any() or self.shared)

    @property
    def largest(self):
        return float(np.abs([self.before, self.now]).sum()) + float(self.pv.sum() + self.batteries.sum())


def dark(result, part=0.0):
    """Run the same use with a part of the sun, and without any battery."""
    profiles, data = result.flows.profiles, result.scenario.model_dump(exclude_none=True)
    data["battery"] |= {"capacity_kwh": 0.0}
    for home in (*data["homes"].get("groups", ()), *data["homes"].get("single", ())):
        home.pop("battery_kwh", None)
    scenario = type(result.scenario).model_validate(data)
    return simulate(scenario, profiles=Profiles(part * profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh))


#: No tariff that comes with jiran names a month of this year or a later one.
SILENT_FROM = 2028


def by_year(result, without):
    """Return what each home saves in each year that counts, bill by bill, with what tariffs say of that year's months."""
    plan, homes = result.scenario.plan, result.homes.height
    saved = np.tile((without.without_p2p.cost - result.settlement.cost)[:, None], plan.years)
    billed = result.settlement.bills
    if billed is None:
        given = np.array(result.flows["grid_export_kwh"])
        earned = [sum(p * k for p, k in zip(result.steps["export_price"], row, strict=True)) for row in given.T]
        ends = plan.years if plan.export_years is None else plan.export_years
        saved[:, ends:] -= np.array(earned)[:, None]
        return saved
    first, last = without.without_p2p.bills, np.zeros(homes, int)
    for place, contract in enumerate(billed.contracts.each):
        last[contract.homes] = place
    bills, silent = (_Bills(billed), _Bills(first)), max(1, SILENT_FROM - result.scenario.start.year)
    paid = [np.array([one.by_home(home, last[home], 0, earns=True) for home in range(homes)]) for one in bills]
    for home in range(homes):
        export = billed.contracts.each[last[home]].named.export
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
        named = contracts.each[last].named
        for contract, used, shared in zip(contracts.each, self.billed.used, self.billed.shared, strict=True):
            if home not in contract.homes:
                continue
            row = contract.homes.tolist().index(home)
            names = [f"{int(name[:4]) + ahead}{name[4:]}" for name in contracts.months.names[contract.months]]
            held = [_holds(named, name) if ahead else contract.tariff for name in names]
            if any(one.schedule is not None and one is not contract.tariff for one in held):  # was not metered so
                held = [contract.tariff] * len(names)
            for month, (name, tariff, part) in enumerate(
                zip(names, held, contracts.months.parts[contract.months].tolist(), strict=True)
            ):
                if not earns:
                    components = {key: one for key, one in tariff.components.items() if one.unit != "exported-kWh"}
                    tariff = tariff.model_copy(update={"components": components, "export": None})  # noqa: PLW2901
                of = None
                if contracts.sharing is not None:
                    between = _usage(shared, row, month, 0.0)
                    of = Shared(contracts.sharing, between, float(shared.export_kwh[row, month]))
                one = _usage(used, row, month, float(used.export_kwh[row, month]))
                found = bill(tariff, one, name, part, left, shared=of)
                paid, left = paid + sum(line.amount for line in found.lines), found.carried
        return paid


def _holds(tariff, month):
    """Return the tariff that holds in a month: the one that was asked for, or one before it."""
    while tariff.follows is not None and month < f"{tariff.valid_from:%Y-%m}":
        tariff = find_tariff(tariff.follows)
    return tariff


def _usage(used, row, month, given):
    """Return what one home used in one month."""
    periods = {key: float(kwh[row, month]) for key, kwh in used.by_period.items()}
    demand_kw = float(np.broadcast_to(used.demand_kw, used.import_kwh.shape)[row, month])
    return Usage(float(used.import_kwh[row, month]), given, periods, demand_kw)
