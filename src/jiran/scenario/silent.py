"""Which fields of a scenario say nothing in it, and why: what a change of them cannot change in a run.

A field is silent where another field has taken its place (a group's own roof, another model) or where there is nothing for
it to act on (no car, no battery). That a value merely happens to change nothing, such as a limit that is never reached, is
not told: a run would have to be made to know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from jiran.bids import find as find_strategy
from jiran.control import find_controller
from jiran.market import find as find_rule
from jiran.market.base import BASELINE
from jiran.scenario.homes import CARS, ROOFS

if TYPE_CHECKING:
    from jiran.control.controlling.base import Controller
    from jiran.scenario.data import MeteredHome
    from jiran.scenario.homes import HomeParameters
    from jiran.scenario.load import Habits
    from jiran.scenario.model import Scenario

#: The day's own prices are always known, h.
KNOWN_H = 24
#: Words, which nobody expects to change a run, and homes, whose entries are asked one by one.
_NOT_ASKED = ("name", "question", "description", "telling", "homes")


@dataclass(frozen=True)
class _Street:
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
        return all(getattr(one, field) is not None for one in self.with_any(*kinds))

    @cached_property
    def metered(self) -> bool:
        """Whether its homes come from a file."""
        return self.scenario.homes.data is not None

    @cached_property
    def paneled(self) -> bool:
        """Whether a home has PV."""
        of_all = self.scenario.solar.pv_kwp
        return any((of_all if one.pv_kwp is None else one.pv_kwp) > 0.0 for one in self.with_any(*ROOFS))

    def charges(self, how: str) -> bool:
        """Whether cars charge so."""
        return self.scenario.ev.charging == how

    @cached_property
    def stores(self) -> bool:
        """Whether a home has a battery."""
        data = self.scenario.homes.data
        return any(one.battery_kwh for one in self.with_any()) or (data is not None and data.batteries)

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
    def rule(self) -> Any:
        """Its market rule."""
        return find_rule(self.scenario.market.mechanism)

    def controller(self, store: str) -> Controller:
        """Return the controller of the batteries in homes or of the community's, by the name of its table."""
        return find_controller(getattr(self.scenario, store).controller)

    @cached_property
    def looks_ahead_h(self) -> int:
        """How far those look ahead that run a battery."""
        there = (("home_battery", self.stores), ("battery", self.scenario.battery.capacity_kwh > 0.0))
        plans = self.scenario.ev.planned and self.with_any(*CARS)
        cars = find_controller("smart-charging").horizon_h if plans else 0
        return max(cars, *(self.controller(store).horizon_h if is_there else 0 for store, is_there in there))

    @cached_property
    def limits_heeded(self) -> bool:
        """Whether limit prices may change who trades, and at what price."""
        return bool(self.rule.heeds_limits) and self.rule.name != BASELINE


class _Silence(NamedTuple):
    """Fields that say nothing in some scenarios.

    Attributes:
        fields: Dotted names, of fields or of whole tables.
        so: Whether they say nothing.
        why: The reason, as it follows "says nothing, for".
        but: Fields of these tables that are meant nevertheless.
    """

    fields: tuple[str, ...]
    so: Callable[[_Street], bool]
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


def _run_by(store: str) -> tuple[_Silence, ...]:
    """Return what says nothing under some controllers of a store, by the name of its table."""
    does = "only stores what is left over, for own use"
    return (
        _Silence(
            (f"{store}.forecast",), lambda of: not of.controller(store).forecasts, f"{store}.controller goes by no forecast"
        ),
        _Silence(
            tuple(f"{store}.{name}" for name in ("grid_charge", "feed_in")),
            lambda of: of.controller(store).own_use, f"{store}.controller {does}",
        ),
    )  # fmt: skip


#: The first that fits is the reason that is told.
_SILENCES = (
    _Silence(("solar", "load", "ev"), lambda of: of.metered, "the homes are metered"),
    _Silence(("solar",), lambda of: not of.with_any(*ROOFS), "no home has a solar roof"),
    _Silence(("solar.pv_kwp",), lambda of: of.own("pv_kwp", *ROOFS), "each solar roof has a pv_kwp of its own"),
    _Silence(("solar",), lambda of: not of.paneled, "no home has any PV", but=("solar.pv_kwp",)),
    _Silence(_SINE, lambda of: of.scenario.solar.model == "site", 'solar.model is "site"'),
    _Silence(_PLACE, lambda of: of.scenario.solar.model == "sine", 'solar.model is "sine"'),
    _Silence(("solar.sky",), lambda of: of.scenario.solar.weather is not None, "solar.weather names a file"),
    _Silence(
        ("solar.place",), lambda of: of.scenario.solar.latitude is not None, "solar.latitude and solar.longitude go before it"
    ),
    _Silence(("solar.tilt",), lambda of: of.own("pv_tilt", *ROOFS), "each solar roof has a pv_tilt of its own"),
    _Silence(("solar.azimuth",), lambda of: of.own("pv_azimuth", *ROOFS), "each solar roof has a pv_azimuth of its own"),
    _Silence(_BAND, lambda of: of.scenario.load.model == "household", 'load.model is "household"'),
    _Silence(
        ("load.preset", "load.annual_kwh", "load.spread", "load.household"),
        lambda of: of.scenario.load.model == "band", 'load.model is "band"',
    ),
    _Silence(("load.low_kw",), lambda of: of.own("load_low_kw"), "each home has a load_low_kw of its own"),
    _Silence(("load.high_kw",), lambda of: of.own("load_high_kw"), "each home has a load_high_kw of its own"),
    _Silence(("load.evening_factor",), lambda of: of.own("evening_factor"), "each home has an evening_factor of its own"),
    _Silence(("load.spread",), lambda of: of.own("annual_kwh"), "each home has an annual_kwh of its own"),
    _Silence(
        ("load.household.ac_homes",), lambda of: of.own("air_conditioning"), "each home has an air_conditioning of its own"
    ),
    _Silence(
        ("load.household.season_peak_day",), lambda of: not (of.habits.season or of.habits.season_spread),
        "load.household.season and season_spread are 0",
    ),
    _Silence(_COOLING, lambda of: not of.cools, "no home has air conditioning"),
    _Silence(("ev",), lambda of: not of.with_any(*CARS), "no home has an EV"),
    _Silence(("ev.kw",), lambda of: of.own("ev_kw", *CARS), "each EV has an ev_kw of its own"),
    _Silence(
        ("ev.charging", "ev.blocks", "ev.calendar", "ev.forecast", "ev.wear_cost"), lambda of: of.scenario.ev.supply.enabled, "ev.supply.enabled is true"
    ),
    _Silence(("ev.supply",), lambda of: not of.scenario.ev.supply.enabled, "ev.supply.enabled is false", ("ev.supply.enabled",)),
    _Silence(("ev.supply.reserve_price",), lambda of: not of.limits_heeded, "the market rule heeds no limit prices"),
    *(
        _Silence(fields, partial(_Street.charges, how=how), f'ev.charging is "{how}"')
        for how, fields in {
            "blocks": ("ev.calendar", "ev.forecast", "ev.wear_cost"),
            "at-once": ("ev.blocks", "ev.forecast", "ev.wear_cost", *_AT_DEPARTURE, *_OF_GIVING),
            "smart": ("ev.blocks", "ev.wear_cost", *_PLUGGED, *_OF_GIVING),
            "v2g": ("ev.blocks", *_PLUGGED),
        }.items()
    ),
    _Silence(("ev.blocks",), lambda of: of.own("ev_blocks", *CARS), "each EV has ev_blocks of its own"),
    _Silence(("home_battery",), lambda of: not of.stores, "no home has a battery"),
    _Silence(
        ("battery",), lambda of: of.scenario.battery.capacity_kwh == 0.0, "battery.capacity_kwh is 0", ("battery.capacity_kwh",)
    ),
    *_run_by("home_battery"),
    *_run_by("battery"),
    _Silence(
        ("grid.known_ahead_h",), lambda of: of.looks_ahead_h <= KNOWN_H,
        "no battery looks further ahead than the prices of a day",
    ),
    _Silence(("grid.known_ahead_h",), lambda of: of.constant, "the grid's prices are the same at all hours"),
    _Silence(("grid.tier_of",), lambda of: of.scenario.grid.tariff is None, "there is no grid.tariff"),
    _Silence(("grid.billing",), lambda of: of.rule.reprice is None, "the market rule sets its prices step by step"),
    _Silence(("grid.network_charge",), lambda of: of.rule.name == BASELINE, "the market rule trades nothing"),
    _Silence(
        ("grid.region",), lambda of: of.scenario.grid.co2_kg_per_kwh is not None, "grid.co2_kg_per_kwh goes before it"
    ),
    _Silence(("bids",), lambda of: not of.limits_heeded, "the market rule heeds no limit prices"),
    _Silence(("plan",), bool, "only `jiran plan` reads it"),
)  # fmt: skip


class _AtHome(NamedTuple):
    """Fields of a home that say nothing; `so` is asked of the street and the home."""

    fields: tuple[str, ...]
    so: Callable[[_Street, HomeParameters], bool]
    why: str


def _street_charges(how: str, street: _Street, _: HomeParameters) -> bool:
    return street.charges(how)


_SILENT_AT_HOME = (
    _AtHome(
        ("pv_kwp", "pv_tilt", "pv_azimuth"), lambda _, home: home.kind not in ROOFS,
        "a home of the kind {kind} has no solar roof",
    ),
    _AtHome(("ev_kw", "ev_blocks"), lambda _, home: home.kind not in CARS, "a home of the kind {kind} has no EV"),
    _AtHome(("pv_tilt", "pv_azimuth"), lambda of, _: of.scenario.solar.model == "sine", 'solar.model is "sine"'),
    _AtHome(
        ("load_low_kw", "load_high_kw", "evening_factor"), lambda of, _: of.scenario.load.model == "household",
        'load.model is "household"',
    ),
    _AtHome(("annual_kwh", "air_conditioning"), lambda of, _: of.scenario.load.model == "band", 'load.model is "band"'),
    _AtHome(("ev_blocks",), lambda of, _: of.scenario.ev.supply.enabled, "ev.supply.enabled is true"),
    *(
        _AtHome(("ev_blocks",), partial(_street_charges, how), f'ev.charging is "{how}"')
        for how in ("at-once", "smart", "v2g")
    ),
    _AtHome(("battery_kw",), lambda _, home: not home.battery_kwh, "it has no battery_kwh beside it"),
    _AtHome(("sharing_key",), lambda of, _: not of.rule.keyed, "the market rule shares by no fixed keys"),
)  # fmt: skip


def silent(scenario: Scenario) -> dict[str, str]:
    """Return the fields of a scenario that say nothing in it: dotted name -> why, as it follows "says nothing, for".

    Every value of such a field gives the same run. Fields of homes are those that an entry gives, entries are named by their
    number. Fields that are words (name, question, ...) are left out.

    Example:
        >>> from jiran import load_scenario
        >>> silent(load_scenario("paper", {"battery.capacity_kwh": 0}))["battery.charge_kw"]
        'battery.capacity_kwh is 0'
    """
    street = _Street(scenario)
    found: dict[str, str] = {}
    for fields, so, why, but in _SILENCES:
        if so(street):
            own = [f"bids.{key}" for key in scenario.bids.parameters] if "bids" in fields else []
            for name in (*_leaves(fields), *own):
                if name not in but:
                    found.setdefault(name, why)
    return found | _at_home(street) | _at_meters(street)


def why_silent(scenario: Scenario, name: str) -> str | None:
    """Return why a field says nothing, or None if it does; entries may be named by kind or id, as overrides name them."""
    match name.split("."):
        case ["homes", ("groups" | "single") as table, which, field]:
            marks = [
                (str(place), one.kind, getattr(one, "id", None))
                for place, one in enumerate(getattr(scenario.homes, table))
            ]
            found = [place for place, *others in marks if which in (place, *others)]
            name = f"homes.{table}.{found[0]}.{field}" if len(found) == 1 else name
    return silent(scenario).get(name)


def given(scenario: Scenario) -> Iterator[str]:
    """Yield the fields that a scenario gives another value than their default, by dotted name; words are left out."""
    yield from (name for name, value, default in _declared() if value(scenario) != default)
    yield from _parameters(scenario)
    for place, entry, _ in _Street(scenario).entries:
        yield from (f"{place}.{name}" for name in _said(entry))
    yield from (f"homes.data.{place}.{name}" for place, table in _metered(scenario) for name in _said(table))


def _said(table: BaseModel) -> Iterator[str]:
    """Yield the fields that a home says something in, beside what makes it one."""
    yield from (name for name, value in table if value is not None and name not in ("kind", "count", "id"))


def _at_home(street: _Street) -> dict[str, str]:
    """Return what says nothing in groups and single homes."""
    found: dict[str, str] = {}
    for place, entry, count in street.entries:
        for name in _said(entry):
            reasons = (one.why for one in _SILENT_AT_HOME if name in one.fields and one.so(street, entry))
            why = next(reasons, None) if count else "its group has no homes"
            if why is not None:
                found[f"{place}.{name}"] = why.format(kind=entry.kind)
    return found


def _at_meters(street: _Street) -> dict[str, str]:
    """Return what says nothing in the tables of metered homes."""
    found: dict[str, str] = {}
    for place, table in _metered(street.scenario):
        if table.battery_kw is not None and not _has_battery(street.scenario, place):
            found[f"homes.data.{place}.battery_kw"] = "it has no battery_kwh beside it"
        if table.sharing_key is not None and not street.rule.keyed:
            found[f"homes.data.{place}.sharing_key"] = "the market rule shares by no fixed keys"
    return found


def _metered(scenario: Scenario) -> Iterator[tuple[str, MeteredHome]]:
    """Yield the tables of metered homes with their places, "all" or "home.ID"."""
    data = scenario.homes.data
    if data is not None and data.all is not None:
        yield "all", data.all
    if data is not None and isinstance(data.home, dict):
        yield from ((f"home.{name}", table) for name, table in data.home.items())


def _has_battery(scenario: Scenario, place: str) -> bool:
    """Tell whether a table of metered homes is one of homes with a battery."""
    data = scenario.homes.data
    if data is None:
        return False
    return data.batteries if place == "all" else bool(data.has(place.removeprefix("home.")).battery_kwh)


@cache
def _declared() -> tuple[tuple[str, Callable[[Scenario], Any], Any], ...]:
    """Return the fields of all tables but [homes]: dotted name, how to get its value, its default."""
    from jiran.scenario.model import Scenario  # noqa: PLC0415  it is built of all tables

    return tuple((name, attrgetter(name), default) for name, default in _fields(Scenario, ""))


def _fields(model: type[BaseModel], before: str) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if f"{before}{name}" in _NOT_ASKED:
            continue
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, f"{before}{name}.")
        else:
            yield f"{before}{name}", field.default


def _parameters(scenario: Scenario) -> Iterator[str]:
    """Yield the parameters of rule and strategy that have another value than their default."""
    for section, plugin in (
        ("market", find_rule(scenario.market.mechanism)),
        ("bids", find_strategy(scenario.bids.strategy)),
    ):
        for key, value in getattr(scenario, section).parameters.items():
            if value != plugin.parameters[key].default:
                yield f"{section}.{key}"


@cache
def _leaves(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields that names of fields and tables stand for."""
    return tuple(name for field in fields for name, *_ in _declared() if name == field or name.startswith(f"{field}."))
