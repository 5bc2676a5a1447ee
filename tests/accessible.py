"""What axe finds through the browser that keeps somebody out of a page."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

#: What is drawn anew is faint, or without a name, for a moment: a fault is one that is found for so long, s.
LASTS_S = 30


def serious(page):
    """Return the serious faults of a page in the light, and those of its contrasts in the dark: nothing else differs there."""
    light = _lasting(page, {})
    page.emulate_media(color_scheme="dark")
    dark = _lasting(page, {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    return [*light, *(("dark", *fault) for fault in dark)]


def _lasting(page, options):
    """Return what is found for as long as a fault lasts."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # or what is still to come would not be asked about
    until = time.monotonic() + LASTS_S
    while True:
        page.wait_for_timeout(1000)  # what the page's own script names, it names a little later
        found = [
            (fault["id"], [node["html"][:120] for node in fault["nodes"][:3]])
            for fault in axe.Axe().run(page, options=options).response["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
        if not found or time.monotonic() > until:
            return found
