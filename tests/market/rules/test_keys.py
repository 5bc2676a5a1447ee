"""Sharing keys: a worked example of four homes over three hours, and laws on random books and communities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiran
from jiran.errors import ScenarioError

#: What four homes generate and need in three hours, kWh, and their fixed keys.
GENERATION = np.array([[0, 0, 0, 0], [6, 0, 2, 0], [3, 1, 0, 0]], float)
LOAD = np.array([[1, 1, 1, 1], [2, 3, 1, 1], [1, 1, 1, 3]], float)
KEYS = [0.4, 0.3, 0.2, 0.1]
PRICES = {"import_price": 0.5, "export_price": 0.2}

NET = st.lists(st.one_of(st.just(0.0), st.floats(-5, 5)), min_size=1, max_size=8)


def shared(hour, rule, **more):
    return jiran.clear(GENERATION[hour] - LOAD[hour], rule, **PRICES, **more)


def test_the_worked_example_by_need():
    """Exports of the hours are 0, 5 and 2 kWh, imports 4 each: 0, 4 and 2 kWh are shared."""
    assert [shared(hour, "dynamic-keys").kwh.sum() for hour in range(3)] == pytest.approx([0, 4, 2])
    assert shared(1, "dynamic-keys").bought.tolist() == pytest.approx([0, 3, 0, 1])
    assert shared(2, "dynamic-keys").bought.tolist() == pytest.approx([0, 0, 0.5, 1.5])


def test_the_worked_example_by_fixed_keys():
    assert shared(0, "static-keys", keys=KEYS).kwh.size == 0
    assert shared(1, "static-keys", keys=KEYS).bought.tolist() == pytest.approx([0, 1.5, 0, 0.5])
    assert shared(2, "static-keys", keys=KEYS).bought.tolist() == pytest.approx([0, 0, 0.4, 0.2])
    assert sum(shared(hour, "static-keys", keys=KEYS).kwh.sum() for hour in range(3)) == pytest.approx(2.6)


def test_equal_shares_are_divided_again_where_one_does_not_need_its_own():
    """6 kWh for needs of 1, 2 and 9: 1, 2 and the 3 that are left."""
    found = jiran.clear([6.0, -1.0, -2.0, -9.0], "dynamic-keys", **PRICES, by="equal")
    assert found.bought.tolist() == pytest.approx([0, 1, 2, 3])
    scarce = jiran.clear([3.0, -1.5, -0.5, -9.0], "dynamic-keys", **PRICES, by="equal")
    assert scarce.bought.tolist() == pytest.approx([0, 1.25, 0.5, 1.25])


@pytest.mark.parametrize("rule", ["static-keys", "dynamic-keys"])
def test_the_price_is_agreed_or_a_part_of_the_grids(rule):
    net = [2.0, -1.0, -1.5]
    assert set(jiran.clear(net, rule, **PRICES).buyer_price) == {0.4}
    assert set(jiran.clear(net, rule, **PRICES, fraction=0.0).buyer_price) == {0.0}
    agreed = jiran.clear(net, rule, **PRICES, price=0.18)
    assert set(agreed.buyer_price) == set(agreed.seller_price) == {0.18}


@given(NET, st.data())
def test_no_key_shares_more_than_there_is_and_none_more_than_that_by_need(net, data):
    weights = np.array([data.draw(st.sampled_from([0.0, 1.0, 3.0])) for _ in net])
    keys = weights / max(weights.sum(), 1.0)
    order = np.where(np.abs(net) > 1e-9, net, 0.0)
    surplus, deficit = np.maximum(order, 0.0), np.maximum(-order, 0.0)
    by_need = jiran.clear(net, "dynamic-keys", **PRICES)
    equal = jiran.clear(net, "dynamic-keys", **PRICES, by="equal")
    fixed = jiran.clear(net, "static-keys", **PRICES, keys=keys)
    most = min(surplus.sum(), deficit.sum())
    for found in (by_need, equal, fixed):
        assert (found.sold <= surplus + 1e-9).all()
        assert (found.bought <= deficit + 1e-9).all()
        assert found.sold.sum() == pytest.approx(found.bought.sum(), abs=1e-9)
    assert by_need.kwh.sum() == pytest.approx(most, abs=1e-7)
    assert equal.kwh.sum() == pytest.approx(most, abs=1e-7)
    assert fixed.bought == pytest.approx(np.minimum(keys * surplus.sum(), deficit), abs=1e-7)


@pytest.mark.parametrize(
    ("keys", "rule"),
    [([0.5], "static-keys"), ([0.6, 0.6], "static-keys"), ([-0.1, 0.2], "static-keys"), ([0.5, 0.5], "dynamic-keys")],
)
def test_what_are_no_keys_is_refused(keys, rule):
    with pytest.raises(ScenarioError, match=r"^keys = "):
        jiran.clear([1.0, -1.0], rule, **PRICES, keys=keys)


def community(**more):
    homes = [{"id": f"M{place}", "kind": "solar", "sharing_key": key} for place, key in enumerate(KEYS)]
    return jiran.load_scenario("paper", {
        "homes": {"single": homes}, "steps": 3, "battery.capacity_kwh": 0, "market.mechanism": "static-keys", **more,
    })  # fmt: skip


def test_a_run_divides_by_the_keys_of_its_homes_whoever_has_an_order():
    profiles = jiran.simulate(community()).flows.profiles.__class__(GENERATION, LOAD, np.zeros((3, 4)))
    found = jiran.simulate(community(), profiles=profiles)
    bought = found.flows["p2p_bought_kwh"]
    assert bought[1].tolist() == pytest.approx([0, 1.5, 0, 0.5])
    assert bought[2].tolist() == pytest.approx([0, 0, 0.4, 0.2])
    doubled = community(**{f"homes.single.{place}.sharing_key": 20 * key for place, key in enumerate(KEYS)})
    again = jiran.simulate(doubled, profiles=profiles).flows["p2p_bought_kwh"]
    assert again.tolist() == [pytest.approx(row, abs=1e-12) for row in bought.tolist()]
