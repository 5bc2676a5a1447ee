"""Garbage anywhere in a scenario: it is one clear, short sentence or a scenario, and never anything else."""

from __future__ import annotations

import copy
import datetime as dt
import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import jiran
from jiran.errors import JiranError
from jiran.explain.assumptions import assumptions
from jiran.scenario import Scenario, validate
from jiran.scenario.files import as_data, load_scenario, read_scenario, to_toml
from jiran.scenario.overrides import with_overrides
from jiran.simulation.setting import prepare
from valid import leaves

#: A sentence that a person reads to its end.
LONGEST = 600
NUMBERS = st.one_of(
    st.integers(-3, 30),
    st.floats(),
    st.sampled_from([0, -1, 10**400, 2**63, 2**64, 1e308, -0.0, 5e-324, math.inf, -math.inf, math.nan]),
)
#: A number whose digits Python does not print.
ENDLESS = st.just(5_000).map(lambda digits: -(10**digits))
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", " ", "\0", "\n", "\ud800", "a" * 10_000, "x.py", "../x.py", "/", "\0.py", "a" * 300 + ".py", "[" * 2_000,
         "1", "true", "nan", "2026-03-29T02:30", "Europe/Berlin", "Asia", "../etc/passwd", "paper", "muda", "truthful"]
    ),
)  # fmt: skip
TIMES = st.one_of(st.dates(), st.datetimes(), st.times(), st.datetimes(timezones=st.just(dt.UTC)))
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, ENDLESS, TEXTS, TIMES, st.binary(max_size=5))
KEYS = st.one_of(st.sampled_from(["kind", "count", "id", "start_hour", "mechanism", "strategy", "path", "0"]), TEXTS)
GARBAGE = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)), max_leaves=12
)
FIELDS = [name for name, _, _ in leaves(Scenario)] + [
    name.rpartition(".")[0] for name, _, _ in leaves(Scenario) if "." in name
]
NAMES = st.one_of(
    st.sampled_from(
        [*FIELDS, "homes.groups", "homes.single", "homes.data", "homes.data.path", "homes.data.columns",
         "homes.groups.0", "homes.groups.solar.count", "homes.groups.solar.kind", "ev.blocks", "ev.blocks.0.start_hour",
         "market", "bids", "market.fraction", "market.matching", "market.nonsense", "bids.spread", "scenario", ""]
    ),
    st.lists(KEYS, min_size=1, max_size=4).map(".".join),
)  # fmt: skip


def outcome(make):
    """Return what `make` gives, or None if it refuses in one short line."""
    try:
        return make()
    except JiranError as error:
        sentence = str(error)
        assert sentence
        assert len(sentence) <= LONGEST, f"{len(sentence)} letters: {sentence[:300]}"
        return None


def holds(scenario):
    """Check that a scenario that was accepted is one: it can be written, read, and its homes and steps be found."""
    if scenario is None:
        return
    assert validate(as_data(scenario)) == scenario
    to_toml(scenario).encode()
    if scenario.homes.data is None and scenario.homes.modelled * scenario.steps <= 20_000:
        assumptions(prepare(scenario))


@given(
    changes=st.dictionaries(NAMES, GARBAGE, min_size=1, max_size=3), base=st.sampled_from(["paper", "five-prosumers"])
)
@example(changes={"seed": "1"}, base="paper")
@example(changes={"homes.groups": [3]}, base="paper")
@example(changes={"homes.groups": {}}, base="paper")
@example(changes={"homes": {"groups": {"0": 3}}}, base="paper")
@settings(max_examples=400, deadline=None)
def test_garbage_in_a_change_is_a_sentence_or_a_scenario(changes, base):
    holds(outcome(lambda: load_scenario(base, changes)))


@given(garbage=GARBAGE)
@settings(max_examples=150, deadline=None)
def test_garbage_in_place_of_a_scenario_is_a_sentence(garbage):
    holds(outcome(lambda: validate(garbage)))


@given(data=st.data(), base=st.sampled_from(sorted(jiran.presets())))
@settings(max_examples=250, deadline=None)
def test_garbage_in_a_place_of_the_data_is_a_sentence_or_a_scenario(data, base):
    place = whole = copy.deepcopy(read_scenario(base))
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = data.draw(GARBAGE)
        break
    holds(outcome(lambda: validate(with_overrides(whole, {}))))


@given(text=st.text(max_size=60), at=st.floats(0, 1), cut=st.integers(0, 30))
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_a_sentence_or_a_scenario(text, at, cut, tmp_path_factory):
    whole = to_toml(load_scenario("paper"))
    begin = int(at * len(whole))
    file = tmp_path_factory.mktemp("x") / "x.toml"
    file.write_bytes((whole[:begin] + text + whole[begin + cut :]).encode("utf-8", "surrogatepass"))
    holds(outcome(lambda: load_scenario(file)))


@pytest.mark.parametrize("letters", [1_000_000, pytest.param(10_000_000, marks=pytest.mark.long)])
def test_millions_of_letters_are_told_in_a_short_sentence(letters):
    long = "x" * letters
    for changes in (
        *({name: long} for name in FIELDS), {long: 1}, {f"solar.{long}": 1}, {f"market.{long}": 1},
        {f"homes.groups.{long}.count": 1}, {"grid.import_price": [long]}, {"homes.single": [{"id": long, "kind": "ev"}]},
    ):  # fmt: skip
        assert outcome(lambda changes=changes: load_scenario("paper", changes)) is None
    assert outcome(lambda: load_scenario(long)) is None
    assert outcome(lambda: load_scenario(f"{long}.toml")) is None
