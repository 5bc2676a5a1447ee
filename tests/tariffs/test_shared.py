"""What shared kWh still pay under each scheme, summed by hand, and laws of them on random tariffs."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiran.errors import TariffError
from jiran.tariffs import Shared, Usage, bill, bills, find_sharing, find_tariff, sharing
from jiran.tariffs.community import Sharing
from random_tariffs import MONTHS, tariff_data, tariff_of, usages
from random_tariffs import tariffs as random_tariffs

few = settings(max_examples=150, deadline=None)
PARTS = st.sampled_from([0.0, 0.43, 1.0])
#: A tariff in euro of which every scheme of Europe spares something: 30 cents a kWh before a tax of a fifth.
EURO = {
    "energy": {"kind": "energy", "rate": 0.15}, "network": {"kind": "network", "rate": 0.10},
    "levy": {"kind": "levy", "rate": 0.05}, "base": {"kind": "retail", "unit": "month", "rate": 5.0},
    "vat": {"kind": "tax", "unit": "share", "rate": 0.2, "base": ["energy", "network", "levy", "base"]},
    "sold": {"kind": "credit", "unit": "exported-kWh", "rate": 0.06},
}  # fmt: skip


def exact(found):
    return sum(line.amount for line in found.lines)


def euro(carried="none"):
    return tariff_of({
        "name": "euro", "title": "Euro", "place": "Europe", "currency": "EUR", "valid_from": dt.date(2020, 1, 1),
        "known_to": "2026-12", "round": 0.01, "status": "estimate", "sources": ["a test"], "components": EURO,
        "export": {"carry": carried},
    })  # fmt: skip


def of(scheme, bought=0.0, sold=0.0, **parts):
    return Shared(scheme, Usage(bought, 0.0, parts), sold)


#: What 100 kWh from neighbours still pay to the utility, EUR, with 200 kWh from the grid; half of the premium to who uses them.
PAID = {
    "at-eeg-local": 1.2 * 0.43 * 10.0,
    "at-eeg-regional": 1.2 * 0.72 * 10.0,
    "de-ggv": 0.0,
    "es-autoconsumo": 0.0,
    "fr-acc": 1.2 * 15.0,
    "it-cer": 1.2 * 30.0 - 0.5 * 8.0,
    "pt-autoconsumo": 1.2 * 10.0,
    "uk-energy-local": 0.0,
}


@pytest.mark.parametrize("name", PAID)
def test_what_a_buyer_still_pays_is_what_the_scheme_says(name):
    """The grid's 200 kWh cost 1.2 * (60 + 5) = EUR 78 under every scheme."""
    scheme = find_sharing(name)
    found = bill(euro(), Usage(200.0), "2026-03", shared=of(scheme, 100.0))
    assert exact(found) == pytest.approx(78.0 + PAID[name])
    of_grid = bill(euro(), Usage(200.0), "2026-03")
    if scheme.allocation != "virtual":
        amounts = {line.id: line.amount for line in found.lines}
        assert {line.id: amounts[line.id] for line in of_grid.lines} == {line.id: line.amount for line in of_grid.lines}
        shared = sum(amount for name, amount in amounts.items() if name.startswith("shared-"))
        assert shared == pytest.approx(PAID[name])


def test_every_scheme_that_comes_with_jiran_is_held_against_a_sum():
    assert set(PAID) | {"my-cream"} == set(sharing())


@pytest.mark.parametrize(
    ("name", "earns"), [("it-cer", 100 * 0.06 + 0.5 * 8.0), ("fr-acc", 0.0), ("es-autoconsumo", 0.0)]
)
def test_a_seller_earns_from_the_grid_only_where_its_bill_stays_as_it_is(name, earns):
    found = bill(euro(), Usage(200.0), "2026-03", shared=of(find_sharing(name), sold=100.0))
    assert exact(found) == pytest.approx(78.0 - earns)


def test_cream_takes_taxes_as_though_the_grid_had_delivered_the_kwh():
    """250 kWh of the grid and 100 of neighbours: KWTBB is 1.6 % of (44.43 - 21.00) sen on 350 kWh; by itself 250 kWh pay none."""
    rp4 = find_tariff("my-tnb-rp4-domestic-general")
    found = bill(rp4, Usage(250.0), "2025-07", shared=of(find_sharing("my-cream"), 100.0))
    assert found.amount("shared-kwtbb") == pytest.approx(0.016 * 0.2343 * 350)
    assert exact(found) == pytest.approx((0.4443 - 0.245) * 250 + 0.016 * 0.2343 * 350)
    assert {line.id for line in found.lines if line.id.startswith("shared-")} == {
        "shared-retail", "shared-kwtbb", "shared-sst",
    }  # fmt: skip


@st.composite
def schemes(draw):
    """Return a scheme of any parts, as a document holds it."""
    kinds = draw(
        st.sets(st.sampled_from(["energy", "network", "capacity", "fuel", "levy", "rebate", "tax", "retail", "demand"]))
    )
    virtual = draw(st.booleans())
    data = find_sharing("my-cream").model_dump() | {
        "allocation": "virtual" if virtual else "pro-rata", "premium": draw(st.sampled_from([0.0, 0.08])),
        "pays": {} if virtual else {kind: draw(PARTS) for kind in sorted(kinds)}, "pays_else": 1.0 if virtual else draw(PARTS),
    }  # fmt: skip
    return Sharing.model_validate(data)


@st.composite
def shares(draw):
    """Return what a home shared: bought and sold."""
    kwh = draw(st.sampled_from([0.0, 10.0, 400.0]))
    peak = kwh * draw(st.sampled_from([0.0, 0.5]))
    return kwh, peak, draw(st.sampled_from([0.0, 30.0]))


@few
@given(random_tariffs, usages(), st.sampled_from(MONTHS), schemes(), shares())
def test_the_lines_come_to_the_total_with_what_is_shared(tariff, usage, month, scheme, share):
    bought, peak, sold = share
    found = bill(tariff, usage, month, shared=of(scheme, bought, sold, peak=peak))
    assert found.total == pytest.approx(exact(found), abs=0.5 * tariff.round + 1e-6)
    for line in found.lines:
        assert line.amount == pytest.approx(line.quantity * line.rate, rel=1e-9, abs=1e-9)
    one = tariff.components.get("minimum")
    holds = one is not None and one.active and (one.first_month or "") <= month <= (one.last_month or "9999")
    always = holds and one.above_kwh is None and one.up_to_kwh is None and one.rate is not None
    least = one.rate if always else 0.0
    assert exact(found) - found.amount("premium") >= least - 1e-9


@few
@given(random_tariffs, usages(), st.sampled_from(MONTHS), schemes())
def test_who_shares_nothing_has_the_bill_of_who_has_no_scheme(tariff, usage, month, scheme):
    found = bill(tariff, usage, month, shared=of(scheme, peak=0.0))
    assert exact(found) == pytest.approx(exact(bill(tariff, usage, month)), abs=1e-9)


@few
@given(tariff_data(), usages(), st.sampled_from(MONTHS), shares())
def test_where_a_shared_kwh_pays_all_of_it_the_bill_is_as_if_the_grid_had_delivered_it(data, usage, month, share):
    data.pop("export", None)
    tariff, (bought, peak, _) = tariff_of(data), share
    scheme = find_sharing("my-cream").model_copy(update={"pays": {"tax": 1.0, "discount": 1.0}, "pays_else": 1.0})
    assume(all(one.kind != "credit" for one in tariff.components.values()))
    found = bill(tariff, usage, month, shared=of(scheme, bought, peak=peak))
    whole = Usage(
        usage.import_kwh + bought, usage.export_kwh, {"peak": usage.by_period["peak"] + peak}, usage.demand_kw
    )
    assert exact(found) == pytest.approx(exact(bill(tariff, whole, month)), abs=1e-6)


@few
@given(random_tariffs, st.data(), schemes())
def test_shared_bills_of_a_street_are_those_of_its_homes(tariff, data, scheme):
    months, homes = MONTHS[:2], 2
    used = [[data.draw(usages()) for _ in months] for _ in range(homes)]
    share = [[data.draw(shares()) for _ in months] for _ in range(homes)]

    def column(rows, value):
        return np.array([[value(one) for one in row] for row in rows])

    street = Usage(
        column(used, lambda one: one.import_kwh), column(used, lambda one: one.export_kwh),
        {"peak": column(used, lambda one: one.by_period["peak"])}, column(used, lambda one: one.demand_kw),
    )  # fmt: skip
    bought = Usage(column(share, lambda one: one[0]), 0.0, {"peak": column(share, lambda one: one[1])})
    found = bills(tariff, street, months, shared=Shared(scheme, bought, column(share, lambda one: one[2])))
    for home in range(homes):
        left = None
        for place, month in enumerate(months):
            kwh, peak, sold = share[home][place]
            alone = bill(tariff, used[home][place], month, carried=left, shared=of(scheme, kwh, sold, peak=peak))
            left = alone.carried
            assert found.lines == tuple(line.id for line in alone.lines)
            assert found.kinds == tuple(line.kind for line in alone.lines)
            assert found.amount[:, home, place] == pytest.approx(
                [line.amount for line in alone.lines], rel=1e-9, abs=1e-9
            )


def test_a_virtual_scheme_cannot_spare_anything():
    data = find_sharing("it-cer").model_dump()
    with pytest.raises(
        TariffError, match=r"^pays = .*: must be left out of a virtual scheme: its bills stay as they are$"
    ):
        Sharing.model_validate(data | {"pays": {"energy": 0.5}})
