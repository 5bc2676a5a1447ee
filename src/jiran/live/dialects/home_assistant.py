"""Home Assistant's discovery: a retained description of each sensor, whose template is read and never evaluated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

from jiran.live.dialects.dialect import Dialect, heard
from jiran.live.message import LONGEST_TOPIC, Counters, Heard, Hearing, Message
from jiran.live.values import UNITS, decoded, text_of, value, within, written

#: The only template that is understood: a path, and filters that keep a number a number.
_TEMPLATE = re.compile(
    r"\{\{\s*value_json((?:\.[A-Za-z_]\w{0,60}|\[['\"][\w .:-]{1,60}['\"]\]){1,8})((?:\s*\|\s*(?:float|int|round)(?:\(\s*\d?\s*\))?){0,3})\s*\}\}"
)
_STEP = re.compile(r"\.(\w+)|\[['\"]([^'\"]+)['\"]\]")
_FILTER = re.compile(r"\|\s*(float|int|round)(?:\(\s*(\d?)\s*\))?")
_SHORT = {
    "device_class": "dev_cla", "state_class": "stat_cla", "unit_of_measurement": "unit_of_meas", "state_topic": "stat_t",
    "value_template": "val_tpl", "unique_id": "uniq_id", "object_id": "obj_id",
}  # fmt: skip
_PREFIX = "jiran/ha"


class Sensor(NamedTuple):
    """One sensor that was announced.

    Attributes:
        device: The meter it is of.
        register: `import` or `export`.
        unit: Of its values.
        path: Where its value lies in the payload; none: the payload is the value.
        filters: What is done to it, and with how many digits.
    """

    device: str
    register: str
    unit: str
    path: tuple[str, ...]
    filters: tuple[tuple[str, int], ...]


def template(text: Any) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]] | None:
    """Return path and filters of a template, or None for all that is more than `{{ value_json.path }}` and its like.

    Example:
        >>> template("{{ value_json.energy.total | round(2) }}"), template("{{ 7 * 7 }}")
        ((('energy', 'total'), (('round', 2),)), None)
    """
    found = _TEMPLATE.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= 300 else None
    if found is None:
        return None
    path = tuple(one or other for one, other in _STEP.findall(found[1]))
    return path, tuple((name, int(digits or 0)) for name, digits in _FILTER.findall(found[2]))


def _announced(names: Sequence[str], content: Any, hearing: Hearing) -> tuple[str, Sensor] | None:
    """Return state topic and sensor of a description, or None if it is of no expected meter or not understood.

    Args:
        names: What its topic, and its place in a device, call it.
        content: The description.
        hearing: Who is expected.
    """
    said = {name: within(content, name) or within(content, short) for name, short in _SHORT.items()}
    if said["device_class"] != "energy" or said["state_class"] not in ("total_increasing", "total"):
        return None
    own = [one for one in (said["unique_id"], said["object_id"]) if isinstance(one, str)]
    meter = next((found for name in (*own, *names) if (found := _meter(name, hearing)) is not None), None)
    if meter is None:
        return None
    topic, base = said["state_topic"], within(content, "~")
    if isinstance(topic, str) and isinstance(base, str):
        topic = base + topic[1:] if topic.startswith("~") else topic[:-1] + base if topic.endswith("~") else topic
    if not isinstance(topic, str) or not 0 < len(topic) <= LONGEST_TOPIC or set("+#\0") & set(topic):
        return None
    read = ((), ()) if said["value_template"] is None else template(said["value_template"])
    unit = said["unit_of_measurement"]
    if read is None or not isinstance(unit, str) or unit not in UNITS:
        return None
    return topic, Sensor(*meter, unit, *read)


def _meter(name: str, hearing: Hearing) -> tuple[str, str] | None:
    """Return meter and register that a name is of."""
    if name in hearing.sensors:
        return hearing.sensors[name]
    device, _, register = name.rpartition("_")
    return (device, register) if register in ("import", "export") and device in hearing.devices else None


def topics(memory: dict[Any, Any]) -> set[str]:
    """Return the topics on which announced sensors speak."""
    return {key[1] for key in memory if key[0] == "on"}


def speaks_on(topic: str, memory: dict[Any, Any]) -> bool:
    """Tell whether an announced sensor speaks on a topic."""
    return ("on", topic) in memory


def described(levels: dict[str, str], memory: dict[Any, Any]) -> dict[str, str] | None:
    """Return the topics of sensors, by part, that a description's topic announced; None: nothing is known of it."""
    found: dict[str, str] | None = memory.get(("said", *_key(levels)))
    return found


def is_description(levels: dict[str, str]) -> bool:
    """Tell whether the levels of a topic are those of a description."""
    return "object" in levels or "box" in levels


def _parse(levels: dict[str, str], payload: bytes, hearing: Hearing) -> list[Heard]:
    if is_description(levels):
        _remember(levels, payload, hearing)
        return []
    sensors = list(hearing.memory.get(("on", levels.get("state", "")), {}).values())
    return [one for sensor in sensors for one in _state(sensor, payload, hearing)]


def _key(levels: dict[str, str]) -> tuple[str, str, str]:
    """Return what tells descriptions apart: two nodes may each have an object of one name."""
    return ("box" if "box" in levels else "object", levels.get("node", ""), levels.get("object") or levels["box"])


def _remember(levels: dict[str, str], payload: bytes, hearing: Hearing) -> None:
    """Keep what was announced: by description, on which topic; by topic, which sensors. An empty payload takes it back."""
    key, memory = _key(levels), hearing.memory
    if not payload:
        for part in list(memory.get(("said", *key), ())):
            _forget(key, part, memory)
        return
    content = decoded(payload)
    for part, description in _parts(levels, content):
        kind, node, name = key
        names = (name, f"{node}_{name}") if kind == "object" else (part, f"{name}_{part}")
        new = _announced(names, description, hearing)
        if new is not None:
            _keep(key, part, new, memory)
        elif set(description) <= {"p", "platform"}:  # this is how a device takes back a part
            _forget(key, part, memory)


def _parts(levels: dict[str, str], content: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the descriptions in a payload: one, or those of a device, each with what the device says of all."""
    if "box" not in levels:
        if isinstance(content, dict) and content:
            yield "", content
        return
    parts = within(content, "components") or within(content, "cmps")
    shared = (
        {name: content[name] for name in ("~", "state_topic", "stat_t") if name in content}
        if isinstance(content, dict)
        else {}
    )
    for part, description in parts.items() if isinstance(parts, dict) else ():
        if isinstance(description, dict):
            is_sensor = (description.get("platform") or description.get("p")) == "sensor"
            yield part, shared | description if is_sensor and set(description) - {"p", "platform"} else {"p": "sensor"}


def _keep(key: tuple[str, str, str], part: str, new: tuple[str, Sensor], memory: dict[Any, Any]) -> None:
    """Keep a sensor in place of what the same description said before; the first that speaks for a register stays."""
    topic, sensor = new
    of = ("of", sensor.device, sensor.register)
    if memory.get(of, (key, part)) != (key, part):
        return
    _forget(key, part, memory)
    memory[of] = (key, part)
    memory["said", *key] = memory.get(("said", *key), {}) | {part: topic}
    memory.setdefault(("on", topic), {})[key, part] = sensor


def _forget(key: tuple[str, str, str], part: str, memory: dict[Any, Any]) -> None:
    """Forget a sensor, if there is one."""
    said = memory.get(("said", *key), {})
    if part not in said:
        return
    on = memory["on", said[part]]
    sensor = on.pop((key, part))
    del memory["of", sensor.device, sensor.register]
    if not on:
        del memory["on", said[part]]
    left = {name: topic for name, topic in said.items() if name != part}
    if left:
        memory["said", *key] = left
    else:
        del memory["said", *key]


def _state(sensor: Sensor, payload: bytes, hearing: Hearing) -> list[Heard]:
    raw: Any = within(decoded(payload), *sensor.path) if sensor.path else text_of(payload)
    if isinstance(raw, str):
        raw = raw.strip()
        raw = Decimal(raw) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,15})?", raw) else None
    if sensor.filters and not isinstance(raw, bool) and isinstance(raw, int | Decimal):
        raw = _filtered(Decimal(raw), sensor.filters)
    found = None if isinstance(raw, list) else value(raw, sensor.unit)
    return heard(sensor.device, hearing.arrived_ms, **{sensor.register: found})


def _filtered(number: Decimal, filters: tuple[tuple[str, int], ...]) -> Decimal | None:
    """Return a number after its filters, or None if it is none that a register could show."""
    if not number.is_finite() or (number and not -30 < number.adjusted() <= 15):
        return None
    for name, digits in filters:
        if name == "int":
            number = Decimal(int(number))
        elif name == "round":
            number = number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
    return number


def _announce(device: str) -> list[Message]:
    return [
        Message(f"homeassistant/sensor/{device}_{register}/config", json.dumps({
            "device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": "kWh",
            "state_topic": f"{_PREFIX}/{device}", "value_template": f"{{{{ value_json.{register} | float }}}}",
            "unique_id": f"{device}_{register}",
        }).encode(), retain=True)
        for register in ("import", "export")
    ]  # fmt: skip


def _produce(shown: Counters) -> list[Message]:
    taken, given = written(shown.import_value, "kWh", 3), written(shown.export_value, "kWh", 3)
    return [Message(f"{_PREFIX}/{shown.device}", f'{{"import":{taken},"export":{given}}}'.encode())]


DIALECT = Dialect(
    name="home-assistant",
    source="Home Assistant discovery",
    topics=(
        "homeassistant/sensor/{object}/config",
        "homeassistant/sensor/{node}/{object}/config",
        "homeassistant/device/{box}/config",
        "homeassistant/device/{node}/{box}/config",
    ),
    resolution=1_000,
    registers=("import", "export"),
    dated=False,
    parse=_parse,
    produce=_produce,
    announce=_announce,
    remark="unique_id or object must be the meter's name with _import or _export, or node and object together; or name them in --meters: import_sensor, export_sensor; a template may name a path and float, int or round, nothing else",
)
