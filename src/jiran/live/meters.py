"""Which meter is whose: a table that the operator gives, or every home's meter called as the home."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from jiran.documents.model import LISTED, Model, quantity
from jiran.documents.read import read_toml
from jiran.errors import JiranError, one_of, shortened
from jiran.live.dialects import DIALECTS

#: More meters are more than one service was tried with.
MOST_METERS = 10_000


class MeterOfHome(Model):
    """The meter at a home's connection."""

    dialect: str | None = quantity("how it speaks; default: the one that it is first heard in", "", None)
    device: str | None = quantity(
        "what it calls itself; default: the home's name", "", None, min_length=1, max_length=100
    )
    registers: Annotated[tuple[Annotated[str, Field(pattern=r"^(import|export)(_[0-9])?$")], ...], LISTED] | None = quantity(
        "which registers it has, if not all of its dialect: import, export, or parts such as import_1", "", None,
        min_length=1, max_length=12,
    )  # fmt: skip


class Meter(Model):
    """A home's meter, whole.

    Attributes:
        home: Name of the home.
        device: What the meter calls itself.
        dialect: How it speaks; None: the one that it is first heard in.
        registers: Which it has; None: those of its dialect.
    """

    home: str
    device: str
    dialect: str | None = None
    registers: tuple[str, ...] | None = None

    def expected(self, dialect: str) -> tuple[str, ...]:
        """Return the registers that make its energy."""
        return self.registers or DIALECTS[dialect].registers


def meters_of(homes: Sequence[str], file: Path | None = None, dialect: str | None = None) -> dict[str, Meter]:
    """Return the meter of each home.

    Args:
        homes: Names.
        file: TOML with a table `[home."NAME"]` for each home that differs; default: none does.
        dialect: Of homes whose table names none.

    Raises:
        JiranError: The file cannot be read, names a home that is not there, or one meter twice; or a name is no topic.
    """
    given = {} if file is None else _read(file, homes)
    if len(homes) > MOST_METERS:
        raise JiranError(f"{len(homes):,} homes: a live street has at most {MOST_METERS:,}")
    found = {}
    for home in homes:
        own = given.get(home, MeterOfHome())
        device = own.device or home
        if set("/+#\0") & set(device) or device.startswith("$"):
            what = "a meter's name is one level of an MQTT topic, without / + # and no $ in front"
            raise JiranError(f"home {home!r}: {shortened(device)!r}: {what}; give another as device in --meters")
        found[home] = Meter(home=home, device=device, dialect=own.dialect or dialect, registers=own.registers)
    seen: dict[tuple[str, str | None], str] = {}
    for meter in found.values():
        for kind in (meter.dialect,) if meter.dialect else tuple(DIALECTS):
            other = seen.setdefault((meter.device, kind), meter.home)
            if other != meter.home:
                raise JiranError(
                    f"meter {shortened(meter.device)!r}: is named for {other!r} and for {meter.home!r}; it can be one's alone"
                )
    return found


def dialect_named(name: str) -> str:
    """Return a dialect's name if there is one.

    Raises:
        JiranError: There is none.
    """
    if name not in DIALECTS:
        raise JiranError(f"dialect = {shortened(name)!r}: {one_of(DIALECTS, name)}")
    return name


def _read(file: Path, homes: Sequence[str]) -> dict[str, MeterOfHome]:
    content: dict[str, Any] = read_toml(file, "table of meters")
    tables = content.get("home")
    if set(content) != {"home"} or not isinstance(tables, dict):
        raise JiranError(f'{file}: must hold tables [home."NAME"] and nothing else')
    found = {}
    for name, table in tables.items():
        if name not in homes:
            raise JiranError(f"{file}: home {shortened(name)!r}: the scenario has no such home")
        try:
            found[name] = MeterOfHome.model_validate(table)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise JiranError(f"{file}: home.{shortened(name)}.{where}: {shortened(first['msg'], 200)}") from None
        if found[name].dialect is not None:
            dialect_named(str(found[name].dialect))
    return found
