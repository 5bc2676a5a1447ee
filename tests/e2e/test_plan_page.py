"""The page of a plan in a browser: one sheet of A4 before the annex, whole in print, and no wider than a phone."""

from __future__ import annotations

import pytest

import jiran
from jiran.plan import plan, ranges
from jiran.report.plan import page

#: What is left of A4 between margins of 14 mm, in pixels of CSS.
A4 = {"width": 688, "height": 1017}


@pytest.fixture(scope="module", params=["klang-valley-atap", "sarawak-nem", "home-batteries"])
def written(request, tmp_path_factory):
    planned = plan(jiran.simulate(jiran.load_scenario(request.param, {"steps": 24 * 28})))
    file = tmp_path_factory.mktemp("plan") / "plan.html"
    file.write_text(page(planned, ranges(planned)), encoding="utf-8")
    return file.as_uri()


def test_the_answer_is_one_sheet_and_the_scenario_is_printed(browser, written):
    sheet = browser.new_page(viewport=A4)
    sheet.goto(written)
    sheet.emulate_media(media="print")
    assert sheet.evaluate("document.querySelector('.annex').getBoundingClientRect().top") <= A4["height"]
    file = sheet.locator("pre.file")
    assert "[plan]" in file.inner_text()
    assert file.evaluate("one => one.scrollHeight <= one.clientHeight + 1")  # nothing is left to scroll to
    sheet.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_part_is_wider_than_a_phone(browser, written, scheme):
    phone = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    phone.goto(written)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.close()


#: Text in print that is larger than the body's 11 px, without headings and figures.
LARGER = """() => [...document.querySelectorAll("p:not(.first), li, td, th, dt, dd, pre")]
  .filter((one) => !one.closest(".tiles") && parseFloat(getComputedStyle(one).fontSize) > 11)
  .map((one) => one.textContent.slice(0, 40))"""


def test_nothing_in_print_is_larger_than_what_it_explains(browser, written):
    sheet = browser.new_page(viewport=A4)
    sheet.goto(written)
    sheet.emulate_media(media="print")
    assert sheet.evaluate(LARGER) == []
    sheet.close()
