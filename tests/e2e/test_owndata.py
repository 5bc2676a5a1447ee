"""Own meter data in a browser: drop, look, correct by choosing, run; and what a reload and a download keep."""

from __future__ import annotations

import re
import tomllib
import zipfile

import pytest
from playwright.sync_api import expect

from choosing import choose
from meter_files import meters
from waiting import wait_until


def choose_in_window(dashboard, label, option):
    choose(dashboard.page, dashboard.window.get_by_role("combobox", name=label), option)


def scenario_of(dashboard):
    """Download the scenario, and return its text."""
    dashboard.open("Data & method").open_part("Files & code")
    with dashboard.page.expect_download() as download:
        dashboard.main.get_by_role("button", name="Everything in a zip").click()
    return zipfile.ZipFile(download.value.path()).read("scenario.toml").decode()


@pytest.mark.long
def test_a_good_file_is_looked_at_with_a_picture_and_put_aside_or_taken(dashboard):
    dashboard.upload(("street.csv", meters()))
    expect(dashboard.window.get_by_text("3 homes")).to_be_visible()
    expect(
        dashboard.window.get_by_text("Mean power of a mean home in each hour, 21 Mar 2026 to 22 Mar 2026.")
    ).to_be_visible()
    expect(dashboard.window.locator("canvas, svg").first).to_be_visible()
    dashboard.page.keyboard.press("Escape")
    expect(dashboard.window).to_have_count(0)
    dashboard.panel.get_by_role("button", name="Look at street.csv again").click()
    choose_in_window(dashboard, "Home to look at", "B")
    expect(dashboard.window.get_by_text("Mean power of B in each hour")).to_be_visible()
    dashboard.use_homes()
    expect(dashboard.map.locator("[data-home]")).to_have_count(3)


def test_a_column_is_corrected_by_choice_and_a_reload_and_the_download_keep_it(dashboard):
    dashboard.upload(("street.csv", meters().replace(b"C generation", b"Zork")))
    expect(dashboard.window.get_by_text("1 column is not understood")).to_be_visible()
    expect(dashboard.window.get_by_role("button", name="Use these homes")).to_have_count(0)
    choose_in_window(dashboard, "What Zork is", "Generation")
    expect(dashboard.window.get_by_role("button", name="Use these homes")).to_be_visible()
    home = dashboard.window.get_by_role("textbox", name="Home of Zork")
    expect(home).to_have_value("Zork")
    home.fill("C")
    home.press("Enter")
    expect(dashboard.window.get_by_text("3 homes")).to_be_visible()
    dashboard.use_homes()
    alerts = dashboard.alerts.all_inner_texts()
    dashboard.go(dashboard.page.url)
    expect(dashboard.panel.get_by_role("combobox", name="Scenario")).to_have_value("street.csv")
    expect(dashboard.alerts).to_have_count(len(alerts))
    assert dashboard.alerts.all_inner_texts() == alerts  # what the run warns of, and nothing about the link
    keys = tomllib.loads(scenario_of(dashboard))["homes"]["data"]
    assert keys["path"] == "street.csv"
    assert keys["columns"]["Zork"].startswith("C generation")


@pytest.mark.long
def test_three_files_at_once_survive_a_reload(dashboard):
    dashboard.upload(*[(f"H{home}.csv", meters(homes=home)) for home in "ABC"])
    expect(dashboard.window.get_by_text("HA.csv and 2 more")).to_be_visible()
    dashboard.use_homes()
    expect(dashboard.map.locator("[data-home]")).to_have_count(3)
    expect(dashboard.page).to_have_url(re.compile(r"[?&]s="))
    bills = dashboard.figure("All bills, MYR").inner_text()
    dashboard.go(dashboard.page.url)
    expect(dashboard.figure("All bills, MYR")).to_have_text(bills)
    text = scenario_of(dashboard)
    assert tomllib.loads(text)["homes"]["data"]["also"] == ["HB.csv", "HC.csv"]
    assert "jiran-uploads" not in text


@pytest.mark.long
def test_a_broken_file_is_one_sentence_and_the_next_one_is_taken_alone(dashboard):
    dashboard.upload(("letter.csv", b"Dear neighbours,\nplease find the readings in my next mail.\n"))
    complaint = dashboard.panel.get_by_test_id("stAlert")
    expect(complaint).to_have_text(re.compile(r"letter\.csv: no column of times$"))
    dashboard.upload(("street.csv", meters()))
    expect(dashboard.window.get_by_text("3 homes")).to_be_visible()
    expect(complaint).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_fits_a_phone(visit, scheme):
    shown = visit(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    shown.page.get_by_test_id("stExpandSidebarButton").click()
    shown.upload(("street.csv", meters().replace(b"C generation", b"Zork")))
    expect(shown.window.get_by_text("1 column is not understood")).to_be_visible()
    choose_in_window(shown, "What Zork is", "Leave out")
    expect(shown.window.get_by_text("Mean power of")).to_be_visible()
    fits = "window => window.scrollWidth - window.clientWidth <= 1"
    wait_until(shown.page, fits, "the window fits a phone", arg=shown.window.element_handle())
    shown.use_homes()
