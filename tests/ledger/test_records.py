"""A day as records: by hand, and the laws of its closing lines."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.errors import JiranError
from jiran.ledger.records import FIELDS, day_records, millionths
from random_days import BY_HAND, some_days

AMOUNTS = ("kwh_millionths", "paid_millionths", "received_millionths")


def amounts(record):
    return tuple(record[field] for field in AMOUNTS)


def test_a_day_worked_out_by_hand():
    records = day_records(BY_HAND)
    assert [record["kind"] for record in records] == ["trade"] * 3 + ["total"] * 3 + ["charges", "rounding"]
    assert records[0] == {
        "v": 1, "kind": "trade", "market": "lane", "run": 0, "n": 0, "step": "2026-03-21T07:00:00+08:00", "minutes": 60,
        "seller": "S1", "buyer": "E1", "kwh_millionths": 690142, "paid_millionths": 310564, "received_millionths": 310564,
    }  # fmt: skip
    assert [amounts(record) for record in records[1:3]] == [(250000, 112500, 100000), (0, 0, 0)]
    assert records[3] == {
        "v": 1, "kind": "total", "market": "lane", "run": 0, "n": 3, "day": "2026-03-21", "home": "S1", "trades": 2,
        "bought_kwh_millionths": 0, "sold_kwh_millionths": 940142, "owes_millionths": 0, "earns_millionths": 410564,
    }  # fmt: skip
    # exact sums: 0.9401428 kWh, 0.4230643 paid, 0.4105643 received: 0.940143, 0.423064 and 0.410564
    assert amounts(records[6]) == (0, 0, 12500)
    assert amounts(records[7]) == (1, 0, 0)


@given(some_days())
def test_each_day_ends_at_zero_and_its_sums_are_the_exact_ones_rounded_once(days):
    for day in days:
        records = day_records(day)
        lines = [record for record in records if record["kind"] != "total"]
        sums = [sum(record[field] for record in lines) for field in AMOUNTS]
        assert sums[1] == sums[2]
        exact = [sum(Fraction(getattr(trade, name)) for trade in day.trades) * 10**6 for name in ("kwh", "paid")]
        assert all(abs(found - wanted) <= Fraction(50001, 10**5) for found, wanted in zip(sums, exact, strict=False))
        assert all(abs(amount) <= (len(day.trades) + 1) / 2 for amount in amounts(records[-1]))


@given(some_days(most=1), st.integers(0, 3))
def test_each_record_has_the_fields_of_its_kind_and_a_correction_names_what_it_replaces(days, run):
    records = day_records(days[0], run, "ab" * 32)
    for place, record in enumerate(records):
        assert record.keys() - {"replaces"} == FIELDS[record["kind"]].keys()
        assert record.get("replaces") == ("ab" * 32 if run else None)
        assert (record["n"], record["run"]) == (place, run)
    assert [record["home"] for record in records if record["kind"] == "total"] == [*days[0].homes]


@pytest.mark.parametrize("amount", [1e10, -1e10, float("nan"), float("inf")])
def test_an_amount_that_no_reader_keeps_is_refused(amount):
    with pytest.raises(JiranError, match="must be a number below 9,007,199,25"):
        millionths(amount)


def test_halves_go_to_the_even_digit():
    assert [millionths(n) for n in (0.0000005, 0.0000015, -0.0000005, 0.25)] == [0, 2, 0, 250000]
