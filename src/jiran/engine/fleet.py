"""One step of homes and their EVs: own use before the market, and what EVs lend to neighbours after it.

All of it is put into the loop where it is called: a call counts the references to every array of the records that it hands on,
which takes longer than a step of homes without EVs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiran.compiled import njit
from jiran.nothing import NOTHING_KWH

if TYPE_CHECKING:
    from jiran.engine.annotations import Vector
    from jiran.engine.records import Fleet, Inputs, Outputs


@njit(cache=True, forceinline=True, borrows=True)
def use_own(step: int, inputs: Inputs, fleet: Fleet, ev_stored_kwh: Vector, out: Outputs, net_kwh: Vector) -> None:
    """Write each home's net energy after its own use.

    An EV that is plugged in charges no more than it needs to be ready in time; in the hours in which it lends, and only if it
    need not charge, it gives its own home what that lacks.

    Args:
        step: Which step.
        inputs: Profiles and prices of the run.
        fleet: The EVs that lend their battery.
        ev_stored_kwh: What each EV holds, kWh, shape (ev,); is changed by trips and charging.
        out: `ev_charged_kwh` and `ev_supplied_kwh` of the step are filled in.
        net_kwh: Is filled with what each home has to spare (> 0) or lacks (< 0), kWh, shape (home,).
    """
    for home in range(net_kwh.size):
        net_kwh[home] = inputs.generation_kwh[step, home] - inputs.load_kwh[step, home] - inputs.ev_kwh[step, home]
    for ev in range(fleet.homes.size):
        home = fleet.homes[ev]
        stored_kwh = ev_stored_kwh[ev] - fleet.trip_kwh[step, ev]
        charged_kwh = 0.0
        if fleet.parked[step]:
            target_kwh = _ready_kwh(step, ev, fleet) if fleet.supplying[step] else fleet.departure_kwh
            wanted_kwh = (target_kwh - stored_kwh) / fleet.ev.charge_efficiency
            charged_kwh = min(fleet.step_kwh[ev], wanted_kwh) if wanted_kwh > NOTHING_KWH else 0.0
            stored_kwh += charged_kwh * fleet.ev.charge_efficiency
        net_kwh[home] -= charged_kwh
        ev_stored_kwh[ev] = stored_kwh
        out.ev_charged_kwh[step, ev] = charged_kwh
        supplied_kwh = min(_spare_kwh(step, ev, fleet, ev_stored_kwh, out), max(0.0, -net_kwh[home]))
        net_kwh[home] += supplied_kwh
        out.ev_supplied_kwh[step, ev] = supplied_kwh


@njit(cache=True, forceinline=True, borrows=True)
def offer(step: int, fleet: Fleet, ev_stored_kwh: Vector, out: Outputs, net_kwh: Vector, offered_kwh: Vector) -> None:
    """Add to each home's net energy what its EV offers to neighbours: what it can spare and its own home does not need.

    Args:
        step: Which step.
        fleet: The EVs that lend their battery.
        ev_stored_kwh: What each EV holds, kWh, shape (ev,), before it gives anything in the step.
        out: `ev_offered_kwh` of the step is filled in.
        net_kwh: What each home has to spare (> 0) or lacks (< 0), kWh, shape (home,); becomes what it brings to the market.
        offered_kwh: Is filled with the part of it that its EV offers, kWh >= 0, shape (home,); 0 beside a deficit.
    """
    for ev in range(fleet.homes.size):
        home = fleet.homes[ev]
        offer_kwh = _spare_kwh(step, ev, fleet, ev_stored_kwh, out) - out.ev_supplied_kwh[step, ev]
        # An offer of nothing is none, and neither is one beside a need that is left.
        offered_kwh[home] = offer_kwh if net_kwh[home] >= 0.0 and offer_kwh > NOTHING_KWH else 0.0
        net_kwh[home] += offered_kwh[home]
        out.ev_offered_kwh[step, ev] = offered_kwh[home]


@njit(cache=True, forceinline=True, borrows=True)
def _ready_kwh(step: int, ev: int, fleet: Fleet) -> float:
    """Return what an EV must hold after a step to be ready in time, if it charges in every later step it can."""
    later: float = fleet.charging_steps_after[step] * fleet.step_kwh[ev] * fleet.ev.charge_efficiency
    return fleet.departure_kwh - later


@njit(cache=True, forceinline=True, borrows=True)
def _spare_kwh(step: int, ev: int, fleet: Fleet, ev_stored_kwh: Vector, out: Outputs) -> float:
    """Return what an EV can give in a step: nothing if it charges, or outside of the hours in which it lends."""
    if not fleet.supplying[step] or out.ev_charged_kwh[step, ev] != 0.0:
        return 0.0
    kept_kwh = max(_ready_kwh(step, ev, fleet), fleet.ev.minimum_kwh)
    spare_kwh: float = min(fleet.step_kwh[ev], (ev_stored_kwh[ev] - kept_kwh) * fleet.ev.discharge_efficiency)
    return max(0.0, spare_kwh)


@njit(cache=True, forceinline=True, borrows=True)
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
