"""`jiran ledger`: from a saved run to a receipt that is checked, and one sentence for everything that is wrong."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

import polars as pl
import pytest
import typer

import jiran
from plain_receipts import accepts
from terminal import call, refused

FILE = Path("jiran-ledger.sqlite")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The paper's day, saved."""
    return jiran.simulate(jiran.load_scenario("paper")).save(tmp_path_factory.mktemp("run") / "out")


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """An empty folder, and a user who has no key yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(typer, "get_app_dir", lambda name: str(tmp_path / "config" / name))
    monkeypatch.setenv("COLUMNS", "200")


def made(run):
    done = call("ledger", "make", run, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def found(done, *words):
    """One sentence on standard output, exit code 1, nothing else."""
    assert done.exit_code == 1, done.output
    assert done.stdout.startswith("Not sound: ")
    assert done.stdout.count("\n") == 1
    for word in words:
        assert word in done.stdout


def test_from_a_run_to_a_receipt_of_each_home_that_anybody_can_check(run):
    about = made(run)
    (day,) = about["days"]
    assert (day["day"], day["run"], day["is_new"]) == ("2026-03-21", 0, True)
    trades = pl.read_parquet(run / "trades.parquet")
    homes = trades.schema["seller"].categories
    assert day["size"] == len(trades) + len(homes) + 1
    for home in homes:
        text = call("ledger", "receipt", home).stdout
        receipt = json.loads(text)
        assert list(receipt) == ["day", "head", "home", "key_id", "records", "signature", "v"]
        assert accepts(text, about["public_key"])
        own = trades.filter((pl.col("seller") == home) | (pl.col("buyer") == home))
        records = [proof["record"] for proof in receipt["records"]]
        assert [one["kwh_millionths"] for one in records[:-1]] == [round(kwh * 1e6) for kwh in own["kwh"]]
        assert [one["step"] for one in records[:-1]] == own["time"].dt.strftime("%Y-%m-%dT%H:%M:%S%:z").to_list()
    Path("E1.json").write_text(call("ledger", "receipt", "E1", "--day", "2026-03-21").stdout, encoding="utf-8")
    done = call("ledger", "verify", "E1.json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        "Sound: the receipt of E1 for 2026-03-21 of paper, run 0 (in a live street: provisional, or final without a change), 16 trades and "
        "their total. Whether a later run of the day replaced it only the ledger shows: --ledger FILE. Trusted: this machine's own key, "
        f"{about['public_key']}\n"
    )


def test_a_receipt_that_a_correction_replaced_is_not_said_to_hold(run, tmp_path):
    made(run)
    for home in ("E1", "S1"):
        Path(f"{home}.json").write_text(call("ledger", "receipt", home).stdout, encoding="utf-8")
    good = call("ledger", "verify", "E1.json", "--ledger", FILE)
    assert good.exit_code == 0
    assert f"the last run of that day in {FILE}." in good.stdout
    before = json.loads(Path("E1.json").read_text(encoding="utf-8"))["records"][-1]["record"]["owes_millionths"]
    other = jiran.simulate(jiran.load_scenario("paper", {"seed": 7})).save(tmp_path / "other")
    (day,) = made(other)["days"]
    assert day["run"] == 1
    now = json.loads(call("ledger", "receipt", "E1").stdout)["records"][-1]["record"]["owes_millionths"]
    done = call("ledger", "verify", "E1.json", "--ledger", FILE)
    assert done.exit_code == 1
    assert done.stdout.startswith("Replaced: the receipt of E1 for 2026-03-21 of paper, run 0 ")
    assert (
        f"holds run 1 of that day, in which E1 owes MYR {now / 1e6:,.6f} (MYR {before / 1e6:,.6f} by this receipt)"
        in done.stdout
    )
    said = json.loads(call("ledger", "verify", "E1.json", "--ledger", FILE, "--json").stdout)
    assert (said["ok"], said["found_by"], said["run"], said["replaced_by_run"]) == (False, None, 0, 1)
    assert call("ledger", "verify", "E1.json").exit_code == 0  # by itself it cannot know, and says so
    held = call("ledger", "verify", FILE, "--anchor", "E1.json")
    assert held.exit_code == 0
    assert "Run 0 of 2026-03-21 of paper, which --anchor E1.json names, was replaced by run 1." in held.stdout
    Path("new.json").write_text(call("ledger", "receipt", "E1").stdout, encoding="utf-8")
    assert "run 1 (in a live street: final)" in call("ledger", "verify", "new.json", "--ledger", FILE).stdout
    assert "was replaced" not in call("ledger", "verify", FILE, "--anchor", "new.json").stdout


def test_a_receipt_that_the_ledger_does_not_hold_is_found(run):
    made(run)
    Path("E1.json").write_text(call("ledger", "receipt", "E1").stdout, encoding="utf-8")
    assert call("ledger", "make", run, "--ledger", "other.sqlite").exit_code == 0
    found(
        call("ledger", "verify", "E1.json", "--ledger", "other.sqlite"),
        "other.sqlite: it does not hold the day",
        "found by: anchor",
    )
    refused(call("ledger", "verify", FILE, "--ledger", "other.sqlite"), "--ledger is for a receipt")
    refused(call("ledger", "verify", "E1.json", "--ledger", "E1.json"), "E1.json: is a receipt and no ledger")
    refused(call("ledger", "verify", "E1.json", "--ledger", "gone"), "gone: cannot be read")


def test_a_second_make_adds_nothing_and_says_so(run):
    assert "1 day added, 0 of 1 were there already" in call("ledger", "make", run).stdout
    assert "0 days added, 1 of 1 were there already" in call("ledger", "make", run).stdout


def test_the_last_head_that_make_tells_is_that_of_the_ledger(tmp_path):
    """The second run differs on the first day alone, so its correction stands behind a day that was there."""
    for seed in (42, 7):
        scenario = jiran.load_scenario("paper", {"steps": 25, "seed": seed})
        printed = call("ledger", "make", jiran.simulate(scenario).save(tmp_path / f"of {seed}")).stdout
    assert "1 day added, 1 of 2 were there already" in printed
    assert f"Last head: {json.loads(call('ledger', 'head', '--json').stdout)['sha256']}\n" in printed


def test_the_key_is_the_users_alone_and_not_beside_the_ledger(run, tmp_path):
    made(run)
    key = tmp_path / "config" / "jiran" / "ledger-key.pem"
    assert key.exists()
    if os.name == "posix":
        assert key.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == [str(FILE)]


def test_head_says_what_to_keep_elsewhere_and_verify_holds_the_ledger_against_it(run):
    about = made(run)
    head = json.loads(call("ledger", "head", "--json").stdout)
    assert (head["sha256"], head["public_key"], head["days"]) == (about["days"][0]["sha256"], about["public_key"], 1)
    assert f"Hash of this head: {head['sha256']}" in call("ledger", "head").stdout
    Path("head.json").write_text(json.dumps(head), encoding="utf-8")
    Path("S1.json").write_text(call("ledger", "receipt", "S1").stdout, encoding="utf-8")
    for anchor in (head["sha256"], "head.json", "S1.json"):
        assert call("ledger", "verify", FILE, "--anchor", anchor).exit_code == 0
    found(call("ledger", "verify", FILE, "--anchor", "ab" * 32), "was cut or written anew", "found by: anchor")
    refused(call("ledger", "verify", FILE, "--anchor", "nonsense"), "--anchor 'nonsense'", "64 hexadecimal digits")
    refused(call("ledger", "verify", "S1.json", "--anchor", head["sha256"]), "a receipt is one day")


def test_a_copy_is_known_by_its_own_number_and_an_export_is_checked_too(run):
    made(run)
    shutil.copy(FILE, "copy.sqlite")
    assert "the head that was kept elsewhere" in call("ledger", "verify", "copy.sqlite").stdout
    assert call("ledger", "export", "-o", "all.json").exit_code == 0
    assert json.loads(call("ledger", "export").stdout) == json.loads(Path("all.json").read_text(encoding="utf-8"))
    assert json.loads(call("ledger", "verify", "all.json", "--json").stdout)["ok"] is True
    text = Path("all.json").read_text(encoding="utf-8")
    Path("all.json").write_text(text.replace('"seller":"S1"', '"seller":"S2"', 1), encoding="utf-8")
    found(call("ledger", "verify", "all.json"), "not those that were signed")


def test_what_was_changed_ends_with_1_and_one_sentence(run):
    made(run)
    database = sqlite3.connect(FILE)
    database.execute("DROP TRIGGER records_no_delete")
    database.execute("DELETE FROM records WHERE n = 3")
    database.commit()
    database.close()
    found(call("ledger", "verify", FILE), "found by: records")
    found(call("ledger", "receipt", "E1"))
    done = call("ledger", "verify", FILE, "--json")
    assert (done.exit_code, json.loads(done.stdout)["ok"], json.loads(done.stdout)["found_by"]) == (1, False, "records")


def test_a_receipt_or_ledger_of_another_key_is_refused_and_a_stranger_must_name_a_key(run, tmp_path):
    about = made(run)
    Path("E1.json").write_text(call("ledger", "receipt", "E1").stdout, encoding="utf-8")
    for file in ("E1.json", FILE):
        found(call("ledger", "verify", file, "--key", "1" * 64), "signed by the key", "found by: signature")
        assert call("ledger", "verify", file, "--key", about["public_key"]).exit_code == 0
    shutil.rmtree(tmp_path / "config")
    refused(call("ledger", "verify", "E1.json"), "--key PUB")
    done = call("ledger", "verify", FILE, "--key", about["public_key"])
    assert "only an --anchor can tell" in done.stdout


def test_a_ledger_that_holds_no_json_is_not_exported(run):
    made(run)
    database = sqlite3.connect(FILE)
    database.execute("DROP TRIGGER records_no_update")
    database.execute("UPDATE records SET record = x'bb' WHERE n = 3")
    database.commit()
    database.close()
    found(call("ledger", "export"), "found by: form")
    found(call("ledger", "export", "-o", "all.json"), "found by: form")
    assert not Path("all.json").exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32-le", "utf-8-sig"])
def test_a_receipt_in_another_encoding_is_refused(run, encoding):
    made(run)
    Path("x.json").write_bytes(call("ledger", "receipt", "E1").stdout.encode(encoding))
    refused(
        call("ledger", "verify", "x.json"),
        "x.json: ",
        "let jiran write it with -o" if encoding != "utf-32-le" else "is no",
    )


@pytest.mark.parametrize("content", ['{"head": 7}', '{"head": {"v": 1}}', "[]", '{"head": "\ud800"}'])
def test_an_anchor_that_holds_no_head_is_bad_input(run, content):
    made(run)
    Path("x.json").write_text(content, encoding="utf-8", errors="surrogatepass")
    refused(call("ledger", "verify", FILE, "--anchor", "x.json"), "--anchor 'x.json'")


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 50, b"garbage", b"{}", b"[1]", b"7", b'{"a":1', b"SQLite format 3\x00", b"\xff\xfe"]
)
def test_garbage_is_bad_input(run, content):
    made(run)
    Path("x").write_bytes(content)
    refused(call("ledger", "verify", "x"), "x: is no ledger")


def test_a_file_that_is_damaged_ends_with_one_sentence(run):
    made(run)
    content = FILE.read_bytes()
    for start in range(0, len(content), 1500):
        Path("x").write_bytes(content[:start] + b"\xa5" * 700 + content[start + 700 :])
        done = call("ledger", "verify", "x")
        assert done.exit_code in (0, 1, 2), done.output  # 0: what was hit holds nothing
        assert (done.stdout + done.stderr).count("\n") == 1
        Path("x").write_bytes(content[:start])
        assert call("ledger", "verify", "x").exit_code in (1, 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["make", "gone"], "gone: is no saved run"),
        (["head"], "there is no ledger"),
        (["export"], "there is no ledger"),
        (["verify", "gone"], "gone: cannot be read"),
        (["receipt", "E1"], "this machine has no key"),
        (["receipt", "E1", "-o", "x.pdf"], "must end in .json or .html"),
        (["verify", "gone", "--key", "x"], "a public key is 64 hexadecimal digits"),
    ],
)
def test_what_is_not_there_is_said(arguments, words):
    refused(call("ledger", *arguments), words) if "verify" not in arguments or "--key" in arguments else refused(
        call("ledger", *arguments, "--key", "1" * 64), words
    )


def test_a_home_or_day_that_is_not_there_is_said(run):
    made(run)
    refused(call("ledger", "receipt", "N9"), "'N9': the ledger knows no such home")
    refused(call("ledger", "receipt", "N1", "--day", "2027-01-01"), "--day 2027-01-01", "2026-03-21")


def test_a_run_that_was_changed_is_refused_and_no_ledger_stands_in_it(run):
    shutil.copytree(run, "mine")
    refused(call("ledger", "make", "mine", "--ledger", "mine/x.sqlite"), "must not stand inside the run")
    steps = Path("mine/steps.csv")
    steps.write_text(steps.read_text(encoding="utf-8") + " ", encoding="utf-8")
    refused(call("ledger", "make", "mine"), "was changed since jiran saved this run")
    assert not FILE.exists()


def test_a_page_holds_the_receipt_and_nothing_that_it_would_run(run):
    made(run)
    shown = call("ledger", "receipt", "E1", "-o", "E1.html")
    assert shown.exit_code == 0
    assert "opened in a browser, it checks itself" in shown.stdout
    assert "verify" not in shown.stdout  # which reads no page, and says so
    refused(call("ledger", "verify", "E1.html"), "checks itself in a browser", "verify reads its .json")
    page = Path("E1.html").read_text(encoding="utf-8")
    receipt = page.split('type="application/json">', 1)[1].split("</script>", 1)[0]
    assert json.loads(receipt) == json.loads(call("ledger", "receipt", "E1").stdout)
    assert "import {" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "").replace(
        "over https", ""
    )
