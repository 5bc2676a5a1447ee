"""Random order books, their best outcome by another way, and the search for a profitable lie."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from jiran import clear
from jiran.market import TRADE, find
from jiran.nothing import NOTHING_KWH

IMPORT, EXPORT = 200.0, 0.0
DOUBLE_AUCTIONS = ("uniform-price", "pay-as-bid", "continuous-double-auction", "random-p2p")
TRUTHFUL = ("trade-reduction", "mcafee", "vcg", "muda", "huang")
RANDOM = ("continuous-double-auction", "random-p2p", "muda")

#: The double auction of the lecture notes (HS Mittweida): buyers first, one kWh each.
NOTES_KWH = [-1.0] * 5 + [1.0] * 5
NOTES_LIMITS = [100.0, 90.0, 80.0, 70.0, 60.0, 80.0, 85.0, 95.0, 100.0, 110.0]

KWH = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 2.0, -2.0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.7, -0.7]),
    st.floats(-5.0, 5.0, allow_subnormal=False),
    st.sampled_from([1e-6, -1e-6, 1e-8, -1e-8, 1e4, -1e4]),
)
LIMIT = st.one_of(st.integers(-2, 8).map(float), st.floats(-50.0, 150.0, allow_subnormal=False))
#: Orders alone: what dust does, which is none, is tried in test_dust.
BOOK = st.lists(st.tuples(KWH, LIMIT), max_size=10).map(
    lambda book: [(kwh, limit) for kwh, limit in book if abs(kwh) > NOTHING_KWH]
)


def trade(net_kwh, rule, limit_price, seed=0, **parameters):
    return clear(
        net_kwh, rule, import_price=IMPORT, export_price=EXPORT, limit_price=limit_price, seed=seed, **parameters
    )


def traded(book, rule, **options):
    """Clear a list of (kWh, limit) pairs."""
    return trade([kwh for kwh, _ in book], rule, [limit for _, limit in book], **options)


def rows(result):
    return [tuple(row) for row in result.to_frame().rows()]


def welfare(result, limit_price):
    """Return what the trades are worth to buyers above what they are worth to sellers, by the limits."""
    limit = np.asarray(limit_price, dtype=float)
    return float(limit @ (result.bought - result.sold))


def optimum(book):
    """Return the highest volume and welfare in exact numbers: two pointers, one down each curve."""
    asks = sorted([Fraction(limit), Fraction(kwh)] for kwh, limit in book if kwh > 0)
    bids = sorted(([Fraction(limit), Fraction(-kwh)] for kwh, limit in book if kwh < 0), reverse=True)
    volume = gain = Fraction(0)
    while asks and bids and asks[0][0] <= bids[0][0]:
        kwh = min(asks[0][1], bids[0][1])
        volume += kwh
        gain += kwh * (bids[0][0] - asks[0][0])
        for side in (asks, bids):
            side[0][1] -= kwh
            if side[0][1] == 0:
                del side[0]
    return float(volume), float(gain)


def best_lie(rule, net_kwh, values, liar, lies, seed=0):
    """Return how much the liar gains, at its true value, by its best lie about its limit price."""
    clear_step = find(rule).clear
    numbers = find(rule).numbers(find(rule).values({}))
    buffer = np.zeros(len(net_kwh), TRADE).view(np.recarray)

    def utility(limit):
        limits = values.copy()
        limits[liar] = limit
        count = clear_step(net_kwh.copy(), limits, IMPORT, EXPORT, numbers, np.random.default_rng(seed), buffer)
        done = buffer[:count]
        bought, sold = done[done["buyer"] == liar], done[done["seller"] == liar]
        saved = (bought["kwh"] * (values[liar] - bought["buyer_price"])).sum()
        return saved + (sold["kwh"] * (sold["seller_price"] - values[liar])).sum()

    honest = utility(values[liar])
    return max(utility(lie) - honest for lie in lies)


def most_profitable_lie(rule, *, unit, books, seed):
    """Return the highest gain by a lie in many random books of 2 to 8 homes, with and without equal limits."""
    rng = np.random.default_rng(seed)
    most = 0.0
    for book in range(books):
        homes = int(rng.integers(2, 9))
        net = rng.choice([-1.0, 1.0], homes)
        if not unit:
            net *= rng.integers(1, 5, homes) if book % 2 else rng.uniform(0.1, 3.0, homes)
        values = rng.integers(0, 9, homes).astype(float) if book % 4 < 2 else rng.uniform(0.0, 9.0, homes)
        liar = int(rng.integers(homes))
        others = rng.choice(values, 2)
        lies = [*(others + 1e-6), *(others - 1e-6), others[0], rng.uniform(-1.0, 10.0), -50.0, 500.0]
        most = max(most, best_lie(rule, net, values, liar, lies, seed=book))
    return most
