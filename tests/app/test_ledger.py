"""The ledger in the dashboard: receipts that check out, whatever the run; files of others are read and held against a key."""

from __future__ import annotations

import datetime as dt
import json
import shlex
import sqlite3

import polars as pl
import pytest
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from jiran.app import export, proofs, stored_ledger
from jiran.app.proofs import Proofs
from jiran.cli.commands import cli
from jiran.errors import JiranError
from jiran.ledger.anchors import keep
from jiran.ledger.canonical import decoded
from jiran.ledger.checking import check_ledger
from jiran.ledger.files import exported_days, exported_text
from jiran.ledger.make import make
from jiran.ledger.run import days_of
from jiran.ledger.store import reading
from pages import MANY, STREET, run, seen, show
from plain_receipts import accepts
from random_days import BY_HAND, OPERATOR, TRUSTED

PAGE = "from jiran.app.views import ledger\n\nledger.show()\n"
TRADES = "from jiran.app.views import trades\n\ntrades.show()\n"
RUNS = {
    "paper": {},
    "two days and a half": {"steps": 60},
    "no trades": {"market.mechanism": "grid-only"},
    "network charge": {"grid.network_charge": 0.1},
    "clocks change": {"start": "2026-03-28T22:00:00", "time_zone": "Europe/Berlin", "steps": 40},
    "names": {"homes.groups": [], "homes.single": [{"id": "巷 <1>", "kind": "solar"}, {"id": "E$*1", "kind": "ev"}]},
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A user who has no key yet."""
    monkeypatch.setattr(typer, "get_app_dir", lambda name: str(tmp_path / name))
    return tmp_path / "jiran"


def heads_of(at):
    """The tables of heads on a page: of the run, then of the file."""
    return [one.value for one in at.dataframe if "root" in one.value.columns]


def made(result):
    return Proofs(result, Ed25519PrivateKey.generate())


@pytest.mark.parametrize("overrides", RUNS.values(), ids=RUNS.keys())
@pytest.mark.parametrize("most", [proofs.MOST_TRADES, 0], ids=["whole", "a day"])
def test_every_home_gets_a_receipt_of_its_trades_of_every_day(monkeypatch, overrides, most):
    monkeypatch.setattr(proofs, "MOST_TRADES", most)
    result = run(**overrides)
    ledger, log = made(result), result.trades
    assert ledger.is_whole is (len(log) <= most)
    for date in ledger.dates:
        check_ledger(exported_days(decoded(ledger.export(date))), ledger.public)
        on_day = log.filter(pl.col("time").dt.date() == dt.date.fromisoformat(date))
        for home in result.community.ids:
            text = ledger.receipt_json(home, date).decode()
            assert accepts(text, ledger.public)
            own = on_day.filter((pl.col("seller") == home) | (pl.col("buyer") == home))
            records = [proof["record"] for proof in json.loads(text)["records"][:-1]]
            assert [one["kwh_millionths"] for one in records] == [round(kwh * 1e6) for kwh in own["kwh"]]
            assert json.loads(text)["day"] == date
    assert b"import {" not in ledger.receipt_page(result.community.ids[0], ledger.dates[0])


def test_the_days_are_those_that_the_command_line_makes(tmp_path):
    result = run(steps=60)
    saved = days_of(result.save(tmp_path / "out"))
    ledger = made(result)
    assert [decoded(day.head)["root"] for day in ledger.ledger(ledger.dates[0])] == [
        decoded(day.head)["root"] for day in _ledger(saved, tmp_path)
    ]


def _ledger(days, folder):
    make(days, folder / "x.sqlite", OPERATOR, folder / "config")
    with reading(folder / "x.sqlite") as ledger:
        return ledger.heads()


@pytest.mark.parametrize("overrides", RUNS.values(), ids=RUNS.keys())
def test_the_page_shows_any_run_and_writes_nothing(overrides, folder):
    result = run(**overrides)
    at = show(PAGE, result)
    heads = heads_of(at)[0]
    assert len(heads) == len(made(result).dates)
    assert not folder.exists()


def test_a_large_run_shows_the_ledger_of_a_day(monkeypatch):
    monkeypatch.setattr(proofs, "MOST_TRADES", 100)
    at = show(PAGE, run(**MANY, steps=48))
    assert len(heads_of(at)[0]) == 1
    assert any("the ledger of 2026-03-21 alone" in seen(one.value) for one in at.caption)


def test_each_trade_is_offered_a_proof_by_its_number_and_in_its_home():
    result = run()
    at = show(TRADES, result)
    at.number_input(key="prove_number").set_value(len(result.trades)).run()
    last = result.trades.row(-1, named=True)
    assert any(f"{last['seller']} sold" in one.value and f"to {last['buyer']}" in one.value for one in at.caption)
    labels = [one.label for one in at.get("download_button")]
    assert {f"Receipt of {last[side]} to print" for side in ("seller", "buyer")} <= set(labels)
    at = show(STREET, result, {"home": "E1", "tab": "home", "open": "trades"})
    assert "Receipt of E1 to print" in [one.label for one in at.get("download_button")]


@pytest.mark.parametrize(
    ("changes", "picked"),
    [({"seed": 3}, 0), ({"steps": 60}, 1), ({"steps": 60}, 2), ({"battery.reserve_price": None}, 0)],
)
def test_the_commands_make_the_same_ledger_elsewhere(changes, picked, folder, monkeypatch, tmp_path):
    result = run(**changes)
    at = show(PAGE, result)
    at.session_state["changes"] = changes
    at.selectbox(key="ledger_day").select_index(picked).run()
    lines = next(one.value for one in at.code if "jiran ledger make" in one.value).splitlines()
    monkeypatch.chdir(tmp_path)
    for one in at.get("download_button"):
        if one.label.endswith(".toml"):
            (tmp_path / one.label).write_bytes(export.toml_bytes(result.scenario))
    for line in lines:
        name, *words = shlex.split(line)
        done = CliRunner().invoke(cli, words)
        assert (name, done.exit_code) == ("jiran", 0), done.output
    assert folder.exists()
    assert heads_of(at)[0]["root"].to_list() == [
        decoded(day.head)["root"] for day in _heads_in(tmp_path / "jiran-ledger.sqlite")
    ]
    assert f"{made(result).dates[picked]}" in (tmp_path / "receipt.html").read_text()


def _heads_in(file):
    with reading(file) as ledger:
        return ledger.heads()


def test_the_key_of_a_session_stays_the_same_and_is_nobody_else_s():
    result = run()
    at = show(PAGE, result)
    before = heads_of(at)[0]["key_id"][0]
    at.selectbox(key="ledger_home").set_value("S1").run()
    assert heads_of(at)[0]["key_id"][0] == before
    assert heads_of(show(PAGE, result))[0]["key_id"][0] != before


@pytest.fixture
def file(tmp_path):
    """A ledger of the operator, in another folder than the user's."""
    path = tmp_path / "street.sqlite"
    make([BY_HAND], path, OPERATOR, tmp_path / "operator")
    return path


def test_a_ledger_that_is_opened_is_held_against_the_key_that_is_given(file, folder):
    found = stored_ledger.opened(file.read_bytes(), TRUSTED.upper())
    assert (found.fault, found.said) == (False, "Sound: 1 day, 8 records, as they were signed.")
    assert "No head of it was kept" in found.anchored
    with reading(file) as ledger:
        export = "".join(exported_text(ledger.days())).encode()
    assert stored_ledger.opened(export, TRUSTED) == found
    birth = decoded(found.days[0].head)["previous"]
    keep(folder, birth, file, ["ab" * 32, "cd" * 32])
    assert stored_ledger.opened(file.read_bytes(), TRUSTED).said.startswith("Not sound: the end is missing")
    keep(folder, birth, file, [stored_ledger.rows(found.days)[0][6]])
    assert "the ledger holds it" in stored_ledger.opened(export, TRUSTED).anchored
    other = stored_ledger.opened(file.read_bytes(), "1" * 64)
    assert (other.fault, len(other.days)) == (True, 1)
    assert "found by: signature" in other.said


def test_what_is_wrong_with_a_file_is_said(file):
    for content, key, said in (
        (b"", TRUSTED, "the file: is no ledger"),
        (b"{}", TRUSTED, "the file: is no ledger"),
        (b"\xff", TRUSTED, "the file: is no ledger"),
        (file.read_bytes(), "", "no key of its own"),
        (file.read_bytes(), "/etc/hostname", "a public key is 64 hexadecimal digits"),
        (
            json.dumps(dict.fromkeys(["v", "home", "day", "records", "head", "signature", "key_id"])).encode(),
            TRUSTED,
            "is a receipt",
        ),
    ):
        with pytest.raises(JiranError, match=said):
            stored_ledger.opened(content, key)
    database = sqlite3.connect(file)
    database.execute("DROP TRIGGER days_no_update")
    database.execute("UPDATE days SET head = x'00'")
    database.commit()
    database.close()
    found = stored_ledger.opened(file.read_bytes(), TRUSTED)
    assert (found.fault, found.days) == (True, [])


def test_the_page_opens_a_file(file):
    at = show(PAGE, run())
    at.file_uploader(key="ledger_file").set_value((file.name, file.read_bytes(), "application/octet-stream")).run()
    assert any("no key of its own" in one.value for one in at.error)
    at.text_input(key="ledger_key").set_value(TRUSTED).run()
    assert any("Sound: 1 day" in seen(one.value) for one in at.success)
    assert len(heads_of(at)[1]) == 1
