"""Whether it pays, what saves how much, and for whom."""

from __future__ import annotations

import numpy as np

import jiran.report.plan  # noqa: F401  the modules with the forms
import plain_plans
from jiran import simulate
from truth.harness import Claim, oracle
from truth.plans.street import Street, dark, of_plan


@oracle("plan.nothing", of_plan)
def nothing(planned):
    return None if Street(planned.result).there else Claim({}, ("no home has PV, and there is no battery",))


@oracle("plan.pays", of_plan)
def pays(planned):
    street = Street(planned.result)
    if not street.there:
        return None
    flows = street.flows()
    payback, npv = plain_plans.paid_back(flows), plain_plans.worth(flows, street.plan.discount_rate)
    figures = {
        "invested": float(street.pv.sum() + street.batteries.sum()), "payback": payback, "npv": npv,
        "total": sum(flows), "years": street.plan.years, "rate": street.plan.discount_rate, "currency": street.currency,
        "homes": int(street.paying.sum()), "of": street.now.size,
    }  # fmt: skip
    sums = figures["invested"], abs(npv), figures["total"]
    begins = (
        "It does not pay for"
        if payback is None
        else "only without interest"
        if npv < -1e-6
        else "better off"
        if npv > 1e-6
        else ""
    )
    if payback is not None and max(sums) <= 1e-6:
        begins = "It costs nothing and brings nothing"
    whom = "all homes together" if street.paying.all() else "that invest"
    return Claim(figures, pieces=(begins, whom), summed=100 * street.largest)


@oracle("plan.neighbours", of_plan)
def neighbours(planned):
    street = Street(planned.result)
    gain = float((street.with_battery - street.now - street.fee)[~street.paying].sum())
    if not street.there or not street.traded or not abs(gain) > 1e-6:
        return None
    figures = {
        "homes": int((~street.paying).sum()), "gain": gain, "payback": plain_plans.paid_back(street.flows(everybody=True)),
        "invested": float(street.pv.sum() + street.batteries.sum()),
        "years": street.plan.years, "currency": street.currency,
    }  # fmt: skip
    return Claim(figures, pieces=("gain" if gain > 0 else "lose", "not counted in that"), summed=100 * street.largest)


@oracle("plan.spread", of_plan)
def spread(planned):
    street = Street(planned.result)
    own, roofs = sorted((street.with_battery - street.now - street.fee).tolist()), street.kwp > 0
    if not street.traded or len(own) < 2:
        return None
    of_roofs = float((street.with_battery - street.now - street.fee)[roofs].sum())
    told = 0 < roofs.sum() < len(own) and own[0] >= -1e-6 and sum(own) > 1e-6
    half = (own[(len(own) - 1) // 2] + own[len(own) // 2]) / 2
    figures = {
        "homes": len(own), "least": own[0], "middle": half, "most": own[-1], "share": of_roofs / sum(own) if told else None,
        "sellers": int(roofs.sum()), "currency": street.currency,
    }  # fmt: skip
    return Claim(
        figures,
        pieces=("half of them gain at most", *(("with PV",) if told else ())),
        summed=street.largest / max(1e-6, abs(sum(own)) if told else 1.0),
    )


@oracle("plan.unshared", of_plan)
def unshared(planned):
    street, result = Street(planned.result), planned.result
    if street.traded or len(result.community.ids) == 1:
        return None
    alone = simulate(result.scenario.model_copy(update={"market": type(result.scenario.market)(mechanism="grid-only")}),
                     profiles=result.flows.profiles)  # fmt: skip
    left = (
        float(alone.homes["grid_export_kwh"].sum() + np.array(alone.flows["battery_charged_kwh"]).sum()) * street.factor
    )
    figures = {"spare": left if left > 1e-9 else None, "rule": result.scenario.market.mechanism}
    return Claim(figures, pieces=("nothing to share" if figures["spare"] is None else "nobody trades",), summed=left)


@oracle("plan.parts", of_plan)
def parts(planned):
    street = Street(planned.result)
    found = street.parts()
    told = {part: value for part, value in found.items() if abs(value) > 1e-6}
    if not told:
        return None
    before = float(street.before.sum())
    after = before - sum(found.values())
    names = {"pv": "PV", "battery": "batteries" if street.own.any() else "the battery", "sharing": "sharing"}
    verbs = {part: ("save", "cost") if name == "batteries" else ("saves", "costs") for part, name in names.items()}
    pieces = [f"{names[part]} {verbs[part][value < 0]} " for part, value in told.items()]
    ends = [f"The street {'gets' if before < -1e-6 else 'pays'}", f"and {'gets' if after < -1e-6 else 'pays'}"]
    figures = {"before": before, "after": after, "parts": told, "currency": street.currency}
    figures["at_home"] = bool(street.own.any())
    return Claim(figures, pieces=(*pieces, *ends), summed=street.largest)


@oracle("plan.homes", of_plan)
def homes(planned):
    street = Street(planned.result)
    times = [
        plain_plans.paid_back(plain_plans.flows(street.plan, pv, battery, saved.tolist(), street.fee))
        for pv, battery, saved in zip(street.pv, street.batteries, street.by_year, strict=True)
        if pv + battery > 1e-6
    ]
    known = [time for time in times if time is not None]
    if not times:
        return None
    figures = {
        "invest": len(times), "back": len(known), "first": min(known, default=0.0), "last": max(known, default=0.0),
        "years": street.plan.years,
    }  # fmt: skip
    return Claim(figures, pieces=("pay for it" if len(times) > 1 else "pays for it",), summed=100 * street.largest)


@oracle("plan.sharing", of_plan)
def sharing(planned):
    street = Street(planned.result)
    if not street.traded:
        return None
    own = street.with_battery - street.now - street.fee
    together = street.parts()["sharing"]
    figures = {
        "losers": int((own < -1e-6).sum()), "gainers": int((own > 1e-6).sum()), "homes": own.size, "name": street.result.community.ids[int(own.argmin())],
        "worst": max(0.0, -float(own.min())), "together": together if abs(together) > 1e-6 else 0.0, "currency": street.currency,
    }  # fmt: skip
    sure = (
        ("nobody loses",)
        if not figures["losers"] and together > 1e-6
        else ("nobody gains or loses" if together >= -1e-6 and not figures["gainers"] else "with the battery's fund",)
        if not figures["losers"]
        else (figures["name"],)
    )
    return Claim(figures, pieces=sure, summed=street.largest)


@oracle("plan.enough", of_plan)
def enough(planned):
    street = Street(planned.result)
    if not street.kwp.any():
        return None
    rate = street.plan.discount_rate
    free = plain_plans.worth(street.flows(pv=0.0), rate)
    of_all = plain_plans.worth(plain_plans.flows(street.plan, float(street.kwp.sum()), 0.0, 0.0, 0.0), rate)
    cost = -free / of_all if free > 1e-6 else None  # less is the residue of a sum
    stores = bool((street.batteries > 0.0).any())
    short = "would not pay together with what the batteries cost." if stores else "would not pay."
    without = short if free < -1e-6 else "would bring nothing."
    words = (f"even PV that costs nothing {without}",) if cost is None else ("PV may cost up to",)
    return Claim(
        {"cost": cost, "now": street.price[0], "free": free, "rate": rate, "currency": street.currency, "battery": stores},
        pieces=words,
        summed=street.largest * max(1.0, 1.0 / abs(of_all)),
    )  # fmt: skip


@oracle("plan.co2", of_plan)
def co2(planned):
    result, street = planned.result, Street(planned.result)
    factor = result.scenario.co2_kg_per_kwh
    if factor is None:
        return None
    unlit = dark(result).without_p2p.home_kwh["grid_import_kwh"].sum()
    less, given = (
        street.factor * factor * float(kwh)
        for kwh in (unlit - result.homes["grid_import_kwh"].sum(), result.homes["grid_export_kwh"].sum())
    )
    if not less > 50.0:
        return None
    said = (
        f"and up to {given / 1000:,.1f} t CO2 less for what it gives."
        if given > 50.0
        else "for what the street no longer takes."
    )
    return Claim({"less": less, "given": given}, pieces=(said,), numbers=(less / 1000, given / 1000, 2.0))
