"""What the street's connection makes a run say, worked out from flows in plain loops."""

from __future__ import annotations

import jiran.explain.limits  # noqa: F401  its forms
from street_limits import exchange_kwh, limit_kwh
from truth.harness import Claim, oracle
from truth.rounding import amount, decimals, energy, many


@oracle("run.curtailed")
def curtailed(result):
    left_out = result.flows["curtailed_kwh"]
    by_home = [float(left_out[:, home].sum()) for home in range(left_out.shape[1])]
    kwh = sum(by_home)
    if kwh < 0.005:
        return None
    steps = sum(1 for row in left_out if row.sum() > 0)
    worth = sum(
        float(row.sum()) * price for row, price in zip(left_out, result.prices.grid_export.tolist(), strict=True)
    )
    worth = worth if worth > 1e-6 else 0.0
    homes, most = sum(1 for one in by_home if one > 0), max(by_home)
    at = next(place for place, one in enumerate(by_home) if one >= most * (1 - 1e-9))
    figures = {
        "kwh": kwh, "steps": steps, "worth": worth, "homes": homes, "home": result.community.ids[at], "home_kwh": by_home[at],
        "currency": result.scenario.currency,
    }  # fmt: skip
    words = [f"leave out {energy(kwh)} in {many(steps, 'step', 'steps')}"]
    words += [f"worth {amount(worth, result)} at the export price"] * (worth > 0)
    words += [f"most in {result.community.ids[at]}, {energy(by_home[at])}"] * (homes > 1)
    return Claim(figures, tuple(words))


@oracle("run.overload")
def overload(result):
    limit = limit_kwh(result, "import")
    if limit is None:
        return None
    over = [taken - most for taken, most in zip(exchange_kwh(result), limit, strict=True)]
    over = [kwh for kwh in over if kwh > 1e-9]
    kw = max(over, default=0.0) / result.timeline.step_h
    if kw < 0.05:
        return None
    words = (f"In {many(len(over), 'step', 'steps')} the street", f"{decimals(kw, 1)} kW too much")
    return Claim({"steps": len(over), "kw": kw}, words)
