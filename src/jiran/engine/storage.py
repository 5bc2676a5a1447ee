"""The battery's step: limits of power, capacity and state of charge hold exactly."""

from __future__ import annotations

from typing import NamedTuple

from jiran.compiled import njit


class Battery(NamedTuple):
    """A battery in one step of time; energy at the terminals, state inside."""

    capacity_kwh: float
    minimum_kwh: float
    charge_step_kwh: float
    discharge_step_kwh: float
    charge_efficiency: float
    discharge_efficiency: float


@njit(cache=True)
def charge(battery: Battery, stored_kwh: float, offered_kwh: float) -> tuple[float, float]:
    """Return what the battery takes of the offer and its new state, kWh."""
    room_kwh = (battery.capacity_kwh - stored_kwh) / battery.charge_efficiency
    taken_kwh = min(offered_kwh, battery.charge_step_kwh)
    if taken_kwh >= room_kwh:
        return max(room_kwh, 0.0), battery.capacity_kwh
    return taken_kwh, stored_kwh + taken_kwh * battery.charge_efficiency


@njit(cache=True)
def discharge(battery: Battery, stored_kwh: float, wanted_kwh: float) -> tuple[float, float]:
    """Return what the battery gives of what is wanted and its new state, kWh."""
    available_kwh = (stored_kwh - battery.minimum_kwh) * battery.discharge_efficiency
    given_kwh = min(wanted_kwh, battery.discharge_step_kwh)
    if given_kwh >= available_kwh:
        return max(available_kwh, 0.0), battery.minimum_kwh
    return given_kwh, stored_kwh - given_kwh / battery.discharge_efficiency
