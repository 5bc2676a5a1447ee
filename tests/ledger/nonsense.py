"""What only the holder of the key can do: sign records, heads and receipts of any form. Two readers must say the same of them."""

# ruff: noqa: S311  draws cases and not secrets

from __future__ import annotations

import json
from random import Random

from jiran.ledger import keys, tree
from jiran.ledger.canonical import decoded, encoded
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import SignedDay
from jiran.ledger.receipt import check_receipt
from ledger.soak import in_node
from random_days import OPERATOR, TRUSTED
from tampering import found_by, random_case

VALUES = (
    0, 1, -1, 2**53 - 1, -(2**53) + 1, "", "x", "0", "2026-03-21", "ab" * 32, "trade", "total", "rounding", "constructor", "__proto__", [], [1],
    {}, {"a": 1},
)  # fmt: skip
NAMES = ("extra", "replaces", "seller", "__proto__", "constructor")


def spoilt(draw, records):
    """Change one or two of some records: a value, a field too many or too few, something else in its place, another order."""
    for _ in range(draw.randint(1, 2)):
        at = draw.randrange(len(records))
        one = records[at]
        how = draw.choice(["value", "less", "more", "other", "order", "remove"])
        if how == "other" or not isinstance(one, dict) or not one:
            records[at] = draw.choice(VALUES)
        elif how == "value":
            one[draw.choice(list(one))] = draw.choice(VALUES)
        elif how == "less":
            del one[draw.choice(list(one))]
        elif how == "more":
            one[draw.choice(NAMES)] = draw.choice(VALUES)
        elif how == "order":
            draw.shuffle(records)
        elif len(records) > 1:
            del records[at]


def renumbered(records):
    """Give records the places that they have now."""
    for n, one in enumerate(records):
        if isinstance(one, dict) and "n" in one:
            one["n"] = n


def signed(draw, day):
    """Return a day with other records and head, signed by the operator."""
    records = [decoded(record) for record in day.records]
    spoilt(draw, records)
    if draw.random() < 0.5:
        renumbered(records)
    exact = tuple(encoded(record) for record in records)
    head = decoded(day.head) | {"root": tree.root(exact).hex(), "size": len(exact)}
    if draw.random() < 0.3:
        head[draw.choice([*head, *NAMES])] = draw.choice(VALUES)
    content = encoded(head)
    return SignedDay(content, keys.signed(OPERATOR, content), day.key_id, exact)


def as_text(days):
    """Return days as the text of an export, whatever they hold."""
    return json.dumps(
        {
            "v": 1,
            "days": [
                {
                    "head": decoded(day.head),
                    "signature": day.signature,
                    "key_id": day.key_id,
                    "records": [decoded(record) for record in day.records],
                }
                for day in days
            ],
        }
    )


def ledgers(count, first=0):
    """Check many ledgers with one day of nonsense; return how many both readers found at fault, and fail where they differ."""
    files, expected = [], []
    for seed in range(first, first + count):
        draw = Random(seed)
        days = list(random_case(draw).days)
        at = draw.randrange(len(days))
        days[at] = signed(draw, days[at])
        files.append((as_text(days), TRUSTED, ""))
        expected.append(found_by(days))
    assert [one["by"] for one in in_node(files)] == expected
    return sum(map(bool, expected))


def receipts(count, first=0):
    """Check many receipts of days of nonsense, some spoilt themselves; return how many both refuse, and fail where they differ."""
    files, expected = [], []
    for seed in range(first, first + count):
        draw = Random(seed)
        case = random_case(draw)
        at = draw.randrange(len(case.days))
        home = draw.choice(case.plan[at].homes)
        text = json.dumps(_receipt(draw, home, signed(draw, case.days[at])))
        files.append((text, TRUSTED, ""))
        expected.append(_is_sound(text))
    assert [one["sound"] for one in in_node(files)] == expected
    return count - sum(expected)


def _receipt(draw, home, day):
    records = [decoded(record) for record in day.records]
    hashes, head = tree.levels(day.records), decoded(day.head)
    proofs = [
        {"record": one, "index": n, "path": [hashed.hex() for hashed in tree.path(hashes, n)]}
        for n, one in enumerate(records)
        if isinstance(one, dict) and home in (one.get("seller"), one.get("buyer"), one.get("home"))
    ]
    made = {
        "v": 1, "home": home, "day": head.get("day", ""), "records": proofs, "head": head, "signature": day.signature, "key_id": day.key_id,
    }  # fmt: skip
    if draw.random() < 0.2 and proofs:
        draw.choice(proofs)[draw.choice(["index", "path", "record", "extra"])] = draw.choice(VALUES)
    if draw.random() < 0.2:
        made[draw.choice([*made, "extra"])] = draw.choice(VALUES)
    return made


def _is_sound(text):
    try:
        check_receipt(decoded(text), TRUSTED)
    except (Tampered, ValueError):
        return False
    return True
