"""Comparisons: the same homes and draws for every case, bands over seeds, and going on after a stop."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import jiran
from jiran import load_scenario, simulate
from jiran.errors import JiranError, MechanismError
from jiran.judge.comparison import Comparison, Sample, by_rule, cases, compare, finished, run
from jiran.judge.judgement import FIGURES, judge
from jiran.judge.optimum import community_optimum
from jiran.judge.spread import range_of
from jiran.market import mechanisms
from jiran.result.figures import KPIS
from jiran.scenario import Bids, Market, validate

RULES = ["grid-fraction", "uniform-price", "random-p2p", "bill-sharing"]
BIDS = {"bids.strategy": "zero-intelligence-plus", "bids.spread": 0.5}


@pytest.fixture(scope="module")
def paper():
    return load_scenario("paper", BIDS)


@pytest.fixture(scope="module")
def five(paper):
    """Four rules over five seeds."""
    return compare(by_rule(paper, RULES), seeds=5)


@pytest.fixture
def counted(monkeypatch):
    """Count what is run: samples by their rule and seed, and settings."""
    runs, settings = [], []
    sample, prepare = run._sample, run.prepare

    def counting(setting, scenario, *rest):
        runs.append((scenario.market.mechanism, scenario.seed))
        return sample(setting, scenario, *rest)

    def preparing(scenario):
        settings.append(scenario.seed)
        return prepare(scenario)

    monkeypatch.setattr(run, "_sample", counting)
    monkeypatch.setattr(run, "prepare", preparing)
    return runs, settings


def rule_file(folder, body, name="own"):
    path = folder / f"{name}.py"
    path.write_text(
        f"from jiran.market import Parameter, mechanism\n@mechanism({name!r}, compiled=False, a=Parameter(1, 'a'))\n"
        f"def rule(net_kwh, limit_price, import_price, export_price, parameters, rng, trades):\n    {body}\n"
    )
    return str(path)


# --- the cases ---


def test_by_rule_gives_every_rule_that_trades_and_the_scenarios_own_keeps_its_parameters():
    scenario = load_scenario("paper", {"market.fraction": 0.55})
    cases = by_rule(scenario)
    assert list(cases) == [name for name in mechanisms() if name != "grid-only"]
    assert cases["grid-fraction"].market.parameters["fraction"] == 0.55
    assert cases["huang"].market == Market(mechanism="huang")
    assert all(case.homes == scenario.homes for case in cases.values())
    assert by_rule(load_scenario("paper", {"market.mechanism": "grid-only"})).keys() == cases.keys()


def test_a_rule_from_a_file_is_compared_by_its_name_and_the_scenarios_own_is_among_all(tmp_path):
    path = rule_file(tmp_path, "return 0")
    cases = by_rule(load_scenario("paper", {"market.mechanism": path, "market.a": 3}))
    assert cases["own"].market.parameters == {"a": 3.0}
    assert len(cases) == len(mechanisms())
    assert list(by_rule(load_scenario("paper"), ["vcg", path])) == ["vcg", "own"]
    with pytest.raises(MechanismError, match="unknown"):
        by_rule(load_scenario("paper"), ["vcg", "no-rule"])


def test_nothing_to_compare_is_refused():
    with pytest.raises(JiranError, match="there is nothing to compare"):
        compare({})
    with pytest.raises(JiranError, match="there is nothing to compare"):
        compare(by_rule(load_scenario("paper"), []))


# --- the same for all ---


def test_figures_are_those_of_a_run_by_itself(five, paper):
    assert five.seeds == (1, 2, 3, 4, 5)
    for rule in RULES:
        for place, seed in ((0, 1), (3, 4)):
            chosen = {"market": Market(mechanism=rule), "seed": seed}
            result = simulate(paper.model_copy(update=chosen))
            sample = five.samples[rule][place]
            right = judge(result, community_optimum(result))
            if any(one.figures["homes_worse_off"] for one in five.samples[rule]):  # evenness means nothing then
                right |= {"saving_jain": None, "saving_gini": None}
            assert sample.figures == pytest.approx(right, rel=1e-9, abs=1e-9)
            assert np.array_equal(sample.saving, result.homes["saving"].to_numpy())
            assert sample.homes == tuple(result.homes["id"])
            assert sample.kinds == tuple(result.homes["kind"])
            trades = result.trades
            for name, column in (("hour_kwh", "kwh"), ("hour_paid", "paid"), ("hour_received", "received")):
                hours = [trades.filter(trades["time"].dt.hour() == hour)[column].sum() for hour in range(24)]
                assert getattr(sample, name).tolist() == pytest.approx(hours)


def test_cases_share_homes_sun_and_load_seed_by_seed(five):
    for figure in ("generation_kwh", "load_kwh", "demand_kwh", "cost_without_p2p", "cost_grid_only", "cost_optimum"):
        values = [five.values(rule, figure) for rule in RULES]
        assert all(np.array_equal(values[0], others) for others in values[1:]), figure
    assert len(set(five.values(RULES[0], "load_kwh"))) == 5
    assert not np.array_equal(five.values(RULES[0], "saving_jain"), five.values(RULES[1], "saving_jain"))


def test_a_community_and_its_optimum_are_worked_out_once_a_seed(paper, counted, monkeypatch):
    optima, one_at_a_time = [], threading.Lock()
    optimum = run.community_optimum

    def solving(result):
        with one_at_a_time:
            optima.append(result.scenario.seed)
            return optimum(result)

    monkeypatch.setattr(run, "community_optimum", solving)
    monkeypatch.setattr(run.os, "cpu_count", lambda: 1)
    alike = {name: case.model_copy(update={"bids": Bids()}) for name, case in by_rule(paper, RULES).items()}
    compare(alike, seeds=2)
    runs, settings = counted
    assert settings == [1, 2]
    assert optima == [1, 2]
    assert sorted(runs) == sorted((rule, seed) for rule in RULES for seed in (1, 2))


def test_runs_that_end_with_another_charge_are_held_against_the_best_of_their_optima():
    """What a run leaves over in the battery is not reached."""
    day = load_scenario(
        "paper", {"steps": 10, "battery.capacity_kwh": 200, "battery.start_soc": 0.5, "battery.discharge_kw": 50}
    )
    found = compare(by_rule(day, ["grid-fraction", "trade-reduction", "huang"]))
    results = {rule: simulate(case) for rule, case in found.cases.items()}
    own = [community_optimum(result).cost for result in results.values()]
    assert len({round(cost, 6) for cost in own}) > 1
    for rule, result in results.items():
        assert float(found.values(rule, "cost_optimum")[0]) == pytest.approx(min(own)), rule
        possible = float(result.without_p2p.cost_without_battery.sum()) - min(own)
        reached = (float(result.without_p2p.cost_without_battery.sum()) - result.accounts["grid"]) / possible
        assert float(found.values(rule, "optimum_share")[0]) == pytest.approx(reached)


def test_a_rule_that_leaves_the_cars_fuller_has_not_reached_more():
    """Each held against its own cars, muda would have reached all."""
    found = compare(by_rule(load_scenario("paper", {"ev.supply.enabled": True}), ["muda", "mid-market-rate"]))
    shares = [float(found.values(rule, "optimum_share")[0]) for rule in found.cases]
    assert shares[0] < shares[1] < 1.0
    assert float(found.values("muda", "value_index")[0]) < shares[1]
    assert float(found.values("muda", "stored_end_kwh")[0]) > float(
        found.values("mid-market-rate", "stored_end_kwh")[0]
    )


def test_the_order_of_the_cases_and_the_number_of_threads_do_not_matter(five, paper, monkeypatch):
    for cores, order in ((1, 1), (8, -1)):
        monkeypatch.setattr(run.os, "cpu_count", lambda cores=cores: cores)
        other = compare(by_rule(paper, RULES[::order]), seeds=5)
        assert list(other.cases) == RULES[::order]
        for rule in RULES:
            for one, two in zip(five.samples[rule], other.samples[rule], strict=True):
                assert one.figures == two.figures
                assert np.array_equal(one.saving, two.saving)


def test_each_case_runs_with_its_own_seed_and_those_that_follow():
    one, two = load_scenario("paper", {"seed": 7}), load_scenario("paper", {"seed": 99, "market.fraction": 0.6})
    both = compare({"A": one, "B": two}, seeds=2)
    assert both.seeds == both.seeds_of("A") == (7, 8)
    assert both.seeds_of("B") == (99, 100)
    for name, case in (("A", one), ("B", two)):
        for figure in ("cost", "load_kwh", "saving"):
            assert both.values(name, figure).tolist() == [
                simulate(case.model_copy(update={"seed": case.seed + place})).kpis[figure] for place in range(2)
            ]
    assert not both.draws_alike
    assert both.notes == ("the cases have seeds of their own (A from 7, B from 99), so they differ by chance too",)


def test_another_seed_alone_is_a_difference_between_cases():
    one, two = (load_scenario("paper", {"seed": seed}) for seed in (1, 2))
    both = compare({"A": one, "B": two})
    assert both.mean("A", "cost") == pytest.approx(simulate(one).kpis["cost"])
    assert both.mean("B", "cost") == pytest.approx(38.40, abs=0.005)


def test_cases_with_the_same_seed_share_all_random_numbers_run_for_run():
    one, two = load_scenario("paper"), load_scenario("paper", {"battery.capacity_kwh": 0})
    both = compare({"A": one, "B": two}, seeds=2)
    assert both.draws_alike
    assert both.notes == ()
    for figure in ("load_kwh", "generation_kwh", "ev_kwh"):
        assert both.values("A", figure).tolist() == both.values("B", figure).tolist()


def test_seeds_that_meet_are_run_once(counted):
    runs, _ = counted
    one, two = (load_scenario("paper", {"seed": seed}) for seed in (1, 2))
    both = compare({"A": one, "B": two}, seeds=3)
    assert sorted(seed for _, seed in runs) == [1, 2, 3, 4]
    assert both.values("A", "cost")[1:].tolist() == both.values("B", "cost")[:2].tolist()


def test_a_comparison_keeps_its_seeds_apart_when_it_stops_and_when_the_first_case_is_left_out(tmp_path):
    one, two = (load_scenario("paper", {"seed": seed}) for seed in (3, 8))
    samples = {}
    with pytest.raises(Stop):
        compare({"A": one, "B": two}, seeds=4, progress=stop_after(0.6), samples=samples)
    found = finished({"A": one, "B": two}, (3, 4, 5, 6), samples)
    assert (found.seeds_of("A"), found.seeds_of("B")) == ((3, 4), (8, 9))
    assert found.table().equals(compare({"A": one, "B": two}, seeds=2).table())
    bad = load_scenario("paper", {"seed": 3, "market.mechanism": rule_file(tmp_path, FAILS)})
    left = compare({"A": bad, "B": two}, seeds=2)
    assert left.seeds == left.seeds_of("B") == (8, 9)


def test_a_strategy_that_spoils_its_arguments_spoils_no_other_case(tmp_path, monkeypatch):
    monkeypatch.setattr(run.os, "cpu_count", lambda: 1)
    path = tmp_path / "greedy.py"
    path.write_text(
        "from jiran.bids import strategy\n@strategy('greedy', compiled=False)\n"
        "def greedy(net_kwh, floor_price, cap_price, traits, parameters, rng, memory, value_price, limit_price):\n"
        "    traits[:] = 0.0\n    net_kwh[:] = 0.0\n"
    )
    chosen = {"market.mechanism": "uniform-price", "bids.strategy": "truthful"}
    greedy, honest = load_scenario("paper", chosen | {"bids.strategy": str(path)}), load_scenario("paper", chosen)
    both = compare({"A": greedy, "B": honest})
    assert both.values("B", "welfare").tolist() == compare({"B": honest}).values("B", "welfare").tolist()


def test_two_scenarios_of_different_size_stand_side_by_side():
    one = load_scenario("paper")
    two = load_scenario("paper", {"homes.groups.solar.count": 9, "steps": 48})
    both = compare({"A": one, "B": two}, seeds=2)
    assert [len(both.samples[name][0].homes) for name in "AB"] == [12, 16]
    assert both.homes().group_by("case", maintain_order=True).len()["len"].to_list() == [12, 16]
    kinds = both.kinds()
    assert kinds.filter(kinds["kind"] == "solar")["homes"].to_list() == [5, 9]
    assert both.difference("A", "B").height == len(FIGURES)


@pytest.mark.parametrize(
    "more", [{"battery.capacity_kwh": 0}, {"grid.export_price": 0.3}, {"ev.supply.enabled": True}, {"solar.pv_kwp": 2}]
)
def test_scenarios_that_differ_in_more_than_the_market_are_run_as_they_are(more):
    one, two = load_scenario("paper"), load_scenario("paper", more)
    both = compare({"A": one, "B": two})
    for name, case in both.cases.items():
        result = simulate(case)
        assert both.samples[name][0].figures == pytest.approx(judge(result, community_optimum(result)), abs=1e-9)


# --- tables ---


def sample(saving=0.0, jain=None, homes=("S1", "S2", "N1"), kinds=("solar", "solar", "normal"), each=(0.0, 0.0, 0.0)):
    figures = dict.fromkeys(FIGURES, 0.0) | {"saving": saving, "saving_jain": jain}
    hours = np.zeros(24)
    return Sample(figures, homes, kinds, 0, np.array(each), hours, hours, hours)


def known(**values):
    """Return a comparison whose savings and Jain indices are known."""
    case = load_scenario("paper")
    samples = {name: tuple(sample(*pair) for pair in pairs) for name, pairs in values.items()}
    seeds = tuple(range(1, 1 + len(next(iter(values.values())))))
    return Comparison(dict.fromkeys(values, case), seeds, samples)


def test_a_band_holds_nine_tenths_of_the_seeds_and_leaves_out_what_is_undefined():
    found = known(A=[(float(value), None) for value in range(21)], B=[(1.0, 0.5), *[(1.0, None)] * 20])
    table = found.table(("saving", "saving_jain"))
    assert table.columns == [
        "case", "saving", "saving_low", "saving_high", "saving_jain", "saving_jain_low", "saving_jain_high",
    ]  # fmt: skip
    assert table.row(0) == ("A", 10.0, pytest.approx(1.0), pytest.approx(19.0), None, None, None)
    assert table.row(1) == ("B", 1.0, 1.0, 1.0, 0.5, 0.5, 0.5)


def test_evenness_is_not_told_of_a_case_in_which_a_home_loses_with_any_seed():
    found = Comparison(
        {"A": load_scenario("paper")},
        (1, 2),
        {"A": (sample(jain=0.9, each=(1.0, 2.0, 3.0)), sample(jain=None, each=(4.0, 2.0, -0.1)))},
    )
    assert np.isnan(found.values("A", "saving_jain")).all()
    assert found.mean("A", "saving_jain") is None


def test_with_one_seed_there_is_no_band():
    found = known(A=[(2.5, None)])
    assert found.table(("saving", "saving_jain")).rows() == [("A", 2.5, None)]
    assert "saving_low" not in found.kinds().columns
    assert "difference_low" not in found.difference("A", "A").columns


def test_a_difference_is_taken_seed_by_seed():
    found = known(A=[(float(value + 1), 0.5) for value in range(21)], B=[(float(value), None) for value in range(21)])
    row = found.difference("A", "B").filter(found.difference("A", "B")["figure"] == "saving").row(0, named=True)
    assert (row["a"], row["b"], row["difference"]) == (11.0, 10.0, 1.0)
    assert (row["difference_low"], row["difference_high"]) == (1.0, 1.0)
    assert (row["label"], row["unit"]) == (KPIS["saving"].label, "MYR")
    jain = found.difference("A", "B").filter(found.difference("A", "B")["figure"] == "saving_jain").row(0, named=True)
    assert (jain["a"], jain["b"], jain["difference"], jain["difference_low"]) == (0.5, None, None, None)
    crossed = known(A=[(float(value), None) for value in range(21)], B=[(20.0 - value, None) for value in range(21)])
    row = crossed.difference("A", "B").filter(crossed.difference("A", "B")["figure"] == "saving").row(0, named=True)
    assert [row[name] for name in ("a", "b", "difference", "difference_low", "difference_high")] == [10, 10, 0, -18, 18]
    units = dict(found.difference("A", "B").select("figure", "unit").rows())
    assert (units["price_paid"], units["p2p_kwh"], units["saving_jain"]) == ("MYR/kWh", "kWh", "")


@pytest.mark.parametrize("count", [2, 3, 19, 20, 30])
def test_a_range_of_few_seeds_leaves_none_out(count):
    """A quantile of few values lies between them: it would be called 90 % of the seeds and leave two thirds out."""
    values = [float(value**2) for value in range(count)]
    row = known(A=[(value, None) for value in values]).table(("saving",)).row(0, named=True)
    inside = sum(row["saving_low"] <= value <= row["saving_high"] for value in values)
    assert inside == count if count < 20 else 0.8 * count < inside < count
    assert ("90%" in range_of(count, "seeds")) == (inside < count)


def test_savings_by_kind_and_by_home():
    one, two = (sample(each=each) for each in ((1.0, 3.0, -4.0), (2.0, 6.0, -2.0)))
    found = Comparison({"A": load_scenario("paper")}, (1, 2), {"A": (one, two)})
    assert found.homes().rows() == [("A", "S1", "solar", 1.5), ("A", "S2", "solar", 4.5), ("A", "N1", "normal", -3.0)]
    kinds = found.kinds()
    assert kinds.select("case", "kind", "homes", "saving").rows() == [("A", "solar", 2, 3.0), ("A", "normal", 1, -3.0)]
    assert kinds["saving_low"].to_list() == [2.0, -4.0]  # of few seeds the lowest and the highest
    assert kinds["saving_high"].to_list() == [4.0, -2.0]


def test_hours_are_prices_by_energy_over_all_seeds():
    def hour(kwh, paid, received):
        def at_noon(value):
            return np.where(np.arange(24) == 12, value, 0.0)

        return sample()._replace(hour_kwh=at_noon(kwh), hour_paid=at_noon(paid), hour_received=at_noon(received))

    found = Comparison(
        {"A": load_scenario("paper")}, (1, 2), {"A": (hour(1.0, 0.5, 0.25), hour(3.0, 0.9, 0.75))}
    ).hours()
    assert found.columns == ["case", "hour", "kwh", "buyer_price", "seller_price"]
    assert found.row(12) == ("A", 12, 2.0, pytest.approx(1.4 / 4), pytest.approx(1.0 / 4))
    assert found.row(3) == ("A", 3, 0.0, None, None)
    assert found["hour"].to_list() == list(range(24))


def test_the_table_of_a_real_comparison_is_the_mean_of_its_seeds(five):
    table = five.table()
    assert table["case"].to_list() == RULES
    for rule, row in zip(RULES, table.iter_rows(named=True), strict=True):
        for figure in FIGURES:
            values = five.values(rule, figure)
            assert (
                row[figure] == pytest.approx(np.nanmean(values)) if np.isfinite(values).any() else row[figure] is None
            )
            if row[figure] is not None:
                assert row[f"{figure}_low"] <= row[f"{figure}_high"]


def test_rules_that_work_by_bids_are_noted_when_all_homes_bid_the_tariff():
    plain = load_scenario("paper")
    notes = compare(by_rule(plain, ["vcg", "grid-fraction", "huang"])).notes
    assert len(notes) == 1
    assert notes[0].startswith("vcg, huang: work by bids, but all homes bid the tariff and are alike")
    assert compare(by_rule(plain, ["vcg"])).notes[0].startswith("vcg: works by bids")
    notes = compare(by_rule(load_scenario("paper", BIDS), ["vcg", "grid-fraction"])).notes
    assert notes == (
        "grid-fraction: bids.strategy and bids.spread say nothing, for the market rule heeds no limit prices",
    )


def test_what_cases_take_for_granted_is_noted_once_if_all_do_and_else_with_their_names():
    plain = validate({"name": "x", "homes": {"groups": [{"kind": "solar", "count": 2}]}})
    (note,) = compare(by_rule(plain, ["grid-fraction", "mid-market-rate"])).notes
    assert note.startswith("CO2 is counted at 0.199 kg/kWh, the grid of Sarawak")
    other = plain.model_copy(update={"time_zone": "Europe/Berlin", "steps": 72})
    notes = compare({"A": plain, "B": other, "C": other.model_copy(update={"name": "y"})}).notes
    assert notes == (f"A: {note}", notes[1])
    assert notes[1].startswith("B, C: CO2 is not counted: no emission factor is known for the time zone Europe/Berlin")


def test_a_run_that_is_too_long_has_no_optimum_and_says_so(monkeypatch):
    monkeypatch.setattr(run, "MOST_STEPS", 23)
    monkeypatch.setattr(cases, "MOST_STEPS", 23)
    found = compare(by_rule(load_scenario("paper"), ["grid-fraction"]))
    assert np.isnan(found.values("grid-fraction", "optimum_share")).all()
    assert found.table(("optimum_share", "value_index")).rows() == [("grid-fraction", None, None)]
    assert found.notes == ("the optimum is worked out for runs of at most 23 steps, this one has 24",)


# --- stopped, and gone on with ---


class Stop(Exception):  # noqa: N818  not an error
    """Stands for whatever stops a comparison: Ctrl-C, or a viewer who goes elsewhere."""


def stop_after(share):
    def progress(done):
        if done >= share:
            raise Stop

    return progress


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.6, 0.95])
def test_a_stopped_comparison_goes_on_where_it_stopped(five, paper, counted, share):
    runs, _ = counted
    samples = {}
    with pytest.raises(Stop):
        compare(by_rule(paper, RULES), seeds=5, progress=stop_after(share), samples=samples)
    stopped_at = len(samples)
    assert 20 * share <= stopped_at < 20 * share + 1.5
    runs.clear()
    whole = compare(by_rule(paper, RULES), seeds=5, samples=samples)
    assert len(runs) == len(set(runs)) == 20 - stopped_at
    assert whole.table().equals(five.table())
    assert whole.kinds().equals(five.kinds())
    assert whole.hours().equals(five.hours())


def test_what_is_known_is_not_run_again_and_more_seeds_or_cases_run_only_what_is_new(paper, counted):
    runs, _ = counted
    samples = {}
    compare(by_rule(paper, RULES[:2]), seeds=2, samples=samples)
    runs.clear()
    done = []
    renamed = paper.model_copy(update={"name": "another name", "description": "and description"})
    compare(by_rule(renamed, RULES[:2]), seeds=2, samples=samples, progress=done.append)
    assert runs == []
    assert done[-1] == 1.0
    compare(by_rule(paper, RULES[:3]), seeds=3, samples=samples)
    assert sorted(runs) == sorted([(RULES[0], 3), (RULES[1], 3), *((RULES[2], seed) for seed in (1, 2, 3))])


def test_progress_rises_from_0_to_1(paper):
    done = []
    compare(by_rule(paper, RULES), seeds=3, progress=done.append)
    assert done[0] == 0.0
    assert done[-1] == 1.0
    assert np.all(np.diff(done) >= 0)
    assert len(set(done)) == 13


def test_a_stop_ends_what_has_not_begun(paper, monkeypatch):
    """Even while the exception and its frames are still there, as in a debugger or under Ctrl-C."""
    begun, stopped = [], threading.Event()
    monkeypatch.setattr(run.os, "cpu_count", lambda: 1)
    real = run._sample

    def slow(setting, scenario, *rest):
        begun.append(scenario.market.mechanism)
        if len(begun) > 1:  # and the first is done, at which the comparison is stopped
            assert stopped.wait(60.0)
        return real(setting, scenario, *rest)

    monkeypatch.setattr(run, "_sample", slow)
    cases = by_rule(paper, [name for name in mechanisms() if name not in ("nucleolus", "consensus", "grid-only")])
    there_before = {*threading.enumerate()}
    with pytest.raises(Stop) as error:
        compare(cases, progress=stop_after(0.01))
    stopped.set()
    for thread in {*threading.enumerate()} - there_before:
        thread.join(60.0)
        assert not thread.is_alive()
    assert error.value is not None
    assert len(begun) <= 2


def test_a_stop_ends_what_is_running(paper, tmp_path, monkeypatch):
    monkeypatch.setattr(run.os, "cpu_count", lambda: 2)
    steps = tmp_path / "steps"
    steps.touch()
    path = rule_file(
        tmp_path, f"time.sleep(0.01)\n    with open({str(steps)!r}, 'a') as log: log.write('.')\n    return 0"
    )
    (tmp_path / "own.py").write_text("import time\n" + (tmp_path / "own.py").read_text())
    cases = by_rule(paper.model_copy(update={"steps": 2000}), ["grid-fraction", path])
    there_before = {*threading.enumerate()}
    with pytest.raises(Stop):
        compare(cases, progress=stop_after(0.01))
    for thread in {*threading.enumerate()} - there_before:
        thread.join(60.0)
        assert not thread.is_alive()
    assert steps.stat().st_size < 1000  # half of them would take over 10 seconds


def test_finished_knows_the_seeds_that_all_cases_have_done(paper):
    cases, samples = by_rule(paper, RULES), {}
    with pytest.raises(Stop):
        compare(cases, seeds=5, progress=stop_after(0.55), samples=samples)
    found = finished(cases, (1, 2, 3, 4, 5), samples)
    assert found.seeds == (1, 2)
    assert all(len(of_case) == 2 for of_case in found.samples.values())
    assert found.table().equals(compare(cases, seeds=2).table())


def test_finished_without_a_whole_seed_is_refused(paper):
    cases, samples = by_rule(paper, RULES), {}
    with pytest.raises(JiranError, match="stopped before all cases had been run once"):
        finished(cases, (1, 2), samples)
    with pytest.raises(Stop):
        compare(cases, seeds=2, progress=stop_after(0.2), samples=samples)
    assert samples
    with pytest.raises(JiranError, match="stopped before all cases had been run once"):
        finished(cases, (1, 2), samples)


# --- rules that fail ---

FAILS = "raise ValueError('oops')"


def test_a_rule_that_fails_is_left_out_and_said(paper, tmp_path, counted):
    runs, _ = counted
    bad = rule_file(tmp_path, FAILS)
    samples = {}
    found = compare(by_rule(paper, ["grid-fraction", bad]), seeds=3, samples=samples)
    assert list(found.cases) == list(found.samples) == ["grid-fraction"]
    assert found.table()["case"].to_list() == ["grid-fraction"]
    assert len(found.faults) == 1
    assert found.faults[0].startswith("market rule 'own': failed in step ")
    assert found.faults[0].endswith("ValueError: oops")
    assert runs.count((bad, 1)) == 1
    assert len(runs) == 4
    runs.clear()
    again = compare(by_rule(paper, ["grid-fraction", bad]), seeds=3, samples=samples)
    assert (runs, again.faults) == ([], found.faults)
    assert again.table().equals(found.table())


def test_a_rule_that_fails_with_a_later_seed_is_left_out_of_all(paper, tmp_path):
    path = rule_file(tmp_path, "CALLS.append(1); return 0 if len(CALLS) <= 24 else {}['late']")
    (tmp_path / "own.py").write_text("CALLS = []\n" + (tmp_path / "own.py").read_text())
    found = compare(by_rule(paper, [path, "vcg"]), seeds=3)
    assert list(found.cases) == ["vcg"]
    assert found.seeds == (1, 2, 3)
    assert "late" in found.faults[0]


def test_after_a_stop_the_failed_rule_is_still_left_out(paper, tmp_path):
    cases, samples = by_rule(paper, ["grid-fraction", rule_file(tmp_path, FAILS)]), {}
    with pytest.raises(Stop):
        compare(cases, seeds=4, progress=stop_after(0.6), samples=samples)
    found = finished(cases, (1, 2, 3, 4), samples)
    assert list(found.cases) == ["grid-fraction"]
    assert len(found.seeds) >= 2
    assert "oops" in found.faults[0]


def test_when_all_rules_fail_the_first_fault_is_raised(paper, tmp_path):
    bad = [rule_file(tmp_path, FAILS), rule_file(tmp_path, "return -1", "other")]
    with pytest.raises(MechanismError, match=r"market rule 'o.*': "):
        compare(by_rule(paper, bad), seeds=3)
    twice = load_scenario("paper", {"market.mechanism": bad[0]})
    with pytest.raises(MechanismError, match="oops"):
        compare({"A": twice, "B": twice.model_copy(update={"name": "the same"})}, seeds=2)


def test_a_failing_strategy_leaves_its_case_out(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text(
        "from jiran.bids import strategy\n@strategy('bad')\n"
        "def bad(net_kwh, floor_price, cap_price, traits, parameters, rng, memory, value_price, limit_price):\n"
        "    limit_price[0] = float('nan')\n"
    )
    found = compare({"A": load_scenario("paper"), "B": load_scenario("paper", {"bids.strategy": str(path)})})
    assert list(found.cases) == ["A"]
    assert found.faults == ("bidding strategy 'bad': in step 0 it bids no usable price for home S1",)


def test_the_same_scenario_twice_differs_in_nothing(paper):
    both = compare({"A": paper, "B": paper}, seeds=2)
    assert both.difference("A", "B")["difference"].drop_nulls().unique().to_list() == [0.0]
    assert jiran.compare is compare
