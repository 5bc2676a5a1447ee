"""What the panel calls each field of a scenario: declared here once, for controls, sentences and messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jiran.app.fields import PLUGINS, info, leaves
from jiran.errors import JiranError, ScenarioError
from jiran.scenario.labels import ALONE, FIELDS
from jiran.scenario.overrides import is_place

if TYPE_CHECKING:
    from collections.abc import Sequence

KIND_LABELS = {"solar": "Solar homes", "ev": "EV homes", "hybrid": "Solar + EV homes", "normal": "Normal homes"}


#: A slider is handier than a field to type in: its range, step and format.
SLIDERS: dict[str, tuple[float, float, float, str]] = {
    "grid.import_price": (0.0, 2.0, 0.0125, "%.4f"),
    "solar.pv_kwp": (0.0, 20.0, 0.5, "%.1f"),
    "market.fraction": (0.05, 0.95, 0.05, "%.2f"),
}
#: How far the buttons of a field go, where its unit does not say it.
STEPS = {"battery.capacity_kwh": 5.0}
#: What is shown first of a scenario that does not say on which values its question turns.
TELLING = (
    "market.mechanism", "market.fraction", "grid.import_price", "solar.pv_kwp", "battery.capacity_kwh", "seed",
)  # fmt: skip
#: Fields without a control here, and what is said for them: meter data have a part of the panel of their own, and a viewer names
#: no file of this machine.
ELSEWHERE = {"homes.data": "“Your own data”", "solar.weather": "a weather file that a scenario's file names"}


def settings() -> dict[str, dict[str, str]]:
    """Return all fields of the scenario's table but those of its length and its rules, by heading, with their labels.

    A field without a label of its own stands with its section, called by its name in words.
    """
    declared = {
        heading: {name: label for name, label in fields.items() if info(name)} for heading, fields in FIELDS.items()
    }
    headings = {name.partition(".")[0]: heading for heading, fields in FIELDS.items() for name in fields if "." in name}
    for name in leaves():
        section = name.partition(".")[0]
        if name not in ALONE and name not in ELSEWHERE and section not in PLUGINS:
            declared[headings.get(section, "Scenario")][name] = _spelled(name)
    return declared


def label_of(name: str) -> str:
    """Return the label of a field's control, with its unit; "{currency}" stands for the currency.

    Example:
        >>> label_of("solar.pv_kwp"), label_of("market.k")
        ('Solar capacity per home, kWp', 'k')
    """
    words = ALONE[name][0] if name in ALONE else name.rpartition(".")[2].replace("_", " ")
    return words if len(words) == 1 else words[0].upper() + words[1:]  # k is not K


def named(name: str, data: dict[str, Any]) -> tuple[str, str]:
    """Return what a field is called, and its unit.

    Args:
        name: Dotted name of the field.
        data: The scenario's data, for its currency and its kinds of homes.

    Example:
        >>> named("battery.capacity_kwh", {}), named("load.low_kw", {})
        (('Community battery', 'kWh'), ('Lower bound (household load)', 'kW'))
        >>> named("homes.data", {})
        ('Data', '')
    """
    groups = data.get("homes", {}).get("groups", ())
    match name.split("."):
        case ["homes", "groups", place, field] if is_place(place, len(groups)):
            kind = group_label(groups, int(place))
            return (kind, "") if field == "count" else (f"{kind}, {field.replace('_', ' ')}", "")
        case _:
            label, heading = ALONE.get(name, (_spelled(name), ""))
    words, _, unit = label.format(currency=data.get("currency", "MYR")).partition(", ")
    return words + heading, "" if unit == "α" else unit


def control(name: str) -> str:
    """Return the name of a field's control in the panel, for sentences that tell what to change.

    Args:
        name: Dotted name of the field.

    Raises:
        KeyError: No control changes this field: such a sentence would send the viewer to a place that is not there.

    Example:
        >>> control("solar.derate"), control("bids.strategy")
        ('Share of the clear-sky sun that arrives', 'What homes bid')
    """
    return ALONE[name][0].partition(", ")[0]


def group_label(groups: Sequence[dict[str, Any]], place: int) -> str:
    """Return what a group of homes is called, numbered if there are several of its kind.

    Example:
        >>> group_label([{"kind": "ev"}, {"kind": "solar"}, {"kind": "ev"}], 2)
        'EV homes 3'
    """
    kind = groups[place]["kind"]
    several = sum(other["kind"] == kind for other in groups) > 1
    return f"{KIND_LABELS[kind]} {place + 1}" if several else KIND_LABELS[kind]


def by_labels(words: str, field: str) -> str:
    """Return words about a field in which other fields are called by the names of their controls.

    Args:
        words: What is allowed, with names of fields as a scenario's file has them.
        field: Dotted name of the field that they are about.

    Example:
        >>> by_labels("must be at least min_soc = 0.2", "battery.start_soc")
        'must be at least “Lowest state of charge” = 0.2'
        >>> by_labels("solar.clearness or solar.weather decides", "")
        "“Clearness of the sky” or a weather file that a scenario's file names decides"
    """
    section = field.rpartition(".")[0]

    def label(found: re.Match[str]) -> str:
        if found[0] in ELSEWHERE and found[0] != field:
            return ELSEWHERE[found[0]]
        name = found[0] if found[0] in ALONE else f"{section}.{found[0]}"
        return f"“{control(name)}”" if name in ALONE and name != field else found[0]

    return re.sub(r"[a-z]+(?:[._][a-z0-9]+)+", label, words)


def in_words(error: JiranError, data: dict[str, Any]) -> str:
    """Return what cannot be done, in the names that the panel uses.

    Args:
        error: What a scenario cannot be, or what went wrong with it.
        data: The scenario's data.

    Example:
        >>> from jiran.errors import ScenarioError
        >>> in_words(ScenarioError("battery.start_soc", 0.0, "must be at least min_soc = 0.2"), {})
        'State of charge at the start (battery): must be at least “Lowest state of charge” = 0.2'
    """
    if not isinstance(error, ScenarioError):
        return str(error)
    name = named(error.field, data)[0] if error.field in ALONE or error.field.startswith("homes.") else error.field
    return f"{name}: {by_labels(error.allowed, error.field)}"


def _spelled(name: str) -> str:
    return name.rpartition(".")[2].replace("_", " ").capitalize()
