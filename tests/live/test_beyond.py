"""What the street's connection carries, in live mode: counted as it was measured, heeded by stores, and nothing is curtailed."""

from __future__ import annotations

import json

import pytest

import jiran
from jiran.live.clearing import metered
from jiran.live.opening import homes_of
from live_streets import play, player_of, rounded_day, scenario_of, street_of

#: The community battery first waits, is then full, and has no room for what is too much.
DAY = {"start": "2026-03-21T06:00", "steps": 12}
BY_HOUR = [0.0 if hour % 2 else 30.0 for hour in range(24)]
LIMITS = {
    "a number": 5.0,
    "by the hour": BY_HOUR,
    "by the step": [float(step % 5) * 3 for step in range(12)],
}


def settled(scenario, folder):
    made, lines = [], []
    with street_of(scenario, folder, book=made.append, end=True) as (street, store):
        street.on_step = lines.append
        play(street, player_of(scenario, "senml"), after_days=9)
        said = json.loads(store.about()["beyond"])
        shown = store.shown()
    return made, lines, said, shown


@pytest.mark.parametrize(
    ("rule", "limit"), [("grid-fraction", "a number"), *(("bill-sharing", limit) for limit in LIMITS)]
)
def test_what_was_exported_was_exported_and_is_settled_as_without_a_limit(rule, limit, tmp_path):
    """Without a battery nothing heeds a limit: trades, payments and what homes are shown are the same."""
    common = DAY | {"market.mechanism": rule, "battery.capacity_kwh": 0.0}
    plain = settled(scenario_of("paper", **common), tmp_path / "plain")
    sides = {f"grid.{side}_limit_kw": LIMITS[limit] for side in ("import", "export")}
    # The roofs are played as without a limit, which curtails nothing that was measured.
    limited = scenario_of("paper", **common, **sides)
    with street_of(limited, tmp_path / "limited", book=(made := []).append, end=True) as (street, store):
        play(street, player_of(scenario_of("paper", **common), "senml"), after_days=9)
        said, shown = json.loads(store.about()["beyond"]), store.shown()
    assert made == plain[0] != []
    assert shown == plain[3]
    assert plain[2] == []
    assert said == expected(limited, common)


def expected(limited, common):
    """Say it again from the rounded registers, with sums alone."""
    day = rounded_day(scenario_of("paper", **common), "senml")
    net = (day.load_kwh - day.generation_kwh).sum(axis=1)
    found = []
    for side, kwh, most in (
        ("import", net, limited.grid.import_limit_kw),
        ("export", -net, limited.grid.export_limit_kw),
    ):
        by_step = [most] * 12 if isinstance(most, float) else most[6:18] if len(most) == 24 else most
        over = [float(one - allowed) for one, allowed in zip(kwh, by_step, strict=True) if one > allowed + 1e-9]
        if over:
            steps = f"{len(over)} steps, by up to" if len(over) > 1 else "1 step, by"
            found.append(f"2026-03-21: {side} beyond the limit of the street in {steps} {max(over):.3f} kW.")
    assert found
    return found


def test_the_community_battery_heeds_the_limits_in_live_mode_too(tmp_path):
    limited = scenario_of("paper", **DAY, **{"grid.export_limit_kw": 4.0, "grid.import_limit_kw": 2.0})
    played = scenario_of("paper", **DAY)
    day, stripped = rounded_day(played, "senml"), metered(limited, homes_of(limited))
    asked, live = jiran.simulate(stripped, profiles=day), jiran.simulate(stripped, profiles=day, measured=True)
    assert asked.kpis["curtailed_kwh"] > 1.0
    assert live.kpis["curtailed_kwh"] == 0.0
    assert live.trades.equals(asked.trades)
    assert live.flows.outputs.soc_kwh.tolist() == asked.flows.outputs.soc_kwh.tolist() != [0.0] * 12
    for name in ("battery_import_kwh", "battery_export_kwh"):
        assert live.settlement.step_kwh[name].tolist() == asked.settlement.step_kwh[name].tolist()
    more = (live.flows["grid_export_kwh"] - asked.flows["grid_export_kwh"]).sum()
    assert more == pytest.approx(asked.kpis["curtailed_kwh"])
    with street_of(limited, tmp_path / "live", book=(made := []).append, end=True) as (street, _store):
        play(street, player_of(played, "senml"), after_days=9)
    assert [(one.seller, one.buyer, one.kwh) for one in made[0].trades] == [
        (row["seller"], row["buyer"], row["kwh"]) for row in live.trades.iter_rows(named=True)
    ]


def test_a_step_beyond_the_limit_is_told_when_it_closes(tmp_path):
    scenario = scenario_of("paper", **DAY, **{"grid.import_limit_kw": 0.0, "battery.capacity_kwh": 0.0})
    _, lines, said, _ = settled(scenario, tmp_path / "live")
    told = [line for line in lines if "beyond" in line]
    assert told[0].startswith("2026-03-21 06:00: import beyond the limit of the street in 1 step, by ")
    assert f"in {len(told)} step" in said[0]
