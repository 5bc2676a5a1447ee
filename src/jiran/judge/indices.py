"""Indices of a community by Zhou et al. 2018: how much of the gain is reached, by whom, and how even it is.

Zhou, Wu, Long: Evaluation of peer-to-peer energy sharing mechanisms based on a multiagent simulation framework,
Applied Energy 222 (2018), doi 10.1016/j.apenergy.2018.02.089, equations (14) to (31).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from jiran.nothing import NOTHING_KWH, NOTHING_MONEY


def value_index(value: float, reference: float, highest: float) -> float | None:
    """Return VI = (V - V_ref) / (V_max - V_ref): how much of the gain that is possible is reached.

    Args:
        value: What the community gains, e.g. minus its cost.
        reference: The same without sharing, each home with the grid alone.
        highest: The same at the optimum, e.g. minus `jiran.judge.optimum.community_optimum(result).cost`.

    Returns:
        1 = the optimum, 0 = no better than alone; None if there is nothing to gain.
    """
    return (value - reference) / (highest - reference) if highest - reference > NOTHING_MONEY else None


def participation_index(cost: ArrayLike, cost_alone: ArrayLike, tolerance: float = NOTHING_MONEY) -> float:
    """Return PI = (homes that do not pay more than alone) / N.

    A home whose cost stays the same, within the tolerance, has no reason to leave and counts as willing.

    Args:
        cost: What each home pays, shape (home,).
        cost_alone: What it would pay without the community, shape (home,).
        tolerance: Paying more by no more than this is not paying more.
    """
    return float(np.mean(np.asarray(cost) <= np.asarray(cost_alone) + tolerance))


def equality_index(income: ArrayLike, epsilon: float = 0.01) -> float:
    """Return EI = 1 - IEI, IEI = sum_n sum_m |I_n - I_m| / (2 N sum_n I_n): one less the Gini coefficient.

    If an income is negative, all are shifted so that the lowest is `epsilon`. The index depends on that shift: compare
    it only between results with the same one, and report the Gini coefficient of savings too.

    Args:
        income: What each home has from the community, shape (home,).
        epsilon: What the lowest income becomes if it is negative.
    """
    incomes = np.sort(np.asarray(income, dtype=np.float64))
    if incomes[0] < 0.0:
        incomes += epsilon - incomes[0]
    count, total = incomes.size, incomes.sum()
    # With sorted incomes, sum_n sum_m |I_n - I_m| = 2 sum_n (2 n - N + 1) I_n for n = 0 .. N-1.
    differences = 2.0 * ((2 * np.arange(count) - count + 1) * incomes).sum()
    return float(1.0 - differences / (2 * count * total)) if total > 0.0 else 1.0


def energy_balance_index(net_kwh: ArrayLike, load_kwh: ArrayLike, generation_kwh: ArrayLike) -> float | None:
    """Return EBI = 1 - sum_t |net_t| / (sum_t load_t + sum_t generation_t), for the community.

    Args:
        net_kwh: What the community takes from the grid (> 0) or gives (< 0) in each step, kWh.
        load_kwh: Its demand in each step, kWh.
        generation_kwh: Its generation in each step, kWh.

    Returns:
        1 = it needs no grid; None without load and generation.
    """
    turned_over = float(np.sum(load_kwh) + np.sum(generation_kwh))
    return 1.0 - float(np.abs(net_kwh).sum()) / turned_over if turned_over > NOTHING_KWH else None


def power_flatness_index(net_kwh: ArrayLike, reference: float) -> float | None:
    """Return PFI = 1 - EPARI / EPARI_ref, EPARI = max_t |net_t| / mean_t |net_t|, the peak-to-average ratio.

    Args:
        net_kwh: What the community exchanges with the grid in each step, kWh.
        reference: The ratio that counts as bad, for which the index is 0; > 0.

    Returns:
        The flatter the higher, below 1; None if nothing is exchanged.
    """
    exchanged = np.abs(np.asarray(net_kwh, dtype=np.float64))
    return (
        float(1.0 - exchanged.max() / exchanged.mean() / reference)
        if exchanged.max(initial=0.0) > NOTHING_KWH
        else None
    )


def self_sufficiency_index(net_kwh: ArrayLike, load_kwh: ArrayLike) -> float | None:
    """Return SSI = 1 - sum_{t: net_t > 0} net_t / sum_t load_t: the share of demand not taken from the grid.

    None without load.

    Args:
        net_kwh: Taken from the grid (> 0) or given to it (< 0) in each step, kWh, shape (step,).
        load_kwh: Demand in each step, kWh, shape (step,).

    Returns:
        0..1; None without demand.
    """
    load = float(np.sum(load_kwh))
    return 1.0 - float(np.maximum(net_kwh, 0.0).sum()) / load if load > NOTHING_KWH else None


def overall_index(economic: tuple[float, float, float], technical: tuple[float, float, float]) -> float:
    """Return OPI = (EPI + TPI) / 2: the mean of the three economic (VI, PI, EI) and three technical (EBI, PFI, SSI).

    Example:
        Table 4 of the paper, supply-demand ratio, prints 0.74:

        >>> round(overall_index((0.92, 1.0, 0.51), (0.57, 0.53, 0.98)), 2)
        0.75
    """
    return float((np.mean(economic) + np.mean(technical)) / 2.0)
