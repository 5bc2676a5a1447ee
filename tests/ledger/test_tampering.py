"""Whoever changes a ledger is found: with an editor, with a key of their own, and as the operator."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiran.ledger import heads
from jiran.ledger.anchors import Anchor
from jiran.ledger.canonical import decoded, encoded
from jiran.ledger.checking import check_anchors, check_ledger
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import digest
from jiran.ledger.records import day_records
from random_days import ATTACKER, BIRTH, BY_HAND, OPERATOR, TRUSTED, chained, contents_of, exact, signed_day, some_days

EVERY = settings(max_examples=200)


def anchor_of(days):
    return Anchor(BIRTH, "", len(days), digest(days[-1].head), "a neighbour")


def found_in(days, *stored):
    """Return what finds a fault in a ledger; None if it is sound."""
    try:
        check_anchors(check_ledger(days, TRUSTED), stored)
    except Tampered as found:
        fault = found
    else:
        return None
    assert 0 < len(str(fault)) <= 400
    assert "\n" not in str(fault)
    return fault.by


@given(some_days())
def test_what_was_made_is_sound(days):
    made = chained(contents_of(days))
    assert found_in(made, anchor_of(made)) is None
    assert all(found_in(made, anchor_of(made[: n + 1])) is None for n in range(len(made)))  # an older anchor will do


def other(draw, value):
    """Draw another value of the same type."""
    if isinstance(value, int):
        return value + draw(st.integers(-5, 5).filter(bool))
    return draw(
        st.sampled_from([f"{value}x", value[:-1], value.replace("2026", "2027"), ""]).filter(lambda new: new != value)
    )


@st.composite
def changed_records(draw, records):
    """Draw records of a day that are not those that were signed: changed, re-dated, removed, inserted, or moved."""
    new = list(records)
    place = draw(st.integers(0, len(new) - 1))
    how = draw(st.sampled_from(["change", "byte", "remove", "insert", "swap", "again"]))
    if how == "change":
        record = decoded(new[place])
        field = draw(st.sampled_from(sorted(record)))
        new[place] = encoded(record | {field: other(draw, record[field])})
    elif how == "byte":
        at = draw(st.integers(0, len(new[place]) - 1))
        new[place] = new[place][:at] + bytes([new[place][at] ^ draw(st.integers(1, 255))]) + new[place][at + 1 :]
    elif how == "remove":
        del new[place]
    elif how == "insert":
        record = decoded(new[place])
        new.insert(draw(st.integers(0, len(new))), encoded(record | {"n": len(new)}))
    elif how == "again":
        new.insert(place, new[place])
    else:
        with_ = draw(st.integers(0, len(new) - 1).filter(lambda n: n != place))
        new[place], new[with_] = new[with_], new[place]
    return tuple(new)


@EVERY
@given(some_days(), st.data())
def test_records_that_were_changed_are_found(days, data):
    made = chained(contents_of(days))
    at = data.draw(st.integers(0, len(made) - 1))
    new = data.draw(changed_records(made[at].records))
    made[at] = made[at]._replace(records=new)
    assert found_in(made) == "records"


@EVERY
@given(some_days(), st.data())
def test_heads_that_were_made_to_fit_without_the_key_are_found(days, data):
    made = chained(contents_of(days))
    at = data.draw(st.integers(0, len(made) - 1))
    new = data.draw(changed_records(made[at].records))
    head = decoded(made[at].head)
    fitting = heads.head(head["market"], head["currency"], head["day"], head["run"], new, head["previous"])
    made[at] = made[at]._replace(head=encoded(fitting), records=new)
    assert found_in(made) == "signature"


@EVERY
@given(some_days(), st.data())
def test_any_byte_of_a_head_or_signature_that_was_changed_is_found(days, data):
    made = chained(contents_of(days))
    at = data.draw(st.integers(0, len(made) - 1))
    field = data.draw(st.sampled_from(["head", "signature", "key_id"]))
    value = getattr(made[at], field)
    place = data.draw(st.integers(0, len(value) - 1))
    new = data.draw(st.integers(32, 126).filter(lambda code: value[place] not in (code, chr(code))))
    letter = bytes([new]) if field == "head" else chr(new)
    made[at] = made[at]._replace(**{field: value[:place] + letter + value[place + 1 :]})
    assert found_in(made) in ("form", "signature")


@given(some_days(least=2), st.data())
def test_days_that_were_removed_repeated_or_moved_are_found_by_the_chain(days, data):
    made = chained(contents_of(days))
    at = data.draw(st.integers(0, len(made) - 2))
    assert found_in(made[:at] + made[at + 1 :]) == "chain"
    assert found_in([*made[:at], made[at], *made[at:]]) == "chain"
    moved = [*made]
    moved[at], moved[at + 1] = moved[at + 1], moved[at]
    assert found_in(moved) == "chain"


@given(some_days(least=2), st.data())
def test_an_end_that_was_cut_is_found_by_an_anchor_and_by_nothing_else(days, data):
    made = chained(contents_of(days))
    left = made[: data.draw(st.integers(1, len(made) - 1))]
    assert found_in(left) is None
    assert found_in(left, anchor_of(made)) == "anchor"
    assert found_in(left, anchor_of(made)._replace(birth="", days=0)) == "anchor"  # only the hash is known
    assert found_in([]) == "anchor"


@given(some_days(), some_days())
def test_a_ledger_that_was_written_anew_is_found_by_its_key(days, others):
    assert found_in(chained(contents_of(days), ATTACKER)) == "signature"
    forged = [
        day._replace(key_id=chained(contents_of(days))[0].key_id) for day in chained(contents_of(others), ATTACKER)
    ]
    assert found_in(forged) == "signature"


@given(some_days(), some_days())
def test_a_ledger_that_its_operator_wrote_anew_is_found_by_an_anchor(days, others):
    made, new = chained(contents_of(days)), chained(contents_of(others))
    assume(digest(made[-1].head) not in [digest(day.head) for day in new])
    assert found_in(new) is None
    assert found_in(new, anchor_of(made)) == "anchor"
    assert found_in(chained(contents_of(days), birth="f" * 32), anchor_of(made)) == "anchor"


def test_a_beginning_that_is_missing_is_found_even_where_the_operator_signs():
    day = chained(contents_of([BY_HAND]), birth="ab" * 32)
    assert found_in(day) == "chain"


def signed_anyway(change):
    """Return what is found in a day whose operator signs records that cannot be."""
    records = day_records(BY_HAND)
    change(records)
    return found_in(chained([("lane", "2026-03-21", 0, records)]))


def swapped(records):
    records[0], records[1] = records[1] | {"n": 0}, records[0] | {"n": 1}
    records[3], records[0] = records[0] | {"n": 3}, records[3] | {"n": 0}


@pytest.mark.parametrize(
    ("by", "change"),
    [
        (None, lambda _: None),
        ("content", lambda r: r[0].update(step="2026-03-22T07:00:00+08:00")),
        ("content", lambda r: r[4].update(day="2026-03-20")),
        ("content", lambda r: r[0].update(market="road")),
        ("content", lambda r: r[0].update(run=1)),
        ("content", lambda r: r[0].update(n=1)),
        ("content", lambda r: r[0].update(kwh_millionths=690143)),
        ("content", lambda r: r[0].update(kwh_millionths=-1)),
        ("content", lambda r: r[0].update(buyer="S1")),
        ("content", lambda r: r[0].update(buyer="E2")),
        ("content", lambda r: r[3].update(home="E1")),
        ("content", lambda r: r[3].update(trades=3)),
        ("content", lambda r: r[6].update(received_millionths=12501)),
        ("content", lambda r: r[7].update(paid_millionths=4, received_millionths=4)),
        ("content", lambda r: r[7].update(kwh_millionths=4)),
        ("content", lambda r: r[7].update(r[6] | {"n": 7})),
        ("content", lambda r: r.pop()),
        ("content", lambda r: r.append(r[7] | {"n": 8})),
        ("content", swapped),
        ("form", lambda r: r[0].update(v=2)),
        ("form", lambda r: r[0].update(note="x")),
        ("form", lambda r: r[0].update(kind="gift")),
        ("form", lambda r: r[0].update(kind=["trade"])),
        ("form", lambda r: r[0].update(minutes="60")),
        ("form", lambda r: r[0].update(replaces="ab" * 32)),
        ("form", lambda r: r[0].pop("minutes")),
        ("form", lambda r: r[0].clear()),
        ("form", lambda r: r[0].update(kind="__proto__")),
    ],
)
def test_what_cannot_be_is_found_whoever_signed_it(by, change):
    assert signed_anyway(change) == by


@pytest.mark.parametrize(
    "change", [{"v": 2}, {"kind": "week"}, {"run": -1}, {"size": "8"}, {"note": "x"}, {"run": True}], ids=str
)
def test_a_signed_head_of_another_form_is_found(change):
    records = exact(day_records(BY_HAND))
    head = heads.head("lane", "MYR", "2026-03-21", 0, records, BIRTH) | change
    content = (
        encoded(head) if change != {"run": True} else encoded(head | {"run": 0}).replace(b'"run":0', b'"run":true')
    )
    assert found_in([signed_day({}, [])._replace(head=content, records=records)]) in ("form", "signature")
    if change != {"run": True}:
        assert found_in([signed_day(head, day_records(BY_HAND))]) == "form"


def corrected(replaces=None, run=1):
    """Return a ledger of a day and its correction."""
    first = chained(contents_of([BY_HAND]))
    named = digest(first[0].head) if replaces is None else replaces
    return chained(
        [("lane", "2026-03-21", 0, day_records(BY_HAND)), ("lane", "2026-03-21", run, day_records(BY_HAND, run, named))]
    )


def test_a_correction_names_the_run_that_it_replaces_and_follows_it():
    assert found_in(corrected()) is None
    assert found_in(corrected("ab" * 32)) == "content"
    assert found_in(corrected("no hash")) == "content"
    assert found_in(corrected(run=2)) == "chain"
    assert found_in(chained([("lane", "2026-03-21", 0, day_records(BY_HAND))] * 2, OPERATOR)) == "chain"
