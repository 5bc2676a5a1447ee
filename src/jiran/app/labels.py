"""What the panel calls each field of a scenario."""

from __future__ import annotations

from typing import Any

KIND_LABELS = {"solar": "Solar homes", "ev": "EV homes", "hybrid": "Solar + EV homes", "normal": "Normal homes"}

#: The fields on top: (label, least, most, step, format).
TOP: dict[str, tuple[str, Any, Any, Any, str | None]] = {
    "steps": ("Number of steps", 1, None, 1, None),
    "grid.import_price": ("Grid price, {currency}/kWh", 0.0, 2.0, 0.0125, "%.4f"),
    "solar.pv_kwp": ("Solar capacity per home, kWp", 0.0, 20.0, 0.5, "%.1f"),
    "market.fraction": ("P2P price as share of grid price, α", 0.05, 0.95, 0.05, "%.2f"),
    "battery.capacity_kwh": ("Community battery, kWh", 0.0, None, 5.0, "%.0f"),
    "seed": ("Seed of chance", 0, None, 1, None),
}
#: What is folded away, by heading: label of each field; kind of widget and bounds come from the scenario's own table.
MORE = {
    "Prices": {
        "grid.export_price": "Export price, {currency}/kWh",
        "grid.network_charge": "Network charge on P2P, {currency}/kWh",
        "battery.buy_price": "A home that charges the battery gets",
        "battery.sell_price": "A home that draws from it pays",
        "battery.fund_share": "Battery's profit is shared",
    },
    "Battery": {
        "battery.charge_kw": "Charging power, kW",
        "battery.discharge_kw": "Discharging power, kW",
        "battery.charge_efficiency": "Charging efficiency",
        "battery.discharge_efficiency": "Discharging efficiency",
        "battery.start_soc": "State of charge at the start",
        "battery.min_soc": "Lowest state of charge",
    },
    "Sunshine": {
        "solar.derate": "Share of the clear-sky sun that arrives",
        "solar.clouds": "Depth of passing clouds",
    },
    "Household load": {
        "load.low_kw": "Lower bound, kW",
        "load.high_kw": "Upper bound, kW",
        "load.evening_factor": "Factor in the evening",
        "load.fluctuation": "Share that flickers from step to step",
    },
    "Electric vehicles": {
        "ev.kw": "Charging power, kW",
        "ev.supply.enabled": "EVs supply neighbours in the evening",
        "ev.supply.capacity_kwh": "EV battery, kWh",
        "ev.supply.reserve_soc": "Supply stops at state of charge",
        "ev.supply.departure_soc": "Needed when leaving",
        "ev.supply.trip_kwh": "A day's driving, kWh",
    },
    "Climate": {"grid.co2_kg_per_kwh": "CO₂ of grid electricity, kg/kWh"},
}

#: Headings that say nothing which the labels under them do not say.
_PLAIN = ("Prices", "Climate")
#: Label of each field, and the heading that it needs to be understood alone.
_LABELS = {
    "step_minutes": ("Step, minutes", ""),
    "market.mechanism": ("Market rule", ""),
    **{name: (label, "") for name, (label, *_) in TOP.items()},
    **{
        name: (label, "" if heading in _PLAIN else f" ({heading.lower()})")
        for heading, fields in MORE.items()
        for name, label in fields.items()
    },
}


def named(name: str, data: dict[str, Any]) -> tuple[str, str]:
    """Return what a field is called, and its unit.

    Args:
        name: Dotted name of the field.
        data: The scenario's data, for its currency and its kinds of homes.

    Example:
        >>> named("battery.capacity_kwh", {}), named("load.low_kw", {})
        (('Community battery', 'kWh'), ('Lower bound (household load)', 'kW'))
        >>> named("load.evening_start_hour", {})
        ('Evening start hour', '')
    """
    match name.split("."):
        case ["homes", "groups", place, field]:
            kind = KIND_LABELS[data["homes"]["groups"][int(place)]["kind"]]
            return (kind, "") if field == "count" else (f"{kind}, {field.replace('_', ' ')}", "")
        case [*_, last]:
            label, heading = _LABELS.get(name, (last.replace("_", " ").capitalize(), ""))
    words, _, unit = label.format(currency=data.get("currency", "MYR")).partition(", ")
    return words + heading, "" if unit == "α" else unit
