"""What people read each field of a scenario as: its label, by the heading under which All settings shows it."""

from __future__ import annotations

from jiran.scenario.plan import LABELS

#: By heading, grouped as a scenario's file is: the label of each field; the control follows from its type.
FIELDS = {
    "Scenario": {
        "name": "Name",
        "question": "Question",
        "description": "Description",
        "telling": "Values shown first",
        "currency": "Currency",
        "time_zone": "Time zone",
        "start": "Start",
        "seed": "Seed of chance",
    },
    "Homes": {"homes.groups": "Groups of homes", "homes.single": "Single homes"},
    "Sunshine": {
        "solar.pv_kwp": "Solar capacity per home, kWp",
        "solar.derate": "Share of the clear-sky sun that arrives",
        "solar.clouds": "Depth of passing clouds",
        "solar.sample": "Sun is read in a step at its",
        "solar.model": "Sun",
        "solar.place": "Place of the sun",
        "solar.latitude": "Latitude, °",
        "solar.longitude": "Longitude, °",
        "solar.tilt": "Tilt of roofs, °",
        "solar.azimuth": "Roofs face, clockwise from north, °",
        "solar.losses": "Share lost before the inverter",
        "solar.inverter_efficiency": "Inverter efficiency",
        "solar.inverter_ratio": "PV over inverter rating, kWp/kW",
        "solar.clearness": "Clearness of the sky",
        "solar.temperature_c": "Temperature of the air, °C",
        "solar.sky.day_spread": "How unlike days are",
        "solar.sky.day_memory": "Correlation of a day with the next",
        "solar.sky.hour_spread": "How unlike moments of a day are",
        "solar.sky.hour_memory": "Correlation over an hour",
        "solar.roof_shift_h": "Spread of the middle of roofs' days, h",
        "solar.roof_spread": "Spread of roofs' yields",
    },
    "Household load": {
        "load.low_kw": "Lower bound, kW",
        "load.high_kw": "Upper bound, kW",
        "load.evening_factor": "Factor in the evening",
        "load.evening_start_hour": "Evening starts at, h",
        "load.evening_end_hour": "Evening ends at, h",
        "load.fluctuation": "Share that flickers from step to step",
        "load.model": "Household load is drawn",
        "load.preset": "Kind of households",
        "load.annual_kwh": "Energy of a home in a year, kWh",
        "load.spread": "How unlike homes are in energy",
        "load.elasticity": "Price elasticity",
        "load.reference_price": "Price at which nobody saves, {currency}/kWh",
        "load.shiftable_share": "Share of the load that can wait",
        "load.shift_window_h": "It moves at most, h",
        "load.household.base": "Share that never stops",
        "load.household.plateau": "Share that follows the day's habits",
        "load.household.plateau_spread": "How unlike hours are",
        "load.household.plateau_memory": "Correlation of an hour with the next",
        "load.household.uses": "Uses of appliances a day",
        "load.household.use_minutes": "Length of a use, min",
        "load.household.use_minutes_spread": "How unlike uses are in length",
        "load.household.use_kw_spread": "How unlike uses are in power",
        "load.household.use_correlation": "Correlation of length and power",
        "load.household.max_kw": "Highest power of a use, kW",
        "load.household.size_exponent": "Uses grow with a home's energy",
        "load.household.day_spread": "How unlike days of a home are",
        "load.household.day_memory": "Correlation of a home's day with the next",
        "load.household.away_every_days": "Nobody is at home every so many days",
        "load.household.away_days": "Nobody is at home for so many days",
        "load.household.season": "Swing of the season",
        "load.household.season_spread": "How unlike homes are in season",
        "load.household.season_peak_day": "Day of the year with most load",
        "load.household.weekend": "Weekend over working day",
        "load.household.weekend_shift_h": "Weekend mornings are later by, h",
        "load.household.night_floor": "Weight of every hour",
        "load.household.morning_hour": "Middle of the morning, h",
        "load.household.morning_width_h": "Width of the morning, h",
        "load.household.morning_weight": "Weight of the morning",
        "load.household.noon_hour": "Middle of the noon rise, h",
        "load.household.noon_width_h": "Width of the noon rise, h",
        "load.household.noon_weight": "Weight of the noon rise",
        "load.household.evening_hour": "Middle of the evening, h",
        "load.household.evening_width_h": "Width of the evening, h",
        "load.household.evening_weight": "Weight of the evening",
        "load.household.shape_spread": "How unlike homes are in these weights",
        "load.household.shift_h": "How unlike homes are in time, h",
        "load.household.ac_homes": "Share of homes that cool at night",
        "load.household.ac_share": "Share of their energy that cooling takes",
        "load.household.ac_nights": "Share of nights with cooling",
        "load.household.ac_start_hour": "Cooling starts at, h",
        "load.household.ac_start_spread_h": "How unlike starts of cooling are, h",
        "load.household.ac_hours": "Cooling lasts, h",
        "load.household.ac_hours_spread": "How unlike lengths of cooling are, h",
        "load.household.ac_cycle_h": "Cycle of a compressor, h",
        "load.household.ac_duty": "Share of a cycle that it runs",
        "load.household.heat_spread": "How unlike nights are in heat",
    },
    "Electric vehicles": {
        "ev.kw": "EV charging power, kW",
        "ev.blocks": "Times of charging",
        "ev.charging": "EVs charge",
        "ev.calendar.capacity_kwh": "EV battery in the calendar, kWh",
        "ev.calendar.efficiency": "Share of charging energy that is stored",
        "ev.calendar.trips": "Share of working days with a drive",
        "ev.calendar.weekend_trips": "Share of weekend days with a drive",
        "ev.calendar.departure_hour": "Cars leave at, h",
        "ev.calendar.departure_homes_h": "How unlike cars are in leaving, h",
        "ev.calendar.departure_days_h": "How unlike days are in leaving, h",
        "ev.calendar.arrival_hour": "Cars are back at, h",
        "ev.calendar.arrival_homes_h": "How unlike cars are in coming back, h",
        "ev.calendar.arrival_days_h": "How unlike days are in coming back, h",
        "ev.calendar.weekend_departure_hour": "Cars leave on a weekend at, h",
        "ev.calendar.weekend_departure_days_h": "How unlike weekend days are in leaving, h",
        "ev.calendar.weekend_arrival_hour": "Cars are back on a weekend at, h",
        "ev.calendar.weekend_arrival_days_h": "How unlike weekend days are in coming back, h",
        "ev.calendar.trip_kwh": "A day's driving of a typical car, kWh",
        "ev.calendar.trip_spread": "How unlike days are in driving",
        "ev.calendar.trip_homes": "How unlike cars are in driving",
        "ev.calendar.plug_soc": "Always plugged in below state of charge",
        "ev.calendar.plug_share": "How often plugged in above it",
        "ev.calendar.plug_homes": "How unlike cars are in plugging in",
        "ev.calendar.departure_soc": "State of charge when a car leaves",
        "ev.calendar.reserve_soc": "Gives nothing below state of charge",
        "ev.calendar.discharge_efficiency": "Share of stored energy that comes out",
        "ev.forecast": "Plans of cars expect homes to need",
        "ev.in_market": "Cars bid in the market what their energy is worth",
        "ev.override_share": "How often drivers want the car full now",
        "ev.wear_cost": "Wear of a kWh from a car, {currency}/kWh",
        "ev.supply.enabled": "EVs supply neighbours in the evening",
        "ev.supply.capacity_kwh": "EV battery, kWh",
        "ev.supply.reserve_soc": "Supply stops at state of charge",
        "ev.supply.departure_soc": "Needed when leaving",
        "ev.supply.trip_kwh": "A day's driving, kWh",
        "ev.supply.departure_hour": "EV leaves at, h",
        "ev.supply.arrival_hour": "EV is back at, h",
        "ev.supply.supply_start_hour": "Supply from, h",
        "ev.supply.supply_end_hour": "Supply until, h",
        "ev.supply.charge_efficiency": "EV charging efficiency",
        "ev.supply.discharge_efficiency": "EV discharging efficiency",
        "ev.supply.reserve_price": "EVs sell at no less than, {currency}/kWh",
    },
    "Batteries in homes": {
        "home_battery.controller": "Batteries in homes are run by",
        "home_battery.forecast": "Plans expect homes to need",
        "home_battery.charge_efficiency": "Charging efficiency at home",
        "home_battery.discharge_efficiency": "Discharging efficiency at home",
        "home_battery.start_soc": "State of charge at the start, at home",
        "home_battery.standby_w": "Standby of each, W",
        "home_battery.inverter_kw": "Inverter shared with the roof, kW",
        "home_battery.wear_cost": "Wear of a kWh given, {currency}/kWh",
        "home_battery.grid_charge": "May charge from outside the home",
        "home_battery.feed_in": "May give beyond the home's need",
        "home_battery.peak_kw": "Import that a home's peaks are kept to, kW",
        "home_battery.peak_price": "A kW of a home's peak costs, {currency}",
        "home_battery.in_market": "Bid in the market what stored energy is worth",
    },
    "Battery": {
        "battery.capacity_kwh": "Community battery, kWh",
        "battery.charge_kw": "Charging power, kW",
        "battery.discharge_kw": "Discharging power, kW",
        "battery.charge_efficiency": "Charging efficiency",
        "battery.discharge_efficiency": "Discharging efficiency",
        "battery.start_soc": "State of charge at the start",
        "battery.min_soc": "Lowest state of charge",
        "battery.buy_price": "A home that charges the battery gets",
        "battery.sell_price": "A home that draws from it pays",
        "battery.reserve_price": "Battery waits below a price of, {currency}/kWh",
        "battery.fund_share": "Battery's profit is shared",
        "battery.controller": "Community battery is run by",
        "battery.in_market": "It bids in the market what stored energy is worth",
        "battery.forecast": "Its plans expect the homes to need",
        "battery.wear_cost": "Wear of a kWh from it, {currency}/kWh",
        "battery.grid_charge": "May charge from the grid",
        "battery.feed_in": "May sell to the grid",
        "battery.peak_kw": "Import that the street's peaks are kept to, kW",
        "battery.peak_price": "A kW of the street's peak costs, {currency}",
    },
    "Grid": {
        "grid.import_price": "Grid price, {currency}/kWh",
        "grid.export_price": "Export price, {currency}/kWh",
        "grid.known_ahead_h": "Prices are known ahead for, h",
        "grid.network_charge": "Network charge on P2P, {currency}/kWh",
        "grid.demand_charge": "A kW of the street's peak costs a month, {currency}",
        "grid.import_limit_kw": "The street takes at most, kW",
        "grid.export_limit_kw": "The street gives at most, kW",
        "grid.billing": "Billing period",
        "grid.tariff": "Monthly tariff",
        "grid.sharing": "Scheme of sharing",
        "grid.reference_import_price": "Import price for the market under a tariff, {currency}/kWh",
        "grid.reference_export_price": "Export price for the market under a tariff, {currency}/kWh",
        "grid.tier_of": "Tier is told by the use of",
        "grid.region": "Region of the grid",
        "grid.co2_kg_per_kwh": "CO₂ of grid electricity, kg/kWh",
    },
    "Live": {"live.control": "Homes whose battery and car get commands"},
    "Plan": {f"plan.{name}": label for name, label in LABELS.items()},
}
#: The length of a run, always on top.
LENGTH = {"steps": "Number of steps", "step_minutes": "Resolution, min"}
#: What names the market rule and the bidding strategy.
CHOSEN = {"market.mechanism": "Market rule", "bids.strategy": "What homes bid"}
#: Parameters of rules that have a name of their own.
PARAMETERS = {"market.fraction": "P2P price as share of grid price, α"}

#: Headings that say nothing which the labels under them do not say.
_PLAIN = ("Scenario", "Homes", "Grid")


def _says(label: str, heading: str) -> bool:
    """Tell whether a label says what its heading says."""
    return heading.partition(" ")[0].lower() in label.lower() or "EV" in label or "solar" in label.lower()


#: Label of each field, and the heading that it needs to be understood alone.
ALONE = {
    **{name: (label, "") for name, label in (*LENGTH.items(), *CHOSEN.items(), *PARAMETERS.items())},
    **{
        name: (label, "" if heading in _PLAIN or _says(label, heading) else f" ({heading.lower()})")
        for heading, fields in FIELDS.items()
        for name, label in fields.items()
    },
}


def read_as(name: str, currency: str) -> str:
    """Return what a field is called where it stands alone, with its unit; a field without a label by its dotted name.

    Example:
        >>> read_as("battery.capacity_kwh", "MYR"), read_as("load.low_kw", "MYR"), read_as("grid.import_price", "THB")
        ('Community battery, kWh', 'Lower bound (household load), kW', 'Grid price, THB/kWh')
        >>> read_as("homes.groups.solar.count", "MYR")
        'homes.groups.solar.count'
    """
    if name not in ALONE:
        return name
    label, heading = ALONE[name]
    words, comma, unit = label.format(currency=currency).partition(", ")
    return f"{words}{heading}{comma}{unit}"
