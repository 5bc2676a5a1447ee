"""Which meter is whose: a table that the operator gives, or every home's meter called as the home; a home may have several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from jiran.documents.check import checked
from jiran.documents.model import LISTED, Model, quantity, written
from jiran.documents.read import read_toml
from jiran.errors import FieldError, JiranError, one_of, shortened
from jiran.live.dialects import DIALECTS, home_assistant

#: More meters are more than one service was tried with.
MOST_METERS = 10_000


_Register = Annotated[
    str, written(r"(import|export)(_[0-9])?", "import or export, or one of these with a number, as import_1")
]


class MeterOfHome(Model):
    """A meter at a connection of a home."""

    dialect: str | None = quantity("how it speaks; default: the one that it is first heard in", "", None)
    device: str | None = quantity(
        "what it calls itself; default: the home's name", "", None, min_length=1, max_length=100
    )
    registers: Annotated[tuple[_Register, ...], LISTED] | None = quantity(
        "which registers it has, if not all of its dialect: import, export, or parts such as import_1", "", None,
        min_length=1, max_length=12,
    )  # fmt: skip
    import_sensor: str | None = quantity(
        "unique_id or object of the sensor of Home Assistant that counts import; default: the device's name with _import",
        "", None, min_length=1, max_length=200,
    )  # fmt: skip
    export_sensor: str | None = quantity(
        "the same of the one that counts export", "", None, min_length=1, max_length=200
    )


class Meter(Model):
    """A home's meter, whole.

    Attributes:
        home: Name of the home.
        sensors: Its registers by the names that Home Assistant has for them, if these are not its own name's.
        place: Which of the home's meters it is, from 0.
        device: What the meter calls itself.
        dialect: How it speaks; None: the one that it is first heard in.
        registers: Which it has; None: those of its dialect.
    """

    home: str
    device: str
    dialect: str | None = None
    registers: tuple[str, ...] | None = None
    sensors: dict[str, str] = Field(default_factory=dict)
    place: int = 0

    @property
    def key(self) -> str:
        """What the store calls it: a home's first meter as the home; no name of a home has a line break."""
        return self.home if not self.place else f"{self.home}\n{self.place}"

    def expected(self, dialect: str | None) -> tuple[str, ...]:
        """Return the registers that make its energy; without a dialect it was not heard yet."""
        return self.registers or (("import", "export") if dialect is None else DIALECTS[dialect].registers)


def by_home(meters: Mapping[str, Meter]) -> dict[str, tuple[Meter, ...]]:
    """Return the meters of each home, in order."""
    found: dict[str, tuple[Meter, ...]] = {}
    for meter in meters.values():
        found[meter.home] = (*found.get(meter.home, ()), meter)
    return found


def meters_of(homes: Sequence[str], file: Path | None = None, dialect: str | None = None) -> dict[str, Meter]:
    """Return the meters of all homes, by what the store calls them, in the order of the homes.

    Args:
        homes: Names.
        file: TOML with a table `[home."NAME"]` for each home that differs, or `[[home."NAME"]]` for each of its meters; default: none
            does.
        dialect: Of homes whose table names none.

    Raises:
        JiranError: The file cannot be read, names a home that is not there, or one meter twice; or a name is no topic.
    """
    given = {} if file is None else _read(file, homes)
    found = [
        _meter(home, place, own, dialect)
        for home in homes
        for place, own in enumerate(given.get(home, (MeterOfHome(),)))
    ]
    if len(found) > MOST_METERS:
        raise JiranError(f"{len(found):,} meters: a live street has at most {MOST_METERS:,}")
    _refuse_shared_sensors(found)
    seen: dict[tuple[str, str | None], str] = {}
    for meter in found:
        for kind in (meter.dialect,) if meter.dialect else tuple(DIALECTS):
            other = seen.setdefault((meter.device, kind), meter.key)
            if other != meter.key:
                raise JiranError(_twice(meter, other.partition("\n")[0]))
    return {meter.key: meter for meter in found}


def _meter(home: str, place: int, own: MeterOfHome, dialect: str | None) -> Meter:
    device = own.device or home
    if set("/+#\0") & set(device) or device.startswith("$"):
        what = "a meter's name is one level of an MQTT topic, without / + # and no $ in front"
        raise JiranError(f"home {home!r}: {shortened(device)!r}: {what}; give another as device in --meters")
    kind = own.dialect or dialect
    if kind is not None and own.registers is not None:
        known = (*DIALECTS[kind].registers, *DIALECTS[kind].more)
        for name in own.registers:
            if name not in known:
                raise JiranError(f"home {home!r}: registers = {name!r}: {kind} has {', '.join(known)}")
    if own.registers is not None and len(set(own.registers)) < len(own.registers):
        raise JiranError(f"home {home!r}: registers: must name each register once")
    sensors = {name: side for side, name in (("import", own.import_sensor), ("export", own.export_sensor)) if name}
    if sensors and kind != home_assistant.DIALECT.name:
        raise JiranError(
            f'home {home!r}: import_sensor and export_sensor need dialect = "{home_assistant.DIALECT.name}"'
        )
    # Where sensors are named, only those are there.
    registers = own.registers or tuple(side for side in ("import", "export") if side in sensors.values()) or None
    return Meter(home=home, device=device, dialect=kind, registers=registers, sensors=sensors, place=place)


def _refuse_shared_sensors(meters: Sequence[Meter]) -> None:
    seen: set[str] = set()
    for meter in meters:
        for name in meter.sensors:
            if name in seen:
                raise JiranError(
                    f"home {meter.home!r}: sensor {shortened(name)!r}: is named twice; it can be one's alone"
                )
            seen.add(name)


def _twice(meter: Meter, home: str) -> str:
    named = f"meter {shortened(meter.device)!r}: is named"
    if home == meter.home:
        return f"{named} twice for {home!r}; give each of its meters a device of its own"
    return f"{named} for {home!r} and for {meter.home!r}; it can be one's alone"


def dialect_named(name: str) -> str:
    """Return a dialect's name if there is one.

    Raises:
        JiranError: There is none.
    """
    if name not in DIALECTS:
        raise JiranError(f"dialect = {shortened(name)!r}: {one_of(DIALECTS, name)}")
    return name


def _read(file: Path, homes: Sequence[str]) -> dict[str, tuple[MeterOfHome, ...]]:
    content: dict[str, Any] = read_toml(file, "table of meters")
    tables = content.get("home")
    if set(content) != {"home"} or not isinstance(tables, dict):
        raise JiranError(
            f'{file}: must hold tables [home."NAME"], or [[home."NAME"]] for several meters, and nothing else'
        )
    found = {}
    for name, given in tables.items():
        if name not in homes:
            raise JiranError(f"{file}: home {shortened(name)!r}: the scenario has no such home")
        several = isinstance(given, list)
        if several and not given:
            raise JiranError(f"{file}: home.{shortened(name)}: must be a table, or a list of one or more")
        found[name] = tuple(
            _one(file, f"home.{shortened(name)}{f'.{place}' if several else ''}", table)
            for place, table in enumerate(given if several else [given])
        )
    return found


def _one(file: Path, where: str, table: Any) -> MeterOfHome:
    def fault(field: str, value: Any, allowed: str) -> JiranError:
        return JiranError(f"{file}: {FieldError(f'{where}.{field}'.removesuffix('.'), value, allowed)}")

    own = checked(MeterOfHome, table, fault, "")
    if own.dialect is not None:
        dialect_named(own.dialect)
    return own
