"""What is true of a comparison: from the bills of each run, its trades, and optima that a programme of another form finds."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from scipy.optimize import linprog

import jiran.report  # noqa: F401  the modules with the forms
from jiran import JiranError, compare, mechanisms, simulate
from jiran.bids import find as find_strategy
from jiran.judge.comparison import by_rule
from jiran.market import find
from jiran.market.base import BASELINE
from jiran.scenario import Market, validate
from jiran.scenario.files import read_scenario
from jiran.scenario.overrides import with_overrides
from peaks import months, paid_alone, paid_for_peaks
from street_limits import limit_kwh
from truth.books import once
from truth.harness import Claim, oracle
from truth.run import bids, cars_bid, street_bids
from valid import SITUATIONS, ordinary, wild

#: A comparison is made for every so many of the random runs, of a scenario of its own, which is small.
EVERY, MOST_HOME_STEPS = 4, 700
KINDS = ("solar", "ev", "hybrid", "normal", "prosumer", "consumer")
CENT = 0.005
#: Rules that trade whatever a home says a kWh is worth to it.
DEAF = ("grid-fraction", "bill-sharing", "static-keys", "dynamic-keys")


@once
def _rules(drawn):
    """Compare some rules on what was drawn, if it is small: 1 to 17 rules, 1 to 3 seeds; None where it is not done."""
    rng = np.random.default_rng([drawn.seed, 5])
    if drawn.seed % EVERY:
        return None
    scenario = (lively if rng.random() < 0.7 else wild)(rng, MOST_HOME_STEPS)
    every = [name for name in mechanisms() if name not in ("grid-only", "consensus")]
    count = int(rng.choice([1, 2, 3, 5, 8, len(every)]))
    seeds = int(rng.choice([1, 1, 2, 3]))
    names = ["grid-only"] if rng.random() < 0.1 else [str(name) for name in rng.choice(every, count, replace=False)]
    try:
        found = compare(by_rule(scenario, names), seeds=seeds)
    except JiranError:
        return None
    return Known(found)


def lively(rng, most_home_steps):
    """Draw a preset in a situation, cut to so many home-steps: a community that trades, most of the time."""
    base = read_scenario(
        str(rng.choice(["paper", "paper", "kampung", "five-prosumers", "ev-street", "net-metering-window"]))
    )
    wanted = dict(SITUATIONS[str(rng.choice([name for name in SITUATIONS if "minutes" not in name]))])
    wanted |= [{}, {}, {"bids.strategy": "truthful"}, {"grid.network_charge": 0.15}, {"bids.strategy": "zero-intelligence-plus"},
               {"ev.supply.enabled": True}][int(rng.integers(6))]  # fmt: skip
    wanted["seed"] = int(rng.integers(1000))
    found = validate(with_overrides(base, wanted))
    homes = found.homes.modelled
    return (
        found
        if homes * found.steps <= most_home_steps
        else validate(with_overrides(base, wanted | {"steps": max(1, most_home_steps // homes)}))
    )


class Known:
    """A comparison, and its runs once more."""

    def __init__(self, found):
        self.found = found
        self.runs = {}
        for name, case in found.cases.items():
            seeds = getattr(found, "seeds_of", lambda _: found.seeds)(name)
            self.runs[name] = [simulate(case.model_copy(update={"seed": seed})) for seed in seeds]

    def all(self, name, figure):
        """Return a figure of a case worked out from the arrays, one number a seed."""
        return [_WORKED[figure](run) for run in self.runs[name]]

    def mean(self, name, figure):
        values = self.all(name, figure)
        return None if any(value is None for value in values) else float(np.mean(values))

    def means(self, figure):
        found = {name: self.mean(name, figure) for name in self.runs}
        return {name: value for name, value in found.items() if value is not None}


def savings(run):
    return run.without_p2p.cost - run.settlement.cost


def at_grid(run):
    """Return what all homes pay the grid, from the flows."""
    own = run.flows.outputs
    taken = run.flows["grid_import_kwh"].sum(axis=1) + own.battery_import_kwh
    given = run.flows["grid_export_kwh"].sum(axis=1) + own.battery_export_kwh
    peaks = paid_for_peaks(run)
    energy = float((taken * run.prices.grid_import).sum() - (given * run.prices.grid_export).sum())
    return energy + float(peaks.payment.sum()) + peaks.by_battery


def jain(run):
    saved = savings(run)
    if saved.min() < -1e-6 or saved.max() <= 1e-6:
        return None
    saved = np.maximum(saved, 0.0)
    return float(saved.sum() ** 2 / (saved.size * (saved @ saved)))


def surplus(run):
    trades = run.flows.trades
    return float((trades["kwh"] * (trades["buyer_price"] - trades["seller_price"])).sum()
                 - run.scenario.grid.network_charge * trades["kwh"].sum() + run.settlement.period_payment.sum())  # fmt: skip


def price(side):
    def of(run):
        trades = run.flows.trades
        kwh = float(trades["kwh"].sum())
        return float((trades["kwh"] * trades[side]).sum()) / kwh if kwh > 0.0 else None

    return of


def efficiency(run):
    """Return the worth of all trades over the least, over prices, of what orders would gain at it, step by step."""
    trades, flows = run.flows.trades, run.flows
    kept = flows.outputs.value_price
    gained = possible = 0.0
    for step in range(run.timeline.steps):
        orders = flows.orders_between(step, step + 1)[0]
        if kept.shape[0]:
            value = kept[step]
        else:
            charge = run.scenario.grid.network_charge
            value = np.where(orders < 0.0, run.prices.grid_import[step] - charge, run.prices.grid_export[step])
        made = flows.trades_between(step, step + 1)
        gained += float((made["kwh"] * (value[made["buyer"]] - value[made["seller"]])).sum())
        sell, buy = orders > 0.0, orders < 0.0
        if sell.any() and buy.any():
            tries = np.concatenate([value[sell], value[buy]])
            possible += min(
                float(
                    (orders[sell] * np.maximum(at - value[sell], 0.0)).sum()
                    - (orders[buy] * np.maximum(value[buy] - at, 0.0)).sum()
                )
                for at in tries
            )
    del trades
    return gained / possible if possible > 1e-9 else None


_WORKED = {
    "cost": lambda run: float(run.settlement.cost.sum()),
    "saving": lambda run: float(savings(run).sum()),
    "saving_jain": jain,
    "home_saving_worst": lambda run: float(savings(run).min()),
    "home_saving_best": lambda run: float(savings(run).max()),
    "homes_worse_off": lambda run: float((savings(run) < -1e-6).mean()),
    "market_surplus": surplus,
    "price_paid": price("buyer_price"),
    "price_received": price("seller_price"),
    "p2p_kwh": lambda run: float(run.trades["kwh"].sum()),
    "efficiency": efficiency,
    "stored": lambda run: float(
        run.state.stored_kwh + run.state.ev_stored_kwh.sum() + run.flows.outputs.home_stored_kwh[-1].sum()
    ),
    "soc": lambda run: float(run.state.stored_kwh),
    "charged": lambda run: float(run.flows["battery_charged_kwh"].sum()),
    "alone": lambda run: float(run.without_p2p.cost_without_battery.sum()),
    "grid": at_grid,
}  # fmt: skip


def least(run):
    """Return the least that the community could pay the grid: one column for each step's exchange and store, dense.

    EVs and batteries in homes charge and give as in the run. None where a price leaves room that this form does not have.
    """
    prices, battery, steps = run.prices, run.scenario.battery, run.timeline.steps
    odd = (prices.grid_export > prices.grid_import) | (np.minimum(prices.grid_export, prices.grid_import) < 0.0)
    if odd.any() or steps > 120 or run.scenario.grid.limited:
        return None
    need = sum(run.flows[name].sum(axis=1) for name in ("load_kwh", "ev_kwh"))
    need = need - run.flows["generation_kwh"].sum(axis=1) - run.flows["ev_supplied_kwh"].sum(axis=1)
    need = need + (run.flows["home_battery_charged_kwh"] - run.flows["home_battery_given_kwh"]).sum(axis=1)
    hours, eye, zero = run.timeline.step_h, np.eye(steps), np.zeros((steps, steps))
    there = battery.capacity_kwh > 0.0
    # import - export - charge + discharge = need;  store = start + sum(charge * e - discharge / e)
    balance = np.hstack([eye, -eye, -eye, eye])
    sums = np.tril(np.ones((steps, steps)))
    store = np.hstack([zero, zero, sums * battery.charge_efficiency, -sums / battery.discharge_efficiency])
    low = np.full(steps, battery.min_soc * battery.capacity_kwh)
    low[-1] = min(run.start.stored_kwh, run.state.stored_kwh)
    low = np.minimum(low, battery.capacity_kwh)
    start = run.start.stored_kwh
    # import - export <= peak of the month, kWh
    billed = months(run) if run.scenario.grid.demand_charge else []
    none = np.zeros((steps, len(billed)))
    of_month = np.array([[-float(step in month) for month in billed] for step in range(steps)]).reshape(none.shape)
    within = np.hstack([eye, -eye, zero, zero, of_month])
    found = linprog(
        np.concatenate([
            prices.grid_import, -prices.grid_export, np.zeros(2 * steps),
            np.full(len(billed), run.scenario.grid.demand_charge / hours),
        ]),
        A_ub=np.vstack([np.hstack([store, none]), np.hstack([-store, none]), *[within] * bool(billed)]),
        b_ub=np.concatenate([np.full(steps, battery.capacity_kwh - start), start - low, *[np.zeros(steps)] * bool(billed)]),
        A_eq=np.hstack([balance, none]), b_eq=need,
        bounds=[(0, None)] * 2 * steps + [(0, battery.charge_kw * hours * there)] * steps
        + [(0, battery.discharge_kw * hours * there)] * steps + [(0, None)] * len(billed),
        method="highs-ipm",
    )  # fmt: skip
    return float(found.fun) if found.status == 0 else None


def without_stores(run):
    """Return what homes pay each alone with the grid, those with a battery at home as if it were not there."""
    paid, flows = run.without_p2p.cost_without_battery.copy(), run.flows
    if run.community.ev_kw.any():  # cars that lend or bid charge more than alone
        flows = simulate(run.scenario.model_copy(update={"market": Market(mechanism=BASELINE)})).flows
    lent = np.zeros_like(flows["load_kwh"])
    lent[:, flows.fleet.homes] = flows.outputs.ev_lent_kwh
    need = flows["load_kwh"] + flows["ev_kwh"] - flows["generation_kwh"] - flows["ev_supplied_kwh"] + lent
    most = limit_kwh(run, "export")
    if most is not None:
        spare = np.maximum(-need, 0.0).sum(axis=1)
        share = np.clip(-need.sum(axis=1) - most, 0.0, spare) / np.maximum(spare, 1e-12)
        need = np.where(need < 0.0, need * (1.0 - share[:, None]), need)
    bill = np.where(need > 0.0, run.prices.grid_import[:, None], run.prices.grid_export[:, None]) * need
    if run.scenario.grid.demand_charge:
        return float(bill.sum() + paid_alone(run, -need).sum())
    equipped = run.community.battery_kwh > 0.0
    # What a battery no longer takes may be no longer room for another's sun.
    equipped |= equipped.any() and run.scenario.grid.limited
    paid[equipped] = bill.sum(axis=0)[equipped]
    return float(paid.sum())


@once
def _shares(drawn):
    """Return what each rule reached, by seed: of the best of the optima of all rules; None where it is not known here."""
    known = _rules(drawn)
    found = {name: [] for name in known.runs}
    for place in range(len(known.found.seeds)):
        own = {name: least(runs[place]) for name, runs in known.runs.items()}
        figures = {name: known.found.samples[name][place].figures["cost_optimum"] for name in known.runs}
        if None not in own.values() and None not in figures.values():
            best, against = min(own.values()), next(iter(figures.values()))
            near_enough = 1e-4 * (1.0 + abs(best))
            assert against <= best + near_enough, (against, best)  # EVs and batteries in homes may save more
            if not any(
                runs[place].community.ev_kw.any() or len(runs[place].flows.battery_homes)
                for runs in known.runs.values()
            ):
                assert against >= best - near_enough, (against, best)
        optima = [known.found.samples[name][place].figures["cost_optimum"] for name in known.runs]
        assert len({round(one, 6) for one in optima if one is not None}) <= 1, "one optimum for all"
        for name in known.runs:
            run, best = known.runs[name][place], known.found.samples[name][place].figures["cost_optimum"]
            alone = without_stores(run)
            if best is None or known.found.samples[name][place].figures["optimum_share"] is None:
                found[name].append(None)
            else:
                found[name].append((alone - at_grid(run)) / (alone - best))
    return {
        name: None if any(one is None for one in shares) else float(np.mean(shares)) for name, shares in found.items()
    }


class Subject:
    """What oracles look at beside the comparison; found again by the comparison's identity."""

    known: ClassVar[dict[int, tuple]] = {}


def rules(drawn):
    """Yield a comparison of rules."""
    known = _rules(drawn)
    if known is not None:
        Subject.known = {id(known.found): (known, drawn)}
        yield (known.found,)


def each_rule(drawn):
    """Yield a comparison and each of its rules."""
    for (found,) in rules(drawn):
        for case in found.cases:
            yield found, case


def of(comparison):
    return Subject.known[id(comparison)][0]


def shares_of(comparison):
    found = _shares(Subject.known[id(comparison)][1])
    return {name: value for name, value in found.items() if value is not None}


def time_of(comparison):
    first = next(iter(comparison.cases.values()))
    midnight = first.start.strftime("%H%M%S") == "000000"
    return {"minutes": first.steps * first.step_minutes, "from_midnight": midnight, "seeds": len(comparison.seeds)}


def when_numbers(comparison):
    minutes = time_of(comparison)["minutes"]
    return (minutes / 60, minutes / 1440)


@oracle("compare.nobody", rules)
def nobody(comparison):
    known = of(comparison)
    if any(len(run.trades) for runs in known.runs.values() for run in runs):
        return None
    moved = [name for name, runs in known.runs.items() if any(np.abs(savings(run)).max() > 1e-6 for run in runs)]
    return Claim(
        time_of(comparison)
        | {"cases": len(known.runs), "moved": moved, "homes": next(iter(known.runs.values()))[0].community.size},
        numbers=when_numbers(comparison),
    )


def no_window(comparison):
    known = of(comparison)
    for runs in known.runs.values():
        for run in runs:
            charge = run.scenario.grid.network_charge
            if (run.prices.grid_import - charge > run.prices.grid_export + 1e-6).any() or savings(run).sum() > CENT:
                return False
    return True


@oracle("compare.no_gain", rules)
def no_gain(comparison):
    if not no_window(comparison):
        return None
    charge = next(iter(comparison.cases.values())).grid.network_charge
    return Claim(time_of(comparison) | {"charge": charge}, numbers=when_numbers(comparison))


@oracle("compare.reached", rules)
def reached(comparison):
    found = shares_of(comparison)
    share = {name: value for name, value in found.items() if value >= -1e-9}
    under = [name for name in found if name not in share]
    if no_window(comparison) or not share:
        return None
    assert max(share.values()) <= 1.0 + 1e-6
    full = [name for name, value in share.items() if value >= 0.9995]
    rest = [name for name in share if name not in full]
    energy = of(comparison).means("p2p_kwh")
    less = bool(full and rest) and max(energy[name] for name in rest) < min(energy[name] for name in full) - 0.05
    figures = {"reached": share, "full": full, "under": under, "trade_less": less}
    numbers = (*when_numbers(comparison), 1.0, len(found), len(full), len(rest), len(rest) + len(under), len(under))
    pieces = ("less than nothing",) if under else ()
    return Claim(time_of(comparison) | figures, numbers=numbers, pieces=pieces)


@oracle("compare.saved", rules)
def saved(comparison):
    known = of(comparison)
    trades = any(len(run.trades) for runs in known.runs.values() for run in runs)
    if not trades or no_window(comparison) or any(value >= -1e-9 for value in shares_of(comparison).values()):
        return None
    means = [float(np.mean([savings(run).sum() for run in runs])) for runs in known.runs.values()]
    homes = next(iter(known.runs.values()))[0].community.size
    figures = {"low": min(means), "high": max(means), "homes": homes, "currency": comparison.currency}
    way = (
        "changes nothing" if max(map(abs, means)) <= CENT
        else "saves" if min(means) >= -CENT else "costs" if max(means) <= CENT else "saves"
    )  # fmt: skip
    return Claim(time_of(comparison) | figures, numbers=when_numbers(comparison), pieces=(f"trading {way}",))


@oracle("compare.below", rules)
def below(comparison):
    known, more = of(comparison), {}
    if any(len(run.flows.battery_homes) for runs in known.runs.values() for run in runs):
        return None
    for name in shares_of(comparison):
        amount = float(np.mean([at_grid(run) - _WORKED["alone"](run) for run in known.runs[name]]))
        if amount > CENT:
            more[name] = amount
    if not more:
        return None
    runs = known.runs[next(iter(more))]
    stored = min(known.mean(name, "soc") for name in more) - runs[0].start.stored_kwh
    paid = all(bool((run.prices.grid_export > 0.0).all()) for run in runs)
    declared = runs[0].scenario.grid.export_price
    paid = min(declared) > 0.0 if isinstance(declared, tuple) else paid
    paid = paid and runs[0].scenario.battery.controller == "self-consumption"
    homes, cases = runs[0].community.size, len(known.runs)
    figures = {"more": more, "currency": comparison.currency, "stored_kwh": max(0.0, stored)}
    figures |= {"homes": homes, "cases": cases}
    figures["charged_kwh"] = min(known.mean(name, "charged") for name in more) if paid else 0.0
    return Claim(figures, numbers=(len(more),))


@oracle("compare.left_over", rules)
def left_over(comparison):
    stored = of(comparison).means("stored")
    top, low = max(stored.values()), min(stored.values())
    if top - low <= 0.05:
        return None
    most = [name for name, value in stored.items() if value >= top - 0.05]
    others = [name for name in stored if name not in most]
    run = next(iter(of(comparison).runs.values()))[0]
    kinds = {"community battery": "the battery", "home battery": "the batteries in homes", "EV": "the cars"}
    there = [name for kind, name in kinds.items() if kind in set(run.devices["device"])]
    figures = {"most": most, "most_kwh": top, "others": others, "least_kwh": low, "stores": there}
    figures["next_kwh"] = max(stored[name] for name in others)
    left_in = " and ".join([", ".join(there[:-1])] * (len(there) > 1) + there[-1:])
    return Claim(figures, numbers=(len(most), len(others)), pieces=(f"are left in {left_in} under",))


def at_tariff(comparison):
    first = next(iter(comparison.cases.values()))
    stores_bid = bids(first) or cars_bid(first) or street_bids(first)
    return find_strategy(first.bids.strategy).at_tariff and not stores_bid


@oracle("compare.worth", rules)
def worth(comparison):
    share = of(comparison).means("efficiency")
    if at_tariff(comparison) or len(share) < 2 or max(share.values()) < CENT:
        return None
    top = max(share.values())
    best = [name for name, value in share.items() if value >= top - 0.0005]
    rest = {name: value for name, value in share.items() if name not in best}
    lowest = min(rest.values(), default=0.0)
    last = [name for name, value in rest.items() if value <= lowest + 0.0005]
    energy = of(comparison).means("p2p_kwh")
    deaf = bool(last) and all(
        name.partition("/")[0] in DEAF and energy[name] >= max(energy.values()) - CENT for name in last
    )
    figures = {"best": best, "share": top, "last": last, "lowest": lowest, "deaf": deaf}
    return Claim(figures, numbers=(len(best), len(last)))


def alike(comparison):
    return [
        name
        for name, case in comparison.cases.items()
        if at_tariff(comparison) and find(case.market.mechanism).needs_bids
    ]


def outside(comparison):
    return [name for name, value in of(comparison).means("market_surplus").items() if value < -CENT]


def counted(comparison):
    return [name for name in comparison.cases if name not in (*alike(comparison), *outside(comparison))]


def best_of(values, tolerance):
    top = max(values.values())
    return [name for name, value in values.items() if value >= top - tolerance]


def times(best, by_seed, tolerance):
    count = 0
    for row in zip(*by_seed.values(), strict=True):
        top = max(row)
        count += any(value >= top - tolerance for name, value in zip(by_seed, row, strict=True) if name in best)
    return count


def loses(comparison, name):
    return any(bool((savings(run) < -1e-6).any()) for run in of(comparison).runs[name])


@oracle("compare.even", rules)
def even(comparison):
    known, seeds = of(comparison), len(comparison.seeds)
    there = {
        name: value
        for name, value in known.means("saving_jain").items()
        if name in counted(comparison) and known.mean(name, "saving") > CENT and not loses(comparison, name)
    }
    if len(there) < 2 or next(iter(known.runs.values()))[0].community.size == 1:
        return None
    best = best_of(there, 1e-5)
    figures = {
        "best": best, "all": len(best) == len(there), "low": known.mean(best[0], "home_saving_worst"),
        "high": known.mean(best[0], "home_saving_best"),
        "times": times(best, {name: known.all(name, "saving_jain") for name in there}, 1e-5), "seeds": seeds,
        "some_lose": any(loses(comparison, name) for name in known.runs), "currency": comparison.currency,
    }  # fmt: skip
    return Claim(figures, numbers=(len(best),))


@oracle("compare.worst", rules)
def worst(comparison):
    known = of(comparison)
    found = {name: known.mean(name, "home_saving_worst") for name in counted(comparison)}
    if len(found) < 2:
        return None
    best = best_of(found, CENT)
    if len(best) == len(found) or abs(found[best[0]]) <= CENT:
        return None
    by_seed = {name: known.all(name, "home_saving_worst") for name in found}
    figures = {
        "best": best, "amount": max(found.values()), "times": times(best, by_seed, CENT), "seeds": len(comparison.seeds),
        "currency": comparison.currency,
    }  # fmt: skip
    return Claim(
        figures,
        numbers=(len(best),),
        pieces=("saving of any home is largest" if figures["amount"] >= 0.0 else "worst off loses is least",),
    )


def by_kind(known, name, kind):
    return [
        float(np.mean([s for s, k in zip(savings(run), run.community.kinds, strict=True) if k == kind]))
        for run in known.runs[name]
    ]


@oracle("compare.kinds", rules)
def kinds(comparison):
    known, names = of(comparison), counted(comparison)
    if len(names) < 2:
        return None
    groups = {}
    there = list(next(iter(known.runs.values()))[0].community.kinds)
    for kind in KINDS:
        if kind not in there:
            continue
        by_seed = {name: by_kind(known, name, kind) for name in names}
        mean = {name: float(np.mean(values)) for name, values in by_seed.items()}
        best = best_of(mean, CENT)
        if mean[best[0]] > CENT and len(best) <= 3 and len(best) < len(names):
            group = groups.setdefault(
                tuple(best), {"best": best, "kinds": [], "amounts": [], "homes": [], "times": [], "outdone": False}
            )
            group["kinds"].append(kind)
            group["amounts"].append(mean[best[0]])
            group["homes"].append(there.count(kind))
            group["times"].append(times(best, by_seed, CENT))
            left_out = set(comparison.cases) - set(names)
            group["outdone"] |= any(
                float(np.mean(by_kind(known, name, kind))) > mean[best[0]] + CENT for name in left_out
            )
    if not groups:
        return None
    for best, group in groups.items():
        group["because"] = because(known, set(best), set(group["kinds"]))
    figures = {"groups": list(groups.values()), "seeds": len(comparison.seeds), "currency": comparison.currency}
    return Claim(figures)


def because(known, best, of_kinds):
    paid, received = known.means("price_paid"), known.means("price_received")
    if not best <= paid.keys():
        return ""
    if (
        of_kinds <= {"solar", "hybrid"}
        and {n for n in received if received[n] >= max(received.values()) - 1e-6} == best
    ):
        return "sellers"
    if of_kinds <= {"ev", "hybrid", "normal"} and {n for n in paid if paid[n] <= min(paid.values()) + 1e-6} == best:
        return "buyers"
    return ""


@oracle("compare.nobody_loses", rules)
def nobody_loses(comparison):
    return None if any(loses(comparison, name) for name in comparison.cases) else Claim({})


@oracle("compare.losers", rules)
def losers(comparison):
    known = of(comparison)
    homes = next(iter(known.runs.values()))[0].community.size
    losing = {name: known.mean(name, "homes_worse_off") * homes for name in known.runs if loses(comparison, name)}
    if not losing:
        return None
    worst_of = {name: min(float(savings(run).min()) for run in known.runs[name]) for name in losing}
    order = sorted(losing, key=lambda name: -losing[name])
    told = order if len(order) <= 3 else order[:1]
    if len(order) > 3:  # of those that lose most often any may be told
        told = [name for name in order if losing[name] >= losing[order[0]] - 1e-9][:1]
    where = {where_lost(comparison, name) for name in told}
    figures = {
        "homes": homes, "losing": losing, "worst": worst_of, "where": where.pop() if len(where) == 1 else "",
        "currency": comparison.currency, "seeds": len(comparison.seeds),
    }  # fmt: skip
    return Claim(figures, numbers=(len(losing),), pieces=("of all seeds",) if len(comparison.seeds) > 1 else ())


def where_lost(comparison, name):
    """Say how prices lie against the grid's, hour by hour of the day; only where the grid's go by the hour."""
    known = of(comparison)
    grid = comparison.cases[name].grid
    if any(isinstance(one, tuple) and len(one) != 24 for one in (grid.import_price, grid.export_price)):
        return ""
    hours = {}
    for run in known.runs[name]:
        for row in run.trades.iter_rows(named=True):
            hour = int(run.timeline.hour[row["step"]])
            kwh, paid, got = hours.get(hour, (0.0, 0.0, 0.0))
            hours[hour] = (
                kwh + row["kwh"],
                paid + row["kwh"] * row["buyer_price"],
                got + row["kwh"] * row["seller_price"],
            )
    first = known.runs[name][0]
    takes, gives = {}, {}
    for step, hour in enumerate(first.timeline.hour.astype(int)):
        takes.setdefault(int(hour), []).append(float(first.prices.grid_import[step]))
        gives.setdefault(int(hour), []).append(float(first.prices.grid_export[step]))
    if hours and all(got / kwh < np.mean(gives[hour]) - 1e-4 for hour, (kwh, _, got) in hours.items()):
        return "sellers get less per kWh than the grid gives"
    if hours and all(paid / kwh > np.mean(takes[hour]) + 1e-4 for hour, (kwh, paid, _) in hours.items()):
        return "buyers pay more per kWh than the grid takes"
    lend = comparison.cases[name].ev.supply.enabled
    cheap = hours and max(got / kwh for kwh, _, got in hours.values()) < min(map(np.mean, takes.values())) - 1e-4
    only = all(
        kind in ("ev", "hybrid")
        for run in known.runs[name]
        for kind, saved in zip(run.community.kinds, savings(run), strict=True)
        if saved < -CENT
    )
    return (
        "EVs sell stored energy for less than the grid takes when they charge it again"
        if lend and cheap and only
        else ""
    )


@oracle("compare.kept", rules)
def kept(comparison):
    left = {name: value for name, value in of(comparison).means("market_surplus").items() if value > CENT}
    if not left:
        return None
    tariff = at_tariff(comparison) and all(find(comparison.cases[name].market.mechanism).needs_bids for name in left)
    figures = {
        "cases": list(left),
        "amounts": list(left.values()),
        "at_tariff": tariff,
        "currency": comparison.currency,
    }
    return Claim(figures, numbers=(len(left),))


@oracle("compare.outside", rules)
def from_outside(comparison):
    names = outside(comparison)
    if not names:
        return None
    left = of(comparison).means("market_surplus")
    figures = {"cases": names, "amounts": [-left[name] for name in names], "currency": comparison.currency}
    return Claim(figures, numbers=(len(names),))


@oracle("compare.alike", rules)
def all_alike(comparison):
    names = alike(comparison)
    return Claim({"cases": names}, numbers=(len(names),)) if names else None


# Why a rule does what it does.


def volume(comparison, name):
    return sum(float(run.flows.trades["kwh"].sum()) for run in of(comparison).runs[name])


@oracle("reason.no_trade", each_rule)
def no_trade(comparison, name):
    return None if volume(comparison, name) > 1e-9 else Claim({})


@oracle("reason.later", each_rule)
def later(comparison, name):
    if name != "bill-sharing" or not volume(comparison, name) > 1e-9:
        return None
    known = of(comparison)
    there = [kind for kind in KINDS if kind in known.runs[name][0].community.kinds]
    found = {kind: float(np.mean(by_kind(known, name, kind))) for kind in there}
    told = [("save" if value > 0.0 else "lose") for value in found.values() if abs(value) > CENT]
    return Claim({"savings": found, "currency": comparison.currency}, pieces=tuple(told))


def pieces(comparison, name):
    """Return what parts of the gain of all traded kWh buyers, sellers, market and network have; None if it cannot be told."""
    grid = comparison.cases[name].grid
    if name == "bill-sharing" or any(
        isinstance(one, tuple) and len(one) != 24 for one in (grid.import_price, grid.export_price)
    ):
        return None
    gain = buyers = sellers = market = network = kwh = 0.0
    for run in of(comparison).runs[name]:
        for row in run.trades.iter_rows(named=True):
            takes, gives = float(run.prices.grid_import[row["step"]]), float(run.prices.grid_export[row["step"]])
            kwh += row["kwh"]
            gain += row["kwh"] * (takes - gives)
            buyers += row["kwh"] * (takes - row["buyer_price"])
            sellers += row["kwh"] * (row["seller_price"] - gives)
            network += row["kwh"] * grid.network_charge
            market += row["kwh"] * (row["buyer_price"] - row["seller_price"] - grid.network_charge)
    if kwh <= 1e-9 or gain / kwh < 1e-4:
        return None
    return {"buyers": buyers / gain, "sellers": sellers / gain, "market": market / gain, "network": network / gain}


def all_of_it(found):
    others = max(abs(found["buyers"]), abs(found["sellers"]), found["network"])
    return round(found["market"], 9) >= 0.995 and round(others, 9) <= 0.005


@oracle("reason.all_kept", each_rule)
def all_kept(comparison, name):
    found = pieces(comparison, name)
    return Claim({"alike": name in alike(comparison)}) if found is not None and all_of_it(found) else None


@oracle("reason.parts", each_rule)
def parts(comparison, name):
    found = pieces(comparison, name)
    if found is None or all_of_it(found):
        return None
    assert math.isclose(sum(found.values()), 1.0, abs_tol=1e-6)
    sides = (
        ("buyers", "buyers pay more than the grid takes"),
        ("sellers", "sellers get less than"),
        ("market", "must come from"),
    )
    return Claim(found, pieces=tuple(said for part, said in sides if round(found[part], 9) < -CENT))


@oracle("reason.prices", each_rule)
def prices(comparison, name):
    kwh = volume(comparison, name)
    if not kwh > 1e-9 or name == "bill-sharing" or pieces(comparison, name) is not None:
        return None
    paid, got = (
        sum(float((run.flows.trades["kwh"] * run.flows.trades[side]).sum()) for run in of(comparison).runs[name]) / kwh
        for side in ("buyer_price", "seller_price")
    )
    return Claim({"paid": paid, "received": got, "currency": comparison.currency})


# A against B.


@once
def _pair(drawn):
    """Compare what was drawn with a change of it, or with another scenario."""
    rng = np.random.default_rng([drawn.seed, 6])
    if drawn.seed % EVERY != 1:
        return None
    scenario = lively(rng, MOST_HOME_STEPS)
    if rng.random() < 0.4:
        other = (lively if rng.random() < 0.7 else ordinary)(rng, MOST_HOME_STEPS)
    else:
        change = [
            {"seed": scenario.seed + 1},
            {"currency": "EUR"},
            {"steps": scenario.steps + 1},
            {"solar": scenario.solar.model_copy(update={"pv_kwp": 1.5})},
            {
                "market": next(
                    iter(
                        by_rule(
                            scenario, [str(rng.choice(["mid-market-rate", "bill-sharing", "vcg", "grid-only"]))]
                        ).values()
                    )
                ).market
            },
            {"name": "another"},
            {},
        ][int(rng.integers(7))]
        other = scenario.model_copy(update=change)
    try:
        return Known(compare({"A": scenario, "B": other}, seeds=int(rng.choice([1, 1, 2, 3]))))
    except JiranError:
        return None


def pairs(drawn):
    """Yield a comparison of two scenarios."""
    known = _pair(drawn)
    if known is not None and len(known.found.cases) == 2:  # one may be left out: its rule refuses so many homes
        Subject.known = {id(known.found): (known, drawn)}
        yield (known.found,)


def both(comparison, look):
    return [look(of(comparison).runs[name][0]) for name in ("A", "B")]


@oracle("versus.currencies", pairs)
def currencies(comparison):
    a, b = both(comparison, lambda run: run.scenario.currency)
    return Claim({"a": a, "b": b}) if a != b else None


@oracle("versus.lengths", pairs)
def lengths(comparison):
    a, b = both(comparison, lambda run: run.timeline.steps * run.scenario.step_minutes)
    return Claim({"a": a, "b": b}, numbers=(a / 60, a / 1440, b / 60, b / 1440)) if a != b else None


@oracle("versus.homes", pairs)
def homes(comparison):
    a, b = both(comparison, lambda run: run.community.size)
    return Claim({"a": a, "b": b}) if a != b else None


@oracle("versus.draws", pairs)
def draws(comparison):
    a, b = (comparison.cases[name].seed for name in ("A", "B"))
    return Claim({"a": a, "b": b, "seeds": len(comparison.seeds)}) if a != b else None


@oracle("versus.cost", pairs)
def cost(comparison):
    if currencies(comparison):
        return None
    a, b = (of(comparison).all(name, "cost") for name in ("A", "B"))
    change = [two - one for one, two in zip(a, b, strict=True)]
    mean = float(np.mean(change))
    figures = {
        "change": mean, "differs": any(abs(one) > 1e-6 for one in change),
        "same_way": sum((one > 0) == (mean > 0) and (one < 0) == (mean < 0) for one in change), "seeds": len(change),
        "currency": comparison.currency,
    }  # fmt: skip
    way = "the same" if abs(mean) <= CENT else "less in B" if mean < 0.0 else "more in B"
    return Claim(figures, pieces=(way,))


@oracle("versus.kinds", pairs)
def kinds_of_pair(comparison):
    if currencies(comparison):
        return None
    known = of(comparison)
    told = {}
    for kind in KINDS:
        if all(kind in known.runs[name][0].community.kinds for name in ("A", "B")):
            change = float(np.mean(by_kind(known, "B", kind))) - float(np.mean(by_kind(known, "A", kind)))
            if abs(change) >= CENT:
                told[kind] = change
    return Claim({"changes": told, "currency": comparison.currency}) if told else None


@oracle("versus.worst", pairs)
def worst_of_pair(comparison):
    a, b = (of(comparison).mean(name, "home_saving_worst") for name in ("A", "B"))
    if currencies(comparison) or abs(a - b) <= CENT:
        return None
    return Claim({"a": a, "b": b, "seeds": len(comparison.seeds), "currency": comparison.currency})


@oracle("versus.losers", pairs)
def losers_of_pair(comparison):
    a, b = (of(comparison).mean(name, "homes_worse_off") for name in ("A", "B"))
    return Claim({"a": a, "b": b}) if abs(a - b) > 1e-9 else None


@oracle("versus.even", pairs)
def even_of_pair(comparison):
    found = [of(comparison).mean(name, "saving_jain") for name in ("A", "B")]
    if None in found or any(loses(comparison, name) for name in ("A", "B")) or abs(found[0] - found[1]) < 2 * CENT:
        return None
    return Claim(
        {"a": found[0], "b": found[1], "more": "A" if found[0] > found[1] else "B"},
        numbers=(1.0,),
        pieces=(f"more evenly in {'A' if found[0] > found[1] else 'B'}",),
    )
