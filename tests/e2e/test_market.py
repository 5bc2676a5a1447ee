"""The market: a walk through an hour of the run forwards and back, and the orders of a class."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from choosing import choose

TEXTBOOK = """Name;Side;kWh;Price
Aminah;buy;1,0;100
Ben;buy;1,0;90
Chong;buy;1,0;80
Devi;buy;1,0;70
Ezra;buy;1,0;60
Farid;sell;1,0;80
Grace;sell;1,0;85
Hana;sell;1,0;95
Ivan;sell;1,0;100
Jaya;sell;1,0;110
"""


def heading(shown, words):
    return shown.main.get_by_role("heading", name=words)


@pytest.mark.long
def test_the_walk_goes_forwards_and_back(visit):
    shown = visit("/data")
    shown.main.get_by_role("button", name="See how the market cleared Sat 21 Mar 08:00").click()
    expect(shown.main.get_by_role("tab", name="This hour's market")).to_have_attribute("aria-selected", "true")
    ahead = shown.main.get_by_role("button", name="Next", exact=True)
    questions = (
        "Who has energy",
        "Who sells, who buys",
        "Where do supply and demand meet",
        "Who sells to whom",
        "At what price",
    )
    for place, question in enumerate(questions, 1):
        expect(heading(shown, question)).to_contain_text(f"{place} of 6")
        ahead.click()
    expect(heading(shown, "And the rest?")).to_contain_text("6 of 6")
    expect(ahead).to_be_disabled()
    shown.main.get_by_role("button", name="Back", exact=True).click()
    expect(heading(shown, "At what price")).to_contain_text("5 of 6")
    expect(shown.main.get_by_text("E1 buys 3.78 kWh at MYR 0.45 per kWh.")).to_be_visible()


def test_a_class_uploads_its_orders_and_sees_who_pays_for_truth(visit):
    shown = visit("/class?part=orders")
    shown.main.get_by_role("button", name="Empty the table").click()
    expect(shown.alerts.filter(has_text="There are no orders")).to_be_visible()
    chooser = shown.main.locator("input[type=file]")
    chooser.set_input_files({"name": "class.csv", "mimeType": "text/csv", "buffer": TEXTBOOK.encode()})
    expect(shown.alerts).to_have_count(0)
    choose(shown.page, shown.settle().main.get_by_role("combobox", name="Market rule"), "vcg", typed=True)
    shown.main.get_by_text("5 Price", exact=True).click()
    expect(shown.main.get_by_text("a deficit of 10")).to_be_visible()
    expect(shown.main.get_by_text("Without Aminah, Grace would sell 1 kWh less (ask 85).")).to_be_visible()
