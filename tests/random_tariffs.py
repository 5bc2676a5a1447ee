"""Random valid tariffs, and what homes used under them."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from jiran.documents.check import checked
from jiran.errors import TariffError
from jiran.tariffs import Tariff, Usage

MONTHS = [f"2025-{month:02}" for month in range(1, 13)]
RATE = st.integers(-200, 1000).map(lambda rate: rate / 1000)
KWH = st.one_of(st.sampled_from([0.0, 100.0, 300.0, 600.0, 600.000000000001]), st.floats(0, 2000))
BY_KWH = ("energy", "network", "capacity", "fuel", "levy", "rebate")


@st.composite
def by_kwh(draw, kind=None):
    one = {"kind": kind or draw(st.sampled_from(BY_KWH)), "rate": draw(RATE)}
    shape = draw(st.sampled_from(["flat", "block", "slab", "periods"]))
    if shape in ("block", "slab"):
        bounds = sorted(draw(st.sets(st.sampled_from([50, 100, 300, 600, 1500]), min_size=1)))
        one |= {"shape": shape, "bounds": bounds, "rate": [draw(RATE) for _ in range(len(bounds) + 1)]}
    tiers = st.lists(RATE, min_size=len(one.get("bounds", ())) + 1, max_size=len(one.get("bounds", ())) + 1)
    rate = st.one_of(RATE, tiers) if "bounds" in one else RATE
    if shape in ("slab", "periods") and draw(st.integers(0, 2)) == 0:
        del one["rate"]
        one["periods"] = {"peak": draw(rate), "rest": draw(rate)}
    elif draw(st.integers(0, 3)) == 0:
        one = draw(dated(one, rate))
    return one | draw(conditions())


@st.composite
def dated(draw, one, rate):
    """Return a component whose rate changes with the month."""
    table = draw(st.dictionaries(st.sampled_from(MONTHS), rate, min_size=1))
    named = {"months": table, "unknown_months": draw(st.sampled_from(["zero", "last"]))}
    return {key: value for key, value in one.items() if key != "rate"} | draw(
        st.sampled_from([named, {"since": table}])
    )


@st.composite
def conditions(draw):
    """Return when a component is charged: by the month's kWh, by the calendar, or not at all."""
    found = {}
    if draw(st.integers(0, 2)) == 0:
        edges = draw(st.sampled_from([{"above_kwh": 300}, {"above_kwh": 600}, {"up_to_kwh": 300}, {"up_to_kwh": 600},
                                      {"above_kwh": 300, "up_to_kwh": 600}, {"above_kwh": 0}, {"up_to_kwh": 0}]))  # fmt: skip
        found |= edges
    if draw(st.integers(0, 5)) == 0:
        found |= draw(st.sampled_from([{"first_month": "2025-06"}, {"last_month": "2025-06"}, {"active": False},
                                       {"first_month": "2025-03", "last_month": "2025-09"}]))  # fmt: skip
    return found


@st.composite
def shares(draw, above):
    one = {
        "kind": draw(st.sampled_from(["tax", "discount"])), "unit": "share", "rate": draw(st.integers(0, 300)) / 1000,
        "base": draw(st.lists(st.sampled_from(above), min_size=1, unique=True)), "included": draw(st.booleans()),
        "base_above_kwh": draw(st.sampled_from([0, 0, 300, 600])),
    }  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        one = draw(dated(one, st.integers(0, 300).map(lambda rate: rate / 1000)))
    return one | draw(conditions())


@st.composite
def exports(draw, components):
    charged = [name for name, one in components.items() if one.get("unit", "kWh") == "kWh"]
    cancels = draw(st.lists(st.sampled_from(charged), unique=True)) if charged else []
    basis = draw(st.sampled_from(["gross", "net"]))
    carry = draw(st.sampled_from(["none", "kwh", "money"] if cancels or basis == "net" else ["none", "money"]))
    one = {"basis": basis, "carry": carry, "cancels": cancels if basis == "gross" else []}
    if one["cancels"] and draw(st.booleans()):
        others = [name for name in charged if name not in cancels]
        one["claws_back"] = draw(st.lists(st.sampled_from(others), unique=True)) if others else []
    if carry == "money":
        one["applied"] = draw(st.sampled_from(["same-month", "next-month"]))
    if carry != "none" and draw(st.booleans()):
        one["expires_after_month"] = draw(st.integers(1, 12))
    return one


@st.composite
def tariff_data(draw):
    """Return a tariff as nested data, as TOML holds it."""
    components = {f"c{number}": draw(by_kwh()) for number in range(draw(st.integers(1, 4)))}
    if draw(st.booleans()):
        fixed = {"kind": draw(st.sampled_from(["retail", "rebate"])), "unit": "month", "rate": draw(RATE)}
        components["fixed"] = draw(dated(fixed, RATE)) if draw(st.booleans()) else fixed
        components["fixed"] |= draw(conditions())
    if draw(st.booleans()):
        components["demand"] = {"kind": "demand", "unit": "kW", "rate": draw(RATE)}
    if draw(st.booleans()):
        components["sold"] = {"kind": "credit", "unit": "exported-kWh", "rate": draw(st.integers(0, 500)) / 1000}
        components["sold"] |= draw(conditions())
    for number in range(draw(st.integers(0, 3))):
        components[f"tax{number}"] = draw(shares(list(components)))
    if draw(st.booleans()):
        components["minimum"] = {"kind": "minimum", "unit": "month", "rate": draw(st.integers(0, 50))} | draw(
            conditions()
        )
    data = {
        "name": "random", "title": "Random", "place": "Nowhere", "currency": "MYR", "valid_from": dt.date(2025, 1, 1),
        "known_to": "2025-12", "status": "estimate", "sources": ["a dice"], "components": components,
        "round": draw(st.sampled_from([0.01, 0.05, 1, 100])),
        "schedule": {"rest": "rest", "periods": {"peak": {"hours": [[14, 22]]}}},
    }  # fmt: skip
    if draw(st.booleans()):
        data["export"] = draw(exports(components))
    return data


def tariff_of(data) -> Tariff:
    return checked(Tariff, data, TariffError, "tariff")


tariffs = tariff_data().map(tariff_of)


@st.composite
def usages(draw):
    """Return what a home used in a month."""
    kwh = draw(KWH)
    at_peak = kwh * draw(st.sampled_from([0.0, 0.25, 1.0]))
    return Usage(kwh, draw(KWH), {"peak": at_peak}, draw(st.floats(0, 50)))
