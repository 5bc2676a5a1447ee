"""Flows are declared once: what reads them agrees, and the two ways to work them out do too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from jiran import load_scenario, simulate
from jiran.engine.flows import FLOWS, METERED, PRICED, SOURCES, USES
from jiran.engine.rows import Row, fill_rows
from jiran.money.prices import Prices
from jiran.money.settlement import ACCOUNTS
from strategies import scenarios


@pytest.fixture(scope="module")
def street():
    """A run with all that moves: roofs, EVs that lend, batteries at home and of the street, trades and the grid."""
    result = simulate(
        load_scenario(
            "paper", {"ev.supply.enabled": True, "homes.groups.solar.battery_kwh": 4.0, "grid.export_limit_kw": 9.0}
        )
    )
    assert all(result.flows[name].any() for name in FLOWS)
    return result


def test_a_flow_comes_in_or_goes_out_and_is_settled_by_an_account_that_there_is():
    assert {*SOURCES, *USES} == set(FLOWS.values())
    assert not {*SOURCES} & {*USES}
    assert {flow.account for flow in FLOWS.values()} - {""} <= set(ACCOUNTS)
    assert {flow.price for flow in PRICED} == set(Prices._fields)
    assert all(flow.account in {"battery", "grid"} for flow in PRICED)
    behind = {
        "generation_kwh",
        "load_kwh",
        "ev_kwh",
        "ev_supplied_kwh",
        "home_battery_charged_kwh",
        "home_battery_given_kwh",
    }
    assert {flow.name for flow in METERED} == set(FLOWS) - behind


def test_what_has_a_price_leaves_the_street_and_what_has_none_between_homes_stays():
    assert all(flow.street for flow in PRICED)
    assert [name for name, flow in FLOWS.items() if not flow.street] == ["p2p_sold_kwh", "p2p_bought_kwh"]


def test_the_same_partner_has_one_colour():
    assert len({(flow.label, flow.colour) for flow in FLOWS.values()}) == len({flow.label for flow in FLOWS.values()})


@given(scenarios())
def test_the_rows_of_a_step_are_those_of_the_whole_run(scenario):
    flows = simulate(scenario).flows
    rows = np.zeros((len(Row), flows.profiles.load_kwh.shape[1]))
    for step in range(scenario.steps):
        fill_rows(step, flows.moved, rows)
        for name, flow in FLOWS.items():
            share = np.ones(scenario.steps) if flow.share is None else flow.share(flows.outputs)
            np.testing.assert_allclose(rows[flow.row] * share[step], flows[name][step], rtol=1e-12, atol=1e-12)


def test_a_home_alone_is_its_column_of_all(street):
    for name in FLOWS:
        every = street.flows[name]
        for home in range(street.community.size):
            np.testing.assert_allclose(street.flows.of_home(name, home), every[:, home], rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(
                street.flows.of_home(name, home, 7, 30), every[7:30, home], rtol=1e-12, atol=1e-12
            )


def test_a_step_of_the_table_has_every_flow_of_the_street_under_its_column(street):
    for name, flow in FLOWS.items():
        if flow.column:
            np.testing.assert_allclose(street.steps[flow.column], street.flows[name].sum(axis=1), rtol=1e-9, atol=1e-9)
    assert [flow.name for flow in FLOWS.values() if not flow.column] == ["p2p_bought_kwh"]


def test_no_flow_can_be_written(street):
    for name in FLOWS:
        for array in (street.flows[name], street.flows.of_home(name, 0)):
            with pytest.raises(ValueError, match="read-only"):
                array[:] = 1.0
