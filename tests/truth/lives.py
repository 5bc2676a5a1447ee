"""What a settlement run of a live street changed, worked out from random registers with lists and sums alone."""

from __future__ import annotations

from jiran.live import beyond as _beyond  # noqa: F401  modules with the forms
from jiran.live import differences  # noqa: F401
from truth.harness import Claim, oracle

SUMS = ("import_kwh_millionths", "export_kwh_millionths", "paid_millionths", "received_millionths")


def _drawn(rng, steps, scale):
    registers = [(int(a), int(b)) for a, b in rng.integers(0, scale, (steps, 2))]
    money = rng.integers(0, scale, 2)
    sums = (sum(a for a, _ in registers), sum(b for _, b in registers), int(money[0]), int(money[1]))
    return {"steps": registers, "amounts": dict(zip(SUMS, sums, strict=True))}


def of_two_runs(drawn):
    rng = drawn.rng
    steps, scale = int(rng.integers(1, 5)), int(10 ** rng.integers(1, 10))
    before = _drawn(rng, steps, scale)
    now = before if rng.random() < 0.2 else _drawn(rng, steps, scale)
    yield drawn.result.community.ids[0], drawn.scenario.currency, before, now


@oracle("live.difference", of_two_runs)
def difference(home, currency, before, now):
    changed = [n for n in range(len(now["steps"])) if before["steps"][n] != now["steps"][n]]
    was, being = ([of["amounts"][name] / 1e6 for name in SUMS] for of in (before, now))
    costs = [round(paid - received, 6) for *_, paid, received in (was, being)]
    if not changed and costs[0] == costs[1]:
        return None
    more = [round(new - old, 6) for new, old in zip(being[:2], was[:2], strict=True)]
    return Claim(
        {"home": home, "currency": currency, "steps": len(changed), "import_kwh": more[0], "export_kwh": more[1],
         "cost_before": costs[0], "cost_now": costs[1]},
        numbers=tuple(abs(one) for one in (*more, *costs)),
        pieces=(home, currency, *(f"{'less' if one < 0 else 'more'} {side}" for one, side in zip(more, ("import", "export"), strict=True)),
                f"{'to get' if costs[1] < 0 else 'to pay'}, ", f"{'to get' if costs[0] < 0 else 'to pay'} before"),
        summed=max(was + being),
    )  # fmt: skip


def of_late(drawn):
    rng = drawn.rng
    scale = int(10 ** rng.integers(1, 10))
    names = ("import_kwh_millionths", "export_kwh_millionths", "amount_millionths")
    found = dict.fromkeys(names, 0)
    if rng.random() < 0.8:
        found = {name: int(rng.integers(-scale, scale)) for name in names}
    yield drawn.result.community.ids[0], drawn.scenario.currency, found


@oracle("live.deviation", of_late)
def deviation(home, currency, found):
    taken, given, amount = (one / 1e6 for one in found.values())
    if not (taken or given or amount):
        return None
    return Claim(
        {"home": home, "currency": currency, "import_kwh": taken, "export_kwh": given, "amount": amount},
        numbers=(abs(taken), abs(given), abs(amount)),
        pieces=(home, currency, f"{'less' if taken < 0 else 'more'} import", f"{'less' if given < 0 else 'more'} export",
                "to get" if amount < 0 else "to pay", "all trades stay"),
        summed=max(abs(taken), abs(given), abs(amount)),
    )  # fmt: skip


def of_a_connection(drawn):
    rng = drawn.rng
    steps, step_h = int(rng.integers(1, 5)), float(rng.choice([0.25, 0.5, 1.0]))
    exchanged = [round(float(one), 3) for one in rng.uniform(-20, 20, steps)]
    limits = [
        one if rng.random() < 0.2 else round(float(most), 3)
        for one, most in zip(exchanged, rng.uniform(0, 20, steps), strict=True)
    ]
    yield "2026-03-21", str(rng.choice(["import", "export"])), exchanged, limits, step_h


@oracle("live.beyond", of_a_connection)
def beyond(when, side, exchanged, limits, step_h):
    over = [round(one - most, 6) for one, most in zip(exchanged, limits, strict=True) if one > most]
    if not over:
        return None
    most = max(over) / step_h
    return Claim(
        {"when": when, "side": side, "steps": len(over), "kw": most},
        numbers=(most,), pieces=(when, f"{side} beyond the limit"), summed=20.0,
    )  # fmt: skip
