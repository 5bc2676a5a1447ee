"""One step of an EV that lends: rounding dust is neither a need to charge nor an offer."""

from __future__ import annotations

import numpy as np
import pytest

from jiran.engine.fleet import use_own
from jiran.engine.records import Fleet, Inputs, Outputs
from jiran.engine.storage import Battery


def one_step(stored_kwh, *, departure_kwh=10.0, net_kwh=-1.0):
    """Return net, offered, charged and supplied kWh of one home whose EV may give down to 5 kWh and up to 2 kWh."""
    shape, none = np.zeros((1, 1)), np.empty(0)
    inputs = Inputs(
        np.full((1, 1), max(net_kwh, 0.0)), np.full((1, 1), max(-net_kwh, 0.0)), shape, np.ones(1), np.zeros(1), 0.0,
        none, none, np.zeros((1, 2)), np.ones(1, np.bool_),
    )  # fmt: skip
    ev = Battery(20.0, 5.0, 0.0, 0.0, 1.0, 1.0)
    fleet = Fleet(
        np.zeros(1, np.int64), np.full(1, 2.0), np.ones(1, np.bool_), np.ones(1, np.bool_), np.zeros(1, np.int64),
        np.zeros((1, 1)), ev, departure_kwh, np.nan,
    )  # fmt: skip
    out = Outputs(*(np.zeros((1, 1)), *(np.zeros(1) for _ in range(3)), *(np.zeros((1, 1)) for _ in range(7))), np.zeros(1, np.int64))  # fmt: skip
    net, offered = np.empty(1), np.zeros(1)
    use_own(0, inputs, fleet, np.full(1, stored_kwh), out, net, offered)
    return net[0], offered[0], out.ev_charged_kwh[0, 0], out.ev_supplied_kwh[0, 0]


def test_a_residue_of_charging_is_none():
    assert one_step(10.0 - 1e-12) == (-1.0, 0.0, 0.0, 0.0)
    assert one_step(10.0 - 1e-6) == pytest.approx((-1.0 - 1e-6, 0.0, 1e-6, 0.0))


def test_an_offer_of_dust_is_none():
    assert one_step(11.0 + 1e-12, net_kwh=-1.0)[:2] == (0.0, 0.0)
    assert one_step(10.0 + 1e-12, net_kwh=3.0)[:2] == (3.0, 0.0)
    assert one_step(10.0 + 1e-6, net_kwh=3.0)[:2] == pytest.approx((3.0 + 1e-6, 1e-6))
