"""Import and export registers are enough: markets, bills and accounts are the same, and what is not known is undefined."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np

from jiran import JiranError, Result
from jiran.engine.flows import FLOWS
from jiran.judge.judgement import FIGURES, judge
from jiran.judge.optimum import community_optimum
from jiran.nothing import LAST_DIGITS
from jiran.saving.formats import csv_bytes
from jiran.simulation.setting import prepare
from net_metering import net_metered, read_as_load, run, some_homes
from valid import ordinary, wild

RUNS = 40
#: Of EVs that lend and of batteries at home all is modelled: behind a net meter there is none, but nobody would know.
NEVER_THERE = {
    "ev_supplied_kwh", "ev_lent_kwh", "home_battery_charged_kwh", "home_battery_given_kwh", "home_battery_loss_kwh",
    "home_battery_wear",
}  # fmt: skip


@dataclass(frozen=True)
class Ways:
    """One community in three ways: all of it known, import and export known of some homes, and these taken for load."""

    hidden: np.ndarray
    known: Result
    net: Result
    wrong: Result


@cache
def ways(seed: int) -> Ways | None:
    """Return a random community in three ways, or None if it does not run."""
    rng = np.random.default_rng(seed)
    scenario = (ordinary, wild)[seed % 2](rng, 1_500)
    try:
        setting = prepare(scenario)
        hidden = some_homes(rng, setting)
        return Ways(hidden, run(setting), run(net_metered(setting, hidden)), run(read_as_load(setting, hidden)))
    except JiranError:
        return None


def found() -> list[Ways]:
    return [each for seed in range(RUNS) if (each := ways(seed)) is not None]


def same(one: float | None, other: float | None) -> bool:
    """Tell whether two figures are the same, but for the last digits of sums."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=LAST_DIGITS, abs_tol=LAST_DIGITS)


def test_there_are_runs_with_and_without_homes_that_are_known():
    hidden = [each.hidden for each in found()]
    assert len(hidden) > RUNS / 2
    assert any(each.all() for each in hidden)
    assert any(0 < each.sum() < each.size for each in hidden)


def test_markets_bills_and_accounts_are_those_of_the_same_homes_with_all_that_is_known_of_them():
    for each in found():
        known, net = each.known, each.net
        assert net.digest == known.digest
        assert net.accounts == known.accounts
        assert np.array_equal(net.flows.trades, known.flows.trades)
        assert np.array_equal(net.without_p2p.cost, known.without_p2p.cost)
        for name, flow in FLOWS.items():
            if not flow.behind_meter:
                assert np.array_equal(net.flows[name], known.flows[name])
        assert net.balance.kwh <= LAST_DIGITS


def test_what_is_behind_the_meter_of_such_a_home_is_nowhere_a_number():
    for each in found():
        for name, flow in FLOWS.items():
            if flow.behind_meter:
                values, known = each.net.flows[name], each.known.flows[name]
                assert np.isnan(values[:, each.hidden]).all()
                assert np.array_equal(values[:, ~each.hidden], known[:, ~each.hidden])
                assert np.isnan(each.net.settlement.step_kwh[name]).all() == each.hidden.any()


def figures(result: Result) -> dict[str, float | None]:
    return judge(result, community_optimum(result))


def test_the_figures_that_need_more_than_import_and_export_are_exactly_the_undefined_ones():
    undefined, changed = Counter[str](), Counter[str]()
    for each in found():
        if not each.hidden.any():
            continue
        known, net, wrong = (figures(result) for result in (each.known, each.net, each.wrong))
        for name in FIGURES:
            changes = not same(known[name], wrong[name])
            changed[name] += changes
            undefined[name] += net[name] is None and known[name] is not None
            assert not changes or net[name] is None, f"{name} would be {wrong[name]} and is {known[name]}"
            assert net[name] is None or same(net[name], known[name]), name
    assert {name for name in FIGURES if undefined[name]} - NEVER_THERE == {name for name in FIGURES if changed[name]}


def rows(result: Result) -> list[dict[str, object]]:
    return result.homes.to_dicts()


def test_of_each_home_exactly_what_needs_more_is_empty_and_a_column_marks_it():
    undefined, changed = Counter[str](), Counter[str]()
    for each in found():
        for hidden, known, net, wrong in zip(
            each.hidden, rows(each.known), rows(each.net), rows(each.wrong), strict=True
        ):
            assert net["net_metered"] is bool(hidden)
            assert net["kind"] == known["kind"] or hidden
            for name in net.keys() - {"id", "kind", "net_metered"}:
                undefined[name] += net[name] is None and known[name] is not None
                changed[name] += not same(known[name], wrong[name])
                assert same(known[name], net[name]) or (hidden and net[name] is None), name
                assert same(known[name], wrong[name]) or net[name] is None, name
    assert {*+undefined} - NEVER_THERE == {*+changed}


def test_a_step_is_empty_where_it_needs_what_is_not_known_of_a_home():
    behind = {flow.column for flow in FLOWS.values() if flow.behind_meter}
    for each in found():
        for name in each.net.steps.columns:
            hidden = name in behind and each.hidden.any()
            net, known = each.net.steps[name], each.known.steps[name]
            assert net.is_null().all() if hidden else net.equals(known), name


def test_files_have_empty_cells_and_null(tmp_path):
    each = next(each for each in found() if each.hidden.any() and not each.hidden.all())
    each.net.save(tmp_path / "run")
    kpis = json.loads((tmp_path / "run" / "kpis.json").read_text(encoding="utf-8"))
    assert kpis["demand_kwh"] is None
    assert kpis["street_import_kwh"] == each.known.kpis["street_import_kwh"]
    text = csv_bytes(each.net.homes).decode()
    assert text == (tmp_path / "run" / "homes.csv").read_text(encoding="utf-8")
    assert "NaN" not in text
    header, *lines = text.splitlines()
    place = header.split(",").index("net_metered")
    assert [line.split(",")[place] for line in lines] == [str(bool(hidden)).lower() for hidden in each.hidden]
