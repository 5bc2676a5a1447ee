"""The first page: what it says and draws, and what the panel does to it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import jiran
from pages import STREET_PATH

CARDS = ("Saved, MYR", "All bills, MYR", "Traded, kWh", "Self-sufficiency", "Worse off", "CO₂ avoided, kg")
COLOURS = """canvas => {
  const { width, height } = canvas;
  if (!width || !height) return 0;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const found = new Set();
  for (let i = 0; i < pixels.length; i += 4 * 97) found.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
  return found.size;
}"""
BACKGROUND = "element => getComputedStyle(element).backgroundColor.match(/[0-9.]+/g).slice(0, 3).map(Number)"


def kpis(changes=None, scenario="paper"):
    return jiran.simulate(jiran.load_scenario(scenario, changes or {})).kpis


def test_the_first_page_tells_the_story_and_the_figures_of_the_simulation(dashboard):
    figures = kpis()
    expect(dashboard.story).to_contain_text(f"MYR {figures['saving']:,.2f}")
    expect(dashboard.story).to_contain_text("No home pays more than without trading")
    expect(dashboard.page.get_by_test_id("stMetric")).to_have_count(len(CARDS))
    for label in CARDS:
        expect(dashboard.figure(label)).to_have_text(re.compile(r"\d"))
        expect(dashboard.main.get_by_role("button", name=f"Help for {label}", exact=True)).to_have_count(1)
    expect(dashboard.figure("Saved, MYR")).to_have_text(f"{figures['saving']:.2f}")
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{figures['cost']:.2f}")
    expect(dashboard.figure("Traded, kWh")).to_have_text(f"{figures['p2p_kwh']:.1f}")
    expect(dashboard.figure("Self-sufficiency")).to_have_text(f"{figures['street_self_sufficiency']:.1%}")


def test_the_flow_map_is_drawn_and_the_badge_says_that_all_is_accounted_for(dashboard):
    expect(dashboard.time).to_have_text(re.compile(r"^Sat 21 Mar \d\d:00 to \d\d:00$"))
    for part in ("map", "ribbon"):
        canvas = dashboard.page.locator(f"canvas[data-el={part}]")
        canvas.scroll_into_view_if_needed()
        dashboard.page.wait_for_function(f"canvas => ({COLOURS})(canvas) > 10", arg=canvas.element_handle())
    kwh, money = re.search(r"to (\S+) of its kWh and (\S+) of its MYR", dashboard.badge.inner_text()).groups()
    assert float(kwh) <= 1e-9
    assert float(money) <= 1e-9


def test_sliders_change_figures_and_address_as_the_simulation_says(dashboard):
    changes = {}
    for label, key, name, value in [
        ("Grid price, MYR/kWh", "ArrowRight", "grid.import_price", 0.575),
        ("Solar capacity per home, kWp", "ArrowLeft", "solar.pv_kwp", 4.5),
    ]:
        before = kpis(changes)
        changes[name] = value
        after = kpis(changes)
        assert f"{after['cost']:.2f}" != f"{before['cost']:.2f}"
        dashboard.slider(label).press(key)
        expect(dashboard.page).to_have_url(re.compile(rf"[?&]{re.escape(name)}={value}(&|$)"))
        expect(dashboard.figure("All bills, MYR")).to_have_text(f"{after['cost']:.2f}")
        expect(dashboard.figure("Saved, MYR")).to_have_text(f"{after['saving']:.2f}")


@pytest.mark.long
def test_a_change_can_be_taken_back(dashboard):
    before = dashboard.figure("All bills, MYR").inner_text()
    dashboard.slider("Grid price, MYR/kWh").press("ArrowRight")
    expect(dashboard.page).to_have_url(re.compile("import_price"))
    dashboard.settle()
    dashboard.panel.get_by_role("button", name="Reset all").click()
    expect(dashboard.figure("All bills, MYR")).to_have_text(before)
    expect(dashboard.page).to_have_url(re.compile(r"\?preset=paper$"))


@pytest.mark.long
def test_a_pinned_scenario_is_compared_with_on_every_page_until_it_is_unpinned(dashboard):
    dashboard.panel.get_by_role("button", name="Pin as A").click()
    expect(dashboard.panel.get_by_text("This is A.")).to_be_visible()
    dashboard.slider("Grid price, MYR/kWh").press("ArrowRight")
    before, after = kpis(), kpis({"grid.import_price": 0.575})
    more = f"{after['cost'] - before['cost']:.2f}"
    expect(dashboard.story).to_contain_text(f"Against A the homes pay MYR {more} more")
    expect(dashboard.page.get_by_test_id("stMetricDelta").nth(1)).to_contain_text(f"+{more} vs A")
    expect(dashboard.main.get_by_text("Dashed: A, where it differs")).to_be_visible()
    dashboard.main.get_by_text("Who pays what").click()
    expect(dashboard.main.get_by_text("A diamond is the bill in A.")).to_be_visible()
    expect(dashboard.page).to_have_url(re.compile(r"[?&]open=bills(&|$)"))
    dashboard.main.get_by_text("Who pays what").click()
    dashboard.panel.get_by_role("button", name="Back to A").click()
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{before['cost']:.2f}")
    dashboard.settle()
    dashboard.panel.get_by_role("button", name="Unpin").click()
    expect(dashboard.panel.get_by_role("button", name="Unpin")).to_have_count(0)
    expect(dashboard.page).to_have_url(re.compile(r"\?preset=paper$"))


@pytest.mark.long
def test_every_preset_shows_its_own_figures(dashboard):
    for preset in ("ev-street", "five-prosumers", "kampung", "net-metering-window", "paper"):
        dashboard.choose_preset(preset)
        expect(dashboard.page).to_have_url(re.compile(rf"\?preset={preset}$"))
        cost = kpis(scenario=preset)["cost"]
        expect(dashboard.figure("All bills, MYR")).to_have_text(f"{cost:,.{0 if abs(cost) >= 1000 else 2}f}")
        expect(dashboard.alerts.filter(has_text="cannot be run")).to_have_count(0)


def test_the_dashboard_is_dark_where_the_system_is_dark(visit):
    brightness = {}
    for scheme in ("light", "dark"):
        shown = visit(color_scheme=scheme)
        brightness[scheme] = sum(shown.page.get_by_test_id("stApp").evaluate(BACKGROUND)) / 3
    assert brightness["light"] > 200
    assert brightness["dark"] < 60


def test_back_undoes_the_last_change_and_forward_makes_it_again(dashboard):
    before = dashboard.figure("All bills, MYR").inner_text()
    dashboard.slider("Grid price, MYR/kWh").press("ArrowRight")
    expect(dashboard.page).to_have_url(re.compile("import_price=0.575"))
    after = f"{kpis({'grid.import_price': 0.575})['cost']:.2f}"
    expect(dashboard.figure("All bills, MYR")).to_have_text(after)
    dashboard.settle()
    dashboard.page.go_back()
    expect(dashboard.page).to_have_url(re.compile(r"\?preset=paper$"))
    expect(dashboard.figure("All bills, MYR")).to_have_text(before)
    expect(dashboard.panel.get_by_role("button", name="Undo")).to_be_disabled()
    dashboard.settle()
    dashboard.page.go_forward()
    expect(dashboard.figure("All bills, MYR")).to_have_text(after)
    dashboard.settle()
    dashboard.panel.get_by_role("button", name="Undo").click()
    expect(dashboard.figure("All bills, MYR")).to_have_text(before)


def test_share_shows_the_link_and_its_code(dashboard):
    dashboard.panel.get_by_role("button", name="Share", exact=True).click()
    expect(dashboard.page.get_by_alt_text("The link as a QR code")).to_be_visible()
    expect(dashboard.page.get_by_test_id("stCode")).to_contain_text("/street?preset=paper")


def test_start_leads_from_a_question_to_its_street_with_its_own_values(visit):
    shown = visit("/")
    expect(shown.main.get_by_text("44 of the 73 steps")).to_be_visible()
    shown.main.get_by_role("link", name="Why do five roofs trade so little?").click()
    expect(shown.page).to_have_url(re.compile(r"/street\?preset=five-prosumers$"))
    shown.settle()
    expect(shown.number("Community battery, kWh")).to_have_value("0")


@pytest.mark.parametrize("path", ["/", f"{STREET_PATH}?preset=paper"])
@pytest.mark.parametrize("width", [390, 1366])
def test_the_name_of_the_program_is_seen_everywhere(visit, path, width):
    shown = visit(path, viewport={"width": width, "height": 844})
    place = "stSidebarLogo" if width > 390 and path != "/" else "stHeaderLogo"  # on a phone the panel is closed
    logo = shown.page.get_by_test_id(place)
    expect(logo).to_be_in_viewport()
    expect(logo).to_have_js_property("complete", value=True)
    assert logo.evaluate("one => one.naturalWidth > 0")
