"""A street that is played: the same trades and bills as the simulation of its rounded counters."""

from __future__ import annotations

import json

import pytest

import jiran
from jiran.live.clearing import metered
from jiran.live.dialects import DIALECTS
from jiran.live.rules import DAY_MS
from live_streets import play, player_of, rounded_day, scenario_of, street_of


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_day_over_messages_is_the_simulation_of_its_rounded_registers(dialect, tmp_path):
    scenario = scenario_of("paper", **{"homes.groups.solar.count": 2, "homes.groups.ev.count": 2})
    made = []
    with street_of(scenario, tmp_path, book=made.append) as (street, _):
        player = player_of(scenario, dialect)
        told = play(street, player)
        street.tick(player.last_ms + DAY_MS)
    homes = jiran.simulate(scenario).community.ids
    expected = jiran.simulate(metered(scenario, homes), profiles=rounded_day(scenario, dialect))
    assert len(made) == 1
    assert made[0].trades
    wanted = [
        (row["time"].isoformat(), row["seller"], row["buyer"], row["kwh"], row["paid"], row["received"])
        for row in expected.trades.iter_rows(named=True)
    ]
    assert [tuple(one) for one in made[0].trades] == wanted
    last = {one.topic: json.loads(one.payload) for one in told if one.topic.endswith("/now")}
    assert len(last) == len(homes)
    for n, home in enumerate(homes):
        today = last[f"{street.prefix}/{home}/now"]["today"]
        assert today["qualities"] == {"measured": 24}
        assert today["paid_millionths"] == pytest.approx(float(expected.settlement.paid[n]) * 1e6, abs=1)
        assert today["received_millionths"] == pytest.approx(float(expected.settlement.received[n]) * 1e6, abs=1)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("home-batteries", {"steps": 24}),
        ("paper", {"ev.charging": "v2g"}),
        ("ev-street", {"steps": 24}),
        ("paper", {"battery.controller": "plan-ahead", "market.mechanism": "vcg"}),
    ],
)
def test_what_runs_behind_a_meter_is_in_its_register_and_not_run_again(name, changes, tmp_path):
    scenario = scenario_of(name, **changes)
    made = []
    with street_of(scenario, tmp_path, book=made.append, end=True) as (street, _):
        player = player_of(scenario, "senml", every=60)
        play(street, player)
        street.tick(player.last_ms + DAY_MS)
    homes = jiran.simulate(scenario).community.ids
    expected = jiran.simulate(metered(scenario, homes), profiles=rounded_day(scenario, "senml"))
    assert [(one.seller, one.buyer, one.kwh, one.paid) for one in made[0].trades] == expected.trades.select(
        "seller", "buyer", "kwh", "paid"
    ).rows()
