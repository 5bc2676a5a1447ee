"""One page of the dashboard on a run of the paper's community, for the tests of pages."""

from __future__ import annotations

import re

from streamlit import config
from streamlit.testing.v1 import AppTest

import jiran
from jiran.app.links import base_of_preset
from jiran.app.serve import OPTIONS

MANY = {f"homes.groups.{kind}.count": 50 for kind in ("solar", "ev", "hybrid", "normal")}


def run(**overrides):
    return jiran.simulate(jiran.load_scenario("paper", overrides))


def text_of(sentences):
    """Return sentences as the text of a page."""
    return " ".join(map(str, sentences))


def seen(markdown):
    """Return what a reader sees of Markdown: without stars, backslashes and what holds letters apart."""
    return re.sub(r"\\(?=\W)|\*\*|\N{WORD JOINER}", "", markdown)


#: Where the Street is in a browser.
STREET_PATH = "/street"
#: The Street; what it looks at stands in the link.
STREET = "from jiran.app import street\n\nstreet.show()\n"


def show(page, result, link=None, **state):
    at = AppTest.from_string(page, default_timeout=60)
    at.session_state["result"] = result
    # As begun: a page that is the first one of a viewer would read A from the link.
    at.session_state["base"], at.session_state["changes"] = base_of_preset("paper"), {}
    at.query_params.update(link or {})
    for name, value in state.items():
        at.session_state[name] = value
    at.run()
    assert not at.exception
    return at


def as_served():
    """Give Streamlit the options that it has when jiran serves the dashboard."""
    for name, value in OPTIONS.items():
        config.set_option(name, value)


def link_of(at):
    """Return what stands in the address of a page, by name."""
    return {name: values[0] if isinstance(values, list) else values for name, values in at.query_params.items()}
