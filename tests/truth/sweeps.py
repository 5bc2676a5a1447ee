"""What a sweep says, worked out from random rows with lists and sums alone."""

from __future__ import annotations

from itertools import product
from statistics import fmean

import polars as pl

import jiran.report.sweep
import jiran.report.sweep.national  # noqa: F401  the same
from jiran.judge.sweep.answers import Totals, answer
from jiran.result.figures import KPIS
from truth.books import once
from truth.harness import Claim, oracle
from truth.rounding import percent

#: Rows are drawn for every so many of the random runs.
EVERY = 4
VALUES = {
    "market.fraction": [0.6, 0.75, 1.0],
    "market.mechanism": ["vcg", "grid-only"],
    "battery.capacity_kwh": [0, 10, 20],
}
#: What sentences call these keys.
NAMES = {
    "market.fraction": "P2P price as share of grid price, α (market.fraction)",
    "market.mechanism": "Market rule (market.mechanism)",
    "battery.capacity_kwh": "Community battery, kWh (battery.capacity_kwh)",
}


@once
def _answers(drawn):
    if drawn.seed % EVERY:
        return None
    rng = drawn.rng
    keys = [key for key in VALUES if rng.random() < 0.6] or ["market.fraction"]
    taken = {key: VALUES[key][: int(rng.integers(1, 4))] for key in keys}
    seeds, points, rows = int(rng.integers(1, 4)), 0, []
    trades, harms, effect = rng.random(3)
    for values in product(*taken.values()):
        forbidden, base = rng.random() < 0.1, float(rng.normal(0.0, 10.0)) * (effect > 0.2)
        for seed in range(seeds):
            points += 1
            if rng.random() < 0.05:
                continue
            row = dict.fromkeys(("key", "seed", "fault", *keys, *KPIS)) | dict(zip(keys, values, strict=True))
            row |= {"key": f"{points}", "seed": seed, "fault": f"reason {points % 5}" if forbidden else None}
            if not forbidden:
                sold = float(rng.random()) * (rng.random() < 3.0 * trades)
                worst = float(rng.normal(1.0, 2.0)) * (harms > 0.3) * (sold > 0.0)
                row |= {
                    "cost": 50.0 - base,
                    "home_saving_worst": worst,
                    "p2p_kwh": sold,
                    "saving": base + float(rng.normal(0.0, effect)),
                }
            rows.append(row)
    if not rows:
        return None
    kinds = {key: pl.String() if isinstance(values[0], str) else pl.Float64() for key, values in taken.items()}
    schema = {
        "key": pl.String(),
        "seed": pl.Int64(),
        "fault": pl.String(),
        **kinds,
        **dict.fromkeys(KPIS, pl.Float64()),
    }
    frame = pl.DataFrame(rows, schema, strict=False)
    asked = {"vary": dict.fromkeys(keys, ""), "scenario": {"currency": "MYR"}, "rows": rows, "points": points}
    return answer(frame.lazy(), asked, points, "saving")


def of_sweep(drawn):
    found = _answers(drawn)
    return [] if found is None else [(found,)]


def of_keys(drawn):
    found = _answers(drawn)
    return [] if found is None else [(found, key) for key in found.asked["vary"]]


def by(rows, keys):
    """Return rows by the values of keys, without those that have a fault."""
    groups = {}
    for row in rows:
        if row["fault"] is None:
            groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def written(one):
    return one if isinstance(one, str) else f"{one:g}"


@oracle("sweep.done", of_sweep)
def done(found):
    points, there = found.asked["points"], len(found.asked["rows"])
    words = (
        "Its one point"
        if there == points == 1
        else f"All {points:,}"
        if there == points
        else f"{there:,} of {points:,}"
    )
    return Claim({"points": points, "done": there}, (words,))


@oracle("sweep.course", of_keys)
def course(found, key):
    means = {value[0]: fmean(row["saving"] for row in rows) for value, rows in by(found.asked["rows"], [key]).items()}
    if len(means) < 2:
        return None
    low, high = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    ends = [f"{'-' if means[one] <= -0.005 else ''}MYR {abs(round(means[one], 2)):,.2f}" for one in (low, high)]
    if ends[0] == ends[1]:
        return None
    figures = {
        "key": key, "figure": "Saving by P2P", "low_value": written(low), "low_mean": ends[0],
        "high_value": written(high), "high_mean": ends[1], "currency": "MYR",
    }  # fmt: skip
    words = (
        f"from {ends[0]} at {written(low)}",
        f"to {ends[1]} at {written(high)}",
        "Saving by P2P, mean:",
        f"by {NAMES[key]}.",
    )
    return Claim(figures, words)


@oracle("sweep.matters", of_sweep)
def matters(found):
    """Take the shares as they are, which `tests/judge/sweep/test_variance.py` holds against sums of squares."""
    shares = tuple((one.key, one.alone) for one in found.weights)
    heavy = [one.alone if one.key == "seed" else one.together for one in found.weights]
    assert heavy == sorted(heavy, reverse=True)
    if len(shares) < 2:
        return None
    words = [f"{'chance, the seed' if key == 'seed' else NAMES[key]}: {percent(share)}" for key, share in shares]
    return Claim({"weights": shares, "currency": "MYR"}, (*words, "each counted by itself"))


@oracle("sweep.unharmed", of_sweep)
def unharmed(found):
    rows = [row for row in found.asked["rows"] if row["fault"] is None]
    if not rows:
        return None
    trading = [row for row in rows if row["p2p_kwh"] > 1e-9]
    nobody = [row for row in trading if row["home_saving_worst"] > -1.000001e-6]
    figures = {"points": len(rows), "trading": len(trading), "nobody": len(nobody)}
    if not trading:
        return Claim(figures, ("Nobody trades",))
    where = "In each point homes trade" if len(trading) == len(rows) else f"In {len(trading):,} of {len(rows):,} point"
    harmed = (
        "and none of them loses by it"
        if len(nobody) == len(trading)
        else f"and in {len(nobody):,} of these none of them loses"
    )
    return Claim(figures, (where, harmed))


@oracle("sweep.choices", of_sweep)
def choices(found):
    keys = list(found.asked["vary"])
    means = {
        values: (fmean(row["cost"] for row in rows), fmean(row["home_saving_worst"] for row in rows))
        for values, rows in by(found.asked["rows"], keys).items()
    }
    if len(means) < 2:
        return None
    best, top, tie = [], float("-inf"), None
    for values, (cost, worst) in sorted(means.items(), key=lambda one: (round(one[1][0], 6), -one[1][1], one[0])):
        tied = tie is not None and tie[0] == round(cost, 6) and worst >= tie[1] - 1e-6
        tie = tie if tied else (round(cost, 6), worst) if worst > top + 1e-6 else None if tie is None else tie
        best += [values] if tied or worst > top + 1e-6 else []
        top = max(top, worst)
    first = best[0]
    figures = {
        "choices": len(best), "all": len(means),
        "first": tuple(f"{key} {written(value)}" for key, value in zip(keys, first, strict=True)),
    }  # fmt: skip
    if len(best) == 1:
        return Claim(figures, (f"One choice of {len(means)}", *figures["first"]))
    return Claim(figures, (f"{len(best)} of {len(means)} choices",))


@oracle("sweep.faults", of_sweep)
def faults(found):
    told = [row["fault"] for row in found.asked["rows"] if row["fault"] is not None]
    if not told:
        return None
    counts = sorted(((fault, told.count(fault)) for fault in set(told)), key=lambda one: (-one[1], one[0]))
    more = (f"and {len(counts) - 3} other reason",) if len(counts) > 3 else ()
    words = (f"{len(told)} point", *(f"{many} because {fault}" for fault, many in counts[:3]), *more)
    return Claim({"faults": tuple(counts)}, words)


#: As the study's file has them.
WEIGHTS = {"pen_urban": 0.683, "pen_rural": 0.192, "sarawak": 0.065, "sabah": 0.060}


def of_study(drawn):
    if drawn.seed % EVERY:
        return []
    rng = drawn.rng
    streets = {region: int(rng.integers(0, 400)) for region in WEIGHTS} | {"pen_urban": int(rng.integers(1, 400))}
    without = {
        world: {region: int(rng.integers(0, many + 1)) for region, many in streets.items() if rng.random() < 0.8}
        for world in ("2026", "2030")
    }
    asked = {"study": "malaysia-streets", "streets": streets, "without_seller": without}
    return [(asked, world) for world in without]


@oracle("study.without", of_study)
def study_without(asked, world):
    seen = {region: many for region, many in asked["streets"].items() if many}
    share = sum(WEIGHTS[region] * asked["without_seller"][world].get(region, 0) / many for region, many in seen.items())
    without = f"{100 * share / sum(WEIGHTS[region] for region in seen):.0f}"
    return Claim({"world": world, "percent": without}, (f"{world}: nobody has PV in {without}% of streets.",))


def of_reached(drawn):
    many = int(drawn.rng.integers(2, 20_000))
    return [(Totals(many, there, ()),) for there in (int(drawn.rng.integers(1, many)), many)]


@oracle("study.done", of_reached)
def study_done(reached):
    words = "All " if reached.done == reached.points else f"{reached.done:,} of "
    return Claim({"points": reached.points, "done": reached.done}, (f"{words}{reached.points:,} points",))
