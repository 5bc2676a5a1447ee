"""Addresses of this machine, the likeliest first."""

from __future__ import annotations

import ipaddress
import socket

from hypothesis import given
from hypothesis import strategies as st

from jiran.app.classroom import lan


@given(st.lists(st.ip_addresses(v=4).map(str), unique=True))
def test_an_address_that_is_listed_may_be_reached(found):
    kept = lan.in_order(tuple(found))
    assert set(kept) <= set(found)
    for address in map(ipaddress.ip_address, kept):
        assert not address.is_loopback
        assert not address.is_link_local


def test_homes_come_before_offices_and_these_before_virtual_machines():
    found = ("203.0.113.7", "172.17.0.1", "10.1.2.3", "192.168.1.23", "127.0.1.1")
    assert lan.in_order(found) == ("192.168.1.23", "10.1.2.3", "172.17.0.1", "203.0.113.7")


def test_no_network_gives_no_address(monkeypatch):
    def nothing(*_given):
        raise OSError

    monkeypatch.setattr(socket.socket, "connect", nothing)
    monkeypatch.setattr(socket, "gethostbyname_ex", nothing)
    assert lan.addresses() == ()
