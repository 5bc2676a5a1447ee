"""Who gets the gain of a traded kWh: at the border of what is written as nothing, one of two sentences is said."""

from __future__ import annotations

import math

import pytest

from jiran import compare, load_scenario
from jiran.report import reasons


def charged(network_charge):
    """Compare a rule under which the market has all of a gain of 30 per kWh but the network charge."""
    prices = {"grid.import_price": 50.0, "grid.export_price": 20.0, "grid.network_charge": network_charge}
    return compare({"A": load_scenario("paper", {"market.mechanism": "trade-reduction", **prices})}, seeds=1)


@pytest.mark.parametrize(("charge", "text"), [
    (0.12, "the market keeps all of the gain"), (0.15, "the market keeps all of the gain"),
    (0.18, "The market gets 99% of the gain and the network 1%."),
])  # fmt: skip
def test_half_a_percent_of_the_gain_is_still_nothing(charge, text):
    assert text in reasons.reason(charged(charge), "A")


def test_a_residue_decides_of_no_sentence(monkeypatch):
    found = charged(0.15)
    for market in (math.nextafter(0.995, 0.0), 0.995, 0.9950000000000008):
        for network in (math.nextafter(0.005, 0.0), 0.005, 0.005000000000000002):
            shares = reasons.Split(1.0, 30.0, 0.0, 0.0, market, network)
            monkeypatch.setattr(reasons, "split", lambda *_, shares=shares: shares)
            assert reasons.all_kept(found, "A")
            assert not reasons.parts(found, "A")
