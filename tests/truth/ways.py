"""What is true of ways to bid side by side: from the bills and the trades of each run, and what their orders could gain."""

from __future__ import annotations

import numpy as np

import jiran.report.bidding  # noqa: F401  the module with the forms
from jiran import JiranError, compare
from jiran.bids import strategies
from jiran.judge.comparison import by_strategy
from jiran.market import find, mechanisms
from truth.books import once
from truth.comparing import CENT, EVERY, MOST_HOME_STEPS, Known, lively
from truth.harness import Claim, oracle
from truth.rounding import percent

#: Shares this close are the same.
SHARE = 0.0005
_KNOWN = {}


@once
def _ways(drawn):
    """Compare some ways to bid on a community that trades; None where it is not done."""
    rng = np.random.default_rng([drawn.seed, 15])
    if drawn.seed % EVERY:
        return None
    scenario = lively(rng, MOST_HOME_STEPS)
    heeding = [name for name in mechanisms() if name not in ("grid-only", "consensus") and find(name).heeds_limits]
    rule = None if rng.random() < 0.3 else str(rng.choice(heeding))
    names = [str(name) for name in rng.choice(list(strategies()), int(rng.integers(1, 6)), replace=False)]
    try:
        found = compare(by_strategy(scenario, names, rule), seeds=int(rng.choice([1, 1, 2])))
    except JiranError:
        return None
    for name, case in found.cases.items():
        assert case.bids.strategy == name
        assert case.market == (scenario.market if rule in (None, scenario.market.mechanism) else case.market)
    return Known(found)


def ways(drawn):
    """Yield a comparison of ways to bid."""
    known = _ways(drawn)
    if known is not None:
        _KNOWN.clear()
        _KNOWN[id(known.found)] = known
        yield (known.found,)


def _ends(values, tolerance):
    """Return the names with the highest value and those with the lowest that are not among them."""
    best = [name for name, value in values.items() if value >= max(values.values()) - tolerance]
    last = [name for name, value in values.items() if value <= min(values.values()) + tolerance and name not in best]
    return best, last


@oracle("bidding.saved", ways)
def saved(comparison):
    known = _KNOWN[id(comparison)]
    savings, traded = known.means("saving"), known.means("p2p_kwh")
    best, last = _ends(savings, CENT)
    run = known.runs[best[0]][0]
    minutes = run.timeline.steps * run.scenario.step_minutes
    figures = {
        "minutes": minutes, "from_midnight": f"{run.scenario.start:%H:%M:%S}" == "00:00:00", "seeds": len(comparison.seeds),
        "currency": run.scenario.currency, "rule": find(run.scenario.market.mechanism).name, "best": best, "last": last,
        "most": max(savings.values()), "least": min(savings.values()),
        "best_kwh": traded[best[0]] if last else None, "last_kwh": traded[last[0]] if last else None,
    }  # fmt: skip
    return Claim(figures, numbers=(minutes / 60, minutes / 1440))


@oracle("bidding.gained", ways)
def gained(comparison):
    reached = _KNOWN[id(comparison)].means("efficiency")
    if len(reached) < 2 or max(reached.values()) < CENT:
        return None
    best, last = _ends(reached, SHARE)
    if not last:
        return None
    most, least = max(reached.values()), min(reached.values())
    lowest = f"{100.0 * least:,.1f}%" if least < 0.0 else percent(least)
    names = [*best, *last]
    return Claim(
        {"best": best, "most": most, "last": last, "least": least},
        (*names, f"most, {percent(most)}", f"least, {lowest}"),
    )
