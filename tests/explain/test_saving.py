"""Why the home that loses most by trading pays more: the accounts add up to its loss, and two homes by hand."""

from __future__ import annotations

import pytest

from jiran import load_scenario, simulate
from jiran.explain.saving import losers, loss

ACCOUNTS = ("trades", "period", "grid", "battery", "fund", "peaks")


@pytest.mark.parametrize(
    ("preset", "fields"),
    [
        ("paper", {"market.mechanism": "bill-sharing"}),
        ("kampung", {"market.mechanism": "bill-sharing", "grid.demand_charge": 40.0}),
        ("kampung", {"grid.tariff": "my-tnb-rp4-domestic-nem3", "start": "2025-07-01", "steps": 300}),
        ("whose-battery", {"battery.controller": "plan-ahead", "battery.in_market": True, "market.mechanism": "uniform-price"}),
        ("paper", {"market.mechanism": "bill-sharing", "battery.fund_share": "keep"}),
    ],
)  # fmt: skip
def test_what_a_home_pays_more_to_each_account_adds_up_to_its_loss(preset, fields):
    result = simulate(load_scenario(preset, fields))
    found, lost = loss(result), losers(result)
    assert lost.figures["losers"] > 0
    assert found.figures["home"] == lost.figures["most"]
    assert sum(found.figures[name] for name in ACCOUNTS) == pytest.approx(lost.figures["loss"], abs=1e-9)


def test_two_homes_by_hand():
    # The grid gives 0.40 for a kWh and the rule, which heeds no limits, less: the seller loses the difference.
    result = simulate(load_scenario("paper", {
        "homes.groups": [{"kind": "solar", "count": 1}, {"kind": "normal", "count": 1}], "steps": 24,
        "grid.import_price": 0.30, "grid.export_price": 0.40, "battery.capacity_kwh": 0.0,
        "market.mechanism": "grid-fraction", "market.fraction": 0.5,
    }))  # fmt: skip
    (seller,) = (row for row in result.homes.to_dicts() if row["p2p_sold_kwh"] > 0.0)
    kwh = seller["p2p_sold_kwh"]
    price = seller["p2p_received"] / kwh
    found = loss(result).figures
    assert found["home"] == seller["id"]
    assert found["trades"] == pytest.approx(-price * kwh)
    assert found["grid"] == pytest.approx(0.40 * kwh)  # what the grid would have given for it
    text = str(loss(result))
    assert text.startswith(
        f"{seller['id']} pays more because the grid cost it MYR {0.40 * kwh:.2f} more; against that, its trades"
    )


def test_nothing_is_said_where_nobody_loses():
    result = simulate(load_scenario("paper"))
    assert losers(result).figures["losers"] == 0
    assert loss(result) is None
