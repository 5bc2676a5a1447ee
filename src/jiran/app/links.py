"""A scenario as a base with changes on top, and as the address bar holds it.

The base is a preset, or a shared or uploaded scenario that goes into the link whole. A scenario that is pinned to be
compared with stands in the link as a link of its own. A link comes from anybody: it may not read files or run programs
of the machine that the dashboard runs on.
"""

from __future__ import annotations

import base64
import binascii
import json
import tomllib
import zlib
from dataclasses import dataclass, field
from typing import Any

import tomli_w

from jiran.errors import JiranError
from jiran.scenario import KINDS, Scenario, validate
from jiran.scenario.files import plugin_files, presets, read_scenario, with_overrides

FIRST_PRESET = "paper"
_LONGEST_LINK = 100_000
#: Keys of the address bar that are not changes.
_PRESET, _SHARED, _PINNED = "preset", "s", "a"


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
    """Return any scenario data as a base; it goes into the link whole unless it reads a file of this machine."""
    data = _with_all_kinds(data)
    scenario = validate(data)
    local = scenario.homes.data is not None or plugin_files(data)
    return Base(label, data, {} if local else {_SHARED: _pack(data)})


def _with_all_kinds(data: dict[str, Any]) -> dict[str, Any]:
    """Give the modelled community a group of each kind, empty if need be, so that homes can be added."""
    homes = data.get("homes", {})
    if "groups" in homes and "single" not in homes:
        there = {group.get("kind") for group in homes["groups"]}
        homes["groups"] = [*homes["groups"], *({"kind": kind, "count": 0} for kind in KINDS if kind not in there)]
    return data


def _pack(data: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(zlib.compress(tomli_w.dumps(data).encode(), 9)).decode().rstrip("=")


def _unpack(text: str) -> dict[str, Any]:
    """Return the scenario data of a shared link.

    Raises:
        JiranError: It is damaged, or would read files or run programs of this machine.
    """
    try:
        packed = base64.urlsafe_b64decode(text[:_LONGEST_LINK] + "=" * (-len(text) % 4))
        unpacker = zlib.decompressobj()
        data = tomllib.loads(unpacker.decompress(packed, 20 * _LONGEST_LINK).decode())
    except (binascii.Error, ValueError, zlib.error) as error:
        raise JiranError("the link is damaged: its scenario cannot be read") from error
    if not unpacker.eof:
        raise JiranError("the link is damaged: its scenario is cut off")
    refuse_files(data, "the link")
    return data


def refuse_files(data: dict[str, Any], source: str) -> None:
    """Refuse scenario data from outside that would read files or run programs of this machine.

    Raises:
        JiranError: It would.
    """
    homes = data.get("homes")
    if (isinstance(homes, dict) and "data" in homes) or plugin_files(data):
        raise JiranError(
            f"{source} names a file, which only a scenario on the command line may: jiran app SCENARIO.toml"
        )


def read_link(link: dict[str, str], named: str | None) -> tuple[Base, dict[str, Any]]:
    """Return base and changes from the address bar, else the base named on the command line, else the first preset.

    Raises:
        JiranError: The link is damaged, or its scenario is not allowed.
    """
    link = dict(link)
    if _SHARED in link:
        start = base_of_data("shared scenario", _unpack(link.pop(_SHARED)))
    elif _PRESET in link:
        name = link.pop(_PRESET)
        if name not in presets():
            raise JiranError(f"the link names the preset {name!r}, which is not one of {', '.join(presets())}")
        start = base_of_preset(name)
    elif named is not None:
        start = base_of_preset(named) if named in presets() else base_of_data(named, read_scenario(named))
    else:
        start = base_of_preset(FIRST_PRESET)
    wanted = {key: _value(text) for key, text in link.items() if "." in key or key in Scenario.model_fields}
    refuse_files(with_overrides({}, wanted), "the link")
    validate(with_overrides(start.data, wanted))
    return start, wanted


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
    own = _unpack(link[_PINNED])
    if not all(isinstance(text, str) for text in own.values()):
        raise JiranError("the link is damaged: the scenario to compare with cannot be read")
    base, changes = read_link(own if own.keys() & {_PRESET, _SHARED} else start.link | own, None)
    return Pin(base, changes, validate(with_overrides(base.data, changes)))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def write_link(start: Base, changes: dict[str, Any], pin: Pin | None = None) -> dict[str, str]:
    """Return what the address bar shows; nothing for a base that cannot be shared, which A is left out for too."""
    if not start.link:
        return {}
    link = start.link | _texts(changes)
    if pin is not None and pin.base.link:
        link[_PINNED] = _pack(_texts(pin.changes) | ({} if pin.base.link == start.link else pin.base.link))
    return link


def _texts(changes: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in changes.items()}
