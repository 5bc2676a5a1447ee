"""The flow map: playing, stepping, scrubbing, and choosing a home, by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import jiran

#: The label of each step, and of its neighbours.
HOURS = [f"Sat 21 Mar {hour:02d}:00" for hour in range(24)]
# Resolves when the browser has drawn for some time: what plays would have moved on by then.
DRAWN = """seconds => new Promise((done) => {
  const start = performance.now();
  const frame = (now) => (now - start > 1000 * seconds ? done() : requestAnimationFrame(frame));
  requestAnimationFrame(frame);
})"""


@pytest.fixture
def flow(dashboard):
    """Show the map at the fastest pace: 0.4 s a step; it plays."""
    dashboard.map.locator("[data-el=stage]").scroll_into_view_if_needed()
    dashboard.map.locator("[data-el=speed]").select_option("4")
    expect(dashboard.map.get_by_role("button", name="Pause")).to_be_visible()
    return dashboard


@pytest.fixture
def still(flow):
    """Stop the map at noon."""
    flow.map.locator("[data-el=scrub]").fill("12")
    expect(flow.time).to_have_text(HOURS[12])
    return flow


def test_time_goes_on_while_it_plays_and_asks_the_server_nothing(flow):
    before, sent = flow.time.inner_text(), len(flow.sent)
    for _ in range(3):
        expect(flow.time).not_to_have_text(before)
        before = flow.time.inner_text()
    assert len(flow.sent) == sent


def test_space_stops_and_goes_on(still):
    scrub = still.map.locator("[data-el=scrub]")
    scrub.press("Space")
    expect(still.map.get_by_role("button", name="Pause")).to_be_visible()
    expect(still.time).to_have_text(HOURS[13])
    scrub.press("Space")
    expect(still.map.get_by_role("button", name="Play")).to_be_visible()
    stopped = still.time.inner_text()
    still.page.evaluate(DRAWN, 1)  # two steps at this pace
    expect(still.time).to_have_text(stopped)


def test_arrow_keys_step(still):
    scrub = still.map.locator("[data-el=scrub]")
    for key, hour in [("ArrowRight", 13), ("ArrowLeft", 12), ("ArrowLeft", 11), ("Home", 0), ("End", 23)]:
        scrub.press(key)
        expect(still.time).to_have_text(HOURS[hour])
    expect(still.map.get_by_role("button", name="Play")).to_be_visible()


def test_the_buttons_step(still):
    still.map.get_by_role("button", name="One step on").click()
    expect(still.time).to_have_text(HOURS[13])
    still.map.get_by_role("button", name="One step back").click()
    expect(still.time).to_have_text(HOURS[12])


def test_the_scrubber_shows_what_the_simulation_says_of_an_hour(flow):
    steps = jiran.simulate(jiran.load_scenario("paper")).steps
    words = flow.map.locator("[data-el=live]")  # for screen readers: all that the picture says
    for hour in (3, 9, 20):
        flow.map.locator("[data-el=scrub]").fill(str(hour))
        expect(flow.time).to_have_text(HOURS[hour])
        said = re.search(r"Neighbours ([\d.]+) kWh", words.inner_text()).group(1)
        assert float(said) == pytest.approx(steps["p2p_kwh"][hour], abs=0.06)


def test_money_shows_amounts_instead_of_energy(still):
    neighbours = still.map.locator("[data-el=stats] div").filter(has_text="Neighbours").locator("dd")
    expect(neighbours).to_have_text(re.compile(r"kWh$"))
    still.map.get_by_role("button", name="Money (MYR)").click()
    expect(neighbours).to_have_text(re.compile(r"^MYR \d"))
    still.map.get_by_role("button", name="Energy (kWh)").click()
    expect(neighbours).to_have_text(re.compile(r"kWh$"))


def test_the_map_stays_at_its_hour_when_a_value_changes(still):
    still.slider("Grid price, MYR/kWh").press("ArrowRight")
    expect(still.figure("All bills, MYR")).not_to_have_text("36.57")
    expect(still.time).to_have_text(HOURS[12])


def test_who_asks_for_less_motion_gets_a_picture_that_stands_still(visit):
    shown = visit(reduced_motion="reduce")
    expect(shown.map.get_by_role("button", name="Play")).to_be_visible()
    before = shown.time.inner_text()
    shown.page.evaluate(DRAWN, 2)
    expect(shown.time).to_have_text(before)


def test_a_home_chosen_by_keyboard_can_be_opened(still):
    first = still.map.locator("[data-home='0']")
    first.focus()
    first.press("ArrowUp")  # the ring goes on at its end
    last = still.map.locator("[data-home]").last
    expect(last).to_be_focused()
    last.press("Enter")
    expect(last).to_have_attribute("aria-pressed", "true")
    still.page.get_by_role("button", name="Open the bill and the day of N4").click()
    still.page.wait_for_url(re.compile(r"/homes\?"))
    expect(still.main.get_by_role("combobox", name="Home", exact=True)).to_have_value("N4")


def test_escape_lets_go_of_a_home(still):
    home = still.map.locator("[data-home='0']")
    home.press("Enter")
    opener = still.page.get_by_role("button", name="Open the bill and the day of")
    expect(opener).to_be_visible()
    home.press("Escape")
    expect(opener).to_have_count(0)
