"""The order of a home with a store, against brute force that knows nothing of pieces: all amounts, each at its own price."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jiran.control.bidding import order_of
from jiran.control.dispatch import dispatch
from jiran.control.storage import Battery
from jiran.control.store import Connection, Store, new_line
from stores import ends, stores
from strategies import number


@st.composite
def asks(draw):
    """Draw a store, what it holds, what energy is worth, and what it finds at the meter; ordinary prices."""
    store = draw(stores())
    widths, values = draw(ends(store))
    upto = store.battery.minimum_kwh + np.append(widths.cumsum()[:-1], widths.sum())
    upto[-1] = store.battery.capacity_kwh
    held = store.battery.minimum_kwh + draw(number(0, 1)) * (store.battery.capacity_kwh - store.battery.minimum_kwh)
    price = draw(number(0.05, 1.0))
    connection = Connection(
        draw(st.sampled_from([-2.0, -0.3, 0.0, 0.4, 3.0])), price, price * draw(number(0, 1)), np.inf, 1.0, 0.0
    )
    values = values + 0.0123  # no tie with the grid
    return store, held, upto, values, connection, draw(st.sampled_from([0.0, 0.02, 0.3]))


def worth(store, upto, values, level):
    """Return what all that is stored is worth."""
    begin = np.concatenate([[store.battery.minimum_kwh], upto[:-1]])
    return float(np.clip(level - begin, 0.0, upto - begin) @ values)


def best(asked, traded_kwh):
    """Return the most that home and store can have at the grid's prices after so much was sold (> 0) or bought (< 0)."""
    store, held, upto, values, connection, _ = asked
    battery = store.battery
    need = connection.need_kwh + store.standby_kwh + traded_kwh
    gives = min(battery.discharge_step_kwh, (held - battery.minimum_kwh) * battery.discharge_efficiency)
    takes = min(battery.charge_step_kwh, (battery.capacity_kwh - held) / battery.charge_efficiency)
    gives = min(gives, max(store.inverter_kwh - max(-connection.need_kwh, 0.0), 0.0))
    # What is traded for the store is no need of its owner, and nothing that the owner has to spare.
    gives = gives if store.feed_in else min(gives, max(min(need, need - traded_kwh), 0.0))
    takes = takes if store.grid_charge else min(takes, max(min(-need, traded_kwh - need), 0.0))
    levels = [held, *upto]
    moves = [-gives, takes, -need, *((level - held) / battery.charge_efficiency for level in levels)]
    moves += [(level - held) * battery.discharge_efficiency for level in levels]
    found = -np.inf
    for move in moves:
        if not -gives <= move <= takes:
            continue
        level = held + (move * battery.charge_efficiency if move > 0.0 else move / battery.discharge_efficiency)
        met = need + move
        cash = -met * (connection.import_price if met > 0.0 else connection.export_price)
        found = max(found, cash + worth(store, upto, values, level) + store.wear_price * min(move, 0.0))
    return found


def order(asked):
    store, held, upto, values, connection, charge = asked
    move = dispatch(connection, store, held, upto, values, new_line())
    return order_of(connection, charge, store, held, upto, values, move)


def gain(bid, asked):
    """Return what an order could gain at the best price that the grid leaves."""
    floor, cap = asked[-2].export_price, asked[-2].import_price - asked[-1]
    worth = (floor if bid.net_kwh > 0.0 else cap) if np.isnan(bid.worth) else bid.worth
    return bid.net_kwh * ((cap if bid.net_kwh > 0.0 else floor) - worth)


def least_price(asked, net_kwh, parts=40):
    """Return the price at which no kWh of an order loses: the least at which to sell, or the highest at which to buy."""
    have = np.array([best(asked, traded_kwh) for traded_kwh in np.linspace(0.0, net_kwh, parts + 1)])
    worths = -np.diff(have) / (net_kwh / parts)
    return worths.max() if net_kwh > 0.0 else worths.min() - asked[-1]


@given(asks())
def test_the_price_of_an_order_is_that_of_its_least_willing_kwh(asked):
    bids = order(asked)
    for bid in (one for one in bids[:2] if not np.isnan(one.worth)):
        side = np.sign(bid.net_kwh)
        least = least_price(asked, bid.net_kwh)
        assert side * (bid.worth - least) >= -1e-9
        # The least willing kWh may be fewer than a part, whose worth is then between theirs and that of their neighbours.
        assert min(abs(bid.worth - least_price(asked, bid.net_kwh, parts)) for parts in (40, 400)) <= 0.02


@given(asks())
def test_no_amount_could_gain_more_by_the_price_at_which_it_does_not_lose(asked):
    connection, charge = asked[-2:]
    floor, cap = connection.export_price, connection.import_price - charge
    first, other, _ = order(asked)
    if cap <= floor:
        assert np.isnan(first.worth)
        return

    def could(net_kwh, price):
        return net_kwh * (cap - price) if net_kwh > 0.0 else net_kwh * (floor - price)

    assert gain(first, asked) >= gain(other, asked)
    assert first.net_kwh * other.net_kwh <= 0.0
    found = {side: max(gain(one, asked) for one in (first, other) if one.net_kwh * side >= 0.0) for side in (1.0, -1.0)}
    battery, net = asked[0].battery, -connection.need_kwh - asked[0].standby_kwh
    for net_kwh in np.linspace(net - battery.charge_step_kwh, net + battery.discharge_step_kwh, 30):
        if abs(net_kwh) > 1e-6:
            # In 40 parts the least willing kWh is missed by a fortieth of the order at most, at each of its ends.
            price = np.clip(least_price(asked, net_kwh), floor, cap)
            slack = abs(net_kwh) / 20 * (cap - floor) + 1e-5
            assert could(net_kwh, price) <= found[np.sign(net_kwh)] + slack


def test_by_hand():
    """A battery of 10 kWh that holds 5, without losses; a kWh up to 4 is worth 0.40, one up to 8 is worth 0.30, above 0.10."""
    store = Store(Battery(10.0, 0.0, 2.0, 2.0, 1.0, 1.0), 0.0, 0.0, grid_charge=True, feed_in=True)
    upto, values = np.array([4.0, 8.0, 10.0]), np.array([0.40, 0.30, 0.10])

    def bids(need_kwh, import_price=0.50, export_price=0.20, held=5.0):
        asked = store, held, upto, values, Connection(need_kwh, import_price, export_price, np.inf, 1.0, 0.0), 0.0
        return order(asked)[:2]

    # It could give 1 kWh for 0.30 and gain 0.18, or 2 for 0.40 and gain 0.16; or take 2 for 0.30, and gain 0.20.
    assert bids(0.0, import_price=0.48) == ((-2.0, 0.30), (1.0, 0.30))
    # Dearer energy from the grid makes it rather sell 2: 2 x (0.70 - 0.40) = 0.60 against 2 x (0.30 - 0.20).
    assert bids(0.0, import_price=0.70) == ((2.0, 0.40), (-2.0, 0.30))
    # What its home needs it rather buys for 0.30 from a neighbour than take it from the battery, and fills that up too.
    assert bids(1.0) == ((-3.0, 0.30), (1.0, 0.40))
    # A kWh that costs as much at all times before it is needed is bought of a neighbour, at most at that price.
    assert bids(0.0, import_price=0.30)[0] == (-2.0, 0.30)
    # A full one has the last 2 kWh to sell, worth 0.10: the grid pays 0.20, so it gives them to it anyway.
    first, other = bids(0.0, held=10.0)
    assert np.isnan(first.worth)
    assert (first.net_kwh, other.net_kwh) == (2.0, 0.0)


@given(
    held=number(0, 40), kept=number(0, 40), need=number(0, 5), power=number(0.5, 8), efficiency=number(0.5, 1),
    reserve=number(0.25, 0.45),
)  # fmt: skip
def test_a_car_that_lends_offers_what_a_store_would_whose_energy_has_one_worth(
    held, kept, need, power, efficiency, reserve
):
    """As `engine.fleet` has it: own use first, then what is held beyond what must be kept, for the reserve price or more."""
    held = max(held, kept)
    spare = max(min(power, (held - kept) * efficiency), 0.0)
    offer = spare - min(spare, need)
    store = Store(Battery(40.0, 0.0, 0.0, power, 1.0, efficiency), 0.0, 0.0, grid_charge=True, feed_in=True)
    upto, values = np.array([kept, 40.0]), np.array([10_000.0, reserve * efficiency])
    connection = Connection(need, 0.5, 0.2, np.inf, 1.0, 0.0)
    move = dispatch(connection, store, held, upto, values, new_line())
    orders = order_of(connection, 0.0, store, held, upto, values, move)
    sells = [one for one in (orders.first, orders.other) if one.net_kwh > 1e-9]
    if offer <= 1e-6:
        assert sum(one.net_kwh for one in sells) < 1e-5
        return
    (sale,) = sells
    np.testing.assert_allclose([sale.net_kwh, sale.worth], [offer, reserve], atol=1e-7)
