"""`jiran live` and `jiran meters simulate`: a demo from one command, and one sentence for what cannot be meant."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from terminal import call

SHORT = ("--set", "steps=3", "--set", "start=2026-03-21T10:00", "--speed", "0")


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("JIRAN_MQTT_PASSWORD", raising=False)


@pytest.mark.parametrize("dialect", ["senml", "shelly-gen1"])
def test_the_demo_moves_a_street_settles_it_and_can_be_run_again(dialect, tmp_path):
    for _ in range(2):
        shown = call("live", "paper", "--demo", "--dialect", dialect, *SHORT)
        assert shown.exit_code == 0, shown.stderr
        assert shown.stdout.count("12 of 12 heard") == 3
        assert "2026-03-21 run 1 (final): nothing changed" in shown.stdout
    checked = call("ledger", "verify", "jiran-live-demo/jiran-ledger.sqlite", "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["ok"]
    receipt = call("ledger", "receipt", "S1", "--ledger", "jiran-live-demo/jiran-ledger.sqlite")
    assert json.loads(receipt.stdout)["home"] == "S1"
    with sqlite3.connect(tmp_path / "jiran-live-demo" / "live.sqlite") as store:
        assert store.execute("SELECT count(*) FROM readings").fetchone()[0] == 12 * 37 * 2


def test_until_ends_a_street_at_an_instant():
    shown = call("live", "paper", "--demo", "--until", "2026-03-21T11:20", *SHORT)
    assert shown.stdout.count("heard") == 1
    assert "run 0" not in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("live", "paper"), "either --broker HOST or --demo"),
        (("live", "paper", "--demo", "--broker", "x"), "either --broker HOST or --demo"),
        (("live", "paper", "--broker", "me:pass@x"), "HOST:PORT"),
        (("live", "paper", "--broker", "x", "--days", "2"), "--days"),
        (("live", "paper", "--demo", "--dialect", "morse"), "must be one of tasmota"),
        (("live", "paper", "--demo", "--until", "noon"), "--until 'noon'"),
        (("live", "paper", "--demo", "--until", "2026-03-20T12:00"), "--until 2026-03-20T12:00: must be after 2026-03-21T00:00, when the street begins"),
        (("live", "paper", "--demo", "--until", "2026-03-20T17:00+01:00"), "must be after 2026-03-21T00:00"),
        (("live", "nowhere", "--demo"), "nowhere"),
        (("live", "paper", "--demo", "--meters", "gone.toml"), "gone.toml: cannot be read"),
        (("live", "paper", "--broker", "x", "--ca", "x.pem"), "needs --tls"),
        (("live", "paper", "--broker", "x", "--user", "me", "--password-file", "gone"), "--password-file gone: cannot be read"),
        (("live", "paper", "--broker", "127.0.0.1:1"), "127.0.0.1:1: cannot be reached"),
        (("meters", "simulate", "paper", "--broker", "127.0.0.1:1"), "127.0.0.1:1: cannot be reached"),
        (("meters", "simulate", "paper", "--broker", "127.0.0.1:1", "--drop", "2"), "--drop"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_one_sentence(arguments, said):
    shown = call(*arguments)
    assert shown.exit_code == 2
    assert said in shown.stderr
    assert shown.stderr.startswith("jiran: ")
    assert shown.stderr.count("\n") == 1
    assert not Path("jiran-live").exists()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[home.S99]\n", "no such home"),
        ("[home.S1]\ndialect = 'morse'\n", "must be one of"),
        ("[home.S1]\ndevice = 5\n", "home.S1.device = 5: must be text"),
        ("[home.S1]\ndevice = 'a/b'\n", "one level of an MQTT topic"),
        ("[home.S1]\ndevice = 'S2'\n", "one's alone"),
        (
            "[home.S1]\nregisters = ['power']\n",
            "home.S1.registers.0 = 'power': must be import or export, or one of these with a number, as import_1",
        ),
        ("[home.S1]\ncolour = 1\n", "home.S1.colour = 1: unknown key; known here: dialect, device,"),
        ("home = 1\n", "must hold tables"),
        ("x", "not valid TOML"),
    ],
)
def test_a_table_of_meters_that_is_not_right_is_one_sentence(table, said, tmp_path):
    (tmp_path / "meters.toml").write_text(table)
    shown = call("live", "paper", "--demo", "--meters", "meters.toml", *SHORT)
    assert shown.exit_code == 2
    assert said in shown.stderr
    assert "Traceback" not in shown.stderr


def test_meters_of_other_names_and_registers_are_heard(tmp_path):
    (tmp_path / "meters.toml").write_text(
        "[home.S1]\ndialect = 'tasmota'\ndevice = 'tasmota_1'\n[home.E1]\nregisters = ['import']\n"
    )
    shown = call("live", "paper", "--demo", "--meters", "meters.toml", *SHORT)
    assert shown.stdout.count("12 of 12 heard") == 3
    with sqlite3.connect(tmp_path / "jiran-live-demo" / "live.sqlite") as store:
        assert dict(store.execute("SELECT home, dialect FROM meters"))["S1"] == "tasmota"
        assert store.execute("SELECT count(*) FROM readings WHERE home = 'E1' AND register = 'export'").fetchone() == (
            0,
        )


def test_a_password_is_read_from_a_file_for_one_alone_and_kept_nowhere(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hush-hush\n")
    secret.chmod(0o644)
    shown = call("live", "paper", "--broker", "127.0.0.1:1", "--user", "me", "--password-file", "secret")
    assert "chmod 600" in shown.stderr
    secret.chmod(0o600)
    shown = call("live", "paper", "--broker", "127.0.0.1:1", "--user", "me", "--password-file", "secret")
    assert "cannot be reached" in shown.stderr
    assert "hush" not in shown.stderr
    for file in tmp_path.rglob("*"):
        if file.is_file() and file != secret:
            assert b"hush" not in file.read_bytes()
    shown = call("live", "paper", "--broker", "far.example.org", "--user", "me", "--password-file", "secret")
    assert "in the clear" in shown.stderr


def test_a_street_of_one_scenario_is_not_gone_on_with_by_another():
    assert call("live", "paper", "--demo", "--folder", "x", *SHORT).exit_code == 0
    with sqlite3.connect("x/live.sqlite") as store:
        store.execute("UPDATE about SET value = '0' WHERE name = 'demo'")
    shown = call("live", "kampung", "--demo", "--folder", "x", *SHORT)
    assert shown.exit_code == 2
    assert "no demo" in shown.stderr
