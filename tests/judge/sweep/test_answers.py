"""What a sweep answers is what its rows say: means and bands, shares of variance, and choices that nothing beats."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiran import JiranError
from jiran.judge.sweep.answers import MOST_VALUES, answer, bands, frontier, of_few, totals, unharmed
from jiran.judge.sweep.variance import matters
from jiran.report.sweep.page import cells
from jiran.result.figures import KPIS

ASKED = {"vary": {"a": "", "b": ""}, "scenario": {"currency": "MYR"}}


def rows_of(values, seeds, figures):
    """Return rows of a sweep of a and b: `figures` gives those of a point, or its fault."""
    rows = []
    for (a, b), seed in product(values, range(seeds)):
        row = {"key": f"{a}-{b}-{seed}", "seed": seed, "fault": None, "a": a, "b": b, **dict.fromkeys(KPIS)}
        rows.append(row | figures(a, b, seed))
    kinds = {"a": pl.Float64(), "b": pl.String()}
    schema = {
        "key": pl.String(),
        "seed": pl.Int64(),
        "fault": pl.String(),
        **kinds,
        **dict.fromkeys(KPIS, pl.Float64()),
    }
    return pl.DataFrame(rows, schema, strict=False).lazy()


GRID = [*product([0.5, 0.6, 0.9], ["x", "y"])]


@given(st.integers(0, 1_000))
def test_bands_are_means_and_quantiles_of_the_points(seed):
    saving = np.random.default_rng(seed).normal(size=(3, 2, 12))
    place = {0.5: 0, 0.6: 1, 0.9: 2, "x": 0, "y": 1}
    rows = rows_of(GRID, 12, lambda a, b, seed: {"saving": saving[place[a], place[b], seed]})
    table = bands(rows, ["a"], "saving")
    assert table["a"].to_list() == [0.5, 0.6, 0.9]
    assert table["points"].to_list() == [24] * 3
    assert np.allclose(table["mean"], saving.mean(axis=(1, 2)))
    assert np.allclose(table["low"], np.quantile(saving, 0.05, axis=(1, 2)))
    assert np.allclose(table["high"], np.quantile(saving, 0.95, axis=(1, 2)))
    both = bands(rows, ["a", "b"], "saving")
    assert np.allclose(both["mean"], saving.mean(axis=2).ravel())
    # Of twelve points nine tenths cannot be told: it is the lowest and the highest, and said to be.
    assert (of_few(table), of_few(both)) == (False, True)
    assert np.allclose(both["low"], saving.min(axis=2).ravel())
    assert np.allclose(both["high"], saving.max(axis=2).ravel())
    heads = [cells(SimpleNamespace(figure="saving", currency="MYR"), one)[0][-2:] for one in (table, both)]
    assert heads == [["5% below", "5% above"], ["Lowest", "Highest"]]


def test_many_values_are_put_into_classes_of_equal_size():
    values = [(float(one), "x") for one in np.linspace(0.0, 1.0, 96)]
    table = bands(rows_of(values, 1, lambda a, _b, _seed: {"saving": a}), ["a"], "saving")
    assert table.height == MOST_VALUES // 2
    assert table["points"].to_list() == [8] * table.height
    assert np.allclose(table["a"], table["mean"], atol=0.01)


def exact(means, chance):
    """Return the shares of variance of a whole table by sums of squares (Sobol 1993)."""
    whole = means.var() + chance
    alone = [means.mean(axis=1 - axis).var() / whole for axis in (0, 1)]
    return alone, [(means.var() / whole) - alone[1 - axis] for axis in (0, 1)]


@settings(max_examples=20)
@given(st.integers(0, 1_000))
def test_shares_of_variance_are_those_of_sums_of_squares(seed):
    rng = np.random.default_rng(seed)
    means = rng.normal(size=(3, 1)) * rng.random() + rng.normal(size=(1, 2)) + 0.3 * rng.normal(size=(3, 2))
    noise = rng.normal(size=(3, 2, 5)) * rng.random()
    noise -= noise.mean(axis=2, keepdims=True)
    place = {0.5: 0, 0.6: 1, 0.9: 2, "x": 0, "y": 1}
    rows = rows_of(GRID, 5, lambda a, b, s: {"saving": means[place[a], place[b]] + noise[place[a], place[b], s]})
    found = {one.key: one for one in matters(rows, ["a", "b"], "saving")}
    chance = noise.var(axis=2).mean()
    alone, together = exact(means, chance)
    assert found["seed"].alone == pytest.approx(chance / (means.var() + chance))
    for axis, key in enumerate("ab"):
        assert found[key].alone == pytest.approx(alone[axis], abs=0.02)
        assert found[key].together == pytest.approx(together[axis], abs=0.02)


def test_nothing_matters_where_nothing_differs_or_not_all_is_known():
    assert matters(rows_of(GRID, 2, lambda *_: {"saving": 3.0}), ["a", "b"], "saving") == ()
    holes = rows_of(GRID, 1, lambda a, b, _seed: {"fault": "no"} if (a, b) == (0.5, "x") else {"saving": a})
    assert matters(holes, ["a", "b"], "saving") == ()
    one = matters(rows_of([(1.0, "x"), (2.0, "x")], 1, lambda a, *_: {"saving": a}), ["a", "b"], "saving")
    assert [(weight.key, weight.alone) for weight in one] == [("a", 1.0)]


def test_what_sums_leave_over_is_no_share():
    dust = {"x": 0.0, "y": 4e-15}
    rows = rows_of(GRID, 2, lambda a, b, s: {"saving": 12.0 + a + 0.1 * s + dust[b]})
    found = {one.key: one for one in matters(rows, ["a", "b"], "saving")}
    assert (found["b"].alone, found["b"].together) == (0.0, 0.0)
    assert found["a"].alone > 0.1


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(-5, 5)), min_size=1, max_size=12))
def test_no_choice_of_the_frontier_is_beaten_and_every_other_is(pairs):
    rows = rows_of([(float(place), "x") for place in range(len(pairs))], 1, lambda a, *_: dict(zip(("cost", "home_saving_worst"), pairs[int(a)], strict=True)))  # fmt: skip
    kept = {pairs[int(a)] for a in frontier(rows)["a"]}
    beaten = {one for one in pairs if any(o[0] <= one[0] and o[1] > one[1] + 2e-6 for o in pairs)}
    assert not kept & beaten
    for cost, worst in pairs:
        assert any(other[0] <= cost + 1e-6 and other[1] >= worst - 1e-6 for other in kept)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=12))
def test_choices_that_come_to_the_same_are_on_the_frontier_together(pairs):
    rows = rows_of([(float(place), "x") for place in range(len(pairs))], 1, lambda a, *_: dict(zip(("cost", "home_saving_worst"), map(float, pairs[int(a)]), strict=True)))  # fmt: skip
    beaten = {
        place for place, (cost, worst) in enumerate(pairs)
        if any(c <= cost and w >= worst and (c, w) != (cost, worst) for c, w in pairs)
    }  # fmt: skip
    assert {int(a) for a in frontier(rows)["a"]} == set(range(len(pairs))) - beaten


def test_only_trades_that_harm_nobody_count():
    told = {0.5: (0.0, 0.0), 0.6: (2.0, -0.1), 0.9: (2.0, 0.0)}
    rows = rows_of(GRID, 1, lambda a, b, _seed: {"fault": "no"} if (a, b) == (0.9, "y") else dict(zip(("p2p_kwh", "home_saving_worst"), told[a], strict=True)))  # fmt: skip
    assert unharmed(rows) == (5, 3, 1)
    assert totals(rows, 8) == (8, 6, (("no", 1),))


def test_answers_hold_a_table_of_each_key_and_of_the_two_that_matter_most():
    rows = rows_of(GRID, 1, lambda a, *_: {"saving": a, "cost": a, "home_saving_worst": a, "p2p_kwh": 1.0})
    found = answer(rows, ASKED, 6, "saving")
    assert list(found.tables) == [("a",), ("b",), ("a", "b")]
    assert (found.choices, found.currency, found.keys) == (6, "MYR", ["a", "b"])
    assert list(answer(rows, ASKED, 6, "saving", ["b"]).tables) == [("b",)]


@pytest.mark.parametrize(("keys", "figure", "words"), [(["c"], "saving", "by"), (["a"], "savings", "figure")])
def test_unknown_names_are_one_sentence(keys, figure, words):
    with pytest.raises(JiranError, match=words):
        bands(rows_of(GRID, 1, lambda *_: {}), keys, figure)
