"""What credit from export makes a run say that no tariff of jiran's own would, worked out from its tables."""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl

from jiran import load_scenario, simulate
from truth.harness import Claim, oracle
from truth.rounding import amount

#: A tariff whose credit in money ends with June, which none of those that come with jiran does.
ENDS = Path(__file__).parent / "credit-ends.toml"
ENDING = tomllib.loads(ENDS.read_text())


def of_ends(drawn):
    """Yield the run, and of one in eight another one under a tariff whose credit ends with the first of its months."""
    yield (drawn.result,)
    if drawn.seed % 8:
        return
    rng = drawn.rng
    yield (simulate(load_scenario("paper", {
        "start": f"2026-06-{int(rng.integers(2, 28)):02d}", "steps": 24 * int(rng.integers(2, 31)), "time_zone": "Asia/Bangkok",
        "solar.pv_kwp": float(rng.uniform(1.0, 9.0)), "battery.capacity_kwh": 0.0, "grid.tariff": str(ENDS),
        "seed": int(rng.integers(1, 1000)),
    })),)  # fmt: skip


@oracle("warning.lost", of_ends)
def lost(result):
    """The last line of credit of each month after which it ends."""
    if result.scenario.grid.tariff is None:
        return None
    last, found = result.bills.filter(pl.col("component") == "carried-out"), {}
    for end in ("", "_without_p2p"):
        rows = last.select("month", "tariff", f"amount{end}").rows()
        money = sum(
            kept
            for month, tariff, kept in rows
            if tariff == ENDING["name"] and int(month[5:]) == ENDING["export"]["expires_after_month"]
        )
        found["without" if end else "money"] = money if money > 1e-6 else 0.0
    if not found["money"]:
        return None
    now, alone = (amount(found[name], result) for name in ("money", "without"))
    words = (f"{now} of credit from export are lost", f"without trading {alone if found['without'] else 'none'}")
    return Claim(found | {"currency": result.scenario.currency}, words)
