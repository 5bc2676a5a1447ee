"""Share: the link says what is shown, and a code of it is one that a phone can read."""

from __future__ import annotations

from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import pytest

from jiran.app.share import MOST_IN_CODE, code, link_of
from opening import viewer

LINK = "http://192.0.2.7:8501/street?preset=paper&seed=7"


def test_a_code_is_a_picture_with_a_white_border_and_long_links_have_none():
    picture = code(LINK)
    assert picture is not None
    assert picture.startswith("<?xml")
    assert "svg" in picture
    assert code("x" * MOST_IN_CODE) is not None
    assert code("x" * (MOST_IN_CODE + 1)) is None


def test_signs_of_a_link_are_written_so_that_they_come_back():
    assert link_of(LINK, {"name": "a&b=c #1"}) == "http://192.0.2.7:8501/street?name=a%26b%3Dc+%231"


@pytest.mark.parametrize("link", [{"preset": "kampung"}, {"preset": "paper", "seed": "7", "grid.import_price": "0.6"}])
def test_the_panel_shares_what_the_address_bar_holds(link):
    at = viewer(**link)
    at.session_state["share"] = True
    with mock.patch("sys.argv", ["main.py"]):
        at.run()
    assert not at.exception
    shared = urlsplit(at.sidebar.code[0].value)
    assert dict(parse_qsl(shared.query)) == link
