"""What every test of a page shares."""

from __future__ import annotations

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner

from pages import as_served


@pytest.fixture(autouse=True, scope="session")
def streamlit_runs_as_it_is_served():
    as_served()


@pytest.fixture(autouse=True, scope="session")
def installed_packages_are_looked_through_once():
    """Each viewer of a test lets Streamlit read about all installed packages anew: two thirds of what a page costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield
