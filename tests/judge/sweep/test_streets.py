"""The streets of Malaysia are those of the published counts, and a street's bills are those of plain arithmetic."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

from jiran import simulate
from jiran.judge.sweep.streets import ev_homes, pv_homes, street, study
from jiran.judge.sweep.study import plan_study, scenario_of
from jiran.scenario import validate

ABOUT = study("malaysia-streets")
STREETS = 3_000


@cache
def drawn(region):
    return [street(ABOUT, number, region) for number in range(STREETS)]


def share(parts, most):
    """Return the share of accounts up to so many kWh a month: parts are regions with their weights."""
    return sum(
        weight * float((np.concatenate([one.kwh for one in drawn(region)]) <= most).mean()) for region, weight in parts
    )


def mean(parts):
    return sum(weight * float(np.concatenate([one.kwh for one in drawn(region)]).mean()) for region, weight in parts)


PENINSULA = [("pen_urban", 0.78), ("pen_rural", 0.22)]


def test_accounts_use_what_was_published():
    assert 0.50 <= share(PENINSULA, 300) <= 0.60
    assert 0.82 <= share(PENINSULA, 600) <= 0.88
    assert 0.007 <= 1.0 - share(PENINSULA, 1_500) <= 0.017
    assert 330 <= mean(PENINSULA) <= 390
    assert 400 <= mean([("sarawak", 1.0)]) <= 480
    assert 0.83 <= share([("sabah", 1.0)], 600) <= 0.87


@pytest.mark.parametrize(
    ("region", "year", "none"), [("pen_urban", "2026", 0.64), ("pen_rural", "2026", 0.87), ("pen_urban", "2030", 0.44)]
)
def test_so_many_streets_have_no_seller(region, year, none):
    found = np.mean([not pv_homes(ABOUT, one, year).any() for one in drawn(region)[:800]])
    assert found == pytest.approx(none, abs=0.06)


def test_the_same_shares_come_out_of_plain_python():
    """Draw the Peninsula's towns with `random` alone, from the figures of the table."""
    rng, used = random.Random(5), []  # noqa: S311
    for _ in range(STREETS):
        size = min(80, max(6, round(rng.lognormvariate(np.log(36.0), 0.4))))
        median, spread = min(2000.0, max(60.0, rng.lognormvariate(np.log(340.0), 0.5))), rng.uniform(0.4, 0.6)
        empty = min(0.4, rng.betavariate(3, 20))
        used += [30.0 if rng.random() < empty else rng.lognormvariate(np.log(median), spread) for _ in range(size)]
    for most in (200, 300, 600, 1_000, 1_500):
        assert share([("pen_urban", 1.0)], most) == pytest.approx(np.mean(np.array(used) <= most), abs=0.03)


def test_more_pv_is_added_to_what_is_there_and_ev_follows_pv():
    for one in drawn("pen_urban")[:50]:
        few, many = pv_homes(ABOUT, one, 0.2), pv_homes(ABOUT, one, 0.7)
        assert (many | ~few).all()
        assert ev_homes(ABOUT, one, "2030", many).sum() >= ev_homes(ABOUT, one, "2030", few).sum()


def test_a_street_is_the_same_in_all_that_is_asked_of_it():
    planned = plan_study("malaysia-streets", 10)
    again = plan_study("malaysia-streets", 20)
    assert [one.digest for one in planned.found] == [one.digest for one in again.found[: len(planned.found)]]
    seeds = {}
    for one in planned.found:
        names = [home.annual_kwh for home in one.scenario.homes.single]
        assert seeds.setdefault(one.first_seed, names) == names
    assert planned.refused == 0
    assert {one.values["world"] for one in again.found} == {"2026", "2030", "what-if"}


def rp4(kwh):
    """Return a month's bill without export by the published formula, MYR."""
    rebates = [(200, 25.0), (250, 24.5), (300, 22.5), (350, 21.0), (400, 17.0), (450, 14.5), (500, 12.0), (550, 10.5), (600, 9.0), (650, 7.5), (700, 5.5), (750, 4.5), (800, 4.0), (850, 2.5), (900, 1.0), (1000, 0.5)]  # fmt: skip
    rebate = next((sen for most, sen in rebates if kwh <= most), 0.0) / 100.0
    base = (0.2703 if kwh <= 1500 else 0.3703) * kwh + (0.0455 + 0.1285 - rebate) * kwh
    retail = 10.0 if kwh > 600 else 0.0
    tax = 0.08 * (base * (kwh - 600) / kwh + retail) if kwh > 600 else 0.0
    return base + retail + (0.016 * base if kwh > 300 else 0.0) + tax


def test_a_small_streets_bills_are_those_of_the_published_formula():
    one = next(one for one in drawn("pen_urban") if one.kwh.size < 14 and (one.tou_at > 0.03).all())
    has_pv = pv_homes(ABOUT, one, 0.1)
    result = simulate(validate(scenario_of(ABOUT, one, "2026", "selco", 0.09, has_pv)))
    profiles = result.flows.profiles
    net = profiles.load_kwh + profiles.ev_kwh - profiles.generation_kwh
    cost = [rp4(kwh) for kwh in np.maximum(net, 0.0).sum(axis=0)]
    assert result.homes["cost_without_p2p"].to_numpy() == pytest.approx(cost, abs=0.011)
