"""Several meters of a home: registers are added, the worst quality counts, and no meter is two homes'."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran.errors import JiranError
from jiran.live.dialects import DIALECTS
from jiran.live.message import Counters
from jiran.live.meters import by_home, meters_of
from jiran.live.registers import Quality
from jiran.live.rules import HOUR_MS
from jiran.live.store import opened
from jiran.live.street import Street
from live_streets import GRACE_MS, scenario_of
from terminal import call

HOMES = ("S1", "E1")
TABLE = """
[[home.S1]]
device = "house"
dialect = "tasmota"
[[home.S1]]
device = "roof"
dialect = "{roof}"
{more}
[[home.S1]]
device = "flat"
dialect = "senml"
registers = ["import"]
"""


def table(tmp_path, text):
    file = tmp_path / "meters.toml"
    file.write_text(text)
    return file


COUNT = st.integers(0, 5_000).map(lambda wh: wh * 1_000)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(COUNT, min_size=5, max_size=5),
    st.sampled_from(["", "house", "roof", "flat"]),
    st.sampled_from(["glow", "shelly"]),
)
def test_registers_of_a_home_are_added_and_one_that_is_missing_makes_the_step_missing(
    tmp_path_factory, counts, silent, roof
):
    folder = tmp_path_factory.mktemp("street")
    scenario = scenario_of("paper", **{"homes.groups": [{"kind": "solar", "count": 1}, {"kind": "ev", "count": 1}]})
    meters = meters_of(HOMES, table(folder, TABLE.format(roof=roof, more="")))
    says = {
        "house": ("tasmota", counts[0], counts[1]),
        "roof": (roof, counts[2], counts[3]),
        "flat": ("senml", counts[4], 77_000),
    }
    with opened(folder) as store:
        first = 1_774_022_400_000
        street = Street(scenario, meters, store, first, end_ms=first + 2 * HOUR_MS)
        for at, share in ((first, 0), (first + HOUR_MS, 1)):
            for device, (dialect, taken, given_) in says.items():
                if device != silent:
                    for one in DIALECTS[dialect].produce(
                        Counters(device, at, 10**9 + share * taken, share * given_, "Asia/Kuching")
                    ):
                        street.hear(one.topic, one.payload, at)
        street.tick(first + HOUR_MS + GRACE_MS)
        row = next(one for one in store.intervals(-1, first) if one.home == "S1")
    if silent:
        assert row == ("S1", 0, 0, Quality.MISSING)
    else:
        assert row == ("S1", counts[0] + counts[2] + counts[4], counts[1] + counts[3], Quality.MEASURED)


def test_meters_are_in_the_order_of_the_homes_and_named_by_them(tmp_path):
    found = meters_of(HOMES, table(tmp_path, TABLE.format(roof="glow", more="")))
    assert [(one.home, one.device) for one in found.values()] == [
        ("S1", "house"),
        ("S1", "roof"),
        ("S1", "flat"),
        ("E1", "E1"),
    ]
    assert list(found) == ["S1", "S1\n1", "S1\n2", "E1"]
    assert {home: len(of) for home, of in by_home(found).items()} == {"S1": 3, "E1": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[home.S1]]\n[[home.S1]]\n", "meter 'S1': is named twice for 'S1'; give each"),
        ("[[home.S1]]\ndevice='a'\n[[home.S1]]\ndevice='b'\n[home.E1]\ndevice='b'\n", "meter 'b': is named for 'S1' and for 'E1'; it can be one's alone"),
        ("[[home.S1]]\ndevice='a'\n[[home.S1]]\ndevice='E1'\n", "meter 'E1': is named for 'S1' and for 'E1'"),
        ("[[home.S1]]\ndevice='a'\ndialect='glow'\n[[home.S1]]\ndevice='a'\n", "meter 'a': is named twice for 'S1'"),
        ("[[home.S1]]\n[[home.S1]]\ndevice='b/c'\n", "one level of an MQTT topic"),
        ("[[home.S1]]\n[[home.S1]]\ndevice='b'\ncolour=1\n", "home.S1.1.colour = 1: unknown key; known here: dialect"),
        ("home.S1 = []\n", "must be a table, or a list of one or more"),
        ("home.S1 = [1]\n", "home.S1.0 = 1: must be a table"),
        ("[home.S1]\ndialect='tasmota'\nregisters=['import_1']\n", "registers = 'import_1': tasmota has import, export"),
        ("[home.S1]\nregisters=['import','import']\n", "must name each register once"),
    ],
)  # fmt: skip
def test_what_is_assigned_twice_or_cannot_be_is_one_sentence(text, said, tmp_path):
    with pytest.raises(JiranError) as caught:
        meters_of(HOMES, table(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_meter_of_one_dialect_may_be_called_as_one_of_another(tmp_path):
    text = "[[home.S1]]\ndevice='a'\ndialect='glow'\n[[home.S1]]\ndevice='a'\ndialect='tasmota'\n"
    assert len(meters_of(HOMES, table(tmp_path, text))) == 3


def test_a_street_with_a_second_meter_is_played_as_one_without(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    text = "[[home.S1]]\nregisters=['import']\n[[home.S1]]\ndevice='roof'\ndialect='senml'\nregisters=['export']\n"
    table(tmp_path, text)
    short = ("--set", "steps=3", "--set", "start=2026-03-21T10:00", "--speed", "0", "--dialect", "senml")
    assert call("live", "paper", "--demo", *short, "--folder", "one").exit_code == 0
    assert call("live", "paper", "--demo", *short, "--folder", "two", "--meters", "meters.toml").exit_code == 0
    rows = []
    for folder in ("one", "two"):
        with sqlite3.connect(f"{folder}/live.sqlite") as store:
            rows.append(store.execute("SELECT * FROM intervals ORDER BY run, step_ms, home").fetchall())
    assert rows[0] == rows[1]
    assert any(row[4] for row in rows[1] if row[2] == "S1")
