"""What a settlement run changed, in words with figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jiran.ledger.records import MILLION
from jiran.live.shares import Amounts
from jiran.live.store import Row
from jiran.sentences import Figures, form
from jiran.words import counted, decimals, money


def _words(one: Figures) -> str:
    steps = counted(one["steps"], "step")
    energy = f"{_more(one['import_kwh'])} import and {_more(one['export_kwh'])} export"
    now = _net(one["cost_now"], one["currency"])
    return f"{one['home']}: {energy} in {steps}; its trades come to {now}, {_net(one['cost_before'], one['currency'])} before."


def _more(kwh: float) -> str:
    return f"{decimals(abs(kwh), 3)} kWh {'less' if kwh < 0 else 'more'}"


def _net(cost: float, currency: str) -> str:
    return f"{money(abs(cost), currency)} {'to get' if cost < 0 else 'to pay'}"


@form("live.difference", _words)
def difference(home: str, currency: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Figures | None:
    """Return what changed for a home; true if a register's step, or what its trades come to, is not as it was.

    Args:
        home: Name.
        currency: Of the amounts.
        before: `amounts` and `steps` (import and export of each, millionths of a kWh) as the run before had them.
        now: The same of this run.
    """
    changed = sum(one != other for one, other in zip(before["steps"], now["steps"], strict=True))
    was, being = before["amounts"], now["amounts"]
    if not changed and _cost(was) == _cost(being):
        return None
    return {
        "home": home,
        "currency": currency,
        "steps": changed,
        "import_kwh": (being["import_kwh_millionths"] - was["import_kwh_millionths"]) / MILLION,
        "export_kwh": (being["export_kwh_millionths"] - was["export_kwh_millionths"]) / MILLION,
        "cost_before": _cost(was) / MILLION,
        "cost_now": _cost(being) / MILLION,
    }


def _cost(amounts: Amounts) -> int:
    return amounts["paid_millionths"] - amounts["received_millionths"]


def _deviation_words(one: Figures) -> str:
    said = f"{one['home']}: {_more(one['import_kwh'])} import and {_more(one['export_kwh'])} export came to light after the last run"
    return f"{said}; at the grid's prices that is {_net(one['amount'], one['currency'])}, and all trades stay."


@form("live.deviation", _deviation_words)
def deviation(home: str, currency: str, found: Amounts) -> Figures | None:
    """Return what came to light of a final day; true if import or export is not what it was."""
    if not found["import_kwh_millionths"] and not found["export_kwh_millionths"] and not found["amount_millionths"]:
        return None
    return {
        "home": home,
        "currency": currency,
        "import_kwh": found["import_kwh_millionths"] / MILLION,
        "export_kwh": found["export_kwh_millionths"] / MILLION,
        "amount": found["amount_millionths"] / MILLION,
    }


def by_home(rows: Sequence[Sequence[Row]], amounts: Mapping[str, Amounts]) -> dict[str, dict[str, Any]]:
    """Return of each home what `difference` looks at."""
    steps: dict[str, list[tuple[int, int]]] = {home: [] for home in amounts}
    for step in rows:
        for row in step:
            steps[row.home].append((row.import_value, row.export_value))
    return {home: {"amounts": found, "steps": steps[home]} for home, found in amounts.items()}
