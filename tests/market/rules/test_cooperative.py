from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran import clear
from jiran.errors import MechanismError
from jiran.market import find
from jiran.market.rules.cooperative import _sampled_shapley, _shapley
from jiran.market.rules.nucleolus import nucleolus_shares
from jiran.nothing import NOTHING_KWH
from strategies import BOOKS, PRICE, number

RULES = ("nash-bargaining", "shapley", "nucleolus")
PRICES = {"import_price": 1.0, "export_price": 0.0}

#: Values of all coalitions of 2 to 4 players.
GAMES = st.integers(2, 4).flatmap(
    lambda players: st.lists(number(0, 1), min_size=2**players - 1, max_size=2**players - 1).map(
        lambda v: np.array([0.0, *v])
    )
)


def members(coalition, players):
    return [player for player in range(players) if coalition >> player & 1]


def market_game(net_kwh, limit_price):
    """Return the best matching of every coalition, by walking its orders from the keenest on."""
    values = np.zeros(2 ** len(net_kwh))
    for coalition in range(values.size):
        home = members(coalition, len(net_kwh))
        asks = sorted([limit_price[i], net_kwh[i]] for i in home if net_kwh[i] > 0)
        bids = sorted(([limit_price[i], -net_kwh[i]] for i in home if net_kwh[i] < 0), reverse=True)
        while asks and bids and bids[0][0] > asks[0][0]:
            kwh = min(asks[0][1], bids[0][1])
            values[coalition] += kwh * (bids[0][0] - asks[0][0])
            asks[0][1] -= kwh
            bids[0][1] -= kwh
            asks, bids = [ask for ask in asks if ask[1] > 0], [bid for bid in bids if bid[1] > 0]
    return values


def shares(result, limit_price):
    """Return what each home gains by its trades."""
    return limit_price * (result.bought - result.sold) + result.received - result.paid


def shapley_by_permutations(values):
    players = int(np.log2(values.size))
    found = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        there = 0
        for player in order:
            found[player] += values[there | 1 << player] - values[there]
            there |= 1 << player
    return found / len(orders)


def nucleolus_by_vertices(values):
    """Return the nucleolus by a list of all vertices of each linear program: slow, and with nothing to go wrong in."""
    players = int(np.log2(values.size))
    member = np.array([[float(c >> i & 1) for i in range(players)] for c in range(values.size)])
    fixed, gets = [values.size - 1], [values[-1]]
    while (rank := np.linalg.matrix_rank(member[fixed])) < players:
        start = np.linalg.lstsq(member[fixed], np.array(gets), rcond=None)[0]
        free = np.linalg.svd(member[fixed])[2][rank:].T
        rows = [c for c in range(1, values.size - 1) if np.abs(member[c] @ free).max() > 1e-9]
        left = np.column_stack([member[rows] @ free, np.ones(len(rows))])
        right = values[rows] - member[rows] @ start
        picks = np.array(list(combinations(range(len(rows)), left.shape[1])))
        picks = picks[np.abs(np.linalg.det(left[picks])) > 1e-9]
        points = np.linalg.solve(left[picks], right[picks][..., None])[..., 0]
        slack = points @ left.T - right
        inside = slack.min(axis=1) > -1e-9
        points, slack = points[inside], slack[inside]
        best = points[:, -1] < points[:, -1].min() + 1e-9
        for row in np.flatnonzero((np.abs(slack[best]) < 1e-8).all(axis=0)):
            fixed.append(rows[row])
            gets.append(values[rows[row]] - points[best][0, -1])
    return np.linalg.lstsq(member[fixed], np.array(gets), rcond=None)[0]


def talmud(estate, claims):
    """Return the division of the Talmud, the nucleolus of the bankruptcy game (Aumann and Maschler 1985)."""

    def equal_awards(amount, most):
        low, high = 0.0, most.max()
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (low, middle) if np.minimum(most, middle).sum() > amount else (middle, high)
        return np.minimum(most, high)

    half = claims / 2
    if estate <= half.sum():
        return equal_awards(estate, half)
    return claims - equal_awards(claims.sum() - estate, half)


def bankruptcy_game(estate, claims):
    everybody = 2**claims.size - 1
    return np.array(
        [max(0.0, estate - claims[members(everybody - c, claims.size)].sum()) for c in range(everybody + 1)]
    )


@given(GAMES)
def test_shapley_is_the_mean_over_all_orders_of_arrival(values):
    assert _shapley(values) == pytest.approx(shapley_by_permutations(values), abs=1e-12)


@given(GAMES, st.data())
def test_shapley_axioms(values, data):
    players = int(np.log2(values.size))
    found = _shapley(values)
    assert found.sum() == pytest.approx(values[-1])
    other = np.array([0.0, *data.draw(st.lists(number(-1, 1), min_size=values.size - 1, max_size=values.size - 1))])
    assert _shapley(values + other) == pytest.approx(found + _shapley(other))
    # A player who joins and adds no more than its own 0.3 gets that, and the others keep theirs.
    assert _shapley(np.concatenate([values, values + 0.3])) == pytest.approx([*found, 0.3])
    order = data.draw(st.permutations(range(players)))
    renamed = np.array([values[sum(1 << order[i] for i in members(c, players))] for c in range(values.size)])
    assert _shapley(renamed) == pytest.approx(found[list(order)])


@settings(max_examples=60)
@given(GAMES)
def test_nucleolus_of_any_small_game(values):
    assert nucleolus_shares(values) == pytest.approx(nucleolus_by_vertices(values), abs=1e-7)


@pytest.mark.parametrize(("estate", "expected"), [(100, [100 / 3] * 3), (200, [50, 75, 75]), (300, [50, 100, 150])])
def test_nucleolus_divides_as_the_talmud_does(estate, expected):
    claims = np.array([100.0, 200.0, 300.0])
    assert talmud(estate, claims) == pytest.approx(expected)
    assert nucleolus_shares(bankruptcy_game(estate, claims)) == pytest.approx(expected)


@settings(max_examples=40)
@given(st.lists(number(0, 5), min_size=2, max_size=8), number(0, 1))
def test_nucleolus_of_bankruptcy_games(claims, part):
    claims = np.array(claims)
    assert nucleolus_shares(bankruptcy_game(part * claims.sum(), claims)) == pytest.approx(
        talmud(part * claims.sum(), claims), abs=1e-7
    )


ORDERS = st.lists(st.sampled_from([-2.0, -1.0, -0.5, 0.7, 1.0, 2.0]), min_size=2, max_size=7)


@settings(max_examples=60)
@given(ORDERS)
def test_rules_share_the_market_game(net_kwh):
    net = np.array(net_kwh)
    limit = np.where(net < 0, 1.0, 0.0)
    values = market_game(net, limit)
    assert values[-1] == pytest.approx(min(net[net > 0].sum(), -net[net < 0].sum()))
    nash, shapley, nucleolus = (shares(clear(net, rule, **PRICES), limit) for rule in RULES)
    assert nash == pytest.approx([values[-1] / net.size] * net.size, abs=1e-9)
    if net.size <= 5:
        assert shapley == pytest.approx(shapley_by_permutations(values), abs=1e-9)
    if net.size <= 4:
        assert nucleolus == pytest.approx(nucleolus_by_vertices(values), abs=1e-7)
    for coalition in range(values.size):  # the core: no group would do better alone
        assert nucleolus[members(coalition, net.size)].sum() >= values[coalition] - 1e-8


@settings(max_examples=60)
@given(st.data(), ORDERS)
def test_with_limits_of_their_own_those_who_trade_are_the_players(data, net_kwh):
    net = np.array(net_kwh)
    limit = np.array(
        data.draw(st.lists(st.sampled_from([0.1, 0.2, 0.4, 0.5, 0.9]), min_size=net.size, max_size=net.size))
    )
    best = market_game(net, limit)[-1]
    for rule in RULES:
        result = clear(net, rule, limit_price=limit, **PRICES)
        gain = shares(result, limit)
        plays = (result.sold + result.bought) > 0
        assert gain.sum() == pytest.approx(best)
        assert gain[~plays] == pytest.approx(0)
        if plays.any() and rule == "shapley" and plays.sum() <= 5:
            expected = shapley_by_permutations(market_game(net[plays], limit[plays]))
            assert gain[plays] == pytest.approx(expected, abs=1e-9)


def test_one_seller_and_two_buyers():
    expected = {"nash-bargaining": [1 / 3, 1 / 3, 1 / 3], "shapley": [4 / 6, 1 / 6, 1 / 6], "nucleolus": [1, 0, 0]}
    for rule, gain in expected.items():
        assert shares(clear([1, -1, -1], rule, **PRICES), np.array([0, 1, 1])) == pytest.approx(gain, abs=1e-12)


def test_nucleolus_has_no_simple_form():
    limit = np.array([0, 0, 1, 1])
    assert shares(clear([1, 1, -1, -2], "nucleolus", **PRICES), limit) == pytest.approx([1, 1, 0, 0], abs=1e-9)
    assert shares(clear([1, 1, -0.9, -2], "nucleolus", **PRICES), limit) == pytest.approx(
        [0.95, 0.95, 0, 0.1], abs=1e-9
    )


@pytest.mark.parametrize("rule", RULES)
def test_who_states_a_lower_value_pays_less(rule):
    paid = [clear([1, -1], rule, limit_price=[0.2, bid], **PRICES).paid[1] for bid in (0.5, 0.3)]
    assert paid == pytest.approx([0.35, 0.25])


@given(st.data(), BOOKS, st.sampled_from(RULES))
def test_money_balances_nobody_loses_and_orders_are_kept(data, net_kwh, rule):
    net = np.array(net_kwh)
    limit = np.array(data.draw(st.lists(PRICE, min_size=net.size, max_size=net.size)))
    result = clear(net, rule, limit_price=limit, **PRICES)
    money = max(1.0, np.abs(result.kwh * result.buyer_price).sum())
    assert result.paid.sum() == pytest.approx(result.received.sum(), abs=1e-9 * money)
    assert np.all(result.buyer_price <= limit[result.buyer] + 1e-12)
    assert np.all(result.seller_price >= limit[result.seller] - 1e-12)
    assert np.all(result.sold <= np.maximum(net, 0) * (1 + 1e-12) + NOTHING_KWH)
    assert np.all(result.bought <= np.maximum(-net, 0) * (1 + 1e-12) + NOTHING_KWH)


@given(st.data(), ORDERS, st.sampled_from(RULES))
def test_the_order_of_homes_does_not_matter(data, net_kwh, rule):
    order = np.array(data.draw(st.permutations(range(len(net_kwh)))))
    first, second = (clear(net, rule, **PRICES) for net in (np.array(net_kwh), np.array(net_kwh)[order]))
    assert second.paid - second.received == pytest.approx((first.paid - first.received)[order], abs=1e-8)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("net_kwh", [[], [0.0], [1, 2], [-1, 0], [1e-13, -1e-13], [1e-320, -1]])
def test_books_without_a_trade(rule, net_kwh):
    assert clear(net_kwh, rule, **PRICES).kwh.size == 0


@pytest.mark.parametrize("rule", RULES)
def test_a_closed_window(rule):
    same = clear([1, -2], rule, import_price=0.3, export_price=0.3)
    assert (same.kwh.tolist(), same.buyer_price.tolist(), same.seller_price.tolist()) == ([1], [0.3], [0.3])
    assert clear([1, -2], rule, import_price=0.2, export_price=0.3).kwh.size == 0


def test_sampled_shapley_is_within_its_stated_error():
    rng = np.random.default_rng(1)
    net = rng.uniform(-3, 3, 10)
    limit = np.where(net < 0, 1.0, 0.0)
    exact = _shapley(market_game(net, limit))
    draws = np.array([_sampled_shapley(net, limit, 400, rng) for _ in range(60)])
    error = np.sqrt(((draws - exact) ** 2).mean(axis=0))
    assert np.all(error <= np.abs(net) / (2 * np.sqrt(400)) * 1.3)
    assert draws.mean(axis=0) == pytest.approx(exact, abs=0.02)
    assert draws.sum(axis=1) == pytest.approx(exact.sum())


@pytest.mark.parametrize("seed", range(4))
def test_sampled_shapley_with_many_prices_comes_to_the_exact_value(seed):
    rng = np.random.default_rng(seed)
    net, limit = rng.uniform(-3, 3, 9), rng.integers(0, 6, 9) / 5
    exact = _shapley(market_game(net, limit))
    drawn = _sampled_shapley(net, limit, 20_000, rng)
    assert drawn == pytest.approx(exact, abs=0.05)
    assert drawn.sum() == pytest.approx(exact.sum())


def test_more_homes_than_coalitions_can_be_listed_for():
    net = np.random.default_rng(2).uniform(-3, 3, 17)
    first, again, other = (clear(net, "shapley", seed=seed, permutations=50, **PRICES) for seed in (1, 1, 2))
    assert first.buyer_price.tobytes() == again.buyer_price.tobytes()
    assert first.buyer_price.tolist() != other.buyer_price.tolist()
    assert first.paid.sum() == pytest.approx(first.received.sum())
    with pytest.raises(MechanismError, match="at most 16 homes"):
        clear(net, "nucleolus", **PRICES)
    assert clear(net[:16], "nucleolus", **PRICES).kwh.size > 0


def test_a_tiny_order_shares_like_a_large_one_under_nash_bargaining():
    result = clear([1, -1, -1e-8], "nash-bargaining", **PRICES)
    assert shares(result, np.array([0, 1, 1])) == pytest.approx([1 / 3] * 3, abs=1e-6)


def test_a_day_of_twelve_homes_is_worth_starting_and_the_work_doubles_with_each_home():
    rule = find("shapley")
    eleven, twelve = (rule.effort(homes, rule.values({})) for homes in (11, 12))
    assert twelve.fits(24)
    assert twelve.seconds / eleven.seconds == pytest.approx(2 * 12 / 11)
