"""What is kept counts what it really holds: by this process's own memory."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import polars as pl

import jiran
from jiran.app.memory import Kept, held_bytes
from jiran.market import find

#: Keeps runs until there is no room, and prints by how much memory the process grew, and what it says that it holds.
GROW = """
import gc, sys
import jiran
from jiran.app.memory import Kept

def resident():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmRSS"))

def run(seed):
    result = jiran.simulate(jiran.load_scenario("paper", {"steps": 20_000, "seed": seed}))
    result.trades, result.steps, result.homes, result.kpis
    return result

kept = Kept(60e6)
run(0)
gc.collect()
before = resident()
for seed in range(1, 13):
    kept.put(str(seed), run(seed))
gc.collect()
print(resident() - before, kept.bytes, len(kept._kept))
"""


def test_arrays_tables_and_texts_are_counted_once():
    array = np.zeros(1_000_000)
    assert held_bytes([array, array, array[::2], {"a": array.view()}]) < 8_000_000 + 2_000
    assert held_bytes(array[:3]) == 8_000_000  # a part holds the whole
    assert held_bytes(pl.DataFrame({"a": array})) >= 8_000_000
    assert held_bytes("x" * 1_000) >= 1_000
    assert held_bytes((1, 2.0, None, True, np, int)) < 200


def test_a_run_that_was_looked_at_is_larger():
    result = jiran.simulate(jiran.load_scenario("paper", {"steps": 2_000}))
    arrays = sum(array.nbytes for array in vars(result.flows.profiles).values())
    before = held_bytes(result)
    assert before > arrays
    assert held_bytes(result) - before == 0
    trades = result.trades.estimated_size()
    assert held_bytes(result) >= before + trades


def test_the_oldest_go_and_what_was_looked_at_is_new():
    kept: Kept[np.ndarray] = Kept(2_500)
    for key in "abc":
        kept.put(key, np.zeros(100))
        kept.get("a")
    kept.put("d", np.zeros(100))
    assert [key for key in "abcd" if key in kept] == ["a", "c", "d"] or [key for key in "abcd" if key in kept] == [
        "a",
        "d",
    ]
    kept.put("large", np.zeros(10_000))
    assert [key for key in ("a", "b", "c", "d", "large") if key in kept] == ["large"]
    assert kept.get("a") is None


def test_what_grows_while_it_is_kept_makes_others_go():
    class Growing:
        pass

    one, two = Growing(), Growing()
    kept: Kept[Growing] = Kept(10_000)
    kept.put("one", one)
    kept.put("two", two)
    two.table = np.zeros(5_000)  # type: ignore[attr-defined]
    kept.get("two")
    assert "one" not in kept


def test_the_memory_of_the_process_stays_within_the_bound():
    done = subprocess.run([sys.executable, "-c", GROW], capture_output=True, text=True, check=True)  # noqa: S603  our own
    grown, held, number = map(int, done.stdout.split())
    assert number < 12
    assert held <= 60e6
    assert grown < 2.0 * 60e6


def test_a_rule_that_something_knows_is_not_counted():
    rule = find("grid-fraction")
    assert rule.clear is not None  # compiled: it knows all of numba
    assert held_bytes((rule, rule)) == held_bytes((None, None))


def test_looking_at_one_thing_does_not_weigh_all_others(monkeypatch):
    weighed = []
    monkeypatch.setattr("jiran.app.memory.held_bytes", lambda thing: weighed.append(thing) or 1)
    kept: Kept[str] = Kept(1_000)
    for number in range(100):
        kept.put(str(number), f"thing {number}")
    weighed.clear()
    kept.get("3")
    kept.get("3")
    assert weighed.count("thing 3") == 2
    assert set(weighed) == {"thing 3", "thing 99"}
