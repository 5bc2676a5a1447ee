"""What is dropped becomes an offer, a scenario or one sentence; what is said of an offer stands in the scenario's keys."""

from __future__ import annotations

import tomllib
from concurrent.futures import CancelledError

import pytest

import jiran
from jiran import load_scenario
from jiran.app import export, links, runs, shelf
from jiran.app.owndata import looks
from jiran.app.owndata import offer as offers
from jiran.app.owndata.offer import Offer, again, base_of, take
from jiran.errors import JiranError
from jiran.explain.assumptions import UNTOLD
from jiran.scenario import validate
from jiran.scenario.files import as_data
from jiran.scenario.overrides import with_overrides
from jiran.scenario.silent import given, silent
from meter_files import meters

NOW = as_data(load_scenario("paper"))


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf.tempfile, "gettempdir", lambda: str(tmp_path))


def seen(offer):
    return looks.seen(offer, lambda _share: None)


def scenario(**homes):
    lines = [f"{name} = {value!r}" for name, value in homes.items()]
    return "\n".join(['name = "ours"', 'question = "Who gains?"', "steps = 12", "[homes.data]", *lines]).encode()


def test_a_good_file_becomes_the_base_with_all_keys_and_a_link_finds_it_again():
    offer = take([("street.csv", meters())], NOW, 1)
    base = base_of(offer, seen(offer).look)
    keys = base.data["homes"]["data"]
    assert keys["columns"]["A load"].startswith("A load")
    assert (keys["time_label"], keys["layout"]) == ("start", "wide")
    assert (base.data["steps"], base.data["step_minutes"], base.data["name"]) == (48, 60, "street")
    assert base.data["grid"] == {name: value for name, value in NOW["grid"].items() if name != "co2_kg_per_kwh"}
    assert base.data["battery"] == {"capacity_kwh": 0.0}  # the paper's battery stands in the paper's street
    assert base.data["market"]["matching"] == "pro-rata"
    assert validate(base.data).question == ""  # the paper's twelve homes are no longer asked about
    assert set(dict(offers.assumed(offer, base).figures["fields"])) == set(UNTOLD) - {"grid.tariff"}  # it has prices
    back, _ = links.read_link(dict(base.link), None)
    assert back.data["homes"] == base.data["homes"]
    assert validate(back.data).homes.data == validate(base.data).homes.data


def test_the_download_holds_the_keys_and_only_names_of_files(tmp_path):
    files = [(f"H{home}.csv", meters(homes=home)) for home in "ABC"]
    offer = take(files, NOW, 1)
    base = base_of(offer, seen(offer).look)
    text = export.toml_bytes(validate(base.data)).decode()
    data = tomllib.loads(text)["homes"]["data"]
    assert (data["path"], data["also"]) == ("HA.csv", ["HB.csv", "HC.csv"])
    assert data["columns"]["B load"].startswith("B load")
    assert str(tmp_path) not in text
    back = take([*reversed(files), ("ours.toml", text.encode())], NOW, 2)
    assert [name.rpartition("/")[2] for name in back.source.names] == ["HA.csv", "HB.csv", "HC.csv"]
    assert base_of(back, seen(back).look).data["homes"] == base.data["homes"]


def test_what_is_read_in_the_dashboard_is_what_the_command_line_reads(tmp_path):
    offer = take([("street.csv", meters())], NOW, 1)
    base = base_of(offer, seen(offer).look)
    (tmp_path / "street.csv").write_bytes(meters())
    (tmp_path / "ours.toml").write_bytes(export.toml_bytes(validate(base.data)))
    ours = jiran.simulate(load_scenario(tmp_path / "ours.toml"))
    assert ours.kpis == jiran.simulate(validate(base.data)).kpis


def test_a_scenario_that_comes_with_its_file_keeps_its_period_and_its_keys():
    offer = take([("ours.toml", scenario(path="meters/street.csv", factor=2.0)), ("street.csv", meters())], NOW, 1)
    found = seen(offer).look
    base = base_of(offer, found)
    assert (base.data["steps"], base.data["name"], base.data["question"]) == (12, "ours", "Who gains?")
    assert base.data["homes"]["data"]["factor"] == 2.0
    assert base.data["start"] == found.covered.first  # which it does not say
    assert base.data["battery"]["capacity_kwh"] == load_scenario("paper").battery.capacity_kwh  # as when it is run
    assert offers.assumed(offer, base) is None


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["a.toml", "b.toml"], "a.toml and b.toml are 2 scenarios: drop one at a time"),
        (["own.toml"], "own.toml takes its homes from street.csv: drop it together with its data"),
        (["own.toml", "other.csv"], "own.toml takes its homes from street.csv, which is not among the files"),
        (["own.toml", "street.csv", "other.csv"], "own.toml does not name other.csv: drop that file without it"),
        (["groups.toml", "street.csv"], "groups.toml has homes of its own"),
        (["rule.toml", "street.csv"], "rule.toml names a file"),
        (["keys.toml", "street.csv"], "homes.data.unt"),
        ([f"{number}.csv" for number in range(301)], "these are 301 files; at most 300 can be dropped"),
    ],
)  # fmt: skip
def test_what_cannot_go_together_is_one_sentence_and_leaves_nothing_behind(files, words):
    contents = {
        "own.toml": scenario(path="street.csv"),
        "groups.toml": b"[[homes.groups]]\nkind = 'solar'\ncount = 2\n",
        "rule.toml": b"name = 'x'\n[market]\nmechanism = '/tmp/x.py'\n[homes.data]\npath = 'street.csv'\n",
        "keys.toml": scenario(path="street.csv", unt="kW"),
        "other.csv": meters(homes="DE"),
    }
    dropped = [(name, contents.get(name, meters() if name.endswith(".csv") else b"name = 'x'\n")) for name in files]
    with pytest.raises(JiranError) as caught:
        take(dropped, NOW, 1)
    assert words in str(caught.value)
    assert not list(shelf.folder().iterdir())


def test_choosing_a_column_of_times_lets_the_earlier_one_go():
    offer = take([("street.csv", meters())], NOW, 1)
    offer = offer.with_columns({"A load": "time"}).with_columns({"B load": "ignore"}).with_columns({"time": "time"})
    assert offer.source.columns == {"B load": "ignore", "time": "time"}
    assert seen(offer).look is not None


def test_another_zone_moves_the_files_along_unless_they_have_their_own():
    offer = take([("street.csv", meters())], NOW, 1)
    taken = base_of(offer, seen(offer).look).data
    elsewhere = validate(with_overrides(taken, {"time_zone": "Asia/Bangkok"}))  # as the panel's "Time zone" says it
    there, here = (jiran.simulate(one).flows.profiles.generation_kwh for one in (elsewhere, validate(taken)))
    assert (there == here).all()
    moved = again(taken, 2).in_zone("Europe/Berlin")
    assert seen(moved).look.covered.first == seen(offer).look.covered.first
    own = offer.saying(time_zone="UTC").in_zone("Europe/Berlin")
    assert (seen(own).look.covered.first - seen(offer).look.covered.first).total_seconds() == 3600
    with pytest.raises(JiranError, match="time_zone"):
        offer.in_zone("Nowhere/At all")


def test_what_describes_other_homes_is_not_told_of_metered_ones():
    for preset in ("klang-valley-atap", "paper", "ev-street"):
        offer = take([("street.csv", meters())], as_data(load_scenario(preset)), 1)
        told = validate(base_of(offer, seen(offer).look).data)
        assert not set(given(told)) & set(silent(told)), preset
        assert told.telling == ()
        tariff = [("grid.tariff", told.grid.tariff)] if told.grid.tariff else []
        fields = offers.assumed(offer, base_of(offer, seen(offer).look)).figures["fields"]
        assert [one for one in fields if one[0] == "grid.tariff"] == tariff  # another street's, and a choice of its own
    own = scenario(path="street.csv") + b"\n[solar]\nmodel = 'site'\nplace = 'penang'\n"
    offer = take([("ours.toml", own), ("street.csv", meters())], NOW, 1)
    assert base_of(offer, seen(offer).look).data["solar"]["place"] == "penang"  # said for these homes


def test_keys_that_would_make_the_link_too_long_are_left_to_the_next_reading(monkeypatch):
    offer = take([("street.csv", meters())], NOW, 1).with_columns({"C load": "ignore"})
    found = seen(offer).look
    monkeypatch.setattr(offers, "_LONGEST_LINK", 10)
    short = base_of(offer, found)
    assert short.data["homes"]["data"]["columns"] == {"C load": "ignore"}
    assert seen(again(short.data, 2)).look.keys == found.keys


def test_what_was_looked_at_is_not_read_again_for_the_run(monkeypatch):
    offer = take([("street.csv", meters())], NOW, 1)
    base = base_of(offer, seen(offer).look)
    wanted = validate(base.data)
    assert looks.coverage(wanted.homes.data, wanted.time_zone) is seen(offer).look.covered
    monkeypatch.setattr("jiran.homes.meter.read.describe", None)
    assert runs.need_of_run(wanted).memory > 0


def test_stopped_reading_is_not_remembered_as_a_fault():
    def stop(_share):
        raise CancelledError

    offer = take([("street.csv", meters())], NOW, 1)
    with pytest.raises(CancelledError):
        looks.seen(offer, stop)
    assert seen(offer).look is not None


def test_only_what_can_be_corrected_is_worth_a_look():
    assert looks.is_hopeless(take([("letter.csv", b"Dear neighbours,\nsee my next mail.\n")], NOW, 1))
    assert not looks.is_hopeless(take([("x.csv", meters().replace(b"A load", b"foo"))], NOW, 1))
    assert isinstance(take([("x.csv", meters())], NOW, 1), Offer)


@pytest.mark.parametrize("extended", ["my-seb-domestic-nem", "it-cer"])
def test_a_tariff_that_is_dropped_is_told_where_it_is_named(extended):
    text = f'extends = "{extended}"\nname = "ours"\ntitle = "Ours"\nstatus = "estimate"\nsources = ["our bill"]\n'
    with pytest.raises(
        JiranError, match=r"ours\.toml is a tariff or a scheme of sharing and not a scenario: .*jiran app"
    ):
        take([("ours.toml", text.encode())], NOW, 1)
    with pytest.raises(JiranError, match="homes: is required"):
        take([("street.toml", b'name = "street"\nsteps = 24\n')], NOW, 1)
