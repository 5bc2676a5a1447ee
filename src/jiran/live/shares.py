"""What each home has of cleared steps: its energy and its money, by step and so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jiran.ledger.records import MILLION
from jiran.money.prices import paid_for, received_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.live.clearing import Cleared
    from jiran.live.store import Row

#: What is said of a home, in millionths of a kWh and of the currency.
AMOUNTS = (
    "import_kwh_millionths", "export_kwh_millionths", "bought_kwh_millionths", "sold_kwh_millionths",
    "paid_millionths", "received_millionths",
)  # fmt: skip

Amounts = dict[str, int]


def amounts(cleared: Cleared, rows: Sequence[Sequence[Row]], first: int = 0) -> dict[str, Amounts]:
    """Return by home what it has of the steps from one on.

    Args:
        cleared: The steps.
        rows: What meters say of them, by step.
        first: Which step is the first that counts.
    """
    result = cleared.result
    homes, last = result.community.ids, result.timeline.steps
    trades = result.flows.trades_between(first, last)
    sums = {
        "bought_kwh_millionths": (trades["buyer"], trades["kwh"]),
        "sold_kwh_millionths": (trades["seller"], trades["kwh"]),
        "paid_millionths": (trades["buyer"], paid_for(trades)),
        "received_millionths": (trades["seller"], received_for(trades)),
    }
    by_home = {name: np.bincount(who, what, len(homes)) for name, (who, what) in sums.items()}
    found = {
        home: dict.fromkeys(AMOUNTS, 0) | {name: round(float(of[n]) * MILLION) for name, of in by_home.items()}
        for n, home in enumerate(homes)
    }
    for step in rows[first:]:
        for row in step:
            found[row.home]["import_kwh_millionths"] += row.import_value
            found[row.home]["export_kwh_millionths"] += row.export_value
    return found


def worst(rows: Sequence[Sequence[Row]]) -> dict[str, dict[str, int]]:
    """Return by home how many steps there are of each quality."""
    found: dict[str, dict[str, int]] = {}
    for step in rows:
        for row in step:
            of = found.setdefault(row.home, {})
            of[row.quality.value] = of.get(row.quality.value, 0) + 1
    return found


def shown(home: str, last: dict[str, Any], today: dict[str, Any]) -> dict[str, Any]:
    """Return what a home is shown."""
    return {"v": 1, "home": home, "last": last, "today": today}
