"""The table of homes takes what is typed while the page is still being drawn anew."""

from __future__ import annotations

import contextlib
from functools import partial
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

#: For an editor to open, whose script comes with the first key, or to close; a key that is pressed again too soon is typed twice.
HEARD_MS = 20_000


def _counts(page):
    """Return how many homes the first groups have, as the link says it."""
    held = parse_qs(urlsplit(page.url).query)
    return [int(held[f"homes.groups.{place}.count"][-1]) for place in range(4)]


def until(act, so):
    """Press a key until it has been heard: in the moment in which the grid itself is drawn anew it misses one."""
    for _ in range(5):
        act()
        with contextlib.suppress(AssertionError):
            so()
            return
    raise AssertionError("the grid hears no key")


def test_cells_that_are_filled_one_after_the_other_are_all_kept(visit):
    shown = visit("/plan?preset=klang-valley-atap&steps=24")
    shown.unfold("2 Homes")
    table = shown.page.locator("[data-testid=stSidebar] [data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    expect(table.locator("canvas").first).to_be_visible()
    box = table.locator("canvas").first.bounding_box()
    shown.page.mouse.click(box["x"] + 150, box["y"] + 35 + 17)
    cell = shown.page.locator("#portal input")
    for number in "5678":
        opened = partial(expect(cell).to_have_value, number, timeout=HEARD_MS)
        until(partial(shown.page.keyboard.type, number), opened)
        # And on to the next row, while the page is drawn anew.
        until(partial(shown.page.keyboard.press, "Enter"), partial(expect(cell).to_have_count, 0, timeout=HEARD_MS))
        shown.page.wait_for_function("document.activeElement?.closest('[data-testid=stDataFrame]')")
    shown.page.wait_for_url(lambda url: "homes.groups.3.count" in url)
    shown.settle()
    assert _counts(shown.page) == [5, 6, 7, 8]
