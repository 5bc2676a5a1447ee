"""`jiran compare`: what it prints and writes, what it refuses, and Ctrl-C."""

from __future__ import annotations

import csv
import json
import os
import signal
from pathlib import Path

import pytest

import jiran
from jiran.cli import comparing
from jiran.judge import comparison
from jiran.judge.comparison import by_rule, compare
from jiran.judge.judgement import FIGURES
from jiran.report.figures import seeded_table
from jiran.scenario.files import to_toml
from terminal import at_work, call, refused

RULES = ("grid-fraction", "vcg", "bill-sharing")
THREE = [word for rule in RULES for word in ("--mechanism", rule)]


@pytest.fixture(autouse=True)
def wide_and_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


def lines_of(done, word):
    return [line for line in done.stdout.splitlines() if line.strip().startswith(word)]


# --- rules as rows ---


def test_rules_are_rows_with_their_figures():
    done = call("compare", "paper", *THREE, "--seeds", 1)
    assert done.exit_code == 0, done.output
    assert "paper: 3 market rules, 1 seed" in done.stdout
    known = compare(by_rule(jiran.load_scenario("paper"), list(RULES)))
    for row in known.table().iter_rows(named=True):
        (line,) = lines_of(done, row["case"])
        cells = [float(cell.replace(",", "")) for cell in line.split()[1:] if cell not in "-–"]
        for figure, rounding in (("p2p_kwh", 0.051), ("price_paid", 0.000051), ("saving_jain", 0.0051)):
            assert row[figure] is None or any(abs(cell - row[figure]) <= rounding for cell in cells), figure
    assert "Note: vcg: works by bids" in done.stdout
    assert "±" not in done.stdout.split("Reached:")[0].replace("(±", "")


def test_with_several_seeds_there_are_bands():
    done = call("compare", "paper", *THREE, "--seeds", 4)
    assert (
        "paper: 3 market rules, 4 seeds (±: half of the range from the lowest to the highest of the seeds)"
        in done.stdout
    )
    assert done.stdout.count("±") > 3


def test_rules_may_be_named_with_commas_or_be_all():
    assert comparing.rules_of(["vcg, huang", "grid-fraction"]) == ["vcg", "huang", "grid-fraction"]
    assert comparing.rules_of(["all"]) is comparing.rules_of(None) is None
    done = call("compare", "paper", "--mechanism", "vcg,huang", "--seeds", 1)
    assert "2 market rules" in done.stdout


def test_the_default_is_thirty_seeds(monkeypatch):
    asked = {}

    def compared(cases, **options):
        asked.update(options, cases=list(cases))
        return compare(cases, seeds=1)

    monkeypatch.setattr(comparison, "compare", compared)
    assert call("compare", "paper").exit_code == 0
    assert asked["seeds"] == 30
    assert "bill-sharing" in asked["cases"]
    assert len(asked["cases"]) == len(jiran.mechanisms()) - 1


def test_json_is_all_figures_of_all_cases_and_nothing_else():
    done = call("compare", "paper", *THREE, "--seeds", 2, "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    known = compare(by_rule(jiran.load_scenario("paper"), list(RULES)), seeds=2)
    assert found == seeded_table(known).to_dicts()
    assert set(found[0]) == {"case", "seed", *(name + end for name in FIGURES for end in ("", "_low", "_high"))}


def test_csv_is_written_whole_or_not_at_all(monkeypatch):
    Path("table.csv").write_text("of yesterday", encoding="utf-8")

    def full(*_args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        done = call("compare", "paper", *THREE, "--seeds", 1, "-o", "table.csv")
    assert done.exit_code == 2
    assert done.stderr == "jiran: table.csv: cannot be written: No space left on device\n"
    assert Path("table.csv").read_text(encoding="utf-8") == "of yesterday"
    assert [file.name for file in Path().iterdir()] == ["table.csv"]
    done = call("compare", "paper", *THREE, "--seeds", 1, "-o", "table.csv")
    assert "Written to table.csv" in done.stdout
    with Path("table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows] == list(RULES)
    known = compare(by_rule(jiran.load_scenario("paper"), list(RULES)))
    assert [float(row["saving"]) for row in rows] == known.table(("saving",))["saving"].to_list()
    assert rows[0]["p2p_kwh"]
    assert [file.name for file in Path().iterdir()] == ["table.csv"]


@pytest.mark.parametrize("name", ["table.csv", "table.html"])
def test_an_earlier_comparison_is_replaced_and_no_other_file(name, monkeypatch):
    for _ in range(2):
        assert call("compare", "paper", *THREE, "--seeds", 1, "-o", name).exit_code == 0
    monkeypatch.setattr(comparison, "compare", lambda *_args, **_more: pytest.fail("it was run"))
    for mine in ("time,A load\n2026-01-01,1\n", "<html>mine" + "x" * 100 + "</html>", "\0" * 200):
        Path(name).write_text(mine, encoding="utf-8")
        refused(
            call("compare", "paper", "-o", name), f"{name} is not written: it is there already and is no comparison"
        )
        assert Path(name).read_text(encoding="utf-8") == mine


def test_a_rule_that_fails_is_an_error_if_it_was_named_and_a_note_among_all(monkeypatch):
    Path("bad.py").write_text(
        "from jiran.market import mechanism\n@mechanism('bad', compiled=False)\n"
        "def bad(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n    return -1\n",
        encoding="utf-8",
    )
    refused(
        call("compare", "paper", "--mechanism", "grid-fraction,bad.py", "--seeds", 1, "-o", "out.csv"),
        "market rule 'bad': in step 0",
    )
    assert not Path("out.csv").exists()
    monkeypatch.setattr(comparing, "rules_of", lambda names: None if names is None else names)
    monkeypatch.setattr(comparing, "by_rule", lambda one, _rules: by_rule(one, ["grid-fraction", "bad.py"]))
    done = call("compare", "paper", "--seeds", 1)
    assert done.exit_code == 0, done.output
    assert "1 market rule" in done.stdout
    assert "Note: left out: market rule 'bad': in step" in done.stdout
    refused(call("compare", "paper", "--mechanism", "bad.py", "--seeds", 2), "market rule 'bad': in step 0")


# --- two scenarios as columns ---


def test_two_scenarios_are_columns_of_what_differs():
    done = call("compare", "paper", "--versus", "battery.capacity_kwh=0", "--seeds", 3)
    assert done.exit_code == 0, done.output
    assert "A = paper against B = paper with battery.capacity_kwh=0, 3 seeds" in done.stdout
    one, two = (jiran.load_scenario("paper", more) for more in ({}, {"battery.capacity_kwh": 0}))
    row = compare({"A": one, "B": two}, seeds=3).difference("A", "B")
    saving = row.filter(row["figure"] == "cost").row(0, named=True)
    (line,) = [
        line for line in lines_of(done, "Cost ") if "MYR" in line and "optimum" not in line and "without" not in line
    ][:1]
    assert [f"{saving[name]:.2f}" for name in ("a", "b", "difference")] == line.split()[1:4]
    assert not lines_of(done, "Generation")  # both have the same sun


def test_a_second_scenario_has_its_own_rule_and_set_changes_both():
    done = call("compare", "paper", "five-prosumers", "--set", "steps=12", "--seeds", 1, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    for row, name in zip(found, ("paper", "five-prosumers"), strict=True):
        alone = jiran.simulate(jiran.load_scenario(name, {"steps": 12, "seed": jiran.load_scenario("paper").seed}))
        assert row["p2p_kwh"] == pytest.approx(alone.kpis["p2p_kwh"])


def test_another_seed_is_a_difference():
    Path("other.toml").write_text(to_toml(jiran.load_scenario("paper", {"seed": 2})))
    for second in (("--versus", "seed=2"), ("other.toml",)):
        done = call("compare", "paper", *second, "--seeds", 1, "-o", "ab.csv")
        assert done.exit_code == 0, done.output
        assert "All homes together pay MYR 1.83 more in B than in A." in done.stdout
        assert "Note: the cases have seeds of their own (A from 1, B from 2)" in done.stdout
        assert "each with its own" in done.stdout
        with Path("ab.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["seed"] for row in rows] == ["1", "2"]
        assert [round(float(row["cost"]), 2) for row in rows] == [36.57, 38.40]


def test_versus_goes_on_top_of_set():
    done = call(
        "compare", "paper", "--set", "market.fraction=0.6", "--versus", "market.fraction=0.7",
        "--versus", "grid.network_charge=0.01", "--seeds", 1, "--json",
    )  # fmt: skip
    prices = [(row["price_received"], row["price_paid"]) for row in json.loads(done.stdout)]
    assert prices == [
        (pytest.approx(0.6 * 0.5625), pytest.approx(0.6 * 0.5625)),
        (pytest.approx(0.7 * 0.5625), pytest.approx(0.7 * 0.5625 + 0.01)),
    ]


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["paper", "kampung", "--versus", "steps=3"],
            "kampung, --versus: name a second scenario or changes of the first",
        ),
        (
            ["paper", "kampung", "--mechanism", "vcg"],
            "--mechanism vcg: two scenarios are compared under their own rules",
        ),
        (["paper", "--versus", "steps=3", "--mechanism", "vcg"], "--mechanism vcg: two scenarios"),
        (["paper", "--mechanism", "fair"], "market rule 'fair': unknown; choose one of"),
        (["paper", "--mechanism", "gone.py"], "market rule 'gone.py': there is no such file"),
        (["papre"], "scenario = 'papre': must be one of"),
        (["paper", "papre"], "scenario = 'papre': must be one of"),
        (["paper", "--versus", "steps=0"], "steps = 0: must be at least 1"),
        (["paper", "--versus", "steps"], "steps: must be key=value"),
        (["paper", "--set", "bids.strategy=clever"], "bidding strategy 'clever': unknown"),
        (["paper", "-o", "table.xlsx"], "table.xlsx: the name of a comparison's file must end in .csv or .html"),
        (["paper", "--seeds", "0"], "--seeds"),
        (["paper", "--seeds", "many"], "--seeds"),
        ([], "--help`"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_run(arguments, words, monkeypatch):
    monkeypatch.setattr(comparison, "compare", lambda *_args, **_more: pytest.fail("it was run"))
    refused(call("compare", *arguments), words)
    assert not any(Path().iterdir())


def test_no_rule_at_all_is_refused():
    refused(call("compare", "paper", "--mechanism", ","), "there is nothing to compare: name at least one case")


# --- Ctrl-C ---


def stopping(monkeypatch, after):
    """Let Ctrl-C come when so many runs are finished; return how many runs were begun."""
    begun, real = [], comparison.compare

    def compared(cases, *, progress, **options):
        def interrupted(done):
            progress(done)
            begun.append(done)
            if len(options["samples"]) >= after:
                raise KeyboardInterrupt

        return real(cases, progress=interrupted, **options)

    monkeypatch.setattr(comparison, "compare", compared)
    return begun


def test_ctrl_c_shows_the_seeds_that_are_done(monkeypatch):
    stopping(monkeypatch, 8)
    done = call("compare", "paper", *THREE, "--seeds", 20, "-o", "table.csv")
    assert done.exit_code == 130
    assert "paper: 3 market rules, 2 seeds" in done.stdout
    assert "Stopped: 2 of 20 seeds are done." in done.stdout
    assert "Traceback" not in done.output
    assert Path("table.csv").exists()


def test_ctrl_c_with_json_leaves_json_alone_on_stdout(monkeypatch):
    stopping(monkeypatch, 3)
    done = call("compare", "paper", *THREE, "--seeds", 20, "--json")
    assert done.exit_code == 130
    known = compare(by_rule(jiran.load_scenario("paper"), list(RULES)))
    assert json.loads(done.stdout) == seeded_table(known).to_dicts()
    assert "Stopped: 1 of 20 seeds are done." in done.stderr


def test_ctrl_c_before_the_first_seed_is_done_prints_nothing(monkeypatch):
    stopping(monkeypatch, 2)
    done = call("compare", "paper", *THREE, "--seeds", 20, "-o", "table.csv")
    assert done.exit_code == 130
    assert done.stdout == ""
    assert list(Path().iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_ctrl_c_in_a_long_comparison_ends_it_soon_with_what_is_done():
    arguments = ("compare", "paper", "--mechanism", "grid-fraction,bill-sharing", "--seeds", "9999", "--json")
    running = at_work(*arguments)
    running.send_signal(signal.SIGINT)
    out, errors = running.communicate(timeout=100)
    assert running.returncode == 130, (out, errors)
    assert "Traceback" not in errors
    if out:
        assert [row["case"] for row in json.loads(out)] == ["grid-fraction", "bill-sharing"]
        assert "Stopped: " in errors


def test_json_tells_the_seeds_as_the_table_does():
    done = call("compare", "paper", "--versus", "seed=7", "--seeds", 2, "--json")
    assert [row["seed"] for row in json.loads(done.stdout)] == [1, 7]


@pytest.mark.parametrize("seeds", [1, 2])
def test_shares_differ_by_percentage_points(seeds):
    done = call("compare", "paper", "--versus", "battery.capacity_kwh=0", "--seeds", seeds)
    table = [line for line in done.stdout.splitlines() if "   " in line]
    shares, others = ([line for line in table if line.endswith("%") == share] for share in (True, False))
    assert len(shares) > 3
    assert len(others) > 3
    assert all(line.count(" points") == seeds for line in shares)
    assert not any("points" in line for line in others)
