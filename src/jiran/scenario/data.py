"""How files of meter data are read: what is not said here is read from the file, and `jiran data` says how.

None means everywhere: let the file tell. `jiran data` shows what was found out, and prints the keys that pin it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field

from jiran.documents.model import LISTED, Model, quantity

Layout = Literal["auto", "wide", "long", "matrix", "rows"]
Unit = Literal["W", "kW", "MW", "Wh", "kWh", "MWh"]
Reading = Literal["interval", "register", "power"]
Kind = Literal["solar", "ev", "hybrid", "normal"]
#: Those with a solar roof.
ROOFS = ("solar", "hybrid")

#: Fields of every home, metered or modelled.
BATTERY_KW = quantity(
    "highest power of its battery, in and out; default: half of battery_kwh in an hour", "kW", None, ge=0, le=1_000
)
TARIFF = quantity("its tariff, as grid.tariff; default: that one", "", None, min_length=1, max_length=4_000)
SHARING_KEY = quantity(
    "its part in what is shared by fixed keys, as a weight beside those of the others; default: 1", "", None,
    ge=0, le=1_000_000,
)  # fmt: skip


class MeteredHome(Model):
    """What a home of a file has beside its readings."""

    kind: Kind | None = quantity(
        "solar or hybrid: it has PV, which is modelled by [solar] where its readings hold no generation; with ev and normal it "
        "has none but what they hold; what a car takes is always in the readings; default: solar with a pv_kwp, else as read",
        "", None,
    )  # fmt: skip
    pv_kwp: float | None = quantity(
        "installed PV capacity: that of the roof that is modelled, or what jiran plan takes a metered roof to have", "kWp", None,
        ge=0, le=10_000,
    )  # fmt: skip
    battery_kwh: float | None = quantity(
        "capacity of its battery, which [home_battery] says how to run and the readings know nothing of; default: none",
        "kWh", None, ge=0, le=1_000,
    )  # fmt: skip
    battery_kw: float | None = BATTERY_KW
    tariff: str | None = TARIFF
    sharing_key: float | None = SHARING_KEY

    def roof_kwp(self, usual: float) -> float:
        """Return the PV capacity that it says a home has, kWp; `usual` where it says PV without a size, 0 without PV."""
        if self.kind is not None and self.kind not in ROOFS:
            return 0.0
        return self.pv_kwp if self.pv_kwp is not None else usual if self.kind is not None else 0.0


class HomeData(Model):
    """Homes from files of meter data: CSV, Parquet or Green Button XML, of almost any layout.

    The least that a scenario needs is a path. A file that says less than it should takes a few words more, as TOML::

        [homes.data]
        path = "meters/*.csv"
        columns = { "Total" = "ignore", "Solar" = "H1 generation" }
        time_label = "end"
        reading = "register"

    Keys hold for all files of a scenario, and none changes a number beyond `factor` and `monthly_load_kwh`.
    """

    path: str = quantity(
        "the file, or a pattern such as meters/*.csv for several; a relative path starts at the scenario's folder",
        "", min_length=1, max_length=4_000,
    )  # fmt: skip
    also: Annotated[tuple[str, ...], LISTED] = quantity(
        "further files of the same homes or of others", "", (), max_length=2_000
    )
    layout: Layout = quantity(
        "wide (a column a home and quantity), long (a row a home and time), matrix (a row a day, a column a time of day) "
        "or rows (a row a register, a column a time); auto looks at the columns",
        "", "auto",
    )  # fmt: skip
    columns: dict[str, str] = quantity(
        'what columns are, by their names in the file: "time", "date", "end", "home", "quantity", "value", "unit", what they '
        'hold, such as "H1 load" or "generation kW", or "ignore"',
        "", {}, max_length=10_000,
    )  # fmt: skip
    quantities: dict[str, str] = quantity(
        'what each word in the column "quantity" means, such as "import", "H1 load" or "export register", or "ignore"',
        "", {}, max_length=10_000,
    )  # fmt: skip
    time_column: str | None = quantity(
        'name of the time column; the same as "time" in columns', "", None, max_length=200
    )
    unit: Unit | None = quantity(
        "unit of values whose columns name none; default: kWh, or as their size tells", "", None
    )
    reading: Reading | None = quantity(
        "interval: energy in each interval, or mean power over it; register: a counter that runs on; power: power that holds "
        "until the next time",
        "", None,
    )  # fmt: skip
    time_label: Literal["start", "end"] | None = quantity(
        "whether a time marks its interval's start or end; default: start, unless the file says end", "", None
    )
    time_zone: str | None = quantity(
        "zone of times without an offset, such as Asia/Kuching or +08:00; default: the scenario's",
        "",
        None,
        max_length=100,
    )
    day_first: bool | None = quantity("whether 05/06/2024 is the 5th of June", "", None)
    date: dt.date | None = quantity("day of the first row of a file that has times of day only", "", None)
    repeated_hour: Literal["first", "both"] | None = quantity(
        "what a local time that occurs twice, but stands once in the file, holds: the first of the two hours, or both",
        "",
        None,
    )
    home: Annotated[str, Field(min_length=1, max_length=60)] | dict[str, MeteredHome] | None = quantity(
        "name of the home of a file that names none; or tables by the names of homes, with what these have", "", None
    )
    all: MeteredHome | None = quantity("what each home has that has no table of its own in home", "", None)
    decimal: Literal[".", ","] | None = quantity("the decimal sign", "", None)
    separator: Literal["comma", "semicolon", "tab", "pipe"] | None = quantity(
        "what separates the columns of a CSV file", "", None
    )
    skip_lines: int | None = quantity("lines before the row of names", "", None, ge=0, le=10_000)
    factor: float = quantity(
        "factor on all values, such as the ratio of a current transformer", "", 1.0, gt=0, le=1_000_000
    )
    max_gap_minutes: int = quantity(
        "gaps up to this long are interpolated, longer ones take the home's mean at that time of day",
        "min", 120, ge=0, le=10_080,
    )  # fmt: skip
    monthly_load_kwh: float | None = quantity(
        "scale each home's load to this mean per month of 30.4 days", "kWh", None, gt=0, le=1_000_000
    )

    @property
    def only_home(self) -> str | None:
        """Name of the home of a file that names none, if it is given."""
        return self.home if isinstance(self.home, str) else None

    @property
    def equipped(self) -> bool:
        """Whether it says of any home what it has."""
        return self.all is not None or isinstance(self.home, dict)

    @property
    def batteries(self) -> bool:
        """Whether it says of any home that it has a battery."""
        own = self.home.values() if isinstance(self.home, dict) else ()
        return any(one.battery_kwh for one in (*own, self.all) if one is not None)

    def has_roofs(self, usual: float) -> bool:
        """Tell whether it says of any home that it has PV; `usual` is the size of a roof that none is given of, kWp."""
        return any(one.roof_kwp(usual) > 0.0 for one in self._equipment)

    @property
    def sized(self) -> bool:
        """Whether it says of each home that has PV how much, so that none has the usual size."""
        return all(one.roof_kwp(1.0) == one.roof_kwp(2.0) for one in self._equipment)

    @property
    def _equipment(self) -> list[MeteredHome]:
        """What homes have, of those with a table of their own and of all others."""
        own = [self.has(name) for name in self.home] if isinstance(self.home, dict) else []
        return own if self.all is None else [*own, self.all]

    @property
    def without_batteries(self) -> Self:
        """The same homes without batteries."""
        none = {"battery_kwh": 0.0}
        home = self.home
        if isinstance(home, dict):
            home = {name: one.model_copy(update=none) for name, one in home.items()}
        return self.model_copy(
            update={"all": None if self.all is None else self.all.model_copy(update=none), "home": home}
        )

    def has(self, home: str) -> MeteredHome:
        """Return what a home has: what its own table says, and else that of all."""
        own = self.home.get(home, MeteredHome()) if isinstance(self.home, dict) else MeteredHome()
        given = {name: value for name, value in own if value is not None}
        return (self.all or MeteredHome()).model_copy(update=given)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its files as they are given, patterns among them.

        A pattern that fits nothing is refused when the files are looked for (`paths.files_of`), not here.
        """
        return (self.path, *self.also)
