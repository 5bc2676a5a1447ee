"""Laws that every bill keeps, on random tariffs and homes."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiran.errors import TariffError
from jiran.tariffs import Usage, bill, bills, load_tariff, tariffs
from jiran.tariffs.arithmetic import ManyNumbers, OneNumber
from jiran.tariffs.export import Carried
from plain_tariffs import Used, billed
from random_tariffs import MONTHS, tariff_data, tariff_of, usages
from random_tariffs import tariffs as random_tariffs

few = settings(max_examples=200, deadline=None)
month_names = st.sampled_from(MONTHS)
CARRIED = st.builds(Carried, st.sampled_from([0.0, 80.0]), st.sampled_from([0.0, 25.0]))


def exact(found):
    return sum(line.amount for line in found.lines)


@few
@given(random_tariffs, usages(), month_names, CARRIED)
def test_the_lines_come_to_the_total_which_is_not_below_the_minimum(tariff, usage, month, carried):
    found = bill(tariff, usage, month, carried=carried)
    assert found.total == pytest.approx(exact(found), abs=0.5 * tariff.round + 1e-6)
    assert exact(found) >= -1e-9
    for line in found.lines:
        assert line.amount == pytest.approx(line.quantity * line.rate, rel=1e-9, abs=1e-9)
    assert len({line.id for line in found.lines}) == len(found.lines)


def fraction(value):
    return Fraction(repr(float(value)))


@settings(max_examples=400, deadline=None)
@given(tariff_data(), usages(), month_names, CARRIED)
def test_any_bill_is_that_of_plain_python(data, usage, month, carried):
    """Which is written from the documentation, with exact fractions, and knows nothing of how jiran holds a tariff."""
    found = bill(tariff_of(data), usage, month, carried=carried)
    parts = {name: fraction(kwh) for name, kwh in usage.by_period.items()}
    used = Used(
        fraction(usage.import_kwh),
        fraction(usage.export_kwh),
        parts,
        fraction(usage.demand_kw),
        *map(fraction, carried),
    )
    right = billed(data, used, month)
    size = 1.0 + sum(abs(float(amount)) for amount in right.lines.values())
    for name, amount in right.lines.items():
        assert found.amount(name) == pytest.approx(float(amount), abs=1e-11 * size), name
    assert exact(found) == pytest.approx(float(right.due), abs=1e-11 * size)
    left = (found.carried.kwh, found.carried.money, found.forfeited_kwh)
    assert left == pytest.approx(
        (float(right.kwh_left), float(right.money_left), float(right.lost_kwh)), abs=1e-11 * size
    )


@few
@given(random_tariffs, usages(), month_names, st.sampled_from([0.5, 2.0, 3.0, 4.0]))
def test_several_months_at_once_cost_as_often_as_much_as_one(tariff, usage, month, months):
    """Thresholds, tiers and monthly charges count once for each month; a demand is charged in each."""
    together = Usage(usage.import_kwh * months, usage.export_kwh * months, {"peak": usage.by_period["peak"] * months},
                     usage.demand_kw)  # fmt: skip
    assume(usage.import_kwh * months / months == usage.import_kwh)
    found, one = bill(tariff, together, month, months), bill(tariff, usage, month)
    for line, alone in zip(found.lines, one.lines, strict=True):
        assert line.quantity == pytest.approx(months * alone.quantity, rel=1e-9, abs=1e-9)
        assert line.amount == pytest.approx(months * alone.amount, rel=1e-9, abs=1e-9)
    left = (found.carried.kwh, found.carried.money, found.forfeited_kwh)
    assert left == pytest.approx([months * value for value in (one.carried.kwh, one.carried.money, one.forfeited_kwh)])


@few
@given(random_tariffs, st.data(), CARRIED)
def test_bills_of_a_street_are_the_bills_of_its_homes(tariff, data, carried):
    months = MONTHS[: data.draw(st.integers(1, 4))]
    homes = [[data.draw(usages()) for _ in months] for _ in range(data.draw(st.integers(1, 3)))]

    def column(value):
        return np.array([[value(one) for one in home] for home in homes])

    street = Usage(
        column(lambda one: one.import_kwh), column(lambda one: one.export_kwh),
        {"peak": column(lambda one: one.by_period["peak"])}, column(lambda one: one.demand_kw),
    )  # fmt: skip
    found = bills(tariff, street, months, carried)
    for home, (used, left) in enumerate(zip(homes, [carried] * len(homes), strict=True)):
        for place, (usage, month) in enumerate(zip(used, months, strict=True)):
            alone = bill(tariff, usage, month, carried=left)
            left = alone.carried  # noqa: PLW2901  from month to month
            assert tuple(line.id for line in alone.lines) == found.lines
            assert tuple(line.kind for line in alone.lines) == found.kinds
            assert found.amount[:, home, place] == pytest.approx(
                [line.amount for line in alone.lines], rel=1e-9, abs=1e-9
            )
            assert found.quantity[:, home, place] == pytest.approx(
                [line.quantity for line in alone.lines], rel=1e-9, abs=1e-9
            )
            assert found.forfeited_kwh[home, place] == pytest.approx(alone.forfeited_kwh)
            tie = abs(abs(exact(alone) / tariff.round) % 1.0 - 0.5) < 1e-9
            assert found.total[home, place] == pytest.approx(alone.total, abs=tariff.round if tie else 1e-9)
        last = (np.broadcast_to(value, len(homes))[home] for value in (found.carried.kwh, found.carried.money))
        assert tuple(last) == pytest.approx((left.kwh, left.money), abs=1e-9)


@few
@given(random_tariffs, usages(), month_names)
def test_no_kwh_of_export_is_lost_or_used_twice(tariff, usage, month):
    """What nothing is set against is kept, or lost unless a price for exported kWh pays for it; that of before had its price."""
    found, export = bill(tariff, usage, month, carried=Carried(kwh=50.0)), tariff.export
    there = usage.export_kwh + 50.0
    left = there - min(usage.import_kwh, there) if export and export.offsets else there
    kept = export is not None and export.carry == "kwh" and export.expires_after_month != int(month[5:])
    priced = [name for name, one in tariff.components.items() if one.unit == "exported-kWh"]
    paid = min(left, usage.export_kwh) if sum(map(found.amount, priced)) < 0.0 else 0.0
    assert found.carried.kwh == pytest.approx(left if kept else 0.0)
    assert found.forfeited_kwh == pytest.approx(0.0 if kept else left - paid)


@given(st.lists(st.integers(1, 800), min_size=1, max_size=6, unique=True), st.data(), st.floats(0, 2000))
def test_blocks_are_the_sum_of_each_kwh_at_its_rate(bounds, data, kwh):
    bounds = sorted(bounds)
    rates = [data.draw(st.integers(0, 900)) / 1000 for _ in range(len(bounds) + 1)]
    one = {"kind": "energy", "shape": "block", "bounds": bounds, "rate": rates}
    edges = [0, *bounds, np.inf]
    expected = sum(
        max(0.0, min(kwh, upper) - lower) * rate
        for (lower, upper), rate in zip(itertools.pairwise(edges), rates, strict=True)
    )
    assert exact(bill(of({"energy": one}), Usage(kwh), "2025-07")) == pytest.approx(expected, abs=1e-9)


@given(st.floats(0, 2000), st.sampled_from([300, 600]))
def test_of_blocks_above_a_threshold_only_the_dearest_are_taxed(kwh, threshold):
    blocks = {"kind": "energy", "shape": "block", "bounds": [200, 700], "rate": [0.2, 0.4, 0.7]}
    tax = {"kind": "tax", "unit": "share", "base": ["energy"], "base_above_kwh": threshold, "rate": 0.1}
    charges = of({"energy": blocks, "tax": tax})
    whole, kept = (bill(charges, Usage(min(kwh, most)), "2025-07").amount("energy") for most in (kwh, threshold))
    assert bill(charges, Usage(kwh), "2025-07").amount("tax") == pytest.approx(0.1 * (whole - kept), abs=1e-9)


@given(st.floats(1, 2000), st.integers(0, 990))
def test_an_included_share_is_a_share_of_what_is_paid(kwh, mill):
    tax = {"kind": "tax", "unit": "share", "base": ["energy"], "rate": mill / 1000, "included": True}
    found = bill(of({"energy": {"kind": "energy", "rate": 0.3}, "tax": tax}), Usage(kwh), "2025-07")
    assert found.amount("tax") == pytest.approx(mill / 1000 * exact(found), rel=1e-9)


@given(st.floats(0, 1500), st.floats(0, 1500))
def test_with_one_flat_price_net_metering_is_the_price_of_the_difference(taken, given_back):
    one = {"kind": "energy", "rate": 0.5}
    due = 0.5 * max(taken - given_back, 0.0)
    for export in ({"basis": "net"}, {"cancels": ["energy"]}):
        assert exact(bill(of({"energy": one}, export=export), Usage(taken, given_back), "2025-07")) == pytest.approx(
            due, abs=1e-9
        )


@given(st.sampled_from(sorted(tariffs())), usages(), month_names)
def test_every_tariff_that_comes_with_jiran_bills_any_home(name, usage, month):
    tariff = tariffs()[name]
    found = bill(tariff, Usage(usage.import_kwh, usage.export_kwh), month)
    assert found.total >= 0.0
    assert found.total == pytest.approx(exact(found), abs=0.5 * tariff.round + 1e-6)


@few
@given(tariff_data(), st.sampled_from(["colour", "Rate", "rates"]), st.data())
def test_unknown_keys_are_refused(data, key, choose):
    tables = {"": data, **{f"components.{name}.": table for name, table in data["components"].items()}}
    if "export" in data:
        tables["export."] = data["export"]
    place = choose.draw(st.sampled_from(sorted(tables)))
    tables[place][key] = 1
    with pytest.raises(TariffError, match=f"{place}{key} = 1: unknown key; known here: "):
        tariff_of(data)


@given(st.integers(-(10**9), 10**9), st.sampled_from([0.01, 0.05, 1.0, 100.0]), st.floats(-1e7, 1e7))
def test_amounts_are_rounded_half_up_in_decimal(halves, step, amount):
    tie = Decimal(halves) * Decimal(repr(step)) / 2
    expected = float((tie / Decimal(repr(step))).quantize(Decimal(1), ROUND_HALF_UP) * Decimal(repr(step)))
    assert OneNumber.rounded(float(tie), step) == expected
    assert ManyNumbers.rounded(np.array([float(tie)]), step)[0] == pytest.approx(expected, rel=1e-15)
    assert OneNumber.rounded(amount, step) == pytest.approx(amount, abs=0.5 * step * (1 + 1e-6))


def test_nothing_to_pay_has_no_sign():
    """Sums of what export takes back end a residue below 0: a bill of -0.0 would be printed as such."""
    paid = bill(load_tariff("my-tnb-rp4-domestic-nem3"), Usage(233.0, 233.0), "2026-01")
    for total in (paid.total, OneNumber.rounded(-0.004, 0.01), ManyNumbers.rounded(np.array([-0.004]), 0.01)[0]):
        assert str(float(total)) == "0.0"


def test_two_months_depend_on_each_other_only_if_something_is_carried():
    used = Usage(np.array([[300.0, 300.0], [900.0, 300.0]]), np.array([[450.0, 100.0], [0.0, 100.0]]))
    for name, alike in (("my-tnb-rp4-domestic-atap", True), ("my-tnb-rp4-domestic-nem3", False)):
        second = bills(load_tariff(name), used, ["2026-01", "2026-02"]).total[:, 1]
        assert (second[0] == second[1]) == alike


def of(components, **others):
    return tariff_of({
        "name": "own", "title": "Own", "place": "Here", "currency": "MYR", "valid_from": dt.date(2025, 1, 1), "round": 0.01,
        "known_to": "2025-12", "status": "estimate", "sources": ["us"], "components": components, **others,
    })  # fmt: skip
