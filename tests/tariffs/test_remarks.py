"""What is said with a bill: only what is true of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.tariffs import Usage, bill, bills, load_tariff, sharing
from jiran.tariffs.describe import export_words
from jiran.tariffs.remarks import of_status, remarks


def said(name, month, usage, **changes):
    tariff = load_tariff(name, changes)
    return remarks(tariff, usage, month, bill(tariff, usage, month))


def test_a_bill_of_which_all_is_known_needs_no_remark():
    assert said("my-tnb-rp4-domestic-general", "2025-07", Usage(300.0)) == []


@pytest.mark.parametrize(
    ("name", "month", "usage", "expected"),
    [
        ("my-tnb-rp4-domestic-general", "2026-03", Usage(300.0), [
            "of my-tnb-rp4-domestic-general what holds after 2026-01 is not known",
            "afa of 2026-03 is not known: 0 is taken",
        ]),
        ("my-tnb-a-2014-domestic", "2025-07", Usage(300.0), [
            "my-tnb-a-2014-domestic holds from 2014-01 to 2025-06, not in 2025-07",
            "icpt of 2025-07 is not known: 0 is taken",
        ]),
        ("sg-sp-domestic", "2026-06", Usage(300.0), ["energy of 2026-06 is not known: that of 2023-06 is taken"]),
        ("my-tnb-rp4-domestic-tou", "2025-07", Usage(300.0), [
            "my-tnb-rp4-domestic-tou is unverified: some of its rules or figures were not found at a source, or rest on one alone",
            "no kWh are given for peak: all the rest is taken as off-peak",
        ]),
        ("my-tnb-rp4-domestic-general", "2025-07", Usage(300.0, 12.0), ["12.0 kWh of the export earn nothing"]),
        ("my-tnb-rp4-domestic-nem3", "2025-11", Usage(300.0, 450.0), []),
        ("my-tnb-rp4-domestic-nem3", "2025-12", Usage(300.0, 450.0), [
            "150.0 kWh of the export earn nothing: what was kept is lost after this month",
        ]),
    ],
)  # fmt: skip
def test_what_is_not_known_or_assumed_is_said(name, month, usage, expected):
    assert said(name, month, usage) == expected


def test_credit_in_money_that_is_lost_is_said_too():
    months = ("2026-05", "2026-06")
    lost = [
        [
            one
            for one in said("th-mea-1.2-net-billing", month, Usage(0.0, 100.0), **{"export.expires_after_month": 6})
            if "lost" in one
        ]
        for month in months
    ]  # of THB 220 the service charge with its VAT takes 26.34
    assert lost == [[], ["THB 193.66 of credit are lost: what was kept is lost after this month"]]


@given(st.floats(0, 1000), st.floats(0, 1000))
def test_export_is_said_to_earn_nothing_only_beyond_import(taken, given_back):
    found = [
        line for line in said("my-tnb-rp4-domestic-atap", "2026-01", Usage(taken, given_back)) if "earn nothing" in line
    ]
    assert bool(found) == (given_back - taken > 1e-9)


@pytest.mark.parametrize(
    ("more", "earns"), [("", True), ("since = { 2026-02 = 8.5 }\n", False), ("active = false\n", False)]
)
@pytest.mark.parametrize("table", ["", "[export]\ncontract_years = 10\n"])
def test_export_that_has_a_price_is_not_said_to_earn_nothing(more, earns, table, tmp_path):
    """Whether the file has a table of export or not; before the price begins, and where it is switched off, nothing is earned."""
    file, rate = tmp_path / "sold.toml", "" if "since" in more else "rate = 8.5\n"
    file.write_text(
        'name = "sold"\ntitle = "Sold"\nplace = "Tokyo"\ncurrency = "JPY"\nvalid_from = 2024-04-01\nstatus = "published"\n'
        'sources = ["a bill"]\nround = 1\nknown_to = "2026-12"\n[components.energy]\nkind = "energy"\nrate = 30.0\n'
        f'[components.sell]\nkind = "credit"\nunit = "exported-kWh"\n{rate}{more}{table}'
    )
    tariff, used = load_tariff(str(file)), Usage(300.0, 120.0)
    found = bill(tariff, used, "2026-01")
    assert (found.amount("sell"), found.forfeited_kwh) == ((-1020.0, 0.0) if earns else (0.0, 120.0))
    assert remarks(tariff, used, "2026-01", found) == ([] if earns else ["120.0 kWh of the export earn nothing"])
    street = bills(tariff, Usage(np.array([[300.0] * 2]), np.array([[120.0] * 2])), ("2026-01", "2026-02"))
    priced = earns or "since" in more
    assert street.forfeited_kwh.tolist() == [[found.forfeited_kwh, 0.0 if priced else 120.0]]
    assert ("Export earns nothing." in export_words(tariff)) == ("active" in more)


def test_a_component_that_is_switched_off_or_over_is_not_missed():
    assert "afa" not in "".join(
        said("my-tnb-rp4-domestic-general", "2026-03", Usage(700.0), **{"components.afa.active": False})
    )


def test_a_scheme_that_is_not_certain_says_so():
    assert of_status(sharing()["my-cream"])[0].startswith("my-cream is unverified: ")
    assert of_status(sharing()["it-cer"]) == []
