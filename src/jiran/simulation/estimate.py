"""What a run will need in memory and seconds, said before it starts, and what this machine has.

The terms stand for the arrays that are there at the worst moment; their sizes were fitted to the peak of resident memory of
runs of 1 to 1,000 homes and up to a million steps, and lie within a factor of 2 of it (tests/simulation/test_estimate.py measures
it again). Seconds are those of two ordinary cores, and a rough class only: what a rule takes depends on its orders.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jiran.bids import find as find_strategy
from jiran.control import find_controller, find_forecast
from jiran.errors import JiranError
from jiran.market import find as find_rule
from jiran.scenario.homes import CARS
from jiran.words import data_size, duration

if TYPE_CHECKING:
    from jiran.market import Mechanism
    from jiran.market.effort import Values
    from jiran.scenario import Scenario
    from jiran.scenario.run_by import RunBy

#: Bytes of a step: its times, prices, battery, and sums over the homes while they are settled, of a run and its baseline.
_STEP = 650
#: Bytes of a home in a step: what it generates and needs, and what it trades in the run and in the baseline.
_HOME_STEP = 40
#: Bytes more where its load follows prices: what it was before, and while it moves.
_ANSWER = 24
#: Bytes of its bid and its value, where homes do not all bid the tariff, and of its order, where stores bid.
_BID = 16
_ORDER = 8
#: Bytes of a lending EV in a step, in the run, the baseline, and while its balance is checked.
_EV_STEP = 100
#: Bytes of a battery at home in a step, more where it bids, and of its plan in a step of the day.
_STORE_STEP, _STORE_BID, _PLAN = 50, 48, 600
#: Bytes of a trade, and trades for each home in a step; of rules that trade in all pairs, for each pair.
_TRADE, _TRADES_OF_HOME, _TRADES_OF_PAIR = 32, 0.3, 0.4
#: Bytes of a cell of meter data while it is read: as text, and as a number in a row of its own.
_CELL = 160
#: Bytes that a comparison keeps of a home; of a step of the linear programme for the best possible; and of a home in a step
#: while a run is judged, which goes in blocks. Runs beside the first share its profiles.
_SAMPLED_HOME, _BEST_STEP, _JUDGED, _JUDGED_AT_ONCE, _BESIDE = 100, 6_500, 55, 2_000_000, 0.55

#: Seconds of a step, of a home and of an EV in it, of a cell of meter data, and of a step of the linear programme.
_STEP_S, _HOME_STEP_S, _EV_STEP_S, _CELL_S, _BEST_STEP_S = 5e-6, 2e-7, 3e-7, 1e-6, 1e-4
#: Seconds of a home in a step beyond that, where homes are like metered ones, and where bills decide what they bid.
_HOUSEHOLD_S, _BILLED_S = 6e-7, 6e-7
#: Seconds of a plan, for each step that it is for; more of one that is made for several futures, for each of them.
_PLAN_STEP_S, _FUTURE_STEP_S = 8e-7, 8e-7
#: Meter data with fewer columns has a row for each reading, and does not tell before it is read how many homes it has.
_WIDE = 5
#: So many bytes any machine has; nobody need look.
_SMALL = 50e6
#: How much longer a rule or a strategy in plain Python takes.
_PYTHON = 100.0


@dataclass(frozen=True)
class Need:
    """What something needs.

    Attributes:
        memory: Bytes at the worst moment.
        seconds: On a common machine.
    """

    memory: float
    seconds: float

    def __str__(self) -> str:
        return f"about {data_size(self.memory)} of memory and {duration(self.seconds)}"


def of_run(scenario: Scenario, *, homes: int | None = None, cells: int = 0) -> Need:
    """Estimate what a run and its baseline need.

    Args:
        scenario: What is to be run.
        homes: How many homes there are, if they come from a file; default: those that are modelled.
        cells: Cells of meter data to read.
    """
    many, steps = homes or max(scenario.homes.modelled, 1), scenario.steps
    rule, strategy = find_rule(scenario.market.mechanism), find_strategy(scenario.bids.strategy)
    supply = scenario.ev.supply
    evs = _cars(scenario) * (supply.enabled or scenario.ev.planned)
    stores = _batteries(scenario, many)
    shared = scenario.battery.capacity_kwh > 0.0
    plans = stores * _plans(scenario.home_battery) + evs * scenario.ev.planned + shared * _plans(scenario.battery)
    futures = stores * _futures(scenario.home_battery) + shared * _futures(scenario.battery)
    bids = scenario.stores_bid or not strategy.at_tariff or (supply.enabled and supply.reserve_price is not None)
    pairs = many**2 / 4 if rule.all_pairs else 0.0
    trades = many * _TRADES_OF_HOME + pairs * _TRADES_OF_PAIR
    step = (
        _STEP
        + many * (_HOME_STEP + _BID * bids + _ORDER * scenario.stores_bid + _ANSWER * scenario.load.answers)
        + evs * _EV_STEP
        + stores * (_STORE_STEP + _STORE_BID * scenario.batteries_bid)
        + trades * _TRADE
    )
    slow = 1.0 if rule.compiled and strategy.compiled else _PYTHON
    true_s = _HOUSEHOLD_S * (scenario.load.model == "household") + _BILLED_S * (scenario.grid.tariff is not None)
    step_s = (
        _STEP_S
        + many * (_HOME_STEP_S * slow + true_s)
        + (evs + stores) * _EV_STEP_S
        + plans * _PLAN_STEP_S
        + futures * _FUTURE_STEP_S
        + _work_s(rule, scenario.market.parameters, many)
    )
    read = of_reading(cells)
    table = plans * _PLAN * 24 * 60 // scenario.step_minutes
    return Need(steps * step + table + read.memory, steps * step_s + read.seconds)


def _plans(run_by: RunBy) -> bool:
    """Tell whether a store is planned for."""
    return find_controller(run_by.controller).horizon_h > 0


def _futures(run_by: RunBy) -> int:
    """Return for how many futures a store is planned; 0 of one that is not, or for their mean alone."""
    forecast = find_forecast(run_by.forecast)
    defaults = {name: one.default for name, one in forecast.parameters.items()}
    return forecast.rows(defaults) * find_controller(run_by.controller).futures


def _cars(scenario: Scenario) -> int:
    """Return how many modelled homes have a car."""
    groups = sum(group.count for group in scenario.homes.groups if group.kind in CARS)
    return groups + sum(home.kind in CARS for home in scenario.homes.single)


def _batteries(scenario: Scenario, homes: int) -> int:
    """Return how many homes have a battery, or may have one where they come from a file.

    Args:
        scenario: The homes.
        homes: How many there are.
    """
    data = scenario.homes.data
    groups = sum(group.count for group in scenario.homes.groups if group.battery_kwh)
    modelled = groups + sum(bool(home.battery_kwh) for home in scenario.homes.single)
    return homes if data is not None and data.batteries else modelled


def of_reading(cells: int) -> Need:
    """Estimate what reading meter data of so many cells needs.

    Args:
        cells: Rows times columns, summed over the files.
    """
    return Need(float(_CELL * cells), _CELL_S * cells)


def of_comparison(
    cases: Collection[Scenario], seeds: int, *, homes: int | None = None, cells: int = 0, best_steps: int = 0
) -> Need:
    """Estimate what a comparison needs, whose cases run beside each other on all cores.

    Args:
        cases: What is compared.
        seeds: How many seeds.
        homes: As in `of_run`.
        cells: As in `of_run`.
        best_steps: Up to how many steps the best possible is worked out too.
    """
    runs = [of_run(case, homes=homes, cells=cells) for case in cases]
    sizes = [homes or max(case.homes.modelled, 1) for case in cases]
    cores = max(1, min(os.cpu_count() or 1, len(runs)))
    largest = max((need.memory for need in runs), default=0.0)
    most = max((many * case.steps for many, case in zip(sizes, cases, strict=True)), default=0)
    judged = _JUDGED * min(most, _JUDGED_AT_ONCE)
    best = max((case.steps for case in cases if case.steps <= best_steps), default=0)
    memory = largest * (1.0 + _BESIDE * (cores - 1)) + cores * judged + seeds * sum(sizes) * _SAMPLED_HOME
    seconds = seeds * (sum(need.seconds for need in runs) / cores + best * _BEST_STEP_S)
    return Need(memory + best * _BEST_STEP, seconds)


def of_clearing(rule: Mechanism, parameters: Values, homes: int) -> Need:
    """Estimate what clearing one order book needs.

    Args:
        rule: The market rule.
        parameters: Its own, complete.
        homes: How many have an order.
    """
    slow = 1.0 if rule.compiled else _PYTHON
    pairs = homes**2 / 4 if rule.all_pairs else homes
    return Need(homes * 200 + pairs * _TRADE, homes * _HOME_STEP_S * slow + _work_s(rule, parameters, homes))


def _work_s(rule: Mechanism, parameters: Values, homes: int) -> float:
    """Return what a step takes beyond the work of its homes, s: nothing for a rule that declares no needs.

    Args:
        rule: The market rule.
        parameters: Complete.
        homes: As many as may have an order in a step.
    """
    return 0.0 if rule.needs is None else rule.effort(homes, rule.values(parameters)).seconds


def available() -> float | None:
    """Return how many bytes of memory this machine, or the container that we are in, has left; None if it does not tell."""
    found = [free for free in (_free_of_machine(), _free_of_container()) if free is not None]
    return min(found, default=None)


def metered(scenario: Scenario) -> tuple[int | None, int]:
    """Return how many homes a scenario's meter data may have, if there is any, and how many cells are read.

    Raises:
        DataError: The file cannot be read.
    """
    if scenario.homes.data is None:
        return None, 0
    from jiran.homes.meter.size import size_of  # noqa: PLC0415  only needed once there is a file

    size = size_of(scenario.homes.data)
    return max(size.columns - 1, 1) if size.columns >= _WIDE else 1, size.cells


def refuse(need: Need, what: str = "this run") -> None:
    """Refuse what does not fit into the memory of this machine.

    Raises:
        JiranError: It does not.
    """
    if need.memory > _SMALL and (too_large := refusal(need, available(), what)) is not None:
        raise JiranError(too_large)


def refusal(need: Need, most: float | None, what: str = "this run") -> str | None:
    """Say that something needs more memory than there is, and what to change; None if it fits or nobody knows.

    Args:
        need: What it needs.
        most: How much memory there is, bytes; None: nobody knows.
        what: What it is, as the sentence begins.
    """
    if most is None or need.memory <= most:
        return None
    return (
        f"{what} would need about {data_size(need.memory)} of memory, and {data_size(most)} are free here: "
        "take fewer homes or steps, or longer steps"
    )


def _free_of_machine() -> float | None:
    """Return the bytes that the machine has left, as Linux tells it, or None."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * float(line.split()[1])
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, AttributeError):
        return None


def _free_of_container(root: Path = Path("/sys/fs/cgroup")) -> float | None:
    """Return what the limit of a control group leaves (version 2, then 1)."""
    for most, now in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            limit, used = ((root / name).read_text(encoding="ascii").strip() for name in (most, now))
            return None if limit == "max" else float(limit) - float(used)
        except (OSError, ValueError):
            continue
    return None
