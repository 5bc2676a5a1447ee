"""Credit that goes from month to month in a run, over the end of a year, a leap day and cut months: against sums on paper."""

from __future__ import annotations

import calendar
from collections import defaultdict
from fractions import Fraction

import pytest

from jiran import load_scenario, simulate
from plain_bills import PUBLISHED, Month, Paid

NOTHING = Fraction(0)


def months_by_hand(result):
    """Return each month's part of a whole one, and of each home and month what it took and gave, as fractions."""
    steps, kwh = defaultdict(int), defaultdict(lambda: [NOTHING, NOTHING])
    flows = [result.flows[name].tolist() for name in ("grid_import_kwh", "grid_export_kwh")]
    for step, time in enumerate(result.timeline.local.tolist()):
        month = f"{time:%Y-%m}"
        steps[month] += 1
        for place, home in enumerate(result.community.ids):
            for side in (0, 1):
                kwh[home, month][side] += Fraction(flows[side][step][place])
    hours = {month: 24 * calendar.monthrange(int(month[:4]), int(month[5:]))[1] for month in steps}
    return {month: Fraction(number, hours[month]) for month, number in steps.items()}, kwh


@pytest.mark.parametrize(
    ("tariff", "zone"),
    [
        ("my-tnb-rp4-domestic-nem3", "Asia/Kuala_Lumpur"), ("my-seb-domestic-nem", "Asia/Kuching"),
        ("th-mea-1.2-net-billing", "Asia/Bangkok"),
    ],
)  # fmt: skip
def test_what_a_month_leaves_the_next_one_finds_until_it_is_lost(tariff, zone):
    """From the middle of November to the fourth of March of a leap year; a cut month is that part of a whole one that goes on so."""
    asked = {"start": "2027-11-17", "steps": 24 * 109, "grid.tariff": tariff, "time_zone": zone, "solar.pv_kwp": 9.0}
    result = simulate(load_scenario("paper", asked | {"market.mechanism": "grid-only", "battery.capacity_kwh": 0}))
    parts, kwh = months_by_hand(result)
    assert list(parts.values()) == [Fraction(14, 30), 1, 1, 1, Fraction(4, 31)]
    billed, paid = defaultdict(float), PUBLISHED[tariff].paid
    for home, month, amount in result.bills.select("home", "month", "amount").rows():
        billed[home, month] += amount
    left_kwh = left_money = lost = NOTHING
    for home in result.community.ids:
        left = Paid(NOTHING)
        for month, part in parts.items():
            taken, given = (one / part for one in kwh[home, month])
            before = Paid(NOTHING, left.kwh / part, left.money / part)
            found = paid(Month(taken, given, month, NOTHING, before))
            left = Paid(NOTHING, found.kwh * part, found.money * part)
            assert billed[home, month] == pytest.approx(float(found.due * part), abs=1e-9)
            if month == "2027-12" and tariff == "my-tnb-rp4-domestic-nem3":
                lost += max(given + before.kwh - taken, NOTHING)
        left_kwh, left_money = left_kwh + left.kwh, left_money + left.money
    carried = result.settlement.bills.carried
    assert (carried.kwh.sum(), carried.money.sum()) == pytest.approx((float(left_kwh), float(left_money)))
    assert result.bill_totals["forfeited_kwh"].sum() == pytest.approx(float(lost), abs=1e-6)
    assert any("credit from export that is left" in one for one in result.warnings) == bool(left_kwh or left_money)


def test_credit_in_money_that_ends_before_a_bill_can_use_it_is_told(tmp_path):
    """The same tariff with credit that ends with December: what is left then, with trading and without, is said to be lost."""
    ends = tmp_path / "ends.toml"
    ends.write_text(
        'extends = "th-mea-1.2-net-billing"\nname = "ends"\ntitle = "ends"\nstatus = "estimate"\n'
        '[export]\ncarry = "money"\nexpires_after_month = 12\n'
    )
    asked = {"start": "2027-11-01", "steps": 24 * 92, "grid.tariff": str(ends), "time_zone": "Asia/Bangkok"}
    asked |= {"solar.pv_kwp": 9.0, "battery.capacity_kwh": 0, "market.mechanism": "grid-only"}
    result, paid = simulate(load_scenario("paper", asked)), PUBLISHED["th-mea-1.2-net-billing"].paid
    parts, kwh = months_by_hand(result)
    lost = after = NOTHING
    for home in result.community.ids:
        left = Paid(NOTHING)
        for month in parts:
            left = paid(Month(*kwh[home, month], month, NOTHING, Paid(NOTHING, left.kwh, left.money)))
            if month == "2027-12":
                lost, left = lost + left.money, Paid(NOTHING)
        after += left.money
    assert lost > 1
    assert result.settlement.bills.lost_money == pytest.approx(float(lost))
    assert float(result.settlement.bills.carried.money.sum()) == pytest.approx(float(after))
    told = f"THB {float(lost):,.2f} of credit from export are lost"
    assert any(one.startswith(told) for one in result.warnings)
