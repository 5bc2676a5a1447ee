"""The short form of `make soak` for the ledger; and the table of the documentation is what is tried there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from jiran.ledger.files import exported_text
from ledger import nonsense
from ledger.soak import in_node, ledgers, receipts
from random_days import BY_HAND, TRUSTED
from tampering import TABLE, found_by, ledger_of

#: The day by hand, corrected.
OTHER = replace(BY_HAND, trades=BY_HAND.trades[:2])

DOCS = Path(__file__).parents[2] / "docs" / "ledger.md"


def test_every_change_of_a_ledger_is_found_by_what_the_documentation_says():
    found = ledgers(100)
    assert sum(found.values()) == 100
    assert set(found) == {by for by, _ in TABLE.values()}


def test_every_receipt_is_accepted_by_all_three_readers_and_none_that_was_changed():
    assert receipts(100) == (100, 100)


def test_the_documentation_lists_what_is_tried():
    lines = re.findall(r"^\| (.+?) \| `(\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    listed = {what: by for what, by in lines if what != "damages the file"}  # tests/cli/test_ledger.py does that
    assert listed == {what: by for what, (by, _) in TABLE.items()}


def test_whatever_the_operator_signs_both_readers_say_the_same():
    assert nonsense.ledgers(100) > 80
    assert nonsense.receipts(100) > 30


def test_a_correction_that_replaces_something_else_is_found_by_both():
    def spoil(records):
        for record in records:
            record["replaces"] = "ab" * 32

    for days, by in ((ledger_of([BY_HAND, OTHER]), ""), (ledger_of([BY_HAND, OTHER], spoil=(1, spoil)), "content")):
        assert found_by(days) == by
        assert [one["by"] for one in in_node([("".join(exported_text(iter(days))), TRUSTED, "")])] == [by]
