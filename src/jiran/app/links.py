"""A scenario as a base with changes on top, and as the address bar holds it.

The base is a preset, or a shared or uploaded scenario that goes into the link whole. A scenario that is pinned to be
compared with stands in the link as a link of its own. A link comes from anybody: it may not read files or run programs
of the machine that the dashboard runs on.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import tomllib
import zlib
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import tomli_w

from jiran.app import shelf
from jiran.app.metered import called, names_of_files, reading_from
from jiran.errors import JiranError, shortened
from jiran.scenario import KINDS, Scenario, validate
from jiran.scenario.beside import files_beside
from jiran.scenario.files import PAPER, presets, read_scenario
from jiran.scenario.overrides import with_overrides

_LONGEST_LINK = 100_000
#: A name of a field is no longer than this, and goes no deeper.
_LONGEST_NAME, _DEEPEST = 200, 8
_PART = r"(?:[\w\-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+"
_DEEP_NAME = re.compile(rf"(?<![\w\-])(?:{_PART}\.[ \t]*+){{20}}")
#: Keys of the address bar that are not changes.
_PRESET, _SHARED, _PINNED, _ORDERS = "preset", "s", "a", "o"


@dataclass
class Base:
    """A scenario to start from, and how the address bar names it."""

    label: str
    data: dict[str, Any]
    link: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pin:
    """A scenario kept as A, and the base and changes that it came from."""

    base: Base
    changes: dict[str, Any]
    scenario: Scenario


def base_of_preset(name: str) -> Base:
    """Return a preset as a base."""
    return Base(name, _with_all_kinds(read_scenario(name)), {_PRESET: name})


def base_of_data(label: str, data: dict[str, Any]) -> Base:
    """Return any scenario data as a base; it goes into the link whole unless it reads a file of this machine.

    Uploaded meter data is named in the link by its content, so that a reload finds it again.
    """
    scenario = validate(data)
    data = _with_all_kinds(data)
    metered = scenario.homes.data
    uploads = [] if metered is None else [shelf.named(name) for name in metered.names]
    if files_beside(data) or None in uploads:
        return Base(label, data, {})
    return Base(label, data, {_SHARED: pack(reading_from(data, uploads) if uploads else data)})


def _with_all_kinds(data: dict[str, Any]) -> dict[str, Any]:
    """Give the modelled community of a valid scenario a group of each kind, empty if need be, so that homes can be added."""
    homes = data["homes"]
    if homes.get("groups") and not homes.get("single"):
        kinds = {group["kind"] for group in homes["groups"]}
        added = [{"kind": kind, "count": 0} for kind in KINDS if kind not in kinds]
        data = data | {"homes": homes | {"groups": [*homes["groups"], *added]}}
    return data


@contextmanager
def reading(source: str) -> Iterator[None]:
    """Read something from outside: whatever is wrong with it is one sentence.

    Checks that say what is wrong come first. What gets past them (brackets without end, numbers that no type takes,
    archives that are cut) makes libraries fail in ways of their own, and all of these say the same: it cannot be read.

    Args:
        source: What it is, as "the link".

    Raises:
        JiranError: It cannot be read.
    """
    try:
        yield
    except (JiranError, CancelledError):
        raise
    except MemoryError as error:
        raise JiranError(f"{source} holds more than fits into the memory of this machine") from error
    except RecursionError as error:
        raise JiranError(f"{source} is damaged: brackets in it are nested without end") from error
    except (Exception, pl.exceptions.PanicException) as error:  # a panic of polars is no Exception
        raise JiranError(f"{source} is damaged and cannot be read") from error


def toml(text: str) -> dict[str, Any]:
    """Return the data of a text in TOML.

    The parser remembers every part of a dotted name: one of 100,000 parts would take all memory.

    Raises:
        JiranError: A name in it has too many parts.
        ValueError: It is not TOML.
    """
    if _DEEP_NAME.search(text):
        raise JiranError("a name in the scenario has more parts than any field: write at most a few dots")
    return tomllib.loads(text)


def pack(data: dict[str, Any]) -> str:
    """Return data as a part of a link."""
    return base64.urlsafe_b64encode(zlib.compress(tomli_w.dumps(data).encode(), 9)).decode().rstrip("=")


def unpack(text: str) -> dict[str, Any]:
    """Return the data of a part of a link.

    Raises:
        JiranError: It is damaged.
    """
    if len(text) > _LONGEST_LINK:
        raise JiranError(f"the link is damaged: a part of it has {len(text):,} letters, more than {_LONGEST_LINK:,}")
    with reading("the link"):
        try:
            packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            unpacker = zlib.decompressobj()
            content = unpacker.decompress(packed, 20 * _LONGEST_LINK).decode()
        except (binascii.Error, ValueError, zlib.error) as error:
            raise JiranError("the link is damaged: its scenario cannot be read") from error
        if not unpacker.eof:
            raise JiranError("the link is damaged: its scenario is cut off")
        try:
            return toml(content)
        except ValueError as error:
            raise JiranError("the link is damaged: its scenario cannot be read") from error


def _shared(text: str) -> dict[str, Any]:
    """Return the scenario data of a shared link.

    Raises:
        JiranError: It is damaged, or would read files or run programs of this machine.
    """
    data = unpack(text)
    uploads = [shelf.found(name) for name in names_of_files(data) or ()]
    if not uploads or None in uploads:
        refuse_files(data, "the link")
        return data
    refuse_files({name: value for name, value in data.items() if name != "homes"}, "the link")
    return reading_from(data, [str(path) for path in uploads])


def _name_of(data: dict[str, Any]) -> str:
    """Return what a shared scenario is called: by its files of meter data, else by its own name.

    One that has the name of a preset is another scenario all the same, and says so: a choice from both must tell them apart.

    Raises:
        JiranError: It is not valid.
    """
    named = called(names_of_files(data) or ()) or validate(data).name
    return f"{named} (shared)" if named in presets() else named


def refuse_files(data: dict[str, Any], source: str) -> None:
    """Refuse scenario data from outside that would read files or run programs of this machine.

    Raises:
        JiranError: It would.
    """
    homes = data.get("homes")
    if (isinstance(homes, dict) and "data" in homes) or files_beside(data):
        raise JiranError(
            f"{source} names a file, which only a scenario on the command line may: jiran app SCENARIO.toml"
        )


def read_link(link: dict[str, str], named: str | None) -> tuple[Base, dict[str, Any]]:
    """Return base and changes from the address bar, else the base named on the command line, else the first preset.

    Raises:
        JiranError: The link is damaged, or its scenario is not allowed.
    """
    with reading("the link"):
        return _read_link(dict(link), named)


def _read_link(link: dict[str, str], named: str | None) -> tuple[Base, dict[str, Any]]:
    if _SHARED in link:
        data = _shared(link.pop(_SHARED))
        start = base_of_data(_name_of(data), data)
    elif _PRESET in link:
        name = link.pop(_PRESET)
        if name not in presets():
            raise JiranError(
                f"the link names the preset {shortened(name)!r}, which is not one of {', '.join(presets())}"
            )
        start = base_of_preset(name)
    elif named is not None:
        start = base_of_preset(named) if named in presets() else base_of_data(named, read_scenario(named))
    else:
        start = base_of_preset(PAPER)
    wanted = {_field(key): _value(key, text) for key, text in link.items() if _is_change(key)}
    refuse_files(with_overrides({}, wanted), "the link")
    validate(with_overrides(start.data, wanted))
    return start, wanted


def _field(key: str) -> str:
    """Return the name of a field that a link names.

    Raises:
        JiranError: No field has such a name.
    """
    if len(key) > _LONGEST_NAME or key.count(".") >= _DEEPEST:
        raise JiranError(f"the link names a field {shortened(key)!r}, which a scenario does not have")
    return key


def read_pin(link: dict[str, str], start: Base) -> Pin | None:
    """Return the scenario that the address bar compares with, or None.

    Args:
        link: The address bar.
        start: The base of the scenario that it shows.

    Raises:
        JiranError: This part of the link is damaged, or its scenario is not allowed.
    """
    if _PINNED not in link:
        return None
    own = unpack(link[_PINNED])
    if not all(isinstance(text, str) for text in own.values()):
        raise JiranError("the link is damaged: the scenario to compare with cannot be read")
    base, changes = read_link(own if own.keys() & {_PRESET, _SHARED} else start.link | own, None)
    with reading("the link"):
        return Pin(base, changes, validate(with_overrides(base.data, changes)))


def _value(key: str, text: str) -> Any:
    """Return the value that a link gives to a field: a number, a list, or else a text.

    Raises:
        JiranError: It is a number that is none, or lists without end.
    """
    try:
        value = json.loads(text)
    except ValueError:
        return text
    except RecursionError as error:
        raise JiranError(f"the link gives {shortened(key)} a value whose brackets are nested without end") from error
    if isinstance(value, int | float) and not (abs(value) < 2**63 and math.isfinite(value)):
        raise JiranError(f"the link gives {shortened(key)} the number {shortened(text)}, which is too large")
    return value


def write_link(
    start: Base, changes: dict[str, Any], pin: Pin | None = None, orders: str | None = None
) -> dict[str, str]:
    """Return what the address bar shows; a base that cannot be shared is left out, and A with it.

    Args:
        start: The base.
        changes: On top of it, by dotted name.
        pin: What is kept as A.
        orders: The viewer's own orders, packed.
    """
    own = {} if orders is None else {_ORDERS: orders}
    if not start.link:
        return own
    link = start.link | _texts(changes)
    if pin is not None and pin.base.link:
        link[_PINNED] = pack(_texts(pin.changes) | ({} if pin.base.link == start.link else pin.base.link))
    return link | own


def holds_scenario(link: dict[str, str]) -> bool:
    """Tell whether a link says what to show: a scenario, changes of one, or a viewer's own orders."""
    return any(key in (_PRESET, _SHARED, _PINNED, _ORDERS) or _is_change(key) for key in link)


def _is_change(key: str) -> bool:
    return "." in key or key in Scenario.model_fields


def read_orders(link: dict[str, str]) -> dict[str, Any] | None:
    """Return the viewer's own orders as the address bar holds them, not yet checked; None if it holds none.

    Raises:
        JiranError: This part of the link is damaged.
    """
    return unpack(link[_ORDERS]) if _ORDERS in link else None


def _texts(changes: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in changes.items()}
