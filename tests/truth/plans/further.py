"""How far a plan's figures may be off, and the prices that were tried."""

from __future__ import annotations

import plain_plans
from jiran import JiranError, simulate
from jiran.homes.profiles import Profiles
from jiran.plan import ranges, tries
from truth.books import once
from truth.harness import Claim, oracle
from truth.plans.street import Street, by_year, dark, planned_of

#: Ranges and prices are worked out for every so many of the random runs: they take a dozen runs each.
EVERY, STEPS = 4, 3


@once
def _further(drawn):
    planned = planned_of(drawn)
    if planned is None or drawn.seed % EVERY or drawn.result.flows.profiles.load_kwh.size > 1_000:
        return None
    try:
        return planned, ranges(planned), tries(planned, STEPS)
    except JiranError:
        return None


def of_ranges(drawn):
    found = _further(drawn)
    return [] if found is None else [found[:2]]


def of_tries(drawn):
    found = _further(drawn)
    return [] if found is None else [(found[0], one) for one in found[2]]


def _saving_at(street, part):
    """Return what is saved with another part of the sun, in each year."""
    profiles = street.result.flows.profiles
    shone = Profiles(part * profiles.generation_kwh, profiles.load_kwh, profiles.ev_kwh)
    found = simulate(street.result.scenario, profiles=shone)
    of_homes = street.factor * by_year(found, dark(street.result))[street.paying].sum(axis=0)
    return (of_homes + street.factor * found.settlement.accounts["battery"]).tolist()


@oracle("plan.case", of_ranges)
def case(planned, _ranges):
    street, plan = Street(planned.result), planned.assumptions
    if not street.pv.sum() + street.batteries.sum() > 1e-6:
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
    several = f"from {'-' * (figures['least'] < 0.0)}{figures['currency']} " if len(found.tried) > 1 else ""
    return Claim(figures, pieces=(names[found.field], end, several))
