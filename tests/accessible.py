"""What axe finds through the browser that keeps somebody out of a page."""

from __future__ import annotations

import pytest


def serious(page):
    """Return the serious faults of a page in the light, and those of its contrasts in the dark: nothing else differs there."""
    light = _lasting(page, {})
    page.emulate_media(color_scheme="dark")
    dark = _lasting(page, {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    return [*light, *(("dark", *fault) for fault in dark)]


def _lasting(page, options):
    """Return what is found again: what is drawn anew is faint, or without a name, for a moment."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = []
    for _ in range(5):
        page.wait_for_timeout(1000)  # what the page's own script names, it names a little later
        found = [
            (fault["id"], [node["html"][:120] for node in fault["nodes"][:3]])
            for fault in axe.Axe().run(page, options=options).response["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
        if not found:
            break
    return found
