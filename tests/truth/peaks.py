"""What the street's peaks make a run say, worked out from flows in plain loops."""

from __future__ import annotations

import jiran.explain.peaks  # noqa: F401  its forms
from peaks import paid_for_peaks
from truth.harness import Claim, oracle
from truth.rounding import amount, decimals


@oracle("run.peaks")
def peaks(result):
    paid = paid_for_peaks(result)
    homes, fund = float(paid.payment.sum()), paid.by_battery
    if homes + fund <= 1e-9:
        return None
    fund = fund if fund > 1e-9 else 0.0
    place = next(at for at, kw in enumerate(paid.kw) if kw >= max(paid.kw) * (1 - 1e-9))
    month, count = str(result.timeline.local[paid.steps[place]])[:7], len(paid.kw)
    figures = {"months": count, "month": month, "kw": paid.kw[place], "homes": homes, "fund": fund}
    words = [f"{decimals(paid.kw[place], 1)} kW in {month}", f"the homes {amount(homes, result)}"]
    words += [f"the battery's fund {amount(fund, result)}"] * (fund > 0)
    words += ["its highest import" if count == 1 else f"the highest import of each of {count} months"]
    return Claim(figures | {"currency": result.scenario.currency}, tuple(words))
