"""What may be written differently in a receipt: nothing but what means the same in JSON, alike for jiran and its JavaScript."""

from __future__ import annotations

import json
from random import Random

from jiran.ledger.receipt import receipt, receipt_text
from ledger.soak import in_node, is_sound
from random_days import TRUSTED
from tampering import random_case

CASE = random_case(Random(3))  # noqa: S311  draws a case and no secret
TEXT = receipt_text(receipt(CASE.plan[0].homes[0], CASE.days[0]))
CONTENT = json.loads(TEXT)
SAME = {
    "as it is": TEXT,
    "indented": json.dumps(CONTENT, indent=3),
    "lines of Windows": json.dumps(CONTENT, indent=1).replace("\n", "\r\n"),
    "fields in another order": json.dumps(dict(reversed(CONTENT.items()))),
    "letters as numbers": TEXT.replace('"kind"', '"\\u006bind"'),
}
OTHER = {
    "a byte order mark": f"\ufeff{TEXT}",
    "a field twice": TEXT.replace('"home":', '"home":"X","home":', 1),
    "one more field": json.dumps(CONTENT | {"note": "x"}),
    "no version": json.dumps({name: one for name, one in CONTENT.items() if name != "v"}),
    "a version that is true": json.dumps(CONTENT | {"v": True}),
    "a signature in capitals": json.dumps(CONTENT | {"signature": CONTENT["signature"].upper()}),
    "a blank in the signature": json.dumps(CONTENT | {"signature": f"{CONTENT['signature']} "}),
    "a signature in a list": json.dumps(CONTENT | {"signature": [CONTENT["signature"]]}),
    "something behind": f"{TEXT}{{}}",
    "twice": TEXT * 2,
    "a comment": f"// x\n{TEXT}",
    "another blank": TEXT.replace(",", ",\u00a0", 1),
    "a place as text": TEXT.replace('"index":', '"index":"', 1).replace(',"path"', '","path"', 1),
}


def test_what_means_the_same_is_sound_and_nothing_else():
    texts = SAME | OTHER
    assert len(set(texts.values())) == len(texts)
    in_browsers = in_node([(text, TRUSTED, "") for text in texts.values()])
    found = {name: (is_sound(text), one["sound"]) for (name, text), one in zip(texts.items(), in_browsers, strict=True)}
    assert found == {name: (name in SAME,) * 2 for name in texts}
