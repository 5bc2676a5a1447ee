"""A receipt proves all that a home needs, and every character of it is covered."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran.ledger.canonical import decoded
from jiran.ledger.faults import Tampered
from jiran.ledger.receipt import check_receipt, receipt, receipt_text
from jiran.ledger.records import day_records
from plain_receipts import accepts
from random_days import ATTACKER, BY_HAND, TRUSTED, chained, contents_of, some_days

#: Of home E1 in the day by hand, signed with a key of known bytes; the tests of the JavaScript read it too.
GOLDEN = Path(__file__).with_name("receipt.json")


def is_sound(text):
    try:
        check_receipt(decoded(text), TRUSTED)
    except (Tampered, ValueError):
        return False
    return True


def golden():
    return receipt("E1", chained(contents_of([BY_HAND]))[0])


def test_a_receipt_is_always_the_same_text():
    assert receipt_text(golden()) == GOLDEN.read_text(encoding="utf-8").strip()


@given(some_days(most=2))
def test_every_home_gets_a_receipt_that_two_implementations_accept(days):
    for day, signed in zip(days, chained(contents_of(days)), strict=True):
        for home in day.homes:
            found = receipt(home, signed)
            check_receipt(found, TRUSTED)
            assert accepts(receipt_text(found), TRUSTED)
            assert len(found["records"]) - 1 == sum(home in (trade.seller, trade.buyer) for trade in day.trades)
        assert receipt("nobody here", signed) is None


def test_every_character_is_covered():
    text = GOLDEN.read_text(encoding="utf-8").strip()
    assert is_sound(text)
    for place, letter in enumerate(text):
        for new in ("", "0", "1", "a", "A", '"', "-", ".", " ", "}", "\\"):
            if new != letter:
                assert not is_sound(text[:place] + new + text[place + 1 :]), (place, new)


@given(st.data())
def test_no_letter_can_be_added_but_blanks_between_values(data):
    text = GOLDEN.read_text(encoding="utf-8").strip()
    place = data.draw(st.integers(0, len(text)))
    new = data.draw(st.characters(codec="utf-8", exclude_characters=" \t\r\n"))
    assert not is_sound(text[:place] + new + text[place:])


@pytest.mark.parametrize(
    ("by", "change"),
    [
        ("content", lambda r: r["records"].pop(0)),
        ("content", lambda r: r["records"].pop()),
        ("content", lambda r: r["records"].clear()),
        ("content", lambda r: r["records"].reverse()),
        ("content", lambda r: r["records"].insert(0, r["records"][0])),
        ("content", lambda r: r.update(home="S1")),
        ("content", lambda r: r.update(home="")),
        ("content", lambda r: r.update(day="2026-03-22")),
        ("content", lambda r: r.update(day=7)),
        ("form", lambda r: r.update(home=7)),
        ("form", lambda r: r.update(records={})),
        ("form", lambda r: r.update(v=2)),
        ("form", lambda r: r.update(v="1")),
        ("form", lambda r: r.update(v=True)),
        ("form", lambda r: r.update(note="")),
        ("form", lambda r: r.pop("key_id")),
        ("form", lambda r: r.update(head=[])),
        ("form", lambda r: r.update(head=None)),
        ("form", lambda r: r.update(signature=7)),
        ("form", lambda r: r.update(records=[7])),
        ("form", lambda r: r["records"][0].update(path="ab" * 32)),
        ("form", lambda r: r["records"][0].update(path=["AB" * 32])),
        ("form", lambda r: r["records"][0].update(index="0")),
        ("records", lambda r: r["records"][0].update(record=0.5)),
        ("records", lambda r: r["records"][0].update(index=1)),
        ("records", lambda r: r["records"][0]["path"].pop()),
        ("records", lambda r: r["records"][0]["record"].update(paid_millionths=1)),
        ("records", lambda r: r["records"][0]["record"].update(step="2026-03-22T07:00:00+08:00")),
        ("signature", lambda r: r["head"].update(size=9)),
        ("signature", lambda r: r.update(key_id="0" * 16)),
        ("signature", lambda r: r.update(signature="0" * 128)),
        ("signature", lambda r: r.update(signature=r["signature"].upper())),
    ],
)
def test_what_was_changed_is_found(by, change):
    made = decoded(receipt_text(golden()))
    change(made)
    with pytest.raises(Tampered) as found:
        check_receipt(made, TRUSTED)
    assert found.value.by == by


def test_a_receipt_of_another_key_is_refused():
    forged = receipt("E1", chained(contents_of([BY_HAND]), ATTACKER)[0])
    for key_id in (forged["key_id"], golden()["key_id"]):
        with pytest.raises(Tampered, match=r"signed by the key|the signature does not fit"):
            check_receipt(forged | {"key_id": key_id}, TRUSTED)


def test_what_cannot_be_is_found_though_the_operator_signed_it():
    for change in ({"buyer": "S1"}, {"kwh_millionths": -1}):
        records = day_records(BY_HAND)
        records[0].update(change)
        with pytest.raises(Tampered, match="less than nothing, or of a home with itself"):
            receipt("S1", chained([("lane", "2026-03-21", 0, records)])[0])


def test_a_neighbour_s_trade_has_no_place_in_a_receipt():
    day = chained(contents_of([BY_HAND]))[0]
    own, others = receipt("E1", day), receipt("S1", day)
    with pytest.raises(Tampered, match="is not of 'E1'"):
        check_receipt(own | {"records": [own["records"][0], others["records"][1], *own["records"][1:]]}, TRUSTED)
