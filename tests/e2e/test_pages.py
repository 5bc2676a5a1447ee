"""The pages: each opens by the navigation, draws its charts, fits into a narrow window and keeps nobody out; its files hold the run."""

from __future__ import annotations

import io
import re
import zipfile

import polars as pl
import pytest
from playwright.sync_api import expect

import jiran
from accessible import serious
from choosing import choose
from jiran import report as jiran_report
from jiran.market import mechanisms
from waiting import wait_until

#: Title, a part to open if not the first, a heading that is its own, and the least number of canvases (tables are canvases too).
PAGES = (
    ("Class", "Own orders", "Why does an order get this price?", 1),
    ("Compare", None, "Market rules side by side", 4),
    ("Plan", None, "Who pays, and who gains", 2),
    ("Data & method", None, "Who trades with whom", 4),
    ("Street", None, "Trading saved the 12 homes", 3),
)
NARROW = {"width": 390, "height": 844}
FITS = """() => [...document.querySelectorAll("html, [data-testid=stMain]")]
  .every((element) => element.scrollWidth <= element.clientWidth)"""
BLANK = """canvas => {
  const { width, height } = canvas;
  if (!width || !height) return true;
  const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
  return pixels.every((pixel) => pixel === pixels[0]);
}"""


def expect_drawn(shown, canvases):
    """Expect a page with charts that are not blank, and without an error."""
    charts = shown.main.locator("[data-testid=stEChartsChart] canvas, .fm canvas[data-el]")
    tables = shown.main.get_by_test_id("data-grid-canvas")
    expect(charts.or_(tables).nth(canvases - 1)).to_be_attached()
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        shown.page.wait_for_function(f"canvas => !({BLANK})(canvas)", arg=chart.element_handle())
    expect(shown.crash).to_have_count(0)
    expect(shown.page.get_by_text(re.compile(r"Traceback|cannot be run"))).to_have_count(0)


@pytest.mark.parametrize("viewport", [None, pytest.param(NARROW, marks=pytest.mark.long)], ids=["wide", "narrow"])
def test_every_page_opens_by_the_navigation_and_draws_its_charts(visit, viewport):
    shown = visit(**({"viewport": viewport} if viewport else {}))
    for title, part, heading, canvases in PAGES:
        shown.open(title)
        if part:
            wait_until(shown.page, FITS, f"{title} fits into the window")
            shown.main.get_by_text(part, exact=True).click()
        expect(shown.main.get_by_role("heading").filter(has_text=heading)).to_be_visible()
        expect_drawn(shown, canvases)
        wait_until(shown.page, FITS, f"{title} fits into the window")
        if not viewport:
            assert serious(shown.page) == [], title
    shown.open("Start")
    if not viewport:
        assert serious(shown.page) == []


@pytest.mark.long
@pytest.mark.parametrize("path", ["street", "data", "data?part=paper"])
def test_an_area_that_is_opened_directly_shows_what_its_link_says(visit, path):
    shown = visit(f"/{path}{'&' if '?' in path else '?'}preset=kampung")
    expect(shown.panel.get_by_role("combobox", name="Scenario")).to_have_value("kampung")
    expect(shown.main.get_by_test_id("stEChartsChart").first).to_be_visible()


@pytest.mark.long
def test_the_trades_file_holds_every_trade(visit):
    shown = visit("/data")
    with shown.page.expect_download() as waiting:
        shown.page.get_by_role("button", name="All trades, CSV").click()
    assert waiting.value.suggested_filename == "jiran-paper-trades.csv"
    log = pl.read_csv(waiting.value.path())
    trades = jiran.simulate(jiran.load_scenario("paper")).trades
    assert log.columns == trades.columns
    assert log.height == trades.height
    assert log["kwh"].sum() == pytest.approx(trades["kwh"].sum())
    assert log["paid"].sum() == pytest.approx(trades["paid"].sum())


def test_the_zip_holds_homes_steps_trades_and_a_scenario_that_runs_again(visit, tmp_path):
    shown = visit("/data?preset=paper&seed=7&part=files")
    with shown.page.expect_download() as waiting:
        shown.page.get_by_role("button", name="Everything in a zip").click()
    assert waiting.value.suggested_filename == "jiran-paper.zip"
    result = jiran.simulate(jiran.load_scenario("paper", {"seed": 7}))
    with zipfile.ZipFile(waiting.value.path()) as archive:
        homes = pl.read_csv(archive.read("homes.csv"))
        steps = pl.read_csv(archive.read("steps.csv"))
        trades = pl.read_parquet(io.BytesIO(archive.read("trades.parquet")))
        (tmp_path / "scenario.toml").write_bytes(archive.read("scenario.toml"))
    assert homes["id"].to_list() == result.homes["id"].to_list()
    assert homes["cost"].sum() == pytest.approx(result.homes["cost"].sum())
    assert steps.height == result.steps.height
    assert trades.height == result.trades.height
    assert trades["kwh"].sum() == pytest.approx(result.trades["kwh"].sum())
    again = jiran.simulate(jiran.load_scenario(str(tmp_path / "scenario.toml")))
    assert again.kpis["cost"] == result.kpis["cost"]


def test_rules_are_compared_and_the_comparison_is_taken_along(visit, tmp_path):
    shown = visit("/compare")
    expect(shown.story).to_contain_text("reach 100% of what the homes could save")
    expect(shown.main.get_by_test_id("stDataFrame").first).to_be_visible()
    choose(shown.page, shown.settle().main.get_by_role("combobox", name="How homes bid"), "truthful")
    found = jiran.compare(
        jiran.by_rule(
            jiran.load_scenario("paper", {"bids.strategy": "truthful"}),
            sorted(name for name, rule in mechanisms().items() if rule.telling),
        )
    )
    # While it is drawn anew, the earlier answer may still stand below.
    expect(shown.story.filter(has_text=str(jiran_report.answer(found)[0]))).to_be_visible()
    shown.settle()
    with shown.page.expect_download() as waiting:
        shown.page.get_by_role("button", name="All rules, CSV").click()
    assert waiting.value.suggested_filename == "jiran-compare-paper.csv"
    table = pl.read_csv(waiting.value.path())
    assert table["case"].to_list() == list(found.cases)
    assert table["saving"].to_list() == pytest.approx(found.table(("saving",))["saving"].to_list())
    with shown.page.expect_download() as waiting:
        shown.page.get_by_role("button", name="All rules, web page").click()
    page = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(page)
    assert page.read_text(encoding="utf-8") == jiran_report.html(found)


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "path", "heading"),
    [("day", "/street", "Trading saved"), ("paper", "/data", "From Table I")],
)
def test_a_link_of_an_earlier_version_opens_what_has_taken_over(visit, old, path, heading):
    shown = visit(f"/{old}?preset=kampung&seed=7")
    expect(shown.page).to_have_url(re.compile(rf"{path}\?preset=kampung&seed=7(&part=(trades|paper))?$"))
    expect(shown.main.get_by_role("heading").filter(has_text=heading)).to_be_visible()
    expect(shown.panel.get_by_role("combobox", name="Scenario")).to_have_value("kampung")


def test_a_link_to_a_scenario_skips_start(visit):
    shown = visit("/?preset=kampung")
    expect(shown.page).to_have_url(re.compile(r"/street\?preset=kampung$"))
    expect(shown.page).to_have_title("Street · kampung · jiran")
    expect(shown.page.locator("h1")).to_have_text(["Street"])


def test_the_part_that_is_open_is_in_the_link(visit):
    shown = visit("/data?part=bills")
    expect(shown.main.get_by_role("tab", name="Bills")).to_have_attribute("aria-selected", "true")
    shown.open_part("Figures")
    expect(shown.page).to_have_url(re.compile(r"[?&]part=figures"))
    shown.open_part("Trades")
    expect(shown.page).to_have_url(re.compile(r"/data\?preset=paper$"))


@pytest.mark.long
def test_changes_of_the_panel_reach_every_page(dashboard):
    dashboard.type_number("Seed of chance", "7")
    expect(dashboard.page).to_have_url(re.compile(r"[?&]seed=7(&|$)"))
    saving = jiran.simulate(jiran.load_scenario("paper", {"seed": 7})).kpis["saving"]
    expect(dashboard.story).to_contain_text(f"MYR {saving:,.2f}")
    dashboard.open("Data & method")
    expect(dashboard.page).to_have_url(re.compile(r"[?&]seed=7(&|$)"))


def test_table_one_of_the_paper_gives_table_two(visit):
    shown = visit("/data?preset=kampung&part=paper")
    expect(shown.alerts.filter(has_text="8 of 8 entries are those of the printed table")).to_be_visible()


def test_the_code_of_the_link_is_seen_whole_on_a_phone(visit):
    shown = visit("/street?preset=paper&home=E1&tab=market", viewport={"width": 390, "height": 667})
    shown.page.get_by_test_id("stExpandSidebarButton").click()
    shown.panel.get_by_role("button", name="Share", exact=True).click()
    expect(shown.window.locator("code")).to_have_text(shown.page.url)
    expect(shown.window.get_by_alt_text("The link as a QR code")).to_be_in_viewport(ratio=1)
    shown.page.keyboard.press("Escape")
    expect(shown.window).to_have_count(0)
    expect(shown.panel.get_by_role("button", name="Share", exact=True)).to_be_focused()
