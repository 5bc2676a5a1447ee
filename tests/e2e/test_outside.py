"""What comes from outside: links, uploads, and values that cannot be run."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

import jiran
from choosing import choose
from meter_files import meters

STREET = """
name = "our-street"
steps = 48

[homes]
groups = [{ kind = "solar", count = 2 }, { kind = "normal", count = 3 }]
"""


def kpis(changes):
    return jiran.simulate(jiran.load_scenario("paper", changes)).kpis


def test_a_link_shows_another_visitor_the_same_figures(dashboard, visit):
    dashboard.slider("Grid price, MYR/kWh").press("ArrowRight")
    dashboard.type_number("Community battery, kWh", "40")
    dashboard.type_number("Seed of chance", "7")
    cost = kpis({"grid.import_price": 0.575, "battery.capacity_kwh": 40, "seed": 7})["cost"]
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{cost:.2f}")
    expect(dashboard.page).to_have_url(re.compile("seed=7"))
    other = visit(dashboard.page.url, locale="ms-MY")
    expect(other.page.get_by_test_id("stMetricValue")).to_have_text(
        dashboard.page.get_by_test_id("stMetricValue").all_inner_texts()
    )
    expect(other.number("Community battery, kWh")).to_have_value("40")
    expect(other.alerts).to_have_count(0)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        pytest.param("?s=garbage", "damaged", marks=pytest.mark.long),
        ("?market.mechanism=/etc/passwd.py", "names a file"),
    ],
)
def test_a_damaged_link_says_so_and_shows_the_first_preset(visit, link, words):
    shown = visit(f"/{link}")
    expect(shown.alerts).to_have_count(1)
    expect(shown.alerts).to_contain_text(words)
    expect(shown.figure("All bills, MYR")).to_have_text(f"{kpis({})['cost']:.2f}")
    shown.slider("Grid price, MYR/kWh").press("ArrowRight")
    expect(shown.figure("All bills, MYR")).to_have_text(f"{kpis({'grid.import_price': 0.575})['cost']:.2f}")


@pytest.mark.long
def test_meter_data_becomes_the_homes_of_the_picture(dashboard):
    dashboard.upload(("street.csv", meters()))
    dashboard.use_homes()
    expect(dashboard.map.locator("[data-home]")).to_have_count(3)
    for home in "ABC":
        expect(dashboard.map.get_by_role("button", name=f"{home}, ")).to_be_attached()
    expect(dashboard.panel.get_by_role("combobox", name="Scenario")).to_have_value("street.csv")
    expect(dashboard.number("Number of steps")).to_have_value("48")
    expect(dashboard.page).to_have_url(re.compile(r"\?s="))  # which names its content, and nothing else of this machine
    report = dashboard.main.locator("summary").filter(has_text="What was changed in the meter data")
    report.click()
    expect(dashboard.main.get_by_text("filled by interpolation: A load")).to_be_visible()
    expect(dashboard.figure("Worse off")).to_have_text(re.compile(r"^\d of 3$"))


@pytest.mark.parametrize(
    "files",
    [
        {
            "letter.csv": b"Dear neighbours,\nplease find the readings in the attachment of my next mail.\n",
            "picture.csv": bytes(range(256)) * 40,
            "empty.csv": b"",
            "fake.parquet": b"PAR1 but nothing else",
        },
        {
            "broken.toml": b"name = \n",
            "picture.toml": bytes(range(256)),
            "key.toml": STREET.replace("steps", "stpes").encode(),
            "file.toml": STREET.replace("groups", 'data = { path = "/etc/passwd" }\n#').encode(),
        },
    ],
    ids=["meter data", "scenarios"],
)
def test_files_that_are_none_say_why_and_the_earlier_picture_stays(dashboard, files):
    before = dashboard.figure("All bills, MYR").inner_text()
    complaint = dashboard.panel.get_by_test_id("stAlert")
    for name, content in files.items():
        dashboard.upload((name, content))
        expect(complaint).to_contain_text("stpes" if name == "key.toml" else name)
        expect(complaint).to_have_count(1)
        dashboard.settle()
        expect(dashboard.figure("All bills, MYR")).to_have_text(before)
        expect(dashboard.panel.get_by_role("combobox", name="Scenario")).to_have_value("paper")


def test_a_scenario_file_becomes_the_scenario_and_can_be_shared(dashboard, visit, tmp_path):
    (tmp_path / "street.toml").write_text(STREET)
    cost = jiran.simulate(jiran.load_scenario(str(tmp_path / "street.toml"))).kpis["cost"]
    dashboard.upload(("street.toml", STREET.encode()))
    expect(dashboard.panel.get_by_role("combobox", name="Scenario")).to_have_value("street.toml")
    dashboard.settle()
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{cost:.2f}")
    expect(dashboard.page).to_have_url(re.compile(r"\?s="))
    other = visit(dashboard.page.url)
    expect(other.figure("All bills, MYR")).to_have_text(f"{cost:.2f}")


@pytest.mark.long
def test_a_number_of_steps_of_none_is_refused_beside_its_field(dashboard):
    dashboard.type_number("Number of steps", "0")
    assert "1" in dashboard.number("Number of steps").evaluate("field => field.validationMessage")
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{kpis({})['cost']:.2f}")
    dashboard.type_number("Number of steps", "12")
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{kpis({'steps': 12})['cost']:.2f}")


def wait_until_beside(complaint, field):
    """Wait until a complaint stands right below its field: messages above push it about at first."""
    handles = [complaint.element_handle(), field.element_handle()]
    complaint.page.wait_for_function(
        """([complaint, field]) => {
          const below = complaint.getBoundingClientRect().top - field.getBoundingClientRect().bottom;
          return below > -10 && below < 80;
        }""",
        arg=handles,
    )


@pytest.mark.long
def test_a_battery_that_starts_too_empty_says_why_beside_its_field(dashboard):
    dashboard.unfold("All settings")
    dashboard.slider("Lowest state of charge").press("ArrowRight")
    complaint = dashboard.panel.get_by_test_id("stAlert")
    expect(complaint).to_have_count(1)
    expect(complaint).to_contain_text("must be at least")
    wait_until_beside(complaint, dashboard.slider("State of charge at the start"))
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{kpis({})['cost']:.2f}")
    dashboard.slider("State of charge at the start").press("ArrowRight")
    expect(complaint).to_have_count(0)
    changed = kpis({"battery.min_soc": 0.05, "battery.start_soc": 0.05})
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{changed['cost']:.2f}")


@pytest.mark.long
def test_another_rule_and_other_bids_leave_the_old_parameters_behind(dashboard):
    dashboard.slider("P2P price as share of grid price, α").press("ArrowLeft")
    expect(dashboard.page).to_have_url(re.compile(r"market\.fraction=0\.75"))
    dashboard.unfold("All settings")
    for label, name in (("Market rule", "uniform-price"), ("What homes bid", "truthful")):
        dashboard.settle()
        choose(dashboard.page, dashboard.panel.get_by_role("combobox", name=label), name)
        expect(dashboard.page).to_have_url(re.compile(f"={name}"))
    expect(dashboard.page).not_to_have_url(re.compile("fraction"))
    wanted = kpis({"market.mechanism": "uniform-price", "bids.strategy": "truthful"})
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{wanted['cost']:.2f}")


@pytest.mark.long
def test_a_lower_bound_above_the_upper_says_why_beside_its_field(dashboard):
    dashboard.unfold("All settings")
    dashboard.type_number("Lower bound, kW", "2")
    complaint = dashboard.panel.get_by_test_id("stAlert")
    expect(complaint).to_have_count(1)
    expect(complaint).to_contain_text("at most the upper bound of 0.8 kW")
    wait_until_beside(complaint, dashboard.number("Lower bound, kW"))
    expect(dashboard.figure("All bills, MYR")).to_have_text(f"{kpis({})['cost']:.2f}")


@pytest.mark.long
def test_a_street_without_homes_says_why(visit):
    shown = visit("/?preset=paper&" + "&".join(f"homes.groups.{place}.count=0" for place in range(4)))
    expect(shown.alerts).to_have_count(1)
    expect(shown.alerts).to_contain_text("at least one home")
    expect(shown.figure("All bills, MYR")).to_have_text(f"{kpis({})['cost']:.2f}")


@pytest.mark.long
def test_an_efficiency_can_be_lowered_and_set_back_to_all(dashboard):
    dashboard.unfold("All settings")
    for label in ("Charging efficiency", "Discharging efficiency"):
        dashboard.slider(label).press("ArrowLeft")
        expect(dashboard.page).to_have_url(re.compile(r"_efficiency=0\."))
        assert "_efficiency=0.95" in dashboard.page.url
        dashboard.slider(label).press("ArrowRight")
        expect(dashboard.page).to_have_url(re.compile(r"\?preset=paper$"))
