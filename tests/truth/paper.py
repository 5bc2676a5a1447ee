"""What is true of the paper's day over some seeds, and of tables such as its Table I."""

from __future__ import annotations

from statistics import median

import jiran.explain.paper
from jiran.app.paper_check import check_seeds, table_2
from truth.harness import Claim, oracle
from truth.rounding import decimals, many

assert jiran.explain.paper  # brings the forms in


def of_check(drawn):
    """Yield the paper's day over some seeds."""
    yield (check_seeds(int(drawn.rng.integers(1, 21))),)


def of_table(drawn):
    """Yield prosumers, what each has left, and the trades between them."""
    names = [f"P{number}" for number in range(1, 6)]
    net = drawn.rng.normal(size=5).round(2) * drawn.rng.integers(0, 2, 5)
    yield names, net, table_2(names, net, 0.5625, 0.8)


def means(rows):
    return [sum(column) / len(column) for column in zip(*rows.tolist(), strict=True)]


@oracle("paper.peaks", of_check)
def peaks(check):
    figures, words = {"seeds": len(check.held)}, [f"over {many(len(check.held), 'seed', 'seeds')}:", "After 10:00"]
    for name, rows, unit in (("trades", check.trades, "trades"), ("kwh", check.p2p_kwh, "kWh")):
        values = means(rows)
        for when, hours in (("", range(24)), ("later_", range(10, 24))):
            most = max(values[hour] for hour in hours)
            hour = next(hour for hour in hours if values[hour] >= most * (1 - 1e-9))
            clock = f"{hour:02d}:00 to {hour + 1:02d}:00"
            figures[f"{when}{name}"] = (clock, values[hour])
            words.append(f"from {clock} ({decimals(values[hour], 1)} {unit})")
    return Claim(figures, tuple(words))


@oracle("paper.stored", of_check)
def stored(check):
    columns = list(zip(*check.soc_kwh.tolist(), strict=True))
    marks = tuple((f"{end:02d}:00", median(columns[end - 1])) for end in (8, 9, 12, 13, 18, 19, 21, 22))
    words = tuple(f"{decimals(kwh, 1)} kWh at {clock}" for clock, kwh in marks)
    return Claim(
        {"seeds": len(check.held), "marks": marks}, (f"over {many(len(check.held), 'seed', 'seeds')};", *words)
    )


@oracle("paper.held", of_check)
def held(check):
    whole = sum(all(row) for row in check.held.tolist())
    return Claim(
        {"conditions": 9, "held": whole, "seeds": len(check.held)},
        ("All 9 conditions", f"in {whole:,} of {many(len(check.held), 'seed', 'seeds')}."),
    )


@oracle("paper.left_over", of_table)
def left_over(names, net, trades):
    figures, words = {}, []
    for side, sign in (("buy", -1), ("sell", 1)):
        rest = []
        for name, own in zip(names, net.tolist(), strict=True):
            kwh = sign * own - sum(one.kwh for one in trades if name in (one.seller, one.buyer))
            if sign * own > 0 and kwh >= 0.005:
                rest.append((name, kwh))
                words.append(f"{name} {decimals(kwh, 2)} kWh")
        figures |= {side: tuple(rest), f"{side}_kwh": sum(kwh for _, kwh in rest)}
        if len(rest) > 1:
            words.append(f"{decimals(figures[f'{side}_kwh'], 2)} kWh in all.")
    return Claim(figures, tuple(words) or ("Nothing is left over.",))
