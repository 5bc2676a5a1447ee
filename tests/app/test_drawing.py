"""Charts: their words can be read on both themes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

import jiran.app
from jiran.app.drawing import ink, inked

THEMES = tomllib.loads((Path(jiran.app.__file__).parent / ".streamlit" / "config.toml").read_text())["theme"]
PAGE = """
from jiran.app.charts.base import chart
from jiran.app.drawing import draw

own = {"axisLabel": {"color": "#123456", "fontSize": 11}}
draw(chart("a", xAxis=own, yAxis=[{"type": "value"}, {}], legend={"top": 0}, series=[]), key="a", alt="a", height=100)
"""


def brightness(colour):
    parts = (int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Return how far apart two colours are, by WCAG 2."""
    low, high = sorted(brightness(colour) + 0.05 for colour in (one, other))
    return high / low


@pytest.fixture(autouse=True)
def as_served():
    """Give tests the themes that the server has."""
    before = {}
    for theme in ("light", "dark"):
        for name, value in THEMES[theme].items():
            option = f"theme.{theme}.{name}"
            before[option] = config.get_option(option)
            config.set_option(option, value)
    yield
    for option, value in before.items():
        config.set_option(option, value)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_beside_a_chart_can_be_read(theme):
    assert contrast(ink(theme), THEMES[theme]["backgroundColor"]) >= 4.5


def test_axes_and_legend_of_every_chart_are_written_in_it_but_where_they_say_otherwise():
    at = AppTest.from_string(PAGE).run()
    assert not at.exception
    option = json.loads(at.get("echarts_chart")[0].proto.spec)
    colour = {"color": ink("light")}
    assert option["xAxis"] == {"axisLabel": {"color": "#123456", "fontSize": 11}, "nameTextStyle": colour}
    assert [axis["axisLabel"] for axis in option["yAxis"]] == [colour, colour]
    assert option["legend"]["textStyle"] == colour


def test_what_charts_share_is_not_written_on():
    shared = {"axisLabel": {}}
    inked({"xAxis": shared}, "#000000")
    assert shared == {"axisLabel": {}}
