"""A live street in plain lines, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jiran.ledger.records import MILLION
from jiran.words import counted, decimals, money

_RUNS = {0: "provisional", 1: "final"}


def step_line(shown: Mapping[str, Any], currency: str) -> str:
    """Return a step: how many meters were heard, what neighbours traded and paid."""
    last = [one["last"] for one in shown.values()]
    if not last:
        return "No step is closed yet."
    heard = sum(one["quality"] in ("measured", "interpolated") for one in last)
    traded = sum(one["bought_kwh_millionths"] for one in last) / MILLION
    paid = sum(one["paid_millionths"] for one in last) / MILLION
    begin = last[0]["step"][:16].replace("T", " ")
    return f"{begin}  {heard:>4} of {len(last)} heard  {decimals(traded, 3):>9} kWh traded  {money(paid, currency):>12} paid"


def run_lines(runs: Mapping[tuple[str, int], tuple[int, list[str]]], totals: Mapping[str, int]) -> list[str]:
    """Return the settlement runs, what each changed, and what was heard in all."""
    found = []
    for (day, run), (_, said) in runs.items():
        kind = _RUNS.get(run, "deviations")
        changed = (
            "nothing changed" if run and not said else f"{counted(len(said), 'home')} changed" if run else "settled"
        )
        found += [f"{day} run {run} ({kind}): {changed}", *(f"  {one}" for one in said)]
    refused = "".join(f", {n} {reason}" for reason, n in totals.items() if reason != "readings" and n)
    return [*found, f"{counted(totals['readings'], 'reading')} kept{refused}"]
