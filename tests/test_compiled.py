"""Compiled code on disk: an edit renews what is made of the edited text, and nothing else."""

from __future__ import annotations

import ast
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numba import float64, types
from numba.core.runtime import rtsys
from numba.core.runtime._nrt_python import memsys_disable_stats, memsys_enable_stats

import jiran
from jiran import compiled
from jiran.market import matching

pytestmark = pytest.mark.compiled

SRC = Path(jiran.__file__).parents[1]
CLEARING = (
    "import jiran; print(jiran.clear([2.0, -1.0], 'grid-fraction', import_price=0.5, export_price=0.2).kwh.sum())"
)


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the whole program, with what was compiled so far.

    Of the files that are looked at nothing is: what an older text left lies there under the numbers of its lines for ever.
    """
    left_out = shutil.ignore_patterns("matching.*.nb?", "booking.*.nb?")
    shutil.copytree(SRC / "jiran", tmp_path / "jiran", ignore=left_out)
    return tmp_path


def cleared_kwh(copy: Path) -> float:
    """Clear a market with the copy, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", CLEARING],
        env=kept | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def caches(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("__pycache__/*.nbi")}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_changed_callee_gives_the_new_number_and_what_does_not_call_it_stays(copy):
    market = copy / "jiran" / "market"
    assert cleared_kwh(copy) == 1.0
    before, rules = caches(market), caches(market / "rules")
    edit(market / "matching.py", "trade.kwh = kwh\n", "trade.kwh = 0.25 * kwh\n")
    assert cleared_kwh(copy) == 0.25
    after = caches(market)
    kept = {name.split(".")[0] for name in before if after[name] == before[name]}
    assert {"orders", "pause"} <= kept
    assert not {"matching", "booking"} & kept
    assert caches(market / "rules") != rules


@pytest.mark.long
def test_a_changed_constant_gives_the_new_number(copy):
    """Far down, and of plain Python: compiled code holds its value."""
    cleared_kwh(copy)
    edit(copy / "jiran" / "nothing.py", "NOTHING_KWH = 1e-9\n", "NOTHING_KWH = 1.5\n")
    assert cleared_kwh(copy) == 0.0


def test_nothing_is_compiled_again_without_a_change(copy):
    cleared_kwh(copy)
    before = {file: file.stat().st_mtime_ns for file in copy.rglob("*.nb[ic]")}
    assert before
    cleared_kwh(copy)
    assert {file: file.stat().st_mtime_ns for file in copy.rglob("*.nb[ic]")} == before


def test_numba_keeps_its_stamp_where_it_is_looked_for():
    stamp = matching.record._cache._cache_file._source_stamp
    assert stamp[1] == compiled.sources("jiran.market.matching")


def test_a_numba_that_keeps_its_caches_otherwise_still_compiles():
    def twice(x: float) -> float:
        return 2 * x

    compiled._stamp(twice, "")
    assert not hasattr(twice, "_cache")


def test_imports_are_read_as_python_reads_them():
    """A line that the pattern does not know would hide a callee."""
    for file in SRC.glob("jiran/**/*.py"):
        text = file.read_text(encoding="utf-8")
        top = ast.parse(text).body
        whole = [alias.name for node in top if isinstance(node, ast.Import) for alias in node.names]
        assert not any(name.startswith("jiran.") for name in whole), file
        named = [node for node in top if isinstance(node, ast.ImportFrom)]
        assert not any(node.level for node in named), file
        real = {node.module for node in named if node.module.split(".")[0] == "jiran"}
        assert {package for package, _ in compiled._IMPORT.findall(text)} == real, file


MADE = (
    "from typing import NamedTuple\n"
    "from jiran.compiled import njit\n"
    "class {name}(NamedTuple):\n"
    "    kwh: float\n"
    "@njit(cache=True)\n"
    "def twice(one):\n"
    "    return 2.0 * one.kwh\n"
    "print(twice({name}(1.5)))\n"
)


def test_a_record_that_an_edit_took_away_does_not_stop_what_was_made_of_it(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    for name in ("Before", "After"):
        (tmp_path / "made.py").write_text(MADE.format(name=name), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", "import made"], env=kept | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(SRC)])}, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.stdout == "3.0\n", done.stderr


@compiled.njit(float64(float64), cache=True)
def doubled(value):
    return 2.0 * value


class Called(NamedTuple):
    change: Callable[[float], float]
    value: float


@compiled.at_first_call(
    float64(types.BaseTuple.from_types([types.FunctionType(float64(float64)), float64], Called)), cache=False
)
def changed(called):
    """Return what a function of a record makes of its value."""
    return called.change(called.value)


def test_a_record_may_hold_functions():
    for _ in range(2):
        assert changed(Called(change=doubled, value=1.5)) == 3.0
    with pytest.raises(TypeError, match="compiled for float64"):
        changed(Called(change=doubled, value="1.5"))


@compiled.at_first_call(float64(float64[::1], types.UniTuple(float64, 2)), cache=False)
def weighed(values, weights):
    """Return the first and the last of some values, weighed."""
    return weights[0] * values[0] + weights[1] * values[-1]


def test_what_numba_took_once_it_takes_at_once_and_nothing_else():
    """Compiled code reads bits: handed whole numbers as if they were none, it would say something."""
    for _ in range(3):
        assert weighed(np.array([1.0, 2.0, 4.0]), (1.0, 10.0)) == 41.0
    assert weighed(np.array([1.0]), (0.5, 0.5)) == 1.0
    for wrong in (np.array([1, 2]), np.array([[1.0]]), np.array([1.0, 2.0, 3.0])[::2], np.array([1.0], np.float32)):
        with pytest.raises(TypeError):
            weighed(wrong, (1.0, 1.0))


#: Together they call all that is compiled for stores: plans, bids, limits, cars, a battery of the street.
STREET_OF_STORES = {
    "homes.groups": [
        {"kind": "solar", "count": 2, "battery_kwh": 5.0},
        {"kind": "hybrid", "count": 2, "battery_kwh": 8.0},
        {"kind": "ev", "count": 1},
        {"kind": "normal", "count": 1},
    ],
    "steps": 72,
    "grid.import_limit_kw": 6.0,
    "grid.export_limit_kw": 2.0,
    "ev.charging": "v2g",
    "battery.controller": "plan-ahead",
}


@pytest.mark.parametrize(
    "changes",
    [
        {"home_battery.controller": "plan-ahead", "battery.in_market": True, "ev.in_market": True},
        {
            "home_battery.controller": "plan-scenarios",
            "home_battery.in_market": False,
            "market.mechanism": "uniform-price",
        },
        {"home_battery.controller": "cooperative", "ev.charging": "smart"},
        {"home_battery.controller": "peak-shaving", "ev.charging": "blocks", "ev.supply.enabled": True},
    ],
    ids=lambda changes: changes["home_battery.controller"],
)
def test_what_borrows_arrays_leaves_none_behind(changes):
    """Code that counts no references must neither make an array nor be given one by what it calls: it would stay for ever."""
    scenario = jiran.load_scenario("paper", STREET_OF_STORES | changes)
    jiran.simulate(scenario)  # compiles, and keeps what is kept once
    gc.collect()
    memsys_enable_stats()
    before = rtsys.get_allocation_stats()
    jiran.simulate(scenario)
    gc.collect()
    after = rtsys.get_allocation_stats()
    memsys_disable_stats()
    made, freed = after.mi_alloc - before.mi_alloc, after.mi_free - before.mi_free
    assert made == freed > 100
