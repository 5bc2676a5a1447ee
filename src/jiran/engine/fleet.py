"""One step of homes and their EVs: own use before the market, and what EVs lend to neighbours after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.compiled import njit
from jiran.nothing import NOTHING_KWH

if TYPE_CHECKING:
    from jiran.engine.annotations import Vector
    from jiran.engine.records import Fleet, Inputs, Outputs


@njit(cache=True)
def use_own(
    step: int,
    inputs: Inputs,
    fleet: Fleet,
    ev_stored_kwh: Vector,
    out: Outputs,
    net_kwh: Vector,
    offered_kwh: Vector,
) -> None:
    """Write each home's net energy after its own use, with what its EV offers to neighbours on top.

    An EV that is plugged in charges no more than it needs to be ready in time; in the hours in which it lends, and only if it
    need not charge, it gives its own home what that lacks and offers the rest to neighbours.

    Args:
        step: Which step.
        inputs: Profiles and prices of the run.
        fleet: The EVs that lend their battery.
        ev_stored_kwh: What each EV holds, kWh, shape (ev,); is changed by trips and charging.
        out: `ev_offered_kwh`, `ev_charged_kwh` and `ev_supplied_kwh` of the step are filled in.
        net_kwh: Is filled with what each home brings to the market, kWh, shape (home,): surplus > 0, deficit < 0.
        offered_kwh: Is filled with the part of it that its EV offers, kWh >= 0, shape (home,); 0 beside a deficit.
    """
    for home in range(net_kwh.size):
        net_kwh[home] = inputs.generation_kwh[step, home] - inputs.load_kwh[step, home] - inputs.ev_kwh[step, home]
    for ev in range(fleet.homes.size):
        home = fleet.homes[ev]
        stored_kwh = ev_stored_kwh[ev] - fleet.trip_kwh[step, ev]
        # What the EV must hold after this step to be ready in time, if it charges in every later step it can.
        ready_kwh = (
            fleet.departure_kwh - fleet.charging_steps_after[step] * fleet.step_kwh[ev] * fleet.ev.charge_efficiency
        )
        charged_kwh, supplied_kwh, offered_kwh[home] = 0.0, 0.0, 0.0
        if fleet.parked[step]:
            target_kwh = ready_kwh if fleet.supplying[step] else fleet.departure_kwh
            wanted_kwh = (target_kwh - stored_kwh) / fleet.ev.charge_efficiency
            charged_kwh = min(fleet.step_kwh[ev], wanted_kwh) if wanted_kwh > NOTHING_KWH else 0.0
            stored_kwh += charged_kwh * fleet.ev.charge_efficiency
        net_kwh[home] -= charged_kwh
        if fleet.supplying[step] and charged_kwh == 0.0:
            spare_kwh = (stored_kwh - max(ready_kwh, fleet.ev.minimum_kwh)) * fleet.ev.discharge_efficiency
            spare_kwh = max(0.0, min(fleet.step_kwh[ev], spare_kwh))
            supplied_kwh = min(spare_kwh, max(0.0, -net_kwh[home]))
            net_kwh[home] += supplied_kwh
            offer_kwh = spare_kwh - supplied_kwh
            # An offer of nothing is none, and neither is one beside a need that is left.
            offered_kwh[home] = offer_kwh if net_kwh[home] >= 0.0 and offer_kwh > NOTHING_KWH else 0.0
            net_kwh[home] += offered_kwh[home]
        out.ev_offered_kwh[step, ev] = offered_kwh[home]
        out.ev_charged_kwh[step, ev] = charged_kwh
        out.ev_supplied_kwh[step, ev] = supplied_kwh
        ev_stored_kwh[ev] = stored_kwh


@njit(cache=True)
def lend(
    step: int,
    fleet: Fleet,
    ev_stored_kwh: Vector,
    out: Outputs,
    net_kwh: Vector,
    offered_kwh: Vector,
    traded_kwh: Vector,
) -> None:
    """Take from the EVs what the market sold of their offers; PV is sold before the EV, and no offer is exported.

    Args:
        step: Which step.
        fleet: The EVs that lend their battery.
        ev_stored_kwh: What each EV holds, kWh, shape (ev,); is changed by all that it gave in the step.
        out: `ev_lent_kwh` and `ev_stored_kwh` of the step are filled in, and `ev_supplied_kwh` grows by what was lent.
        net_kwh: What each home brought to the market, kWh, shape (home,); what its EV did not sell of its offer is taken off.
        offered_kwh: What its EV offered, kWh >= 0, shape (home,).
        traded_kwh: What it sold (> 0) or bought (< 0), kWh, shape (home,).
    """
    for ev in range(fleet.homes.size):
        home = fleet.homes[ev]
        net_kwh[home] -= offered_kwh[home]
        lent_kwh = min(offered_kwh[home], max(0.0, traded_kwh[home] - max(0.0, net_kwh[home])))
        net_kwh[home] += lent_kwh
        out.ev_lent_kwh[step, ev] = lent_kwh
        out.ev_supplied_kwh[step, ev] += lent_kwh
        ev_stored_kwh[ev] -= out.ev_supplied_kwh[step, ev] / fleet.ev.discharge_efficiency
        out.ev_stored_kwh[step, ev] = ev_stored_kwh[ev]
