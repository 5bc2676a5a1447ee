"""Controllers of a street's stores side by side: how they are named, what is said of them, and their table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jiran.judge.by_controller import Run, SideBySide

STORES = {"home_battery": "batteries in homes", "battery": "the community battery"}


def name_of(run: Run) -> str:
    """Return how a run is called: by its controller, and as a bound by what it knows."""
    name = Path(run.controller).name
    return f"{name}, {run.forecast} (bound)" if run.bound else name


def notes(currency: str) -> str:
    """Return what the columns mean.

    Args:
        currency: Of the amounts.
    """
    return (
        f"Cost: what the street pays the grid, {currency}. Reached: of what perfect foresight could save against no battery. "
        "Of the gap: of what lies between self-consumption and the optimum. What is left in the stores counts as nothing. "
        "The optimum runs all stores together for the street. bound: knows the future, which nobody does."
    )


def worth_of_perfect(worth: float, forecast: str, currency: str) -> str:
    """Return what a perfect forecast would be worth to plan-ahead, in words.

    Args:
        worth: What it would save.
        forecast: With which it plans now.
        currency: Of the amount.
    """
    amount = f"{abs(worth):,.2f}"
    if float(amount.replace(",", "")) == 0.0:
        return f"To plan-ahead a perfect forecast would be worth no more than {forecast}."
    if worth > 0.0:
        return f"To plan-ahead a perfect forecast would be worth {amount} {currency} more than {forecast}."
    return (
        f"With a perfect forecast plan-ahead would cost the street {amount} {currency} more than with {forecast}: "
        "each plan is made for its own meter, or for these days alone."
    )


def rows(found: SideBySide) -> list[dict[str, Any]]:
    """Return controllers as rows of a table, cheapest first, and the optimum below them, if it is known."""
    runs = [{"run_by": name_of(one), **one.__dict__} for one in found.runs]
    if found.optimum_cost is None:
        return runs
    best: dict[str, Any] = dict.fromkeys(runs[0])
    known = {"bound": True, "cost": found.optimum_cost, "optimum_share": 1.0, "gap_closed": 1.0}
    return [*runs, best | {"run_by": "optimum (bound)"} | known]
