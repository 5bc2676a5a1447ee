"""`jiran tariffs` and `jiran bill`: what they print, and one sentence for everything that is wrong."""

from __future__ import annotations

import json

import pytest

from jiran.tariffs import sharing, tariffs
from terminal import call, refused

GENERAL = "my-tnb-rp4-domestic-general"


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


def test_the_list_as_data_says_of_each_tariff_where_it_comes_from():
    found = json.loads(call("tariffs", "--json").stdout)
    assert [one["name"] for one in found] == sorted(tariffs())
    assert all(list(one) == ["name", "currency", "valid_from", "valid_to", "status", "sources"] for one in found)
    assert next(one for one in found if one["name"] == GENERAL)["valid_to"] == "2027-12-31"


def test_the_list_for_people_names_every_tariff_and_how_to_see_more():
    printed = call("tariffs").stdout
    assert all(name in printed for name in tariffs())
    assert "jiran tariffs NAME" in printed
    schemes = call("tariffs", "--sharing").stdout
    assert all(name in schemes for name in sharing())
    assert GENERAL not in schemes


@pytest.mark.parametrize("name", [*tariffs(), *sharing()])
def test_each_says_what_it_charges_how_certain_that_is_and_its_sources(name):
    one = tariffs().get(name) or sharing()[name]
    done = call("tariffs", name)
    assert done.exit_code == 0, done.output
    assert f"{one.status.capitalize()}: " in done.stdout
    assert all(f"- {text}" in done.stdout for text in (*one.sources, *one.notes))
    assert all(f" {component} " in done.stdout for component in getattr(one, "components", ()))
    data = json.loads(call("tariffs", name, "--json").stdout)
    assert (data[0]["name"], data[0]["sources"]) == (name, list(one.sources))


def test_a_bill_as_data_has_every_component_and_nothing_else_on_stdout():
    done = call("bill", GENERAL, "--import-kwh", 300, "--export-kwh", 5, "--json")
    found = json.loads(done.stdout)
    assert list(found) == ["tariff", "month", "currency", "import_kwh", "export_kwh", "lines", "total"]
    assert (found["tariff"], found["month"], found["currency"], found["total"]) == (GENERAL, "2026-01", "MYR", 65.79)
    assert [line["id"] for line in found["lines"]] == [*tariffs()[GENERAL].components, "minimum"]
    assert all(list(line) == ["id", "kind", "quantity", "unit", "rate", "amount"] for line in found["lines"])
    assert done.stderr == "Warning: 5.00 kWh of the export earn nothing.\n"


def test_a_bill_for_people_leaves_out_what_charges_nothing_and_says_what_month_it_is_of():
    printed = call("bill", GENERAL, "--import-kwh", 300).stdout
    assert f"{GENERAL}, 2026-01, published" in printed
    assert "Total: MYR 65.79" in printed
    assert "Retail charge" not in printed
    assert "Retail charge" in call("bill", GENERAL, "--import-kwh", 601).stdout


def test_a_bill_says_that_the_minimum_lifts_it_and_what_is_carried():
    printed = call(
        "bill", "my-tnb-rp4-domestic-atap", "--import-kwh", 300, "--export-kwh", 450, "--month", "2026-01"
    ).stdout
    assert "The lines come to -MYR 15.30: the minimum lifts the bill." in printed
    assert "minimum lifts" not in call("bill", GENERAL, "--import-kwh", 300).stdout
    nem = call("bill", "my-tnb-rp4-domestic-nem3", "--import-kwh", 300, "--export-kwh", 450).stdout
    assert "150.0 kWh are carried to the next month." in nem
    thai = call("bill", "th-mea-1.2-net-billing", "--import-kwh", 10, "--export-kwh", 450).stdout
    assert "are carried to the next month." in thai


def test_what_the_lines_come_to_is_their_sum_also_where_the_total_is_rounded_to_coins(tmp_path):
    file = tmp_path / "coins.toml"
    file.write_text(
        'extends = "my-seb-domestic"\nname = "coins"\ntitle = "Coins"\nstatus = "estimate"\nround = 0.05\n'
        "[components.minimum]\nrate = 7.03\n"
    )
    nothing = call("bill", file, "--import-kwh", 0).stdout
    assert "Total: MYR 7.05\nThe lines come to MYR 0.00: the minimum lifts the bill." in nothing


def test_a_total_has_the_digits_that_it_is_rounded_to():
    assert "Total: IDR 446,814\n" in call("bill", "id-pln-prepaid-r1", "--import-kwh", 300).stdout


def test_components_are_changed_and_left_out():
    done = call("bill", GENERAL, "--import-kwh", 1000, "--set", "components.sst.rate=0", "--without", "kwtbb", "--json")
    amounts = {line["id"]: line["amount"] for line in json.loads(done.stdout)["lines"]}
    assert amounts["sst"] == 0.0
    assert "kwtbb" not in amounts


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing", "--import-kwh", "3"], "tariff = 'nothing': must be one of"),
        ([GENERAL], "Missing option '--import-kwh'"),
        ([GENERAL, "--import-kwh", "much"], "--import-kwh = 'much': must be a number; see "),
        (
            [GENERAL, "--import-kwh", "430,5"],
            "--import-kwh = '430,5': must be a number; the decimal sign is a point: 430.5;",
        ),
        (["my-seb", "--import-kwh", "3"], "my-tnb-rp4-domestic-nem3, my-tnb-rp4-domestic-tou"),  # no name is cut
        ([GENERAL, "--import-kwh", "nan"], "--import-kwh = nan: must be from 0"),
        ([GENERAL, "--import-kwh", "3", "--month", "July"], "month = 'July': must be a year and a month, as 2025-07"),
        ([GENERAL, "--import-kwh", "3", "--months", "0"], "months = 0.0: must be from 0.00001 to 120"),
        ([GENERAL, "--import-kwh", "3", "--peak-kwh", "1"], "this tariff has no periods"),
        (
            [GENERAL, "--import-kwh", "3", "--set", "afa"],
            "--set afa: must be key=value, as in components.sst.rate=0.06",
        ),
        (
            [GENERAL, "--import-kwh", "3", "--set", "components.afa.rate=x"],
            "components.afa.rate = 'x': must be a number",
        ),
        ([GENERAL, "--import-kwh", "3", "--without", "vat"], "without = 'vat': there is no such component"),
        (["gone.toml", "--import-kwh", "3"], "gone.toml: cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence(words, said):
    refused(call("bill", *words), said)


def test_an_unknown_tariff_or_scheme_is_refused():
    refused(call("tariffs", "nothing"), "must be one of")
    refused(call("tariffs", "nothing", "--sharing"), "must be one of at-eeg-local")


THREE = """\
extends = "my-tnb-rp4-domestic-tou"
name = "three"
title = "Three periods"
status = "estimate"
[components.energy]
shape = "flat"
bounds = []
periods = { top = 0.5, shoulder = 0.3, night = 0.1 }
[schedule]
rest = "night"
holidays = [2025-07-07]
[schedule.periods.top]
days = ["fri", "mon"]
hours = [[18, 21.5]]
holidays = false
[schedule.periods.shoulder]
hours = [[7, 18], [21.5, 24]]
"""


def test_a_tariff_with_several_periods_is_billed_by_all_of_them_and_says_when_they_hold(tmp_path):
    file = tmp_path / "three.toml"
    file.write_text(THREE)
    month = ("--month", "2025-07", "--json")
    done = call("bill", file, "--import-kwh", 100, "--period", "top=20", "--period", "shoulder=30", *month)
    amounts = {line["id"]: line["amount"] for line in json.loads(done.stdout)["lines"]}
    assert amounts["energy"] == pytest.approx(20 * 0.5 + 30 * 0.3 + 50 * 0.1)
    printed = call("tariffs", file).stdout
    assert "- top: mon and fri, 18:00 to 21:30, not on public holidays." in printed
    assert "- shoulder: every day, 07:00 to 18:00 and 21:30 to 24:00." in printed
    assert "- night: at all other times." in printed
    assert (
        call("bill", "my-tnb-rp4-domestic-tou", "--import-kwh", 9, "--period", "peak=3", *month).stdout
        == call("bill", "my-tnb-rp4-domestic-tou", "--import-kwh", 9, "--peak-kwh", 3, *month).stdout
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--period", "peak"], "--period peak: must be key=value, as in shoulder=120"),
        (["--period", "peak=x"], "--period peak = 'x': must be a number of kWh, as in shoulder=120"),
        (["--period", "peak=1", "--period", "peak=2"], "--period peak: is given twice; give it once"),
        (["--period", "peak=1", "--peak-kwh", "2"], "--period peak: --peak-kwh says it as well; give one of them"),
        (["--period", "night=1"], "--period night: must be of peak; the rest of the import is off-peak"),
        (["--period", "peak=-1"], "--period peak = -1.0: must be from 0"),
        (["--period", "peak=12"], "--period peak = 12.0: must not be more than the whole import, 10 kWh"),
        (["--period", "peak=nan"], "--period peak = nan: must be from 0"),
    ],
)
def test_periods_that_do_not_fit_are_one_sentence(words, sentence):
    refused(call("bill", "my-tnb-rp4-domestic-tou", "--import-kwh", "10", *words), sentence)
