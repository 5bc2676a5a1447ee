"""A receipt beside a ledger: whether a later run replaced it, and what is said of that, worked out in another way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.ledger import heads
from jiran.ledger.faults import Tampered
from jiran.ledger.receipt import receipt
from jiran.ledger.records import day_records
from jiran.ledger.standing import standing, standing_words
from random_days import BIRTH, OPERATOR, TRUSTED, exact, signed_day, some_days, trades_of


@st.composite
def settled_again(draw):
    """Draw days, some of which are settled again with other trades or the same ones; return the days of a ledger."""
    days, made, previous, last = draw(some_days(most=3)), [], BIRTH, {}
    again = draw(st.lists(st.sampled_from(range(len(days))), max_size=4))
    for place in [*range(len(days)), *again]:
        day = days[place]
        if day.day in last and draw(st.booleans()):
            day = days[place] = replace(day, trades=draw(trades_of(day.day, day.homes)))
        run, replaces = last.get(day.day, (-1, ""))
        records = [one | {"run": run + 1} | ({"replaces": replaces} if run >= 0 else {}) for one in day_records(day)]
        head = heads.head(day.market, "MYR", day.day, run + 1, exact(records), previous)
        made.append(signed_day(head, records, OPERATOR))
        previous = heads.digest(made[-1].head)
        last[day.day] = run + 1, previous
    return made


def sums(day, home):
    return next(one for one in map(json.loads, day.records) if one["kind"] == "total" and one["home"] == home)


@given(settled_again(), st.data())
def test_only_the_last_run_of_a_day_stands(days, data):
    day = data.draw(st.sampled_from(days))
    head = json.loads(day.head)
    home = data.draw(st.sampled_from([one["home"] for one in map(json.loads, day.records) if one["kind"] == "total"]))
    content = receipt(home, day)
    found = standing(content, days, TRUSTED)
    later = [
        one for one in days if json.loads(one.head)["day"] == head["day"] and json.loads(one.head)["run"] > head["run"]
    ]
    said = standing_words(content, found, "the ledger")
    assert found.run == head["run"] + len(later)
    assert said.startswith("Replaced: " if later else "Sound: ")
    assert f"run {head['run']}" in said
    if not later:
        return
    assert f"the ledger holds run {head['run'] + len(later)} of that day" in said
    old, new = sums(day, home), sums(later[-1], home)
    if old["owes_millionths"] != new["owes_millionths"]:
        assert (
            f"owes MYR {new['owes_millionths'] / 1e6:,.6f} (MYR {old['owes_millionths'] / 1e6:,.6f} by this receipt)"
            in said
        )
    if old["earns_millionths"] != new["earns_millionths"]:
        assert (
            f"earns MYR {new['earns_millionths'] / 1e6:,.6f} (MYR {old['earns_millionths'] / 1e6:,.6f} by this receipt)"
            in said
        )
    if "are the same" in said:
        assert old["trades"] == new["trades"]


@given(settled_again(), settled_again())
def test_a_ledger_that_does_not_hold_the_day_is_not_believed(days, others):
    content = receipt(next(one["home"] for one in map(json.loads, days[0].records) if one["kind"] == "total"), days[0])
    if days[0].head in [other.head for other in others]:
        return
    with pytest.raises(Tampered, match="does not hold the day of this receipt"):
        standing(content, others, TRUSTED)
