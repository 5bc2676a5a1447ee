"""What is true of a report on meter data, worked out from its rows."""

from __future__ import annotations

from types import SimpleNamespace

from jiran.explain import meters  # noqa: F401  the module with the form
from jiran.homes.meter.report import SENTENCES, Change, DataReport
from truth.harness import Claim, oracle


def of_report(drawn):
    """Yield a report of random changes, and each kind of change that has words of its own."""
    rng = drawn.rng
    kinds = [what for what, (one, _) in SENTENCES.items() if one]
    rows = [
        Change(f"H{rng.integers(99)}" * int(rng.integers(2)), "load" * int(rng.integers(2)), str(rng.choice(kinds)), int(rng.integers(1, 2000) ** rng.integers(2)))
        for _ in range(int(rng.integers(0, 60)))
    ]  # fmt: skip
    rows.append(Change("", "", "period", 1, "the file runs from a to b"))
    for what in ("period", *kinds):
        yield DataReport("file.csv", tuple(rows)), what


@oracle("data.changed", of_report)
def changed(report, what):
    rows = [row for row in report.rows if row.what == what]
    if not rows:
        return None
    total, named = 0, []
    for row in rows:
        total += row.count
        words = [row.home, row.quantity, row.detail or (str(row.count) if row.count > 1 else "")]
        if row.home or row.quantity or row.detail:
            named.append(" ".join(word for word in words if word))
    figures = {
        "what": what,
        "total": total,
        "named": tuple(named[:6]),
        "more": max(0, len(named) - 6),
        "detail": rows[0].detail,
    }
    if what == "period":
        return Claim(figures, ("the file runs from a to b",))
    one, several = SENTENCES[what]
    text = one if total == 1 else several.replace("{n}", f"{total:,}")
    more = f" and {figures['more']:,} more" if figures["more"] else ""
    return Claim(figures, (f"{text}: {', '.join(named[:6])}{more}" if named else text,))


def of_meters(drawn):
    """Yield what is known of some homes: some by import and export alone, and some of these without export."""
    rng = drawn.rng
    ids = [f"H{place}" for place in range(int(rng.integers(1, 8)))]
    net = tuple(home for home in ids if rng.random() < 0.6)
    totals = {home: {"import": 5.0, "export": float(rng.choice([0.0, 2.0]))} for home in ids}
    yield (SimpleNamespace(net_metered=net, totals=totals),)


@oracle("data.no_plan", of_meters)
def no_plan(found):
    hidden = [home for home, sums in found.totals.items() if home in found.net_metered and sums["export"] == 2.0]
    if not hidden:
        return None
    more = max(0, len(hidden) - 3)
    words = (*hidden[:3], *((f"{more} more",) if more else ()), "no plan can be made")
    return Claim({"homes": hidden[:3], "more": more}, words)
