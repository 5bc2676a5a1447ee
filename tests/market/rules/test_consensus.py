from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran import clear
from strategies import BOOKS, PRICE

PRICES = {"import_price": 0.5, "export_price": 0.2}


def agreed(net_kwh, **given):
    return clear(net_kwh, "consensus", **{**PRICES, "tolerance": 1e-6, **given})


def best_welfare(net_kwh, limit_price):
    """Return the optimum of the linear problem, kWh by kWh in merit order (whole kWh)."""
    bids = sorted((p for n, p in zip(net_kwh, limit_price, strict=True) for _ in range(-n)), reverse=True)
    asks = sorted(p for n, p in zip(net_kwh, limit_price, strict=True) for _ in range(n))
    return sum(max(0.0, bid - ask) for bid, ask in zip(bids, asks, strict=False))


def welfare(result, limit_price):
    limit = np.array(limit_price)
    return float((result.kwh * (limit[result.buyer] - limit[result.seller])).sum())


@pytest.mark.parametrize("curvature", [0.5, 0.2, 0.05])
@pytest.mark.parametrize("net_kwh", [[1, -2], [1, 2, -2, -4], [3, 1, 2, -2], [0.5, -1, -1.5, -2]])
def test_it_finds_the_optimum_and_its_price_when_one_side_is_short(net_kwh, curvature):
    surplus, deficit = sum(max(net, 0) for net in net_kwh), -sum(min(net, 0) for net in net_kwh)
    ratio = surplus / deficit
    price = 0.5 - curvature * 0.3 * ratio if ratio < 1 else 0.2 + curvature * 0.3 / ratio
    result = agreed(net_kwh, curvature=curvature)
    assert result.kwh.sum() == pytest.approx(min(surplus, deficit), rel=1e-4)
    assert result.buyer_price == pytest.approx([price] * result.kwh.size, abs=1e-4)
    share = min(surplus, deficit) / np.where(np.array(net_kwh) > 0, surplus, deficit)
    assert result.sold - result.bought == pytest.approx(net_kwh * share, abs=1e-3)


def test_by_default_it_comes_within_a_thousandth_of_the_optimum():
    net = np.random.default_rng(4).uniform(-3, 3, 40)
    traded = clear(net, "consensus", **PRICES).kwh.sum()
    assert traded == pytest.approx(min(net[net > 0].sum(), -net[net < 0].sum()), rel=1e-3)


def test_an_even_book_meets_in_the_middle():
    result = agreed([2, 1, -1.5, -1.5])
    assert result.buyer_price == pytest.approx([0.35] * result.kwh.size, abs=1e-4)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from([-3, -2, -1, 1, 2, 3]), st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5])),
        min_size=2,
        max_size=6,
    )
)
def test_with_little_curvature_the_welfare_is_that_of_the_linear_problem(orders):
    net_kwh, limit_price = zip(*orders, strict=True)
    best = best_welfare(net_kwh, limit_price)
    curvature, spread = 0.02, 0.4
    result = agreed(net_kwh, limit_price=limit_price, curvature=curvature, rounds=20_000)
    volume = sum(map(abs, net_kwh)) / 2
    # Half of the curvature's triangle on either side of every kWh is the most that bending can cost.
    assert best - curvature * spread * volume - 1e-3 <= welfare(result, limit_price) <= best + 1e-9


def test_for_limits_of_their_own_the_quadratic_problem_is_solved():
    # Buyers at 10 and 9, one kWh each, spread W = 10, bend 5: marginal values 10 - 5 q and 9 - 5 (1 - q) meet at q = 0.6.
    result = agreed([1, -1, -1], limit_price=[0, 10, 9], import_price=10, export_price=0)
    assert result.bought == pytest.approx([0, 0.6, 0.4], abs=1e-4)
    assert result.buyer_price == pytest.approx([7, 7], abs=1e-3)


def test_it_stops_on_its_residuals():
    net = [3, 1, -2, -4, -1]
    assert agreed(net).kwh.tobytes() == agreed(net, rounds=1_000_000).kwh.tobytes()
    gaps = [4 - agreed(net, tolerance=tolerance).kwh.sum() for tolerance in (1e-2, 1e-4, 1e-8)]
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 1e-6
    assert agreed(net, rounds=2).kwh.sum() < 3.9


def test_it_does_not_stop_while_offers_differ_though_they_move_no_more():
    assert agreed([5, 5, -1, -1], curvature=0.1, tolerance=0.01).kwh.sum() == pytest.approx(2, abs=0.05)


@settings(max_examples=60)
@given(st.data(), BOOKS, st.sampled_from([1, 7, 300]))
def test_however_early_it_stops_money_balances_and_limits_and_orders_hold(data, net_kwh, rounds):
    net = np.array(net_kwh)
    limit = np.array(data.draw(st.lists(PRICE, min_size=net.size, max_size=net.size)))
    result = agreed(net, limit_price=limit, rounds=rounds)
    assert np.array_equal(result.buyer_price, result.seller_price)
    assert np.all(result.buyer_price <= limit[result.buyer])
    assert np.all(result.seller_price >= limit[result.seller])
    assert np.all(result.sold <= np.maximum(net, 0) * (1 + 1e-9) + 1e-12)
    assert np.all(result.bought <= np.maximum(-net, 0) * (1 + 1e-9) + 1e-12)
    assert result.kwh.tobytes() == agreed(net, limit_price=limit, rounds=rounds, seed=1).kwh.tobytes()


@settings(max_examples=30)
@given(st.data())
def test_the_order_of_homes_does_not_matter(data):
    net = np.array([3, 1, -2, -4, -1.0])
    order = np.array(data.draw(st.permutations(range(5))))
    assert agreed(net[order]).sold == pytest.approx(agreed(net).sold[order], abs=1e-9)


@pytest.mark.parametrize("net_kwh", [[], [0.0], [1, 2], [-1, 0], [1e-13, -1e-13], [1e-320, -1]])
def test_books_without_a_trade(net_kwh):
    assert agreed(net_kwh).kwh.size == 0


@pytest.mark.parametrize("export_price", [0.3, 0.4], ids=["equal to import", "above import"])
def test_without_a_gain_there_is_nothing_to_agree_on(export_price):
    assert agreed([1, -2], import_price=0.3, export_price=export_price).kwh.size == 0


def test_who_states_a_lower_value_pays_less():
    honest, lied = (agreed([1, -2], limit_price=[0.2, bid]).buyer_price[0] for bid in (0.5, 0.3))
    assert lied < honest
