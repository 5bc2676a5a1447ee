"""The ledger in a browser: receipts that check themselves without a network, and files that are checked where they are dropped."""

from __future__ import annotations

import json

import polars as pl
import pytest
from playwright.sync_api import expect

import jiran
from accessible import serious
from choosing import choose
from plain_receipts import accepts
from waiting import wait_until

LEDGER = "/data?preset=paper&part=ledger"
FITS = "() => [...document.querySelectorAll('html, [data-testid=stMain]')].every((e) => e.scrollWidth <= e.clientWidth)"


def downloaded(shown, name, folder):
    """Press a button, and return the file that comes."""
    with shown.page.expect_download() as waiting:
        shown.main.get_by_role("button", name=name).first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def dropped(shown, path):
    """Give a file to the check, and return what it says."""
    shown.main.locator(".lc [data-el=file]").set_input_files(path)
    said = shown.main.locator(".lc [data-el=said]")
    expect(said).to_contain_text(path.name)
    return said


def test_a_receipt_and_a_ledger_are_checked_in_the_browser_and_a_changed_one_is_found(visit, tmp_path):
    shown = visit(LEDGER)
    expect(shown.main.locator(".lc [data-el=own]")).to_contain_text("The ledger of this run: Sound: 1 day, 77 records")
    public = shown.main.locator(".lc [data-el=key]").input_value()
    choose(shown.page, shown.main.get_by_role("combobox", name="Receipt of"), "E1")
    expect(shown.main.get_by_role("button", name="Receipt of E1 to print")).to_be_visible()
    receipt = downloaded(shown, "as JSON", tmp_path)
    assert receipt.name == "jiran-receipt-E1-2026-03-21.json"
    text = receipt.read_text(encoding="utf-8")
    assert accepts(text, public)
    expect(dropped(shown, receipt)).to_contain_text("Sound: 16 trades and the total of the day")
    sent = len(shown.sent)
    changed = tmp_path / "changed.json"
    changed.write_text(text.replace('"n":', '"n":1', 1), encoding="utf-8")
    expect(dropped(shown, changed)).to_contain_text(
        "Not sound: record 0 is not among those that were signed (found by: records)"
    )
    ledger = downloaded(shown, "The whole ledger, JSON", tmp_path)
    expect(dropped(shown, ledger)).to_contain_text("Sound: 1 day, 77 records")
    shown.main.locator(".lc [data-el=anchor]").fill("ab" * 32)
    expect(shown.main.locator(".lc [data-el=said]")).to_contain_text("found by: anchor")
    shown.main.locator(".lc [data-el=key]").fill("1" * 64)
    expect(shown.main.locator(".lc [data-el=said]")).to_contain_text("found by: signature")
    assert not [frame for frame in shown.sent[sent:] if "signature" in str(frame)]  # no file went to the server
    assert serious(shown.page) == []


def test_a_printed_receipt_checks_itself_without_a_network(visit, browser, tmp_path):
    shown = visit(LEDGER)
    page_file = downloaded(shown, "to print", tmp_path)
    context = browser.new_context(offline=True)
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(page_file.as_uri())
    status = page.locator("#status")
    log = jiran.simulate(jiran.load_scenario("paper")).trades
    own = log.filter((pl.col("seller") == "S1") | (pl.col("buyer") == "S1")).height
    expect(status).to_have_text(
        f"Sound: {own} trades and the total of the day, as they were signed in run 0 (in a live street: provisional, or final without a "
        "change) of 2026-03-21 of paper; whether a later run of the day replaced it only the ledger shows."
    )
    expect(page.locator("#market")).to_contain_text(
        "paper, run 0 (in a live street: provisional, or final without a change) of this day: 77 records"
    )
    expect(page.locator("body")).to_contain_text("then a later run replaces this one, which only the ledger shows")
    expect(page.locator("#lines tr")).to_have_count(own + 1)
    expect(page.locator("#code svg")).to_be_visible()
    page.locator("#key").fill("1" * 64)
    expect(status).to_contain_text("Not sound: it is signed by the key")
    expect(page.locator("#lines")).to_be_hidden()
    text = page.locator("#receipt").text_content()
    other = tmp_path / "other.json"
    other.write_text(json.dumps(json.loads(text) | {"home": "S9"}), encoding="utf-8")
    page.locator("#file").set_input_files(other)
    expect(page.locator("#other")).to_contain_text("other.json: Not sound")
    context.close()
    assert problems == []


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_in_both_schemes(visit, scheme):
    shown = visit(LEDGER, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    expect(shown.main.locator(".lc [data-el=own]")).to_contain_text("Sound")
    wait_until(shown.page, FITS, "the page fits a phone")
    assert serious(shown.page) == []
