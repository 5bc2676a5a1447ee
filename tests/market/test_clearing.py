from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiran import clear
from jiran.errors import MechanismError, ScenarioError
from jiran.market import TRADE, Clearing
from jiran.market.welfare import surplus, welfare
from strategies import BOOKS

PRICES = {"import_price": 0.5, "export_price": 0.2}
HEAD = "from jiran.market import mechanism\nfrom jiran.market.matching import record\n"


@pytest.fixture
def rule(tmp_path):
    def write(body):
        path = tmp_path / "rule.py"
        path.write_text(
            f"{HEAD}@mechanism('rule', compiled=False)\n"
            "def rule(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n"
            f"    {body}\n"
        )
        return str(path)

    return write


def test_totals_of_each_participant_are_the_sums_of_its_trades():
    result = clear([3.0, -1.0, -4.0], **PRICES)
    assert result.sold.tolist() == [3, 0, 0]
    assert result.bought.tolist() == [0, 1, 2]
    assert result.paid.tolist() == pytest.approx([0, 0.4, 0.8])
    assert result.received.tolist() == pytest.approx([1.2, 0, 0])


@given(BOOKS, st.sampled_from(["grid-fraction", "uniform-price", "random-p2p", "vcg"]), st.integers(0, 9))
def test_what_trades_add_up_to_does_not_depend_on_who_adds_them_up(net, rule, seed):
    limits = np.random.default_rng(seed).uniform(0.2, 0.5, len(net))
    found = clear(net, rule, limit_price=limits, seed=seed, **PRICES)
    records = np.array(list(found.to_frame().iter_rows()), TRADE)
    again = Clearing.of(records, len(net))
    for name in ("seller", "buyer", "kwh", "buyer_price", "seller_price", "sold", "bought", "paid", "received"):
        assert getattr(again, name).tolist() == getattr(found, name).tolist()
    assert found.traded == pytest.approx(
        [sum(kwh for seller, buyer, kwh, *_ in records if home in (seller, buyer)) for home in range(len(net))]
    )


@given(BOOKS, st.sampled_from(["grid-fraction", "trade-reduction", "vcg"]), st.integers(0, 9))
def test_homes_and_market_share_what_trades_are_worth(net, rule, seed):
    limits = np.random.default_rng(seed).uniform(0.2, 0.5, len(net))
    found = clear(net, rule, limit_price=limits, seed=seed, **PRICES)
    assert found.gains(limits).sum() + surplus(found) == pytest.approx(welfare(found, limits), rel=1e-9, abs=1e-7)


def test_a_home_gains_what_a_kwh_is_worth_to_it_less_what_it_pays_and_a_seller_the_other_way_round():
    found = Clearing.of(np.array([(0, 1, 2.0, 0.4, 0.3)], TRADE), 3)
    assert found.gains(np.array([0.25, 0.5, 9.0])) == pytest.approx([2 * (0.3 - 0.25), 2 * (0.5 - 0.4), 0.0])
    assert surplus(found) == pytest.approx(2 * (0.4 - 0.3))


def test_a_frame_of_the_trades_has_one_row_a_trade():
    frame = clear([3.0, -1.0, -4.0], **PRICES).to_frame()
    assert frame.columns == ["seller", "buyer", "kwh", "buyer_price", "seller_price"]
    assert frame.rows() == [(0, 1, 1.0, 0.4, 0.4), (0, 2, 2.0, 0.4, 0.4)]


def test_orders_are_not_changed_by_clearing():
    net = np.array([3.0, -1.0])
    clear(net, **PRICES)
    assert net.tolist() == [3.0, -1.0]


def test_limits_are_the_grid_s_prices_unless_they_are_given(rule):
    path = rule("return record(trades, 0, 0, 1, 1.0, limit_price[1], limit_price[0])")
    plain, given = clear([1, -1], path, **PRICES), clear([1, -1], path, limit_price=[0.3, 0.4], **PRICES)
    assert (plain.buyer_price[0], plain.seller_price[0]) == (0.5, 0.2)
    assert (given.buyer_price[0], given.seller_price[0]) == (0.4, 0.3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"net_kwh": [1, float("nan")]}, "net_kwh = np.float64.nan.: must be finite numbers in one row"),
        ({"net_kwh": [[1, 2]]}, "net_kwh = .*: must be finite numbers in one row"),
        ({"net_kwh": ["much"]}, "net_kwh = .'much'.: must be numbers"),
        ({"import_price": float("inf")}, "import_price = .*: must be finite"),
        ({"import_price": "cheap"}, "import_price = .*: must be numbers"),
        ({"limit_price": [0.3]}, "limit_price = 1: must have one price for each of the 2 participants"),
        ({"fraction": 2}, "market.fraction = 2: must be a number above 0 and below 1"),
        ({"alpha": 2}, "market.alpha = 2: unknown parameter"),
    ],
)
def test_an_argument_that_cannot_be_used_is_refused(arguments, message):
    with pytest.raises(ScenarioError, match=message):
        clear(**{"net_kwh": [1, -1], **PRICES, **arguments})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param("return record(trades, 0, 0, 1, 2.0, 1, 1)", "trades more than there is for participant 0: 2 kWh of 1 kWh", id="too much"),
        pytest.param("return record(trades, 0, 1, 0, 1.0, 1, 1)", "lets participant 1 sell, which has nothing to sell", id="wrong way"),
        pytest.param("return record(trades, 0, 0, 0, 1.0, 1, 1)", "lets participant 0 trade with itself", id="with itself"),
        pytest.param("return record(trades, 0, 1, 1, 0.0, 1, 1)", "lets participant 1 trade with itself", id="nothing with itself"),
        pytest.param("return record(trades, 0, -1, 1, 0.5, 1, 1)", "names number -1 as seller or buyer, and was given 2 orders", id="minus one"),
        pytest.param("return record(trades, 0, 0, 2, 1.0, 1, 1)", "names number 2 as seller or buyer, and was given 2 orders", id="unknown"),
        pytest.param("return record(trades, 0, 0, 1, 1.0, float('nan'), 1)", "energy or price is not a usable number", id="no price"),
        pytest.param("return record(trades, 0, 0, 1, -1.0, 1, 1)", "energy or price is not a usable number", id="negative"),
        pytest.param("return {}['tariff']", "failed", id="fails"),
        pytest.param("trades[99].kwh = 1", "failed", id="beyond the buffer"),
        pytest.param("return record(trades, 0, 0, 1, 0.5, 1, 1) + 1", "returns a higher number of trades than it wrote", id="one more"),
        pytest.param("return 3", "returns a higher number of trades than it wrote: one of them is empty", id="with more room"),
        pytest.param("return 99", "returns 99 trades", id="too many"),
        pytest.param("return -1", "returns -1 trades", id="negative count"),
        pytest.param("pass", "must return the number of trades that it wrote, and returned None", id="no count"),
        pytest.param("import jiran; raise jiran.JiranError('needs more homes')", "': needs more homes", id="says it itself"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_refused_in_one_sentence(rule, body, message):
    with pytest.raises(MechanismError, match=message) as error:
        clear([1, -1], rule(body), **PRICES)
    assert "\n" not in str(error.value)


def test_a_rule_that_asks_for_more_room_is_run_again_with_the_same_lots(rule):
    path = rule(
        "return [record(trades, place, place // 3, 3 + place % 3, rng.random() / 3, 1, 1) for place in range(9)][-1]"
    )
    result = clear([1, 1, 1, -1, -1, -1], path, seed=5, **PRICES)
    assert (result.seller.tolist(), result.buyer.tolist()) == ([0, 0, 0, 1, 1, 1, 2, 2, 2], [3, 4, 5] * 3)
    assert result.kwh.tolist() == (np.random.default_rng(5).random(9) / 3).tolist()
    assert clear([1, 1, 1, -1, -1, -1], path, seed=5, **PRICES).kwh.tolist() == result.kwh.tolist()


def test_a_rule_cannot_change_what_it_is_checked_against(rule):
    path = rule("net_kwh[0] = 9; return record(trades, 0, 0, 1, 9.0, 1, 1)")
    with pytest.raises(MechanismError, match="trades more than there is for participant 0: 9 kWh of 1 kWh"):
        clear([1, -9], path, **PRICES)


def test_a_rule_in_plain_python_may_clear_a_market_itself(rule):
    inner = "__import__('jiran').clear(net_kwh, 'random-p2p', import_price=1, export_price=0)"
    path = rule(f"{inner}; return record(trades, 0, 0, 1, rng.random(), 1, 1)")
    assert clear([1, -1], path, **PRICES).kwh[0] == np.random.default_rng(0).random()


def test_orders_and_limits_may_be_any_row_of_numbers():
    rows = [3, -1, -4], (3, -1, -4), np.array([3, -1, -4], np.int32), np.array([[3, -1, -4]] * 2).T[:, 0]
    results = [clear(row, "uniform-price", limit_price=[0.2, 0.5, 0.4], **PRICES) for row in rows]
    assert [result.kwh.tolist() for result in results] == [[1, 2]] * 4
    assert [result.paid.tolist() for result in results] == [pytest.approx([0, 0.3, 0.6])] * 4
