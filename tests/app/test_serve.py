"""The dashboard's server: on which addresses it listens, how, and what it says of that."""

from __future__ import annotations

import socket

import pytest

from jiran.app import serve
from jiran.app.classroom import lan


@pytest.mark.parametrize(
    ("share", "bound"),
    [
        (None, ["127.0.0.1"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("192.168.1.23", ["127.0.0.1", "192.168.1.23"]),  # the lecturer stays on this machine
        ("0.0.0.0", ["0.0.0.0"]),  # noqa: S104
    ],
)
def test_it_listens_beyond_this_machine_only_if_shared(share, bound):
    assert serve._bound(share) == bound


def test_phones_are_told_the_address_that_is_shared(monkeypatch):
    monkeypatch.setattr(lan, "addresses", lambda: ("192.168.1.23", "10.0.0.7"))
    assert serve._hosts(None) == ()
    assert serve._hosts("10.0.0.7") == ("10.0.0.7",)
    assert serve._hosts("0.0.0.0") == ("192.168.1.23", "10.0.0.7")  # noqa: S104


def test_the_sentence_says_what_sharing_opens():
    alone = serve._greeting("http://localhost:8501/", 8501, (), "key")
    assert alone == ["jiran is open at http://localhost:8501/ (Ctrl-C ends it)"]
    shared = " ".join(serve._greeting("http://localhost:8501/class", 8501, ("192.168.1.23",), "key"))
    assert "join at http://192.168.1.23:8501/join. They reach that page and nothing else" in shared
    assert "http://192.168.1.23:8501/class?lecturer=key; who has this link can do all." in shared


def test_small_answers_go_out_at_once():
    """Asyncio switches Nagle's algorithm off only for sockets that name their protocol."""
    with serve.listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
