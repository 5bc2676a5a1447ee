"""`jiran sweep`: what it prints and writes, what the same command does again, and what it refuses."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest

from processes import children
from terminal import call, refused

VARY = ("--vary", "market.fraction=0.5:0.9:0.2", "--vary", "battery.capacity_kwh=0,20")


@pytest.fixture(autouse=True)
def wide_and_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def swept(tmp_path):
    assert call("sweep", "paper", *VARY, "--seeds", 2, "-o", "out").exit_code == 0
    return tmp_path / "out"


def test_it_says_how_much_there_is_to_do_and_the_same_again_does_nothing():
    first = call("sweep", "paper", *VARY, "--seeds", 2, "-o", "out")
    assert first.exit_code == 0, first.output
    assert "12 points. What is left needs about " in first.stderr
    assert first.stdout.splitlines() == ["12 points in out.", "Look at it with: jiran sweep show out"]
    again = call("sweep", "paper", *VARY, "--seeds", 2, "-o", "out", "--json")
    assert "12 points, 12 of them there already." in again.stderr
    assert json.loads(again.stdout) == {"folder": "out", "points": 12, "faults": {}}


def test_show_says_prints_and_writes(swept, tmp_path):
    done = call("sweep", "show", "out", "--figure", "cost")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("All 12 points are done.\n- Cost, mean: from MYR ")
    by = "P2P price as share of grid price, α (market.fraction)"
    for title in (f"Cost, MYR, by {by}", f"Cost, MYR, by {by} and Community battery, kWh (battery.capacity_kwh)"):
        assert title in done.stdout
    for _ in range(2):  # what it wrote it may replace
        for name in ("page.html", "rows.csv"):
            assert call("sweep", "show", "out", "-o", name).exit_code == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    rows = pl.read_csv(tmp_path / "rows.csv")
    assert rows.height == 12
    assert set(rows["market.fraction"]) == {0.5, 0.7, 0.9}
    assert swept.is_dir()


@pytest.mark.parametrize(
    "vary",
    [("--vary", "grid.export_price=0.1,0.2"), ("--seeds", "2"), ("--vary", "market.matching=pro-rata,index-order", "--vary", "steps=12,24")],
)  # fmt: skip
def test_a_figure_that_no_point_has_is_said_to_be_nowhere_and_has_no_empty_table(vary, tmp_path):
    ran = call("sweep", "paper", "--set", "battery.capacity_kwh=0", *vary, "-o", "out")
    assert ran.exit_code == 0, ran.output
    done = call("sweep", "show", "out", "--figure", "battery_cycles", "-o", "page.html")
    assert done.exit_code == 0, done.output
    tables = sum(line.startswith("Battery cycles") for line in done.stdout.splitlines())
    assert tables == done.stdout.count(": no point has this figure.") > 0
    assert "Points" not in done.stdout
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("No point has this figure.") == tables


@pytest.mark.usefixtures("swept")
def test_json_is_strict_and_nothing_else_is_printed():
    done = call("sweep", "show", "out", "--json", "--by", "market.fraction, battery.capacity_kwh")
    data = json.loads(done.stdout, parse_constant=pytest.fail)
    assert done.stderr == ""
    assert data["points"] == data["done"] == 12
    assert data["tables"][0]["by"] == ["market.fraction", "battery.capacity_kwh"]
    assert len(data["tables"][0]["rows"]) == 6
    assert {one["key"] for one in data["matters"]} >= {"market.fraction", "battery.capacity_kwh"}
    assert 0.0 <= data["nobody_loses"] <= data["trading"] <= 1.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("paper", "--vary", "market.fraction", "-o", "new"), "must be key=values"),
        (("paper", "--vary", "market.fraction=0:1:0", "-o", "new"), "the step must lead"),
        (("paper", "--vary", "seed=1,2", "-o", "new"), "--seeds"),
        (("paper", "--vary", "name=a,b", "-o", "new"), "come to the same scenario"),
        (("paper", "--vary", "market.fraction=uniform(0, 1)", "-o", "new"), "say how often"),
        (("kampung", *VARY, "-o", "out"), "holds another sweep"),
        (("show", "nowhere"), "is no folder of a sweep"),
        (("show", "out", "--figure", "savings"), "figure = 'savings'"),
        (("show", "out", "--by", "solar.pv_kwp"), "must be one of what is varied"),
        (("show", "out", "--by", "seed,seed"), "two different ones"),
        (("show", "out", "-o", "page.pdf"), "must end in .csv or .html"),
        (("show", "out", "-o", "own.html"), "is not written"),
        (("paper", *VARY, "-o", "new", "--dask", "nonsense"), "--dask"),
    ],
)
@pytest.mark.usefixtures("swept")
def test_what_is_wrong_is_one_sentence(arguments, words, tmp_path):
    (tmp_path / "own.html").write_text("<p>mine</p>\n" * 20, encoding="utf-8")
    done = call("sweep", *arguments)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("6 points.")]
    assert done.exit_code == 2
    assert len(lines) == 1
    assert words in lines[0]
    assert done.stdout == ""


def ended(pid):
    """Wait until a process is gone, or done and not yet fetched by its parent."""
    deadline = time.monotonic() + 300
    with suppress(OSError):
        while "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]:
            assert time.monotonic() < deadline, f"worker {pid} outlives its client"
            time.sleep(0.05)


@pytest.mark.parametrize(("how", "workers"), [(signal.SIGINT, 1), (signal.SIGTERM, 2)])
def test_ctrl_c_and_its_kin_keep_what_is_done_and_say_how_to_go_on(how, workers, tmp_path):
    command = ("sweep", "paper", *VARY, "--seeds", "3000", "--workers", str(workers), "-o", "out")
    running = subprocess.Popen([sys.executable, "-m", "jiran", *command], stderr=subprocess.PIPE, text=True)  # noqa: S603  our own
    parts = tmp_path / "out" / "parts"
    while running.poll() is None and not list(parts.glob("*.parquet")):
        time.sleep(0.02)
    kin = children(running.pid) if Path("/proc").exists() else []
    assert bool(kin) == (workers > 1) or not Path("/proc").exists()
    running.send_signal(how)
    _, said = running.communicate(timeout=300)
    assert running.returncode == 130
    for one in kin:
        ended(one)
    done = int(re.search(r"Stopped: ([\d,]+) of 18,000 points are done and kept in out", said)[1].replace(",", ""))
    assert done == pl.scan_parquet(parts / "*.parquet").collect().height > 0
    refused(call(*command[:-1], "other", "--draws", "3"), "no key is drawn")


def test_the_page_of_the_documentation_works_as_it_stands(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text(encoding="utf-8")
    commands, python = (re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)[1] for language in ("sh", "python"))
    for command in commands.splitlines():
        done = call(*shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
    assert (tmp_path / "page.html").is_file()
    assert pl.read_csv(tmp_path / "rows.csv").height == 150
    exec(python, names := {})  # noqa: S102  our own page
    assert names["found"].table.height == 150


def test_an_axis_that_says_nothing_is_told_before_the_sweep():
    done = call("sweep", "five-prosumers", "--vary", "solar.pv_kwp=2,4", "-o", "out")
    assert "solar.pv_kwp says nothing, for each solar roof has a pv_kwp of its own" in done.stderr
