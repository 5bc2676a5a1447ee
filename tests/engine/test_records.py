"""Records are filled by name, and compiled as they are annotated: two arrays that were swapped would go unseen."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple, get_type_hints

import numpy as np
import pytest
from numba import typeof

from jiran import load_scenario
from jiran.bids import find as find_strategy
from jiran.control.storage import Battery
from jiran.engine import records
from jiran.engine.annotations import Counts, Matrix, Vector, compiled_type
from jiran.market import find as find_rule
from jiran.simulation import fill
from jiran.simulation.at_home import at_home
from jiran.simulation.cars import cars
from jiran.simulation.setting import prepare
from jiran.simulation.street import street

ROOT = Path(__file__).parents[2]
RECORDS = {
    name: record
    for name, record in vars(records).items()
    if isinstance(record, type) and issubclass(record, tuple) and record is not NamedTuple
}


def calls_of_records(text):
    """Return the calls of a module that fill a record."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in RECORDS:
            yield node


def test_each_record_of_the_kernel_is_looked_at():
    assert set(RECORDS) == {
        "Battery", "Fleet", "Devices", "Inputs", "Log", "Outputs", "Start", "Stop", "Stores", "Window", "Worth",
    }  # fmt: skip


@pytest.mark.parametrize("place", ["src/jiran/engine", "src/jiran/simulation", "tests/engine"])
def test_records_are_filled_by_name(place):
    calls = [call for path in (ROOT / place).glob("*.py") for call in calls_of_records(path.read_text("utf-8"))]
    assert [ast.unparse(call) for call in calls if call.args] == []
    assert calls


def test_the_test_would_see_a_record_filled_by_position():
    assert [call.args != [] for call in calls_of_records("kernel.Window(1, last=2); Window(first=1, last=2)")] == [
        True,
        False,
    ]


def test_the_annotations_are_the_types_that_the_kernel_gets():
    setting = prepare(load_scenario("ev-street"))
    rule, strategy = find_rule("grid-fraction"), find_strategy("price-taker")
    evs, own, ours = cars(setting), at_home(setting), street(setting)
    filled = (
        fill.inputs(setting, rule, strategy, rule.defaults, strategy.defaults),
        fill.stores(setting, evs.record, own.record, ours.record),
        fill.start(setting, strategy, evs.memory, own.memory, ours.memory),
        fill.outputs(3, 2, 1, bids=True),
    )
    for record in filled:
        assert typeof(record) == compiled_type(type(record))


class Kept(NamedTuple):
    first: Vector
    second: Matrix
    many: Counts
    battery: Battery


def test_a_type_follows_the_annotations_in_their_order():
    battery = Battery(**dict.fromkeys(Battery._fields, 1.0))
    kept = Kept(first=np.empty(1), second=np.empty((1, 1)), many=np.empty(1, np.int64), battery=battery)
    assert typeof(kept) == compiled_type(Kept)
    assert typeof(kept._replace(first=kept.second, second=kept.first)) != compiled_type(Kept)


def test_an_annotation_that_says_nothing_of_its_type_is_refused():
    with pytest.raises(TypeError, match="does not say"):
        compiled_type(list)
    assert all(
        compiled_type(hint)
        for record in RECORDS.values()
        for hint in get_type_hints(record, include_extras=True).values()
    )
