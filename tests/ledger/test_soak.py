"""The short form of `make soak` for the ledger; and the table of the documentation is what is tried there."""

from __future__ import annotations

import re
from pathlib import Path

from ledger import nonsense
from ledger.soak import ledgers, receipts
from tampering import TABLE

DOCS = Path(__file__).parents[2] / "docs" / "ledger.md"


def test_every_change_of_a_ledger_is_found_by_what_the_documentation_says():
    found = ledgers(200)
    assert sum(found.values()) == 200
    assert set(found) == {by for by, _ in TABLE.values()}


def test_every_receipt_is_accepted_by_all_three_readers_and_none_that_was_changed():
    assert receipts(200) == (200, 200)


def test_the_documentation_lists_what_is_tried():
    lines = re.findall(r"^\| (.+?) \| `(\w+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    listed = {what: by for what, by in lines if what != "damages the file"}  # tests/cli/test_ledger.py does that
    assert listed == {what: by for what, (by, _) in TABLE.items()}


def test_whatever_the_operator_signs_both_readers_say_the_same():
    assert nonsense.ledgers(150) > 100
    assert nonsense.receipts(150) > 30
