"""What makes a field of a scenario say nothing: another field that has taken its place, or nothing for it to act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from jiran.control import find_controller
from jiran.market import find as find_rule
from jiran.market.base import BASELINE
from jiran.scenario.data import ROOFS
from jiran.scenario.homes import CARS

if TYPE_CHECKING:
    from jiran.control.controlling.base import Controller
    from jiran.scenario.homes import HomeParameters
    from jiran.scenario.load import Habits
    from jiran.scenario.model import Scenario

#: The day's own prices are always known, h.
KNOWN_H = 24


@dataclass(frozen=True)
class Street:
    """What decides whether a field of a scenario says anything."""

    scenario: Scenario

    @cached_property
    def entries(self) -> list[tuple[str, HomeParameters, int]]:
        """Groups and single homes: dotted name, entry, number of homes."""
        homes = self.scenario.homes
        return [
            *((f"homes.groups.{place}", group, group.count) for place, group in enumerate(homes.groups)),
            *((f"homes.single.{place}", home, 1) for place, home in enumerate(homes.single)),
        ]

    def with_any(self, *kinds: str) -> list[HomeParameters]:
        """Return the entries of these kinds that have a home; of all kinds without any."""
        return [one for _, one, count in self.entries if count and (not kinds or one.kind in kinds)]

    def own(self, field: str, *kinds: str) -> bool:
        """Whether each home of these kinds says a field itself."""
        source = self.scenario.homes.data
        if source is not None:
            return field == "pv_kwp" and source.sized
        return all(getattr(one, field) is not None for one in self.with_any(*kinds))

    @cached_property
    def metered(self) -> bool:
        """Whether its homes come from a file."""
        return self.scenario.homes.data is not None

    @cached_property
    def adds_roofs(self) -> bool:
        """Whether it says of a home of a file that it may have PV."""
        source = self.scenario.homes.data
        return source is not None and source.has_roofs(1.0)

    @cached_property
    def paneled(self) -> bool:
        """Whether a home has PV."""
        of_all, source = self.scenario.solar.pv_kwp, self.scenario.homes.data
        return (source is not None and source.has_roofs(of_all)) or any(
            (of_all if one.pv_kwp is None else one.pv_kwp) > 0.0 for one in self.with_any(*ROOFS)
        )

    def charges(self, how: str) -> bool:
        """Whether cars charge so."""
        return self.scenario.ev.charging == how

    @cached_property
    def habits(self) -> Habits:
        """What its households are like."""
        return self.scenario.load.habits

    @cached_property
    def cools(self) -> bool:
        """Whether a home may cool its bedrooms."""
        drawn = self.scenario.load.model == "household" and self.habits.ac_homes > 0.0
        return any(drawn if one.air_conditioning is None else one.air_conditioning for one in self.with_any())

    @cached_property
    def constant(self) -> bool:
        """Whether a kWh from and to the grid always costs the same."""
        grid = self.scenario.grid
        return (
            grid.tariff is None
            and not isinstance(grid.import_price, tuple)
            and not isinstance(grid.export_price, tuple)
        )

    @cached_property
    def one_price(self) -> bool:
        """Whether a kWh from the grid always costs the same."""
        return self.scenario.grid.tariff is None and not isinstance(self.scenario.grid.import_price, tuple)

    @cached_property
    def rule(self) -> Any:
        """Its market rule."""
        return find_rule(self.scenario.market.mechanism)

    def controller(self, store: str) -> Controller:
        """Return the controller of the batteries in homes or of the community's, by the name of its table."""
        return find_controller(getattr(self.scenario, store).controller)

    @cached_property
    def looks_ahead_h(self) -> int:
        """How far those look ahead that run a battery."""
        there = (("home_battery", self.scenario.homes.batteries), ("battery", self.scenario.battery.capacity_kwh > 0.0))
        plans = self.scenario.ev.planned and self.with_any(*CARS)
        cars = find_controller("smart-charging").horizon_h if plans else 0
        return max(cars, *(self.controller(store).horizon_h if is_there else 0 for store, is_there in there))

    @cached_property
    def limits_heeded(self) -> bool:
        """Whether limit prices may change who trades, and at what price."""
        return bool(self.rule.heeds_limits) and self.rule.name != BASELINE


class Silence(NamedTuple):
    """Fields that say nothing in some scenarios.

    Attributes:
        fields: Dotted names, of fields or of whole tables.
        so: Whether they say nothing.
        why: The reason, as it follows "says nothing, for".
        but: Fields of these tables that are meant nevertheless.
    """

    fields: tuple[str, ...]
    so: Callable[[Street], bool]
    why: str
    but: tuple[str, ...] = ()


_SINE = tuple(f"solar.{name}" for name in ("derate", "clouds", "sample"))
_PLACE = tuple(
    f"solar.{name}"
    for name in (
        "place", "latitude", "longitude", "tilt", "azimuth", "losses", "inverter_efficiency", "inverter_ratio", "weather",
        "clearness", "temperature_c", "sky", "roof_shift_h", "roof_spread",
    )
)  # fmt: skip
_BAND = tuple(
    f"load.{name}"
    for name in ("low_kw", "high_kw", "evening_factor", "evening_start_hour", "evening_end_hour", "fluctuation")
)
#: Of cars' calendars: what only plans heed, what only cars that give, and what only those that are not always plugged in.
_OF_PLANS = ("ev.forecast", "ev.wear_cost", "ev.in_market", "ev.override_share")
_AT_DEPARTURE = ("ev.calendar.departure_soc",)
_OF_GIVING = ("ev.calendar.reserve_soc", "ev.calendar.discharge_efficiency")
_PLUGGED = ("ev.calendar.plug_soc", "ev.calendar.plug_share", "ev.calendar.plug_homes")
_COOLING = tuple(
    f"load.household.{name}"
    for name in (
        "ac_share", "ac_nights", "ac_start_hour", "ac_start_spread_h", "ac_hours", "ac_hours_spread", "ac_cycle_h", "ac_duty",
        "heat_spread",
    )
)  # fmt: skip


def _run_by(store: str) -> tuple[Silence, ...]:
    """Return what says nothing under some controllers of a store, by the name of its table."""
    does = "only stores what is left over, for own use"
    return (
        Silence(
            tuple(f"{store}.{name}" for name in ("peak_kw", "peak_price")),
            lambda of: not of.controller(store).keeps_peaks, f"{store}.controller keeps no peaks low",
        ),
        Silence(
            (f"{store}.forecast",), lambda of: not of.controller(store).forecasts, f"{store}.controller goes by no forecast"
        ),
        Silence(
            tuple(f"{store}.{name}" for name in ("grid_charge", "feed_in")),
            lambda of: of.controller(store).own_use, f"{store}.controller {does}",
        ),
    )  # fmt: skip


#: The first that fits is the reason that is told.
SILENCES = (
    Silence(("load", "ev"), lambda of: of.metered, "the homes are metered"),
    Silence(("solar",), lambda of: of.metered and not of.adds_roofs, "the homes are metered"),
    Silence(("solar",), lambda of: not (of.metered or of.with_any(*ROOFS)), "no home has a solar roof"),
    Silence(("solar.pv_kwp",), lambda of: of.own("pv_kwp", *ROOFS), "each solar roof has a pv_kwp of its own"),
    Silence(("solar",), lambda of: not of.paneled, "no home has any PV", but=("solar.pv_kwp",)),
    Silence(_SINE, lambda of: of.scenario.solar.model == "site", 'solar.model is "site"'),
    Silence(_PLACE, lambda of: of.scenario.solar.model == "sine", 'solar.model is "sine"'),
    Silence(("solar.sky",), lambda of: of.scenario.solar.weather is not None, "solar.weather names a file"),
    Silence(
        ("solar.place",), lambda of: of.scenario.solar.latitude is not None, "solar.latitude and solar.longitude go before it"
    ),
    Silence(("solar.tilt",), lambda of: of.own("pv_tilt", *ROOFS), "each solar roof has a pv_tilt of its own"),
    Silence(("solar.azimuth",), lambda of: of.own("pv_azimuth", *ROOFS), "each solar roof has a pv_azimuth of its own"),
    Silence(_BAND, lambda of: of.scenario.load.model == "household", 'load.model is "household"'),
    Silence(
        ("load.preset", "load.annual_kwh", "load.spread", "load.household"),
        lambda of: of.scenario.load.model == "band", 'load.model is "band"',
    ),
    Silence(("load.low_kw",), lambda of: of.own("load_low_kw"), "each home has a load_low_kw of its own"),
    Silence(("load.high_kw",), lambda of: of.own("load_high_kw"), "each home has a load_high_kw of its own"),
    Silence(("load.evening_factor",), lambda of: of.own("evening_factor"), "each home has an evening_factor of its own"),
    Silence(("load.spread",), lambda of: of.own("annual_kwh"), "each home has an annual_kwh of its own"),
    Silence(
        ("load.household.ac_homes",), lambda of: of.own("air_conditioning"), "each home has an air_conditioning of its own"
    ),
    Silence(
        ("load.household.season_peak_day",), lambda of: not (of.habits.season or of.habits.season_spread),
        "load.household.season and season_spread are 0",
    ),
    Silence(_COOLING, lambda of: not of.cools, "no home has air conditioning"),
    Silence(("load.reference_price",), lambda of: of.scenario.load.elasticity == 0.0, "load.elasticity is 0"),
    Silence(
        ("load.elasticity",),
        lambda of: of.one_price and of.scenario.load.elasticity != 0.0 and of.scenario.load.reference_price is None,
        "the grid's import price is the same at all hours, and the reference is its mean",
    ),
    Silence(
        ("load.shiftable_share", "load.shift_window_h"), lambda of: of.one_price,
        "the grid's import price is the same at all hours",
    ),
    Silence(("load.shift_window_h",), lambda of: of.scenario.load.shiftable_share == 0.0, "load.shiftable_share is 0"),
    Silence(("ev",), lambda of: not of.with_any(*CARS), "no home has an EV"),
    Silence(("ev.kw",), lambda of: of.own("ev_kw", *CARS), "each EV has an ev_kw of its own"),
    Silence(
        ("ev.charging", "ev.blocks", "ev.calendar", *_OF_PLANS), lambda of: of.scenario.ev.supply.enabled, "ev.supply.enabled is true"
    ),
    Silence(("ev.supply",), lambda of: not of.scenario.ev.supply.enabled, "ev.supply.enabled is false", ("ev.supply.enabled",)),
    Silence(("ev.supply.reserve_price",), lambda of: not of.limits_heeded, "the market rule heeds no limit prices"),
    *(
        Silence(fields, partial(Street.charges, how=how), f'ev.charging is "{how}"')
        for how, fields in {
            "blocks": ("ev.calendar", *_OF_PLANS),
            "at-once": ("ev.blocks", *_OF_PLANS, *_AT_DEPARTURE, *_OF_GIVING),
            "smart": ("ev.blocks", "ev.wear_cost", *_PLUGGED, *_OF_GIVING),
            "v2g": ("ev.blocks", *_PLUGGED),
        }.items()
    ),
    Silence(
        ("ev.in_market",), lambda of: of.scenario.homes.batteries and of.controller("home_battery").together,
        "home_battery.controller serves the street in turn, by what homes need",
    ),
    Silence(("ev.in_market",), lambda of: of.rule.name == BASELINE, "the market rule trades nothing"),
    Silence(("ev.blocks",), lambda of: of.own("ev_blocks", *CARS), "each EV has ev_blocks of its own"),
    Silence(("home_battery",), lambda of: not of.scenario.homes.batteries, "no home has a battery"),
    Silence(
        ("battery",), lambda of: of.scenario.battery.capacity_kwh == 0.0, "battery.capacity_kwh is 0", ("battery.capacity_kwh",)
    ),
    *_run_by("home_battery"),
    Silence(
        ("home_battery.in_market",),
        lambda of: not of.scenario.home_battery.model_copy(update={"in_market": True}).bids,
        "home_battery.controller asks for nothing in the market",
    ),
    Silence(("home_battery.in_market",), lambda of: of.rule.name == BASELINE, "the market rule trades nothing"),
    *_run_by("battery"),
    Silence(
        ("battery.in_market",),
        lambda of: not of.scenario.battery.model_copy(update={"in_market": True}).bids,
        "battery.controller asks for nothing in the market",
    ),
    Silence(("battery.in_market",), lambda of: of.rule.name == BASELINE, "the market rule trades nothing"),
    Silence(("battery.in_market",), lambda of: of.rule.among_homes, "the market rule divides between homes alone, by keys or bills"),
    Silence(
        ("grid.known_ahead_h",), lambda of: of.looks_ahead_h <= KNOWN_H,
        "no battery looks further ahead than the prices of a day",
    ),
    Silence(("grid.known_ahead_h",), lambda of: of.constant, "the grid's prices are the same at all hours"),
    Silence(("grid.tier_of",), lambda of: of.scenario.grid.tariff is None, "there is no grid.tariff"),
    Silence(("grid.billing",), lambda of: of.rule.reprice is None, "the market rule sets its prices step by step"),
    Silence(("grid.network_charge",), lambda of: of.rule.name == BASELINE, "the market rule trades nothing"),
    Silence(
        ("grid.region",), lambda of: of.scenario.grid.co2_kg_per_kwh is not None, "grid.co2_kg_per_kwh goes before it"
    ),
    Silence(("bids",), lambda of: not of.limits_heeded, "the market rule heeds no limit prices"),
    Silence(("plan",), bool, "only a plan reads it"),
    Silence(("live",), bool, "only a street of real meters reads it"),
)  # fmt: skip


class AtHome(NamedTuple):
    """Fields of a home that say nothing; `so` is asked of the street and the home."""

    fields: tuple[str, ...]
    so: Callable[[Street, HomeParameters], bool]
    why: str


def _street_charges(how: str, street: Street, _: HomeParameters) -> bool:
    return street.charges(how)


SILENT_AT_HOME = (
    AtHome(
        ("pv_kwp", "pv_tilt", "pv_azimuth"), lambda _, home: home.kind not in ROOFS,
        "a home of the kind {kind} has no solar roof",
    ),
    AtHome(("ev_kw", "ev_blocks"), lambda _, home: home.kind not in CARS, "a home of the kind {kind} has no EV"),
    AtHome(("pv_tilt", "pv_azimuth"), lambda of, _: of.scenario.solar.model == "sine", 'solar.model is "sine"'),
    AtHome(
        ("load_low_kw", "load_high_kw", "evening_factor"), lambda of, _: of.scenario.load.model == "household",
        'load.model is "household"',
    ),
    AtHome(("annual_kwh", "air_conditioning"), lambda of, _: of.scenario.load.model == "band", 'load.model is "band"'),
    AtHome(("ev_blocks",), lambda of, _: of.scenario.ev.supply.enabled, "ev.supply.enabled is true"),
    *(
        AtHome(("ev_blocks",), partial(_street_charges, how), f'ev.charging is "{how}"')
        for how in ("at-once", "smart", "v2g")
    ),
    AtHome(("battery_kw",), lambda _, home: not home.battery_kwh, "it has no battery_kwh beside it"),
    AtHome(("sharing_key",), lambda of, _: not of.rule.keyed, "the market rule shares by no fixed keys"),
)  # fmt: skip
