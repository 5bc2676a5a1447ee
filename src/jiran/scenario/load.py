"""Household load: the paper's band, or homes like metered ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Literal, Self

from pydantic import model_validator

from jiran.documents.model import Model, quantity
from jiran.errors import ScenarioError

Habits = SimpleNamespace
"""The numbers of a kind of household by the names of the fields of `Household`, each the scenario's or its preset's."""


def habit(description: str, unit: str, temperate: float, tropical: float, **bounds: Any) -> Any:
    """Declare a number that a scenario may leave to its preset."""
    default = f"{temperate:g}" if temperate == tropical else f"{temperate:g} temperate, {tropical:g} tropical"
    field = quantity(f"{description}; default: {default}", unit, None, **bounds)
    field.json_schema_extra |= {"temperate": temperate, "tropical": tropical}
    return field


class Household(Model):
    """What homes like metered ones are made of; what is left out is that of the preset."""

    base: float | None = habit("share of the mean power without cooling that never stops", "", 0.19, 0.30, ge=0, le=0.9)
    plateau: float | None = habit(
        "share of it that follows the habits of the day by the hour", "", 0.26, 0.22, ge=0, le=0.9
    )
    plateau_spread: float | None = habit("spread of its logarithm from hour to hour", "", 0.25, 0.30, ge=0, le=2)
    plateau_memory: float | None = habit("its correlation with the hour before", "", 0.75, 0.75, ge=0, le=0.99)
    uses: float | None = habit("uses of appliances, which take the rest", "per day", 22, 22, ge=1, le=100)
    use_minutes: float | None = habit("median length of a use", "min", 22.5, 20, ge=1, le=240)
    use_minutes_spread: float | None = habit("spread of the logarithm of lengths", "", 1.18, 1.15, ge=0, le=2)
    use_kw_spread: float | None = habit("spread of the logarithm of powers", "", 0.73, 0.75, ge=0, le=2)
    use_correlation: float | None = habit(
        "correlation of the two: below 0, long uses have less power", "", -0.41, -0.45, ge=-0.99, le=0.99
    )
    max_kw: float | None = habit("highest power of a use; above it the use lasts longer", "kW", 7, 7, ge=0.1, le=1_000)
    size_exponent: float | None = habit(
        "how the number of uses grows with a home's kWh: 0 = not, 1 = alike", "", 0.25, 0.25, ge=0, le=1
    )
    day_spread: float | None = habit("spread of the logarithm of days", "", 0.16, 0.18, ge=0, le=2)
    day_memory: float | None = habit("correlation of a day with the day before", "", 0.69, 0.69, ge=0, le=0.99)
    away_every_days: float | None = habit("days between beginnings of absence", "days", 75, 90, ge=5, le=10_000)
    away_days: float | None = habit("mean length of an absence", "days", 4, 3, ge=0.1, le=20)
    season: float | None = habit("amplitude of the season, share of the mean", "", 0.36, 0, ge=-0.9, le=0.9)
    season_spread: float | None = habit("spread of this amplitude between homes", "", 0.20, 0, ge=0, le=1)
    season_peak_day: float | None = habit("day of the year with the highest load", "", 15, 15, ge=1, le=366)
    weekend: float | None = habit("level of a weekend day over that of a working day", "", 1.05, 1.10, ge=0.1, le=10)
    weekend_shift_h: float | None = habit("how much later a weekend's morning is", "h", 1.2, 1.5, ge=-6, le=6)
    night_floor: float | None = habit("weight of every hour in the shape of a day", "", 0.205, 0.30, ge=0.01, le=10)
    morning_hour: float | None = habit("middle of the morning", "h", 7.3, 6.6, ge=0, le=24)
    morning_width_h: float | None = habit("its width", "h", 1.1, 0.9, ge=0.1, le=12)
    morning_weight: float | None = habit("its weight", "", 0.9, 0.8, ge=0, le=10)
    noon_hour: float | None = habit("middle of the day's own rise", "h", 12.5, 12.5, ge=0, le=24)
    noon_width_h: float | None = habit("its width", "h", 2.6, 2.8, ge=0.1, le=12)
    noon_weight: float | None = habit("its weight", "", 1, 0.8, ge=0, le=10)
    evening_hour: float | None = habit("middle of the evening", "h", 19.6, 20, ge=0, le=24)
    evening_width_h: float | None = habit("its width", "h", 2.3, 2.2, ge=0.1, le=12)
    evening_weight: float | None = habit("its weight", "", 1.47, 1.5, ge=0, le=10)
    shape_spread: float | None = habit(
        "spread of the logarithm of these weights between homes", "", 0.4, 0.4, ge=0, le=2
    )
    shift_h: float | None = habit("spread between homes of when their day is", "h", 0.8, 0.8, ge=0, le=6)
    ac_homes: float | None = habit("share of homes that cool bedrooms at night", "", 0, 0.70, ge=0, le=1)
    ac_share: float | None = habit(
        "share of the energy of such a home that cooling takes", "", 0.32, 0.32, ge=0, le=0.9
    )
    ac_nights: float | None = habit("share of nights on which it cools", "", 0.75, 0.75, ge=0.01, le=0.99)
    ac_start_hour: float | None = habit("hour at which cooling starts", "h", 21.75, 21.75, ge=0, le=24)
    ac_start_spread_h: float | None = habit("spread of this hour between nights and homes", "h", 1.2, 1.2, ge=0, le=6)
    ac_hours: float | None = habit("hours of cooling in a night", "h", 7, 7, ge=1, le=16)
    ac_hours_spread: float | None = habit("spread of these hours", "h", 1.5, 1.5, ge=0, le=6)
    ac_cycle_h: float | None = habit("length of a compressor's cycle", "h", 0.4, 0.4, ge=0.1, le=4)
    ac_duty: float | None = habit("share of a cycle for which the compressor runs", "", 0.5, 0.5, ge=0.1, le=1)
    heat_spread: float | None = habit("spread of how hot nights are, for the whole street", "", 0.3, 0.3, ge=0, le=0.9)


class Load(Model):
    """Household load: the paper's band, higher in the evening, or homes like metered ones.

    In the band, with fluctuation f, a load is ``low + (high - low) * ((1 - f) * a + f * b)``, kW, where a is drawn every
    three hours and b in each step, both even on 0..1; in the evening it is multiplied. At f = 0 or 1 it is even within
    its band, in between it keeps to the middle.
    """

    model: Literal["band", "household"] = quantity(
        "band: the paper's, drawn between two bounds; household: like metered homes, with a base, habits and appliances",
        "",
        "band",
    )
    low_kw: float = quantity("lower bound of a household's load", "kW", 0.15, ge=0, le=1_000)
    high_kw: float = quantity("upper bound of a household's load", "kW", 0.8, ge=0, le=1_000)
    evening_factor: float = quantity("factor on the load in the evening", "", 1.5, ge=0, le=10)
    evening_start_hour: float = quantity("hour at which the evening starts", "h", 18, ge=0, le=24)
    evening_end_hour: float = quantity("hour at which the evening ends", "h", 23, ge=0, le=24)
    fluctuation: float = quantity(
        "share of the band that changes at every step; the rest changes every three hours", "", 0.5, ge=0, le=1
    )
    preset: Literal["temperate", "tropical"] = quantity(
        "kind of households: temperate, fitted to metered homes of Europe, or tropical, built after Malaysian studies, "
        "with air conditioning at night",
        "",
        "tropical",
    )
    annual_kwh: float | None = habit("expected energy of a year, mean of the homes", "kWh", 4_000, 4_320, ge=1, le=1_000_000)  # fmt: skip
    spread: float | None = habit(
        "spread of the logarithm of the homes' energy; 0 = all expect the same", "", 0.45, 0.50, ge=0, le=2
    )
    household: Household = quantity("what homes like metered ones are made of", "", Household())
    elasticity: float = quantity(
        "how load answers to the grid's import price: at 1 % above the reference it is so many per cent more; usual are -0.1 to "
        "-0.3, 0 = not",
        "", 0.0, ge=-1, le=0,
    )  # fmt: skip
    reference_price: float | None = quantity(
        "price at which an elastic load is what it is without; default: the mean import price",
        "/kWh",
        None,
        gt=0,
        le=1_000_000,
    )
    shiftable_share: float = quantity(
        "share of each hour's load that can wait, and moves to cheaper hours of the day", "", 0.0, ge=0, le=1
    )
    shift_window_h: float = quantity("how far it moves at the most, earlier or later", "h", 6.0, ge=1, le=24)

    @property
    def answers(self) -> bool:
        """Whether it follows the grid's prices."""
        return self.elasticity != 0.0 or self.shiftable_share > 0.0

    @property
    def habits(self) -> Habits:
        """The numbers of its households, with those of the preset where the scenario has none."""
        found = {
            name: self._number(table, name)
            for table in (self, self.household)
            for name, field in type(table).model_fields.items()
            if self.preset in _extra(field)
        }
        return Habits(**found)

    def _number(self, table: Model, name: str) -> float:
        given = getattr(table, name)
        return float(_extra(type(table).model_fields[name])[self.preset] if given is None else given)

    @model_validator(mode="after")
    def _shares(self) -> Self:
        """Refuse a base that leaves nothing to appliances.

        Raises:
            ScenarioError: It does not fit the plateau.
        """
        habits = self.habits
        most = 1.0 - _LEAST_USES - habits.plateau
        if habits.base > most:
            raise ScenarioError(
                "load.household.base", habits.base, f"must be at most {most:.4g} beside plateau = {habits.plateau:g}"
            )
        return self


#: Share of the energy without cooling that uses of appliances take at the least.
_LEAST_USES = 0.01


def _extra(field: Any) -> dict[str, Any]:
    return field.json_schema_extra or {}
