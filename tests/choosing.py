"""Choose from a list in the browser: an open list closes again if its page is scrolled, or drawn anew."""

from __future__ import annotations

from playwright.sync_api import TimeoutError as TooLateError

#: How often a list is opened, and how long it may take to show its option and take a click, ms.
TRIES, OPEN_MS = 20, 5_000


def choose(page, box, option, *, typed=False):
    """Click an option of a box; typed: name it first, because the list is longer than what it shows."""
    wanted, trouble = page.get_by_role("option", name=option, exact=True), None
    for _ in range(TRIES):
        box.evaluate("box => box.scrollIntoView({block: 'center'})")  # the list needs room, too
        if not wanted.is_visible():
            box.click()
            if typed:
                box.fill(option)
        try:
            wanted.click(timeout=OPEN_MS)
        except TooLateError as error:
            trouble = error
        else:
            return
    raise AssertionError(f"{option!r} could not be chosen: {trouble}")
