"""A plan as plain data, for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiran.nothing import NOTHING_MONEY
from jiran.plan.stages import PARTS
from jiran.report.plan.answer import answer
from jiran.report.plan.doubtful import doubts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jiran.plan import Found, Planned, Ranges
    from jiran.plan.finance import Outlook


def as_data(planned: Planned, ranges: Ranges | None = None, found: Sequence[Found] = ()) -> dict[str, Any]:
    """Return all that a plan knows; what never comes, or is not known, is None.

    Args:
        planned: The plan.
        ranges: How far its figures may be off.
        found: What was found for prices.
    """
    stages, co2 = planned.stages, planned.co2_kg
    return {
        "scenario": planned.result.scenario.name,
        "currency": planned.currency,
        "days": planned.year.days,
        "factor": planned.year.factor,
        "answer": [str(one) for one in answer(planned, ranges, found)],
        "doubts": [str(one) for one in doubts(planned)],
        "assumptions": planned.assumptions.model_dump()
        | {"pv_cost": planned.installed.pv_price, "battery_cost": planned.installed.battery_price},
        "community": _street(planned),
        "owners": _owners(planned),
        "homes": list(_homes(planned)),
        "energy": {
            "import_kwh_before": stages.import_kwh[0], "import_kwh": stages.import_kwh[1], "export_kwh": stages.export_kwh,
            "generation_kwh": stages.generation_kwh, "traded_kwh": stages.traded_kwh,
        },
        "co2_kg": None if co2 is None else {"less": co2[0], "given": co2[1]},
        "ranges": None if ranges is None else _ranges(ranges, planned.invested),
        "tried": [_tried(one) for one in found],
    }  # fmt: skip


def _outlook(outlook: Outlook, *, invested: float) -> dict[str, Any]:
    """Return what an investment comes to; of one of nothing there is nothing that could be paid back."""
    times = (outlook.payback, outlook.discounted_payback) if invested > NOTHING_MONEY else (None, None)
    return {
        "npv": outlook.npv, "irr": outlook.irr, "payback_years": times[0], "discounted_payback_years": times[1],
    }  # fmt: skip


def _street(planned: Planned) -> dict[str, Any]:
    before = float(planned.stages.cost[0].sum())
    saving = float(planned.street_parts.sum())
    parts = dict(zip(PARTS, planned.street_parts.tolist(), strict=True))
    return {
        "pv_kwp": float(planned.installed.pv_kwp.sum()),
        "battery_kwh": float(planned.installed.battery_kwh.sum()),
        "investment": planned.invested,
        "bill_before": before,
        "bill_after": before - saving,
        "saving": saving,
        **{f"saving_{part}": value for part, value in parts.items()},
        **_outlook(planned.together, invested=planned.invested),
        "lcoe": planned.lcoe,
        "pv_cost_that_just_pays": planned.enough_pv_cost,
        "homes_that_lose_by_sharing": int(planned.losers.size),
        "cash_flow": planned.together.flows.tolist(),
    }


def _owners(planned: Planned) -> dict[str, Any]:
    """Return what it comes to for those who pay for it."""
    homes = [name for name, pays in zip(planned.ids, planned.payers, strict=True) if pays]
    return {
        "homes": homes,
        **_outlook(planned.owners, invested=planned.invested),
        "cash_flow": planned.owners.flows.tolist(),
    }


def _homes(planned: Planned) -> list[dict[str, Any]]:
    own, cost, parts = planned.installed, planned.stages.cost, planned.parts
    return [
        {
            "id": name,
            "kind": planned.result.community.kinds[home],
            "pv_kwp": float(own.pv_kwp[home]),
            "battery_kwh": float(own.battery_kwh[home]),
            "investment": float(own.cost[home]),
            "bill_before": float(cost[0, home]),
            "bill_after": float(cost[0, home] - parts[:, home].sum()),
            "saving": float(parts[:, home].sum()),
            **{f"saving_{part}": float(value) for part, value in zip(PARTS, parts[:, home], strict=True)},
            **_outlook(planned.homes[home], invested=float(own.cost[home])),
            "cash_flow": planned.homes[home].flows.tolist(),
        }
        for home, name in enumerate(planned.ids)
    ]


def _ranges(ranges: Ranges, invested: float) -> dict[str, Any]:
    cases = {"low": ranges.low, "middle": ranges.middle, "high": ranges.high}
    return {
        **{
            name: _outlook(one, invested=invested) | {"saving_first_year": saving}
            for (name, one), saving in zip(cases.items(), ranges.savings, strict=True)
        },
        "swings": [one._asdict() for one in ranges.swings],
    }


def _tried(found: Found) -> dict[str, Any]:
    return {
        "field": found.field,
        "now": found.now,
        "good": list(found.good),
        "tried": [one._asdict() for one in found.tried],
    }
