"""What outsiders and slow runs may not do: be read as Markdown, take all memory, go on without a viewer, be lost by a reload."""

from __future__ import annotations

import io
import re
import sys
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from jiran.app.links import pack
from jiran.scenario.files import read_scenario
from meter_files import meters

PAGES = ("Street", "Compare", "Class", "Data & method")
#: A picture, a link, HTML and an icon from elsewhere, in as few letters as a currency may have, and in all that a text may.
CURRENCY = "![](//e.t)"
HOSTILE = (
    "![x](http://evil.test/a.png) [l](http://evil.test) <img src=http://evil.test/i.png> <b>b</b> http://evil.test "
    "www.evil.test a@evil.test :smile: :red[r] :material/home: $x^2$ **bold**"
)
NAME = "![x](//evil.test) <b>$x$ :smile:"
#: Elements that only Markdown or HTML could have made of these texts; the pages' own pictures are drawn on canvases.
MADE = """() => [...document.querySelectorAll("img, a, b, i, em, del")]
  .filter((one) => /evil|e\\.t|^b$|^l$/.test(`${one.src || ""} ${one.href || ""} ${one.textContent}`)
    && !(one.getAttribute("href") || "").startsWith("#") && !one.closest("[data-testid=stSidebarNavLink]"))
  .map((one) => one.outerHTML.slice(0, 200))"""


def hostile_link():
    data = read_scenario("paper") | {"name": NAME, "description": HOSTILE, "currency": CURRENCY}
    data["homes"] = {
        "single": [
            {"id": f"{sign}{NAME}"[:60], "kind": kind}
            for sign, kind in (("1", "solar"), ("2", "solar"), ("3", "normal"), ("4", "ev"))
        ]
    }
    return f"s={pack(data)}"


def test_what_comes_from_a_link_is_text_on_every_page(visit):
    shown = visit(f"/?{hostile_link()}")
    expect(shown.panel.get_by_text("evil.test").first).to_be_visible()
    for title in PAGES:
        shown.open(title)
        assert shown.page.evaluate(MADE) == []
        expect(shown.main.locator("img")).to_have_count(0)
    shown.panel.get_by_role("button", name="Pin as A").click()
    shown.type_number("Seed of chance", "5")
    for title in ("Street", "Compare"):
        shown.open(title)
        assert shown.page.evaluate(MADE) == []


@pytest.mark.parametrize("key", [pytest.param("preset", marks=pytest.mark.long), "bids.strategy"])
def test_a_refused_value_is_text_in_the_sentence_that_refuses_it(visit, key):
    shown = visit(f"/?{key}={quote(HOSTILE)}")
    expect(shown.alerts).to_have_count(1)
    expect(shown.alerts).not_to_be_empty()
    assert "![x](" in shown.alerts.inner_text().replace("\u2060", "")
    assert shown.page.evaluate(MADE) == []


@pytest.mark.long
def test_a_file_with_a_hostile_name_and_hostile_homes_is_text(dashboard):
    dashboard.upload(("![x](http:evil.test).toml", b"name = \n"))
    complaint = dashboard.panel.get_by_test_id("stAlert")
    expect(complaint).to_contain_text("evil.test")
    assert dashboard.page.evaluate(MADE) == []
    dashboard.upload((f"{NAME.replace('/', '')}.csv", meters().replace(b"A load", f"{NAME} load".encode())))
    expect(dashboard.window.get_by_text("Mean power of")).to_be_visible()
    assert dashboard.page.evaluate(MADE) == []
    dashboard.use_homes()
    expect(dashboard.panel.get_by_role("combobox", name="Scenario")).to_have_value(re.compile(r"!\[x\]\("))
    for title in ("Data & method", "Street"):
        dashboard.open(title)
        assert dashboard.page.evaluate(MADE) == []


def test_a_run_of_millions_of_steps_is_refused_at_once_with_the_command_line_named(visit):
    shown = visit("/?steps=9000000")
    expect(shown.main.get_by_test_id("stAlert")).to_have_count(1)
    expect(shown.main.get_by_test_id("stAlert")).to_contain_text("GB of memory")
    said = shown.main.get_by_test_id("stAlert").inner_text()
    assert "jiran run paper --set steps=9000000" in said.replace("\u2060", "")


def test_a_large_run_is_asked_for_can_be_stopped_and_started_again(visit):
    shown = visit_raw(visit, "/?steps=400000&seed=3")
    shown.page.get_by_role("button", name="Run it anyway").click()
    shown.page.get_by_role("button", name="Stop").click()
    expect(shown.main.get_by_text("was stopped")).to_be_visible()
    shown.page.get_by_role("button", name="Start again").click()
    expect(shown.main.get_by_text("was stopped")).to_have_count(0)
    shown.page.get_by_role("button", name="Stop").click()
    shown.type_number("Number of steps", "24")
    shown.settle()
    expect(shown.figure("Worse off")).to_be_visible()


def visit_raw(visit, path):
    """Open an address whose page has no badge, because its run is asked for."""
    shown = visit()
    shown.page.goto(path)
    return shown


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the time that a process has worked")
def test_a_run_ends_when_its_viewer_leaves(visit, server_process):
    shown = visit_raw(
        visit,
        "/?market.mechanism=consensus&market.rounds=1000000&market.tolerance=1e-15&homes.groups.solar.count=250&homes.groups.normal.count=250&seed=4",
    )
    button = shown.page.get_by_role("button", name="Run it anyway").or_(shown.page.get_by_role("button", name="Stop"))
    expect(button.first).to_be_visible()
    if shown.page.get_by_role("button", name="Run it anyway").is_visible():
        shown.page.get_by_role("button", name="Run it anyway").click()
    expect(shown.page.get_by_role("button", name="Stop")).to_be_visible()
    server_process.wait_until_working()
    shown.page.close()
    server_process.wait_until_idle()


def test_a_reload_keeps_uploaded_data_and_own_orders(dashboard):
    dashboard.upload(("street.csv", meters()))
    dashboard.use_homes()
    expect(dashboard.map.locator("[data-home]")).to_have_count(3)
    expect(dashboard.page).to_have_url(re.compile(r"[?&]s="))
    dashboard.settle()
    bills, alerts = dashboard.figure("All bills, MYR").inner_text(), dashboard.alerts.all_inner_texts()
    dashboard.go(dashboard.page.url)
    expect(dashboard.panel.get_by_role("combobox", name="Scenario")).to_have_value("street.csv")
    expect(dashboard.figure("All bills, MYR")).to_have_text(bills)
    expect(dashboard.alerts).to_have_count(len(alerts))
    assert dashboard.alerts.all_inner_texts() == alerts  # what the run warns of, and nothing about the link
    dashboard.open("Class")
    dashboard.page.get_by_text("Own orders", exact=True).click()
    dashboard.settle()
    table = io.BytesIO(b"Name,Side,kWh,Price\nZoe,sell,3,60\nYan,buy,2,90\n").getvalue()
    dashboard.main.locator("input[type=file]").set_input_files(
        {"name": "o.csv", "mimeType": "text/csv", "buffer": table}
    )
    expect(dashboard.page).to_have_url(re.compile(r"[?&]o="))
    dashboard.settle()
    dashboard.go(dashboard.page.url)
    expect(dashboard.main.get_by_text("Zoe").first).to_be_attached()


#: Text whose contrast with what lies behind it is below 4.5:1 (WCAG 1.4.3), with its contrast.
PALE = """() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (below, [r, g, b, a = 1]) => below.map((v, i) => v * (1 - a) + [r, g, b][i] * a);
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.unshift(numbers(getComputedStyle(one).backgroundColor));
    return layers.reduce(over, [255, 255, 255]);
  };
  const pale = {};
  const texts = "[data-testid=stCaptionContainer] p, [data-testid^=stBaseButton-] p, [data-testid=stMetricLabel] p";
  for (const element of document.querySelectorAll(texts)) {
    if (!element.offsetParent || !element.innerText.trim() || element.closest(":disabled")) continue;
    const [r, g, b, a = 1] = numbers(getComputedStyle(element).color);
    let alpha = a;
    for (let one = element; one; one = one.parentElement) alpha *= Number(getComputedStyle(one).opacity);
    const back = behind(element);
    const [x, y] = [light(over(back, [r, g, b, alpha])), light(back)];
    const contrast = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    if (contrast < 4.5) pale[element.innerText.slice(0, 40)] = contrast;
  }
  return pale;
}"""


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_and_every_page_has_a_name(visit, scheme):
    shown = visit("/street", color_scheme=scheme)
    for title in PAGES:
        shown.open(title)
        expect(shown.page).to_have_title(f"{title}{'' if title == 'Class' else ' · paper'} · jiran")
        expect(shown.page.get_by_role("heading", level=1)).to_have_text(title)
        shown.page.wait_for_function(f"() => Object.keys(({PALE})()).length === 0")


def test_the_first_tab_stop_leads_past_the_panel_and_steps_name_their_field(dashboard):
    expect(dashboard.page.get_by_role("link", name="Skip to main content")).to_be_attached()
    dashboard.page.keyboard.press("Tab")
    expect(dashboard.page.locator(":focus")).to_have_text("Skip to main content")
    expect(
        dashboard.panel.get_by_role("button", name="Increment: Community battery, kWh", include_hidden=True)
    ).to_be_attached()


@pytest.mark.long
def test_the_map_has_a_name_while_it_plays(visit):
    shown = visit("/street", reduced_motion="no-preference")
    expect(shown.map.get_by_role("button", name="Pause")).to_be_visible()
    expect(shown.map.locator("canvas[data-el=map]")).to_have_attribute("aria-label", re.compile("playing"))


def test_the_menu_of_a_phone_closes_after_a_tap(visit):
    shown = visit("/street", viewport={"width": 390, "height": 844}, has_touch=True)
    shown.page.get_by_test_id("stExpandSidebarButton").click()
    shown.page.get_by_test_id("stSidebarNavLink").get_by_text("Compare", exact=True).tap()
    expect(shown.panel).to_have_attribute("data-collapsed", "true")
    expect(shown.page.get_by_role("heading", level=1)).to_have_text("Compare")
