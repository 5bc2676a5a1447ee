"""What is true of the answer to a scenario's question, worked out from the tables of a run."""

from __future__ import annotations

import jiran.explain.answer
from jiran.nothing import NOTHING_KWH, NOTHING_MONEY
from truth.harness import Claim, oracle
from truth.rounding import amount, percent
from truth.run import all_known, at_meters

assert jiran.explain.answer  # brings the forms in

KINDS = {
    "solar": "Solar", "ev": "EV", "hybrid": "Solar + EV", "normal": "Normal", "prosumer": "Prosumer", "consumer": "Consumer",
}  # fmt: skip


@oracle("answer.by_kind")
def by_kind(result):
    sums = {}
    for home in result.homes.to_dicts():
        sums[home["kind"]] = sums.get(home["kind"], 0.0) + home["saving"]
    told = {kind: sums[kind] for kind in KINDS if abs(sums.get(kind, 0.0)) > NOTHING_MONEY}
    gains = {kind: saved for kind, saved in told.items() if saved > 0}
    losses = {kind: -saved for kind, saved in told.items() if saved < 0}
    if not gains or not losses:
        return None

    def side(of, verb):
        names = [KINDS[kind] for kind in of]
        who = ", ".join([*names[:-2], " and ".join(names[-2:])])
        return f"{who} homes {verb} {amount(sum(of.values()), result)}"

    return Claim({"kinds": told, "currency": result.scenario.currency}, (side(gains, "gain"), side(losses, "lose")))


@oracle("answer.all_alike")
def all_alike(result):
    if not all_known(result):
        return None
    demand = sum(result.homes["load_kwh"]) + sum(result.homes["ev_kwh"])
    traded = sum(result.trades["kwh"])
    orders = at_meters(result)
    out = result.flows.outputs
    for place, home in enumerate(result.flows.fleet.homes):
        orders[:, home] += out.ev_offered_kwh[:, place] - out.ev_lent_kwh[:, place]
    if len(out.order_kwh):  # stores move once more after the market
        orders = out.order_kwh[:, : result.community.size]
    spare = short = 0
    for row in orders:
        has, lacks = max(row) > NOTHING_KWH, min(row) < -NOTHING_KWH
        spare += has
        short += has and lacks
    alone = spare - short
    if not traded or not demand or traded / demand >= 0.05 or alone <= spare / 2:
        return None
    of = f"of the {spare:,} steps in" if spare > 1 else "of the one step in"
    return Claim(
        {"spare": spare, "alone": alone, "share": traded / demand},
        (f"In {alone:,} {of}", f"trade {percent(traded / demand)} of what they use"),
    )
