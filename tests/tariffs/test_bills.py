"""Worked bills: totals that utilities and others publish, and sums by hand, through the command and its own functions."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from jiran.tariffs import Usage, bill, load_tariff, tariffs
from terminal import call

CASES = tomllib.loads((Path(__file__).parent / "bills.toml").read_text(encoding="utf-8"))["bill"]


def arguments(case):
    return [
        "bill", case["tariff"], *case["arguments"].split(), "--json",
        *(word for change in case.get("changes", ()) for word in ("--set", f"components.{change.removeprefix('components.')}")),
        *(word for name in case.get("without", ()) for word in ("--without", name)),
    ]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_worked_bill_comes_out(case):
    done = call(*arguments(case))
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    amounts = {line["id"]: line["amount"] for line in found["lines"]}
    came = amounts[case["line"]] if "line" in case else found["total"]
    assert came == pytest.approx(case["total"], abs=case["tolerance"])
    assert sum(amounts.values()) == pytest.approx(found["total"], abs=0.5)
    for name, amount in case.get("parts", {}).items():
        assert amounts[name] == pytest.approx(amount, abs=0.0051)


@pytest.mark.parametrize("case", CASES[::9], ids=lambda case: case["id"])
def test_the_command_itself_prints_the_same(case):
    words = [sys.executable, "-m", "jiran", *arguments(case)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603  our own
    assert done.stdout == call(*arguments(case)).stdout


def test_every_tariff_has_a_worked_bill_and_who_has_no_published_one_says_why():
    assert {case["tariff"] for case in CASES} == set(tariffs())
    published = {case["tariff"] for case in CASES if case["kind"] == "published"}
    for name, tariff in tariffs().items():
        assert (
            name in published
            or tariff.status != "published"
            or "found" in " ".join(case["source"] for case in CASES if case["tariff"] == name)
        ), name


#: Value of one kWh less in sen, inside a tier of TNB's general tariff, with taxes and without AFA; summed by hand.
VALUE = {200: 19.43, 250: 19.93, 300: 21.93, 350: 23.80, 400: 27.87, 450: 30.41, 500: 32.95, 550: 34.47, 600: 36.00,
         650: 40.48, 700: 42.67, 750: 43.76, 800: 44.31, 850: 45.96, 900: 47.60, 1000: 48.15, 1500: 48.70, 1600: 59.66}  # fmt: skip


@pytest.mark.parametrize(("kwh", "sen"), VALUE.items())
def test_a_kwh_is_worth_what_its_tier_says(kwh, sen):
    general = load_tariff("my-tnb-rp4-domestic-general")
    first, second = (
        sum(line.amount for line in bill(general, Usage(kwh - less), "2025-07").lines) for less in (0.0, 10.0)
    )
    assert 10.0 * (first - second) == pytest.approx(sen, abs=0.006)


#: What one kWh more costs at the upper edge of a tier, MYR.
JUMP = {200: 1.20, 250: 5.22, 300: 5.86, 350: 14.50, 600: 20.35, 1000: 5.73, 1500: 160.20}


@pytest.mark.parametrize(("kwh", "myr"), JUMP.items())
def test_one_kwh_more_at_an_edge_moves_all_kwh_to_another_rate(kwh, myr):
    general = load_tariff("my-tnb-rp4-domestic-general")
    below, above = (
        sum(line.amount for line in bill(general, Usage(kwh + more), "2025-07").lines) for more in (0.0, 1.0)
    )
    assert above - below == pytest.approx(myr, abs=0.006)


def test_a_bill_is_not_monotone():
    general = load_tariff("my-tnb-rp4-domestic-general")
    assert bill(general, Usage(605.0), "2025-11").total < bill(general, Usage(600.0), "2025-11").total


def test_a_sum_of_steps_that_is_a_little_more_than_an_edge_is_the_edge():
    general = load_tariff("my-tnb-rp4-domestic-general")
    steps = sum([600.0 / 2976] * 2976)
    assert steps != 600.0
    assert bill(general, Usage(max(steps, 1200.0 - steps)), "2025-07").total == 215.98


def test_the_edge_itself_belongs_to_the_lower_tier_and_a_part_of_a_kwh_more_does_not():
    sarawak = load_tariff("my-seb-domestic")
    assert bill(sarawak, Usage(400.0), "2025-07").total == 108.0
    assert bill(sarawak, Usage(400.5), "2025-07").total == 118.15  # 400.5 x 0.295 = 118.1475


def test_a_bill_below_its_minimum_says_so_in_a_line_of_its_own():
    found = bill(load_tariff("my-seb-domestic"), Usage(10.0), "2025-07")
    assert (found.amount("energy"), found.amount("minimum")) == (pytest.approx(1.8), pytest.approx(3.2))
    assert found.total == 5.0


def test_what_is_not_charged_this_month_keeps_its_rate_and_has_no_quantity():
    general = load_tariff("my-tnb-rp4-domestic-general")
    below, above = (
        next(line for line in bill(general, Usage(kwh), "2025-08").lines if line.id == "afa") for kwh in (600.0, 700.0)
    )
    assert below[2:] == (0.0, "kWh", -0.0145, 0.0)
    assert above[2:] == (700.0, "kWh", -0.0145, pytest.approx(-10.15))


def test_a_month_without_import_says_the_first_rate_of_each_line():
    for name, rate in (
        ("my-tnb-a-2014-domestic", 0.218),
        ("my-seb-domestic", 0.18),
        ("my-tnb-rp4-domestic-tou", 0.2852),
    ):
        assert bill(load_tariff(name), Usage(0.0), "2025-07").lines[0][2:] == (0.0, "kWh", rate, 0.0)


def test_a_credit_is_of_kwh_and_a_tax_of_money():
    lines = bill(load_tariff("my-tnb-rp4-domestic-nem3"), Usage(700.0, 100.0), "2025-08").lines
    units = {line.id: (line.kind, line.unit) for line in lines}
    assert units["credit-eei"] == ("credit", "kWh")
    assert (units["sst"], units["retail"], units["minimum"]) == (
        ("tax", "MYR"),
        ("retail", "month"),
        ("minimum", "month"),
    )
    thai = bill(load_tariff("th-mea-1.2-net-billing"), Usage(7.0, 100.0), "2026-05").lines
    assert [line[:4:3] for line in thai[4:]] == [
        ("export", "kWh"),
        ("carried-in", "month"),
        ("carried-out", "month"),
        ("minimum", "month"),
    ]


def test_export_beyond_import_is_kept_until_the_end_of_the_year_or_forfeited():
    nem, atap = load_tariff("my-tnb-rp4-domestic-nem3"), load_tariff("my-tnb-rp4-domestic-atap")
    used = Usage(300.0, 450.0)
    found = bill(nem, used, "2025-11")
    assert (found.carried.kwh, found.forfeited_kwh) == (150.0, 0.0)
    assert bill(nem, used, "2025-12").carried.kwh == 0.0
    assert bill(nem, Usage(300.0, 0.0), "2025-12", carried=found.carried).amount("credit-energy") == pytest.approx(
        -150 * 0.2703
    )
    assert (bill(atap, used, "2026-01").carried.kwh, bill(atap, used, "2026-01").forfeited_kwh) == (0.0, 150.0)
    assert bill(load_tariff("my-tnb-rp4-domestic-general"), used, "2025-11").forfeited_kwh == 450.0
