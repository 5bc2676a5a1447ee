"""A car that does as it is told leaves as full as it should, whether or not it bids: what it holds follows from its commands."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3

import numpy as np
import pytest

import jiran
from jiran.live.dialects import DIALECTS
from jiran.live.message import Counters
from jiran.live.rules import HOUR_MS, MINUTE_MS
from live_streets import scenario_of, street_of

DAYS = 4
STREET = {
    "steps": 24 * DAYS,  # from a Monday on
    "live.control": ["E1"],
    "homes.groups": [{"kind": kind, "count": 1} for kind in ("solar", "ev", "normal")],
}


def needs_kwh(scenario):
    """Return what homes need beside a car, in steps that are not like the ones before."""
    no_cars = scenario.ev.model_copy(update={"charging": "blocks", "blocks": ()})
    run = jiran.simulate(scenario.model_copy(update={"ev": no_cars}))
    net = run.flows["load_kwh"] - run.flows["generation_kwh"]
    return run.community.ids, net * np.random.default_rng(0).uniform(0.3, 1.7, net.shape)


def obeyed(scenario, folder):
    """Return what a car took (> 0) or gave in each step that did as it was told."""
    ids, needs = needs_kwh(scenario)
    orders, counters, did = {}, {home: [10**9, 10**9] for home in ids}, []
    with street_of(scenario, folder, end=True) as (street, _):
        at = street.calendar.first_ms

        def say():
            for home, (taken, given) in counters.items():
                for one in DIALECTS["senml"].produce(Counters(home, at, taken, given, "UTC")):
                    street.hear(one.topic, one.payload, at)

        say()
        for step in needs:
            did.append(orders.get(at, 0.0))
            for home, need in zip(ids, step, strict=True):
                net = round((need + (did[-1] if home == "E1" else 0.0)) * 1e6)
                counters[home][0] += max(net, 0)
                counters[home][1] += max(-net, 0)
            at += HOUR_MS
            say()
            for minute in (0, 20):
                for one in street.tick(at + minute * MINUTE_MS):
                    if one.topic.endswith("/E1/command"):
                        told = json.loads(one.payload)
                        orders[int(dt.datetime.fromisoformat(told["valid_from"]).timestamp() * 1_000)] = told["car_kw"]
    return np.array(did)


@pytest.mark.parametrize(("rule", "bids"), [("uniform-price", True), ("grid-only", False)])
def test_a_car_that_obeys_takes_what_it_drives(rule, bids, tmp_path):
    scenario = scenario_of(
        "cars-in-the-evening", **STREET, **{"market.mechanism": rule, "ev.charging": "v2g", "ev.in_market": bids}
    )
    did, car = obeyed(scenario, tmp_path / "live"), scenario.ev.calendar
    stored = np.where(did > 0, did * car.efficiency, did / car.discharge_efficiency)
    from_morning_on = [stored[8 + 24 * day : 32 + 24 * day].sum() for day in range(DAYS - 1)]
    assert from_morning_on == pytest.approx([car.trip_kwh] * (DAYS - 1), abs=1e-4)
    assert did[did < 0].sum() < -1.0


def test_a_store_of_before_goes_on(tmp_path):
    scenario = scenario_of("cars-in-the-evening", **STREET)
    with street_of(scenario, tmp_path / "live"):
        pass
    with sqlite3.connect(tmp_path / "live" / "live.sqlite") as database:
        database.execute("ALTER TABLE commands DROP COLUMN car_held")
        database.execute("INSERT INTO commands VALUES (0, 'E1', 1, 2, 3)")
    with street_of(scenario, tmp_path / "live") as (_, store):
        assert store.commands(0) == {"E1": (1, 2, 3, -1)}
