"""Share: the link says what is shown, and a code of it is one that a phone can read."""

from __future__ import annotations

from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import pytest

from jiran import load_scenario
from jiran.app import links, share, shelf
from jiran.app.owndata import looks
from jiran.app.owndata.offer import base_of, take
from jiran.app.share import MOST_IN_CODE, code, link_of
from jiran.errors import JiranError
from jiran.scenario.files import as_data
from meter_files import meters
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
    at = shared(**link)
    assert dict(parse_qsl(urlsplit(at.code[0].value).query)) == link
    assert "opens wherever jiran runs" in said(at)


def test_a_link_to_uploaded_meter_data_does_not_promise_to_open_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf.tempfile, "gettempdir", lambda: str(tmp_path))
    offer = take([("street.csv", meters())], as_data(load_scenario("paper")), 1)
    link = base_of(offer, looks.seen(offer, lambda _share: None).look).link
    at = shared(**link)
    assert dict(parse_qsl(urlsplit(at.code[0].value).query)) == link
    assert "asks for the file again" in said(at)
    assert "wherever jiran runs" not in said(at)
    shelf.remove(next(tmp_path.rglob("street.csv")))
    with pytest.raises(JiranError, match="upload the file again"):
        links.read_link(dict(link), None)


def shared(**link):
    """Open Share as a viewer with a link does."""
    at = viewer(**link)
    with mock.patch("sys.argv", ["main.py"]), mock.patch.object(share, "_HERE", (None,)):  # there is no address here
        at.run()
        at.sidebar.button(key="share").click().run()
    assert not at.exception
    return at


def said(at):
    return " ".join(one.value for one in at.caption)
