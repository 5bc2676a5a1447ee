"""Days come into a ledger once; corrections are added; what is cut off changes nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jiran.errors import JiranError
from jiran.ledger import anchors, keys
from jiran.ledger.canonical import decoded
from jiran.ledger.checking import check_anchors, check_ledger
from jiran.ledger.faults import Tampered
from jiran.ledger.make import make
from jiran.ledger.receipt import receipt_of
from jiran.ledger.store import reading
from processes import heard
from random_days import ATTACKER, BY_HAND, OPERATOR, TRUSTED

NEXT = replace(BY_HAND, day="2026-03-22", trades=())
OTHER = replace(BY_HAND, trades=BY_HAND.trades[:2])


@pytest.fixture
def place(tmp_path):
    """Where the ledger stands, and where its owner keeps the last heads."""
    return tmp_path / "street.sqlite", tmp_path / "config"


def sound(file, folder):
    with reading(file) as ledger:
        found = check_ledger(ledger.days(), TRUSTED)
    check_anchors(found, anchors.known(folder, found.birth, file))
    return found


def edit(file, *statements):
    """Do what somebody with an editor for databases would do."""
    database = sqlite3.connect(file)
    for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_a_run_comes_in_once_however_often_it_is_made(place):
    file, folder = place
    made = make([BY_HAND, NEXT], file, OPERATOR, folder)
    assert [(one.day, one.run, one.is_new) for one in made] == [("2026-03-21", 0, True), ("2026-03-22", 0, True)]
    before = file.read_bytes()
    again = make([BY_HAND, NEXT], file, OPERATOR, folder)
    assert again == [one._replace(is_new=False) for one in made]
    assert file.read_bytes() == before
    assert sound(file, folder).hashes == tuple(one.sha256 for one in made)


def test_what_differs_is_a_correction_that_names_what_it_replaces(place):
    file, folder = place
    (first,) = make([BY_HAND], file, OPERATOR, folder)
    (second,) = make([OTHER], file, OPERATOR, folder)
    assert (second.run, second.is_new, second.root == first.root) == (1, True, False)
    with reading(file) as ledger:
        assert {decoded(record)["replaces"] for record in ledger.records(1)} == {first.sha256}
        assert len(receipt_of(ledger, "N<1", None)["records"]) == 2  # the last run of the day: one trade and the total
    assert not make([OTHER], file, OPERATOR, folder)[0].is_new
    (third,) = make([BY_HAND], file, OPERATOR, folder)
    assert (third.run, third.is_new) == (2, True)
    assert len(sound(file, folder).heads) == 3


def test_nothing_is_added_to_a_ledger_that_is_not_sound_or_of_another_key(place):
    file, folder = place
    make([BY_HAND, NEXT], file, OPERATOR, folder)
    with pytest.raises(Tampered, match="is signed by the key"):
        make([BY_HAND], file, ATTACKER, folder)
    edit(file, "DELETE FROM days WHERE n = 1", "DELETE FROM records WHERE day = 1")
    with pytest.raises(Tampered, match="the end is missing: 1 of 2 days"):
        make([NEXT], file, OPERATOR, folder)


@pytest.mark.parametrize(
    ("by", "statement"),
    [
        ("records", "UPDATE records SET record = replace(record, '690142', '690143')"),
        ("records", "UPDATE records SET record = CAST(replace(record, '690142', '690143') AS BLOB)"),
        ("records", "DELETE FROM records WHERE n = 0 AND day = 0"),
        ("records", "DELETE FROM records WHERE n = 7 AND day = 0"),
        ("records", "INSERT INTO records SELECT 0, 8, record FROM records WHERE day = 0 AND n = 0"),
        ("records", "INSERT INTO records SELECT 9, n, record FROM records WHERE day = 0"),
        ("chain", "DELETE FROM days WHERE n = 0"),
        ("chain", "UPDATE days SET n = n + 10"),
        ("signature", "UPDATE days SET signature = replace(signature, 'a', 'b')"),
        ("form", "UPDATE days SET head = CAST(head AS TEXT)"),
        ("form", "UPDATE days SET signature = CAST(signature AS BLOB)"),
        ("records", "DELETE FROM days"),
    ],
)
def test_what_an_editor_does_to_the_file_is_found(place, by, statement):
    file, folder = place
    make([BY_HAND, NEXT], file, OPERATOR, folder)
    edit(file, statement)
    with pytest.raises(Tampered) as found:
        sound(file, folder)
    assert found.value.by == by or (by == "records" and "CAST" not in statement and found.value.by == "form")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM records WHERE day = 0",
        "UPDATE records SET record = x'5b5d'",
        "UPDATE records SET record = x'ff'",
        "UPDATE records SET record = CAST(replace(record, '690142', '690143') AS BLOB)",
    ],
)
def test_a_day_whose_records_were_changed_is_neither_corrected_nor_taken_for_the_same(place, statement):
    file, folder = place
    make([BY_HAND, NEXT], file, OPERATOR, folder)
    edit(file, statement)
    for day in (BY_HAND, OTHER):
        with pytest.raises(Tampered) as found:
            make([day], file, OPERATOR, folder)
        assert found.value.by == "records"


def test_of_two_markets_in_one_ledger_the_receipt_is_of_the_one_that_is_named(place):
    file, folder = place
    make([BY_HAND, NEXT, replace(BY_HAND, market="road", trades=())], file, OPERATOR, folder)
    with reading(file) as ledger:
        assert len(receipt_of(ledger, "E1", "2026-03-21", "lane")["records"]) == 3
        assert len(receipt_of(ledger, "E1", "2026-03-21", "road")["records"]) == 1
        assert receipt_of(ledger, "E1", None)["day"] == "2026-03-22"
        assert receipt_of(ledger, "E1", None, "road")["day"] == "2026-03-21"
        with pytest.raises(JiranError, match="--market 'x': the ledger holds lane, road"):
            receipt_of(ledger, "E1", None, "x")
        with pytest.raises(JiranError, match="no such day"):
            receipt_of(ledger, "E1", "2026-03-22", "road")


@pytest.mark.parametrize(
    "statement", ["UPDATE days SET n = 7", "DELETE FROM days", "UPDATE records SET n = 9", "DELETE FROM records"]
)
def test_a_mistake_cannot_change_the_file(place, statement):
    file, folder = place
    make([BY_HAND], file, OPERATOR, folder)
    database = sqlite3.connect(file)
    with pytest.raises(sqlite3.IntegrityError, match="the ledger only grows"):
        database.execute(statement)
    database.close()


def test_a_new_ledger_in_the_place_of_an_old_one_is_noticed_by_who_knew_the_old_one(place):
    file, folder = place
    make([BY_HAND], file, OPERATOR, folder)
    file.unlink()
    make([BY_HAND], file, OPERATOR, folder.parent / "elsewhere")  # the operator's key, another folder of heads
    with pytest.raises(Tampered, match="another ledger than the one that stood in this file"):
        sound(file, folder)
    file.unlink()
    make([BY_HAND], file, OPERATOR, folder)  # its owner begins anew, and says so by it
    assert len(sound(file, folder).heads) == 1


def test_a_stored_head_that_is_damaged_is_said(place):
    file, folder = place
    make([BY_HAND], file, OPERATOR, folder)
    (stored,) = (folder / "ledgers").iterdir()
    for damage in ("", "{}", "[]", stored.read_text(encoding="utf-8").replace('"days": 1', '"days": 0')):
        stored.write_text(damage, encoding="utf-8")
        with pytest.raises(JiranError, match="is damaged"):
            sound(file, folder)


def test_other_files_are_left_as_they_are(place, tmp_path):
    file, folder = place
    database = sqlite3.connect(file)
    database.execute("CREATE TABLE mine (n)")
    database.commit()
    database.close()
    before = file.read_bytes()
    with pytest.raises(JiranError, match="a database of another program"):
        make([BY_HAND], file, OPERATOR, folder)
    assert file.read_bytes() == before
    file.write_text("notes of mine" * 100, encoding="utf-8")
    with pytest.raises(JiranError, match="is no ledger"):
        make([BY_HAND], file, OPERATOR, folder)
    with pytest.raises(JiranError, match="there is no folder"):
        make([BY_HAND], tmp_path / "no" / "x.sqlite", OPERATOR, folder)
    with pytest.raises(JiranError, match="must not stand beside its private key"):
        make([BY_HAND], folder / "x.sqlite", OPERATOR, folder)


def test_a_write_that_fails_changes_nothing(place):
    file, folder = place
    make([BY_HAND], file, OPERATOR, folder)
    before = sound(file, folder)
    too_much = replace(NEXT, trades=(BY_HAND.trades[0]._replace(kwh=1e30),))
    with pytest.raises(JiranError, match="must be a number below"):
        make([NEXT, too_much], file, OPERATOR, folder)
    assert sound(file, folder) == before


#: Makes many days without end, and says when each is in.
_WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from jiran.ledger.make import make
from random_days import BY_HAND, OPERATOR, FIRST
import datetime as dt
for n in range(10_000):
    day = str(FIRST + dt.timedelta(days=n))
    trades = tuple(one._replace(step=day + one.step[10:]) for one in BY_HAND.trades) * 50
    made = make([replace(BY_HAND, day=day, trades=trades)], Path(sys.argv[1]), OPERATOR, Path(sys.argv[2]))
    print(made[0].sha256, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
@pytest.mark.parametrize("delay_s", [0.0, 0.003, 0.01, 0.02, 0.05])
def test_a_writer_that_is_killed_loses_no_day_that_it_had_told_of(place, delay_s):
    file, folder = place
    paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    running = subprocess.Popen(  # noqa: S603  our own
        [sys.executable, "-c", _WRITER, str(file), str(folder)],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    with heard(running):
        told = [running.stdout.readline().strip()]
    time.sleep(delay_s)
    running.send_signal(signal.SIGKILL)
    told += running.stdout.read().split()
    running.wait()
    running.stdout.close()
    found = sound(file, folder)
    assert found.hashes[: len(told)] == tuple(told)
    assert len(found.hashes) <= len(told) + 1
    assert keys.public_of(OPERATOR) == TRUSTED
    assert make([replace(BY_HAND, day="2000-01-01", trades=())], file, OPERATOR, folder)[0].is_new
    assert len(sound(file, folder).hashes) == len(found.hashes) + 1
