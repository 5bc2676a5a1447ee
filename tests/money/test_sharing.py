"""Schemes of sharing in a run: bills, accounts and the market, held against sums by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from jiran import load_scenario, simulate
from jiran.errors import JiranError, ScenarioError
from jiran.explain.bills import on_shared
from jiran.homes.profiles import Profiles
from jiran.result.limits import limits_between
from jiran.tariffs import find_sharing, sharing

RP4 = "my-tnb-rp4-domestic-general"
#: A month of 31 days in which a roof has 100 kWh to spare and a neighbour needs 350.
MONTH = {
    "start": "2025-07-01", "steps": 24 * 31, "grid.tariff": RP4, "battery.capacity_kwh": 0,
    "homes": {"groups": [{"kind": "solar", "count": 1}, {"kind": "normal", "count": 1}]},
}  # fmt: skip
EURO = """
name = "euro"
title = "Euro"
place = "Europe"
currency = "EUR"
valid_from = 2020-01-01
status = "estimate"
sources = ["a test"]
round = 0.01
known_to = "2026-12"
[components.energy]
kind = "energy"
rate = 0.15
[components.network]
kind = "network"
rate = 0.10
[components.vat]
kind = "tax"
unit = "share"
rate = 0.2
base = ["energy", "network"]
[components.sold]
kind = "credit"
unit = "exported-kWh"
rate = 0.06
[components.minimum]
kind = "minimum"
unit = "month"
rate = -1e6
[export]
"""


def street(**more):
    """Return a run in which S1 gives N1 100 of its 350 kWh, spread evenly."""
    scenario = load_scenario("paper", MONTH | more)
    steps = scenario.steps
    made, used, none = np.zeros((steps, 2)), np.zeros((steps, 2)), np.zeros((steps, 2))
    made[:, 0], used[:, 1] = 100.0 / steps, 350.0 / steps
    return simulate(scenario, profiles=Profiles(generation_kwh=made, load_kwh=used, ev_kwh=none))


def lines(result, home, column="amount"):
    rows = result.bills.filter(pl.col("home") == home)
    return dict(zip(rows["component"], rows[column], strict=True))


def test_cream_by_hand():
    """N1 pays TNB for 250 kWh, 9 sen for each of 100 shared ones, the renewable fund as though all came from the grid."""
    result = street(**{"grid.sharing": "my-cream"})
    market = result.scenario.market
    assert (market.mechanism, result.scenario.grid.network_charge) == ("dynamic-keys", 0.09)
    buyer = lines(result, "N1")
    assert sum(buyer.values()) == pytest.approx((0.4443 - 0.245) * 250 + 0.016 * 0.2343 * 350)
    assert buyer["shared-kwtbb"] == pytest.approx(0.016 * 0.2343 * 350)
    assert result.accounts["network"] == pytest.approx(9.0)
    assert result.trades["buyer_price"][0] == pytest.approx(0.8 * 0.4443 + 0.09)
    without = lines(result, "N1", "amount_without_p2p")
    assert sum(without.values()) == pytest.approx((0.4443 - 0.21) * 350 * 1.016)
    assert without["shared-kwtbb"] == 0.0


@pytest.mark.parametrize("name", [name for name, one in sharing().items() if one.currency == "EUR"])
def test_every_euro_scheme_balances_line_by_line(name, tmp_path):
    file = tmp_path / "euro.toml"
    file.write_text(EURO)
    result = street(**{"grid.tariff": str(file), "grid.sharing": name})
    accounts, rows = result.accounts, result.bills
    assert sum(accounts.values()) == pytest.approx(0.0, abs=1e-9)
    assert accounts["tax"] == pytest.approx(rows.filter(pl.col("kind") == "tax")["amount"].sum(), abs=1e-9)
    premium = rows.filter(pl.col("component") == "premium")["amount"].sum()
    assert accounts["grid"] == pytest.approx(rows["amount"].sum() - accounts["tax"] - premium, abs=1e-9)
    scheme = find_sharing(name)
    assert ("premium" in accounts) == bool(scheme.premium)
    if scheme.premium:
        assert accounts["premium"] == pytest.approx(premium) == pytest.approx(-100.0 * scheme.premium)
    assert result.balance.kwh < 1e-12
    shared = (
        100.0 if scheme.allocation not in ("static", "static-uncapped") else 50.0
    )  # the seller's own key is not used
    assert result.bill_totals["bought_kwh"].sum() == pytest.approx(shared)
    virtual = scheme.allocation == "virtual"
    assert lines(result, "N1")["energy"] == pytest.approx(0.15 * (350.0 if virtual else 350.0 - shared))
    network = scheme.pays.get("network", scheme.pays_else)
    assert lines(result, "N1").get("shared-network", 0.0) == pytest.approx(0.0 if virtual else 0.10 * network * shared)


def test_italys_bills_stay_and_the_premium_is_all_that_changes(tmp_path):
    file = tmp_path / "euro.toml"
    file.write_text(EURO)
    result = street(**{"grid.tariff": str(file), "grid.sharing": "it-cer"})
    assert set(result.trades["buyer_price"]) == {0.0}
    assert on_shared(result).text == (
        "Under it-cer the kWh that neighbours shared pay no part of the tariff, and a premium of EUR 8.00 is added for them."
    )
    assert result.homes["saving"].to_list() == pytest.approx([4.0, 4.0])
    for home in ("S1", "N1"):
        now, alone = lines(result, home), lines(result, home, "amount_without_p2p")
        assert {key: value for key, value in now.items() if key != "premium"} == pytest.approx(
            {key: value for key, value in alone.items() if key != "premium"}
        )


def test_the_market_sees_what_a_shared_kwh_saves(tmp_path):
    """Austria, local: a kWh of 1.2 * 25 cents less the 1.2 * 4.3 that it still pays; a kWh to the grid earns 6."""
    file = tmp_path / "euro.toml"
    file.write_text(EURO)
    result = street(**{"grid.tariff": str(file), "grid.sharing": "at-eeg-local", "market.mechanism": "uniform-price"})
    assert limits_between(result, 0, 1)[0].tolist() == pytest.approx([0.06, 1.2 * (0.25 - 0.043)])


def test_a_rule_of_ones_own_keeps_the_schemes_bills_and_is_said():
    result = street(**{"grid.sharing": "my-cream", "market.mechanism": "uniform-price"})
    assert result.scenario.market.mechanism == "uniform-price"
    assert lines(result, "N1")["shared-kwtbb"] > 0.0
    assert any("the market rule uniform-price decides" in warning for warning in result.warnings)
    assert not any("the market rule" in warning for warning in street(**{"grid.sharing": "my-cream"}).warnings)


def test_a_scheme_may_be_a_file_beside_the_scenario(tmp_path):
    from jiran.scenario.files import input_files, to_toml  # noqa: PLC0415

    (tmp_path / "club.toml").write_text(
        'name = "club"\ntitle = "Club"\nplace = "Here"\ncurrency = "MYR"\nvalid_from = 2020-01-01\nstatus = "estimate"\n'
        'sources = ["us"]\nallocation = "equal"\nstep_minutes = 60\nfee = 0.05\nprice = 0.21\npays = {}\npays_else = 0.0\n'
    )
    file = tmp_path / "s.toml"
    file.write_text(
        f'name = "s"\nhomes.groups = [{{kind = "solar", count = 2}}]\ngrid = {{tariff = "{RP4}", sharing = "club.toml"}}\n'
    )
    scenario = load_scenario(file)
    assert scenario.grid.sharing == str(tmp_path / "club.toml")
    assert scenario.market.parameters | {"by": "equal", "price": 0.21} == scenario.market.parameters
    assert scenario.grid.network_charge == 0.05
    assert tmp_path / "club.toml" in input_files(scenario)
    again = tmp_path / "again.toml"
    again.write_text(to_toml(scenario))
    assert load_scenario(again) == scenario


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"grid.sharing": "my-cream"}, r"^grid\.sharing = 'my-cream': needs grid\.tariff"),
        ({"grid.sharing": "none", "grid.tariff": RP4}, r"^grid\.sharing = 'none': must be one of .*my-cream"),
        (
            {"grid.sharing": "it-cer", "grid.tariff": RP4},
            r"^grid\.sharing = 'it-cer': names amounts in EUR, and currency = 'MYR'",
        ),
    ],
)
def test_what_is_no_scheme_for_a_run_is_refused(changes, sentence):
    with pytest.raises(ScenarioError, match=sentence):
        load_scenario("paper", changes)


def test_a_scheme_that_no_rule_divides_asks_for_one(tmp_path):
    file = tmp_path / "own.toml"
    text = "\n".join(f"{key} = {value!r}" for key, value in {
        "name": "own", "title": "Own", "place": "Here", "currency": "MYR", "status": "estimate", "sources": ["us"],
        "allocation": "hierarchical", "step_minutes": 60,
    }.items())  # fmt: skip
    file.write_text(f"{text}\nvalid_from = 2020-01-01\npays = {{}}\n")
    asked = {"grid.tariff": RP4, "grid.sharing": str(file)}
    with pytest.raises(JiranError, match=r"^grid\.sharing = .*: divides hierarchical: name the market\.mechanism"):
        load_scenario("paper", asked)
    assert load_scenario("paper", asked | {"market.mechanism": "dynamic-keys"}).grid.sharing == str(file)
