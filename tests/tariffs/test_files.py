"""Tariffs as files: those that come with jiran, and those of users."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from jiran.errors import JiranError
from jiran.tariffs import Usage, bill, find_sharing, load_tariff, sharing, tariffs
from jiran.tariffs.rates import in_force, rate_in

GENERAL = "my-tnb-rp4-domestic-general"
OWN = """\
name = "mine"
title = "Mine"
place = "Here"
currency = "MYR"
round = 0.01
valid_from = 2025-01-01
known_to = "2025-12"
status = "estimate"
sources = ["me"]
[components.energy]
kind = "energy"
rate = 0.5
"""


@pytest.fixture
def own(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    return file


@pytest.mark.parametrize(("folder", "found"), [("grid", tariffs), ("sharing", sharing)])
def test_a_file_is_called_as_what_is_in_it(folder, found):
    files = {entry.name for entry in (resources.files("jiran.tariffs") / folder).iterdir()}
    assert {f"{one.name}.toml" for one in found().values()} == files
    assert all(name == one.name for name, one in found().items())


@pytest.mark.parametrize("tariff", tariffs().values(), ids=lambda tariff: tariff.name)
def test_of_the_last_known_month_everything_is_known(tariff):
    assert f"{tariff.valid_from:%Y-%m}" <= tariff.known_to
    assert tariff.valid_to is None or tariff.known_to <= f"{tariff.valid_to:%Y-%m}"
    for component in tariff.components.values():
        assert not in_force(component, tariff.known_to) or not rate_in(component, tariff.known_to).instead


@pytest.mark.parametrize("document", [*tariffs().values(), *sharing().values()], ids=lambda one: one.name)
def test_what_is_not_certain_says_why(document):
    assert document.status in ("measured", "published") or document.notes
    assert all(note.endswith(".") for note in document.notes)


def test_a_file_of_a_user_is_taken_as_a_name_is(own):
    assert bill(load_tariff(own), Usage(10.0), "2025-07").total == 5.0
    copy = own.with_name("copy.toml")
    copy.write_text((resources.files("jiran.tariffs") / "grid" / f"{GENERAL}.toml").read_text(encoding="utf-8"))
    assert load_tariff(copy) == load_tariff(GENERAL)


def test_a_file_may_extend_another_one(own):
    child = own.with_name("child.toml")
    child.write_text(
        'extends = "own.toml"\nname = "child"\ntitle = "Child"\nstatus = "unverified"\nsources = ["you"]\n'
        '[components.energy]\nmonths = { 2025-07 = 0.25 }\n[components.fee]\nkind = "retail"\nunit = "month"\nrate = 1\n'
        "[export]\ncancels = ['energy']\n",
        encoding="utf-8",
    )
    found = load_tariff(child)
    assert bill(found, Usage(10.0), "2025-07").total == 3.5
    assert (found.name, found.currency, found.sources) == ("child", "MYR", ("you", "me"))
    assert found.components["energy"].rate is None


def test_what_a_file_extends_must_not_lead_back_to_it(own):
    own.write_text(f"extends = 'own.toml'\n{OWN}", encoding="utf-8")
    with pytest.raises(JiranError, match=r"own.toml: extends = '.*own.toml': must not lead back to the file itself$"):
        load_tariff(own)


def test_a_file_that_extends_another_one_says_who_it_is_itself(own):
    own.write_text(f"extends = '{GENERAL}'\n", encoding="utf-8")
    with pytest.raises(JiranError, match=r"^.*\.toml: name: is required$"):
        load_tariff(own)


def test_a_new_rate_replaces_rates_by_month_and_period():
    changed = load_tariff(GENERAL, {"components.afa.rate": -0.05})
    assert bill(changed, Usage(700.0), "2027-01").amount("afa") == -35.0
    flat = load_tariff("my-tnb-rp4-domestic-tou", {"components.energy.rate": 0.3})
    assert bill(flat, Usage(100.0), "2025-07").amount("energy") == pytest.approx(30.0)


def test_a_rate_of_tiers_may_be_one_number():
    changed = load_tariff(GENERAL, {"components.energy.rate": 0.3})
    assert bill(changed, Usage(2000.0), "2025-07").amount("energy") == pytest.approx(600.0)


def test_what_is_left_out_is_left_out_of_shares_and_of_export_too():
    found = load_tariff("my-tnb-rp4-domestic-nem3", without=["capacity", "eei"])
    assert found.components["sst"].base == ("energy", "network", "afa", "retail")
    assert (found.export.cancels, found.export.claws_back) == (("energy", "network"), ())
    alone = load_tariff("sg-sp-domestic", {"components.gst.base": ["energy"]}, ["gst"])
    assert list(alone.components) == ["energy"]
    assert "vat-generation" not in load_tariff("ph-meralco-residential-2016-12", without=["generation"]).components


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("rate = 0.5", "", "components.energy.rate: give exactly one of rate, periods, months and since, and not empty"),
        ("rate = 0.5", "months = {}", "components.energy.months: give exactly one of rate, periods, months and since, and not empty"),
        ("rate = 0.5", "rate = 0.5\nsince = { 2025-01 = 1 }", "components.energy.since: give exactly one of"),
        ("rate = 0.5", "rate = [0.5, 0.6]", "components.energy.rate = (0.5, 0.6): must be one number"),
        ("rate = 0.5", "rate = 0.5\nshape = 'block'", "components.energy.bounds = (): block and slab need them, flat has none"),
        ("rate = 0.5", "rate = [1, 2, 3]\nshape = 'slab'\nbounds = [5, 2]", "components.energy.bounds = (5.0, 2.0): must rise"),
        ("rate = 0.5", "rate = 0.5\nbase = ['energy']", "components.energy.base = ('energy',): a share needs it"),
        ("rate = 0.5", "rate = 0.5\nincluded = true", "components.energy.included: only a share has it"),
        ("rate = 0.5", "periods = { peak = 1 }", "components.energy.periods = ['peak']: must be the periods of the schedule: none"),
        ("rate = 0.5", "rate = 0.5\n[components.tax]\nkind = 'tax'\nunit = 'share'\nbase = ['tax']\nrate = 1",
         "components.tax.base = 'tax': must be a component above it: energy"),
        ("rate = 0.5", "rate = 0.5\n[components.tax]\nkind = 'tax'\nunit = 'share'\nbase = ['energy']\nincluded = true\nrate = 1",
         "components.tax.rate = 1.0: a share of base and itself together must be at least 0 and below 1"),
        ("rate = 0.5", "rate = 0.5\n[components.tax]\nkind = 'tax'\nunit = 'share'\nbase = ['energy']\nsince = { 2025-01 = 8 }",
         "components.tax.since = 8.0: a share must be from -1 to 1: 8 % is 0.08"),
        ("rate = 0.5", "rate = 0.5\n[components.tax]\nkind = 'tax'\nunit = 'share'\nbase = ['energy', 'energy']\nrate = 0.1",
         "components.tax.base = 'energy': must be named once"),
        ("rate = 0.5", "rate = 0.5\nabove_kwh = 600\nup_to_kwh = 600",
         "components.energy.up_to_kwh = 600.0: must be above above_kwh = 600: it would never be charged"),
        ("rate = 0.5", "rate = 0.5\nfirst_month = '2026-04'\nlast_month = '2026-03'",
         "components.energy.last_month = '2026-03': must not be before first_month = 2026-04: it would never be charged"),
        ("rate = 0.5", "rate = 0.5\n[export]\ncancels = ['energy', 'energy']", "export.cancels = 'energy': must be named once"),
        ("rate = 0.5", "rate = 0.5\n[export]\ncancels = ['energy']\nclaws_back = ['energy']",
         "export.claws_back = 'energy': must be named once"),
        ('"estimate"', '"estimate"\nzone = "Mars/Base"', "zone = 'Mars/Base': must be an IANA time zone such as Asia/Kuching"),
        ("2025-01-01", "2025-01-01\nvalid_to = 2024-12-31", "valid_to = '2024-12-31': must not be before valid_from = 2025-01-01"),
        ("rate = 0.5", "rate = 0.5\nunit = 'kW'\nshape = 'slab'\nbounds = [1]", "components.energy.bounds: only what is charged by kWh"),
        ("[components.energy]", "[components.minimum]", "components.minimum.kind = 'energy': components.minimum and the kind minimum go together"),
        ('kind = "energy"', 'kind = "minimum"', "components.energy.unit = 'kWh': a minimum is per month"),
        ("rate = 0.5", "rate = 0.5\n[export]\ncancels = ['sun']", "export.cancels = 'sun': must be a component that is charged by kWh"),
        ("rate = 0.5", "rate = 0.5\n[export]\ncarry = 'kwh'", "export.carry = 'kwh': kWh are carried only where"),
        ("rate = 0.5", "rate = 0.5\n[export]\napplied = 'next-month'", "export.applied = 'next-month': needs carry = money"),
        ("rate = 0.5", "rate = 0.5\n[export]\nbasis = 'net'\ncancels = ['energy']", "export.cancels = ['energy']: with basis net"),
        ("rate = 0.5", "rate = 1e400", "components.energy.rate = inf: must be "),
        ("rate = 0.5", "rate = 'x'", "components.energy.rate = 'x': must be a number or a list"),
        ("round = 0.01", "round = 0", "round = 0: must be at least 0.0001"),
        ("round = 0.01", "round = 1e-30", "round = 1e-30: must be at least 0.0001"),
        ("2025-12", "2025-13", "known_to = '2025-13': must be a year and a month, as 2025-07"),
        ("2025-01-01", "2025-01-01T10:00:00", "valid_from = 2025-01-01T10:00:00: must be a date such as 2026-03-21"),
        ('"MYR"', '"ringgit"', "currency = 'ringgit': must be three capital letters, as MYR"),
        ('"estimate"', '"true"', "status = 'true': must be 'measured', 'published', 'unverified', 'estimate' or 'calibrated'"),
        ('["me"]', "[]", "sources = []: must"),
        ("[components.energy]", "[components.'Energie 1']",
         "components.Energie 1 = 'Energie 1': must be named in small letters, digits and hyphens, and begin with a letter or digit"),
        ("[components.energy]", "[components.off-peak]\nrte = 1", "components.off-peak.rte = 1: unknown key; known here: kind"),
        ("[components.energy]", "[components.off-peak]\nkind = 'energy'\nfirst = 1\n[components.energy]",
         "components.off-peak.first = 1: unknown key; known here: kind"),
        ("[components.energy]", "[components.base]\nrte = 1", "components.base.rte = 1: unknown key; known here: kind"),
        ('[components.energy]\nkind = "energy"\nrate = 0.5', "[components.off-peak]\nkind = 'energy'\nrate = 'x'",
         "components.off-peak.rate = 'x': must be a number or a list"),
        ("rate = 0.5", "periods = { off-1 = 'x' }", "components.energy.periods.off-1 = 'x': must be a number or a list"),
        ('[components.energy]\nkind = "energy"\nrate = 0.5', "components = 3", "components = 3: must be a table"),
        (OWN, "", "name: is required"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_sentence(own, old, new, sentence):
    assert old in OWN
    own.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(JiranError) as error:
        load_tariff(own)
    assert str(error.value).startswith(f"{own}: {sentence}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "without", "sentence"),
    [
        (
            {"components.ics.rate": 1},
            [],
            "components.ics.rate = 1: there is no such component; there are energy, capacity",
        ),
        ({"components.afa.rte": 1}, [], "components.afa.rte = 1: unknown key; known here: kind, label"),
        ({"components.afa": 1}, [], "components.afa = 1: must be components.ID.KEY"),
        (
            {"export.carry": "kwh"},
            [],
            "export.carry = 'kwh': must be components.ID.KEY, or export.KEY of a tariff with export",
        ),
        ({}, ["vat"], "without = 'vat': there is no such component; there are energy"),
    ],
)
def test_changes_that_do_not_fit_are_one_sentence(changes, without, sentence):
    with pytest.raises(JiranError, match=f"^{re.escape(sentence)}"):
        load_tariff(GENERAL, changes, without)


def test_the_only_component_cannot_be_left_out(own):
    with pytest.raises(JiranError, match=r"^.*own\.toml: without = 'energy': is the only component$"):
        load_tariff(own, without=["energy"])


def test_what_is_not_there_is_one_sentence(tmp_path):
    for load in (load_tariff, find_sharing):
        with pytest.raises(
            JiranError, match=r" = 'none': must be one of .*, or the path of a file that ends in \.toml$"
        ):
            load("none")
        with pytest.raises(JiranError, match=r"none\.toml: cannot be read: No such file or directory$"):
            load(tmp_path / "none.toml")


def test_a_scheme_of_sharing_of_a_user_is_a_file_too(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text((resources.files("jiran.tariffs") / "sharing" / "my-cream.toml").read_text(encoding="utf-8"))
    assert find_sharing(file) == sharing()["my-cream"]
    file.write_text(file.read_text().replace("pro-rata", "by-age"))
    with pytest.raises(JiranError, match=r"^.*own\.toml: allocation = 'by-age': must be 'static'"):
        find_sharing(file)


def test_a_file_that_extends_another_says_only_the_keys_of_its_export_and_schedule_that_differ(tmp_path):
    (tmp_path / "base.toml").write_text(
        OWN
        + """[components.night]
kind = "network"
periods = { night = 0.1, day = 0.2 }
[export]
cancels = ["energy"]
carry = "kwh"
expires_after_month = 12
[schedule]
rest = "day"
holidays = [2026-01-01]
[schedule.periods.night]
hours = [[0, 6]]
""",
        encoding="utf-8",
    )
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "base.toml"\nname = "own"\ntitle = "Own"\nstatus = "estimate"\n[export]\ncarry = "none"\n[schedule]\nholidays = [2027-01-01]\n',
        encoding="utf-8",
    )
    found = load_tariff(str(own))
    assert (found.export.cancels, found.export.carry, found.export.expires_after_month) == (("energy",), "none", 12)
    assert (found.schedule.rest, list(found.schedule.periods)) == ("day", ["night"])
    assert [str(day) for day in found.schedule.holidays] == ["2027-01-01"]
    assert bill(found, Usage(100.0, 30.0), "2025-12").amount("credit-energy") == pytest.approx(-15.0)


@pytest.mark.parametrize(("name", "kind"), [("floor", "minimum"), ("minimum", "retail")])
def test_a_minimum_of_another_name_is_refused_with_the_name_that_it_has(tmp_path, name, kind):
    (tmp_path / "x.toml").write_text(
        OWN + f'[components.{name}]\nkind = "{kind}"\nunit = "month"\nrate = 5\n', encoding="utf-8"
    )
    with pytest.raises(
        JiranError, match=rf"components\.{name}\.kind = '{kind}': components\.minimum and the kind minimum go together"
    ):
        load_tariff(str(tmp_path / "x.toml"))


def test_a_tariff_and_a_scheme_of_sharing_that_are_taken_for_each_other_say_what_they_are():
    with pytest.raises(
        JiranError, match=r"is a scheme of sharing, which grid\.sharing names beside a tariff; a tariff must be one of"
    ):
        load_tariff("it-cer")
    with pytest.raises(
        JiranError, match=r"is a tariff, which grid\.tariff names; a scheme of sharing must be one of at-eeg-local"
    ):
        find_sharing("my-seb-domestic")
    with pytest.raises(JiranError, match=r"^tariff = 'nowhere': must be one of"):
        load_tariff("nowhere")
