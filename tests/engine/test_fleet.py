"""One step of an EV that lends: rounding dust is neither a need to charge nor an offer."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from jiran.control.storage import Battery
from jiran.engine.fleet import offer, use_own
from jiran.engine.records import Fleet, Inputs, Worth
from jiran.simulation import fill


def one_step(stored_kwh, *, departure_kwh=10.0, net_kwh=-1.0):
    """Return net, offered, charged and supplied kWh of one home whose EV may give down to 5 kWh and up to 2 kWh."""
    zeros = partial(np.zeros, (1, 1))
    inputs = Inputs(
        generation_kwh=np.full((1, 1), max(net_kwh, 0.0)),
        load_kwh=np.full((1, 1), max(-net_kwh, 0.0)),
        ev_kwh=zeros(),
        import_price=np.ones(1),
        export_price=np.zeros(1),
        network_charge=0.0,
        worth=Worth(slot=np.empty(0, np.int64), bought=np.empty((0, 1)), sold=np.empty((0, 1))),
        parameters=np.empty(0),
        keys=np.empty(0),
        bid_parameters=np.empty(0),
        traits=np.zeros((1, 2)),
        may_draw=np.ones(1, np.bool_),
        import_limit_kwh=np.empty(0),
        export_limit_kwh=np.empty(0),
    )
    fleet = Fleet(
        homes=np.zeros(1, np.int64),
        step_kwh=np.full(1, 2.0),
        parked=np.ones(1, np.bool_),
        supplying=np.ones(1, np.bool_),
        charging_steps_after=np.zeros(1, np.int64),
        trip_kwh=zeros(),
        ev=Battery(
            capacity_kwh=20.0,
            minimum_kwh=5.0,
            charge_step_kwh=0.0,
            discharge_step_kwh=0.0,
            charge_efficiency=1.0,
            discharge_efficiency=1.0,
        ),
        departure_kwh=departure_kwh,
        reserve_price=np.nan,
    )
    out = fill.outputs(1, 1, 1, bids=False)
    net, offered = np.empty(1), np.zeros(1)
    held = np.full(1, stored_kwh)
    use_own(0, inputs, fleet, held, out, net)
    offer(0, fleet, held, out, net, offered)
    return net[0], offered[0], out.ev_charged_kwh[0, 0], out.ev_supplied_kwh[0, 0]


def test_a_residue_of_charging_is_none():
    assert one_step(10.0 - 1e-12) == (-1.0, 0.0, 0.0, 0.0)
    assert one_step(10.0 - 1e-6) == pytest.approx((-1.0 - 1e-6, 0.0, 1e-6, 0.0))


def test_an_offer_of_dust_is_none():
    assert one_step(11.0 + 1e-12, net_kwh=-1.0)[:2] == (0.0, 0.0)
    assert one_step(10.0 + 1e-12, net_kwh=3.0)[:2] == (3.0, 0.0)
    assert one_step(10.0 + 1e-6, net_kwh=3.0)[:2] == pytest.approx((3.0 + 1e-6, 1e-6))
