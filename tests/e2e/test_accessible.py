"""What keeps nobody out: parts, a projector, help, few stops before the content; `test_pages` asks axe about each area."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accessible import serious
from waiting import wait_until

#: Whether all figures stand within the tab that is open, and that above the window's lower edge; charts take their places one by one.
ALL_IN_SIGHT = """height => {
  const ends = (name) => [...document.querySelectorAll(`[data-testid=stMain] ${name}`)]
    .map((one) => one.getBoundingClientRect()).filter((box) => box.height).map((box) => box.bottom);
  const [cards, [tab, ...others]] = [ends("[data-testid=stMetric]"), ends("[role=tabpanel]")];
  return cards.length === 6 && !others.length && Math.max(...cards) <= tab && tab <= height;
}"""
PARTS = ("/data?part=files", "/data?part=method", "/data?part=paper")


@pytest.mark.long
@pytest.mark.parametrize("path", PARTS)
def test_no_part_has_a_serious_fault(visit, path):
    shown = visit(path)
    expect(shown.page.locator("h1")).to_have_count(1)
    assert serious(shown.page) == []


def test_a_projector_shows_neither_panel_nor_areas_and_esc_leaves(visit):
    shown = visit("/street?preset=kampung&present=1")
    expect(shown.panel).to_be_hidden()
    expect(shown.page.get_by_test_id("stTopNavLink").first).to_be_hidden()
    assert "present=1" in shown.page.url
    shown.page.keyboard.press("Escape")
    shown.page.wait_for_url(lambda url: "present" not in url and "preset=kampung" in url)
    shown.settle()
    expect(shown.panel).to_be_visible()


@pytest.mark.parametrize("link", ["preset=kampung", "preset=paper&grid.export_limit_kw=6&grid.import_limit_kw=8"])
def test_a_projector_shows_all_six_figures_and_the_whole_day_without_scrolling(visit, link):
    shown = visit(f"/street?{link}&present=1", viewport={"width": 1366, "height": 768})
    expect(shown.main.get_by_test_id("stMetric")).to_have_count(6)
    wait_until(shown.page, ALL_IN_SIGHT, "all figures stand in the tab, and the tab in the window", arg=768)
    day = shown.main.locator(".st-key-street_day input")
    assert day.evaluate_all("all => all.every(box => box.scrollWidth <= box.clientWidth)")


def test_a_click_in_help_presents_and_an_area_without_a_panel_leaves_no_column(dashboard):
    dashboard.page.locator(".st-key-help").get_by_role("button").click()
    dashboard.page.get_by_role("button", name="Present on a projector").click()
    dashboard.page.wait_for_url(lambda url: "present=1" in url)
    dashboard.settle()  # until then help lies open over the page, and takes the key
    expect(dashboard.panel).to_be_hidden()
    dashboard.page.keyboard.press("Escape")
    dashboard.page.wait_for_url(lambda url: "present" not in url)
    dashboard.settle()
    expect(dashboard.panel).to_be_visible()
    dashboard.open("Class")
    dashboard.page.get_by_role("button", name="Open a room").wait_for()
    expect(dashboard.panel).to_be_hidden()


def test_help_says_what_is_looked_at(dashboard):
    dashboard.page.locator(".st-key-help").get_by_role("button").click()  # each field has a "Help for" it too
    dashboard.page.get_by_text("What am I looking at?").wait_for()
    dashboard.page.get_by_role("link", name="Words, equations, limits").click()
    dashboard.page.wait_for_url(lambda url: "part=method" in url)
    dashboard.settle()


def test_where_the_keyboard_is_can_be_seen_though_streamlit_tints_it_too_little(visit):
    page, wanted = visit("/").page, ("stTopNavLink", "stPageLink-NavLink", "stBaseButton-elementToolbar")
    marks = {}
    for _ in range(20):
        page.keyboard.press("Tab")
        name, mark, seen = page.evaluate(
            "() => { const at = document.activeElement, how = getComputedStyle(at), bar = at.closest('[data-testid=stElementToolbar]');"
            " return [at.dataset.testid, [how.outlineStyle, parseFloat(how.outlineWidth)], bar ? getComputedStyle(bar).opacity : '1'] }"
        )
        marks[name] = (mark, seen)
    assert [marks.get(name) for name in wanted] == [(["solid", 2], "1")] * len(wanted)
