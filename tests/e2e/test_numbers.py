"""Fields for numbers say what they take, and read a comma as the decimal point, on the plan's panel as everywhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

FEE, YEARS = "Fee of each home a month, MYR", "Years that count"


def typed(shown, label, text):
    field = shown.number(label)
    field.click()
    shown.page.keyboard.press("Control+a")
    shown.page.keyboard.type(text)
    return field


def test_a_comma_is_the_decimal_point_and_not_dropped(visit):
    shown = visit("/plan?preset=klang-valley-atap&steps=24")
    field = typed(shown, FEE, "3,5")
    expect(field).to_have_value("3.5")
    expect(shown.panel.locator(".number-note")).to_have_text(
        "A comma is read as the decimal point; thousands have no sign."
    )
    field.press("Enter")
    shown.page.wait_for_url(lambda url: url.endswith("plan.member_fee=3.5"))
    shown.settle()


@pytest.mark.parametrize(
    ("label", "text", "said"),
    [
        (YEARS, "500", "Must be at most 60."),
        (YEARS, "2.5", "Must be a whole number."),
        (FEE, "-3", "Must be at least 0."),
    ],
)
def test_a_field_that_turns_red_says_why(visit, label, text, said):
    shown = visit("/plan?preset=klang-valley-atap&steps=24")
    field = typed(shown, label, text)
    note = shown.panel.locator(".number-note")
    expect(note).to_have_text(said)
    expect(note).to_have_attribute("role", "alert")
    field.fill("5")
    expect(note).to_have_count(0)


def test_a_number_that_may_be_left_out_says_that_the_decimal_sign_is_a_point(visit):
    shown = visit("/plan?preset=klang-valley-atap&steps=24")
    field = shown.panel.get_by_role("textbox", name="PV costs, MYR/kWp", exact=True)
    field.fill("3,5")
    field.press("Enter")
    expect(shown.panel.get_by_test_id("stAlert")).to_contain_text("the decimal sign is a point: 3.5")
