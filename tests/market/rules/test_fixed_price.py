from __future__ import annotations

import pytest
from hypothesis import given

from jiran import clear
from strategies import BOOKS, MATCHINGS, PRICE, number


@given(BOOKS, PRICE, PRICE, number(0.001, 0.999))
def test_every_trade_has_the_fraction_of_the_import_price_on_both_sides(net_kwh, import_price, export_price, fraction):
    result = clear(net_kwh, fraction=fraction, import_price=import_price, export_price=export_price)
    assert all(price == fraction * import_price for price in (*result.buyer_price, *result.seller_price))


@pytest.mark.parametrize("matching", MATCHINGS)
def test_everybody_gains_while_the_price_lies_between_export_and_import(matching):
    result = clear([3, 1, -2, -5], matching=matching, fraction=0.8, import_price=0.5, export_price=0.2)
    assert result.paid.sum() == pytest.approx(result.received.sum())
    assert result.paid.sum() < 0.5 * result.bought.sum()
    assert result.received.sum() > 0.2 * result.sold.sum()


def test_index_order_and_a_fraction_of_0_8_are_the_defaults():
    result = clear([1, -1, -1], import_price=0.5, export_price=0.2)
    assert (result.buyer.tolist(), result.buyer_price.tolist()) == ([1], [0.4])


def test_the_grid_alone_trades_nothing():
    assert clear([3, -2], "grid-only", import_price=0.5, export_price=0.2).kwh.size == 0
