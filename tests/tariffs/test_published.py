"""Every tariff that comes with jiran against sums on paper: hundreds of months each, at every edge and between them."""

from __future__ import annotations

import json
import random
from fractions import Fraction

import numpy as np
import pytest

from jiran.tariffs import Usage, bill, bills, find_tariff, tariffs
from jiran.tariffs.export import Carried
from plain_bills import PUBLISHED, Month, Paid, half_up
from terminal import call

#: So many months of each tariff are drawn beside those at its edges.
DRAWN = 420
#: Beside its own edges: where conditions of other tariffs are, and what no home uses.
ALWAYS = (0, Fraction(1, 1000), Fraction(1, 2), 300, 600, 1500, Fraction(123456789, 1000), 10**6, 10**9)
NOTHING = Paid(Fraction(0))


def dice(name):
    return random.Random(name)  # noqa: S311  a dice, no secret


def volumes(name, rng):
    """Yield import, export and the part of the import at peak, as fractions: what no double holds exactly is in it."""
    around = (0, 1, -1, Fraction(1, 1000), Fraction(-1, 1000))
    taken = [*ALWAYS, *(edge + off for edge in PUBLISHED[name].edges for off in around)]
    taken += [Fraction(rng.randrange(2_500 * part), part) for part in rng.choices((1, 2, 100, 1000), k=DRAWN)]
    for kwh in map(Fraction, taken):
        given = rng.choice([0, kwh, kwh + 1, 2 * kwh, max(kwh - 1, 0), Fraction(rng.randrange(2_000_000), 1000)])
        yield kwh, Fraction(min(given, 10**9)), kwh * rng.choice([0, 1, Fraction(1, 4), Fraction(3, 10)])


def usage(kwh, given, peak, tariff):
    return Usage(float(kwh), float(given), {} if tariff.schedule is None else {"peak": float(peak)})


def left_of(tariff, rng):
    """Draw what earlier months left, of what the tariff carries."""
    carry = "none" if tariff.export is None else tariff.export.carry
    there = Fraction(rng.choice([0, 0, 50, 500, 3000]))
    return NOTHING._replace(**({} if carry == "none" else {carry: there}))


def test_every_tariff_has_a_sum_on_paper():
    assert set(PUBLISHED) == set(tariffs())


@pytest.mark.parametrize("name", PUBLISHED)
def test_hundreds_of_months_come_to_what_paper_says(name):
    rng, tariff, (paid, step, months, _) = dice(name), find_tariff(name), PUBLISHED[name]
    cases = [(*one, rng.choice(months), left_of(tariff, rng)) for one in volumes(name, rng)]
    assert len(cases) >= 400
    for kwh, given, peak, month, before in cases:
        right = paid(Month(kwh, given, month, peak, before))
        found = bill(
            tariff, usage(kwh, given, peak, tariff), month, carried=Carried(float(before.kwh), float(before.money))
        )
        case = (float(kwh), float(given), float(peak), month, before)
        assert found.total == float(half_up(right.due, step)), case
        assert sum(line.amount for line in found.lines) == pytest.approx(float(right.due), rel=1e-12, abs=1e-9), case
        left = (float(right.kwh), float(right.money))
        assert tuple(found.carried) == pytest.approx(left, rel=1e-9, abs=1e-6), case


@pytest.mark.parametrize("name", PUBLISHED)
def test_streets_over_years_come_to_what_paper_says(name):
    """Three years in a row, a leap year among them: what a month leaves, the next one finds, until it is lost."""
    rng, tariff, (paid, step, _, _) = dice(name), find_tariff(name), PUBLISHED[name]
    begin = tariff.valid_from.year if tariff.valid_to is not None and tariff.valid_to.year < 2026 else 2026
    months = [f"{begin + ahead}-{month:02}" for ahead in range(3) for month in range(1, 13)]
    if name == "ph-meralco-residential-2016-12":
        months = ["2016-12"] * 36
    drawn = [[tuple(rng.choice([(100, 900), (700, 100), (250, 250)])) for _ in months] for _ in range(4)]
    used = [[[Fraction(rng.randrange(1000 * most + 1), 1000) for most in one] for one in home] for home in drawn]
    peak = [[taken / 4 for taken, _ in home] for home in used]
    array = np.array([[[float(part) for part in one] for one in home] for home in used])
    parts = {} if tariff.schedule is None else {"peak": array[:, :, 0] / 4}
    found = bills(tariff, Usage(array[:, :, 0], array[:, :, 1], parts), months)
    for home, line in enumerate(used):
        before, totals = NOTHING, []
        for place, (month, (taken, given)) in enumerate(zip(months, line, strict=True)):
            before = paid(Month(taken, given, month, peak[home][place], before))
            totals.append(float(half_up(before.due, step)))
        assert found.total[home].tolist() == totals
        left = tuple(np.broadcast_to(one, len(used))[home] for one in found.carried)
        assert left == pytest.approx((float(before.kwh), float(before.money)), abs=1e-6)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_command_says_the_same(name):
    rng, tariff, (paid, step, months, _) = dice(name), find_tariff(name), PUBLISHED[name]
    kwh, given, peak = rng.choice([one for one in volumes(name, rng) if one[0]])
    month = rng.choice(months)
    words = ["bill", name, "--import-kwh", str(float(kwh)), "--export-kwh", str(float(given)), "--month", month]
    done = call(*words, *(["--peak-kwh", str(float(peak))] if tariff.schedule else []), "--json")
    assert json.loads(done.stdout)["total"] == float(half_up(paid(Month(kwh, given, month, peak, NOTHING)).due, step))
