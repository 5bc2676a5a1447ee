"""Random days for a ledger, and ledgers of them that were made with keys of our own choice."""

from __future__ import annotations

import datetime as dt

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from jiran.ledger import heads, keys
from jiran.ledger.canonical import encoded
from jiran.ledger.heads import SignedDay
from jiran.ledger.records import Day, Trade, day_records

OPERATOR = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ATTACKER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
TRUSTED = keys.public_of(OPERATOR)
BIRTH = "0123456789abcdef" * 2
FIRST = dt.date(2026, 3, 21)

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)
amounts = st.floats(0, 1000, allow_nan=False)


@st.composite
def trades_of(draw, day, homes, most=8):
    """Draw the trades of a day, in the order of its steps."""
    hours = sorted(draw(st.lists(st.integers(0, 23), max_size=most)))
    made = []
    for hour in hours:
        seller, buyer = draw(st.permutations(homes))[:2]
        kwh, paid = draw(amounts), draw(amounts)
        made.append(Trade(f"{day}T{hour:02}:00:00+08:00", seller, buyer, kwh, paid, draw(st.just(paid) | amounts)))
    return tuple(made)


@st.composite
def some_days(draw, least=1, most=4):
    """Draw the days of one run."""
    homes = tuple(draw(st.lists(names, min_size=2, max_size=5, unique=True)))
    market = draw(names)
    dates = [str(FIRST + dt.timedelta(days=n)) for n in range(draw(st.integers(least, most)))]
    return [Day(market, "MYR", date, 60, homes, draw(trades_of(date, homes))) for date in dates]


def exact(records):
    return tuple(encoded(record) for record in records)


def signed_day(head, records, private=OPERATOR):
    """Return a day signed by a key."""
    content = encoded(head)
    return SignedDay(content, keys.signed(private, content), keys.key_id(keys.public_of(private)), exact(records))


def chained(contents, private=OPERATOR, birth=BIRTH):
    """Return days as whoever has a key can make them: all heads anew.

    Args:
        contents: Of each day: market, date, run and records.
        private: Signs.
        birth: The ledger's own number.
    """
    made, previous = [], birth
    for market, date, run, records in contents:
        head = heads.head(market, "MYR", date, run, exact(records), previous)
        made.append(signed_day(head, records, private))
        previous = heads.digest(made[-1].head)
    return made


def contents_of(days):
    return [(day.market, day.day, 0, day_records(day)) for day in days]


#: A day by hand: 12 homes would hide what three show.
BY_HAND = Day("lane", "MYR", "2026-03-21", 60, ("S1", "E1", "N<1"), (
    Trade("2026-03-21T07:00:00+08:00", "S1", "E1", 0.6901424, 0.3105641, 0.3105641),
    Trade("2026-03-21T07:00:00+08:00", "S1", "N<1", 0.25, 0.1125, 0.1),
    Trade("2026-03-21T08:00:00+08:00", "E1", "N<1", 0.0000004, 0.0000002, 0.0000002),
))  # fmt: skip
