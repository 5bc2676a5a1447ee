"""What keeps nobody out: parts, a projector, help, few stops before the content; `test_pages` asks axe about each area."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accessible import serious

PARTS = ("/data?part=files", "/data?part=method", "/data?part=paper")


@pytest.mark.long
@pytest.mark.parametrize("path", PARTS)
def test_no_part_has_a_serious_fault(visit, path):
    shown = visit(path)
    expect(shown.page.locator("h1")).to_have_count(1)
    assert serious(shown.page) == []


def test_a_projector_shows_neither_panel_nor_areas_and_esc_leaves(visit):
    shown = visit("/street?preset=kampung&present=1")
    assert not shown.panel.is_visible()
    assert not shown.page.get_by_test_id("stTopNavLink").first.is_visible()
    assert "present=1" in shown.page.url
    shown.page.keyboard.press("Escape")
    shown.page.wait_for_url(lambda url: "present" not in url and "preset=kampung" in url)
    shown.settle()
    assert shown.panel.is_visible()


@pytest.mark.parametrize("link", ["preset=kampung", "preset=paper&grid.export_limit_kw=6&grid.import_limit_kw=8"])
def test_a_projector_shows_all_six_figures_and_the_whole_day_without_scrolling(visit, link):
    shown = visit(f"/street?{link}&present=1", viewport={"width": 1366, "height": 768})
    tab = shown.main.get_by_role("tabpanel").filter(visible=True).bounding_box()
    metrics = shown.main.get_by_test_id("stMetric")
    metrics.nth(5).wait_for()
    cards = [card.bounding_box() for card in metrics.all()]
    assert len(cards) == 6
    assert max(box["y"] + box["height"] for box in cards) <= tab["y"] + tab["height"] <= 768
    day = shown.main.locator(".st-key-street_day input")
    assert day.evaluate_all("all => all.every(box => box.scrollWidth <= box.clientWidth)")


def test_a_click_in_help_presents_and_an_area_without_a_panel_leaves_no_column(dashboard):
    dashboard.page.locator(".st-key-help").get_by_role("button").click()
    dashboard.page.get_by_role("button", name="Present on a projector").click()
    dashboard.page.wait_for_url(lambda url: "present=1" in url)
    dashboard.settle()  # until then help lies open over the page, and takes the key
    assert not dashboard.panel.is_visible()
    dashboard.page.keyboard.press("Escape")
    dashboard.page.wait_for_url(lambda url: "present" not in url)
    dashboard.settle()
    assert dashboard.panel.is_visible()
    dashboard.open("Class")
    dashboard.page.get_by_role("button", name="Open a room").wait_for()
    assert not dashboard.panel.is_visible()


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
