"""The names of `jiran` from Python: what is of another kind than asked for is refused in a sentence that names it."""

from __future__ import annotations

import tomllib

import pytest

import jiran
from jiran import JiranError

WRONG = (None, 5, "paper", {"nothing": "x"}, [], b"x", 2.5, object())
PRICES = {"import_price": 0.5, "export_price": 0.2}
#: What is called with each wrong thing, and which of these are right there.
CALLS = {
    "simulate": (jiran.simulate, ()),
    "load_scenario": (jiran.load_scenario, ("paper",)),
    "by_rule": (jiran.by_rule, ()),
    "compare": (jiran.compare, ()),
    "overrides": (lambda wrong: jiran.load_scenario("paper", wrong), (None,)),
    "sweep": (lambda wrong: jiran.sweep("paper", wrong), ()),
    "a sweep of": (lambda wrong: jiran.sweep(wrong, {"market.fraction": [0.5]}), ("paper",)),
    "clear": (lambda wrong: jiran.clear([1.0, -1.0], wrong, **PRICES), ()),
    "state": (lambda wrong: jiran.simulate(jiran.load_scenario("paper"), state=wrong), (None,)),
    "profiles": (lambda wrong: jiran.simulate(jiran.load_scenario("paper"), profiles=wrong), (None,)),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_something_else_is_refused_in_one_sentence(name):
    call, right = CALLS[name]
    for wrong in WRONG:
        if any(wrong is one or wrong == one for one in right):
            call(wrong)
            continue
        with pytest.raises(JiranError) as refused:
            call(wrong)
        text = str(refused.value)
        assert text, (name, wrong)
        assert "\n" not in text
        assert len(text) < 700


def test_a_scenario_is_the_same_from_a_file_from_its_text_and_from_its_tables(tmp_path):
    text = 'name = "two"\n[homes]\ngroups = [{ kind = "solar", count = 2 }, { kind = "ev" }]\n[market]\nmechanism = "muda"\n'
    file = tmp_path / "two.toml"
    file.write_text(text, encoding="utf-8")
    tables = tomllib.loads(text)
    kept = tomllib.loads(text)
    said = [jiran.load_scenario(source, {"homes.groups.ev.count": 3}) for source in (file, str(file), tables)]
    assert said[0] == said[1] == said[2]
    assert tables == kept  # what was given stays as it was
    assert len({jiran.simulate(one).digest for one in said}) == 1
