"""What a run is said to need is what it takes: measured in a process of its own, by the peak of its resident memory."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import jiran
from jiran.errors import JiranError
from jiran.homes.profiles import Profiles
from jiran.scenario import validate
from jiran.scenario.files import read_scenario
from jiran.scenario.overrides import with_overrides
from jiran.simulation import estimate
from jiran.words import data_size

#: Runs something small to have all loaded and compiled, forgets the peak of that, then does what is asked, and prints by
#: how many bytes the process grew at its largest.
MEASURE = """
import json, sys
from pathlib import Path
import jiran
from jiran.judge.comparison import compare
from jiran.scenario import validate

small, large = map(validate, json.loads(sys.argv[1]))
cases = json.loads(sys.argv[2])

def work(scenario):
    return compare(jiran.by_rule(scenario, cases), seeds=2) if cases else jiran.simulate(scenario)

def status(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith(name))

work(small)
Path("/proc/self/clear_refs").write_text("5")
before = status("VmRSS")
work(large)
print(status("VmHWM") - before)
"""
linux = pytest.mark.skipif(
    sys.platform != "linux", reason="Linux tells a process the peak of its memory, and forgets it"
)

BIDS = {"market.mechanism": "uniform-price", "bids.strategy": "truthful"}
LEND = {"ev.supply.enabled": True}
PLAN = {"homes.groups.0.battery_kwh": 8.0, "homes.groups.1.battery_kwh": 8.0, "home_battery.controller": "plan-ahead"}
CARS = {"ev.charging": "smart"}


def data(homes, steps, changes=None, kinds=("solar", "normal")):
    groups = [{"kind": kind, "count": homes // len(kinds) or 1} for kind in kinds[:homes]]
    start = {"homes": {"groups": groups}, "steps": steps, "start": "2026-03-21T00:00:00"}
    return with_overrides(read_scenario("paper") | start, changes or {})


def peak(small, large, cases=()):
    """Return the bytes that the larger of two scenarios takes beyond what is loaded."""
    command = [sys.executable, "-c", MEASURE, json.dumps([small, large]), json.dumps(list(cases))]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S603  our own


@linux
@pytest.mark.compiled
@pytest.mark.parametrize(
    ("homes", "steps", "changes", "kinds"),
    [
        (2, 400_000, {}, ("solar", "normal")),
        pytest.param(100, 20_000, {}, ("solar", "normal"), marks=pytest.mark.long),
        pytest.param(1_000, 4_000, {}, ("solar", "normal"), marks=pytest.mark.long),
        pytest.param(100, 20_000, BIDS, ("solar", "normal"), marks=pytest.mark.long),
        (50, 20_000, LEND, ("hybrid", "ev")),
        (100, 10_000, PLAN, ("solar", "normal")),
        pytest.param(50, 20_000, CARS, ("hybrid", "ev"), marks=pytest.mark.long),
        pytest.param(
            200,
            600,
            {"market.mechanism": "consensus", "market.rounds": 20},
            ("solar", "normal"),
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_run_takes_the_memory_that_was_estimated(homes, steps, changes, kinds):
    taken = peak(data(4, 24, changes, kinds), large := data(homes, steps, changes, kinds))
    assert taken / 2.0 < estimate.of_run(validate(large)).memory < 2.0 * taken


@linux
@pytest.mark.compiled
def test_a_comparison_takes_the_memory_that_was_estimated():
    rules = ("grid-fraction", "mid-market-rate", "bill-sharing")
    taken = peak(data(4, 24), large := data(200, 10_000), rules)
    said = estimate.of_comparison(jiran.by_rule(validate(large), list(rules)).values(), 2).memory
    assert taken / 2.0 < said < 2.0 * taken


def test_more_of_anything_needs_more():
    least = estimate.of_run(validate(data(10, 1_000)))
    for more in (
        data(20, 1_000), data(10, 2_000), data(10, 1_000, BIDS), data(10, 1_000, LEND, ("hybrid", "ev")),
        data(10, 1_000, PLAN), data(10, 1_000, CARS, ("hybrid", "ev")),
        data(10, 1_000, {"market.mechanism": "consensus"}),
    ):  # fmt: skip
        need = estimate.of_run(validate(more))
        assert need.memory > least.memory
        assert need.seconds >= least.seconds
    read = estimate.of_run(validate(data(10, 1_000)), cells=1_000_000)
    assert read.memory > least.memory + 1e8
    rounds = [estimate.of_run(validate(data(20, 24, {"market.mechanism": "shapley", "market.permutations": number}))).seconds for number in (100, 1_000_000)]  # fmt: skip
    assert rounds[1] > 100.0 * rounds[0]


def test_a_plan_for_several_futures_takes_as_much_longer_as_there_are():
    def seconds(controller, forecast):
        chosen = {"home_battery.controller": controller, "home_battery.forecast": forecast}
        return estimate.of_run(validate(data(10, 8_760, PLAN | chosen))).seconds

    once, several = seconds("plan-ahead", "mean-of-days"), seconds("plan-scenarios", "mean-of-days")
    assert once == seconds("plan-ahead", "yesterday")
    assert once < seconds("plan-scenarios", "yesterday") < several
    assert 2.0 < several / once < 5.0  # measured: 2.8


def test_what_does_not_fit_is_refused_with_what_it_would_need_what_there_is_and_what_to_change():
    need = estimate.of_run(validate(data(20, 9_000_000)))
    assert need.memory > 5e9
    said = estimate.refusal(need, 2e9)
    assert data_size(need.memory) in said
    assert "2.0 GB" in said
    assert "fewer homes or steps" in said
    assert estimate.refusal(need, 1e12) is None
    assert estimate.refusal(need, None) is None


def test_a_container_leaves_what_its_limit_leaves(tmp_path):
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("400000\n")
    assert estimate._free_of_container(tmp_path) == 600_000
    (tmp_path / "memory.max").write_text("max\n")
    assert estimate._free_of_container(tmp_path) is None
    assert estimate._free_of_container(Path("/nowhere")) is None
    assert estimate.available() > 0


def test_clearing_one_book_is_estimated_too():
    rules = jiran.mechanisms()
    few, many = (estimate.of_clearing(rules["consensus"], {}, homes) for homes in (10, 1_000))
    assert many.seconds > 1_000.0 * few.seconds


@pytest.fixture
def little(monkeypatch):
    """Have a machine with 100 MB, and nothing that works once a run is to begin."""

    def begun(*_given, **_more):
        raise AssertionError("it has begun")

    monkeypatch.setattr(estimate, "available", lambda: 100e6)
    monkeypatch.setattr("jiran.simulation.run.prepare", begun)
    monkeypatch.setattr("jiran.judge.comparison.run.prepare", begun)


@pytest.mark.parametrize("progress", [None, lambda _done: None])
def test_a_run_that_does_not_fit_is_refused_before_it_begins(little, progress):  # noqa: ARG001
    far = validate(data(1_000, 100_000))
    with pytest.raises(JiranError, match=r"this run would need about .* GB of memory, and 100 MB are free here"):
        jiran.simulate(far, progress=progress)
    with pytest.raises(JiranError, match="this comparison would need"):
        jiran.compare(jiran.by_rule(far, ["grid-fraction"]))
    with pytest.raises(AssertionError, match="it has begun"):
        jiran.simulate(validate(data(10, 24)), progress=progress)


def test_profiles_that_do_not_fit_are_refused(little):  # noqa: ARG001
    many = np.broadcast_to(0.5, (10, 1_000_000))
    with pytest.raises(JiranError, match="this run would need"):
        jiran.simulate(validate(data(2, 10)), profiles=Profiles(many, many, many))


def test_metered_homes_that_do_not_fit_are_refused(little, tmp_path):  # noqa: ARG001
    file = tmp_path / "wide.csv"
    file.write_text(f"time,{','.join(f'H{home}' for home in range(5_000))}\n", encoding="utf-8")
    metered = data(2, 100_000) | {"homes": {"data": {"path": str(file)}}}
    with pytest.raises(JiranError, match="this run would need"):
        jiran.simulate(validate(metered))


@pytest.mark.parametrize(
    ("changes", "threads"), [({}, 0), ({"steps": 100_000, "step_minutes": 1}, 3), ({"mechanism": "own"}, 3)]
)
def test_threads_are_started_for_what_takes_long_or_may_never_end(changes, threads, tmp_path, monkeypatch):
    if "mechanism" in changes:
        own = (
            "from jiran.market import mechanism\n@mechanism('own')\n"
            "def own(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n    return 0\n"
        )
        (tmp_path / "own.py").write_text(own, encoding="utf-8")
        changes = {"market": {"mechanism": str(tmp_path / "own.py")}}
    started, scenario = [], validate(data(4, 24) | changes)
    start = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda self: (started.append(self.name), start(self)))
    jiran.simulate(scenario)
    assert started.count("jiran work") == threads
