"""Bills by an independent program: net metering, net billing, demand and time of use over twelve months."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import numpy as np
import pytest

from jiran.documents.check import checked
from jiran.errors import TariffError
from jiran.tariffs import Tariff, Usage, bill, bills, period_of
from jiran.tariffs.export import Carried

PYSAM = tomllib.loads((Path(__file__).parent / "pysam.toml").read_text(encoding="utf-8"))
HOURS = np.arange("2018-01-01T00", "2019-01-01T00", dtype="datetime64[h]")  # 1 January 2018 was a Monday
MONTHS = [f"2018-{month:02}" for month in range(1, 13)]
MONTH = HOURS.astype("datetime64[M]").astype(int) % 12
PEAK = {"rest": "off-peak", "periods": {"peak": {"days": ["mon", "tue", "wed", "thu", "fri"], "hours": [[14, 22]]}}}
FLAT = {"energy": {"kind": "energy", "rate": 0.4443}}
SOLD = FLAT | {"sold": {"kind": "credit", "unit": "exported-kWh", "rate": 0.2703}}
BLOCKS = {
    "energy": {
        "kind": "energy",
        "shape": "block",
        "bounds": [200, 300, 600, 900],
        "rate": [0.218, 0.334, 0.516, 0.546, 0.571],
    },
    "minimum": {"kind": "minimum", "unit": "month", "rate": 3.0},
}
DEMAND = {
    "energy": {"kind": "energy", "rate": 0.365},
    "demand": {"kind": "demand", "unit": "kW", "rate": 30.30},
    "fixed": {"kind": "retail", "unit": "month", "rate": 20},
    "minimum": {"kind": "minimum", "unit": "month", "rate": 600},
}
TOU = {"energy": {"kind": "energy", "periods": {"peak": 0.4592, "off-peak": 0.4183}}}
NET = {"basis": "net", "carry": "kwh"}
MONEY = {"carry": "money"}
CASES = {
    "nem_blocks": (BLOCKS, NET),
    "nem_blocks_reset_march": (BLOCKS, NET | {"expires_after_month": 3}),
    "nb2": (SOLD, {}),
    "nb3_next_month": (SOLD, MONEY | {"applied": "next-month"}),
    "nb3_current_month": (SOLD, MONEY),
    "demand": (DEMAND, {}),
    "tou": (TOU, {}),
}


def tariff(components, export):
    return checked(Tariff, {
        "name": "oracle", "title": "Oracle", "place": "Nowhere", "currency": "USD", "round": 0.0001, "known_to": "2018-12",
        "valid_from": dt.date(2018, 1, 1), "status": "measured", "sources": ["PySAM"], "components": components,
        "schedule": PEAK, "export": export,
    }, TariffError, "tariff")  # fmt: skip


def used(charges, *, pv, demand):
    """Return what the home of the oracle uses by the month, shape (1, 12)."""
    hour = np.arange(8760) % 24
    load = np.where((hour >= 18) & (hour <= 22), 1.2, 0.35) * (50 if demand else 1)
    peak_kw = np.where(MONTH < 3, 1.9, 0.6) * (20 if demand else 1) * pv
    shining = (hour >= 6) & (hour < 18)
    net = load - np.where(shining, peak_kw * np.sin(np.pi * (hour + 0.5 - 6) / 12), 0.0)
    taken, given = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    at_peak = period_of(charges.schedule, HOURS) == 0

    def by_month(values):
        return np.bincount(MONTH, values)[None]

    highest = np.array([[taken[month == MONTH].max() for month in range(12)]])
    return Usage(by_month(taken), by_month(given), {"peak": by_month(taken * at_peak)}, highest)


@pytest.mark.parametrize("pv", [True, False], ids=["pv", "no pv"])
@pytest.mark.parametrize("name", PYSAM)
def test_twelve_months_are_those_of_the_oracle(name, pv):
    charges = tariff(*CASES[name])
    usage = used(charges, pv=pv, demand=name == "demand")
    found = bills(charges, usage, MONTHS)
    expected = np.array(PYSAM[name]["months" if pv else "months_without_pv"])
    if name == "nb3_next_month" and pv:
        expected[11] += found.carried.money[0]  # the oracle pays out in December what is left
    assert found.total[0] == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("name", PYSAM)
def test_one_bill_after_the_other_is_the_same(name):
    charges = tariff(*CASES[name])
    usage = used(charges, pv=True, demand=name == "demand")
    together, carried = bills(charges, usage, MONTHS), Carried()
    for column, month in enumerate(MONTHS):
        alone = Usage(
            float(usage.import_kwh[0, column]),
            float(usage.export_kwh[0, column]),
            {"peak": float(usage.by_period["peak"][0, column])},
            float(usage.demand_kw[0, column]),
        )
        found = bill(charges, alone, month, carried=carried)
        carried = found.carried
        assert found.total == pytest.approx(together.total[0, column], abs=1e-9)
