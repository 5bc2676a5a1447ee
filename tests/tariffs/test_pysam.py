"""Bills by an independent program: net metering, net billing, demand and time of use over twelve months."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.tariffs import Usage, bill, bills, period_of
from jiran.tariffs.export import Carried
from pysam_cases import CASES, PYSAM, tariff

HOURS = np.arange("2018-01-01T00", "2019-01-01T00", dtype="datetime64[h]")  # 1 January 2018 was a Monday
MONTHS = [f"2018-{month:02}" for month in range(1, 13)]
MONTH = HOURS.astype("datetime64[M]").astype(int) % 12


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
