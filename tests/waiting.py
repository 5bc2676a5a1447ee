"""Wait in the browser for what is worked out there: a page takes its places as its scripts come, one by one."""

from __future__ import annotations

from playwright.sync_api import TimeoutError as TooLateError


def wait_until(page, script, said, *, arg=None):
    """Wait until a function of the page returns true; fail with a sentence if it does not in the time of the page."""
    try:
        page.wait_for_function(script, arg=arg)
    except TooLateError:
        raise AssertionError(f"{said}: not within the time that a page has") from None
