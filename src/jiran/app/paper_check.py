"""What the paper says that a program can check: Tables I and II, and Fig. 4 in nine conditions over many seeds.

The paper is Lit et al., "Decentralized Peer-to-Peer Electricity Trading Simulation Dashboard", UNIMAS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jiran.market import clear
from jiran.nothing import SEEN
from jiran.scenario import Scenario
from jiran.scenario.files import PAPER, load_scenario
from jiran.simulation.run import simulate

Array = NDArray[np.float64]

#: Table I: prosumer, generation kWh, demand kWh.
TABLE_1 = (("P1", 4.17, 2.26), ("P2", 2.38, 3.52), ("P3", 2.39, 4.32), ("P4", 3.43, 3.74), ("P5", 1.72, 3.68))
#: Table II: transaction, seller, buyer, energy kWh, amount RM.
TABLE_2 = (("T1", "P1", "P2", 1.14, 0.51), ("T2", "P1", "P3", 0.77, 0.35))
#: What gives the amounts of Table II: the grid's price, RM/kWh, which the paper does not name, and its alpha.
GRID_PRICE, ALPHA = 0.5625, 0.8

MOST_SEEDS = 1000


class Trade(NamedTuple):
    """One row of Table II: energy in kWh, amount in RM."""

    name: str
    seller: str
    buyer: str
    kwh: float
    amount: float


def table_2(
    names: list[str], net_kwh: ArrayLike, grid_price: float, alpha: float, matching: str = "index-order"
) -> list[Trade]:
    """Return the trades of one step as Table II lists them.

    Example:
        >>> names, generation, demand = zip(*TABLE_1)
        >>> [row[:3] for row in table_2(names, np.subtract(generation, demand), 0.5625, 0.8)]
        [('T1', 'P1', 'P2'), ('T2', 'P1', 'P3')]
    """
    cleared = clear(net_kwh, import_price=grid_price, export_price=0.0, fraction=alpha, matching=matching)
    rows = zip(cleared.seller, cleared.buyer, cleared.kwh, cleared.kwh * cleared.buyer_price, strict=True)
    return [
        Trade(f"T{number}", names[seller], names[buyer], float(kwh), float(amount))
        for number, (seller, buyer, kwh, amount) in enumerate(rows, 1)
    ]


class Condition(NamedTuple):
    """One thing that Fig. 4 shows of the state of charge at the end of the hours, soc[0..23] in kWh.

    Attributes:
        hours: Of the figure's axis.
        says: What the figure shows.
        holds: Tells it of one day, given the state of charge and the battery's capacity.
        first: First of the hours whose numbers bear on it.
        last: Last of them.
    """

    hours: str
    says: str
    holds: Callable[[Array, float], bool]
    first: int
    last: int


def _empty(soc: Array) -> bool:
    return bool((soc <= SEEN).all())


def _full(soc: Array, capacity: float) -> bool:
    return bool((np.abs(soc - capacity) <= SEEN).all())


def _rises_faster(soc: Array) -> bool:
    rise = np.diff(soc)
    return bool((rise[8:11] > rise[7] + SEEN).all())


CONDITIONS = (
    Condition("00–07", "empty", lambda soc, _: _empty(soc[:8]), 0, 7),
    Condition("08", "begins to charge", lambda soc, _: bool(soc[8] > SEEN), 8, 8),
    Condition("09–11", "charges faster than at 08", lambda soc, _: _rises_faster(soc), 9, 11),
    Condition("11", "not full yet", lambda soc, capacity: bool(soc[11] < capacity - SEEN), 11, 11),
    Condition("12", "full", lambda soc, capacity: _full(soc[12:13], capacity), 12, 12),
    Condition("13–17", "stays full", lambda soc, capacity: _full(soc[13:18], capacity), 13, 17),
    Condition("18", "discharges", lambda soc, capacity: bool(soc[18] < capacity - SEEN), 18, 18),
    Condition("20", "falls, but is not empty yet", lambda soc, _: bool(SEEN < soc[20] < soc[19]), 20, 20),
    Condition("21–23", "empty", lambda soc, _: _empty(soc[21:]), 21, 23),
)


def conditions_held(soc_kwh: ArrayLike, capacity_kwh: float) -> list[bool]:
    """Return which of `CONDITIONS` a day keeps.

    Args:
        soc_kwh: State of charge at the end of each hour, kWh, shape (24,).
        capacity_kwh: Of the battery.
    """
    soc = np.asarray(soc_kwh, dtype=np.float64)
    if soc.shape != (24,):
        raise ValueError(f"soc_kwh must have 24 values, not shape {soc.shape}")
    return [condition.holds(soc, capacity_kwh) for condition in CONDITIONS]


@dataclass(frozen=True)
class Check:
    """Preset `paper` over many seeds.

    Attributes:
        soc_kwh: State of charge at the end of each hour, shape (seed, hour).
        trades: Number of trades in each hour.
        p2p_kwh: Energy of these trades.
        held: Which condition each seed keeps, shape (seed, condition).
    """

    soc_kwh: Array
    trades: Array
    p2p_kwh: Array
    held: NDArray[np.bool_]

    @property
    def seeds(self) -> int:
        """Number of seeds."""
        return len(self.soc_kwh)

    @property
    def all_held(self) -> int:
        """Number of seeds that keep all conditions."""
        return int(self.held.all(axis=1).sum())


def check_seeds(seeds: int, progress: Callable[[float], None] = lambda _done: None) -> Check:
    """Run preset `paper` with the seeds 1 to `seeds`; a seed is run once and then remembered.

    Args:
        seeds: How many.
        progress: Is called with the share that is done, 0..1.
    """
    days = []
    for seed in range(1, seeds + 1):
        days.append(_day(seed))
        if seed % 10 == 0:
            progress(seed / seeds)
    soc, trades, p2p = (np.array(values) for values in zip(*days, strict=True))
    capacity = preset().battery.capacity_kwh
    return Check(soc, trades, p2p, np.array([conditions_held(day, capacity) for day in soc]))


@cache
def preset() -> Scenario:
    """Return preset `paper`, whatever scenario the dashboard shows."""
    return load_scenario(PAPER)


@lru_cache(maxsize=MOST_SEEDS)
def _day(seed: int) -> tuple[Array, Array, Array]:
    """Return state of charge, number of trades and traded kWh of each hour."""
    result = simulate(preset().model_copy(update={"seed": seed}))
    trades = result.settlement.trades.astype(np.float64)
    return result.flows.outputs.soc_kwh.copy(), trades, result.settlement.step_kwh["p2p_sold_kwh"].copy()


def sun(hour: ArrayLike) -> Array:
    """Return equation (1) per kWp: generation at an hour of the day, kW.

    Example:
        >>> round(float(sun(np.arange(24)).sum()), 3)
        7.596
    """
    return np.maximum(0.0, np.sin(np.pi * (np.asarray(hour, dtype=np.float64) - 6.0) / 12.0))
