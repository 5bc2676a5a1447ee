"""One step of bidding without a run, and runs of homes that bid, for tests of strategies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jiran import JiranError, simulate
from jiran.bids import find, strategies
from jiran.bids.base import LAST_LIMIT, LAST_NET_KWH, LAST_TRADED_KWH, MARKET_PRICE, MEMORY
from jiran.homes.profiles import Profiles
from strategies import changed

#: Laws are tried on each that jiran has; homes differ in what a kWh is worth to them where it lets them.
ALL = tuple(name for name, one in strategies().items() if one.trusted)
OWN_VALUES = tuple(name for name in ALL if "spread" in find(name).parameters)
LEARNERS = tuple(name for name in ALL if find(name).learns)

#: A strategy's head, for files that tests write.
HEAD = "from jiran.bids import find, strategy\nfrom jiran.plugins.plugin import Parameter\n"
SIGNATURE = "(net_kwh, floor_price, cap_price, traits, parameters, rng, memory, value_price, limit_price):\n"


def no_memory(homes):
    memory = np.zeros((homes, MEMORY))
    memory[:, MARKET_PRICE] = np.nan
    return memory


def ask(strategy, net_kwh, floor=0.2, cap=0.5, *, traits=None, memory=None, rng=None, **parameters):
    """Return values and limits of one step, with the tariff filled in before, as in the kernel."""
    found, net = find(strategy), np.array(net_kwh, dtype=np.float64)
    rng = np.random.default_rng(0) if rng is None else rng
    traits = np.random.default_rng(1).random((net.size, 2)) if traits is None else np.array(traits, dtype=np.float64)
    memory = no_memory(net.size) if memory is None else memory
    value = np.where(net < 0.0, cap, floor)
    limit = value.copy()
    numbers = found.numbers(found.values(parameters))
    found.code(net, float(floor), float(cap), traits, numbers, rng, memory, value, limit)
    return value, limit


def ended(memory, net_kwh, limit, traded_kwh, price=None):
    """Write into the memory how a step ended."""
    memory[:, LAST_NET_KWH], memory[:, LAST_LIMIT], memory[:, LAST_TRADED_KWH] = net_kwh, limit, traded_kwh
    if price is not None:
        memory[:, MARKET_PRICE] = price


def part(given, first, last):
    """Return some steps of profiles."""
    return Profiles(*(np.ascontiguousarray(array[first:last]) for array in vars(given).values()))


def cut_in_two(whole, cut, **fields):
    """Run the first steps of a run and then, from its state, the others, on the profiles of the whole."""
    scenario, given = whole.scenario, whole.flows.profiles
    steps = scenario.steps
    one = simulate(changed(scenario, steps=cut, **fields), profiles=part(given, 0, cut))
    two = simulate(changed(scenario, steps=steps - cut, **fields), profiles=part(given, cut, steps), state=one.state)
    return one, two


def from_memory(result, memory, strategy):
    """Run a scenario again, from homes that remember this."""
    start = replace(result.start, memory=memory, strategy=strategy)
    return simulate(result.scenario, profiles=result.flows.profiles, state=start)


def run_if_allowed(asked, **more):
    """Run a scenario, or return None if its rule is not for so many homes."""
    try:
        return simulate(asked, **more)
    except JiranError as error:
        assert "homes that trade" in str(error) or "needs" in str(error) or "at most" in str(error)  # noqa: PT017  a rule with a bound
        return None


def in_parts(whole, *cuts):
    """Run a run again in parts, each from where the one before it ended, with nothing handed on but state and profiles."""
    said, state, found = whole.scenario, None, []
    for first, last in zip((0, *cuts), (*cuts, said.steps), strict=True):
        some = said.model_copy(update={"steps": last - first, "start": whole.timeline.local[first].item()})
        found.append(simulate(some, profiles=part(whole.flows.profiles, first, last), state=state))
        state = found[-1].state
    return found
