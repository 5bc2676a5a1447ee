"""The flow map: playing, stepping, scrubbing, and choosing a home, by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import jiran
from pages import STREET_PATH

#: The label of each step, and of its neighbours.
HOURS = [f"Sat 21 Mar {hour:02d}:00 to {hour + 1:02d}:00" for hour in range(24)]
BUSIEST = HOURS[8]  # what a map that stands still shows first
# Resolves when the browser has drawn for some time: what plays would have moved on by then.
DRAWN = """seconds => new Promise((done) => {
  const start = performance.now();
  const frame = (now) => (now - start > 1000 * seconds ? done() : requestAnimationFrame(frame));
  requestAnimationFrame(frame);
})"""


@pytest.fixture
def playing(visit):
    """Show the map as it plays, at the fastest pace: 0.4 s a step."""
    shown = visit(reduced_motion="no-preference")
    shown.map.locator("[data-el=stage]").scroll_into_view_if_needed()
    shown.map.locator("[data-el=speed]").select_option("4")
    expect(shown.map.get_by_role("button", name="Pause")).to_be_visible()
    return shown


@pytest.fixture
def still(dashboard):
    """Show the map at noon; it does not play."""
    expect(dashboard.time).to_have_text(BUSIEST)
    dashboard.map.locator("[data-el=scrub]").fill("12")
    expect(dashboard.time).to_have_text(HOURS[12])
    return dashboard


def test_time_goes_on_while_it_plays_and_asks_the_server_nothing(playing):
    before, sent = playing.time.inner_text(), len(playing.sent)
    for _ in range(3):
        expect(playing.time).not_to_have_text(before)
        before = playing.time.inner_text()
    assert len(playing.sent) == sent > 0


@pytest.mark.long
def test_space_stops_and_goes_on(playing):
    scrub = playing.map.locator("[data-el=scrub]")
    scrub.press("Space")
    expect(playing.map.get_by_role("button", name="Play")).to_be_visible()
    stopped = playing.time.inner_text()
    playing.page.evaluate(DRAWN, 1)  # two steps at this pace
    expect(playing.time).to_have_text(stopped)
    scrub.press("Space")
    expect(playing.map.get_by_role("button", name="Pause")).to_be_visible()
    expect(playing.time).not_to_have_text(stopped)


def test_arrow_keys_and_buttons_step(still):
    scrub = still.map.locator("[data-el=scrub]")
    for key, hour in [("ArrowRight", 13), ("ArrowLeft", 12), ("ArrowLeft", 11), ("Home", 0), ("End", 23)]:
        scrub.press(key)
        expect(still.time).to_have_text(HOURS[hour])
    still.map.get_by_role("button", name="One step back").click()
    expect(still.time).to_have_text(HOURS[22])
    still.map.get_by_role("button", name="One step on").click()
    expect(still.time).to_have_text(HOURS[23])


def test_without_motion_it_stands_still_and_the_scrubber_shows_what_the_simulation_says(dashboard):
    expect(dashboard.map.get_by_role("button", name="Play")).to_be_visible()
    dashboard.page.evaluate(DRAWN, 2)
    steps = jiran.simulate(jiran.load_scenario("paper")).steps
    expect(dashboard.time).to_have_text(BUSIEST)
    words = dashboard.map.locator("[data-el=live]")  # for screen readers: all that the picture says
    for hour in (3, 9, 20):
        dashboard.map.locator("[data-el=scrub]").fill(str(hour))
        expect(dashboard.time).to_have_text(HOURS[hour])
        expect(words).to_contain_text(re.compile(rf"^{re.escape(HOURS[hour])}\. .*Neighbours [\d.]+ kWh"))
        said = re.search(r"Neighbours ([\d.]+) kWh", words.inner_text()).group(1)
        assert float(said) == pytest.approx(steps["p2p_kwh"][hour], abs=0.06)


@pytest.mark.long
def test_money_shows_amounts_instead_of_energy(still):
    neighbours = still.map.locator("[data-el=stats] div").filter(has_text="Neighbours").locator("dd")
    expect(neighbours).to_have_text(re.compile(r"kWh$"))
    still.map.get_by_role("button", name="Money (MYR)").click()
    expect(neighbours).to_have_text(re.compile(r"^MYR \d"))
    still.map.get_by_role("button", name="Energy (kWh)").click()
    expect(neighbours).to_have_text(re.compile(r"kWh$"))


@pytest.mark.long
def test_the_map_stays_at_its_hour_when_a_value_changes(still):
    still.slider("Grid price, MYR/kWh").press("ArrowRight")
    expect(still.figure("All bills, MYR")).to_have_text("38.14")
    expect(still.time).to_have_text(HOURS[12])


def test_a_home_chosen_by_keyboard_opens_its_tab_and_escape_lets_it_go(still):
    first = still.map.locator("[data-home='0']")
    first.focus()
    first.press("ArrowUp")  # the ring goes on at its end
    last = still.map.locator("[data-home]").last
    expect(last).to_be_focused()
    last.press("Enter")
    expect(last).to_have_attribute("aria-pressed", "true")
    expect(still.main.get_by_role("tab", name="This home")).to_have_attribute("aria-selected", "true")
    expect(still.main.get_by_role("combobox", name="Home", exact=True)).to_have_value("N4")
    expect(still.page).to_have_url(re.compile(r"home=N4.*tab=home|tab=home.*home=N4"))
    still.settle()
    last.press("Escape")
    expect(last).to_have_attribute("aria-pressed", "false")
    expect(still.main.get_by_role("tab", name="Whole street")).to_have_attribute("aria-selected", "true")


def test_the_panel_follows_the_hour_where_the_map_rests(still):
    expect(still.main.get_by_text(HOURS[12], exact=True).last).to_be_visible()
    still.map.locator("[data-el=scrub]").press("ArrowRight")
    expect(still.page).to_have_url(re.compile(r"hour=2026-03-21T13"))
    still.tab("This hour's market")
    expect(still.main.get_by_text(f"{HOURS[13]}: who traded")).to_be_visible()
    still.main.get_by_role("button", name="Earlier", exact=True).click()
    expect(still.time).to_have_text(HOURS[12])


def test_the_hours_market_is_that_of_the_hour_at_which_a_playing_map_is_left(playing):
    expect(playing.time).to_have_text(re.compile(r"1[0-4]:00 to"))
    playing.tab("This hour's market")
    expect(playing.map.get_by_role("button", name="Play", exact=True)).to_be_visible()
    rested = playing.time.inner_text()
    expect(playing.main.get_by_text(f"{rested}: who traded")).to_be_visible()
    expect(playing.page).to_have_url(re.compile(rf"hour=2026-03-21T{rested.split()[3][:2]}"))


def test_a_link_to_an_hours_market_opens_a_map_that_rests_at_it(visit):
    shown = visit(f"{STREET_PATH}?preset=paper&tab=market", reduced_motion="no-preference")
    expect(shown.time).to_have_text(BUSIEST)
    expect(shown.map.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_link_opens_the_same_home_and_hour(visit):
    shown = visit(f"{STREET_PATH}?preset=paper&home=E1&hour=2026-03-21T19:00&tab=home", reduced_motion="no-preference")
    expect(shown.time).to_have_text(HOURS[19])
    expect(shown.map.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(shown.map.get_by_role("button", name="E1, EV")).to_have_attribute("aria-pressed", "true")
    expect(shown.main.get_by_role("combobox", name="Home", exact=True)).to_have_value("E1")


@pytest.mark.long
def test_a_block_of_a_big_street_opens_on_click_and_closes_by_escape(visit):
    shown = visit(f"{STREET_PATH}?preset=kampung")
    block = shown.map.locator("[data-home]").first
    expect(block).to_have_attribute("aria-label", re.compile(r"homes, .*; opens"))
    closed = shown.map.locator("[data-home]").count()
    block.click()
    expect(shown.map.locator("[data-home]")).not_to_have_count(closed)
    expect(shown.page).to_have_url(re.compile(r"block=1-"))
    shown.map.locator("[data-home]").first.press("Escape")
    expect(shown.map.locator("[data-home]")).to_have_count(closed)


def test_under_two_notices_the_map_makes_room_for_play(visit):
    shown = visit("/street?preset=klang-valley-atap&steps=720", viewport={"width": 1366, "height": 768})
    expect(shown.alerts).to_have_count(2)
    expect(shown.map.locator("[data-el=play]")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), pytest.param(1440, 900, marks=pytest.mark.long)])
def test_play_slider_and_legend_are_in_sight_without_scrolling(visit, width, height):
    shown = visit(viewport={"width": width, "height": height})
    for part in ("play", "scrub", "legend"):
        expect(shown.map.locator(f"[data-el={part}]")).to_be_in_viewport(ratio=1)
